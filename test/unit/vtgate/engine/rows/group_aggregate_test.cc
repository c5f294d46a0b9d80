#include "vtgate/engine/rows/group_aggregate.h"

#include <gmock/gmock.h>

#include <limits>

#include "test/unit/vtgate/engine/rows/fake_shard_reply.h"
#include "vtgate/engine/rows/combine.h"

namespace keyspan::vtgate {
namespace {

using mysql::FieldType;
using mysql::Value;
using testing::ElementsAre;
using testing::HasSubstr;

class GroupAggregateTest : public testing::TestWithParam<RowFormat> {
 protected:
  Drained Fold(const std::vector<mysql::Field>& fields, const std::vector<mysql::Row>& rows,
               std::vector<SortKey> keys, std::vector<Aggregate> aggregates) {
    return DrainNow(std::make_unique<GroupAggregate>(ShardOf(fields, rows, GetParam(), 2),
                                                     std::move(keys), std::move(aggregates)));
  }

  static mysql::Field Average(FieldType type, uint8_t decimals) {
    mysql::Field field = TestField("avg", type);
    field.decimals = decimals;
    return field;
  }
  const mysql::Field count_ = TestField("count", FieldType::kLongLong);
  const mysql::Field sum_ = TestField("sum", FieldType::kNewDecimal);
};

TEST_P(GroupAggregateTest, FoldsAdjacentGroups) {
  // SELECT city, COUNT(*), SUM(x), MIN(x), MAX(x), ANY_VALUE(note) ... GROUP BY city of three
  // shards.
  const std::vector<mysql::Field> fields = {TestField("city", FieldType::kLong),
                                            count_,
                                            sum_,
                                            TestField("min", FieldType::kLong),
                                            TestField("max", FieldType::kLong),
                                            TestField("note", FieldType::kVarString)};
  const auto row = [](Value city, int count, const char* sum, Value min, Value max,
                      const char* note) {
    return mysql::Row{std::move(city), Value::Int(count), sum ? Value::Decimal(sum) : Value::Null(),
                      std::move(min),  std::move(max),    Value::Bytes(note)};
  };
  const std::vector<mysql::Row> one = {
      row(Value::Null(), 1, "1.50", Value::Int(1), Value::Int(1), "n1"),
      row(Value::Int(1), 2, nullptr, Value::Null(), Value::Null(), "a1"),
      row(Value::Int(3), 1, "5.00", Value::Int(5), Value::Int(5), "c1")};
  const std::vector<mysql::Row> two = {
      row(Value::Null(), 4, "-1.50", Value::Int(-7), Value::Int(0), "n2"),
      row(Value::Int(1), 3, nullptr, Value::Null(), Value::Null(), "a2"),
      row(Value::Int(2), 1, "0.25", Value::Int(0), Value::Int(0), "b2")};
  const std::vector<mysql::Row> three = {
      row(Value::Null(), 1, "10.05", Value::Int(3), Value::Int(12), "n3"),
      row(Value::Int(3), 9, nullptr, Value::Null(), Value::Null(), "c3")};
  const std::vector<SortKey> keys = {{.column = 0}};
  auto merge = std::make_unique<MergeSort>(
      SourceList(ShardOf(fields, one, GetParam()), ShardOf(fields, two, GetParam()),
                 ShardOf(fields, three, GetParam())),
      keys);
  GroupAggregate source(std::move(merge), keys,
                        {{.kind = AggregateKind::kCount, .column = 1},
                         {.kind = AggregateKind::kSum, .column = 2},
                         {.kind = AggregateKind::kMin, .column = 3},
                         {.kind = AggregateKind::kMax, .column = 4}});
  const Drained drained = DrainNow(source);
  ASSERT_TRUE(drained.status.ok()) << drained.status.ToString();
  EXPECT_THAT(Texts(drained.rows), ElementsAre("NULL|6|10.05|-7|12|n1", "1|5|NULL|NULL|NULL|a1",
                                               "2|1|0.25|0|0|b2", "3|10|5.00|5|5|c1"));
  EXPECT_EQ(source.columns().fields, fields);
}

TEST_P(GroupAggregateTest, WithoutKeysThereIsOneRow) {
  const std::vector<mysql::Field> fields = {count_, sum_, TestField("max", FieldType::kLong),
                                            TestField("literal", FieldType::kLong)};
  const std::vector<Aggregate> aggregates = {{.kind = AggregateKind::kCount, .column = 0},
                                             {.kind = AggregateKind::kSum, .column = 1},
                                             {.kind = AggregateKind::kMax, .column = 2}};
  const mysql::Row empty = {Value::Int(0), Value::Null(), Value::Null(), Value::Null()};
  Drained drained = Fold(fields, {empty, empty}, {}, aggregates);
  EXPECT_THAT(Texts(drained.rows), ElementsAre("0|NULL|NULL|NULL"));
  drained = Fold(
      fields, {empty, {Value::Int(2), Value::Decimal("7"), Value::Int(-3), Value::Int(1)}, empty},
      {}, aggregates);
  EXPECT_THAT(Texts(drained.rows), ElementsAre("2|7|-3|1"));
  drained = Fold(fields, {}, {}, aggregates);
  EXPECT_TRUE(drained.status.ok());
  EXPECT_THAT(Texts(drained.rows), ElementsAre("0|NULL|NULL|NULL"));
  // With keys, no rows are no groups.
  drained = Fold(fields, {}, {{.column = 3}}, aggregates);
  EXPECT_TRUE(drained.status.ok());
  EXPECT_TRUE(drained.rows.empty());
}

TEST_P(GroupAggregateTest, AverageIsExact) {
  const std::vector<mysql::Field> fields = {Average(FieldType::kNewDecimal, 4), sum_, count_};
  const std::vector<Aggregate> aggregates = {
      {.kind = AggregateKind::kAvg, .column = 0, .sum_column = 1, .count_column = 2}};
  const auto row = [](const char* avg, const char* sum, int count) {
    return mysql::Row{avg ? Value::Decimal(avg) : Value::Null(),
                      sum ? Value::Decimal(sum) : Value::Null(), Value::Int(count)};
  };
  const auto fold = [&](std::vector<mysql::Row> rows) {
    const Drained drained = Fold(fields, rows, {}, aggregates);
    EXPECT_TRUE(drained.status.ok()) << drained.status.ToString();
    return drained.rows.size() == 1 ? Texts(drained.rows)[0] : std::string("no row");
  };
  EXPECT_EQ(fold({row("1.5000", "3", 2), row("2.0000", "2", 1)}), "1.6667|5|3");
  EXPECT_EQ(fold({row("-1.5000", "-3", 2), row("-2.0000", "-2", 1)}), "-1.6667|-5|3");
  EXPECT_EQ(fold({row(nullptr, nullptr, 0), row("2.0000", "2", 1)}), "2.0000|2|1");
  EXPECT_EQ(fold({row(nullptr, nullptr, 0), row(nullptr, nullptr, 0)}), "NULL|NULL|0");
  // One shard alone: as it is.
  EXPECT_EQ(fold({row("1.5000", "3", 2)}), "1.5000|3|2");
}

TEST_P(GroupAggregateTest, AverageOfDoubles) {
  const std::vector<mysql::Field> fields = {Average(FieldType::kDouble, 31),
                                            Average(FieldType::kDouble, 31), count_};
  const std::vector<Aggregate> aggregates = {
      {.kind = AggregateKind::kAvg, .column = 0, .sum_column = 1, .count_column = 2}};
  const Drained drained = Fold(fields,
                               {{Value::Double(1.5), Value::Double(3), Value::Int(2)},
                                {Value::Double(0.25), Value::Double(0.25), Value::Int(1)}},
                               {}, aggregates);
  ASSERT_TRUE(drained.status.ok()) << drained.status.ToString();
  EXPECT_EQ(drained.rows[0][0].dbl(), 3.25 / 3);
  EXPECT_EQ(drained.rows[0][1].dbl(), 3.25);
  EXPECT_EQ(drained.rows[0][2].int64(), 3);
}

TEST_P(GroupAggregateTest, ExtremesOfTextMoveWithTheirWeights) {
  const std::vector<mysql::Field> fields = {
      TestField("min", FieldType::kVarString, 0, mysql::kUtf8mb40900AiCi),
      TestField("w", FieldType::kVarString, mysql::kBinaryFlag)};
  const std::vector<mysql::Row> rows = {{Value::Null(), Value::Null()},
                                        {Value::Text("Zoe"), Value::Bytes("z")},
                                        {Value::Text("bob"), Value::Bytes("b")},
                                        {Value::Text("Adam"), Value::Bytes("c")}};
  Drained drained =
      Fold(fields, rows, {}, {{.kind = AggregateKind::kMin, .column = 0, .weight_column = 1}});
  EXPECT_THAT(Texts(drained.rows), ElementsAre("bob|b")) << drained.status.ToString();
  drained =
      Fold(fields, rows, {}, {{.kind = AggregateKind::kMax, .column = 0, .weight_column = 1}});
  EXPECT_THAT(Texts(drained.rows), ElementsAre("Zoe|z"));
  drained = Fold(fields, rows, {}, {{.kind = AggregateKind::kMax, .column = 0}});
  EXPECT_EQ(drained.status.mysql_errno(), 1235);
}

TEST_P(GroupAggregateTest, ExtremesOfTypes) {
  const auto extremes = [&](FieldType type, std::vector<Value> values) {
    std::vector<mysql::Row> rows;
    for (const Value& value : values) rows.push_back({value, value});
    const std::vector<mysql::Field> fields(2, TestField("x", type));
    const Drained drained = Fold(
        fields, rows, {},
        {{.kind = AggregateKind::kMin, .column = 0}, {.kind = AggregateKind::kMax, .column = 1}});
    EXPECT_TRUE(drained.status.ok()) << drained.status.ToString();
    return drained.rows.empty() ? std::string() : Texts(drained.rows)[0];
  };
  EXPECT_EQ(extremes(FieldType::kNewDecimal,
                     {Value::Decimal("9.5"), Value::Decimal("-10.25"), Value::Decimal("10")}),
            "-10.25|10");
  EXPECT_EQ(extremes(FieldType::kTime, {Value::Time({.hour = 9}), Value::Time({.hour = 100}),
                                        Value::Time({.hour = 1, .negative = true})}),
            "-01:00:00|100:00:00");
  EXPECT_EQ(extremes(FieldType::kFloat, {Value::Float(1.5), Value::Float(-2.5), Value::Float(10)}),
            "-2.5|10");
  EXPECT_EQ(extremes(FieldType::kBlob, {Value::Bytes("b"), Value::Bytes("a"), Value::Bytes("ba")}),
            "a|ba");
}

TEST_P(GroupAggregateTest, SumsStayInRange) {
  const int64_t max = std::numeric_limits<int64_t>::max();
  const std::vector<Aggregate> aggregates = {{.kind = AggregateKind::kCount, .column = 0}};
  Drained drained = Fold({count_}, {{Value::Int(max)}, {Value::Int(1)}}, {}, aggregates);
  EXPECT_EQ(drained.status.mysql_errno(), 1690);
  drained = Fold({count_}, {{Value::Int(max)}, {Value::Int(1)}, {Value::Int(-1)}}, {}, aggregates);
  EXPECT_THAT(Texts(drained.rows), ElementsAre(std::to_string(max)));
  const mysql::Field big = TestField("u", FieldType::kLongLong, mysql::kUnsignedFlag);
  drained =
      Fold({big}, {{Value::Uint(1ull << 63)}, {Value::Uint((1ull << 63) - 1)}}, {}, aggregates);
  EXPECT_THAT(Texts(drained.rows), ElementsAre("18446744073709551615"));
  const std::string nines(65, '9');
  drained = Fold({sum_}, {{Value::Decimal(nines)}, {Value::Decimal("-" + nines)}}, {},
                 {{.kind = AggregateKind::kSum, .column = 0}});
  EXPECT_THAT(Texts(drained.rows), ElementsAre("0"));
}

TEST_P(GroupAggregateTest, DoublesWithFixedDecimalsKeepThem) {
  mysql::Field fixed = TestField("s", FieldType::kDouble);
  fixed.decimals = 2;
  const Drained drained = Fold({fixed}, {{Value::Double(1.25)}, {Value::Double(2.25)}}, {},
                               {{.kind = AggregateKind::kSum, .column = 0}});
  ASSERT_TRUE(drained.status.ok());
  EXPECT_EQ(drained.rows[0][0].dbl(), 3.5);
}

TEST_P(GroupAggregateTest, BitOperations) {
  const mysql::Field bits = TestField("b", FieldType::kLongLong, mysql::kUnsignedFlag);
  const uint64_t all = std::numeric_limits<uint64_t>::max();
  const Drained drained = Fold({bits, bits, bits},
                               {{Value::Uint(all), Value::Uint(0), Value::Uint(0)},
                                {Value::Uint(14), Value::Uint(1ull << 63), Value::Uint(7)},
                                {Value::Uint(7), Value::Uint(5), Value::Uint(1)}},
                               {},
                               {{.kind = AggregateKind::kBitAnd, .column = 0},
                                {.kind = AggregateKind::kBitOr, .column = 1},
                                {.kind = AggregateKind::kBitXor, .column = 2}});
  EXPECT_THAT(Texts(drained.rows), ElementsAre("6|9223372036854775813|6"))
      << drained.status.ToString();
  EXPECT_EQ(
      Fold({TestField("s", FieldType::kVarString)}, {}, {}, {{.kind = AggregateKind::kBitAnd}})
          .status.mysql_errno(),
      1235);
}

TEST_P(GroupAggregateTest, RefusesWhatItCannotAdd) {
  const mysql::Field text = TestField("s", FieldType::kVarString);
  Drained drained = Fold({text}, {{Value::Bytes("1")}}, {}, {{.kind = AggregateKind::kSum}});
  EXPECT_EQ(drained.status.mysql_errno(), 1235);
  EXPECT_THAT(std::string(drained.status.message()), HasSubstr("'s'"));
  drained = Fold({count_}, {}, {}, {{.kind = AggregateKind::kCount, .column = 1}});
  EXPECT_EQ(drained.status.code(), StatusCode::kInternal);
  drained =
      Fold({Average(FieldType::kNewDecimal, 4), Average(FieldType::kDouble, 31), count_}, {}, {},
           {{.kind = AggregateKind::kAvg, .column = 0, .sum_column = 1, .count_column = 2}});
  EXPECT_EQ(drained.status.mysql_errno(), 1235);
}

TEST_P(GroupAggregateTest, NoticesUnsortedInput) {
  const Drained drained = Fold({count_}, {{Value::Int(2)}, {Value::Int(1)}}, {{.column = 0}}, {});
  EXPECT_EQ(drained.status.code(), StatusCode::kInternal);
}

// More groups than one output batch holds, each of several rows, against sums in plain integers.
TEST_P(GroupAggregateTest, ManyGroups) {
  std::mt19937 random(5);
  std::vector<mysql::Row> rows;
  std::vector<std::string> expected;
  for (int group = 0; group < 4000; ++group) {
    int64_t sum = 0;
    int64_t count = 0;
    for (size_t n = 1 + random() % 4; n > 0; --n) {
      const int64_t value = int64_t(random() % 2000) - 1000;
      rows.push_back({Value::Int(group), Value::Int(2), Value::Decimal(std::to_string(value))});
      sum += value;
      count += 2;
    }
    expected.push_back(std::to_string(group) + "|" + std::to_string(count) + "|" +
                       std::to_string(sum));
  }
  const Drained drained =
      Fold({TestField("g", FieldType::kLong), count_, sum_}, rows, {{.column = 0}},
           {{.kind = AggregateKind::kCountDistinct, .column = 1},
            {.kind = AggregateKind::kSum, .column = 2}});
  ASSERT_TRUE(drained.status.ok()) << drained.status.ToString();
  EXPECT_EQ(Texts(drained.rows), expected);
}

INSTANTIATE_TEST_SUITE_P(Formats, GroupAggregateTest,
                         testing::Values(RowFormat::kText, RowFormat::kBinary), FormatName);

}  // namespace
}  // namespace keyspan::vtgate
