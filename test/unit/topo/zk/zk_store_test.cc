#include "topo/zk/zk_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

#include "test/unit/topo/zk/zk_server.h"
#include "topo/server.h"
#include "topo/watcher.h"

namespace keyspan::topo {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Clock = std::chrono::steady_clock;

// One server for all tests; each test has a root of its own.
class ZkStoreTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { zookeeper_ = new ZkServer(); }
  static void TearDownTestSuite() { delete zookeeper_; }

  void SetUp() override { store_ = Open(); }

  static std::unique_ptr<Store> Open() {
    ZkOptions options;
    options.servers = zookeeper_->address();
    options.session_timeout = 2000ms;
    options.operation_timeout = 10000ms;
    auto store = OpenZkStore(options);
    EXPECT_TRUE(store.ok()) << store.status().ToString();
    return store.ok() ? *std::move(store) : nullptr;
  }

  std::string Root() const {
    return std::string("/") + ::testing::UnitTest::GetInstance()->current_test_info()->name();
  }

  static bool Eventually(const std::function<bool()>& condition) {
    const auto deadline = Clock::now() + 20s;
    while (Clock::now() < deadline) {
      if (condition()) return true;
      std::this_thread::sleep_for(10ms);
    }
    return false;
  }

  static void Expire(Store* store) {
    const Status status = ExpireSession(zookeeper_->address(), CurrentSession(store));
    ASSERT_TRUE(status.ok()) << status.ToString();
  }

  static ZkServer* zookeeper_;
  std::unique_ptr<Store> store_;
};

ZkServer* ZkStoreTest::zookeeper_ = nullptr;

