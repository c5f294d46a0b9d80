#include "mysql/types/value.h"

#include <gtest/gtest.h>

#include "mysql/types/collation.h"

namespace keyspan::mysql {
namespace {

Field FieldOf(FieldType type, uint16_t flags = 0, uint16_t collation = kUtf8mb40900AiCi) {
  Field field;
  field.type = type;
  field.flags = flags;
  field.collation = collation;
  return field;
}

TEST(Value, FromTextOfEachTypeAndBack) {
  struct Case {
    FieldType type;
    uint16_t flags;
    const char* text;
    Value::Kind kind;
  };
  for (const Case& c : std::initializer_list<Case>{
           {FieldType::kTiny, 0, "-128", Value::Kind::kInt64},
           {FieldType::kLongLong, 0, "-9223372036854775808", Value::Kind::kInt64},
           {FieldType::kLongLong, kUnsignedFlag, "18446744073709551615", Value::Kind::kUint64},
           {FieldType::kYear, 0, "2026", Value::Kind::kUint64},
           {FieldType::kDouble, 0, "1e15", Value::Kind::kDouble},
           {FieldType::kFloat, 0, "33.3333", Value::Kind::kFloat},
           {FieldType::kNewDecimal, 0, "-12345678901234567890.10", Value::Kind::kDecimal},
           {FieldType::kDate, 0, "0000-00-00", Value::Kind::kDate},
           {FieldType::kDatetime, 0, "2026-11-20 18:55:00.250", Value::Kind::kDatetime},
           {FieldType::kTimestamp, 0, "2026-11-20 18:55:00", Value::Kind::kDatetime},
           {FieldType::kTime, 0, "-838:59:59", Value::Kind::kTime},
           {FieldType::kTime, 0, "00:00:00.000001", Value::Kind::kTime},
           {FieldType::kJson, 0, "{\"a\": 1}", Value::Kind::kString},
           {FieldType::kVarString, 0, "", Value::Kind::kString},
       }) {
    Result<Value> value = ValueFromText(FieldOf(c.type, c.flags), c.text);
    ASSERT_TRUE(value.ok()) << c.text << value.status().ToString();
    EXPECT_EQ(value->kind(), c.kind) << c.text;
    EXPECT_EQ(value->ToText(), c.text);
  }
}

TEST(Value, TextThatIsNotOfTheTypeFails) {
  for (auto [type, text] : std::initializer_list<std::pair<FieldType, const char*>>{
           {FieldType::kLong, ""},
           {FieldType::kLong, "1x"},
           {FieldType::kLongLong, "9223372036854775808"},
           {FieldType::kDouble, "one"},
           {FieldType::kDate, "2026-13-01"},
           {FieldType::kDate, "2026-01-01 "},
           {FieldType::kDatetime, "2026-01-01 24:00:00"},
           {FieldType::kDatetime, "2026-01-01 1:00:00"},
           {FieldType::kTime, "839:00:00"},
           {FieldType::kTime, "00:00"}}) {
    EXPECT_FALSE(ValueFromText(FieldOf(type), text).ok()) << text;
  }
}

// Both tables are what MySQL 9.7.4 printed for these values.
TEST(Value, DoublesPrintAsMysqlPrintsThem) {
  for (auto [v, text] : std::initializer_list<std::pair<double, const char*>>{
           {1e15, "1e15"},
           {1e14, "100000000000000"},
           {1e-15, "0.000000000000001"},
           {1e-16, "1e-16"},
           {123456789.123456789, "123456789.12345679"},
           {-0.00001234, "-0.00001234"},
           {1.7976931348623157e308, "1.7976931348623157e308"},
           {5e-324, "5e-324"},
           {1e22, "1e22"},
           {0, "0"},
           {100, "100"},
           {0.3, "0.3"}}) {
    EXPECT_EQ(Value::Double(v).ToText(), text);
  }
}

TEST(Value, FloatsPrintAsMysqlPrintsThem) {
  for (auto [v, text] :
       std::initializer_list<std::pair<float, const char*>>{{1e15f, "1e15"},
                                                            {16777216.0f, "16777200"},
                                                            {0.1f, "0.1"},
                                                            {1e-10f, "0.0000000001"},
                                                            {123456789.0f, "123457000"},
                                                            {3.4e38f, "3.4e38"},
                                                            {1.17549e-38f, "1.17549e-38"},
                                                            {33.333333f, "33.3333"},
                                                            {99999.95f, "100000"},
                                                            {1e20f, "1e20"}}) {
    EXPECT_EQ(Value::Float(v).ToText(), text);
  }
}

TEST(Value, SqlLiterals) {
  auto literal = [](const Value& value) {
    std::string text;
    value.AppendSqlLiteral(&text);
    return text;
  };
  EXPECT_EQ(literal(Value::Null()), "NULL");
  EXPECT_EQ(literal(Value::Int(-5)), "-5");
  EXPECT_EQ(literal(Value::Double(100)), "100e0");
  EXPECT_EQ(literal(Value::Decimal("1.50")), "1.50");
  EXPECT_EQ(literal(Value::Text("it's \\ \n")), "_utf8mb4'it\\'s \\\\ \\n'");
  EXPECT_EQ(literal(Value::Bytes(std::string("\0\xff", 2))), "_binary x'00ff'");
  EXPECT_EQ(literal(Value::Bytes("")), "_binary''");
  EXPECT_EQ(literal(Value::Text("\x95\x5c", 13)), "_sjis x'955c'");
  EXPECT_EQ(literal(Value::Date({.year = 2026, .month = 1, .day = 2})), "DATE'2026-01-02'");
  std::string name;
  AppendIdentifier("a`b", &name);
  EXPECT_EQ(name, "`a``b`");
}

TEST(Collation, ByIdAndByName) {
  ASSERT_NE(FindCollation(uint16_t{255}), nullptr);
  EXPECT_EQ(FindCollation(uint16_t{255})->name, "utf8mb4_0900_ai_ci");
  EXPECT_FALSE(FindCollation(uint16_t{255})->pad_space);
  EXPECT_EQ(FindCollation("UTF8MB4_general_ci")->id, 45);
  EXPECT_EQ(FindCollation("utf8_general_ci")->id, 33);
  EXPECT_EQ(FindCharset("utf8")->name, "utf8mb3");
  EXPECT_EQ(FindCharset("utf8mb4")->default_collation, 255);
  EXPECT_EQ(CharsetOfCollation(8)->name, "latin1");
  EXPECT_EQ(CharsetOfCollation(63)->max_bytes, 1);
  EXPECT_EQ(FindCollation(uint16_t{0}), nullptr);
  EXPECT_EQ(FindCollation(uint16_t{60000}), nullptr);
  EXPECT_EQ(FindCollation("nonsense"), nullptr);
  EXPECT_EQ(FindCharset("zzz"), nullptr);
}

}  // namespace
}  // namespace keyspan::mysql
