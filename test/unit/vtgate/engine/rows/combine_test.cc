#include "vtgate/engine/rows/combine.h"

#include <gmock/gmock.h>

#include <map>

#include "test/unit/vtgate/engine/rows/fake_shard_reply.h"

namespace keyspan::vtgate {
namespace {

using mysql::FieldType;
using mysql::Value;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

class CombineTest : public testing::TestWithParam<RowFormat> {
 protected:
  std::unique_ptr<RowSource> Ints(std::vector<int64_t> numbers, size_t rows_per_chunk = 2,
                                  int turns = 1) {
    std::vector<mysql::Row> rows;
    for (int64_t n : numbers) rows.push_back({Value::Int(n)});
    return ShardOf(fields_, rows, GetParam(), rows_per_chunk, turns);
  }
  // Sends 1 and 3 and then does what `script` says.
  std::unique_ptr<RowSource> IntsThen(FakeShardReply::Script script,
                                      std::shared_ptr<FakeReplyLog> log) {
    script.chunks =
        ResultBytes(fields_, GetParam()).Rows({{Value::Int(1)}, {Value::Int(3)}}).chunks();
    return Shard(std::move(script), GetParam(), std::move(log));
  }
  std::unique_ptr<RowSource> Combine(bool merge, std::vector<std::unique_ptr<RowSource>> inputs) {
    if (merge) return std::make_unique<MergeSort>(std::move(inputs), keys_);
    return std::make_unique<Concat>(std::move(inputs));
  }

