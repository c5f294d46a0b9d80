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
  session.transaction.Begin("", "", /*read_only=*/true);
  EXPECT_EQ(session.status(), mysql::kStatusAutocommit | mysql::kStatusInTransaction |
                                  mysql::kStatusInReadOnlyTransaction);
  session.transaction.Forget();
  session.transaction.BeginInternal("");
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
  EXPECT_EQ(session.TakeNextTransaction(), "");
}

TEST(Transaction, ANameThatIsSetAgainIsANewerSavepoint) {
  Transaction transaction;
  transaction.Begin("", "", false);
  transaction.AddSavepoint("a");
  transaction.AddSavepoint("b");
  transaction.AddSavepoint("A");
  ASSERT_EQ(transaction.savepoints().size(), 2u);
  EXPECT_EQ(transaction.savepoints()[0].name, "b");
  EXPECT_EQ(transaction.savepoints()[1].number, 3u);
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
