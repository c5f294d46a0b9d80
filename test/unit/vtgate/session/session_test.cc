#include "vtgate/session/session.h"

#include <gtest/gtest.h>

#include "mysql/protocol/constants.h"
#include "vtgate/session/variables.h"

namespace keyspan::vtgate {
namespace {

TEST(Settings, EqualAssignmentsInAnyOrderHaveOneId) {
  Settings a;
  a.Set("time_zone", "'+00:00'");
  a.Set("sql_mode", "'ANSI'");
  Settings b;
  b.Set("sql_mode", "''");
  b.Set("sql_mode", "'ANSI'");
  b.Set("time_zone", "'+00:00'");
  EXPECT_EQ(a.text(), "@@session.sql_mode='ANSI',@@session.time_zone='+00:00'");
  EXPECT_EQ(a.id(), b.id());
  EXPECT_NE(a.id(), 0u);
  b.Unset("sql_mode");
  EXPECT_NE(a.id(), b.id());
  b.Unset("time_zone");
  EXPECT_EQ(b.id(), 0u);
  EXPECT_EQ(b.text(), "");
}

TEST(Session, StatusFollowsAutocommitAndTransaction) {
  Session session;
  EXPECT_EQ(session.status(), mysql::kStatusAutocommit);
  TransactionStart read_only;
  read_only.access = "READ ONLY";
  session.transaction.Begin(read_only);
  EXPECT_EQ(session.status(), mysql::kStatusAutocommit | mysql::kStatusInTransaction |
                                  mysql::kStatusInReadOnlyTransaction);
  session.transaction.Forget();
  session.transaction.BeginInternal({});
  EXPECT_EQ(session.status(), mysql::kStatusAutocommit);
}

TEST(Session, AutocommitOffOpensATransactionWithTheFirstStatement) {
  Session session;
  session.BeginImplicitly();
  EXPECT_FALSE(session.in_transaction());
  session.autocommit = false;
  session.next_transaction.isolation = "READ COMMITTED";
  session.next_transaction.access = "READ ONLY";
  session.BeginImplicitly();
  EXPECT_TRUE(session.in_transaction());
  EXPECT_EQ(session.transaction.setup(),
            "SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ ONLY");
  EXPECT_EQ(session.next_transaction.ToSql(), "");
}

TEST(Transaction, ANameThatIsSetAgainIsANewerSavepoint) {
  Transaction transaction;
  transaction.Begin({});
  transaction.AddSavepoint("a");
  transaction.AddSavepoint("b");
  transaction.AddSavepoint("A");
  ASSERT_EQ(transaction.savepoints().size(), 2u);
  EXPECT_EQ(transaction.savepoints()[0].name, "b");
  EXPECT_EQ(transaction.savepoints()[1].number, 3u);
}

TEST(TrackedNames, AreFoundInAnyCaseAndReportedAsWritten) {
  const TrackedNames names = TrackedNames::Parse(" Time_Zone, autocommit,,");
  EXPECT_EQ(names.SpellingOf("time_zone"), "Time_Zone");
  EXPECT_EQ(names.SpellingOf("autocommit"), "autocommit");
  EXPECT_EQ(names.SpellingOf("sql_mode"), "");
  EXPECT_EQ(TrackedNames::Parse("*").SpellingOf("sql_mode"), "sql_mode");
  EXPECT_EQ(TrackedNames::Parse("").SpellingOf("sql_mode"), "");
}

TEST(SessionTracker, ReportsOnceAndOnlyToThoseWhoAsk) {
  Session session;
  session.target.keyspace = "customer";
  session.tracker.NoteSchema();
  EXPECT_TRUE(session.MakeOk(false).changes.empty());
  session.capabilities = mysql::kClientSessionTrack;
  EXPECT_TRUE(session.MakeOk(/*ends_rows=*/true).changes.empty());  // no room in an EOF packet
  session.tracker.NoteVariable("time_zone", "+01:00");
  session.tracker.NoteVariable("sql_mode", "");
  const mysql::OkPacket ok = session.MakeOk(false);
  EXPECT_EQ(ok.changes.schema, "customer");
  ASSERT_EQ(ok.changes.system_variables.size(), 1u);
  EXPECT_EQ(ok.changes.system_variables[0].second, "+01:00");
  EXPECT_TRUE(session.MakeOk(false).changes.empty());
}

TEST(SessionTracker, TellsWhatATransactionHasDone) {
  Session session;
  session.capabilities = mysql::kClientSessionTrack | mysql::kClientDeprecateEof;
  TransactionStart start;
  start.by_statement = true;
  start.once.isolation = "SERIALIZABLE";
  start.once.access = "READ ONLY";
  session.transaction.Begin(start);
  session.transaction.use().read = true;
  EXPECT_EQ(session.TransactionState(), "T_R_____");
  EXPECT_EQ(session.TransactionReplay(),
            "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; START TRANSACTION READ ONLY;");
  EXPECT_EQ(session.MakeOk(true).changes.transaction_state, "T_R_____");
  session.transaction.Forget();
  EXPECT_EQ(session.MakeOk(true).changes.transaction_state, "________");
}

TEST(Target, PrintsAsUseTakesIt) {
  EXPECT_EQ((Target{"customer", "-80", topo::REPLICA}.ToString()), "customer:-80@replica");
  EXPECT_EQ((Target{"customer", "", topo::PRIMARY}.ToString()), "customer");
}

TEST(Variables, HaveOneHome) {
  EXPECT_EQ(HomeOf("autocommit"), VariableHome::kGateway);
  EXPECT_EQ(HomeOf("wait_timeout"), VariableHome::kGateway);
  EXPECT_EQ(HomeOf("sql_mode"), VariableHome::kShard);
  EXPECT_EQ(HomeOf("sql_log_bin"), VariableHome::kRefused);
  Session session;
  EXPECT_EQ(*GatewayVariableLiteral("autocommit", session), "1");
  EXPECT_EQ(*GatewayVariableLiteral("wait_timeout", session), "28800");
  session.gateway_variables["wait_timeout"] = "60";
  EXPECT_EQ(*GatewayVariableLiteral("wait_timeout", session), "60");
}

}  // namespace
}  // namespace keyspan::vtgate
