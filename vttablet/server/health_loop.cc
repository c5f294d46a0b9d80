// The health loop of Tablet: looks at mysqld and the topology, decides the role, acts, publishes.

#include <fmt/format.h>
#include <glog/logging.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "common/async/spawn.h"
#include "topo/names.h"
#include "vttablet/server/tablet.h"

namespace keyspan::vttablet {
namespace {

using Action = RoleDecision::Action;

constexpr std::chrono::milliseconds kProbeTimeout{3000};
constexpr std::chrono::milliseconds kRetryInterval{200};  // while mysqld is away
constexpr std::chrono::milliseconds kHealthRepeat{2000};
constexpr std::chrono::milliseconds kSchemaPoll{2000};

topo::TabletType ToTopo(rpc::TabletType type) {
  switch (type) {
    case rpc::PRIMARY:
      return topo::PRIMARY;
    case rpc::REPLICA:
      return topo::REPLICA;
    case rpc::RDONLY:
      return topo::RDONLY;
    case rpc::SPARE:
      return topo::SPARE;
    case rpc::DRAINED:
      return topo::DRAINED;
    default:
      return topo::UNKNOWN;
  }
}

}  // namespace

Awaitable<void> Tablet::HealthLoop() {
  while (!stopping_) {
    {
      auto guard = co_await role_mutex_.Lock();
      co_await CheckOnce();
    }
    if (stopping_) break;
    co_await UpdateSchema();
    if (stopping_) break;
    WatchProbe();
    if (std::exchange(look_again_, false)) continue;
    const bool soon = !facts_ || (decision_.action != Action::kNone &&
                                  decision_.action != Action::kStartReplication);
    health_timer_.expires_after(soon ? std::min(kRetryInterval, options_.health_interval)
                                     : options_.health_interval);
    co_await health_timer_.async_wait(kTuple);
  }
  health_ended_.set_value();
}

Awaitable<void> Tablet::CheckOnce() {
  if (Status status = co_await Probe(); !status.ok()) {
    if (facts_ || mysql_error_ != status.message()) {
      LOG(WARNING) << "mysqld: " << status.ToString();
    }
    mysql_error_ = std::string(status.message());
    facts_.reset();
    probe_.reset();
  }
  // An action changes the facts; two in a row are enough for what follows from one change.
  for (int i = 0; i < 3; ++i) {
    decision_ = DecideRole(MakeRoleInput());
    // First stop serving, then act.
    Publish(false);
    if (decision_.action == Action::kNone || draining_ || stopping_) break;
    const Status status = co_await Act(decision_);
    if (!status.ok()) {
      if (action_error_ != status.message()) LOG(WARNING) << status.ToString();
      action_error_ = std::string(status.message());
      Publish(false);
      break;
    }
    action_error_.clear();
    if (!(co_await Probe()).ok()) break;
  }
}

Awaitable<Status> Tablet::Probe() {
  if (probe_ && !probe_->broken()) {
    boost::system::error_code ignored;
    probe_->mysql().stream().socket().cancel(ignored);  // see WatchProbe
    ++probe_generation_;
  }
  const bool fresh = !probe_ || probe_->broken();
  if (fresh) {
    CO_ASSIGN_OR_RETURN(probe_,
                        co_await ControlConnection::Open(control_, options_.mysql, kProbeTimeout));
    probe_->set_timeout(kProbeTimeout);
    // It may be another process behind the same socket.
    for (auto& thread : threads_) thread->PostNewEpoch();
    schema_sql_.reset();
    CO_ASSIGN_OR_RETURN(checks_, co_await CheckSettings(*probe_, WantsSemiSync()));
    for (const std::string& warning : checks_.warnings) LOG(WARNING) << "mysqld: " << warning;
    const ShardIdentity expected{options_.record.keyspace(), options_.record.shard()};
    const Status identity = co_await CheckIdentity(*probe_, expected);
    identity_error_ = std::string(identity.message());
  }
  CO_ASSIGN_OR_RETURN(facts_, co_await ReadFacts(*probe_));
  if (fresh) LOG(INFO) << "connected to mysqld " << facts_->version;
  co_return Status();
}

void Tablet::WatchProbe() {
  // An idle connection becomes readable when mysqld goes away: no need to wait for the next look.
  if (!probe_ || probe_->broken()) return;
  const uint64_t generation = ++probe_generation_;
  probe_->mysql().stream().socket().async_wait(StreamSocket::wait_read,
                                               [this, generation](boost::system::error_code error) {
                                                 if (!error && generation == probe_generation_)
                                                   LookSoon();
                                               });
}

bool Tablet::WantsSemiSync() const {
  if (!snapshot_) return false;
  auto found = snapshot_->keyspaces.find(options_.record.keyspace());
  return found != snapshot_->keyspaces.end() &&
         topo::RequiredAcks(found->second.record.durability_policy()) > 0;
}

RoleInput Tablet::MakeRoleInput() const {
  RoleInput input;
  input.alias = alias_;
  input.configured_type = configured_type_;
  input.promised_term = promised_term_;
  input.demoted_term = demoted_term_;
  input.forced_read_only = forced_read_only_;
  input.replica_term = replica_term_;
  input.replication_stopped = replication_stopped_;
  input.mysql = facts_;
  input.mysql_error = mysql_error_;
  input.refusal = !checks_.refusal.empty() ? checks_.refusal : identity_error_;
  input.max_replication_lag_s = options_.max_replication_lag_s;
  if (!snapshot_) return input;
  auto keyspace = snapshot_->keyspaces.find(options_.record.keyspace());
  if (keyspace == snapshot_->keyspaces.end()) return input;
  auto shard = keyspace->second.shards.find(options_.record.shard());
  if (shard == keyspace->second.shards.end()) return input;
  input.topo_known = true;
  input.primary_term = static_cast<uint64_t>(shard->second.primary_term());
  if (shard->second.has_primary_alias()) {
    input.primary_alias = topo::AliasToString(shard->second.primary_alias());
    auto primary = snapshot_->tablets.find(input.primary_alias);
    if (primary != snapshot_->tablets.end() && primary->second.record.mysql_port() != 0) {
      const topo::Tablet& record = primary->second.record;
      input.primary_mysql = ReplicationSource{
          record.mysql_hostname().empty() ? record.hostname() : record.mysql_hostname(),
          static_cast<uint16_t>(record.mysql_port())};
    }
  }
  return input;
}

Awaitable<Status> Tablet::Act(const RoleDecision& decision) {
  switch (decision.action) {
    case Action::kNone:
      co_return Status();
    case Action::kMakeWritable:
      co_return co_await OpenForWrites();
    case Action::kMakeReadOnly: {
      LOG(INFO) << "making mysqld read-only: " << decision.reason;
      co_await EndTransactions("the tablet is not the primary any more");
      co_return co_await SetReadOnly(*probe_);
    }
    case Action::kFollow: {
      const RoleInput input = MakeRoleInput();
      LOG(INFO) << "following " << input.primary_mysql->host << ":" << input.primary_mysql->port;
      CO_RETURN_IF_ERROR(co_await FollowSource(*probe_, *input.primary_mysql,
                                               options_.replication_user, WantsSemiSync()));
      replica_term_ = input.primary_term;
      co_return Status();
    }
    case Action::kStartReplication:
      // Also while the receiver only tries to reconnect: it then changes nothing.
      co_return co_await StartReplication(*probe_, WantsSemiSync());
  }
  co_return Status();
}

Awaitable<Status> Tablet::OpenForWrites() {
  LOG(INFO) << "this is the primary: opening mysqld for writes";
  if (WantsSemiSync() || facts_->semi_sync_source_enabled) {
    CO_RETURN_IF_ERROR(co_await EnableSemiSyncSource(*probe_));
  }
  CO_RETURN_IF_ERROR(co_await SetReadWrite(*probe_));
  CO_RETURN_IF_ERROR(co_await EnsureReplicationUser(*probe_, options_.replication_user));
  const ShardIdentity identity{options_.record.keyspace(), options_.record.shard()};
  co_return co_await EnsureSidecar(*probe_, identity);
}

Awaitable<void> Tablet::UpdateSchema() {
  if (!facts_ || Clock::now() - schema_polled_at_ < kSchemaPoll) co_return;
  schema_polled_at_ = Clock::now();
  auto guard = co_await schema_mutex_.Lock();
  if (!schema_sql_ || schema_sql_->broken()) {
    auto opened = co_await Connect();
    if (!opened.ok()) co_return;
    schema_sql_ = std::move(opened).value();
  }
  if (Status status = co_await schema_.Poll(*schema_sql_); !status.ok()) {
    LOG(WARNING) << "cannot read the schema: " << status.ToString();
    schema_sql_.reset();
  }
  Publish(false);
}

void Tablet::OnSnapshot(std::shared_ptr<const topo::TopoSnapshot> snapshot) {
  if (stopping_ || snapshot->generation == 0) return;
  snapshot_ = std::move(snapshot);
  // A fence must not wait for the next look at mysqld.
  const RoleDecision next = DecideRole(MakeRoleInput());
  if (decision_.type == rpc::PRIMARY && next.type != rpc::PRIMARY) {
    decision_ = next;
    Publish(false);
  }
  LookSoon();
}

void Tablet::LookSoon() {
  look_again_ = true;
  health_timer_.cancel();
}

rpc::StreamHealth Tablet::MakeHealth() const {
  rpc::StreamHealth health;
  rpc::Target* target = health.mutable_target();
  target->set_keyspace(options_.record.keyspace());
  target->set_shard(options_.record.shard());
  target->set_tablet_type(decision_.type);
  target->set_primary_term(decision_.term);
  health.set_tablet_alias(alias_);
  const bool draining = draining_ || stopping_;
  health.set_serving(decision_.serving && !draining);
  if (draining) {
    health.set_reason(stopping_ ? "it is shutting down" : "it is being demoted");
  } else if (!decision_.serving) {
    health.set_reason(action_error_.empty()
                          ? decision_.reason
                          : fmt::format("{}: {}", decision_.reason, action_error_));
  }
  if (facts_ && decision_.type != rpc::PRIMARY) {
    health.set_replication_lag_s(
        static_cast<uint32_t>(std::max<int64_t>(0, facts_->replication.lag_s())));
    health.set_replication_running(facts_->replication.io_running() &&
                                   facts_->replication.sql_running());
  }
  health.set_schema_version(schema_.version());
  if (facts_) health.set_mysql_version(facts_->version);
  return health;
}

void Tablet::Publish(bool force) {
  const rpc::StreamHealth health = MakeHealth();
  const std::string bytes = health.SerializeAsString();
  const auto now = Clock::now();
  const bool changed = bytes != published_health_;
  if (!changed && !force && now - published_at_ < kHealthRepeat) return;
  auto state = std::make_shared<TabletState>();
  state->alias = alias_;
  state->keyspace = options_.record.keyspace();
  state->shard = options_.record.shard();
  state->database = database_;
  state->type = health.target().tablet_type();
  state->primary_term = health.target().primary_term();
  state->serving = health.serving();
  state->draining = (draining_ || stopping_) && decision_.serving;
  state->reason = health.reason();
  state->schema_version = health.schema_version();
  if (!published_ || published_->serving != state->serving || published_->type != state->type ||
      published_->primary_term != state->primary_term) {
    LOG(INFO) << "now " << rpc::TabletType_Name(state->type) << " in term " << state->primary_term
              << (state->serving ? ", serving" : ", not serving: " + state->reason);
    if (topo_) topo_->SetType(ToTopo(state->type), static_cast<int64_t>(state->primary_term));
  }
  published_ = state;
  published_health_ = bytes;
  published_at_ = now;
  // The frame of the health stream: length, message.
  std::string framed;
  for (int i = 0; i < 4; ++i) framed += static_cast<char>(bytes.size() >> (8 * i));
  framed += bytes;
  for (auto& thread : threads_) thread->PostState(published_, framed);
}

}  // namespace keyspan::vttablet
