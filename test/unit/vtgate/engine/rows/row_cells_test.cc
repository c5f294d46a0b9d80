#include "vtgate/engine/rows/row_cells.h"

#include "test/unit/vtgate/engine/rows/fake_shard_reply.h"

namespace keyspan::vtgate {
namespace {

using mysql::FieldType;
using mysql::Value;

class RowCellsTest : public testing::TestWithParam<RowFormat> {
 protected:
  // Every width of cell, and enough columns for several bytes of NULL bitmap.
  RowCellsTest() {
    const mysql::Temporal noon{.year = 2026, .month = 11, .day = 20, .hour = 12};
    const mysql::Temporal time{.hour = 30, .microsecond = 5, .decimals = 6, .negative = true};
    const std::vector<std::pair<FieldType, Value>> columns = {
        {FieldType::kTiny, Value::Int(-1)},
        {FieldType::kShort, Value::Int(300)},
        {FieldType::kYear, Value::Uint(2026)},
        {FieldType::kInt24, Value::Int(70000)},
        {FieldType::kLong, Value::Int(-70000)},
        {FieldType::kLongLong, Value::Int(1ll << 40)},
        {FieldType::kFloat, Value::Float(1.5)},
        {FieldType::kDouble, Value::Double(2.25)},
        {FieldType::kNewDecimal, Value::Decimal("-12.50")},
        {FieldType::kDate, Value::Date({.year = 2026, .month = 2, .day = 3})},
        {FieldType::kDatetime, Value::Datetime(noon)},
        {FieldType::kTimestamp, Value::Datetime({})},
        {FieldType::kTime, Value::Time(time)},
        {FieldType::kVarString, Value::Bytes("")},
        {FieldType::kBlob, Value::Bytes(std::string(300, 'x'))},
        {FieldType::kLongBlob, Value::Bytes(std::string(70000, 'y'))},
        {FieldType::kBit, Value::Bytes("\x01")},
        {FieldType::kNull, Value::Null()},
        {FieldType::kJson, Value::Bytes("{}")},
    };
    for (const auto& [type, value] : columns) {
      fields_.push_back(TestField("c", type));
      row_.push_back(value);
    }
  }
  std::string Encode(const mysql::Row& row) {
    std::string payload;
    if (GetParam() == RowFormat::kText) {
      mysql::EncodeTextRow(row, &payload);
    } else {
      EXPECT_TRUE(mysql::EncodeBinaryRow(row, fields_, &payload).ok());
    }
    return payload;
  }

  std::vector<mysql::Field> fields_;
  mysql::Row row_;
};

TEST_P(RowCellsTest, SplitsAsTheProtocolLibraryAndJoinsBack) {
  std::mt19937 random(7);
  RowCells cells;
  cells.Init(fields_, GetParam());
  for (int round = 0; round < 200; ++round) {
    mysql::Row row = row_;
    for (Value& value : row) {
      if (round > 0 && random() % 3 == 0) value = Value::Null();
    }
    const std::string payload = Encode(row);
    ASSERT_TRUE(cells.Split(payload).ok());
    EXPECT_EQ(cells.split_end(), payload.size());
    std::vector<std::optional<std::string_view>> expected;
    const Status status = GetParam() == RowFormat::kText
                              ? mysql::SplitTextRow(payload, fields_.size(), &expected)
                              : mysql::SplitBinaryRow(payload, fields_, &expected);
    ASSERT_TRUE(status.ok()) << status.ToString();
    std::vector<Cell> all;
    for (size_t i = 0; i < fields_.size(); ++i) {
      EXPECT_EQ(cells[i].null, !expected[i].has_value()) << i;
      EXPECT_EQ(cells[i].bytes, expected[i].value_or("")) << i;
      all.push_back(cells[i]);
    }
    std::string joined;
    cells.Join(all, &joined);
    EXPECT_EQ(joined, payload);
  }
}

TEST_P(RowCellsTest, EveryShorterRowIsMalformed) {
  row_[15] = Value::Bytes("short");
  const std::string payload = Encode(row_);
  RowCells cells;
  cells.Init(fields_, GetParam());
  for (size_t size = 0; size < payload.size(); ++size) {
    // On the heap in its exact size, for the address sanitizer.
    const std::vector<char> cut(payload.begin(), payload.begin() + static_cast<long>(size));
    EXPECT_EQ(cells.Split({cut.data(), cut.size()}).code(), StatusCode::kMalformed) << size;
  }
}

TEST_P(RowCellsTest, HostileLengths) {
  RowCells cells;
  const std::vector<mysql::Field> fields = {TestField("c", FieldType::kBlob)};
  cells.Init(fields, GetParam());
  const std::string head = GetParam() == RowFormat::kText ? "" : std::string(2, '\0');
  for (const std::string& tail :
       {std::string("\xfe\xff\xff\xff\xff\xff\xff\xff\xff", 9), std::string("\xff"),
        std::string("\xfd\xff\xff\xff"), std::string("\xfc\x01")}) {
    EXPECT_EQ(cells.Split(head + tail).code(), StatusCode::kMalformed);
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, RowCellsTest,
                         testing::Values(RowFormat::kText, RowFormat::kBinary), FormatName);

}  // namespace
}  // namespace keyspan::vtgate
