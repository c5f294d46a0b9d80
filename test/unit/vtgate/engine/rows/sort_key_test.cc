#include "vtgate/engine/rows/sort_key.h"

#include <gmock/gmock.h>

#include <limits>

#include "test/unit/vtgate/engine/rows/fake_shard_reply.h"
#include "vtgate/engine/rows/combine.h"

namespace keyspan::vtgate {
namespace {

using mysql::FieldType;
using mysql::Temporal;
using mysql::Value;
using testing::HasSubstr;

Temporal Date(uint16_t year, uint8_t month, uint8_t day) {
  return {.year = year, .month = month, .day = day};
}
Temporal Datetime(uint16_t year, uint8_t month, uint8_t day, uint16_t hour, uint8_t minute,
                  uint8_t second, uint32_t microsecond) {
  return {.year = year,
          .month = month,
          .day = day,
          .hour = hour,
          .minute = minute,
          .second = second,
          .microsecond = microsecond,
          .decimals = 6};
}
Temporal Time(bool negative, uint16_t hour, uint8_t minute, uint8_t second, uint32_t microsecond) {
  return {.hour = hour,
          .minute = minute,
          .second = second,
          .microsecond = microsecond,
          .decimals = 6,
          .negative = negative};
}

// Values of one column type in the order that MySQL gives them, all different.
struct TypeCase {
  const char* name;
  mysql::Field field;
  std::vector<Value> ascending;
};

std::vector<TypeCase> TypeCases() {
  const auto ints = [](std::vector<int64_t> numbers) {
    std::vector<Value> values;
    for (int64_t n : numbers) values.push_back(Value::Int(n));
    return values;
  };
  const auto uints = [](std::vector<uint64_t> numbers) {
    std::vector<Value> values;
    for (uint64_t n : numbers) values.push_back(Value::Uint(n));
    return values;
  };
  const auto bytes = [](std::vector<std::string> strings) {
    std::vector<Value> values;
    for (std::string& s : strings) values.push_back(Value::Bytes(std::move(s)));
    return values;
  };
  std::vector<Value> decimals;
  for (const char* text : {"-99999999999999999999999999999999999999999999999999999999999999999",
                           "-100.5000001",
                           "-100.50",
                           "-100",
                           "-99.999",
                           "-10",
                           "-9.5",
                           "-1",
                           "-0.5",
                           "-0.05",
                           "-0.049",
                           "-0.0000001",
                           "0.00",
                           "0.0000001",
                           "0.049",
                           "0.05",
                           "0.5",
                           "1.0",
                           "1.01",
                           "1.1",
                           "2",
                           "9.99",
                           "10",
                           "10.1",
                           "99",
                           "100",
                           "100.0001",
                           "123456789012345678901234567890.5",
                           "99999999999999999999999999999999999999999999999999999999999999999"}) {
    decimals.push_back(Value::Decimal(text));
  }
  std::vector<Value> floats;
  for (float f : {-std::numeric_limits<float>::max(), -1.5f, -1e-30f, 0.0f, 1e-30f, 0.25f, 1.5f,
                  2.0f, 10.0f, 3e30f}) {
    floats.push_back(Value::Float(f));
  }
  std::vector<Value> doubles;
  for (double d : {-std::numeric_limits<double>::max(), -1.5, -1.4999999999999998, -1e-300, 0.0,
                   5e-324, 0.1, 0.10000000000000002, 1.0, 9.0, 10.0, 1e22, 1e300}) {
    doubles.push_back(Value::Double(d));
  }
  const std::vector<Value> datetimes = {
      Value::Datetime(Datetime(0, 0, 0, 0, 0, 0, 0)),
      Value::Datetime(Datetime(1000, 1, 1, 0, 0, 0, 0)),
      Value::Datetime(Datetime(1999, 0, 0, 0, 0, 0, 0)),
      Value::Datetime(Datetime(2026, 11, 20, 0, 0, 0, 0)),
      Value::Datetime(Datetime(2026, 11, 20, 0, 0, 0, 1)),
      Value::Datetime(Datetime(2026, 11, 20, 0, 0, 1, 0)),
      Value::Datetime(Datetime(2026, 11, 20, 9, 59, 59, 999999)),
      Value::Datetime(Datetime(2026, 11, 20, 10, 0, 0, 0)),
      Value::Datetime(Datetime(9999, 12, 31, 23, 59, 59, 999999))};
  return {
      {"Tiny", TestField("c", FieldType::kTiny), ints({-128, -1, 0, 1, 9, 10, 127})},
      {"TinyUnsigned", TestField("c", FieldType::kTiny, mysql::kUnsignedFlag),
       uints({0, 1, 127, 128, 255})},
      {"Short", TestField("c", FieldType::kShort), ints({-32768, -129, 0, 128, 32767})},
      {"Int24", TestField("c", FieldType::kInt24), ints({-8388608, -1, 0, 1, 8388607})},
      {"Int24Unsigned", TestField("c", FieldType::kInt24, mysql::kUnsignedFlag),
       uints({0, 1, 16777215})},
      {"Long", TestField("c", FieldType::kLong), ints({-2147483648, -10, -9, 0, 7, 2147483647})},
      {"LongUnsigned", TestField("c", FieldType::kLong, mysql::kUnsignedFlag),
       uints({0, 2147483648, 4294967295})},
      {"LongLong", TestField("c", FieldType::kLongLong),
       ints({std::numeric_limits<int64_t>::min(), -1, 0, 1, std::numeric_limits<int64_t>::max()})},
      {"LongLongUnsigned", TestField("c", FieldType::kLongLong, mysql::kUnsignedFlag),
       uints({0, 1, 1ull << 63, std::numeric_limits<uint64_t>::max()})},
      {"Year", TestField("c", FieldType::kYear, mysql::kUnsignedFlag | mysql::kZerofillFlag),
       uints({0, 1901, 2026, 2155})},
      {"Float", TestField("c", FieldType::kFloat), floats},
      {"Double", TestField("c", FieldType::kDouble), doubles},
      {"Decimal", TestField("c", FieldType::kNewDecimal), decimals},
      {"Date",
       TestField("c", FieldType::kDate),
       {Value::Date(Date(0, 0, 0)), Value::Date(Date(999, 12, 31)), Value::Date(Date(2026, 0, 0)),
        Value::Date(Date(2026, 1, 31)), Value::Date(Date(2026, 2, 1)),
        Value::Date(Date(9999, 12, 31))}},
      {"Datetime", TestField("c", FieldType::kDatetime), datetimes},
      {"Timestamp", TestField("c", FieldType::kTimestamp), datetimes},
      {"Time",
       TestField("c", FieldType::kTime),
       {Value::Time(Time(true, 838, 59, 59, 0)), Value::Time(Time(true, 100, 0, 0, 0)),
        Value::Time(Time(true, 25, 0, 0, 1)), Value::Time(Time(true, 25, 0, 0, 0)),
        Value::Time(Time(true, 0, 0, 0, 500000)), Value::Time(Time(false, 0, 0, 0, 0)),
        Value::Time(Time(false, 0, 0, 0, 1)), Value::Time(Time(false, 0, 1, 0, 0)),
        Value::Time(Time(false, 9, 0, 0, 0)), Value::Time(Time(false, 24, 0, 0, 0)),
        Value::Time(Time(false, 99, 59, 59, 0)), Value::Time(Time(false, 100, 0, 0, 0)),
        Value::Time(Time(false, 838, 59, 59, 0))}},
      {"Bit", TestField("c", FieldType::kBit, mysql::kUnsignedFlag),
       bytes({std::string("\0\0", 2), std::string("\0\1", 2), std::string("\0\xff", 2),
              std::string("\1\0", 2), std::string("\xff\xff", 2)})},
      {"VarBinary", TestField("c", FieldType::kVarString, mysql::kBinaryFlag),
       bytes({"", std::string("\0", 1), std::string("\0\0", 2), std::string("\0\1", 2), "a",
              std::string("a\0", 2), std::string("a\0b", 3), "aa", "b", "\xff", "\xff\xff"})},
      {"Blob", TestField("c", FieldType::kBlob, mysql::kBlobFlag | mysql::kBinaryFlag),
       bytes({"", "a", "ab", std::string(300, 'b'), std::string(70000, 'b'), "c"})},
      {"Weight", TestField("WEIGHT_STRING(c)", FieldType::kVarString, mysql::kBinaryFlag),
       bytes({"", "\x1c\x47", "\x1c\x47\x1c\x47", "\x1c\x60"})},
  };
}

class SortKeyTest : public testing::TestWithParam<RowFormat> {};

Status EncodeOne(const mysql::Field& field, RowFormat format, const SortKey& key,
                 const Value& value, std::string* encoded) {
  const Columns columns{.fields = {field}, .definitions = {""}};
  SortKeyEncoder encoder;
  RETURN_IF_ERROR(encoder.Init(columns, format, {&key, 1}, SortKeyEncoder::Use::kOrder));
  std::string row;
  const std::vector<Value> values = {value};
  if (format == RowFormat::kText) {
    mysql::EncodeTextRow(values, &row);
  } else {
    RETURN_IF_ERROR(mysql::EncodeBinaryRow(values, columns.fields, &row));
  }
  return encoder.Encode(row, encoded);
}

TEST_P(SortKeyTest, OrdersValuesOfEachType) {
  for (const TypeCase& type : TypeCases()) {
    SCOPED_TRACE(type.name);
    std::vector<Value> values = type.ascending;
    values.insert(values.begin(), Value::Null());
    for (bool descending : {false, true}) {
      std::string previous;
      for (size_t i = 0; i < values.size(); ++i) {
        std::string key;
        const Status status =
            EncodeOne(type.field, GetParam(), {.descending = descending}, values[i], &key);
        ASSERT_TRUE(status.ok()) << status.ToString();
        if (i > 0) {
          EXPECT_EQ(descending ? key < previous : previous < key, true)
              << values[i - 1].ToText() << " and " << values[i].ToText();
        }
        previous = key;
      }
    }
  }
}

TEST_P(SortKeyTest, EqualValuesHaveEqualKeys) {
  const auto same = [](FieldType type, std::vector<Value> values) {
    std::string first;
    for (size_t i = 0; i < values.size(); ++i) {
      std::string key;
      const Status status = EncodeOne(TestField("c", type), GetParam(), {}, values[i], &key);
      ASSERT_TRUE(status.ok()) << status.ToString();
      if (i == 0) first = key;
      EXPECT_EQ(key, first) << values[i].ToText();
    }
  };
  same(FieldType::kNewDecimal,
       {Value::Decimal("0"), Value::Decimal("-0.00"), Value::Decimal("0.0")});
  same(FieldType::kNewDecimal,
       {Value::Decimal("10.5"), Value::Decimal("0010.50"), Value::Decimal("10.500")});
  same(FieldType::kNewDecimal, {Value::Decimal("-0.5"), Value::Decimal("-.50")});
  same(FieldType::kDouble, {Value::Double(0.0), Value::Double(-0.0)});
  Temporal noon{.hour = 12};
  Temporal noon_with_fraction{.hour = 12, .decimals = 3};
  same(FieldType::kTime, {Value::Time(noon), Value::Time(noon_with_fraction)});
}

TEST_P(SortKeyTest, RefusesWhatItCannotOrder) {
  const auto message = [](const mysql::Field& field, SortKeyEncoder::Use use) {
    const Columns columns{.fields = {field, TestField("n", FieldType::kLong)},
                          .definitions = {"", ""}};
    const std::vector<SortKey> keys = {{.column = 0}, {.column = 1}};
    SortKeyEncoder encoder;
    const Status status = encoder.Init(columns, GetParam(), keys, use);
    EXPECT_TRUE(status.ok() || status.code() == StatusCode::kUnsupported);
    return std::string(status.message());
  };
  constexpr auto kOrder = SortKeyEncoder::Use::kOrder;
  EXPECT_THAT(message(TestField("city", FieldType::kVarString, 0, mysql::kUtf8mb40900AiCi), kOrder),
              HasSubstr("text column 'city' without a weight column"));
  EXPECT_THAT(message(TestField("e", FieldType::kString, mysql::kEnumFlag, 255), kOrder),
              HasSubstr("ENUM"));
  EXPECT_THAT(message(TestField("s", FieldType::kString, mysql::kSetFlag), kOrder),
              HasSubstr("ENUM or SET"));
  EXPECT_THAT(message(TestField("j", FieldType::kJson), kOrder), HasSubstr("JSON"));
  // More keys follow, so floats that look equal would break their order.
  const std::string about_float = message(TestField("f", FieldType::kFloat), kOrder);
  EXPECT_EQ(about_float.empty(), GetParam() == RowFormat::kBinary) << about_float;
  EXPECT_EQ(message(TestField("f", FieldType::kFloat), SortKeyEncoder::Use::kExtreme), "");
}

TEST_P(SortKeyTest, RefusesTheOrderOfExpressionsThatGiveZeroDates) {
  mysql::Field field = TestField("d", FieldType::kDatetime);
  const SortKey key;
  for (const bool expression : {false, true}) {
    if (expression) field.org_name.clear();
    for (const Temporal& date :
         {Temporal{}, Temporal{.year = 2026}, Temporal{.year = 2026, .month = 1, .day = 1}}) {
      std::string out;
      const Status status = EncodeOne(field, GetParam(), key, Value::Datetime(date), &out);
      EXPECT_EQ(status.ok(), !expression || date.day != 0) << status.ToString();
    }
  }
}

TEST_P(SortKeyTest, BadValuesAreErrorsNotCrashes) {
  const std::vector<std::string> texts = {
      "",    "x", "1x", "-", "1.2.3", "2026-13-99", "99:99:99", "99999999999999999999999999",
      "--1", "."};
  for (const TypeCase& type : TypeCases()) {
    const Columns columns{.fields = {type.field}, .definitions = {""}};
    SortKeyEncoder encoder;
    const SortKey key;
    ASSERT_TRUE(encoder.Init(columns, GetParam(), {&key, 1}, SortKeyEncoder::Use::kOrder).ok());
    std::string out;
    std::string row;
    for (const std::string& text : texts) {
      row = GetParam() == RowFormat::kText ? "" : std::string("\0\0", 2);
      mysql::AppendLenencString(&row, text);
      const Status status = encoder.Encode(row, &out);
      EXPECT_TRUE(status.ok() || status.code() == StatusCode::kMalformed) << status.ToString();
    }
    // Rows that end too early.
    row.clear();
    const std::vector<Value> values = {type.ascending.back()};
    if (GetParam() == RowFormat::kText) {
      mysql::EncodeTextRow(values, &row);
    } else {
      ASSERT_TRUE(mysql::EncodeBinaryRow(values, columns.fields, &row).ok());
    }
    for (size_t size = 0; size < std::min<size_t>(row.size(), 100); ++size) {
      EXPECT_EQ(encoder.Encode(row.substr(0, size), &out).code(), StatusCode::kMalformed)
          << type.name << " " << size;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, SortKeyTest,
                         testing::Values(RowFormat::kText, RowFormat::kBinary), FormatName);

}  // namespace
}  // namespace keyspan::vtgate
