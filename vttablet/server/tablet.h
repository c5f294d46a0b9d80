#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "common/async/event.h"
#include "common/async/io_threads.h"
#include "common/http/http_server.h"
#include "rpc/server.h"
#include "vttablet/health/role.h"
#include "vttablet/query/tablet_thread.h"
#include "vttablet/replication/replication.h"
#include "vttablet/schema/schema_tracker.h"
#include "vttablet/schema/sequences.h"
#include "vttablet/schema/sidecar.h"
#include "vttablet/server/topo_agent.h"

namespace keyspan::vttablet {

struct TabletOptions {
  topo::Tablet record;  // alias, addresses, keyspace, shard, type when it is not the primary
  std::string topo_root = "/keyspan";
  TopoAgent::OpenStore open_store;
  mysql::ClientOptions mysql;  // how to reach mysqld
  ReplicationUser replication_user;
  QueryOptions query;
  int threads = 2;
  std::string listen_host = "127.0.0.1";
  uint16_t rpc_port = 0;  // 0: a free one
  uint16_t http_port = 0;
  bool http = true;
  std::chrono::milliseconds health_interval{1000};
  uint32_t max_replication_lag_s = 7200;
};

// Lets one coroutine at a time through. Lives on one io_context; a guard may outlive the mutex.
class AsyncMutex {
  struct State {
    explicit State(Executor executor) : free(executor) {}
    Event free;
    bool locked = false;
  };

 public:
  explicit AsyncMutex(Executor executor) : state_(std::make_shared<State>(executor)) {}
  class [[nodiscard]] Guard {
   public:
    Guard() = default;
    explicit Guard(std::shared_ptr<State> state) : state_(std::move(state)) {}
    Guard(Guard&& other) noexcept = default;
    Guard& operator=(Guard&& other) noexcept = delete;
    ~Guard() {
      if (!state_) return;
      state_->locked = false;
      state_->free.NotifyOne();
    }

   private:
    std::shared_ptr<State> state_;
  };
  Awaitable<Guard> Lock() {
    auto state = state_;
    while (state->locked) co_await state->free.Wait();
    state->locked = true;
    co_return Guard(std::move(state));
  }

 private:
  std::shared_ptr<State> state_;
};

// A whole vttablet: the serving threads, and a control thread that watches mysqld and the topology,
// decides the role, and answers the control calls. All members below "control thread" are touched
// only there. Start() and Stop() are called by the thread that owns it.
class Tablet : public ControlThread {
 public:
  explicit Tablet(TabletOptions options);
  ~Tablet() override;  // Stop()s

  // Binds the ports, then runs in the background. It does not wait for mysqld or the topology.
  Status Start();
  // Finishes what is under way for up to `grace`, then closes everything.
  void Stop(std::chrono::milliseconds grace = std::chrono::seconds(5));

  uint16_t rpc_port() const { return server_->port(); }
  uint16_t http_port() const { return http_ ? http_->port() : 0; }

  // ControlThread.
  void KillQuery(uint32_t connection_id, std::function<void()> done) override;
  void SchemaChanged(std::function<void()> done) override;
  void HandleCall(rpc::FrameKind method, std::string request,
                  std::function<void(Result<std::string>)> done) override;

  // The control calls are called through pointers to members.
 private:
  using Clock = std::chrono::steady_clock;

  // --- Control thread: health (health_loop.cc) ---
  Awaitable<void> HealthLoop();
  Awaitable<void> CheckOnce();
  Awaitable<Status> Probe();
  RoleInput MakeRoleInput() const;
  Awaitable<Status> Act(const RoleDecision& decision);
  Awaitable<Status> OpenForWrites();
  Awaitable<void> UpdateSchema();
  void WatchProbe();
  void LookSoon();
  void OnSnapshot(std::shared_ptr<const topo::TopoSnapshot> snapshot);
  bool WantsSemiSync() const;
  // Tells threads and watchers when something has changed, or `force`.
  void Publish(bool force);
  rpc::StreamHealth MakeHealth() const;

