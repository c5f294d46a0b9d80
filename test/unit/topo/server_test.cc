#include "topo/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "topo/memory/memory_store.h"

namespace keyspan::topo {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() : store_(MemoryStore::New()), server_(store_.get(), "/keyspan/") {}

  void MakeShards() {
    ASSERT_TRUE(server_.CreateCell("zone1", {}).ok());
    ASSERT_TRUE(server_.CreateKeyspace("customer", {}).ok());
    ASSERT_TRUE(server_.CreateShard("customer", "-80").ok());
    ASSERT_TRUE(server_.CreateShard("customer", "80-").ok());
  }

  static Tablet MakeTablet(const char* alias, const char* shard) {
    Tablet tablet;
    *tablet.mutable_alias() = *ParseAlias(alias);
    tablet.set_keyspace("customer");
    tablet.set_shard(shard);
    tablet.set_hostname("localhost");
    tablet.set_rpc_port(16100);
    tablet.set_type(REPLICA);
    return tablet;
  }

  std::unique_ptr<MemoryStore> store_;
  Server server_;
};

TEST_F(ServerTest, Paths) {
  MakeShards();
  EXPECT_TRUE(store_->Get("/keyspan/global/cells/zone1/CellInfo").ok());
  EXPECT_TRUE(store_->Get("/keyspan/global/keyspaces/customer/Keyspace").ok());
  EXPECT_TRUE(store_->Get("/keyspan/global/keyspaces/customer/shards/-80/Shard").ok());
  EXPECT_EQ(*server_.TabletPath(*ParseAlias("zone1-7")), "/keyspan/zone1/tablets/zone1-0000000007");
  CellInfo info;
  info.set_root("/elsewhere");
  ASSERT_TRUE(server_.CreateCell("zone2", info).ok());
  EXPECT_EQ(*server_.TabletPath(*ParseAlias("zone2-7")), "/elsewhere/tablets/zone2-0000000007");
}

TEST_F(ServerTest, CellsCannotBeDeletedWithTablets) {
  MakeShards();
  ASSERT_TRUE(server_.CreateTablet(MakeTablet("zone1-1", "-80")).ok());
  EXPECT_EQ(server_.DeleteCell("zone1").code(), StatusCode::kFailedPrecondition);
  ASSERT_TRUE(server_.DeleteTablet(*ParseAlias("zone1-1")).ok());
  EXPECT_TRUE(server_.DeleteCell("zone1").ok());
  EXPECT_THAT(*server_.GetCellNames(), ElementsAre());
  EXPECT_EQ(server_.DeleteCell("zone1").code(), StatusCode::kNotFound);
}

