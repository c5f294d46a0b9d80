#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "common/async/awaitable.h"
#include "common/async/waiter.h"
#include "rpc/channel.h"
#include "rpc/tablet_messages.pb.h"
#include "vttablet/pool/backend_pool.h"
#include "vttablet/query/tablet_state.h"

namespace keyspan::vttablet {

class ChannelSession;

struct QueryOptions {
  PoolOptions query_pool;        // for statements outside of transactions; per thread
  PoolOptions transaction_pool;  // for transactions and reserved connections; per thread
  std::chrono::milliseconds query_timeout{900'000};             // not of DDL
  std::chrono::milliseconds commit_timeout{30'000};             // COMMIT and ROLLBACK
  std::chrono::milliseconds transaction_timeout{1'800'000};     // from BEGIN; 0 = none
  std::chrono::milliseconds transaction_idle_timeout{600'000};  // since the last statement
  // A statement that does not end so long after its KILL loses its connection.
  std::chrono::milliseconds kill_grace{2'000};
};

// What the serving threads need of the control thread. Each function may be called from any thread;
// `done` runs on the control thread.
class ControlThread {
 public:
  virtual ~ControlThread() = default;
  // KILL QUERY over another connection. `done` runs once mysqld has answered, or cannot.
  virtual void KillQuery(uint32_t connection_id, std::function<void()> done) = 0;
  // The tables have changed: `done` runs when the tracker has read them.
  virtual void SchemaChanged(std::function<void()> done) = 0;
  // A unary method that is not part of the data path. `done` gets the serialised response.
  virtual void HandleCall(rpc::FrameKind method, std::string request,
                          std::function<void(Result<std::string>)> done) = 0;
};

// Counters of one thread; read by others, so that they are atomic, but written by one only.
struct ThreadStats {
  std::atomic<uint64_t> statements = 0;
  std::atomic<uint64_t> mysql_errors = 0;   // ERR packets that were forwarded
  std::atomic<uint64_t> tablet_errors = 0;  // failures of ours
  std::atomic<uint64_t> kills = 0;
  std::atomic<uint64_t> transactions = 0;
  std::atomic<uint64_t> commits = 0;
  std::atomic<uint64_t> rollbacks = 0;
  std::atomic<uint64_t> lost_transactions = 0;  // rolled back by us: timeouts, dead channels
  std::atomic<uint64_t> result_bytes = 0;
  std::atomic<int> open_transactions = 0;
  std::atomic<int> running = 0;  // statements, from their acceptance to their end
  std::atomic<int> pool_open[2] = {};
  std::atomic<int> pool_in_use[2] = {};
  std::atomic<uint64_t> pool_waits[2] = {};
};

inline void Count(std::atomic<uint64_t>& counter, uint64_t n = 1) {
  counter.store(counter.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
}

// Transactions by the ids of their connections to mysqld.
using TransactionNames = std::map<uint32_t, rpc::TransactionName>;

// A statement that mysqld is working on. Lives in the coroutine that runs it, between
// TabletThread::Add and Remove.
struct RunningStatement {
  // kStopped: as KILL QUERY does it, for a gateway that reads on.
  enum class Interruption : uint8_t { kNone, kStopped, kCancelled, kTimedOut, kTransactionOver };

  Backend* backend = nullptr;
  rpc::ServerStream* stream = nullptr;
  const rpc::TransactionName* opens = nullptr;  // the transaction that begins with it
  std::chrono::steady_clock::time_point deadline;
  // False while a KILL QUERY could hit BEGIN instead of the statement behind it, and for COMMIT,
  // which must not be torn.
  bool killable = false;
  Interruption interruption = Interruption::kNone;
  std::chrono::steady_clock::time_point interrupted_at;
  bool kill_sent = false;
  bool kill_pending = false;  // mysqld has not answered the KILL yet
  Waiter kill_done;
  size_t index = 0;  // in TabletThread::running_
};

// Everything of one serving thread: its pools, the statements under way, the channels. Lives on one
// io_context; only Post*() and stats() may be used from elsewhere. Its channels are closed before
// it is destroyed, and its io_context has stopped by then.
class TabletThread {
 public:
  TabletThread(boost::asio::io_context& context, QueryOptions options, ControlThread* control);
  ~TabletThread();

  // The handler for the requests of a new channel.
  rpc::Channel::RequestHandler MakeHandler(const std::shared_ptr<rpc::Channel>& channel);
  void Start();  // the timer; on the thread
  void Stop();   // likewise

  // Any thread.
  void PostState(TabletStatePtr state, std::string health);
  // mysqld was restarted or is gone: connections of before are useless.
  void PostNewEpoch();
  // Rolls back all transactions and interrupts all statements of them.
  void PostEndTransactions(std::string reason, std::function<void()> done);
  // All open transactions, also those whose first statement still runs.
  void PostListTransactions(std::function<void(TransactionNames)> done);
  const ThreadStats& stats() const { return stats_; }

  // For ChannelSession, on the thread.
  Executor executor() const { return executor_; }
  const QueryOptions& options() const { return options_; }
  const TabletStatePtr& state() const { return state_; }
  const std::string& health() const { return health_; }
  ControlThread& control() { return *control_; }
  BackendPool& query_pool() { return query_pool_; }
  BackendPool& transaction_pool() { return transaction_pool_; }
  ThreadStats& mutable_stats() { return stats_; }
  // Holds null once this object is gone.
  const std::shared_ptr<TabletThread*>& alive() const { return alive_; }
  // Unique over the life of the cluster, as far as a clock can make it so.
  uint64_t NewId() { return next_id_ += 2; }

  void Add(RunningStatement& statement);
  void Remove(RunningStatement& statement);
  // Stops it as soon as that is safe. Idempotent.
  void Interrupt(RunningStatement& statement, RunningStatement::Interruption why);
  // After killable has become true.
  void SendPendingKill(RunningStatement& statement);

  // Serves a request that touches mysqld in a coroutine that is used again.
  struct Worker;
  void Dispatch(std::shared_ptr<ChannelSession> session, std::unique_ptr<rpc::ServerStream> stream);

 private:
  friend class ChannelSession;
  Awaitable<void> WorkerLoop(std::shared_ptr<Worker> worker);
  void ScheduleTick();
  void Tick();

  Executor executor_;
  const QueryOptions options_;
  ControlThread* const control_;
  TabletStatePtr state_;
  std::string health_;  // framed StreamHealth
  BackendPool query_pool_;
  BackendPool transaction_pool_;
  ThreadStats stats_;
  std::vector<RunningStatement*> running_;
  std::set<ChannelSession*> sessions_;
  std::vector<std::shared_ptr<Worker>> idle_workers_;
  uint64_t next_id_;
  bool stopped_ = false;
  SteadyTimer tick_timer_;
  // Guards callbacks that come back from the control thread.
  std::shared_ptr<TabletThread*> alive_;
};

}  // namespace keyspan::vttablet