  // --- Control thread: calls (control_calls.cc) ---
  Awaitable<void> RunCall(rpc::FrameKind method, std::string request,
                          std::function<void(Result<std::string>)> done);
  Awaitable<Result<std::string>> Dispatch(rpc::FrameKind method, const std::string& request);
  Awaitable<Result<std::unique_ptr<ControlConnection>>> Connect();
  Awaitable<Result<rpc::GetSchemaResponse>> GetSchema(rpc::GetSchemaRequest request);
  Awaitable<Result<rpc::ReserveSequenceResponse>> ReserveSequence(
      rpc::ReserveSequenceRequest request);
  Awaitable<Result<rpc::Empty>> BumpSequence(rpc::BumpSequenceRequest request);
  Awaitable<Result<ControlConnection*>> SequenceConnection(const rpc::Target& target);
  Awaitable<Result<rpc::FullStatus>> FullStatus(rpc::FullStatusRequest request);
  Awaitable<Result<rpc::ExecuteFetchResponse>> ExecuteFetch(rpc::ExecuteFetchRequest request);
  Awaitable<Result<rpc::Empty>> SetReadOnlyCall(rpc::SetReadOnlyRequest request);
  Awaitable<Result<rpc::InitPrimaryResponse>> InitPrimary(rpc::InitPrimaryRequest request);
  Awaitable<Result<rpc::Empty>> InitReplica(rpc::InitReplicaRequest request);
  Awaitable<Result<rpc::Empty>> StopReplicationCall(rpc::StopReplicationRequest request);
  Awaitable<Result<rpc::Empty>> StartReplicationCall(rpc::StartReplicationRequest request);
  Awaitable<Result<rpc::PromoteReplicaResponse>> PromoteReplica(rpc::PromoteReplicaRequest request);
  Awaitable<Result<rpc::DemotePrimaryResponse>> DemotePrimary(rpc::DemotePrimaryRequest request);
  Awaitable<Result<rpc::PositionResponse>> Position(rpc::PositionRequest request);
  Awaitable<Result<rpc::Empty>> WaitForPositionCall(rpc::WaitForPositionRequest request);
  Awaitable<Result<rpc::ReloadSchemaResponse>> ReloadSchema(rpc::ReloadSchemaRequest request);
  Awaitable<Result<rpc::Empty>> RefreshState(rpc::RefreshStateRequest request);
  Awaitable<Result<rpc::Empty>> ChangeType(rpc::ChangeTypeRequest request);
  Awaitable<Result<rpc::GetLockWaitsResponse>> GetLockWaits(rpc::GetLockWaitsRequest request);
  Awaitable<TransactionNames> ListTransactions();
  // Waits until the threads have nothing under way, at most until `when`. True when they have not.
  Awaitable<bool> WaitUntilDrained(Clock::time_point when);
  Awaitable<void> EndTransactions(std::string reason);
  Awaitable<void> RunKill(uint32_t connection_id, std::function<void()> done);
  Awaitable<void> RunSchemaChanged(std::function<void()> done);

  // --- Control thread: pages (pages.cc) ---
  void AddPages();
  std::string Metrics() const;
  std::string Variables() const;

  const TabletOptions options_;
  const std::string alias_;
  const std::string database_;
  std::unique_ptr<IoThreads> serving_threads_;
  std::unique_ptr<IoThreads> control_thread_;
  std::vector<std::unique_ptr<TabletThread>> threads_;
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<HttpServer> http_;
  std::unique_ptr<TopoAgent> topo_;
  std::atomic<bool> stopping_ = false;

  // Control thread.
  Executor control_;
  SteadyTimer health_timer_;
  bool look_again_ = false;  // at once, rather than after the interval
  AsyncMutex role_mutex_;    // whoever looks at or changes the role of mysqld
  AsyncMutex schema_mutex_;
  AsyncMutex sequence_mutex_;
  AsyncMutex lock_waits_mutex_;
  std::promise<void> health_ended_;

  std::shared_ptr<const topo::TopoSnapshot> snapshot_;
  std::unique_ptr<ControlConnection> probe_;
  uint64_t probe_generation_ = 0;
  std::optional<MysqlFacts> facts_;
  std::string mysql_error_ = "it was not tried yet";
  MysqlChecks checks_;
  std::string identity_error_;
  rpc::TabletType configured_type_;
  uint64_t promised_term_ = 0;
  uint64_t replica_term_ = 0;
  uint64_t demoted_term_ = 0;
  bool draining_ = false;
  bool forced_read_only_ = false;
  bool replication_stopped_ = false;
  RoleDecision decision_;
  std::string action_error_;
  TabletStatePtr published_;
  std::string published_health_;
  Clock::time_point published_at_;
  std::unique_ptr<ControlConnection> schema_sql_;
  SchemaTracker schema_;
  Clock::time_point schema_polled_at_;
  std::unique_ptr<ControlConnection> sequence_sql_;
  Sequences sequences_;
  uint64_t sequences_term_ = 0;
  std::unique_ptr<ControlConnection> lock_waits_sql_;
};

}  // namespace keyspan::vttablet
