#include <gmock/gmock.h>

#include "test/unit/vtctl/cluster_fixture.h"

namespace keyspan::vtctl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class ReparentTest : public ClusterTest {
 protected:
  void Init() {
    const Status status = Run({"InitShardPrimary", "customer/-", "zone1-1"});
    ASSERT_TRUE(status.ok()) << status.ToString();
    tablets_.ClearCalls();
  }

  // One tablet writes, in the term of the record; the others follow it and have what it has.
  void ExpectHealthy(const std::string& primary) {
    EXPECT_EQ(Primary(), primary);
    const FakeTablet& source = tablets_.tablet(primary);
    EXPECT_TRUE(source.writable);
    EXPECT_EQ(source.term, static_cast<uint64_t>(Record().primary_term()));
    for (const char* alias : {kOne, kTwo, kThree}) {
      if (alias == primary) continue;
      EXPECT_FALSE(tablets_.tablet(alias).writable) << alias;
      EXPECT_EQ(tablets_.tablet(alias).source_port, source.mysql_port) << alias;
      EXPECT_EQ(tablets_.tablet(alias).Position(), source.Position()) << alias;
    }
  }

  int Writable() {
    int count = 0;
    for (const char* alias : {kOne, kTwo, kThree}) count += tablets_.tablet(alias).writable;
    return count;
  }
};

TEST_F(ReparentTest, InitMakesAPrimaryAndPointsTheOthersAtIt) {
  ASSERT_TRUE(Run({"InitShardPrimary", "customer/-", "zone1-1"}).ok());
  ExpectHealthy(kOne);
  EXPECT_EQ(Record().primary_term(), 1);
  EXPECT_TRUE(tablets_.tablet(kTwo).semi_sync_replica);
  EXPECT_THAT(out(), HasSubstr("zone1-0000000001, term 1"));
}

TEST_F(ReparentTest, InitRefusesAShardThatHasAPrimary) {
  Init();
  EXPECT_THAT(Run({"InitShardPrimary", "customer/-", "zone1-2"}).ToString(),
              HasSubstr("use PlannedReparentShard"));
  EXPECT_THAT(Run({"InitShardPrimary", "--force", "customer/-", "zone1-2"}).ToString(),
              HasSubstr("use PlannedReparentShard"));
  EXPECT_FALSE(Run({"InitShardPrimary", "customer/-", "zone1-1"}).ok());
  EXPECT_THAT(tablets_.calls(), IsEmpty());
  EXPECT_TRUE(Run({"InitShardPrimary", "--force", "customer/-", "zone1-1"}).ok());
  ExpectHealthy(kOne);
  EXPECT_EQ(Record().primary_term(), 2);
}

TEST_F(ReparentTest, InitRefusesWhenATabletCannotBeReached) {
  tablets_.Fail(std::string("GetFullStatus ") + kThree);
  const Status status = Run({"InitShardPrimary", "customer/-", "zone1-1"});
  EXPECT_THAT(status.ToString(), HasSubstr("every tablet of the shard must be reachable"));
  EXPECT_THAT(status.ToString(), HasSubstr(kThree));
  EXPECT_THAT(tablets_.calls(), IsEmpty());
  EXPECT_EQ(Primary(), "");
}

TEST_F(ReparentTest, InitRefusesErrantTransactions) {
  tablets_.tablet(kThree).transactions = 1;
  EXPECT_THAT(Run({"InitShardPrimary", "customer/-", "zone1-1"}).ToString(),
              HasSubstr("zone1-0000000003 has transactions that zone1-0000000001 does not have"));
  EXPECT_THAT(tablets_.calls(), IsEmpty());
  // The one that has more may become it.
  EXPECT_TRUE(Run({"InitShardPrimary", "customer/-", "zone1-3"}).ok());
  ExpectHealthy(kThree);
}

TEST_F(ReparentTest, InitNeedsAnAcknowledger) {
  ASSERT_TRUE(Run({"DeleteTablets", "zone1-2", "zone1-3"}).ok());
  EXPECT_THAT(Run({"InitShardPrimary", "customer/-", "zone1-1"}).ToString(),
              HasSubstr("durability policy semi_sync"));
  ASSERT_TRUE(Run({"SetKeyspaceDurabilityPolicy", "--durability_policy=none", "customer"}).ok());
  EXPECT_TRUE(Run({"InitShardPrimary", "customer/-", "zone1-1"}).ok());
}

TEST_F(ReparentTest, InitIsFinishedByRunningItAgain) {
  for (const std::string call :
       {"InitPrimary zone1-0000000001", "RefreshState zone1-0000000001",
        "InitReplica zone1-0000000003", "WaitForPosition zone1-0000000002"}) {
    tablets_.Fail(call);
    EXPECT_FALSE(Run({"InitShardPrimary", "--force", "customer/-", "zone1-1"}).ok()) << call;
    tablets_.Heal();
  }
  ASSERT_TRUE(Run({"InitShardPrimary", "--force", "customer/-", "zone1-1"}).ok());
  ExpectHealthy(kOne);
}

TEST_F(ReparentTest, PlannedOnAFreshShard) {
  ASSERT_TRUE(Run({"PlannedReparentShard", "--new-primary=zone1-2", "customer/-"}).ok());
  ExpectHealthy(kTwo);
}

