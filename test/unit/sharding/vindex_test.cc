#include "sharding/vindexes/vindex.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

namespace keyspan::sharding {
namespace {

using V = RoutingValue;
using ::testing::HasSubstr;

std::shared_ptr<const Vindex> Make(std::string_view type, const VindexParams& params = {}) {
  auto vindex = CreateVindex(type, "v", params);
  EXPECT_TRUE(vindex.ok()) << type << ": " << vindex.status().message();
  return vindex.ok() ? *vindex : nullptr;
}

std::string Error(std::string_view type, const VindexParams& params) {
  auto vindex = CreateVindex(type, "v", params);
  return std::string(vindex.status().message());
}

std::string Map(const Vindex& vindex, std::vector<RoutingValue> values) {
  const auto out = vindex.Map(values);
  return out.ok() ? DebugString(*out) : std::string(out.status().message());
}

struct Vector {
  const char* type;
  RoutingValue value;
  const char* expected;
};

// Published with the reference product (its vindex tests) unless said otherwise.
TEST(Vindex, KnownVectors) {
  const std::vector<Vector> vectors = {
      {"hash", V::Int(1), "ksid 166b40b44aba4bd6"},
      {"hash", V::Uint(1), "ksid 166b40b44aba4bd6"},
      {"hash", V::Text("1"), "ksid 166b40b44aba4bd6"},
      {"hash", V::Int(2), "ksid 06e7ea22ce92708f"},
      {"hash", V::Int(3), "ksid 4eb190c9a2fa169c"},
      {"hash", V::Int(4), "ksid d2fd8867d50d2dfe"},
      {"hash", V::Int(5), "ksid 70bb023c810ca87a"},
      {"hash", V::Int(6), "ksid f098480ac4c4be71"},
      {"hash", V::Null(), "none"},
      {"hash", V::Text("aa"), "none"},
      {"hash", V::Double(1), "none"},
      {"xxhash", V::Int(1), "ksid d46405367612b4b7"},
      {"xxhash", V::Text("1"), "ksid d46405367612b4b7"},
      {"xxhash", V::Int(-1), "ksid d8e2a6a7c8c7623d"},
      {"xxhash", V::Uint(18446744073709551615u), "ksid 477cfa8d6d8f1f8d"},
      {"xxhash", V::Int(9223372036854775807), "ksid b37eb01f7bffafd8"},
      {"xxhash", V::Uint(9223372036854775807), "ksid b37eb01f7bffafd8"},
      {"xxhash", V::Int(INT64_MIN), "ksid 102c27ddb26a609e"},
      {"xxhash", V::Text("test1"), "ksid d01ab7e4d6978f0b"},
      {"xxhash", V::Text("test2"), "ksid 87eb11714c0a0e89"},
      {"xxhash", V::Text("testaverylongvaluetomakesurethisworks"), "ksid 81d8c38e0d850e6a"},
      {"xxhash", V::Null(), "ksid 99e9d85137db46ef"},
      {"numeric", V::Int(1), "ksid 0000000000000001"},
      {"numeric", V::Uint(18446744073709551615u), "ksid ffffffffffffffff"},
      {"numeric", V::Int(-1), "ksid ffffffffffffffff"},
      {"numeric", V::Bits("\x9e\xfa"), "ksid 0000000000009efa"},
      {"numeric", V::Text("1.5"), "none"},
      {"numeric", V::Text("18446744073709551616"), "none"},
      {"reverse_bits", V::Int(1), "ksid 8000000000000000"},
      {"reverse_bits", V::Int(2), "ksid 4000000000000000"},
      {"reverse_bits", V::Uint(18446744073709551615u), "ksid ffffffffffffffff"},
      {"binary", V::Bytes("1"), "ksid 31"},
      {"binary", V::Text("ab"), "ksid 6162"},
      {"binary", V::Bits(std::string("\x00\xff", 2)), "ksid 00ff"},
      // RFC 1321, A.5 test suite.
      {"binary_md5", V::Text("abc"), "ksid 900150983cd24fb0d6963f7d28e17f72"},
      {"binary_md5", V::Int(1), "ksid c4ca4238a0b923820dcc509a6f75849b"},
      {"null", V::Int(7), "ksid 00"},
      {"null", V::Null(), "ksid 00"},
      {"cfc", V::Text("abc"), "ksid 616263"},
  };
  for (const Vector& vector : vectors) {
    EXPECT_EQ(Map(*Make(vector.type), {vector.value}), vector.expected)
        << vector.type << " of " << DebugString(vector.value);
  }
}

TEST(Vindex, TraitsOfEveryType) {
  struct Traits {
    const char* type;
    VindexParams params;
    int cost;
    bool unique;
    bool functional;
    int columns;
  };
  const VindexParams lookup = {{"table", "t"}, {"from", "a"}, {"to", "b"}};
  const std::string path = ::testing::TempDir() + "/region_map.json";
  std::ofstream(path) << R"({"de": 1, "us": 255})";
  const std::vector<Traits> all = {
      {"binary", {}, 0, true, true, 1},
      {"binary_md5", {}, 1, true, true, 1},
      {"cfc", {{"hash", "md5"}, {"offsets", "[2]"}}, 1, true, true, 1},
      {"consistent_lookup", lookup, 20, false, false, 1},
      {"consistent_lookup_unique", lookup, 10, true, false, 1},
      {"hash", {}, 1, true, true, 1},
      {"lookup", lookup, 20, false, false, 1},
      {"lookup_cost",
       {{"table", "t"}, {"from", "a,c"}, {"to", "b"}, {"cost", "7"}},
       7,
       true,
       false,
       2},
      {"lookup_hash", lookup, 20, false, false, 1},
      {"lookup_hash_unique", lookup, 10, true, false, 1},
      {"lookup_unicodeloosemd5_hash", lookup, 20, false, false, 1},
      {"lookup_unicodeloosemd5_hash_unique", lookup, 10, true, false, 1},
      {"lookup_unique", lookup, 10, true, false, 1},
      {"multicol", {{"column_count", "3"}}, 3, true, true, 3},
      {"null", {}, 100, true, true, 1},
      {"numeric", {}, 0, true, true, 1},
      {"numeric_static_map", {{"json", "{}"}}, 1, true, true, 1},
      {"region_experimental", {{"region_bytes", "1"}}, 1, true, true, 2},
      {"region_json", {{"region_bytes", "1"}, {"region_map", path}}, 1, true, true, 2},
      {"reverse_bits", {}, 1, true, true, 1},
      {"unicode_loose_md5", {}, 1, true, true, 1},
      {"unicode_loose_xxhash", {}, 1, true, true, 1},
      {"xxhash", {}, 1, true, true, 1},
  };
  std::vector<std::string_view> types;
  for (const Traits& traits : all) {
    types.push_back(traits.type);
    const auto vindex = Make(traits.type, traits.params);
    ASSERT_NE(vindex, nullptr);
    EXPECT_EQ(vindex->type(), traits.type);
    EXPECT_EQ(vindex->name(), "v");
    EXPECT_EQ(vindex->cost(), traits.cost) << traits.type;
    EXPECT_EQ(vindex->is_unique(), traits.unique) << traits.type;
    EXPECT_EQ(vindex->is_functional(), traits.functional) << traits.type;
    EXPECT_EQ(vindex->column_count(), traits.columns) << traits.type;
    EXPECT_EQ(IsLookupVindexType(traits.type), !traits.functional);
  }
  EXPECT_EQ(VindexTypes(), types);
}

TEST(Vindex, RefusesBadParams) {
  struct Case {
    const char* type;
    VindexParams params;
    const char* message;
  };
  const std::vector<Case> cases = {
      {"hsah", {}, "unknown type 'hsah'"},
      {"hash", {{"hello", "world"}}, "type hash has no param 'hello'"},
      {"multicol", {}, "needs the param 'column_count'"},
      {"multicol", {{"column_count", "0"}}, "from 1 to 8"},
      {"multicol", {{"column_count", "9"}}, "from 1 to 8"},
      {"multicol", {{"column_count", "2x"}}, "from 1 to 8"},
      {"multicol", {{"column_count", "3"}, {"column_bytes", "1,2,3,4"}}, "more items"},
      {"multicol", {{"column_count", "3"}, {"column_bytes", "100,2,3"}}, "1 to 8"},
      {"multicol", {{"column_count", "3"}, {"column_bytes", "4,4,4"}}, "8 bytes"},
      {"multicol", {{"column_count", "3"}, {"column_bytes", "4,4,"}}, "8 bytes"},
      {"multicol", {{"column_count", "1"}, {"column_vindex", "hash,hash"}}, "more items"},
      {"multicol", {{"column_count", "1"}, {"column_vindex", "null"}}, "cannot be"},
      {"multicol", {{"column_count", "1"}, {"column_vindex", "cfc"}}, "cannot be"},
      {"multicol", {{"column_count", "1"}, {"column_vindex", "multicol"}}, "cannot be"},
      {"multicol", {{"column_count", "1"}, {"column_vindex", "lookup"}}, "needs the param"},
      {"multicol", {{"column_count", "1"}, {"json", "{}"}}, "no column_vindex uses"},
      {"region_experimental", {}, "needs the param 'region_bytes'"},
      {"region_experimental", {{"region_bytes", "3"}}, "from 1 to 2"},
      {"region_json", {{"region_bytes", "1"}}, "needs the param 'region_map'"},
      {"region_json", {{"region_bytes", "1"}, {"region_map", "/does/not/exist"}}, "cannot be read"},
      {"numeric_static_map", {}, "either the param 'json' or 'json_path'"},
      {"numeric_static_map", {{"json", "{}"}, {"json_path", "x"}}, "either"},
      {"numeric_static_map", {{"json", "["}}, "not a JSON object"},
      {"numeric_static_map", {{"json", R"({"a": 1})"}}, "a number in quotes"},
      {"numeric_static_map", {{"json", R"({"1": -1})"}}, "a number in quotes"},
      {"numeric_static_map", {{"json", "{}"}, {"fallback_type", "null"}}, "fallback_type"},
      {"numeric_static_map", {{"json", "{}"}, {"fallback_type", "no"}}, "unknown type"},
      {"cfc", {{"hash", "sha1"}, {"offsets", "[1]"}}, "md5 or xxhash64"},
      {"cfc", {{"hash", "md5"}}, "needs the param 'offsets'"},
      {"cfc", {{"offsets", "[1]"}}, "only with 'hash'"},
      {"cfc", {{"hash", "md5"}, {"offsets", "[2,2]"}}, "growing list"},
      {"cfc", {{"hash", "md5"}, {"offsets", "[0]"}}, "growing list"},
      {"cfc", {{"hash", "md5"}, {"offsets", "[]"}}, "growing list"},
      {"lookup", {{"table", "t"}, {"from", "a"}}, "needs the param 'to'"},
      {"lookup",
       {{"table", "t"}, {"from", "a"}, {"to", "b"}, {"autocommit", "yes"}},
       "true or false"},
      {"lookup_unique",
       {{"table", "t"}, {"from", "a"}, {"to", "b"}, {"read_lock", "all"}},
       "exclusive, shared or none"},
      {"lookup_hash",
       {{"table", "t"}, {"from", "a"}, {"to", "b"}, {"no_verify", "true"}},
       "has no param 'no_verify'"},
      {"consistent_lookup",
       {{"table", "t"}, {"from", "a"}, {"to", "b"}, {"autocommit", "true"}},
       "has no param 'autocommit'"},
  };
  for (const Case& c : cases) EXPECT_THAT(Error(c.type, c.params), HasSubstr(c.message)) << c.type;
}

TEST(Vindex, LookupTypesDoNotRouteYet) {
  const auto lookup = Make("lookup", {{"table", "t"}, {"from", "a"}, {"to", "b"}});
  const V value = V::Int(1);
  const auto out = lookup->Map(std::span(&value, 1));
  EXPECT_EQ(out.status().mysql_errno(), 1235);
  EXPECT_THAT(std::string(out.status().message()), HasSubstr("lookup vindex 'v'"));
}

TEST(Vindex, WrongNumberOfValues) {
  EXPECT_THAT(Map(*Make("hash"), {}), HasSubstr("1 columns and was given 0"));
  EXPECT_THAT(Map(*Make("xxhash"), {V::Int(1), V::Int(2)}), HasSubstr("was given 2"));
  EXPECT_THAT(Map(*Make("null"), {}), HasSubstr("was given 0"));
}

TEST(Vindex, MapEach) {
  const std::vector<V> values = {V::Int(1), V::Null()};
  const auto out = Make("hash")->MapEach(values);
  ASSERT_TRUE(out.ok());
  EXPECT_EQ(DebugString((*out)[0]), "ksid 166b40b44aba4bd6");
  EXPECT_EQ(DebugString((*out)[1]), "none");
}

TEST(Vindex, DoublesAreNoKey) {
  EXPECT_THAT(Map(*Make("xxhash"), {V::Double(1.5)}), HasSubstr("floating-point"));
}

TEST(MulticolVindex, KnownVectors) {
  const auto vindex = Make("multicol", {{"column_count", "3"}});
  EXPECT_EQ(Map(*vindex, {V::Int(1), V::Int(1), V::Int(1)}), "ksid 166b40166b40166b");
  EXPECT_EQ(Map(*vindex, {V::Int(255), V::Int(1), V::Int(1)}), "ksid 254e88166b40166b");
  EXPECT_EQ(Map(*vindex, {V::Int(256), V::Int(1), V::Int(1)}), "ksid dd7c0b166b40166b");
  EXPECT_EQ(Map(*vindex, {V::Int(1)}), "range 166b40-166b41");
  EXPECT_EQ(Map(*vindex, {V::Int(1), V::Int(1)}), "range 166b40166b40-166b40166b41");
  EXPECT_EQ(Map(*vindex, {V::Text("abcd"), V::Int(1), V::Int(1)}), "none");
  EXPECT_EQ(Map(*vindex, {V::Int(1), V::Int(1), V::Text("abcd")}), "none");
  EXPECT_THAT(Map(*vindex, {V::Int(1), V::Int(1), V::Int(1), V::Int(1)}), HasSubstr("was given 4"));
}

TEST(MulticolVindex, BytesAndTypesOfEachColumn) {
  const auto vindex = Make(
      "multicol",
      {{"column_count", "3"}, {"column_bytes", "1,3,4"}, {"column_vindex", "hash, binary,xxhash"}});
  EXPECT_EQ(vindex->cost(), 2);
  EXPECT_EQ(Map(*vindex, {V::Int(1), V::Bytes("ab"), V::Int(1)}), "ksid 16616200d4640536");
  EXPECT_EQ(Map(*vindex, {V::Int(1), V::Bytes("abcdef"), V::Int(1)}), "ksid 16616263d4640536");
  EXPECT_EQ(Map(*vindex, {V::Int(1), V::Bytes("ab")}), "range 16616200-16616201");
  EXPECT_EQ(vindex->input(0), VindexInput::kInteger);
  EXPECT_EQ(vindex->input(1), VindexInput::kBytes);
}

// Every prefix of a row's values leads to a range that has the row's id.
TEST(MulticolVindex, PrefixRangeHoldsTheRow) {
  const auto vindex = Make("multicol", {{"column_count", "3"},
                                        {"column_bytes", "2,2,2"},
                                        {"column_vindex", "binary,binary,binary"}});
  const std::vector<std::string> parts = {"",         "a",    "ab",    std::string(2, '\0'),
                                          "\xff\xff", "\xff", "abcdef"};
  for (const auto& a : parts) {
    for (const auto& b : parts) {
      const std::vector<V> row = {V::Bytes(a), V::Bytes(b), V::Bytes("zz")};
      const auto id = std::get<KeyspaceId>(*vindex->Map(row));
      for (size_t n = 1; n < row.size(); ++n) {
        const auto range = std::get<KeyRange>(*vindex->Map(std::span(row).first(n)));
        EXPECT_TRUE(range.Contains(id)) << id.ToHex() << " in " << range.ToString();
      }
    }
  }
}

TEST(RegionVindexes, KnownVectors) {
  const auto one = Make("region_experimental", {{"region_bytes", "1"}});
  EXPECT_EQ(Map(*one, {V::Int(1), V::Int(1)}), "ksid 01166b40b44aba4bd6");
  EXPECT_EQ(Map(*one, {V::Int(255), V::Int(1)}), "ksid ff166b40b44aba4bd6");
  EXPECT_EQ(Map(*one, {V::Int(1)}), "range 01-02");
  EXPECT_EQ(Map(*one, {V::Int(255)}), "range ff-");
  EXPECT_EQ(Map(*one, {V::Int(256), V::Int(1)}), "none");
  EXPECT_EQ(Map(*one, {V::Int(1), V::Null()}), "none");
  const auto two = Make("region_experimental", {{"region_bytes", "2"}});
  EXPECT_EQ(Map(*two, {V::Int(256), V::Int(1)}), "ksid 0100166b40b44aba4bd6");
}

TEST(RegionVindexes, RegionFromAFile) {
  const std::string path = ::testing::TempDir() + "/regions.json";
  std::ofstream(path) << R"({"de": 1, "us": 255})";
  const auto vindex = Make("region_json", {{"region_bytes", "1"}, {"region_map", path}});
  EXPECT_EQ(Map(*vindex, {V::Int(1), V::Text("de")}), "ksid 01166b40b44aba4bd6");
  EXPECT_EQ(Map(*vindex, {V::Int(1), V::Text("us")}), "ksid ff166b40b44aba4bd6");
  EXPECT_EQ(Map(*vindex, {V::Int(1), V::Text("fr")}), "none");
  std::ofstream(path) << R"({"de": 256})";
  EXPECT_THAT(Error("region_json", {{"region_bytes", "1"}, {"region_map", path}}),
              HasSubstr("gives 'de' the region 256"));
  std::remove(path.c_str());
}

TEST(NumericStaticMapVindex, ListedNumbersAndFallback) {
  const char* json = R"({"1": 2, "3": 4, "5": 6})";
  const auto plain = Make("numeric_static_map", {{"json", json}});
  EXPECT_EQ(Map(*plain, {V::Int(1)}), "ksid 0000000000000002");
  EXPECT_EQ(Map(*plain, {V::Text("3")}), "ksid 0000000000000004");
  EXPECT_EQ(Map(*plain, {V::Int(2)}), "ksid 0000000000000002");
  EXPECT_EQ(Map(*plain, {V::Text("x")}), "none");
  const auto hashed = Make("numeric_static_map", {{"json", json}, {"fallback_type", "xxhash"}});
  EXPECT_EQ(Map(*hashed, {V::Int(1)}), "ksid 0000000000000002");
  EXPECT_EQ(Map(*hashed, {V::Int(-1)}), "ksid d8e2a6a7c8c7623d");

  const std::string path = ::testing::TempDir() + "/static_map.json";
  std::ofstream(path) << json;
  EXPECT_EQ(Map(*Make("numeric_static_map", {{"json_path", path}}), {V::Int(5)}),
            "ksid 0000000000000006");
  std::remove(path.c_str());
}

TEST(CfcVindex, HashesEachComponent) {
  const auto md5 = Make("cfc", {{"hash", "md5"}, {"offsets", "[3,5]"}});
  // md5("abc") = 900150.., md5("de") = 5f02f0.., md5("fg") = 3d4044.. (coreutils md5sum)
  EXPECT_EQ(Map(*md5, {V::Bytes("abc")}), "vindex 'v' needs at least 5 bytes and got 3");
  EXPECT_EQ(Map(*md5, {V::Bytes("abcde")}), "ksid 9001505f02");
  EXPECT_EQ(Map(*md5, {V::Bytes("abcdefg")}), "ksid 9001505f023d40");
  EXPECT_EQ(DebugString(MapValuePrefix(*md5, "abc")), "range 900150-900151");
  EXPECT_EQ(DebugString(MapValuePrefix(*md5, "abcd")), "range 900150-900151");
  EXPECT_EQ(DebugString(MapValuePrefix(*md5, "abcdef")), "range 9001505f02-9001505f03");
  EXPECT_EQ(DebugString(MapValuePrefix(*md5, "ab")), "range -");
  const auto plain = Make("cfc");
  EXPECT_EQ(DebugString(MapValuePrefix(*plain, "ab")), "range 6162-6163");
  EXPECT_EQ(DebugString(MapValuePrefix(*Make("hash"), "ab")), "range -");
  const auto xx = Make("cfc", {{"hash", "xxhash64"}, {"offsets", "[5]"}});
  EXPECT_EQ(Map(*xx, {V::Bytes("test1")}), "ksid d01ab7e4d6");
}

TEST(LooseVindexes, EqualTextsHaveOneId) {
  const auto with = [](std::string text, std::string_view collation) {
    V value = V::Text(std::move(text));
    value.collation = collation;
    return value;
  };
  for (const char* type : {"unicode_loose_md5", "unicode_loose_xxhash"}) {
    const auto vindex = Make(type);
    const auto id = Map(*vindex, {V::Text("Test")});
    EXPECT_EQ(Map(*vindex, {V::Text("TEST")}), id);
    EXPECT_EQ(Map(*vindex, {V::Text("tést")}), id);
    EXPECT_EQ(Map(*vindex, {with("TEST", "utf8mb4_0900_ai_ci")}), id);
    EXPECT_NE(Map(*vindex, {V::Text("Test ")}), id);
    EXPECT_EQ(Map(*vindex, {with("a  ", "utf8mb4_general_ci")}),
              Map(*vindex, {with("A", "utf8mb4_general_ci")}));
    EXPECT_NE(Map(*vindex, {with("a", "utf8mb4_0900_as_cs")}),
              Map(*vindex, {with("A", "utf8mb4_0900_as_cs")}));
    EXPECT_EQ(Map(*vindex, {V::Int(1)}), Map(*vindex, {V::Bytes("1")}));
    EXPECT_EQ(Map(*vindex, {V::Text("\xff")}), "none");
    EXPECT_THAT(Map(*vindex, {with("a", "utf8mb4_ja_0900_as_cs")}), HasSubstr("ja_0900"));
  }
}

}  // namespace
}  // namespace keyspan::sharding
