#include "topo/watcher.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "topo/memory/memory_store.h"

namespace keyspan::topo {
namespace {

using namespace std::chrono_literals;
using Snapshot = std::shared_ptr<const TopoSnapshot>;

class WatcherTest : public ::testing::Test {
 protected:
  WatcherTest() : store_(MemoryStore::New()), server_(store_.get(), "/keyspan") {}

  void StartWatcher() {
    Watcher::Options options;
    options.retry_delay = 5ms;
    options.settle_delay = 1ms;
    watcher_ = Watcher::Start(&server_, options, [this](Snapshot snapshot) {
      const std::lock_guard lock(mutex_);
      EXPECT_GT(snapshot->generation, last_ ? last_->generation : 0);
      last_ = std::move(snapshot);
      changed_.notify_all();
    });
    ASSERT_TRUE(watcher_->WaitReady(5s).ok());
  }

  template <typename Predicate>
  bool WaitFor(Predicate predicate) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 5s, [&] { return last_ && predicate(*last_); });
  }

  void MakeTablet() {
    tablet_.set_keyspace("customer");
    tablet_.set_shard("-80");
    tablet_.set_hostname("localhost");
    *tablet_.mutable_alias() = *ParseAlias("zone1-1");
    ASSERT_TRUE(server_.CreateTablet(tablet_).ok());
  }

  std::unique_ptr<MemoryStore> store_;
  Server server_;
  Tablet tablet_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Snapshot last_;
  std::unique_ptr<Watcher> watcher_;  // last: its thread calls back into the members above
};

TEST_F(WatcherTest, FollowsFromAnEmptyTree) {
  StartWatcher();
  EXPECT_TRUE(watcher_->Current()->keyspaces.empty());
  ASSERT_TRUE(server_.CreateCell("zone1", {}).ok());
  EXPECT_TRUE(WaitFor([](const auto& s) { return s.cells.size() == 1; }));
  ASSERT_TRUE(server_.CreateKeyspace("customer", {}).ok());
  EXPECT_TRUE(WaitFor([](const auto& s) { return s.keyspaces.contains("customer"); }));
  ASSERT_TRUE(server_.CreateShard("customer", "-80").ok());
  EXPECT_TRUE(WaitFor([](const auto& s) {
    const auto& shards = s.keyspaces.at("customer").shards;
    return shards.contains("-80") && shards.at("-80").key_range().end() == "\x80";
  }));
  ASSERT_TRUE(server_.SetShardPrimary("customer", "-80", *ParseAlias("zone1-1"), 0).ok());
  EXPECT_TRUE(WaitFor([](const auto& s) {
    return s.keyspaces.at("customer").shards.at("-80").primary_term() == 1;
  }));
  ASSERT_TRUE(server_.SaveVSchema("customer", "{}", kAnyVersion).ok());
  EXPECT_TRUE(
      WaitFor([](const auto& s) { return s.keyspaces.at("customer").vschema_json == "{}"; }));
  MakeTablet();
  EXPECT_TRUE(WaitFor([](const auto& s) { return s.tablets.contains("zone1-0000000001"); }));
  auto presence = server_.AnnounceTablet(tablet_);
  EXPECT_TRUE(WaitFor([](const auto& s) { return s.tablets.at("zone1-0000000001").present; }));
  presence->reset();
  EXPECT_TRUE(WaitFor([](const auto& s) { return !s.tablets.at("zone1-0000000001").present; }));
  ASSERT_TRUE(server_.DeleteTablet(tablet_.alias()).ok());
  EXPECT_TRUE(WaitFor([](const auto& s) { return s.tablets.empty(); }));
  // Gone and here again: the folder's watches are armed anew.
  MakeTablet();
  EXPECT_TRUE(WaitFor([](const auto& s) { return s.tablets.size() == 1; }));
}

TEST_F(WatcherTest, KeepsTheLastSnapshotDuringACut) {
  ASSERT_TRUE(server_.CreateKeyspace("customer", {}).ok());
  StartWatcher();
  store_->SetUnavailable(true);
  EXPECT_TRUE(watcher_->Current()->keyspaces.contains("customer"));
  store_->SetUnavailable(false);
  ASSERT_TRUE(server_.CreateKeyspace("commerce", {}).ok());
  EXPECT_TRUE(WaitFor([](const auto& s) { return s.keyspaces.size() == 2; }));
}

TEST_F(WatcherTest, StartsDuringACut) {
  store_->SetUnavailable(true);
  Watcher::Options options;
  options.retry_delay = 5ms;
  watcher_ = Watcher::Start(&server_, options, {});
  EXPECT_EQ(watcher_->WaitReady(30ms).code(), StatusCode::kDeadlineExceeded);
  EXPECT_EQ(watcher_->Current()->generation, 0u);
  store_->SetUnavailable(false);
  EXPECT_TRUE(watcher_->WaitReady(5s).ok());
}

TEST_F(WatcherTest, BadRecordKeepsTheLastGoodOne) {
  ASSERT_TRUE(server_.CreateKeyspace("customer", {}).ok());
  StartWatcher();
  ASSERT_TRUE(store_->Set("/keyspan/global/keyspaces/customer/Keyspace", "\xff", kAnyVersion).ok());
  ASSERT_TRUE(server_.CreateKeyspace("commerce", {}).ok());
  EXPECT_TRUE(WaitFor([](const auto& s) {
    return s.keyspaces.contains("customer") && s.keyspaces.contains("commerce");
  }));
}

}  // namespace
}  // namespace keyspan::topo
