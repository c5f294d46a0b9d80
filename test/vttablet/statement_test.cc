#include "mysql/protocol/statement.h"

#include <thread>

#include "common/async/spawn.h"
#include "test/vttablet/tablet_fixture.h"

namespace keyspan::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using vttablet::ExecuteStream;
using namespace std::chrono_literals;

class StatementTest : public TabletTest {
 protected:
  void SetUp() override { StartTablet(); }
};

TEST_F(StatementTest, ForwardsRowsAndErrorsOfMysqld) {
  EXPECT_EQ(Must("SELECT 1, 'a', NULL"), (Rows{{"1", "a", "NULL"}}));
  EXPECT_EQ(Must("SELECT DATABASE()"), (Rows{{"ks"}}));
  const Reply reply = gateway().Execute("SELECT * FROM nowhere");
  EXPECT_TRUE(reply.status.ok());
  EXPECT_EQ(reply.error.mysql_errno(), 1146);
  EXPECT_EQ(reply.error.sqlstate(), "42S02");
  EXPECT_EQ(reply.error.message(), "Table 'ks.nowhere' doesn't exist");
}

TEST_F(StatementTest, RefusesWhatItIsNot) {
  struct Case {
    std::function<void(rpc::Target&)> change;
    const char* message;
  };
  const Case cases[] = {
      {[](rpc::Target& t) { t.set_keyspace("other"); }, "not PRIMARY of other/0"},
      {[](rpc::Target& t) { t.set_shard("-80"); }, "not PRIMARY of ks/-80"},
      {[](rpc::Target& t) { t.set_tablet_type(rpc::REPLICA); }, "not REPLICA of ks/0"},
      {[](rpc::Target& t) { t.set_primary_term(7); }, "in term 1, not 7"},
  };
  for (const Case& c : cases) {
    auto other = NewGateway();
    c.change(other->mutable_target());
    const Reply reply = other->Execute("SELECT 1");
    EXPECT_EQ(reply.status.code(), StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(reply.status.message()), HasSubstr(c.message));
    EXPECT_THAT(std::string(reply.status.message()), HasSubstr("zone1-0000000100"));
  }
}

TEST_F(StatementTest, StreamsALongResultWithBoundedMemory) {
  // 200,000 rows of 100 bytes: many windows of the stream.
  const std::string sql =
      "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT "
      "a.i, "
      "REPEAT('x', 100) FROM n AS a CROSS JOIN (SELECT i FROM n LIMIT 200) AS b";
  const Reply reply = gateway().Execute(sql);
  EXPECT_TRUE(reply.good()) << reply.Describe();
  EXPECT_EQ(reply.rows.size(), 200'000u);
}

TEST_F(StatementTest, PassesOneRowOfManyMegabytes) {
  const Reply reply = gateway().Execute("SELECT REPEAT('y', 20000000)");
  ASSERT_TRUE(reply.good()) << reply.Describe();
  ASSERT_EQ(reply.rows.size(), 1u);
  EXPECT_EQ(reply.rows[0][0].size(), 20'000'000u);
  const Reply back = gateway().Execute("SELECT LENGTH('" + std::string(5'000'000, 'z') + "')");
  EXPECT_EQ(back.rows, (Rows{{"5000000"}}));
}

TEST_F(StatementTest, ACancelledStatementIsKilledAndTheConnectionLivesOn) {
  const Rows before = Must("SELECT COUNT(*) FROM information_schema.PROCESSLIST");
  gateway().Run([&]() -> Awaitable<void> {
    rpc::ExecuteRequest request;
    *request.mutable_target() = gateway().target();
    for (const char* sql :
         {"SELECT SLEEP(100)",
          "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT "
          "a.i, REPEAT('x', 100) FROM n AS a, n AS b, n AS c"}) {
      ExecuteStream stream;
      EXPECT_TRUE((co_await stream.Start(gateway().client(), request, nullptr, sql)).ok());
      SteadyTimer timer(gateway().executor(), 100ms);
      co_await timer.async_wait(kTuple);
      stream.Cancel();
    }
  });
  Eventually(
      [&] {
        return Must(
                   "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE "
                   "'%SLEEP(10%' AND INFO NOT LIKE '%PROCESSLIST%' OR INFO LIKE "
                   "'%RECURSIVE n%' AND INFO NOT LIKE '%PROCESSLIST%'") == Rows{{"0"}};
      },
      "the cancelled statements still run");
  EXPECT_EQ(Must("SELECT 1"), (Rows{{"1"}}));
}

TEST_F(StatementTest, SettingsFollowTheSession) {
  const vttablet::SessionSettings ansi{1, "sql_mode='ANSI_QUOTES',div_precision_increment=7"};
  const vttablet::SessionSettings zone{2, "time_zone='+05:00'"};
  const std::string ask = "SELECT @@sql_mode, @@div_precision_increment, @@time_zone";
  const Rows plain = Must(ask);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(gateway().Execute(ask, {}, &ansi).rows, (Rows{{"ANSI_QUOTES", "7", plain[0][2]}}));
    EXPECT_EQ(gateway().Execute(ask, {}, &zone).rows, (Rows{{plain[0][0], plain[0][1], "+05:00"}}));
    EXPECT_EQ(Must(ask), plain);
  }
  const vttablet::SessionSettings wrong{3, "no_such_variable=1"};
  const Reply reply = gateway().Execute(ask, {}, &wrong);
  EXPECT_EQ(reply.status.mysql_errno(), 1193) << reply.Describe();
  EXPECT_EQ(Must(ask), plain);
  // Within a transaction nothing is reset: what is no longer named gets its default.
  rpc::ExecuteRequest request;
  request.set_begin(true);
  Reply in = gateway().Execute(ask, request, &ansi);
  request.set_begin(false);
  request.set_transaction_id(in.end.transaction_id());
  EXPECT_EQ(gateway().Execute(ask, request, &zone).rows,
            (Rows{{plain[0][0], plain[0][1], "+05:00"}}));
  EXPECT_TRUE(gateway().Rollback(in.end.transaction_id()).ok());
  EXPECT_EQ(Must(ask), plain);
}

