#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/async/awaitable.h"
#include "common/async/waiter.h"
#include "common/status.h"
#include "vttablet/pool/backend.h"

namespace keyspan::vttablet {

struct PoolOptions {
  std::string name;  // "query", "transaction": for errors and metrics
  int size = 16;     // connections, idle and in use
  int max_waiters = 5000;
  std::chrono::milliseconds wait_timeout{5000};
  std::chrono::milliseconds idle_timeout{std::chrono::minutes(30)};
  mysql::ClientOptions mysql;
};

// What a session needs of a connection.
struct BackendTraits {
  SettingsPtr settings;  // null: none
  bool found_rows = false;
  std::string database;  // never empty
};

// Connections to one mysqld for one thread, keyed by what the session on them is like. A connection
// whose settings differ is reset and set anew; a fitting one costs nothing. Lives on one
// io_context, which also runs its coroutines; not thread-safe. Destroy it when nobody waits or
// holds a connection.
class BackendPool {
 public:
  BackendPool(Executor executor, PoolOptions options);

  // An idle connection that fits as it is, or null: then Acquire() is needed. No coroutine.
  std::unique_ptr<Backend> TryAcquire(const BackendTraits& traits);
  // Waits for a connection and makes it fit. kResourceExhausted when there is none in time or too
  // many wait; kUnavailable when mysqld cannot be reached; kMysql when it refuses the settings or
  // the database.
  Awaitable<Result<std::unique_ptr<Backend>>> Acquire(BackendTraits traits);
  // Gives it back; a broken one, or one of an earlier epoch, is dropped.
  void Release(std::unique_ptr<Backend> backend);

  // mysqld was restarted: idle connections are dropped, the others when they come back.
  void StartNewEpoch();
  // Drops connections that nobody wanted for long. Call it now and then.
  void DropIdle(std::chrono::steady_clock::time_point now);

  int open() const { return open_; }
  int idle() const { return static_cast<int>(idle_.size()); }
  int in_use() const { return open_ - idle(); }
  int waiting() const { return static_cast<int>(waiters_.size()); }
  uint64_t waits() const { return waits_; }
  uint64_t resets() const { return resets_; }
  const PoolOptions& options() const { return options_; }

 private:
  struct Waiting;
  Awaitable<Result<std::unique_ptr<Backend>>> Open(BackendTraits traits);
  Awaitable<Status> WaitForTurn();
  std::unique_ptr<Backend> TakeIdle(const BackendTraits& traits, bool any_settings);
  void Drop(std::unique_ptr<Backend> backend);
  void WakeOne();

  Executor executor_;
  const PoolOptions options_;
  std::vector<std::unique_ptr<Backend>> idle_;  // the back was used last
  std::deque<std::shared_ptr<Waiting>> waiters_;
  int promised_ = 0;  // woken waiters that have not taken their connection yet
  int open_ = 0;
  uint64_t epoch_ = 0;
  uint64_t waits_ = 0;
  uint64_t resets_ = 0;
};

// Makes the session of `backend` fit: COM_RESET_CONNECTION if it is dirty, its settings, its
// default database. With `keep_state` (an open transaction, temporary tables) it is never reset:
// variables that the new settings no longer name get their default. An error of mysqld is kMysql
// and leaves the connection usable but dirty; other failures break it.
Awaitable<Status> ApplyTraits(Backend& backend, const BackendTraits& traits, bool keep_state);

// The names that settings assign: "a=1,@@b='x,y'" gives a and @@b.
std::vector<std::string> SettingNames(std::string_view text);

}  // namespace keyspan::vttablet
