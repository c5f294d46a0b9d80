#include "test/vttablet/tablet_fixture.h"

namespace keyspan::testing {
namespace {

using namespace std::chrono_literals;

// A primary and a replica, each with a tablet and a mysqld of its own.
class ReplicationTest : public TabletTest {
 protected:
  void StartShard(bool semi_sync) {
    first_mysqld_ = std::make_unique<MysqldProcess>(1);
    second_mysqld_ = std::make_unique<MysqldProcess>(2);
    shard_ = std::make_unique<Shard>(semi_sync ? "semi_sync" : "none");
    first_ = &shard_->Add(1, *first_mysqld_);
    second_ = &shard_->Add(2, *second_mysqld_);
    shard_->InitPrimary(*first_, semi_sync);
    Follow(*second_, *first_, semi_sync);
    gateway_ = shard_->Connect(*first_);
  }
  void TearDown() override {
    gateway_.reset();
    shard_.reset();
  }
  void Follow(Shard::Member& replica, Shard::Member& source, bool semi_sync) {
    rpc::InitReplicaRequest request;
    request.set_source_host("127.0.0.1");
    request.set_source_port(source.mysqld->port());
    request.set_primary_term(shard_->term());
    request.set_semi_sync(semi_sync);
    const Status status = replica.Control()->InitReplica(request);
    ASSERT_TRUE(status.ok()) << status.ToString();
  }
  bool ReplicaSees(const std::string& sql, const Rows& rows) {
    auto replica = shard_->Connect(*second_, rpc::REPLICA);
    const Reply reply = replica->Execute(sql);
    return reply.good() && reply.rows == rows;
  }

  std::unique_ptr<MysqldProcess> first_mysqld_, second_mysqld_;
  Shard::Member* first_ = nullptr;
  Shard::Member* second_ = nullptr;
};

TEST_F(ReplicationTest, SemiSyncAndPlannedReparent) {
  StartShard(true);
  Must("CREATE TABLE r (id INT PRIMARY KEY)");
  Must("INSERT INTO r VALUES (1)");
  Eventually([&] { return ReplicaSees("SELECT id FROM r", {{"1"}}); }, "not replicated");
  const auto status = first_->Control()->GetFullStatus();
  EXPECT_TRUE(status->semi_sync_source_enabled());
  EXPECT_EQ(status->semi_sync_source_clients(), 1u);
  EXPECT_TRUE(second_->Control()->GetFullStatus()->super_read_only());

  // The steps of vtctl: demote, catch up, record, promote, follow.
  const auto demoted = first_->Control()->DemotePrimary(2s);
  ASSERT_TRUE(demoted.ok()) << demoted.status().ToString();
  ASSERT_TRUE(second_->Control()->WaitForPosition(demoted->position(), 10s).ok());
  const auto record = shard_->topo().SetShardPrimary("ks", "0", second_->record.alias(), 1);
  ASSERT_TRUE(record.ok()) << record.status().ToString();
  rpc::PromoteReplicaRequest promote;
  promote.set_primary_term(2);
  promote.set_semi_sync(true);
  const auto promoted = second_->Control()->PromoteReplica(promote);
  ASSERT_TRUE(promoted.ok()) << promoted.status().ToString();
  rpc::InitReplicaRequest follow;
  follow.set_source_host("127.0.0.1");
  follow.set_source_port(second_mysqld_->port());
  follow.set_primary_term(2);
  follow.set_semi_sync(true);
  ASSERT_TRUE(first_->Control()->InitReplica(follow).ok());

  rpc::Target target = gateway_->target();
  target.set_primary_term(2);
  Gateway after(second_->tablet->rpc_port(), target);
  Eventually([&] { return after.Execute("INSERT IGNORE INTO r VALUES (2)").good(); },
             "the new primary takes no writes");
  // The old one knows its place.
  EXPECT_EQ(gateway_->Execute("SELECT 1").status.code(), StatusCode::kFailedPrecondition);
  rpc::Target replica = target;
  replica.set_tablet_type(rpc::REPLICA);
  Gateway old(first_->tablet->rpc_port(), replica);
  Eventually(
      [&] {
        return old.Execute("SELECT id FROM r ORDER BY id").rows == Rows{{"1"}, {"2"}};
      },
      "the old primary does not follow");
  EXPECT_TRUE(first_->Control()->GetFullStatus()->super_read_only());
}

TEST_F(ReplicationTest, ANewerTermClosesAnOldPrimary) {
  StartShard(false);
  Must("CREATE TABLE f (id INT PRIMARY KEY)");
  const uint64_t id = gateway().Begin();
  EXPECT_TRUE(gateway().In(id, "INSERT INTO f VALUES (1)").good());
  // Nobody tells the old primary: only the record changes.
  ASSERT_TRUE(shard_->topo().SetShardPrimary("ks", "0", second_->record.alias(), 1).ok());
  Eventually(
      [&] {
        const auto status = first_->Control()->GetFullStatus();
        return status.ok() && status->super_read_only();
      },
      "the old primary is still writable");
  EXPECT_FALSE(gateway().Commit(id).ok());
  EXPECT_FALSE(gateway().Execute("SELECT 1").good());
}

TEST_F(ReplicationTest, ARestartedReplicaReplicatesAgain) {
  StartShard(false);
  Must("CREATE TABLE s (id INT PRIMARY KEY)");
  second_mysqld_->Kill();
  Must("INSERT INTO s VALUES (1)");
  second_mysqld_->Start();  // with replication stopped
  Eventually([&] { return ReplicaSees("SELECT id FROM s", {{"1"}}); }, "not replicated");
  // An empty server that joins late follows the primary by itself.
  MysqldProcess third(3);
  Shard::Member& late = shard_->Add(3, third);
  auto replica = shard_->Connect(late, rpc::REPLICA);
  Eventually([&] { return replica->Execute("SELECT id FROM s").rows == Rows{{"1"}}; },
             "the late one does not follow");
  replica.reset();
  late.tablet.reset();
}

TEST_F(ReplicationTest, DataOfAnotherShardIsRefused) {
  StartShard(false);
  first_->tablet.reset();
  first_->options.record.set_shard("-80");
  ASSERT_TRUE(shard_->topo().CreateShard("ks", "-80").ok());
  ASSERT_TRUE(shard_->topo().DeleteTablet(first_->record.alias()).ok());
  first_->Restart();
  Eventually(
      [&] {
        const auto status = first_->Control()->GetFullStatus();
        return status.ok() &&
               status->health().reason().find("belongs to ks/0") != std::string::npos;
      },
      "the wrong data was not noticed");
}

}  // namespace
}  // namespace keyspan::testing
