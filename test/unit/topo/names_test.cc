#include "topo/names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace keyspan::topo {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(AliasTest, RoundTrips) {
  const auto alias = ParseAlias("zone1-100");
  ASSERT_TRUE(alias.ok());
  EXPECT_EQ(alias->cell(), "zone1");
  EXPECT_EQ(alias->uid(), 100u);
  EXPECT_EQ(AliasToString(*alias), "zone1-0000000100");
  EXPECT_EQ(ParseAlias("us-east-7")->cell(), "us-east");
}

TEST(AliasTest, RefusesWhatIsNone) {
  for (const char* text : {"", "zone1", "-1", "zone1-", "zone1-x", "zone1-4294967296", "a/b-1"}) {
    EXPECT_FALSE(ParseAlias(text).ok()) << text;
  }
}

TEST(ShardNameTest, ParsesRanges) {
  EXPECT_EQ(ParseShardName("-80")->end(), "\x80");
  EXPECT_EQ(ParseShardName("80-")->start(), "\x80");
  EXPECT_EQ(KeyRangeToString(*ParseShardName("40-c0ff")), "40-c0ff");
  EXPECT_TRUE(KeyRangeIsWhole(*ParseShardName("-")));
  EXPECT_TRUE(KeyRangeIsWhole(*ParseShardName("0")));
}

TEST(ShardNameTest, RefusesWhatIsNoRange) {
  for (const char* name : {"", "-8", "80-40", "80-80", "8A-", "a-b-c", "x-", "40/", "80-8000"}) {
    EXPECT_FALSE(ParseShardName(name).ok()) << name;
  }
}

TEST(ShardNameTest, Overlap) {
  const auto overlap = [](const char* a, const char* b) {
    return KeyRangesOverlap(*ParseShardName(a), *ParseShardName(b));
  };
  EXPECT_FALSE(overlap("-80", "80-"));
  EXPECT_FALSE(overlap("-80", "8000-"));
  EXPECT_TRUE(overlap("-80", "40-c0"));
  EXPECT_TRUE(overlap("-", "c0-"));
}

TEST(ShardRangesTest, AreEqualAndTile) {
  EXPECT_THAT(*GenerateShardRanges(1, 0), ElementsAre("-"));
  EXPECT_THAT(*GenerateShardRanges(2, 0), ElementsAre("-80", "80-"));
  EXPECT_THAT(*GenerateShardRanges(3, 0), ElementsAre("-55", "55-aa", "aa-"));
  EXPECT_THAT(*GenerateShardRanges(2, 4), ElementsAre("-8000", "8000-"));
  for (int count : {4, 7, 255, 256, 257, 1000}) {
    std::vector<KeyRange> ranges;
    const auto names = GenerateShardRanges(count, 0);
    for (const std::string& name : *names) {
      ranges.push_back(*ParseShardName(name));
    }
    EXPECT_EQ(ranges.size(), static_cast<size_t>(count));
    EXPECT_TRUE(CheckTiling(ranges).ok()) << count;
  }
  EXPECT_FALSE(GenerateShardRanges(0, 0).ok());
}

TEST(TilingTest, NamesGapsAndOverlaps) {
  const auto check = [](std::vector<const char*> names) {
    std::vector<KeyRange> ranges;
    for (const char* name : names) ranges.push_back(*ParseShardName(name));
    return CheckTiling(ranges).ToString();
  };
  EXPECT_EQ(check({"80-", "-80"}), "OK");
  EXPECT_THAT(check({"-40", "80-"}), HasSubstr("no shard serves the range 40-80"));
  EXPECT_THAT(check({"-80", "40-"}), HasSubstr("-80 and 40- overlap"));
  EXPECT_THAT(check({"-", "80-"}), HasSubstr("overlap"));
  EXPECT_THAT(check({"40-"}), HasSubstr("no shard serves the range -40"));
  EXPECT_THAT(check({"-40"}), HasSubstr("no shard serves the range 40-"));
  EXPECT_FALSE(CheckTiling({}).ok());
}

TEST(KeyspaceShardTest, Parses) {
  EXPECT_EQ(ParseKeyspaceShard("customer/-80")->shard, "-80");
  for (const char* text : {"customer", "customer/", "/0", "a/b/c", "a/80-40"}) {
    EXPECT_FALSE(ParseKeyspaceShard(text).ok()) << text;
  }
}

TEST(TabletTypeTest, TakesAnyCase) {
  EXPECT_EQ(*ParseTabletType("replica"), REPLICA);
  EXPECT_EQ(*ParseTabletType("PRIMARY"), PRIMARY);
  EXPECT_EQ(TabletTypeName(RDONLY), "rdonly");
  EXPECT_FALSE(ParseTabletType("master").ok());
  EXPECT_FALSE(ParseTabletType("unknown").ok());
}

TEST(DurabilityTest, SaysWhoAcknowledges) {
  Tablet primary;
  *primary.mutable_alias() = *ParseAlias("zone1-1");
  Tablet replica;
  *replica.mutable_alias() = *ParseAlias("zone1-2");
  replica.set_type(REPLICA);
  EXPECT_FALSE(CanAcknowledge("none", primary, replica));
  EXPECT_TRUE(CanAcknowledge("semi_sync", primary, replica));
  EXPECT_FALSE(CanAcknowledge("semi_sync", primary, primary));
  EXPECT_FALSE(CanAcknowledge("cross_cell", primary, replica));
  replica.set_type(RDONLY);
  EXPECT_FALSE(CanAcknowledge("semi_sync", primary, replica));
  EXPECT_TRUE(CanAcknowledge("semi_sync_with_rdonly_ack", primary, replica));
  EXPECT_EQ(RequiredAcks("none"), 0);
  EXPECT_EQ(RequiredAcks("cross_cell"), 1);
  EXPECT_FALSE(CheckDurabilityPolicy("sync").ok());
}

}  // namespace
}  // namespace keyspan::topo