TEST_F(ServerTest, ShardsServeUnlessTheyOverlap) {
  MakeShards();
  ASSERT_TRUE(server_.CreateShard("customer", "80-c0").ok());
  EXPECT_TRUE(server_.GetShard("customer", "80-")->record.is_primary_serving());
  EXPECT_FALSE(server_.GetShard("customer", "80-c0")->record.is_primary_serving());
  EXPECT_EQ(server_.CreateShard("customer", "-80").code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(server_.CreateShard("nothing", "-80").code(), StatusCode::kNotFound);
  EXPECT_THAT(*server_.GetShardNames("customer"), ElementsAre("-80", "80-", "80-c0"));
}

TEST_F(ServerTest, KeyspaceGoesAfterItsShards) {
  MakeShards();
  EXPECT_EQ(server_.DeleteKeyspace("customer").code(), StatusCode::kFailedPrecondition);
  ASSERT_TRUE(server_.DeleteShard("customer", "-80").ok());
  ASSERT_TRUE(server_.DeleteShard("customer", "80-").ok());
  ASSERT_TRUE(server_.SaveVSchema("customer", "{}", kAnyVersion).ok());
  ASSERT_TRUE(server_.DeleteKeyspace("customer").ok());
  EXPECT_EQ(server_.GetKeyspace("customer").status().message(), "keyspace customer does not exist");
  EXPECT_FALSE(store_->List("/keyspan/global/keyspaces/customer").ok());
}

TEST_F(ServerTest, UpdateStartsOverWhenAnotherWasQuicker) {
  MakeShards();
  int runs = 0;
  const auto updated = server_.UpdateShardFields("customer", "-80", [&](Shard& shard) {
    if (++runs == 1) {
      EXPECT_TRUE(server_.SetShardPrimary("customer", "-80", *ParseAlias("zone1-1"), 0).ok());
    }
    shard.set_is_primary_serving(false);
    return Status::Ok();
  });
  ASSERT_TRUE(updated.ok());
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(updated->primary_term(), 1);
  EXPECT_EQ(updated->primary_alias().uid(), 1u);
  EXPECT_FALSE(server_.GetShard("customer", "-80")->record.is_primary_serving());
}

TEST_F(ServerTest, PrimaryTermRisesAndFences) {
  MakeShards();
  const auto first = server_.SetShardPrimary("customer", "-80", *ParseAlias("zone1-1"), 0);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->primary_term(), 1);
  EXPECT_GT(first->primary_term_start_time_ms(), 0);
  const auto late = server_.SetShardPrimary("customer", "-80", *ParseAlias("zone1-2"), 0);
  EXPECT_EQ(late.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(server_.GetShard("customer", "-80")->record.primary_alias().uid(), 1u);
}

TEST_F(ServerTest, TabletsByShard) {
  MakeShards();
  ASSERT_TRUE(server_.CreateTablet(MakeTablet("zone1-2", "80-")).ok());
  ASSERT_TRUE(server_.CreateTablet(MakeTablet("zone1-1", "-80")).ok());
  EXPECT_EQ(server_.GetTablets()->size(), 2u);
  const auto tablets = server_.GetTabletsByShard("customer", "80-");
  ASSERT_EQ(tablets->size(), 1u);
  EXPECT_EQ(tablets->front().alias().uid(), 2u);
  // The same place may register again; another shard may not take the alias.
  EXPECT_TRUE(server_.CreateTablet(MakeTablet("zone1-1", "-80")).ok());
  EXPECT_EQ(server_.CreateTablet(MakeTablet("zone1-1", "80-")).code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(server_.CreateTablet(MakeTablet("nowhere-1", "-80")).code(), StatusCode::kNotFound);
}

TEST_F(ServerTest, PresenceIsOfOneProcess) {
  MakeShards();
  Tablet tablet = MakeTablet("zone1-1", "-80");
  auto presence = server_.AnnounceTablet(tablet);
  ASSERT_TRUE(presence.ok());
  EXPECT_TRUE(*server_.IsTabletPresent(tablet.alias()));
  // The same place: its own earlier run.
  auto again = server_.AnnounceTablet(tablet);
  ASSERT_TRUE(again.ok());
  EXPECT_FALSE((*presence)->Check().ok());
  presence->reset();
  EXPECT_TRUE(*server_.IsTabletPresent(tablet.alias()));
  tablet.set_rpc_port(16101);
  EXPECT_THAT(server_.AnnounceTablet(tablet).status().ToString(),
              HasSubstr("another vttablet runs as zone1-0000000001"));
  again->reset();
  EXPECT_FALSE(*server_.IsTabletPresent(tablet.alias()));
}

TEST_F(ServerTest, VSchemaWritesAreChecked) {
  MakeShards();
  EXPECT_EQ(server_.GetVSchema("customer").status().code(), StatusCode::kNotFound);
  ASSERT_TRUE(server_.SaveVSchema("customer", "{\"a\":1}", Server::kNoVersion).ok());
  EXPECT_EQ(server_.SaveVSchema("customer", "{}", Server::kNoVersion).status().code(),
            StatusCode::kFailedPrecondition);
  const auto read = server_.GetVSchema("customer");
  ASSERT_TRUE(server_.SaveVSchema("customer", "{\"b\":1}", read->version).ok());
  EXPECT_EQ(server_.SaveVSchema("customer", "{}", read->version).status().code(),
            StatusCode::kFailedPrecondition);
  EXPECT_EQ(server_.GetVSchema("customer")->record, "{\"b\":1}");
  EXPECT_EQ(server_.GetSrvVSchema()->keyspaces().at("customer"), "{\"b\":1}");
}

TEST_F(ServerTest, LockNamesItsHolder) {
  MakeShards();
  auto lock = server_.LockShard("customer", "-80", "InitShardPrimary");
  ASSERT_TRUE(lock.ok());
  EXPECT_TRUE((*lock)->Check().ok());
  const auto second = server_.LockShard("customer", "-80", "other", 20ms);
  EXPECT_EQ(second.status().code(), StatusCode::kDeadlineExceeded);
  EXPECT_THAT(second.status().ToString(), HasSubstr("InitShardPrimary"));
  ASSERT_TRUE((*lock)->Release().ok());
  EXPECT_FALSE((*lock)->Check().ok());
  EXPECT_TRUE(server_.LockShard("customer", "-80", "other", 20ms).ok());
  EXPECT_EQ(server_.LockShard("customer", "x", "other").status().code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace keyspan::topo
