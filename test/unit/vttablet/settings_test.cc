#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vttablet/pool/backend_pool.h"
#include "vttablet/query/tablet_state.h"
#include "vttablet/replication/replication.h"

namespace keyspan::vttablet {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(SettingNamesTest, FindsWhatIsAssigned) {
  EXPECT_THAT(SettingNames(""), IsEmpty());
  EXPECT_THAT(SettingNames("a=1"), ElementsAre("a"));
  EXPECT_THAT(SettingNames("a=1, @@session.b := 'x,c=2' ,d=DEFAULT"),
              ElementsAre("a", "@@session.b", "d"));
  EXPECT_THAT(SettingNames("a='it''s, x=1',b=\"q\\\",y=2\",c=f(1,2),@u=3"),
              ElementsAre("a", "b", "c", "@u"));
}

TEST(CheckTargetTest, LetsOpenTransactionsFinishWhileDraining) {
  TabletState state;
  state.alias = "zone1-0000000100";
  state.keyspace = "ks";
  state.shard = "0";
  state.type = rpc::PRIMARY;
  state.primary_term = 3;
  state.draining = true;
  state.reason = "it is being demoted";
  rpc::Target target;
  target.set_keyspace("ks");
  target.set_shard("0");
  target.set_tablet_type(rpc::PRIMARY);
  target.set_primary_term(3);
  EXPECT_TRUE(CheckTarget(state, target, true).ok());
  const Status refused = CheckTarget(state, target, false);
  EXPECT_EQ(refused.code(), StatusCode::kUnavailable);
  EXPECT_EQ(refused.message(),
            "tablet zone1-0000000100 (ks/0 PRIMARY) is not serving: it is being demoted");
  target.set_primary_term(2);
  EXPECT_EQ(CheckTarget(state, target, true).code(), StatusCode::kFailedPrecondition);
  target.set_primary_term(0);  // whatever the term is
  EXPECT_TRUE(CheckTarget(state, target, true).ok());
}

TEST(VersionAtLeastTest, ComparesNumbers) {
  EXPECT_TRUE(VersionAtLeast("9.7.4-2", 8, 0, 30));
  EXPECT_TRUE(VersionAtLeast("8.0.30", 8, 0, 30));
  EXPECT_TRUE(VersionAtLeast("8.4.0", 8, 0, 30));
  EXPECT_FALSE(VersionAtLeast("8.0.29-log", 8, 0, 30));
  EXPECT_FALSE(VersionAtLeast("5.7.44", 8, 0, 30));
  EXPECT_FALSE(VersionAtLeast("nonsense", 8, 0, 30));
}

}  // namespace
}  // namespace keyspan::vttablet
