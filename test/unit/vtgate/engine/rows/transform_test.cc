#include "vtgate/engine/rows/transform.h"

#include <gmock/gmock.h>

#include "test/unit/vtgate/engine/rows/fake_shard_reply.h"
#include "vtgate/engine/rows/combine.h"
#include "vtgate/engine/rows/values.h"

namespace keyspan::vtgate {
namespace {

using mysql::FieldType;
using mysql::Value;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class TransformTest : public testing::TestWithParam<RowFormat> {
 protected:
  std::unique_ptr<RowSource> Ints(const std::vector<int64_t>& numbers) {
    std::vector<mysql::Row> rows;
    for (int64_t n : numbers) rows.push_back({Value::Int(n)});
    return ShardOf(fields_, rows, GetParam(), 3);
  }

  const std::vector<mysql::Field> fields_ = {TestField("n", FieldType::kLong)};
  const std::vector<SortKey> keys_ = {{.column = 0}};
};

TEST_P(TransformTest, LimitAgainstAllOffsetsAndCounts) {
  const std::vector<int64_t> numbers = {0, 1, 2, 3, 4, 5, 6, 7};
  for (size_t offset = 0; offset <= 9; ++offset) {
    for (size_t count = 0; count <= 9; ++count) {
      std::vector<std::string> expected;
      for (size_t i = offset; i < std::min<size_t>(8, offset + count); ++i) {
        expected.push_back(std::to_string(i));
      }
      for (LimitEnd end : {LimitEnd::kDrain, LimitEnd::kCancel}) {
        Limit limit(Ints(numbers), offset, count, end);
        const Drained drained = DrainNow(limit);
        ASSERT_TRUE(drained.status.ok()) << drained.status.ToString();
        EXPECT_EQ(Texts(drained.rows), expected) << offset << " " << count;
        if (end == LimitEnd::kDrain) {
          EXPECT_EQ(limit.summary().ended, 1u);
        }
      }
    }
  }
}

TEST_P(TransformTest, LimitCancelsOrDrains) {
  for (LimitEnd end : {LimitEnd::kDrain, LimitEnd::kCancel}) {
    auto log = std::make_shared<FakeReplyLog>();
    FakeShardReply::Script script;
    std::vector<mysql::Row> rows(10, {Value::Int(1)});
    script.chunks = ResultBytes(fields_, GetParam()).Rows(rows, 1).End().chunks();
    const Drained drained =
        DrainNow(std::make_unique<Limit>(Shard(script, GetParam(), log), 0, 2, end));
    EXPECT_TRUE(drained.status.ok());
    EXPECT_EQ(drained.rows.size(), 2u);
    EXPECT_EQ(log->cancelled, end == LimitEnd::kCancel);
    EXPECT_EQ(log->ended, end == LimitEnd::kDrain);
  }
}

// All numbers of columns around the sizes of the NULL bitmap, with random NULLs.
TEST_P(TransformTest, TruncateKeepsTheFirstColumns) {
  std::mt19937 random(3);
  for (size_t columns = 1; columns <= 24; ++columns) {
    std::vector<mysql::Field> fields;
    for (size_t i = 0; i < columns; ++i) {
      fields.push_back(
          TestField("c" + std::to_string(i), i % 2 ? FieldType::kVarString : FieldType::kLong));
    }
    std::vector<mysql::Row> rows(6);
    for (mysql::Row& row : rows) {
      for (size_t i = 0; i < columns; ++i) {
        if (random() % 3 == 0) {
          row.push_back(Value::Null());
        } else {
          row.push_back(i % 2 ? Value::Bytes(std::string(random() % 4, 'x'))
                              : Value::Int(static_cast<int64_t>(random() % 1000)));
        }
      }
    }
    for (size_t keep = 1; keep <= columns; ++keep) {
      Truncate source(ShardOf(fields, rows, GetParam()), keep);
      const Drained drained = DrainNow(source);
      ASSERT_TRUE(drained.status.ok()) << drained.status.ToString();
      std::vector<mysql::Row> expected = rows;
      for (mysql::Row& row : expected) row.resize(keep);
      ASSERT_EQ(Texts(drained.rows), Texts(expected)) << keep << " of " << columns;
      EXPECT_EQ(source.columns().size(), keep);
      EXPECT_EQ(source.columns().definitions.size(), keep);
    }
  }
  EXPECT_FALSE(DrainNow(std::make_unique<Truncate>(Ints({1}), 2)).status.ok());
  EXPECT_FALSE(DrainNow(std::make_unique<Truncate>(Ints({1}), 0)).status.ok());
}

// A binary row that was cut is, byte for byte, the row that MySQL would have sent.
TEST_P(TransformTest, TruncatedRowsAreWellFormed) {
  std::vector<mysql::Field> fields(9, TestField("c", FieldType::kTiny));
  mysql::Row row(9, Value::Null());
  row[0] = Value::Int(5);
  for (size_t keep = 1; keep < 9; ++keep) {
    const mysql::Row kept(row.begin(), row.begin() + static_cast<long>(keep));
    std::string expected;
    if (GetParam() == RowFormat::kText) {
      mysql::EncodeTextRow(kept, &expected);
    } else {
      ASSERT_TRUE(mysql::EncodeBinaryRow(kept, std::span(fields).first(keep), &expected).ok());
    }
    Truncate source(ShardOf(fields, {row}, GetParam()), keep);
    boost::asio::io_context& context = NewContext();
    std::string actual;
    Spawn("read", context.get_executor(), [&]() -> Awaitable<void> {
      EXPECT_TRUE((co_await source.Open()).ok());
      RowBatch batch;
      const Result<bool> more = co_await source.Next(batch);
      if (more.ok() && *more) actual = batch[0];
    });
    context.run_for(kHangAfter);
    EXPECT_EQ(actual, expected) << keep;
  }
}

TEST_P(TransformTest, DistinctDropsRepeatedRows) {
  Drained drained =
      DrainNow(std::make_unique<Distinct>(Ints({1, 1, 1, 1, 2, 3, 3, 7, 7, 7}), keys_));
  ASSERT_TRUE(drained.status.ok()) << drained.status.ToString();
  EXPECT_THAT(Texts(drained.rows), ElementsAre("1", "2", "3", "7"));
  drained = DrainNow(std::make_unique<Distinct>(Ints({}), keys_));
  EXPECT_TRUE(drained.status.ok());
  EXPECT_THAT(drained.rows, IsEmpty());
  drained = DrainNow(std::make_unique<Distinct>(
      ShardOf(fields_, {{Value::Null()}, {Value::Null()}, {Value::Int(0)}}, GetParam()), keys_));
  EXPECT_THAT(Texts(drained.rows), ElementsAre("NULL", "0"));
}

TEST_P(TransformTest, DistinctNoticesUnsortedInput) {
  const Drained drained = DrainNow(std::make_unique<Distinct>(Ints({1, 2, 1}), keys_));
  EXPECT_EQ(drained.status.code(), StatusCode::kInternal);
}

TEST_P(TransformTest, FilterSeesValues) {
  const auto odd = [](std::span<const Value> row) -> Result<bool> {
    return row[0].int64() % 2 != 0;
  };
  Drained drained = DrainNow(std::make_unique<Filter>(Ints({1, 2, 4, 6, 8, 10, 11}), odd));
  ASSERT_TRUE(drained.status.ok()) << drained.status.ToString();
  EXPECT_THAT(Texts(drained.rows), ElementsAre("1", "11"));
  const auto fails = [](std::span<const Value>) -> Result<bool> { return InvalidArgument("no"); };
  drained = DrainNow(std::make_unique<Filter>(Ints({1}), fails));
  EXPECT_EQ(drained.status.code(), StatusCode::kInvalidArgument);
}

TEST_P(TransformTest, SortIsStableAndBounded) {
  const std::vector<mysql::Field> fields = {TestField("k", FieldType::kLong),
                                            TestField("id", FieldType::kLong)};
  std::mt19937 random(11);
  std::vector<mysql::Row> rows;
  for (int i = 0; i < 3000; ++i) {
    rows.push_back({Value::Int(static_cast<int64_t>(random() % 50)), Value::Int(i)});
  }
  const auto sort = [&](RowLimits limits) {
    return DrainNow(std::make_unique<InMemorySort>(ShardOf(fields, rows, GetParam(), 100),
                                                   std::vector<SortKey>{{.descending = true}},
                                                   limits));
  };
  Drained drained = sort({});
  ASSERT_TRUE(drained.status.ok()) << drained.status.ToString();
  std::stable_sort(rows.begin(), rows.end(), [](const mysql::Row& a, const mysql::Row& b) {
    return a[0].int64() > b[0].int64();
  });
  EXPECT_EQ(Texts(drained.rows), Texts(rows));
  drained = sort({.max_rows = 2999});
  EXPECT_EQ(drained.status.code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(drained.status.mysql_errno(), 1038);
  drained = sort({.max_bytes = 20000});
  EXPECT_EQ(drained.status.code(), StatusCode::kResourceExhausted);
  EXPECT_TRUE(sort({.max_rows = 3000}).status.ok());
}

TEST_P(TransformTest, ValuesAreEncodedByTheirFields) {
  const std::vector<mysql::Field> fields = {
      TestField("Variable_name", FieldType::kVarString, 0, mysql::kUtf8mb40900AiCi),
      TestField("Value", FieldType::kLongLong)};
  const std::vector<mysql::Row> rows = {{Value::Text("a"), Value::Int(1)},
                                        {Value::Text("b"), Value::Null()}};
  Values source(fields, rows, GetParam());
  Drained drained = DrainNow(source);
  ASSERT_TRUE(drained.status.ok()) << drained.status.ToString();
  EXPECT_THAT(Texts(drained.rows), ElementsAre("a|1", "b|NULL"));
  EXPECT_EQ(source.columns().definitions.size(), 2u);
  EXPECT_EQ(source.summary().ended, 1u);
  Values wrong(fields, {{Value::Text("a")}}, GetParam());
  EXPECT_FALSE(DrainNow(wrong).status.ok());
  Values none(fields, {}, GetParam());
  drained = DrainNow(none);
  EXPECT_TRUE(drained.status.ok());
  EXPECT_THAT(drained.rows, IsEmpty());
}

TEST_P(TransformTest, ErrorsPassThrough) {
  FakeShardReply::Script script;
  script.chunks = ResultBytes(fields_, GetParam())
                      .Rows({{Value::Int(1)}})
                      .Error(Status::Mysql(3024, "HY000", "maximum statement execution time"))
                      .chunks();
  const auto shard = [&] { return Shard(script, GetParam()); };
  EXPECT_EQ(DrainNow(std::make_unique<Limit>(shard(), 0, 1)).status.mysql_errno(), 3024);
  EXPECT_EQ(DrainNow(std::make_unique<Truncate>(shard(), 1)).status.mysql_errno(), 3024);
  EXPECT_EQ(DrainNow(std::make_unique<Distinct>(shard(), keys_)).status.mysql_errno(), 3024);
  EXPECT_EQ(
      DrainNow(std::make_unique<InMemorySort>(shard(), keys_, RowLimits())).status.mysql_errno(),
      3024);
}

TEST_P(TransformTest, DrainHasALimit) {
  boost::asio::io_context& context = NewContext();
  auto source = Ints({1, 2, 3, 4});
  Status status;
  Spawn("drain", context.get_executor(), [&]() -> Awaitable<void> {
    std::vector<mysql::Row> rows;
    status = co_await Drain(*source, &rows, 3);
  });
  context.run_for(kHangAfter);
  EXPECT_EQ(status.code(), StatusCode::kResourceExhausted);
}

INSTANTIATE_TEST_SUITE_P(Formats, TransformTest,
                         testing::Values(RowFormat::kText, RowFormat::kBinary), FormatName);

}  // namespace
}  // namespace keyspan::vtgate