TEST_F(ZkStoreTest, NodesHaveVersions) {
  const std::string path = Root() + "/a/b";
  EXPECT_EQ(store_->Get(path).status().code(), StatusCode::kNotFound);
  ASSERT_TRUE(store_->Create(path, "one").ok());
  EXPECT_EQ(store_->Create(path, "one").code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(store_->Get(path)->version, 0);
  EXPECT_EQ(*store_->Set(path, "two", 0), 1);
  EXPECT_EQ(store_->Set(path, "three", 0).status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(*store_->Set(path, "", kAnyVersion), 2);
  EXPECT_EQ(store_->Get(path)->value, "");
  EXPECT_THAT(*store_->List(Root()), ElementsAre("a"));
  EXPECT_EQ(store_->Delete(Root() + "/a", kAnyVersion).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(store_->Delete(path, 0).code(), StatusCode::kFailedPrecondition);
  EXPECT_TRUE(store_->Delete(path, 2).ok());
  EXPECT_EQ(store_->Set(path, "x", kAnyVersion).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(store_->List(path).status().code(), StatusCode::kNotFound);
}

TEST_F(ZkStoreTest, LargeValues) {
  std::string value(500'000, 'x');
  value[7] = '\0';
  ASSERT_TRUE(store_->Create(Root(), value).ok());
  EXPECT_EQ(store_->Get(Root())->value, value);
  EXPECT_EQ(store_->Set(Root(), std::string(2 << 20, 'x'), kAnyVersion).status().code(),
            StatusCode::kInvalidArgument);
}

TEST_F(ZkStoreTest, WatchesFireOnce) {
  std::atomic<int> appeared = 0, changed = 0, children = 0;
  EXPECT_FALSE(store_->Get(Root(), [&] { ++appeared; }).ok());
  ASSERT_TRUE(store_->Create(Root(), "1").ok());
  EXPECT_TRUE(Eventually([&] { return appeared == 1; }));
  ASSERT_TRUE(store_->Get(Root(), [&] { ++changed; }).ok());
  ASSERT_TRUE(store_->List(Root(), [&] { ++children; }).ok());
  ASSERT_TRUE(store_->Create(Root() + "/x", "").ok());
  EXPECT_TRUE(Eventually([&] { return children == 1; }));
  EXPECT_EQ(changed, 0);
  ASSERT_TRUE(store_->Set(Root(), "2", kAnyVersion).ok());
  EXPECT_TRUE(Eventually([&] { return changed == 1; }));
  ASSERT_TRUE(store_->Set(Root(), "3", kAnyVersion).ok());
  ASSERT_TRUE(store_->Create(Root() + "/y", "").ok());
  std::this_thread::sleep_for(50ms);
  EXPECT_EQ(appeared + changed + children, 3);
}

TEST_F(ZkStoreTest, LockIsExclusiveAndPassedOnInOrder) {
  ASSERT_TRUE(store_->Create(Root(), "").ok());
  const auto other = Open();
  LockInfo info;
  info.set_action("Reshard");
  auto lock = store_->AcquireLock(Root(), info.SerializeAsString(), 5s);
  ASSERT_TRUE(lock.ok()) << lock.status().ToString();
  EXPECT_TRUE((*lock)->Check().ok());
  const auto refused = other->AcquireLock(Root(), "", 50ms);
  EXPECT_EQ(refused.status().code(), StatusCode::kDeadlineExceeded);
  EXPECT_THAT(refused.status().ToString(), HasSubstr("Reshard"));

  std::atomic<bool> got = false;
  std::thread waiter([&] {
    const auto second = other->AcquireLock(Root(), "", 20s);
    EXPECT_TRUE(second.ok()) << second.status().ToString();
    got = true;
  });
  std::this_thread::sleep_for(100ms);
  EXPECT_FALSE(got);
  EXPECT_TRUE((*lock)->Release().ok());
  waiter.join();
  EXPECT_TRUE(got);
  EXPECT_EQ(store_->AcquireLock(Root() + "/none", "", 1s).status().code(), StatusCode::kNotFound);
  EXPECT_THAT(*store_->List(Root() + "/locks"), ElementsAre());
}

TEST_F(ZkStoreTest, ExpiredSessionLosesLocksAndRestoresTheRest) {
  ASSERT_TRUE(store_->Create(Root(), "").ok());
  auto lock = store_->AcquireLock(Root(), "", 5s);
  auto presence = store_->CreateEphemeral(Root() + "/presence", "host:1");
  ASSERT_TRUE(lock.ok() && presence.ok());
  std::atomic<int> fired = 0;
  ASSERT_TRUE(store_->Get(Root(), [&] { ++fired; }).ok());
  const auto observer = Open();
  std::atomic<int> gone = 0;
  ASSERT_TRUE(observer->Get(Root() + "/presence", [&] { ++gone; }).ok());

  Expire(store_.get());
  EXPECT_TRUE(Eventually([&] { return gone == 1 && fired == 1; }));
  EXPECT_TRUE(Eventually([&] { return observer->Get(Root() + "/presence").ok(); }));
  EXPECT_TRUE(Eventually([&] { return (*presence)->Check().ok(); }));
  EXPECT_EQ((*lock)->Check().code(), StatusCode::kAborted);
  // The next one gets it, and the loser's release does not disturb.
  const auto second = observer->AcquireLock(Root(), "", 5s);
  ASSERT_TRUE(second.ok());
  EXPECT_TRUE((*lock)->Release().ok());
  EXPECT_TRUE((*second)->Check().ok());
  presence->reset();
  EXPECT_EQ(observer->Get(Root() + "/presence").status().code(), StatusCode::kNotFound);
}

TEST_F(ZkStoreTest, OwnLeftoverPresenceIsReplacedAnothersIsNot) {
  auto first = Open();
  auto old = first->CreateEphemeral(Root() + "/presence", "host:1");
  ASSERT_TRUE(old.ok());
  EXPECT_EQ(store_->CreateEphemeral(Root() + "/presence", "host:2").status().code(),
            StatusCode::kAlreadyExists);
  auto taken = store_->CreateEphemeral(Root() + "/presence", "host:1");
  ASSERT_TRUE(taken.ok()) << taken.status().ToString();
  EXPECT_TRUE((*taken)->Check().ok());
  // Letting the old one go must not delete the new one's node.
  old->reset();
  first.reset();
  EXPECT_TRUE(store_->Get(Root() + "/presence").ok());
}

TEST_F(ZkStoreTest, DeletedPresenceComesBack) {
  auto presence = store_->CreateEphemeral(Root() + "/presence", "host:1");
  ASSERT_TRUE(presence.ok());
  const auto other = Open();
  ASSERT_TRUE(other->Delete(Root() + "/presence", kAnyVersion).ok());
  EXPECT_TRUE(Eventually([&] { return other->Get(Root() + "/presence").ok(); }));
}

TEST_F(ZkStoreTest, SurvivesARestartOfTheServer) {
  Server server(store_.get(), Root());
  ASSERT_TRUE(server.CreateCell("zone1", {}).ok());
  ASSERT_TRUE(server.CreateKeyspace("customer", {}).ok());
  ASSERT_TRUE(server.CreateShard("customer", "-80").ok());
  Watcher::Options options;
  options.retry_delay = 50ms;
  const auto watching = Open();
  Server watched(watching.get(), Root());
  const auto watcher = Watcher::Start(&watched, options, {});
  ASSERT_TRUE(watcher->WaitReady(10s).ok());
  EXPECT_TRUE(watcher->Current()->keyspaces.at("customer").shards.contains("-80"));
  auto lock = server.LockKeyspace("customer", "test");
  ASSERT_TRUE(lock.ok());

  zookeeper_->Kill();
  EXPECT_TRUE(Eventually([&] { return !store_->Connected(); }));
  EXPECT_TRUE(Eventually([&] { return !(*lock)->Check().ok(); }));
  // The gateway's view stays.
  EXPECT_TRUE(watcher->Current()->keyspaces.contains("customer"));
  // A write that is under way during the restart is carried out once.
  std::thread writer([&] {
    const auto updated = server.SetShardPrimary("customer", "-80", *ParseAlias("zone1-1"), 0);
    EXPECT_TRUE(updated.ok()) << updated.status().ToString();
  });
  zookeeper_->Restart();
  writer.join();
  EXPECT_EQ(server.GetShard("customer", "-80")->record.primary_term(), 1);
  EXPECT_TRUE(Eventually([&] {
    return watcher->Current()->keyspaces.at("customer").shards.at("-80").primary_term() == 1;
  }));
  EXPECT_TRUE(Eventually([&] { return store_->Connected(); }));
}

TEST_F(ZkStoreTest, WatcherSeesChangesAfterAnExpiredSession) {
  Server server(store_.get(), Root());
  ASSERT_TRUE(server.CreateKeyspace("customer", {}).ok());
  const auto watching = Open();
  Server watched(watching.get(), Root());
  const auto watcher = Watcher::Start(&watched, {}, {});
  ASSERT_TRUE(watcher->WaitReady(10s).ok());
  Expire(watching.get());
  ASSERT_TRUE(server.CreateKeyspace("commerce", {}).ok());
  EXPECT_TRUE(Eventually([&] { return watcher->Current()->keyspaces.contains("commerce"); }));
}

TEST_F(ZkStoreTest, FrozenServerIsNoticedWithoutBeingTold) {
  ASSERT_TRUE(store_->Create(Root(), "").ok());
  auto lock = store_->AcquireLock(Root(), "", 5s);
  ASSERT_TRUE(lock.ok());
  zookeeper_->Pause();
  const auto start = Clock::now();
  EXPECT_TRUE(Eventually([&] { return !(*lock)->Check().ok(); }));
  EXPECT_LT(Clock::now() - start, 2000ms);  // before the session can have ended
  zookeeper_->Resume();
  EXPECT_TRUE(Eventually([&] { return store_->Connected(); }));
  EXPECT_FALSE((*lock)->Check().ok());  // lost is lost
}

TEST_F(ZkStoreTest, NobodyThere) {
  ZkOptions options;
  options.servers = "127.0.0.1:1";
  options.connect_timeout = 300ms;
  const auto store = OpenZkStore(options);
  EXPECT_EQ(store.status().code(), StatusCode::kUnavailable);
  EXPECT_THAT(store.status().ToString(), HasSubstr("127.0.0.1:1"));
}

}  // namespace
}  // namespace keyspan::topo
