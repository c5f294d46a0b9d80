#include "vtgate/txn/deadlock_detector.h"

#include <glog/logging.h>

#include <algorithm>

#include "common/async/event.h"
#include "common/async/spawn.h"

namespace keyspan::vtgate {
namespace {

using std::chrono::milliseconds;

// A statement that has waited so long may be in a deadlock.
constexpr milliseconds kLongWait{100};
constexpr milliseconds kInterval{100};
// While statements wait for long without a deadlock, shards are asked less and less often.
constexpr milliseconds kMaxInterval{1000};
constexpr milliseconds kAnswerTimeout{1000};

LockParty FromRpc(const rpc::LockParty& party, uint32_t tablet) {
  if (!party.has_name()) return {0, tablet, party.connection_id()};
  const rpc::TransactionName& name = party.name();
  return {name.gateway_id(), name.connection_id(), name.begun_ns()};
}

// Shared with the calls, so that it lives until the last one has ended.
struct Answers {
  explicit Answers(Executor executor) : changed(executor) {}
  int missing = 0;
  std::vector<LockWait> waits;
  Event changed;
};

Awaitable<void> AskShard(std::shared_ptr<Answers> answers, Gateway::ClientPtr client,
                         uint32_t tablet) {
  rpc::GetLockWaitsRequest request;
  rpc::GetLockWaitsResponse response;
  const Status status =
      co_await client->Call(rpc::FrameKind::kGetLockWaits, request, response, kAnswerTimeout);
  if (status.ok()) {
    for (const rpc::LockWait& wait : response.waits()) {
      answers->waits.push_back(
          {FromRpc(wait.waiter(), tablet), FromRpc(wait.blocker(), tablet), wait.lock_id()});
    }
  } else {
    LOG_EVERY_N(WARNING, 100) << "no lock waits from " << client->host() << ":" << client->port()
                              << ": " << status.ToString();
  }
  --answers->missing;
  answers->changed.NotifyAll();
}

}  // namespace

void DeadlockDetector::Start() {
  Spawn("deadlock detector", gateway_->executor(), [this] { return Loop(); });
}

void DeadlockDetector::Stop() {
  stopped_ = true;
  timer_.cancel();
}

Awaitable<void> DeadlockDetector::Loop() {
  milliseconds interval = kInterval;
  while (!stopped_) {
    timer_.expires_after(interval);
    co_await timer_.async_wait(kTuple);
    const bool long_waits = co_await sessions_->AnyWaits(kLongWait);
    bool deadlock = false;
    if (long_waits) deadlock = co_await LookOnce();
    interval = long_waits && !deadlock ? std::min(interval * 2, kMaxInterval) : kInterval;
  }
}

Awaitable<bool> DeadlockDetector::LookOnce() {
  std::vector<LockWait> first = co_await AskShards();
  if (ChooseVictims(first).empty()) co_return false;
  // The shards have answered at different moments, between which locks came and went.
  std::vector<LockWait> second = co_await AskShards();
  const std::vector<LockParty> victims =
      ChooseVictims(StandingWaits(std::move(first), std::move(second)));
  for (const LockParty& victim : victims) {
    if (victim.gateway_id != gateway_->process_id()) continue;
    LOG(INFO) << "deadlock over several shards: the transaction of connection "
              << victim.connection_id << " is rolled back";
    sessions_->EndDeadlocked(victim.connection_id, victim.begun_ns);
    ++ended_;
  }
  co_return !victims.empty();
}

Awaitable<std::vector<LockWait>> DeadlockDetector::AskShards() {
  auto answers = std::make_shared<Answers>(gateway_->executor());
  uint32_t tablet = 0;
  for (const auto& [name, keyspace] : gateway_->cluster()->keyspaces) {
    for (const ShardInfo& shard : keyspace->shards) {
      ++tablet;
      auto client = gateway_->Pick(*keyspace, shard, topo::TabletType::PRIMARY);
      if (!client.ok()) continue;
      ++answers->missing;
      Spawn("lock waits", gateway_->executor(),
            [answers, client = *client, tablet] { return AskShard(answers, client, tablet); });
    }
  }
  while (answers->missing > 0) co_await answers->changed.Wait();
  co_return std::move(answers->waits);
}

}  // namespace keyspan::vtgate
