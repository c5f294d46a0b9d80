#include <thread>

#include "test/vttablet/tablet_fixture.h"

namespace keyspan::testing {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

class TransactionTest : public TabletTest {
 protected:
  void SetUp() override { Start(); }
  void Start(const Shard::Change& change = {}) {
    StartTablet(change);
    Must("CREATE TABLE IF NOT EXISTS tx (id INT PRIMARY KEY, v INT)");
    Must("DELETE FROM tx");
    Must("INSERT INTO tx VALUES (1, 10), (2, 20)");
  }
  Rows Values() { return Must("SELECT v FROM tx ORDER BY id"); }
};

TEST_F(TransactionTest, BeginsWithTheFirstStatement) {
  rpc::ExecuteRequest request;
  request.set_begin(true);
  const Reply reply = gateway().Execute("UPDATE tx SET v = 11 WHERE id = 1", request);
  ASSERT_TRUE(reply.good()) << reply.Describe();
  EXPECT_EQ(reply.ok.affected_rows, 1u);
  const uint64_t id = reply.end.transaction_id();
  EXPECT_NE(id, 0u);
  EXPECT_EQ(Values(), (Rows{{"10"}, {"20"}}));
  EXPECT_EQ(gateway().In(id, "SELECT v FROM tx WHERE id = 1").rows, (Rows{{"11"}}));
  EXPECT_TRUE(gateway().Commit(id).ok());
  EXPECT_EQ(Values(), (Rows{{"11"}, {"20"}}));
  const Reply late = gateway().In(id, "SELECT 1");
  EXPECT_EQ(late.status.code(), StatusCode::kAborted);
  EXPECT_EQ(gateway().Commit(id).code(), StatusCode::kAborted);
  EXPECT_TRUE(gateway().Rollback(id).ok());
}

TEST_F(TransactionTest, RollsBack) {
  const uint64_t id = gateway().Begin();
  EXPECT_TRUE(gateway().In(id, "UPDATE tx SET v = 0").good());
  EXPECT_TRUE(gateway().Rollback(id).ok());
  EXPECT_EQ(Values(), (Rows{{"10"}, {"20"}}));
}

TEST_F(TransactionTest, CharacteristicsAreApplied) {
  rpc::ExecuteRequest request;
  request.set_begin(true);
  request.set_transaction_setup("SET TRANSACTION ISOLATION LEVEL READ COMMITTED");
  request.set_begin_sql("START TRANSACTION READ ONLY");
  const Reply reply = gateway().Execute("SELECT v FROM tx WHERE id = 1", request);
  ASSERT_TRUE(reply.good()) << reply.Describe();
  const uint64_t id = reply.end.transaction_id();
  EXPECT_EQ(gateway().In(id, "UPDATE tx SET v = 0").error.mysql_errno(), 1792);
  Must("UPDATE tx SET v = 12 WHERE id = 1");
  EXPECT_EQ(gateway().In(id, "SELECT v FROM tx WHERE id = 1").rows, (Rows{{"12"}}));
  EXPECT_TRUE(gateway().Commit(id).ok());
}

TEST_F(TransactionTest, AFailedBeginFails) {
  rpc::ExecuteRequest request;
  request.set_begin(true);
  request.set_begin_sql("START TRANSACTION NONSENSE");
  const Reply select = gateway().Execute("SELECT nonsense", request);
  EXPECT_EQ(select.status.mysql_errno(), 1064) << select.Describe();
  // What came with it has not run.
  const Rows before = Values();
  const Reply update = gateway().Execute("UPDATE tx SET v = -99 WHERE id = 1", request);
  EXPECT_EQ(update.status.mysql_errno(), 1064) << update.Describe();
  EXPECT_EQ(Values(), before);
}

TEST_F(TransactionTest, AnImplicitCommitEndsIt) {
  uint64_t id = gateway().Begin();
  EXPECT_TRUE(gateway().In(id, "UPDATE tx SET v = 13 WHERE id = 1").good());
  Reply reply = gateway().In(id, "CREATE TABLE IF NOT EXISTS tx_other (id INT PRIMARY KEY)");
  EXPECT_TRUE(reply.good()) << reply.Describe();
  EXPECT_TRUE(reply.end.transaction_ended());
  EXPECT_EQ(gateway().In(id, "SELECT 1").status.code(), StatusCode::kAborted);
  EXPECT_EQ(Values()[0][0], "13");
  // DDL that fails has committed before it failed.
  id = gateway().Begin();
  EXPECT_TRUE(gateway().In(id, "UPDATE tx SET v = 14 WHERE id = 1").good());
  reply = gateway().In(id, "CREATE TABLE tx (id INT PRIMARY KEY)");
  EXPECT_EQ(reply.error.mysql_errno(), 1050);
  EXPECT_TRUE(reply.end.transaction_ended());
  // An ordinary error has not.
  id = gateway().Begin();
  reply = gateway().In(id, "INSERT INTO tx VALUES (1, 1)");
  EXPECT_EQ(reply.error.mysql_errno(), 1062);
  EXPECT_FALSE(reply.end.transaction_ended());
  EXPECT_TRUE(gateway().Commit(id).ok());
}

TEST_F(TransactionTest, ADeadlockEndsIt) {
  auto other = NewGateway();
  const uint64_t a = gateway().Begin();
  const uint64_t b = other->Begin();
  EXPECT_TRUE(gateway().In(a, "UPDATE tx SET v = v + 1 WHERE id = 1").good());
  EXPECT_TRUE(other->In(b, "UPDATE tx SET v = v + 1 WHERE id = 2").good());
  Reply blocked;
  std::thread waits([&] { blocked = gateway().In(a, "UPDATE tx SET v = v + 1 WHERE id = 2"); });
  std::this_thread::sleep_for(200ms);
  const Reply crossing = other->In(b, "UPDATE tx SET v = v + 1 WHERE id = 1");
  waits.join();
  const Reply& victim = crossing.good() ? blocked : crossing;
  EXPECT_EQ(victim.error.mysql_errno(), 1213);
  EXPECT_TRUE(victim.end.transaction_ended());
  EXPECT_TRUE(gateway().Rollback(a).ok());
  EXPECT_TRUE(other->Rollback(b).ok());
}

TEST_F(TransactionTest, ALostChannelRollsBackAtOnce) {
  auto other = NewGateway();
  const uint64_t id = other->Begin();
  EXPECT_TRUE(other->In(id, "UPDATE tx SET v = 0").good());
  rpc::ExecuteRequest reserve;
  reserve.set_reserve(true);
  EXPECT_TRUE(other->Execute("SELECT GET_LOCK('held', 0)", reserve).good());
  other.reset();
  rpc::ExecuteRequest request;
  request.set_timeout_ms(3000);
  EXPECT_TRUE(gateway().Execute("UPDATE tx SET v = v + 1", request).good());
  EXPECT_EQ(Values(), (Rows{{"11"}, {"21"}}));
  Eventually([&] { return Must("SELECT IS_FREE_LOCK('held')") == Rows{{"1"}}; }, "lock held");
}

TEST_F(TransactionTest, ABusyTransactionOfALostChannelIsKilled) {
  auto holder = NewGateway();
  const uint64_t held = holder->Begin();
  EXPECT_TRUE(holder->In(held, "UPDATE tx SET v = 0 WHERE id = 2").good());
  {
    auto other = NewGateway();
    const uint64_t id = other->Begin();
    EXPECT_TRUE(other->In(id, "UPDATE tx SET v = 0 WHERE id = 1").good());
    other->Run([&]() -> Awaitable<void> {
      rpc::ExecuteRequest request;
      *request.mutable_target() = other->target();
      request.set_transaction_id(id);
      vttablet::ExecuteStream stream;  // waits for the lock of the holder when it is cut
      EXPECT_TRUE(
          stream.StartNow(other->client(), request, nullptr, "UPDATE tx SET v = 0 WHERE id = 2")
              .ok());
      SteadyTimer timer(other->executor(), 200ms);
      co_await timer.async_wait(kTuple);
    });
  }
  rpc::ExecuteRequest request;
  request.set_timeout_ms(3000);
  const Reply reply = gateway().Execute("UPDATE tx SET v = 99 WHERE id = 1", request);
  EXPECT_TRUE(reply.good()) << reply.Describe();
  EXPECT_TRUE(holder->Commit(held).ok());
}

// The tablet has answered and the gateway has not read it yet when it gives up: nobody knows the
// number of the transaction.
TEST_F(TransactionTest, ACancelThatCrossesTheEndRollsBack) {
  auto other = NewGateway();
  other->Run([&]() -> Awaitable<void> {
    rpc::ExecuteRequest request;
    *request.mutable_target() = other->target();
    request.set_begin(true);
    vttablet::ExecuteStream stream;
    Status started = co_await stream.Start(other->client(), request, nullptr,
                                           "UPDATE tx SET v = SLEEP(0.2) WHERE id = 1");
    EXPECT_TRUE(started.ok());
    SteadyTimer timer(other->executor(), 50ms);
    co_await timer.async_wait(kTuple);
    // This thread reads nothing meanwhile.
    std::this_thread::sleep_for(500ms);
    stream.Cancel();
    timer.expires_after(50ms);
    co_await timer.async_wait(kTuple);
  });
  rpc::ExecuteRequest request;
  request.set_timeout_ms(3000);
  const Reply reply = gateway().Execute("UPDATE tx SET v = 99 WHERE id = 1", request);
  EXPECT_TRUE(reply.good()) << reply.Describe();
}

TEST_F(TransactionTest, AnotherChannelCannotUseIt) {
  auto other = NewGateway();
  const uint64_t id = gateway().Begin();
  EXPECT_EQ(other->In(id, "SELECT 1").status.code(), StatusCode::kAborted);
  EXPECT_TRUE(gateway().In(id, "SELECT 1").good());
  EXPECT_TRUE(gateway().Rollback(id).ok());
}

TEST_F(TransactionTest, TooOldAndTooIdleOnesAreRolledBack) {
  Start([](vttablet::TabletOptions& options) {
    options.query.transaction_timeout = 600ms;
    options.query.transaction_idle_timeout = 200ms;
  });
  const uint64_t idle = gateway().Begin();
  EXPECT_TRUE(gateway().In(idle, "UPDATE tx SET v = 0").good());
  std::this_thread::sleep_for(500ms);
  Reply reply = gateway().In(idle, "SELECT 1");
  EXPECT_THAT(std::string(reply.status.message()), HasSubstr("was rolled back: it was idle"));
  const uint64_t old = gateway().Begin();
  reply = gateway().In(old, "SELECT SLEEP(20)");
  EXPECT_THAT(std::string(reply.status.message()), HasSubstr("it was open for more than 600 ms"));
  EXPECT_TRUE(reply.end.transaction_ended());
  EXPECT_EQ(Values(), (Rows{{"10"}, {"20"}}));
}

TEST_F(TransactionTest, ReservedConnectionsKeepTheirState) {
  rpc::ExecuteRequest request;
  request.set_reserve(true);
  Reply reply = gateway().Execute("CREATE TEMPORARY TABLE tmp (id INT)", request);
  ASSERT_TRUE(reply.good()) << reply.Describe();
  const uint64_t reserved = reply.end.reserved_id();
  ASSERT_NE(reserved, 0u);
  request.set_reserve(false);
  request.set_reserved_id(reserved);
  EXPECT_TRUE(gateway().Execute("INSERT INTO tmp VALUES (1)", request).good());
  // A transaction on it.
  request.set_begin(true);
  reply = gateway().Execute("INSERT INTO tmp VALUES (2)", request);
  ASSERT_TRUE(reply.good()) << reply.Describe();
  request.set_begin(false);
  const uint64_t id = reply.end.transaction_id();
  EXPECT_EQ(gateway().Execute("SELECT COUNT(*) FROM tmp", request).status.code(),
            StatusCode::kInvalidArgument);  // the open transaction must be named
  request.set_transaction_id(id);
  EXPECT_TRUE(gateway().Execute("UPDATE tx SET v = 0", request).good());
  EXPECT_TRUE(gateway().Rollback(id).ok());
  request.set_transaction_id(0);
  EXPECT_EQ(gateway().Execute("SELECT COUNT(*) FROM tmp", request).rows, (Rows{{"1"}}));
  EXPECT_EQ(Values(), (Rows{{"10"}, {"20"}}));
  EXPECT_TRUE(gateway().Release(reserved).ok());
  EXPECT_TRUE(gateway().Release(reserved).ok());
  reply = gateway().Execute("SELECT 1", request);
  EXPECT_THAT(std::string(reply.status.message()), HasSubstr("is lost"));
  // Whoever gets the connection next finds nothing of it.
  const uint64_t next = gateway().Begin();
  EXPECT_EQ(gateway().In(next, "SELECT * FROM tmp").error.mysql_errno(), 1146);
  EXPECT_TRUE(gateway().Rollback(next).ok());
}

TEST_F(TransactionTest, KillNineOfMysqldIsToldAndHealed) {
  const uint64_t id = gateway().Begin();
  EXPECT_TRUE(gateway().In(id, "UPDATE tx SET v = 0").good());
  Mysqld().Kill();
  Reply reply = gateway().In(id, "SELECT 1");
  EXPECT_FALSE(reply.good());
  EXPECT_EQ(gateway().Commit(id).code(), StatusCode::kAborted);
  const auto before = std::chrono::steady_clock::now();
  reply = gateway().Execute("SELECT 1");
  EXPECT_FALSE(reply.good());
  EXPECT_LT(std::chrono::steady_clock::now() - before, 5s);
  Eventually(
      [&] {
        return gateway()
                   .Execute("SELECT 1")
                   .status.message()
                   .find("is not serving: mysqld cannot") != std::string_view::npos;
      },
      "still serving");
  Mysqld().Start();  // super_read_only, as always
  Eventually([&] { return gateway().Execute("UPDATE tx SET v = v + 1").good(); }, "not writable");
  EXPECT_EQ(Values(), (Rows{{"11"}, {"21"}}));
}

}  // namespace
}  // namespace keyspan::testing
