// The control calls of Tablet: what vtctl and gateways ask outside of the data path.

#include <fmt/format.h>
#include <glog/logging.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "vttablet/server/tablet.h"

namespace keyspan::vttablet {
namespace {

using rpc::FrameKind;

constexpr std::chrono::milliseconds kConnectTimeout{3000};
constexpr std::chrono::seconds kSequenceTimeout{30};
constexpr std::chrono::minutes kLongStatement{10};  // ExecuteFetch can be an ALTER TABLE

// Decodes, calls, encodes.
template <typename Request, typename Response>
Awaitable<Result<std::string>> Handle(Tablet* tablet,
                                      Awaitable<Result<Response>> (Tablet::*method)(Request),
                                      const std::string& bytes) {
  Request request;
  if (!request.ParseFromString(bytes)) co_return Malformed("a request cannot be decoded");
  CO_ASSIGN_OR_RETURN(Response response, co_await (tablet->*method)(std::move(request)));
  co_return response.SerializeAsString();
}

std::chrono::milliseconds TimeoutOf(uint32_t timeout_ms, std::chrono::milliseconds otherwise) {
  return timeout_ms == 0 ? otherwise : std::chrono::milliseconds(timeout_ms);
}

}  // namespace

Awaitable<void> Tablet::RunCall(FrameKind method, std::string request,
                                std::function<void(Result<std::string>)> done) {
  done(co_await Dispatch(method, request));
}

Awaitable<Result<std::string>> Tablet::Dispatch(FrameKind method, const std::string& request) {
  switch (method) {
    case FrameKind::kGetSchema:
      co_return co_await Handle(this, &Tablet::GetSchema, request);
    case FrameKind::kReserveSequence:
      co_return co_await Handle(this, &Tablet::ReserveSequence, request);
    case FrameKind::kBumpSequence:
      co_return co_await Handle(this, &Tablet::BumpSequence, request);
    case FrameKind::kTabletPing: {
      rpc::PingResponse response;
      response.set_tablet_alias(alias_);
      co_return response.SerializeAsString();
    }
    case FrameKind::kFullStatus:
      co_return co_await Handle(this, &Tablet::FullStatus, request);
    case FrameKind::kExecuteFetch:
      co_return co_await Handle(this, &Tablet::ExecuteFetch, request);
    case FrameKind::kSetReadOnly:
      co_return co_await Handle(this, &Tablet::SetReadOnlyCall, request);
    case FrameKind::kInitPrimary:
      co_return co_await Handle(this, &Tablet::InitPrimary, request);
    case FrameKind::kInitReplica:
      co_return co_await Handle(this, &Tablet::InitReplica, request);
    case FrameKind::kStopReplication:
      co_return co_await Handle(this, &Tablet::StopReplicationCall, request);
    case FrameKind::kStartReplication:
      co_return co_await Handle(this, &Tablet::StartReplicationCall, request);
    case FrameKind::kPromoteReplica:
      co_return co_await Handle(this, &Tablet::PromoteReplica, request);
    case FrameKind::kDemotePrimary:
      co_return co_await Handle(this, &Tablet::DemotePrimary, request);
    case FrameKind::kReplicationPosition:
      co_return co_await Handle(this, &Tablet::Position, request);
    case FrameKind::kWaitForPosition:
      co_return co_await Handle(this, &Tablet::WaitForPositionCall, request);
    case FrameKind::kReloadSchema:
      co_return co_await Handle(this, &Tablet::ReloadSchema, request);
    case FrameKind::kRefreshState:
      co_return co_await Handle(this, &Tablet::RefreshState, request);
    case FrameKind::kChangeType:
      co_return co_await Handle(this, &Tablet::ChangeType, request);
    case FrameKind::kGetLockWaits:
      co_return co_await Handle(this, &Tablet::GetLockWaits, request);
    default:
      co_return Unsupported(
          fmt::format("the tablet does not know method {}", static_cast<int>(method)));
  }
}

Awaitable<Result<std::unique_ptr<ControlConnection>>> Tablet::Connect() {
  co_return co_await ControlConnection::Open(control_, options_.mysql, kConnectTimeout);
}

// --- Schema and sequences ---

Awaitable<Result<rpc::GetSchemaResponse>> Tablet::GetSchema(rpc::GetSchemaRequest request) {
  if (!schema_.schema()) {
    rpc::ReloadSchemaRequest reload;
    CO_RETURN_IF_ERROR((co_await ReloadSchema(reload)).status());
  }
  const auto schema = schema_.schema();
  if (request.tables().empty()) co_return *schema;
  rpc::GetSchemaResponse some;
  some.set_schema_version(schema->schema_version());
  for (const rpc::TableSchema& table : schema->tables()) {
    if (std::find(request.tables().begin(), request.tables().end(), table.name()) !=
        request.tables().end()) {
      *some.add_tables() = table;
    }
  }
  co_return some;
}

Awaitable<Result<rpc::ReloadSchemaResponse>> Tablet::ReloadSchema(
    rpc::ReloadSchemaRequest request) {
  auto guard = co_await schema_mutex_.Lock();
  if (!schema_sql_ || schema_sql_->broken()) {
    CO_ASSIGN_OR_RETURN(schema_sql_, co_await Connect());
  }
  if (!request.wait_position().empty()) {
    CO_RETURN_IF_ERROR(
        co_await WaitForPosition(*schema_sql_, request.wait_position(), std::chrono::seconds(10)));
  }
  CO_RETURN_IF_ERROR(co_await schema_.Reload(*schema_sql_));
  Publish(false);
  rpc::ReloadSchemaResponse response;
  response.set_schema_version(schema_.version());
  co_return response;
}

Awaitable<void> Tablet::RunSchemaChanged(std::function<void()> done) {
  sequences_.Distrust();
  rpc::ReloadSchemaRequest request;
  auto reloaded = co_await ReloadSchema(request);
  // The statement has succeeded; the next look at the schema makes up for it.
  if (!reloaded.ok()) {
    LOG(WARNING) << "cannot reload the schema: " << reloaded.status().ToString();
    schema_polled_at_ = {};
    LookSoon();
  }
  done();
}

Awaitable<Result<ControlConnection*>> Tablet::SequenceConnection(const rpc::Target& target) {
  CO_RETURN_IF_ERROR(CheckTarget(*published_, target, false));
  if (published_->type != rpc::PRIMARY) {
    co_return Status(StatusCode::kFailedPrecondition, "only a primary gives out sequence values");
  }
  if (sequences_term_ != published_->primary_term) {
    sequences_.Forget();
    sequences_term_ = published_->primary_term;
  }
  if (!sequence_sql_ || sequence_sql_->broken()) {
    CO_ASSIGN_OR_RETURN(sequence_sql_, co_await Connect());
    sequence_sql_->set_timeout(kSequenceTimeout);
  }
  co_return sequence_sql_.get();
}

Awaitable<Result<rpc::ReserveSequenceResponse>> Tablet::ReserveSequence(
    rpc::ReserveSequenceRequest request) {
  auto guard = co_await sequence_mutex_.Lock();
  CO_ASSIGN_OR_RETURN(ControlConnection * sql, co_await SequenceConnection(request.target()));
  rpc::ReserveSequenceResponse response;
  CO_ASSIGN_OR_RETURN(const uint64_t start,
                      co_await sequences_.Reserve(*sql, request.table(), request.count()));
  response.set_start(start);
  co_return response;
}

Awaitable<Result<rpc::Empty>> Tablet::BumpSequence(rpc::BumpSequenceRequest request) {
  auto guard = co_await sequence_mutex_.Lock();
  CO_ASSIGN_OR_RETURN(ControlConnection * sql, co_await SequenceConnection(request.target()));
  CO_RETURN_IF_ERROR(
      co_await sequences_.Bump(*sql, request.table(), request.at_least(), request.may_go_back()));
  co_return rpc::Empty();
}

// --- Looking and running statements ---

Awaitable<Result<rpc::FullStatus>> Tablet::FullStatus(rpc::FullStatusRequest) {
  rpc::FullStatus status;
  // Fresh: people and vtctl decide by it.
  auto sql = co_await Connect();
  Result<MysqlFacts> facts(sql.status());
  if (sql.ok()) facts = co_await ReadFacts(**sql);
  *status.mutable_health() = MakeHealth();
  status.set_mysql_host(options_.record.mysql_hostname().empty()
                            ? options_.record.hostname()
                            : options_.record.mysql_hostname());
  status.set_mysql_port(static_cast<uint32_t>(options_.record.mysql_port()));
  for (const std::string& warning : checks_.warnings) status.add_warnings(warning);
  if (topo_) {
    if (Status topo = topo_->Health(); !topo.ok()) {
      status.add_warnings(fmt::format("topology: {}", topo.message()));
    }
  }
  status.set_mysql_reachable(facts.ok());
  if (!facts.ok()) {
    status.set_mysql_error(std::string(facts.status().message()));
    co_return status;
  }
  status.set_server_uuid(facts->server_uuid);
  status.set_server_id(facts->server_id);
  status.set_read_only(facts->read_only);
  status.set_super_read_only(facts->super_read_only);
  status.set_gtid_executed(facts->gtid_executed);
  status.set_gtid_purged(facts->gtid_purged);
  status.set_semi_sync_source_enabled(facts->semi_sync_source_enabled);
  status.set_semi_sync_replica_enabled(facts->semi_sync_replica_enabled);
  status.set_semi_sync_source_active(facts->semi_sync_source_active);
  status.set_semi_sync_source_clients(facts->semi_sync_source_clients);
  *status.mutable_replication() = facts->replication;
  co_return status;
}

Awaitable<Result<rpc::ExecuteFetchResponse>> Tablet::ExecuteFetch(
    rpc::ExecuteFetchRequest request) {
  CO_ASSIGN_OR_RETURN(auto sql, co_await Connect());
  if (!request.database().empty()) {
    CO_RETURN_IF_ERROR(co_await sql->Run("USE " + Identifier(request.database())));
  } else {
    (void)co_await sql->Run("USE " + Identifier(database_));  // it may not exist yet
  }
  if (request.disable_binlog()) {
    CO_RETURN_IF_ERROR(co_await sql->Run("SET SESSION sql_log_bin = 0"));
  }
  sql->set_timeout(kLongStatement);
  sql->mysql().SetDeadline(Clock::now() + kLongStatement);
  // Not through Query(), which puts the statement in front of the message.
  CO_ASSIGN_OR_RETURN(auto result, co_await sql->mysql().QueryBuffered(request.sql()));
  const uint64_t max_rows = request.max_rows() == 0 ? 10'000 : request.max_rows();
  if (result.rows.size() > max_rows) {
    co_return Status(
        StatusCode::kResourceExhausted,
        fmt::format("the result has {} rows, more than {}", result.rows.size(), max_rows));
  }
  rpc::ExecuteFetchResponse response;
  for (const auto& field : result.fields) response.add_columns(field.name);
  for (const auto& row : result.rows) {
    rpc::FetchRow* out = response.add_rows();
    for (const auto& value : row) {
      out->add_nulls(value.is_null());
      out->add_values(value.is_null() ? std::string() : value.ToText());
    }
  }
  response.set_affected_rows(result.ok.affected_rows);
  response.set_last_insert_id(result.ok.last_insert_id);
  if (request.reload_schema()) {
    rpc::ReloadSchemaRequest reload;
    CO_RETURN_IF_ERROR((co_await ReloadSchema(reload)).status());
  }
  co_return response;
}

Awaitable<Result<rpc::PositionResponse>> Tablet::Position(rpc::PositionRequest) {
  CO_ASSIGN_OR_RETURN(auto sql, co_await Connect());
  rpc::PositionResponse response;
  CO_ASSIGN_OR_RETURN(*response.mutable_position(), co_await ReadPosition(*sql));
  response.set_primary(decision_.type == rpc::PRIMARY);
  co_return response;
}

Awaitable<Result<rpc::Empty>> Tablet::WaitForPositionCall(rpc::WaitForPositionRequest request) {
  CO_ASSIGN_OR_RETURN(auto sql, co_await Connect());
  CO_RETURN_IF_ERROR(co_await WaitForPosition(
      *sql, request.position(), TimeoutOf(request.timeout_ms(), std::chrono::seconds(30))));
  co_return rpc::Empty();
}

// --- Roles and replication ---

Awaitable<Result<rpc::InitPrimaryResponse>> Tablet::InitPrimary(rpc::InitPrimaryRequest request) {
  auto guard = co_await role_mutex_.Lock();
  const RoleInput input = MakeRoleInput();
  if (request.primary_term() < input.primary_term) {
    co_return Status(StatusCode::kFailedPrecondition,
                     fmt::format("term {} is over: the shard record has term {}",
                                 request.primary_term(), input.primary_term));
  }
  CO_ASSIGN_OR_RETURN(auto sql, co_await Connect());
  CO_ASSIGN_OR_RETURN(MysqlChecks checks, co_await CheckSettings(*sql, request.semi_sync()));
  if (!checks.refusal.empty()) co_return Status(StatusCode::kFailedPrecondition, checks.refusal);
  CO_RETURN_IF_ERROR(co_await LeaveSource(*sql, std::chrono::seconds(30)));
  CO_RETURN_IF_ERROR(co_await SetReadWrite(*sql));
  CO_RETURN_IF_ERROR(co_await EnsureReplicationUser(*sql, options_.replication_user));
  // Semi-sync comes last: no replica follows yet that could acknowledge these writes, and no client
  // writes yet that must not lose any.
  CO_RETURN_IF_ERROR(co_await sql->Run("CREATE DATABASE IF NOT EXISTS " + Identifier(database_)));
  const ShardIdentity identity{options_.record.keyspace(), options_.record.shard()};
  CO_RETURN_IF_ERROR(co_await EnsureSidecar(*sql, identity));
  CO_ASSIGN_OR_RETURN(std::string position, co_await ReadPosition(*sql));
  if (request.semi_sync()) CO_RETURN_IF_ERROR(co_await EnableSemiSyncSource(*sql));
  promised_term_ = request.primary_term();
  demoted_term_ = 0;
  forced_read_only_ = false;
  draining_ = false;
  identity_error_.clear();
  checks_ = std::move(checks);
  schema_polled_at_ = {};
  co_await CheckOnce();
  LookSoon();
  rpc::InitPrimaryResponse response;
  response.set_position(std::move(position));
  co_return response;
}

Awaitable<Result<rpc::Empty>> Tablet::InitReplica(rpc::InitReplicaRequest request) {
  auto guard = co_await role_mutex_.Lock();
  CO_ASSIGN_OR_RETURN(auto sql, co_await Connect());
  CO_RETURN_IF_ERROR(co_await SetReadOnly(*sql));
  CO_ASSIGN_OR_RETURN(MysqlFacts facts, co_await ReadFacts(*sql));
  // Read-only by now: nobody can wait for an acknowledgement.
  if (facts.semi_sync_source_enabled) CO_RETURN_IF_ERROR(co_await DisableSemiSyncSource(*sql));
  const ReplicationSource source{request.source_host(),
                                 static_cast<uint16_t>(request.source_port())};
  CO_RETURN_IF_ERROR(
      co_await FollowSource(*sql, source, options_.replication_user, request.semi_sync()));
  replica_term_ = std::max<uint64_t>(request.primary_term(), MakeRoleInput().primary_term);
  replication_stopped_ = false;
  if (promised_term_ < request.primary_term()) promised_term_ = 0;
  co_await CheckOnce();
  LookSoon();
  co_return rpc::Empty();
}

Awaitable<Result<rpc::Empty>> Tablet::StopReplicationCall(rpc::StopReplicationRequest request) {
  auto guard = co_await role_mutex_.Lock();
  CO_ASSIGN_OR_RETURN(auto sql, co_await Connect());
  replication_stopped_ = true;
  CO_RETURN_IF_ERROR(co_await StopReplication(*sql, request.io_thread_only()));
  LookSoon();
  co_return rpc::Empty();
}

Awaitable<Result<rpc::Empty>> Tablet::StartReplicationCall(rpc::StartReplicationRequest request) {
  auto guard = co_await role_mutex_.Lock();
  CO_ASSIGN_OR_RETURN(auto sql, co_await Connect());
  CO_RETURN_IF_ERROR(co_await StartReplication(*sql, request.semi_sync()));
  replication_stopped_ = false;
  LookSoon();
  co_return rpc::Empty();
}

Awaitable<Result<rpc::PromoteReplicaResponse>> Tablet::PromoteReplica(
    rpc::PromoteReplicaRequest request) {
  auto guard = co_await role_mutex_.Lock();
  const RoleInput input = MakeRoleInput();
  if (request.primary_term() < input.primary_term) {
    co_return Status(StatusCode::kFailedPrecondition,
                     fmt::format("term {} is over: the shard record has term {}",
                                 request.primary_term(), input.primary_term));
  }
  CO_ASSIGN_OR_RETURN(auto sql, co_await Connect());
  CO_RETURN_IF_ERROR(
      co_await LeaveSource(*sql, TimeoutOf(request.timeout_ms(), std::chrono::seconds(30))));
  CO_ASSIGN_OR_RETURN(MysqlFacts facts, co_await ReadFacts(*sql));
  if (request.semi_sync()) {
    CO_RETURN_IF_ERROR(co_await EnableSemiSyncSource(*sql));
  }
  if (facts.semi_sync_replica_enabled) CO_RETURN_IF_ERROR(co_await SetSemiSyncReplica(*sql, false));
  CO_ASSIGN_OR_RETURN(std::string position, co_await ReadPosition(*sql));
  CO_RETURN_IF_ERROR(co_await SetReadWrite(*sql));
  CO_RETURN_IF_ERROR(co_await EnsureReplicationUser(*sql, options_.replication_user));
  promised_term_ = request.primary_term();
  demoted_term_ = 0;
  forced_read_only_ = false;
  draining_ = false;
  schema_polled_at_ = {};
  co_await CheckOnce();
  LookSoon();
  rpc::PromoteReplicaResponse response;
  response.set_position(std::move(position));
  co_return response;
}

Awaitable<Result<rpc::DemotePrimaryResponse>> Tablet::DemotePrimary(
    rpc::DemotePrimaryRequest request) {
  auto guard = co_await role_mutex_.Lock();
  const auto timeout = TimeoutOf(request.timeout_ms(), std::chrono::seconds(10));
  const uint64_t term = decision_.term;
  LOG(INFO) << "demoting";
  // New statements are refused, open transactions may finish.
  draining_ = true;
  Publish(true);
  if (!co_await WaitUntilDrained(Clock::now() + timeout)) {
    co_await EndTransactions("the primary is being demoted");
    // What was killed needs a moment to end.
    (void)co_await WaitUntilDrained(Clock::now() + std::chrono::seconds(3));
  }
  auto sql = co_await Connect();
  Status status = sql.ok() ? Status() : sql.status();
  if (status.ok()) {
    (*sql)->set_timeout(std::max<std::chrono::milliseconds>(timeout, std::chrono::seconds(5)));
    status = co_await SetReadOnly(**sql);
  }
  draining_ = false;
  if (!status.ok()) {
    // As before: the caller sees that it did not work.
    Publish(true);
    LookSoon();
    co_return std::move(status).WithPrefix("the primary could not be demoted and serves on");
  }
  demoted_term_ = std::max<uint64_t>(term, 1);
  co_await CheckOnce();
  rpc::DemotePrimaryResponse response;
  CO_ASSIGN_OR_RETURN(*response.mutable_position(), co_await ReadPosition(**sql));
  co_return response;
}

Awaitable<Result<rpc::Empty>> Tablet::SetReadOnlyCall(rpc::SetReadOnlyRequest request) {
  auto guard = co_await role_mutex_.Lock();
  CO_ASSIGN_OR_RETURN(auto sql, co_await Connect());
  if (request.read_only()) {
    forced_read_only_ = true;
    CO_RETURN_IF_ERROR(co_await SetReadOnly(*sql));
  } else {
    if (decision_.type != rpc::PRIMARY) {
      co_return Status(StatusCode::kFailedPrecondition,
                       fmt::format("tablet {} is not the primary of its shard: only that may be "
                                   "writable",
                                   alias_));
    }
    CO_RETURN_IF_ERROR(co_await SetReadWrite(*sql));
    forced_read_only_ = false;
    demoted_term_ = 0;
  }
  co_await CheckOnce();
  co_return rpc::Empty();
}

Awaitable<Result<rpc::Empty>> Tablet::RefreshState(rpc::RefreshStateRequest) {
  auto guard = co_await role_mutex_.Lock();
  co_await CheckOnce();
  co_return rpc::Empty();
}

Awaitable<Result<rpc::Empty>> Tablet::ChangeType(rpc::ChangeTypeRequest request) {
  switch (request.tablet_type()) {
    case rpc::REPLICA:
    case rpc::RDONLY:
    case rpc::SPARE:
    case rpc::DRAINED:
      break;
    default:
      co_return InvalidArgument(
          fmt::format("a tablet cannot be made {}: a primary is made by "
                      "reparenting",
                      rpc::TabletType_Name(request.tablet_type())));
  }
  auto guard = co_await role_mutex_.Lock();
  if (decision_.type == rpc::PRIMARY) {
    co_return Status(StatusCode::kFailedPrecondition,
                     fmt::format("tablet {} is the primary: reparent the shard first", alias_));
  }
  configured_type_ = request.tablet_type();
  co_await CheckOnce();
  co_return rpc::Empty();
}

// --- For the serving threads ---

Awaitable<bool> Tablet::WaitUntilDrained(Clock::time_point when) {
  // Behind the state that was posted before: after this nothing new is admitted.
  auto pending = std::make_shared<int>(static_cast<int>(threads_.size()));
  SteadyTimer timer(control_);
  for (auto& thread : threads_) {
    boost::asio::post(thread->executor(),
                      [this, pending] { boost::asio::post(control_, [pending] { --*pending; }); });
  }
  for (;;) {
    int busy = *pending;
    for (const auto& thread : threads_) {
      busy += thread->stats().running.load() + thread->stats().open_transactions.load();
    }
    if (busy == 0) co_return true;
    if (Clock::now() >= when) co_return false;
    timer.expires_after(std::chrono::milliseconds(2));
    co_await timer.async_wait(kTuple);
  }
}

Awaitable<void> Tablet::EndTransactions(std::string reason) {
  auto pending = std::make_shared<int>(static_cast<int>(threads_.size()));
  for (auto& thread : threads_) {
    thread->PostEndTransactions(
        reason, [this, pending] { boost::asio::post(control_, [pending] { --*pending; }); });
  }
  SteadyTimer timer(control_);
  while (*pending > 0) {
    timer.expires_after(std::chrono::milliseconds(1));
    co_await timer.async_wait(kTuple);
  }
}

Awaitable<void> Tablet::RunKill(uint32_t connection_id, std::function<void()> done) {
  auto sql = co_await ControlConnection::Open(control_, options_.mysql, std::chrono::seconds(2));
  Status status = sql.status();
  if (sql.ok()) status = co_await (*sql)->Run(fmt::format("KILL QUERY {}", connection_id));
  constexpr uint16_t kErNoSuchThread = 1094;
  if (!status.ok() && status.mysql_errno() != kErNoSuchThread) {
    LOG(WARNING) << "cannot kill a query: " << status.ToString();
  }
  done();
}

}  // namespace keyspan::vttablet