  const std::vector<mysql::Field> fields_ = {TestField("n", FieldType::kLong)};
  const std::vector<SortKey> keys_ = {{.column = 0}};
};

TEST_P(CombineTest, ConcatGivesAllRowsAsTheyCome) {
  auto source = Combine(false, SourceList(Ints({1, 2, 3}, 1, 20), Ints({}), Ints({4, 5}, 1)));
  const Drained drained = DrainNow(*source);
  ASSERT_TRUE(drained.status.ok()) << drained.status.ToString();
  EXPECT_THAT(Texts(drained.rows), UnorderedElementsAre("1", "2", "3", "4", "5"));
  // The slow shard holds nobody up, once its columns are there.
  const std::vector<std::string> texts = Texts(drained.rows);
  EXPECT_LT(std::find(texts.begin(), texts.end(), "5"), std::find(texts.begin(), texts.end(), "2"));
  EXPECT_EQ(source->summary().ended, 3u);
}

TEST_P(CombineTest, MergeIsOrderedAndStable) {
  auto source =
      Combine(true, SourceList(Ints({1, 4, 4, 9}, 1), Ints({}), Ints({-5, 4, 10, 11}, 3, 5)));
  const Drained drained = DrainNow(*source);
  ASSERT_TRUE(drained.status.ok()) << drained.status.ToString();
  EXPECT_THAT(Texts(drained.rows), ElementsAre("-5", "1", "4", "4", "4", "9", "10", "11"));
}

TEST_P(CombineTest, SummariesAreAddedUp) {
  FakeShardReply::Script one, two;
  one.chunks = ResultBytes(fields_, GetParam()).End(3, 2).chunks();
  two.chunks = ResultBytes(fields_, GetParam()).End(4, 32).chunks();
  for (bool merge : {false, true}) {
    auto source = Combine(merge, SourceList(Shard(one, GetParam()), Shard(two, GetParam())));
    ASSERT_TRUE(DrainNow(*source).status.ok());
    EXPECT_EQ(source->summary().warnings, 7u);
    EXPECT_EQ(source->summary().status, 34);
  }
}

TEST_P(CombineTest, FirstFailureCancelsTheOthers) {
  for (bool merge : {false, true}) {
    auto good = std::make_shared<FakeReplyLog>();
    auto bad = std::make_shared<FakeReplyLog>();
    FakeShardReply::Script hang, fail;
    hang.hang = true;
    fail.failure = Status::Mysql(1317, "70100", "Query execution was interrupted");
    fail.turns = 3;
    const Drained drained =
        DrainNow(Combine(merge, SourceList(IntsThen(fail, bad), IntsThen(hang, good))));
    EXPECT_EQ(drained.status.mysql_errno(), 1317) << drained.status.ToString();
    EXPECT_TRUE(good->cancelled);
    EXPECT_TRUE(good->destroyed);
    EXPECT_TRUE(bad->destroyed);
  }
}

TEST_P(CombineTest, FailureMayLetTheOthersEnd) {
  for (bool merge : {false, true}) {
    for (int turns : {1, 3, 40}) {
      auto good = std::make_shared<FakeReplyLog>();
      FakeShardReply::Script fail, many;
      fail.failure = Status::Mysql(1690, "22003", "BIGINT value is out of range");
      fail.turns = turns;
      std::vector<mysql::Row> rows;
      for (int i = 0; i < 50; ++i) rows.push_back({Value::Int(100 + i)});
      many.chunks = ResultBytes(fields_, GetParam()).Rows(rows, 1).End().chunks();
      many.turns = 2;
      auto inputs = SourceList(IntsThen(fail, nullptr), Shard(many, GetParam(), good));
      constexpr auto kDrain = OnFailure::kDrainOthers;
      std::unique_ptr<RowSource> source;
      if (merge) {
        source = std::make_unique<MergeSort>(std::move(inputs), keys_, kDrain);
      } else {
        source = std::make_unique<Concat>(std::move(inputs), kDrain);
      }
      const Drained drained = DrainNow(std::move(source));
      EXPECT_EQ(drained.status.mysql_errno(), 1690) << drained.status.ToString();
      EXPECT_FALSE(good->cancelled);
      EXPECT_TRUE(good->ended);
    }
  }
}

TEST_P(CombineTest, FailureWhileOthersAreStillOpening) {
  for (bool merge : {false, true}) {
    auto log = std::make_shared<FakeReplyLog>();
    FakeShardReply::Script silent, fail;
    silent.hang = true;
    fail.failure = Unavailable("no tablet");
    const Drained drained = DrainNow(
        Combine(merge, SourceList(Shard(silent, GetParam(), log), Shard(fail, GetParam()))));
    EXPECT_EQ(drained.status.code(), StatusCode::kUnavailable);
    EXPECT_TRUE(log->cancelled && log->destroyed);
  }
}

Awaitable<void> ReadOneBatch(RowSource& source, bool& done) {
  EXPECT_TRUE((co_await source.Open()).ok());
  RowBatch batch;
  const Result<bool> more = co_await source.Next(batch);
  EXPECT_TRUE(more.ok() && *more);
  done = true;
}

TEST_P(CombineTest, DestructionEndsWhatIsStillRunning) {
  for (bool merge : {false, true}) {
    auto log = std::make_shared<FakeReplyLog>();
    FakeShardReply::Script hang;
    hang.hang = true;
    boost::asio::io_context& context = NewContext();
    auto source = Combine(merge, SourceList(IntsThen(hang, log), Ints({2, 3, 4, 5, 6, 7})));
    bool done = false;
    Spawn("read", context.get_executor(), [&] { return ReadOneBatch(*source, done); });
    context.poll();
    context.restart();
    ASSERT_TRUE(done);
    EXPECT_FALSE(log->cancelled);
    source.reset();
    context.run_for(kHangAfter);
    EXPECT_TRUE(log->destroyed);
  }
}

TEST_P(CombineTest, CancelWakesTheReader) {
  for (bool merge : {false, true}) {
    FakeShardReply::Script hang;
    hang.hang = true;
    boost::asio::io_context& context = NewContext();
    auto log = std::make_shared<FakeReplyLog>();
    auto source = Combine(merge, SourceList(IntsThen(hang, log), IntsThen(hang, log)));
    Status status;
    Spawn("read", context.get_executor(), [&]() -> Awaitable<void> {
      std::vector<mysql::Row> rows;
      status = co_await Drain(*source, &rows);
    });
    context.poll();
    context.restart();
    EXPECT_TRUE(status.ok());  // still waiting
    source->Cancel();
    source->Cancel();
    context.run_for(kHangAfter);
    EXPECT_EQ(status.code(), StatusCode::kCancelled);
  }
}

TEST_P(CombineTest, HoldsOneChunkPerShard) {
  // A consumer that takes one batch leaves the other shards at their first chunk of rows.
  auto log = std::make_shared<FakeReplyLog>();
  FakeShardReply::Script script;
  std::vector<mysql::Row> rows;
  for (int i = 0; i < 50; ++i) rows.push_back({Value::Int(100 + i)});
  script.chunks = ResultBytes(fields_, GetParam()).Rows(rows, 1).End().chunks();
  for (bool merge : {false, true}) {
    boost::asio::io_context& context = NewContext();
    auto source = Combine(merge, SourceList(Ints({1, 2, 3, 4}), Shard(script, GetParam(), log)));
    bool done = false;
    Spawn("read", context.get_executor(), [&] { return ReadOneBatch(*source, done); });
    context.poll();
    ASSERT_TRUE(done);
    EXPECT_LE(log->calls, 2);
    source.reset();
    context.restart();
    context.run_for(kHangAfter);
    log = std::make_shared<FakeReplyLog>();
  }
}

TEST_P(CombineTest, ColumnsMustFitTogether) {
  auto two_columns = [&] { return ShardOf({fields_[0], fields_[0]}, {}, GetParam()); };
  EXPECT_EQ(DrainNow(Combine(false, SourceList(Ints({1}), two_columns()))).status.code(),
            StatusCode::kUnsupported);
  auto bigint = [&] {
    return ShardOf({TestField("n", FieldType::kLongLong)}, {{Value::Int(1)}}, GetParam());
  };
  const Status status = DrainNow(Combine(false, SourceList(Ints({1}), bigint()))).status;
  EXPECT_EQ(status.ok(), GetParam() == RowFormat::kText);
  EXPECT_EQ(DrainNow(Combine(true, SourceList(Ints({1}), bigint()))).status.ok(),
            GetParam() == RowFormat::kText);
  auto text = [&] {
    return ShardOf({TestField("n", FieldType::kVarString)}, {{Value::Bytes("1")}}, GetParam());
  };
  EXPECT_EQ(DrainNow(Combine(true, SourceList(Ints({1}), text()))).status.code(),
            StatusCode::kUnsupported);
}

TEST_P(CombineTest, MergesOfMergesAreMerges) {
  const Drained drained =
      DrainNow(Combine(true, SourceList(Combine(true, SourceList(Ints({1, 5}), Ints({3}))),
                                        Combine(true, SourceList(Ints({2, 4}), Ints({}))))));
  ASSERT_TRUE(drained.status.ok()) << drained.status.ToString();
  EXPECT_THAT(Texts(drained.rows), ElementsAre("1", "2", "3", "4", "5"));
}

TEST_P(CombineTest, WeightColumnDecidesTheOrderOfText) {
  const std::vector<mysql::Field> fields = {
      TestField("name", FieldType::kVarString, 0, mysql::kUtf8mb40900AiCi),
      TestField("w", FieldType::kVarString, mysql::kBinaryFlag)};
  const auto row = [](const char* name, const char* weight) {
    return mysql::Row{Value::Text(name), Value::Bytes(weight)};
  };
  auto source = std::make_unique<MergeSort>(
      SourceList(
          ShardOf(fields, {row("b", "\x1c\x60"), row("A", "\x1c\x47")}, GetParam()),
          ShardOf(fields,
                  {row("C", "\x1c\x7a"), row("a", "\x1c\x47"), {Value::Null(), Value::Null()}},
                  GetParam())),
      std::vector<SortKey>{{.column = 0, .weight_column = 1, .descending = true}});
  const Drained drained = DrainNow(std::move(source));
  ASSERT_TRUE(drained.status.ok()) << drained.status.ToString();
  std::vector<std::string> names;
  for (const mysql::Row& r : drained.rows) names.push_back(r[0].ToText());
  EXPECT_THAT(names, ElementsAre("C", "b", "A", "a", "NULL"));
}

// Rows dealt at random to k shards and sorted there: merged they are the sorted whole.
TEST_P(CombineTest, RandomRowsMergeIntoTheSortedWhole) {
  std::mt19937 random(20261120);
  const std::vector<mysql::Field> fields = {
      TestField("a", FieldType::kShort), TestField("b", FieldType::kNewDecimal),
      TestField("c", FieldType::kVarString, mysql::kBinaryFlag), TestField("id", FieldType::kLong)};
  for (int round = 0; round < 60; ++round) {
    const size_t shards = 1 + random() % 9;
    const std::vector<SortKey> keys = {{.column = 0, .descending = random() % 2 == 0},
                                       {.column = 2, .descending = random() % 2 == 0},
                                       {.column = 1, .descending = random() % 2 == 0}};
    std::vector<mysql::Row> all;
    const size_t count = random() % 400;
    for (size_t i = 0; i < count; ++i) {
      mysql::Row row;
      row.push_back(random() % 10 == 0 ? Value::Null() : Value::Int(int(random() % 7) - 3));
      row.push_back(random() % 10 == 0 ? Value::Null()
                                       : Value::Decimal(std::to_string(int(random() % 9) - 4) +
                                                        "." + std::to_string(random() % 10)));
      row.push_back(Value::Bytes(std::string(random() % 3, static_cast<char>(random() % 3))));
      row.push_back(Value::Int(static_cast<int64_t>(i)));
      all.push_back(std::move(row));
    }
    // The order by plain comparisons of values, independent of the encoder.
    const auto compare = [&](const mysql::Row& x, const mysql::Row& y) {
      for (const SortKey& key : keys) {
        const Value& a = x[key.column];
        const Value& b = y[key.column];
        int order = 0;
        if (a.is_null() || b.is_null()) {
          order = int(b.is_null()) - int(a.is_null());
        } else if (key.column == 0) {
          order = int(a.int64() - b.int64());
        } else if (key.column == 1) {
          const double difference = std::stod(a.str()) - std::stod(b.str());
          order = difference < 0 ? -1 : difference > 0;
        } else {
          order = a.str().compare(b.str());
        }
        if (order != 0) return key.descending ? order > 0 : order < 0;
      }
      return false;
    };
    std::vector<std::vector<mysql::Row>> dealt(shards);
    for (const mysql::Row& row : all) dealt[random() % shards].push_back(row);
    std::vector<std::unique_ptr<RowSource>> sources;
    std::vector<mysql::Row> expected;
    for (std::vector<mysql::Row>& rows : dealt) {
      std::stable_sort(rows.begin(), rows.end(), compare);
      expected.insert(expected.end(), rows.begin(), rows.end());
      sources.push_back(
          ShardOf(fields, rows, GetParam(), 1 + random() % 20, static_cast<int>(random() % 4)));
    }
    std::stable_sort(expected.begin(), expected.end(), compare);
    const Drained drained = DrainNow(std::make_unique<MergeSort>(std::move(sources), keys));
    ASSERT_TRUE(drained.status.ok()) << drained.status.ToString();
    ASSERT_EQ(Texts(drained.rows), Texts(expected)) << "round " << round;
  }
}

TEST_P(CombineTest, BigMerge) {
  std::vector<std::unique_ptr<RowSource>> sources;
  constexpr int kShards = 8;
  constexpr int kRows = 5000;
  for (int shard = 0; shard < kShards; ++shard) {
    std::vector<int64_t> numbers;
    for (int i = 0; i < kRows; ++i) numbers.push_back(i * kShards + shard);
    sources.push_back(Ints(numbers, 500));
  }
  const Drained drained = DrainNow(Combine(true, std::move(sources)));
  ASSERT_TRUE(drained.status.ok());
  ASSERT_EQ(drained.rows.size(), static_cast<size_t>(kShards * kRows));
  for (int i = 0; i < kShards * kRows; ++i) ASSERT_EQ(drained.rows[i][0].int64(), i);
}

INSTANTIATE_TEST_SUITE_P(Formats, CombineTest,
                         testing::Values(RowFormat::kText, RowFormat::kBinary), FormatName);

}  // namespace
}  // namespace keyspan::vtgate