TEST_F(StatementTest, FoundRowsAndDatabase) {
  Must("DROP TABLE IF EXISTS fr");
  Must("CREATE TABLE fr (id INT PRIMARY KEY, v INT)");
  Must("INSERT INTO fr VALUES (1, 1), (2, 2)");
  rpc::ExecuteRequest request;
  EXPECT_EQ(gateway().Execute("UPDATE fr SET v = 1", request).ok.affected_rows, 1u);
  request.set_found_rows(true);
  EXPECT_EQ(gateway().Execute("UPDATE fr SET v = 1", request).ok.affected_rows, 2u);
  request.set_database("information_schema");
  EXPECT_EQ(gateway().Execute("SELECT DATABASE()", request).rows, (Rows{{"information_schema"}}));
  request.set_database("nowhere");
  EXPECT_EQ(gateway().Execute("SELECT DATABASE()", request).status.mysql_errno(), 1049);
}

TEST_F(StatementTest, PreparedStatementsAreKeptAndSurviveDdl) {
  Must("DROP TABLE IF EXISTS ps");
  Must("CREATE TABLE ps (id INT PRIMARY KEY, v VARCHAR(20))");
  Must("INSERT INTO ps VALUES (1, 'one'), (2, 'two')");
  rpc::ExecuteRequest request;
  request.set_binary(true);
  for (int round = 0; round < 3; ++round) {
    for (int id = 1; id <= 2; ++id) {
      std::string block;
      const mysql::Value value = mysql::Value::Int(id);
      ASSERT_TRUE(mysql::EncodeParameterBlock(std::span(&value, 1), &block).ok());
      const Reply reply =
          gateway().Execute("SELECT * FROM ps WHERE id = ?", request, nullptr, block);
      ASSERT_TRUE(reply.good()) << reply.Describe();
      EXPECT_EQ(reply.rows.size(), 1u);
    }
    if (round == 0) Must("ALTER TABLE ps ADD COLUMN w INT DEFAULT 7");
  }
  EXPECT_EQ(Must("SHOW SESSION STATUS LIKE 'Com_stmt_prepare'").size(), 1u);
  // An error in preparing comes as mysqld gave it.
  EXPECT_EQ(gateway().Execute("SELECT nonsense FROM ps", request).error.mysql_errno(), 1054);
  // More statements than a connection remembers.
  for (int i = 0; i < 300; ++i) {
    const Reply reply = gateway().Execute("SELECT " + std::to_string(i), request);
    ASSERT_TRUE(reply.good()) << reply.Describe();
  }
  const Rows open = Must("SHOW GLOBAL STATUS LIKE 'Prepared_stmt_count'");
  EXPECT_LE(std::stoi(open[0][1]), 128 * 4);
}

// mysqld would compare by the type that came first.
TEST_F(StatementTest, ParametersMeanWhatTheirOwnTypesSay) {
  Must("DROP TABLE IF EXISTS pt");
  Must("CREATE TABLE pt (id INT PRIMARY KEY, v VARCHAR(20))");
  Must("INSERT INTO pt VALUES (1, 'a'), (2, 'b'), (3, '7')");
  rpc::ExecuteRequest request;
  request.set_binary(true);
  const auto count = [&](const mysql::Value& value) {
    std::string block;
    EXPECT_TRUE(mysql::EncodeParameterBlock(std::span(&value, 1), &block).ok());
    return gateway().Execute("SELECT id FROM pt WHERE v = ?", request, nullptr, block).rows.size();
  };
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(count(mysql::Value()), 0u);
    EXPECT_EQ(count(mysql::Value::Double(7)), 1u);
    EXPECT_EQ(count(mysql::Value::Text("a")), 1u);
    EXPECT_EQ(count(mysql::Value()), 0u);
    EXPECT_EQ(count(mysql::Value::Int(0)), 2u);
    EXPECT_EQ(count(mysql::Value::Text("0")), 0u);
  }
}

