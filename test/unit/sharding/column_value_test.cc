#include "sharding/column_value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace keyspan::sharding {
namespace {

using V = RoutingValue;
using ::testing::HasSubstr;

ColumnType Column(std::string_view type, std::string_view collation = "utf8mb4_0900_ai_ci") {
  auto column = ParseMysqlColumnType(type, collation);
  EXPECT_TRUE(column.ok()) << type << ": " << column.status().message();
  return column.ok() ? *column : ColumnType();
}

std::string Text(const ColumnValue& value) {
  switch (value.outcome) {
    case ColumnValue::Outcome::kValue:
      return DebugString(value.value);
    case ColumnValue::Outcome::kNoRow:
      return "no row";
    case ColumnValue::Outcome::kUndecided:
      return "undecided";
  }
  return "";
}

struct Case {
  const char* type;
  RoutingValue value;
  const char* compared;
  const char* stored;
};

// The outcomes were tried on MySQL 9.7; the test sharding.values compares many more with a live
// server.
TEST(ColumnValue, ComparedAndStored) {
  const double kInfinity = std::numeric_limits<double>::infinity();
  const std::vector<Case> cases = {
      {"int", V::Int(1), "int 1", "int 1"},
      {"int", V::Text("1"), "int 1", "int 1"},
      {"int", V::Text("01"), "int 1", "int 1"},
      {"int", V::Text(" 1 "), "int 1", "int 1"},
      {"int", V::Text("1.0"), "int 1", "int 1"},
      {"int", V::Decimal("1.0"), "int 1", "int 1"},
      {"int", V::Double(1), "int 1", "int 1"},
      {"int", V::Decimal("1.5"), "no row", "int 2"},
      {"int", V::Text("1.5"), "no row", "int 2"},
      {"int", V::Double(2.5), "no row", "int 2"},
      {"int", V::Decimal("2.5"), "no row", "int 3"},
      {"int", V::Decimal("-2.5"), "no row", "int -3"},
      {"int", V::Text("abc"), "undecided", "int 0"},
      {"int", V::Text("1abc"), "undecided", "int 1"},
      {"int", V::Text(""), "undecided", "int 0"},
      {"int", V::Text("1e2"), "undecided", "undecided"},
      {"int", V::Bits("\x31"), "undecided", "int 49"},
      {"int", V::Bytes("7"), "undecided", "int 7"},
      {"int", V::Temporal("2024-01-01"), "undecided", "undecided"},
      {"int", V::Null(), "no row", "NULL"},
      {"int", V::Int(2147483648), "no row", "int 2147483647"},
      {"int", V::Text("99999999999"), "no row", "int 2147483647"},
      {"int", V::Text("1.00000000000000000001"), "undecided", "int 1"},
      {"tinyint", V::Int(-129), "no row", "int -128"},
      {"tinyint unsigned", V::Int(255), "uint 255", "uint 255"},
      {"tinyint unsigned", V::Int(-1), "no row", "uint 0"},
      {"mediumint", V::Int(8388608), "no row", "int 8388607"},
      {"bigint", V::Text("9007199254740993"), "int 9007199254740993", "int 9007199254740993"},
      {"bigint", V::Double(9007199254740993.0), "undecided", "undecided"},
      {"bigint", V::Double(kInfinity), "undecided", "undecided"},
      {"bigint", V::Uint(9223372036854775808u), "no row", "int 9223372036854775807"},
      {"bigint", V::Text("9223372036854775808"), "undecided", "int 9223372036854775807"},
      {"bigint unsigned", V::Uint(UINT64_MAX), "uint 18446744073709551615",
       "uint 18446744073709551615"},
      {"bigint(20) unsigned", V::Int(1), "uint 1", "uint 1"},
      {"year", V::Int(2024), "uint 2024", "uint 2024"},
      {"year", V::Text("2024"), "uint 2024", "uint 2024"},
      {"year", V::Text("24"), "undecided", "undecided"},
      {"year", V::Int(0), "undecided", "undecided"},
      {"decimal(5,2)", V::Decimal("1.50"), "decimal 1.5", "decimal 1.5"},
      {"decimal(5,2)", V::Int(1), "decimal 1", "decimal 1"},
      {"decimal(5,2)", V::Decimal("1.555"), "no row", "decimal 1.56"},
      {"decimal(5,2)", V::Int(1234567), "no row", "decimal 999.99"},
      {"decimal(5,2)", V::Decimal("-0.001"), "no row", "decimal 0"},
      {"decimal(5,2)", V::Text("1.50"), "undecided", "decimal 1.5"},
      {"decimal(5,2)", V::Double(1.5), "undecided", "undecided"},
      {"decimal(5,2) unsigned", V::Decimal("-0.4"), "no row", "decimal 0"},
      {"decimal(5,2) unsigned", V::Int(-1234567), "no row", "decimal 0"},
      {"decimal(5,2) unsigned", V::Text("-2"), "undecided", "decimal 0"},
      {"decimal(30,2)", V::Bits("\xff\xff\xff\xff\xff\xff\xff\xff"), "undecided",
       "decimal 9223372036854775807"},
      {"decimal(30,2) unsigned", V::Bits("\xff\xff\xff\xff\xff\xff\xff\xff"), "undecided",
       "decimal 18446744073709551615"},
      {"varchar(3)", V::Text("ab "), "text 'ab ' utf8mb4_0900_ai_ci",
       "text 'ab ' utf8mb4_0900_ai_ci"},
      {"varchar(3)", V::Text("abcd"), "text 'abcd' utf8mb4_0900_ai_ci",
       "text 'abc' utf8mb4_0900_ai_ci"},
      {"varchar(3)", V::Text("äöüß"), "text 'äöüß' utf8mb4_0900_ai_ci",
       "text 'äöü' utf8mb4_0900_ai_ci"},
      {"varchar(3)", V::Int(1), "undecided", "text '1' utf8mb4_0900_ai_ci"},
      {"varchar(3)", V::Decimal("1.5"), "undecided", "undecided"},
      {"varchar(3)", V::Double(1.5), "undecided", "undecided"},
      {"varchar(3)", V::Bits("A"), "text 'A' utf8mb4_0900_ai_ci", "text 'A' utf8mb4_0900_ai_ci"},
      {"varchar(3)", V::Bytes("\xff"), "undecided", "undecided"},
      {"char(3)", V::Text("ab  "), "undecided", "text 'ab' utf8mb4_0900_ai_ci"},
      {"int", V::Bits("123456789"), "undecided", "undecided"},
      {"char(3)", V::Text("ab c"), "text 'ab c' utf8mb4_0900_ai_ci",
       "text 'ab' utf8mb4_0900_ai_ci"},
      {"tinytext", V::Text(std::string(256, 'a')), "", "undecided"},
      {"binary(3)", V::Bytes("ab"), "no row", "bytes 'ab\0'"},
      {"binary(3)", V::Bytes("abc"), "bytes 'abc'", "bytes 'abc'"},
      {"varbinary(3)", V::Bytes("ab"), "bytes 'ab'", "bytes 'ab'"},
      {"varbinary(3)", V::Text("abcd"), "no row", "bytes 'abc'"},
      {"varbinary(3)", V::Int(1), "undecided", "bytes '1'"},
      {"date", V::Text("2024-02-29"), "temporal '2024-02-29'", "temporal '2024-02-29'"},
      {"date", V::Temporal("2024-02-29"), "temporal '2024-02-29'", "temporal '2024-02-29'"},
      {"date", V::Text("2023-02-29"), "undecided", "undecided"},
      {"date", V::Text("2024-2-9"), "undecided", "undecided"},
      {"date", V::Text("2024-02-29 00:00:00"), "undecided", "undecided"},
      {"date", V::Int(20240229), "undecided", "undecided"},
      {"datetime", V::Text("2024-02-29 01:02:03"), "temporal '2024-02-29 01:02:03'",
       "temporal '2024-02-29 01:02:03'"},
      {"datetime", V::Text("2024-02-29"), "temporal '2024-02-29 00:00:00'",
       "temporal '2024-02-29 00:00:00'"},
      {"datetime(6)", V::Text("2024-02-29 01:02:03.450000"), "temporal '2024-02-29 01:02:03.45'",
       "temporal '2024-02-29 01:02:03.45'"},
      {"datetime", V::Text("2024-02-29 01:02:03.000"), "temporal '2024-02-29 01:02:03'",
       "temporal '2024-02-29 01:02:03'"},
      {"datetime", V::Text("2024-02-29 01:02:03.6"), "undecided", "undecided"},
      {"datetime", V::Text("2024-02-29 01:02:03+01:00"), "undecided", "undecided"},
      {"datetime", V::Text("2024-02-29 25:02:03"), "undecided", "undecided"},
      {"double", V::Int(1), "undecided", "undecided"},
  };
  for (const Case& c : cases) {
    const ColumnType column = Column(c.type);
    if (*c.compared != '\0') {
      EXPECT_EQ(Text(NormalizeForComparison(c.value, column)), c.compared)
          << c.type << " = " << DebugString(c.value);
    }
    if (c.type == std::string_view("binary(3)") && c.value.text == "ab") {
      EXPECT_EQ(NormalizeForStorage(c.value, column).value.text, std::string("ab\0", 3));
      continue;
    }
    EXPECT_EQ(Text(NormalizeForStorage(c.value, column)), c.stored)
        << c.type << " gets " << DebugString(c.value);
  }
}

// Mixed lists are where MySQL itself is not exact.
TEST(ColumnValue, Lists) {
  const auto compared = [](const char* type, std::vector<RoutingValue> list) {
    std::string out;
    for (const ColumnValue& value : NormalizeListForComparison(list, Column(type))) {
      out += (out.empty() ? "" : ", ") + Text(value);
    }
    return out;
  };
  EXPECT_EQ(compared("bigint", {V::Text("9007199254740993")}), "int 9007199254740993");
  EXPECT_EQ(compared("bigint", {V::Text("9007199254740993"), V::Text("5")}),
            "int 9007199254740993, int 5");
  EXPECT_EQ(compared("bigint", {V::Text("9007199254740993"), V::Int(5)}), "undecided, int 5");
  EXPECT_EQ(compared("bigint", {V::Text("9007199254740993"), V::Null()}), "undecided, no row");
  EXPECT_EQ(compared("bigint unsigned", {V::Int(-1), V::Int(5), V::Null()}),
            "no row, uint 5, no row");
  EXPECT_EQ(compared("bigint unsigned", {V::Int(-1), V::Text("5")}), "undecided, uint 5");
  EXPECT_EQ(compared("int", {V::Int(7), V::Decimal("1.5")}), "int 7, undecided");
  EXPECT_EQ(compared("varbinary(3)", {V::Bytes("a"), V::Int(5)}), "bytes 'a', undecided");
  EXPECT_EQ(compared("int", {}), "");
}

TEST(ColumnValue, TextOfOtherCollations) {
  const auto compared = [](const char* collation, RoutingValue value) {
    return Text(NormalizeForComparison(value, Column("varchar(10)", collation)));
  };
  EXPECT_EQ(compared("utf8mb4_general_ci", V::Text("a ")), "text 'a' utf8mb4_general_ci");
  EXPECT_EQ(compared("utf8mb4_bin", V::Text("a ")), "text 'a' utf8mb4_bin");
  EXPECT_EQ(compared("utf8mb4_0900_bin", V::Text("a ")), "text 'a ' utf8mb4_0900_bin");
  EXPECT_EQ(compared("latin1_swedish_ci", V::Text("é")), "text 'é' latin1_swedish_ci");
  EXPECT_EQ(compared("latin1_swedish_ci", V::Text("日")), "undecided");
  EXPECT_EQ(compared("latin1_swedish_ci", V::Bytes("\xc3\xa9")), "undecided");
  EXPECT_EQ(compared("utf8mb3_general_ci", V::Text("😀")), "undecided");
  EXPECT_EQ(compared("utf8mb4_ja_0900_as_cs", V::Text("a")), "undecided");
}

// A size that the VSchema does not say could cut off spaces that count.
TEST(ColumnValue, UnknownSizeWithTrailingSpaces) {
  const auto column = ParseVSchemaColumnType("VARCHAR", "");
  ASSERT_TRUE(column.ok());
  EXPECT_EQ(Text(NormalizeForStorage(V::Text("a "), *column)), "undecided");
  EXPECT_EQ(Text(NormalizeForStorage(V::Text("a"), *column)), "text 'a' utf8mb4_0900_ai_ci");
}

TEST(ColumnType, FromMysql) {
  EXPECT_EQ(Column("bigint unsigned"), Column("bigint(20) unsigned zerofill"));
  EXPECT_TRUE(Column("BIGINT UNSIGNED").is_unsigned);
  EXPECT_EQ(Column("varchar(255)").length, 255u);
  EXPECT_EQ(Column("decimal(10,2)").scale, 2);
  EXPECT_EQ(Column("decimal").precision, 10);
  EXPECT_EQ(Column("char").length, 1u);
  EXPECT_EQ(Column("datetime(6)").scale, 6);
  EXPECT_TRUE(Column("text").IsText());
  EXPECT_FALSE(Column("text").IsBinary());
  EXPECT_TRUE(Column("blob", "").IsBinary());
  EXPECT_TRUE(Column("varchar(3)", "binary").IsBinary());
  EXPECT_FALSE(ParseMysqlColumnType("varchar(3)", "").ok());
  EXPECT_FALSE(ParseMysqlColumnType("int4", "").ok());
}

TEST(ColumnType, FromVSchema) {
  EXPECT_EQ(*ParseVSchemaColumnType("INT64", ""), Column("bigint"));
  EXPECT_EQ(*ParseVSchemaColumnType("UINT32", ""), Column("int unsigned"));
  EXPECT_EQ(*ParseVSchemaColumnType("VARCHAR", "", 20), Column("varchar(20)"));
  EXPECT_EQ(ParseVSchemaColumnType("VARCHAR", "utf8mb4_bin")->collation, "utf8mb4_bin");
  EXPECT_EQ(*ParseVSchemaColumnType("DECIMAL", "", 10, 2), Column("decimal(10,2)"));
  EXPECT_FALSE(ParseVSchemaColumnType("bigint", "").ok());
}

TEST(CheckShardingColumn, SaysWhatCannotBe) {
  const auto check = [](const char* type, const char* collation, const char* vindex_type) {
    const auto vindex = CreateVindex(vindex_type, "v", {});
    return std::string(CheckShardingColumn(Column(type, collation), **vindex).message());
  };
  EXPECT_EQ(check("bigint", "", "xxhash"), "");
  EXPECT_EQ(check("bigint", "", "hash"), "");
  EXPECT_EQ(check("bigint", "", "unicode_loose_xxhash"), "");
  EXPECT_EQ(check("decimal(5,2)", "", "xxhash"), "");
  EXPECT_EQ(check("date", "", "xxhash"), "");
  EXPECT_EQ(check("varbinary(9)", "", "xxhash"), "");
  EXPECT_EQ(check("varchar(9)", "utf8mb4_0900_ai_ci", "unicode_loose_xxhash"), "");
  EXPECT_EQ(check("varchar(9)", "utf8mb4_bin", "xxhash"), "");
  EXPECT_THAT(check("varchar(9)", "utf8mb4_0900_ai_ci", "xxhash"),
              HasSubstr("use unicode_loose_xxhash"));
  EXPECT_THAT(check("varchar(9)", "utf8mb4_ja_0900_as_cs", "unicode_loose_md5"),
              HasSubstr("utf8mb4_ja_0900_as_cs"));
  EXPECT_THAT(check("varchar(9)", "utf8mb4_bin", "hash"), HasSubstr("not an integer"));
  EXPECT_THAT(check("decimal(5,2)", "", "numeric"), HasSubstr("not an integer"));
  for (const char* type : {"float", "double", "timestamp", "time", "bit(1)", "json", "enum('a')",
                           "set('a')", "geometry", "point"}) {
    EXPECT_THAT(check(type, "", "unicode_loose_xxhash"), HasSubstr("a sharding column of type"))
        << type;
  }
}

}  // namespace
}  // namespace keyspan::sharding
