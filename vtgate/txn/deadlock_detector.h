#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <vector>

#include "common/async/awaitable.h"
#include "vtgate/gateway/gateway.h"
#include "vtgate/session/session_registry.h"
#include "vtgate/txn/wait_graph.h"

namespace keyspan::vtgate {

// Ends deadlocks over several shards, which no mysqld can see: each of them knows only who waits
// for whom on itself. While a statement of a transaction with parts on several shards waits for
// long, the primaries are asked for their lock waits; where these make a circle, the youngest
// transaction of it is rolled back, and its client gets error 1213, as from a deadlock within one
// mysqld. Gateways look each for itself and end only transactions of their own.
//
// One per process; lives on the thread of `gateway`, whose clients it uses. A shard that does not
// answer shows no waits: the circle is found later, or broken by innodb_lock_wait_timeout.
class DeadlockDetector {
 public:
  DeadlockDetector(Gateway* gateway, SessionRegistry* sessions)
      : gateway_(gateway), sessions_(sessions), timer_(gateway->executor()) {}

  void Start();  // on the thread
  void Stop();   // likewise

  // How many transactions were rolled back so far; any thread.
  uint64_t ended() const { return ended_; }

 private:
  Awaitable<void> Loop();
  // True when there was a deadlock.
  Awaitable<bool> LookOnce();
  // What all primaries say, together. Begins after the call.
  Awaitable<std::vector<LockWait>> AskShards();

  Gateway* gateway_;
  SessionRegistry* sessions_;
  SteadyTimer timer_;
  bool stopped_ = false;
  std::atomic<uint64_t> ended_ = 0;
};

}  // namespace keyspan::vtgate
