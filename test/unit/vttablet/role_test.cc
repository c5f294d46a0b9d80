#include "vttablet/health/role.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace keyspan::vttablet {
namespace {

using ::testing::HasSubstr;
using Action = RoleDecision::Action;

constexpr char kMe[] = "zone1-0000000100";
constexpr char kOther[] = "zone1-0000000101";

// A healthy replica of kOther in term 5.
RoleInput Replica() {
  RoleInput input;
  input.alias = kMe;
  input.topo_known = true;
  input.primary_alias = kOther;
  input.primary_term = 5;
  input.primary_mysql = ReplicationSource{"127.0.0.1", 3306};
  MysqlFacts facts;
  facts.read_only = facts.super_read_only = true;
  facts.gtid_executed = "a:1-9";
  facts.replication.set_configured(true);
  facts.replication.set_source_host("127.0.0.1");
  facts.replication.set_source_port(3306);
  facts.replication.set_io_running(true);
  facts.replication.set_sql_running(true);
  input.mysql = facts;
  return input;
}

// The healthy primary of term 5.
RoleInput Primary() {
  RoleInput input = Replica();
  input.primary_alias = kMe;
  input.mysql->read_only = input.mysql->super_read_only = false;
  input.mysql->replication.Clear();
  return input;
}

TEST(RoleTest, TheRecordSaysWhoThePrimaryIs) {
  RoleDecision decision = DecideRole(Primary());
  EXPECT_EQ(decision.type, rpc::PRIMARY);
  EXPECT_EQ(decision.term, 5u);
  EXPECT_TRUE(decision.serving);
  decision = DecideRole(Replica());
  EXPECT_EQ(decision.type, rpc::REPLICA);
  EXPECT_TRUE(decision.serving);
  EXPECT_EQ(decision.action, Action::kNone);
}

TEST(RoleTest, ARestartedPrimaryOpensItsMysqld) {
  RoleInput input = Primary();
  input.mysql->read_only = input.mysql->super_read_only = true;
  RoleDecision decision = DecideRole(input);
  EXPECT_FALSE(decision.serving);
  EXPECT_EQ(decision.action, Action::kMakeWritable);
  input.forced_read_only = true;
  decision = DecideRole(input);
  EXPECT_EQ(decision.action, Action::kNone);
  EXPECT_TRUE(decision.serving);
}

TEST(RoleTest, WhoIsNotThePrimaryIsClosedFirst) {
  RoleInput input = Primary();
  input.primary_alias = kOther;
  input.primary_term = 6;
  const RoleDecision decision = DecideRole(input);
  EXPECT_EQ(decision.type, rpc::REPLICA);
  EXPECT_FALSE(decision.serving);
  EXPECT_EQ(decision.action, Action::kMakeReadOnly);
}

TEST(RoleTest, APromiseIsAheadOfTheRecordButNeverBehindIt) {
  RoleInput input = Replica();
  input.promised_term = 6;
  input.mysql->replication.Clear();
  EXPECT_EQ(DecideRole(input).type, rpc::PRIMARY);
  EXPECT_EQ(DecideRole(input).term, 6u);
  input.primary_term = 6;  // the record gave that term to another
  EXPECT_EQ(DecideRole(input).type, rpc::REPLICA);
  // Also before the topology was read: vtctl knows.
  input.topo_known = false;
  input.primary_term = 0;
  input.primary_alias.clear();
  EXPECT_EQ(DecideRole(input).type, rpc::PRIMARY);
  input.promised_term = 0;
  EXPECT_THAT(DecideRole(input).reason, HasSubstr("topology was not read"));
}

TEST(RoleTest, ADemotedPrimaryStaysClosedUntilANewTerm) {
  RoleInput input = Primary();
  input.demoted_term = 5;
  input.mysql->read_only = input.mysql->super_read_only = true;
  RoleDecision decision = DecideRole(input);
  EXPECT_FALSE(decision.serving);
  EXPECT_EQ(decision.action, Action::kNone);
  input.primary_term = 6;
  decision = DecideRole(input);
  EXPECT_EQ(decision.action, Action::kMakeWritable);
}

TEST(RoleTest, APrimaryThatReplicatesDoesNotServe) {
  RoleInput input = Primary();
  input.mysql->replication.set_configured(true);
  EXPECT_FALSE(DecideRole(input).serving);
  EXPECT_EQ(DecideRole(input).action, Action::kNone);
}

TEST(RoleTest, ReplicasHealThemselves) {
  RoleInput input = Replica();
  input.mysql->replication.set_io_running(false);
  EXPECT_EQ(DecideRole(input).action, Action::kStartReplication);
  EXPECT_TRUE(DecideRole(input).serving);  // reads go on
  input.mysql->replication.set_io_connecting(true);
  EXPECT_EQ(DecideRole(input).action, Action::kNone);
  input.mysql->replication.set_sql_running(false);
  EXPECT_FALSE(DecideRole(input).serving);
  EXPECT_EQ(DecideRole(input).action, Action::kStartReplication);
  input.mysql->replication.set_last_sql_error("a duplicate key");
  EXPECT_EQ(DecideRole(input).action, Action::kNone);  // starting again would not help
  EXPECT_THAT(DecideRole(input).reason, HasSubstr("a duplicate key"));

  input = Replica();
  input.mysql->replication.set_source_port(3307);
  EXPECT_EQ(DecideRole(input).action, Action::kFollow);
  input.replica_term = 5;  // vtctl said so in this term or for the next one
  EXPECT_EQ(DecideRole(input).action, Action::kNone);

  input = Replica();
  input.mysql->replication.Clear();
  EXPECT_EQ(DecideRole(input).action, Action::kNone);  // it has data of its own
  input.mysql->gtid_executed.clear();
  EXPECT_EQ(DecideRole(input).action, Action::kFollow);
  input.replication_stopped = true;
  EXPECT_EQ(DecideRole(input).action, Action::kNone);
}

TEST(RoleTest, ReasonsNotToServe) {
  RoleInput input = Replica();
  input.mysql->replication.set_lag_s(8000);
  EXPECT_THAT(DecideRole(input).reason, HasSubstr("lags 8000 s"));
  input = Replica();
  input.configured_type = rpc::DRAINED;
  EXPECT_THAT(DecideRole(input).reason, HasSubstr("DRAINED"));
  input = Replica();
  input.primary_alias.clear();
  EXPECT_THAT(DecideRole(input).reason, HasSubstr("no primary yet"));
  for (RoleInput any : {Replica(), Primary()}) {
    any.refusal = "too old";
    EXPECT_EQ(DecideRole(any).reason, "too old");
    any.mysql.reset();
    any.mysql_error = "refused";
    EXPECT_THAT(DecideRole(any).reason, HasSubstr("cannot be reached: refused"));
    EXPECT_FALSE(DecideRole(any).serving);
  }
}

}  // namespace
}  // namespace keyspan::vttablet