TEST_F(StatementTest, WarningsComeWithTheEnd) {
  const Reply reply = gateway().Execute("SELECT CAST('12x' AS SIGNED)");
  EXPECT_EQ(reply.rows, (Rows{{"12"}}));
  ASSERT_EQ(reply.end.warnings_size(), 1);
  EXPECT_EQ(reply.end.warnings(0).code(), 1292u);
  EXPECT_EQ(reply.end.warnings(0).level(), "Warning");
  EXPECT_EQ(gateway().Execute("SELECT 1").end.warnings_size(), 0);
}

TEST_F(StatementTest, PrepareAnswersLikeMysqld) {
  gateway().Run([&]() -> Awaitable<void> {
    co_await gateway().client().GetChannel();
    rpc::ExecuteRequest request;
    *request.mutable_target() = gateway().target();
    ExecuteStream stream;
    EXPECT_TRUE(
        stream.StartPrepareNow(gateway().client(), request, nullptr, "SELECT ? + 1 AS x").ok());
    std::string bytes;
    while (!stream.ended()) {
      auto piece = co_await stream.Next();
      EXPECT_TRUE(piece.ok()) << piece.status().ToString();
      if (!piece.ok()) break;
      bytes.append(reinterpret_cast<const char*>(piece->data()), piece->size());
    }
    EXPECT_GT(bytes.size(), 20u);
    auto ok = mysql::DecodePrepareOk(std::string_view(bytes).substr(4, 12));
    EXPECT_TRUE(ok.ok());
    if (!ok.ok()) co_return;
    EXPECT_EQ(ok->parameters, 1);
    EXPECT_EQ(ok->columns, 1);
  });
}

class StatementLimitTest : public TabletTest {};

// SLEEP() answers a KILL with a row; this one with an error.
constexpr char kSlow[] =
    "SELECT COUNT(*) FROM (WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE "
    "i "
    "< 1000) SELECT a.i FROM n AS a, n AS b, n AS c, n AS d) AS t";

TEST_F(StatementLimitTest, ASlowStatementIsKilled) {
  StartTablet([](vttablet::TabletOptions& options) { options.query.query_timeout = 300ms; });
  const Reply reply = gateway().Execute(kSlow);
  EXPECT_EQ(reply.status.code(), StatusCode::kDeadlineExceeded) << reply.Describe();
  EXPECT_EQ(reply.status.mysql_errno(), 3024);
  EXPECT_EQ(Must("SELECT 1"), (Rows{{"1"}}));
  // A shorter limit of the request.
  StartTablet();
  rpc::ExecuteRequest request;
  request.set_timeout_ms(200);
  EXPECT_EQ(gateway().Execute(kSlow, request).status.mysql_errno(), 3024);
  // In a transaction it costs the statement, not the transaction.
  const uint64_t id = gateway().Begin();
  request.set_transaction_id(id);
  EXPECT_EQ(gateway().Execute(kSlow, request).status.mysql_errno(), 3024);
  EXPECT_TRUE(gateway().In(id, "SELECT 1").good());
  EXPECT_TRUE(gateway().Commit(id).ok());
}

TEST_F(StatementLimitTest, AFullPoolRefusesAfterAWhile) {
  StartTablet([](vttablet::TabletOptions& options) {
    options.threads = 1;
    options.query.query_pool.size = 2;
    options.query.query_pool.max_waiters = 3;
    options.query.query_pool.wait_timeout = 300ms;
  });
  int timed_out = 0, refused = 0, done = 0;
  gateway().Run([&]() -> Awaitable<void> {
    co_await gateway().client().GetChannel();
    rpc::ExecuteRequest request;
    *request.mutable_target() = gateway().target();
    std::vector<std::unique_ptr<ExecuteStream>> streams;
    for (int i = 0; i < 7; ++i) {
      streams.push_back(std::make_unique<ExecuteStream>());
      EXPECT_TRUE(
          streams.back()->StartNow(gateway().client(), request, nullptr, "SELECT SLEEP(1)").ok());
    }
    for (auto& stream : streams) {
      const Reply reply = co_await gateway().ReadReply(*stream);
      if (reply.good()) {
        ++done;
      } else if (reply.status.message().find("became free within") != std::string_view::npos) {
        ++timed_out;
      } else if (reply.status.message().find("wait already") != std::string_view::npos) {
        ++refused;
      }
    }
  });
  EXPECT_EQ(done, 2);
  EXPECT_EQ(timed_out, 3);
  EXPECT_EQ(refused, 2);
  EXPECT_EQ(Must("SELECT 1"), (Rows{{"1"}}));
}

TEST_F(StatementLimitTest, AFrozenMysqldDoesNotHangAnybody) {
  StartTablet([](vttablet::TabletOptions& options) {
    options.query.query_timeout = 500ms;
    options.query.kill_grace = 500ms;
  });
  Must("SELECT 1");
  Mysqld().Freeze();
  const auto before = std::chrono::steady_clock::now();
  const Reply reply = gateway().Execute("SELECT 1");
  const auto took = std::chrono::steady_clock::now() - before;
  Mysqld().Thaw();
  EXPECT_FALSE(reply.good());
  EXPECT_LT(took, 6s);
  Eventually([&] { return gateway().Execute("SELECT 1").good(); }, "not serving again");
}

}  // namespace
}  // namespace keyspan::testing
