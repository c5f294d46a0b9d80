#include "sharding/key_range.h"

#include <gtest/gtest.h>

#include <random>

namespace keyspan::sharding {
namespace {

KeyRange Range(std::string_view text) {
  auto range = KeyRange::Parse(text);
  EXPECT_TRUE(range.ok()) << text << ": " << range.status().message();
  return range.ok() ? *range : KeyRange();
}

KeyspaceId Id(std::string_view hex) { return *KeyspaceId::FromHex(hex); }

TEST(KeyRange, PrintsWhatItParsed) {
  for (const char* text : {"-", "-80", "80-", "40-80", "-8000", "c000-c080"}) {
    EXPECT_EQ(Range(text).ToString(), text);
  }
}

TEST(KeyRange, RefusesMalformedText) {
  for (const char* text : {"", "80", "-8", "8-", "80-40", "80-80", "80-8000", "-00", "40-60-80",
                           "x-", "-0x80", "--"}) {
    EXPECT_FALSE(KeyRange::Parse(text).ok()) << text;
  }
}

TEST(KeyRange, ContainsStartButNotEnd) {
  const KeyRange range = Range("40-80");
  EXPECT_TRUE(range.Contains(Id("40")));
  EXPECT_TRUE(range.Contains(Id("4000000000000000")));
  EXPECT_TRUE(range.Contains(Id("7fffffffffffffff")));
  EXPECT_FALSE(range.Contains(Id("80")));
  EXPECT_FALSE(range.Contains(Id("8000000000000000")));
  EXPECT_FALSE(range.Contains(Id("3fffffffffffffff")));
  EXPECT_TRUE(Range("-").Contains(Id("")));
  EXPECT_TRUE(Range("80-").Contains(Id("ffffffffffffffffffff")));
  EXPECT_FALSE(Range("80-").Contains(Id("")));
}

TEST(KeyRange, TrailingZerosOfABoundDoNotCount) {
  EXPECT_EQ(Range("-80"), Range("-8000"));
  EXPECT_EQ(Range("00-80"), Range("-80"));
  EXPECT_FALSE(Range("-80") == Range("-"));
  EXPECT_TRUE(Range("8000-").Contains(Id("80")));
  EXPECT_FALSE(Range("-8000").Contains(Id("80")));
  EXPECT_TRUE(Range("00-").IsFull());
}

TEST(KeyRange, Overlaps) {
  struct Case {
    const char* a;
    const char* b;
    bool overlap;
  };
  for (const Case& c :
       {Case{"-80", "80-", false}, Case{"-80", "8000-", false}, Case{"-80", "40-", true},
        Case{"-", "40-80", true}, Case{"40-80", "80-c0", false}, Case{"40-80", "7f-c0", true},
        Case{"-40", "c0-", false}, Case{"40-80", "50-60", true}, Case{"40-80", "40-80", true}}) {
    EXPECT_EQ(Range(c.a).Overlaps(Range(c.b)), c.overlap) << c.a << " " << c.b;
    EXPECT_EQ(Range(c.b).Overlaps(Range(c.a)), c.overlap) << c.b << " " << c.a;
  }
}

TEST(KeyRange, ContainsRange) {
  EXPECT_TRUE(Range("-").ContainsRange(Range("-")));
  EXPECT_TRUE(Range("-80").ContainsRange(Range("40-80")));
  EXPECT_FALSE(Range("-80").ContainsRange(Range("40-")));
  EXPECT_FALSE(Range("40-80").ContainsRange(Range("-50")));
  EXPECT_TRUE(Range("80-").ContainsRange(Range("c0-")));
}

TEST(KeyRange, OfPrefixHoldsAllThatStartsSo) {
  EXPECT_EQ(KeyRange::OfPrefix("\x16\x6b").ToString(), "166b-166c");
  EXPECT_EQ(KeyRange::OfPrefix("\x16\xff").ToString(), "16ff-17");
  EXPECT_EQ(KeyRange::OfPrefix("\xff\xff").ToString(), "ffff-");
  EXPECT_TRUE(KeyRange::OfPrefix("").IsFull());
}

TEST(KeyRange, OfShardName) {
  EXPECT_TRUE(KeyRangeOfShard("0")->IsFull());
  EXPECT_TRUE(KeyRangeOfShard("-")->IsFull());
  EXPECT_EQ(KeyRangeOfShard("40-80")->ToString(), "40-80");
  EXPECT_FALSE(KeyRangeOfShard("").ok());
  EXPECT_FALSE(KeyRangeOfShard("a-b").ok());
}

std::string TilingError(std::initializer_list<const char*> names) {
  std::vector<KeyRange> ranges;
  for (const char* name : names) ranges.push_back(Range(name));
  return std::string(CheckTiling(ranges).message());
}

TEST(KeyRange, CheckTilingNamesTheProblem) {
  EXPECT_EQ(TilingError({"-"}), "");
  EXPECT_EQ(TilingError({"80-", "-80"}), "");
  EXPECT_EQ(TilingError({"80-", "-40", "40-8000"}), "");
  EXPECT_EQ(TilingError({"-40", "80-"}), "key ranges leave a gap: 40-80");
  EXPECT_EQ(TilingError({"40-80", "80-"}), "key ranges leave a gap: -40");
  EXPECT_EQ(TilingError({"-40", "40-80"}), "key ranges leave a gap: 80-");
  EXPECT_EQ(TilingError({"-80", "40-"}), "key ranges -80 and 40- overlap");
  EXPECT_EQ(TilingError({"-", "-"}), "key ranges - and - overlap");
  EXPECT_NE(TilingError({}), "");
}

TEST(GenerateShardRanges, KnownNames) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(*GenerateShardRanges(1), Names({"-"}));
  EXPECT_EQ(*GenerateShardRanges(2), Names({"-80", "80-"}));
  EXPECT_EQ(*GenerateShardRanges(3), Names({"-55", "55-aa", "aa-"}));
  EXPECT_EQ(*GenerateShardRanges(4), Names({"-40", "40-80", "80-c0", "c0-"}));
  EXPECT_EQ(*GenerateShardRanges(2, 4), Names({"-8000", "8000-"}));
  EXPECT_EQ(*GenerateShardRanges(3, 6), Names({"-555500", "555500-aaaa00", "aaaa00-"}));
  EXPECT_EQ((*GenerateShardRanges(512))[1], "0080-0100");
  EXPECT_FALSE(GenerateShardRanges(0).ok());
  EXPECT_FALSE(GenerateShardRanges(65537).ok());
  EXPECT_FALSE(GenerateShardRanges(2, 3).ok());
  EXPECT_FALSE(GenerateShardRanges(257, 2).ok());
}

TEST(GenerateShardRanges, AlwaysTileAndEachIdHasOneShard) {
  std::mt19937_64 random(7);
  for (int count : {1, 2, 3, 5, 7, 16, 100, 255, 256, 257, 1000}) {
    std::vector<KeyRange> ranges;
    const auto names = GenerateShardRanges(count);
    ASSERT_TRUE(names.ok());
    for (const std::string& name : *names) ranges.push_back(Range(name));
    EXPECT_EQ(ranges.size(), static_cast<size_t>(count));
    EXPECT_TRUE(CheckTiling(ranges).ok()) << count;
    for (int i = 0; i < 50; ++i) {
      const KeyspaceId id = KeyspaceId::FromUint64(random());
      int owners = 0;
      for (const KeyRange& range : ranges) owners += range.Contains(id) ? 1 : 0;
      EXPECT_EQ(owners, 1) << id.ToHex() << " of " << count;
    }
  }
}

}  // namespace
}  // namespace keyspan::sharding