TEST_F(ReparentTest, PlannedSwitch) {
  Init();
  tablets_.tablet(kOne).transactions = 10;
  const Status status = Run({"PlannedReparentShard", "--new_primary=zone1-2", "customer/-"});
  ASSERT_TRUE(status.ok()) << status.ToString();
  ExpectHealthy(kTwo);
  EXPECT_EQ(Record().primary_term(), 2);
  EXPECT_EQ(tablets_.tablet(kThree).transactions, 10);
  const auto calls = tablets_.calls();
  ASSERT_EQ(calls.size(), 5u);
  EXPECT_EQ(calls[0], std::string("DemotePrimary ") + kOne);
  EXPECT_EQ(calls[1], std::string("DemotePrimary ") + kOne);
  EXPECT_EQ(calls[2], std::string("PromoteReplica ") + kTwo);
  EXPECT_THAT(std::vector<std::string>(calls.begin() + 3, calls.end()),
              UnorderedElementsAre(std::string("InitReplica ") + kOne,
                                   std::string("InitReplica ") + kThree));
}

TEST_F(ReparentTest, WhatARestartedOldPrimaryTookComesAlong) {
  Init();
  tablets_.tablet(kOne).transactions = 10;
  tablets_.tablet(kOne).forgets_demotion = true;
  const Status status = Run({"PlannedReparentShard", "--new_primary=zone1-2", "customer/-"});
  ASSERT_TRUE(status.ok()) << status.ToString();
  ExpectHealthy(kTwo);
  EXPECT_EQ(tablets_.tablet(kTwo).transactions, 11);
}

TEST_F(ReparentTest, PlannedChoosesAndAvoids) {
  Init();
  ASSERT_TRUE(Run({"PlannedReparentShard", "customer/-"}).ok());
  ExpectHealthy(kTwo);
  ASSERT_TRUE(Run({"PlannedReparentShard", "--avoid_primary=zone1-1", "customer/-"}).ok());
  EXPECT_EQ(Primary(), kTwo);
  ASSERT_TRUE(Run({"PlannedReparentShard", "--avoid_primary=zone1-2", "customer/-"}).ok());
  EXPECT_NE(Primary(), kTwo);
  EXPECT_THAT(Run({"PlannedReparentShard", "--expected_primary=zone1-2", "customer/-"}).ToString(),
              HasSubstr("the primary of customer/- is zone1-0000000001, not zone1-0000000002"));
}

TEST_F(ReparentTest, PlannedRefusesSickReplicas) {
  Init();
  tablets_.tablet(kThree).source_port = 0;
  EXPECT_THAT(Run({"PlannedReparentShard", "--new_primary=zone1-2", "customer/-"}).ToString(),
              HasSubstr("replication of tablet zone1-0000000003 does not run"));
  EXPECT_THAT(tablets_.calls(), IsEmpty());
}

TEST_F(ReparentTest, OldPrimaryIsOpenedAgainWhenTheSwitchFails) {
  // The second wait is the one after the demotion.
  Init();
  tablets_.Fail(std::string("DemotePrimary ") + kOne);
  const Status status = Run({"PlannedReparentShard", "--new_primary=zone1-2", "customer/-"});
  EXPECT_THAT(status.ToString(), HasSubstr("zone1-0000000001 stays the primary"));
  EXPECT_EQ(Primary(), kOne);
  EXPECT_EQ(Record().primary_term(), 2);
  EXPECT_EQ(tablets_.tablet(kOne).term, 2u);
  EXPECT_EQ(Writable(), 1);
  EXPECT_THAT(tablets_.calls(), ElementsAre(std::string("PromoteReplica ") + kOne));
}

TEST_F(ReparentTest, NeverTwoWritableWhateverFails) {
  Init();
  for (const char* call : {"WaitForPosition zone1-0000000002", "DemotePrimary zone1-0000000001",
                           "PromoteReplica zone1-0000000002", "InitReplica zone1-0000000001",
                           "InitReplica zone1-0000000003", "RefreshState zone1-0000000003"}) {
    tablets_.Fail(call);
    EXPECT_FALSE(Run({"PlannedReparentShard", "--new_primary=zone1-2", "customer/-"}).ok()) << call;
    EXPECT_LE(Writable(), 1) << call;
    tablets_.Heal();
    // The same again finishes it.
    const Status again = Run({"PlannedReparentShard", "--new_primary=zone1-2", "customer/-"});
    EXPECT_TRUE(again.ok()) << call << ": " << again.ToString();
    ExpectHealthy(kTwo);
    const Status back = Run({"PlannedReparentShard", "--new_primary=zone1-1", "customer/-"});
    ASSERT_TRUE(back.ok()) << call << ": " << back.ToString();
    ExpectHealthy(kOne);
  }
}

TEST_F(ReparentTest, TheLockIsHeldMeanwhileAndReleased) {
  const auto lock = topo_.LockShard("customer", "-", "test");
  ASSERT_TRUE(lock.ok());
  ASSERT_TRUE((*lock)->Release().ok());
  Init();
  EXPECT_TRUE(topo_.LockShard("customer", "-", "test", std::chrono::milliseconds(0)).ok());
}

}  // namespace
}  // namespace keyspan::vtctl
