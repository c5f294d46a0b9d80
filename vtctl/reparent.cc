#include "vtctl/reparent.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace keyspan::vtctl {
namespace {

using topo::AliasToString;
using topo::SameAlias;

Status Precondition(std::string message) {
  return Status(StatusCode::kFailedPrecondition, std::move(message));
}

const std::string& MysqlHost(const topo::Tablet& tablet) {
  return tablet.mysql_hostname().empty() ? tablet.hostname() : tablet.mysql_hostname();
}

// GTID sets go into a statement as literals: they come from servers, but look all the same.
bool LooksLikeGtidSet(const std::string& set) {
  return set.find_first_not_of(
             "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-:, \r\n") ==
         std::string::npos;
}

}  // namespace

Reparent::Reparent(topo::Server& topo, TabletDialer& tablets, std::ostream& progress,
                   topo::KeyspaceShard shard)
    : topo_(topo), tablets_(tablets), progress_(progress), shard_(std::move(shard)) {}

std::string Reparent::Name(size_t member) const {
  return AliasToString(members_[member].tablet.alias());
}

// --- Reading
// ---------------------------------------------------------------------------------------

Status Reparent::Begin(const std::string& action) {
  ASSIGN_OR_RETURN(lock_, topo_.LockShard(shard_.keyspace, shard_.shard, action));
  ASSIGN_OR_RETURN(const auto keyspace, topo_.GetKeyspace(shard_.keyspace));
  policy_ = keyspace.record.durability_policy();
  ASSIGN_OR_RETURN(auto record, topo_.GetShard(shard_.keyspace, shard_.shard));
  record_ = std::move(record.record);
  return ReadMembers();
}

Status Reparent::ReadMembers() {
  ASSIGN_OR_RETURN(const auto tablets, topo_.GetTabletsByShard(shard_.keyspace, shard_.shard));
  if (tablets.empty()) {
    return Precondition(fmt::format("shard {} has no tablets", ShardName()));
  }
  members_.assign(tablets.size(), Member());
  const auto statuses = ForEachTablet(
      tablets_, tablets, [&](size_t i, const topo::Tablet& tablet, TabletControl& control) {
        members_[i].tablet = tablet;
        ASSIGN_OR_RETURN(members_[i].status, control.GetFullStatus());
        if (members_[i].status.mysql_reachable()) return Status::Ok();
        return Unavailable(fmt::format("tablet {} cannot reach its mysqld: {}",
                                       AliasToString(tablet.alias()),
                                       members_[i].status.mysql_error()));
      });
  return Combine(statuses).WithPrefix(
      "every tablet of the shard must be reachable (DeleteTablets removes one that is gone)");
}

Result<size_t> Reparent::Find(const topo::TabletAlias& alias) const {
  for (size_t i = 0; i < members_.size(); ++i) {
    if (SameAlias(members_[i].tablet.alias(), alias)) return i;
  }
  return NotFound(fmt::format("tablet {} is not in shard {}", AliasToString(alias), ShardName()));
}

Result<size_t> Reparent::Choose(const ReparentOptions& options) const {
  if (options.new_primary) return Find(*options.new_primary);
  std::optional<size_t> best;
  const bool has_primary = record_.has_primary_alias();
  const std::string& cell = record_.primary_alias().cell();
  for (size_t i = 0; i < members_.size(); ++i) {
    const topo::Tablet& tablet = members_[i].tablet;
    if (has_primary && SameAlias(tablet.alias(), record_.primary_alias())) continue;
    if (options.avoid_primary && SameAlias(tablet.alias(), *options.avoid_primary)) continue;
    if (tablet.type() != topo::REPLICA && tablet.type() != topo::PRIMARY) continue;
    const auto& replication = members_[i].status.replication();
    if (has_primary && (!replication.io_running() || !replication.sql_running())) continue;
    if (!best || (members_[*best].tablet.alias().cell() != cell && tablet.alias().cell() == cell)) {
      best = i;
    }
  }
  if (!best) {
    return Precondition(
        fmt::format("shard {} has no other replica that could become its primary", ShardName()));
  }
  return *best;
}

// --- Checking
// --------------------------------------------------------------------------------------

Status Reparent::CheckAcknowledgers(size_t primary) const {
  const topo::Tablet& tablet = members_[primary].tablet;
  if (tablet.type() != topo::REPLICA && tablet.type() != topo::PRIMARY) {
    return Precondition(fmt::format("tablet {} is of type {}: only a replica can become primary",
                                    Name(primary), topo::TabletTypeName(tablet.type())));
  }
  const auto able = std::count_if(members_.begin(), members_.end(), [&](const Member& member) {
    return topo::CanAcknowledge(policy_, tablet, member.tablet);
  });
  if (able >= topo::RequiredAcks(policy_)) return Status::Ok();
  return Precondition(fmt::format(
      "durability policy {} of keyspace {} needs a tablet besides {} that may acknowledge its "
      "commits, and shard {} has none",
      policy_, shard_.keyspace, Name(primary), ShardName()));
}

Result<bool> Reparent::IsSubset(size_t asked, const std::string& subset, const std::string& set) {
  if (subset.empty() || subset == set) return true;
  if (!LooksLikeGtidSet(subset) || !LooksLikeGtidSet(set)) {
    return InternalError("a tablet reports something that is not a GTID set: " + subset);
  }
  rpc::ExecuteFetchRequest request;
  request.set_sql(fmt::format("SELECT GTID_SUBSET('{}', '{}')", subset, set));
  ASSIGN_OR_RETURN(const auto answer, tablets_.Dial(members_[asked].tablet)->ExecuteFetch(request));
  if (answer.rows_size() != 1 || answer.rows(0).values_size() != 1) {
    return InternalError("GTID_SUBSET did not return one value");
  }
  return answer.rows(0).values(0) == "1";
}

Status Reparent::CheckNoErrantTransactions(size_t primary) {
  const std::string& all = members_[primary].status.gtid_executed();
  for (size_t i = 0; i < members_.size(); ++i) {
    if (i == primary) continue;
    const std::string& own = members_[i].status.gtid_executed();
    ASSIGN_OR_RETURN(const bool subset, IsSubset(primary, own, all));
    if (!subset) {
      return Precondition(fmt::format(
          "tablet {} has transactions that {} does not have ({} against {}): choose the most "
          "advanced one, or build the other anew",
          Name(i), Name(primary), own, all.empty() ? "nothing" : all));
    }
  }
  return Status::Ok();
}

Status Reparent::CheckReplicates(const Member& replica, const topo::Tablet& source) const {
  const auto& replication = replica.status.replication();
  const std::string name = AliasToString(replica.tablet.alias());
  if (!replication.configured() || !replication.io_running() || !replication.sql_running()) {
    return Precondition(fmt::format("replication of tablet {} does not run: {}{}", name,
                                    replication.last_io_error(), replication.last_sql_error()));
  }
  if (static_cast<int>(replication.source_port()) != source.mysql_port()) {
    return Precondition(fmt::format("tablet {} replicates from {}:{}, not from the primary {}",
                                    name, replication.source_host(), replication.source_port(),
                                    AliasToString(source.alias())));
  }
  return Status::Ok();
}

// --- A fresh shard
// ---------------------------------------------------------------------------------

Status Reparent::Init(const topo::TabletAlias& primary, bool force,
                      std::chrono::milliseconds wait_replicas_timeout) {
  RETURN_IF_ERROR(Begin("InitShardPrimary " + AliasToString(primary)));
  if (record_.has_primary_alias()) {
    const std::string current = AliasToString(record_.primary_alias());
    if (!SameAlias(record_.primary_alias(), primary)) {
      return Precondition(fmt::format("shard {} has a primary, {}: use PlannedReparentShard",
                                      ShardName(), current));
    }
    if (!force) {
      return Precondition(
          fmt::format("{} is the primary of shard {} already (--force finishes an interrupted run)",
                      current, ShardName()));
    }
  }
  ASSIGN_OR_RETURN(const size_t index, Find(primary));
  return InitLocked(index, wait_replicas_timeout);
}

Status Reparent::InitLocked(size_t primary, std::chrono::milliseconds timeout) {
  RETURN_IF_ERROR(CheckAcknowledgers(primary));
  RETURN_IF_ERROR(CheckNoErrantTransactions(primary));
  const topo::Tablet& tablet = members_[primary].tablet;
  const int64_t old_term = record_.primary_term();

  RETURN_IF_ERROR(lock_->Check());
  progress_ << fmt::format("Making {} the primary of {} (term {})", Name(primary), ShardName(),
                           old_term + 1)
            << std::endl;
  rpc::InitPrimaryRequest request;
  request.set_primary_term(static_cast<uint64_t>(old_term + 1));
  request.set_semi_sync(semi_sync());
  const auto control = tablets_.Dial(tablet);
  RETURN_IF_ERROR(control->InitPrimary(request).status());

  // Only now, so that no gateway sends statements to what is not yet a primary. If somebody else
  // was quicker, this fails, and the term that InitPrimary was given leads nowhere.
  RETURN_IF_ERROR(lock_->Check());
  ASSIGN_OR_RETURN(record_,
                   topo_.SetShardPrimary(shard_.keyspace, shard_.shard, tablet.alias(), old_term));
  primary_ = tablet.alias();
  RETURN_IF_ERROR(control->RefreshState());
  ASSIGN_OR_RETURN(const std::string position, control->Position());
  return FollowPrimary(primary, position, timeout);
}

Status Reparent::FollowPrimary(size_t primary, const std::string& position,
                               std::chrono::milliseconds timeout) {
  const topo::Tablet& source = members_[primary].tablet;
  std::vector<topo::Tablet> others;
  for (size_t i = 0; i < members_.size(); ++i) {
    if (i != primary) others.push_back(members_[i].tablet);
  }
  const auto statuses = ForEachTablet(
      tablets_, others, [&](size_t, const topo::Tablet& tablet, TabletControl& control) {
        rpc::InitReplicaRequest request;
        request.set_source_host(MysqlHost(source));
        request.set_source_port(static_cast<uint32_t>(source.mysql_port()));
        request.set_primary_term(static_cast<uint64_t>(record_.primary_term()));
        request.set_semi_sync(topo::CanAcknowledge(policy_, source, tablet));
        RETURN_IF_ERROR(control.InitReplica(request));
        RETURN_IF_ERROR(control.WaitForPosition(position, timeout));
        return control.RefreshState();
      });
  return Combine(statuses).WithPrefix(
      fmt::format("{} is the primary now, but not every replica follows it", Name(primary)));
}

// --- A planned switch
// ------------------------------------------------------------------------------

Status Reparent::Planned(const ReparentOptions& options) {
  RETURN_IF_ERROR(Begin("PlannedReparentShard"));
  if (options.expected_primary &&
      !(record_.has_primary_alias() &&
        SameAlias(record_.primary_alias(), *options.expected_primary))) {
    return Precondition(fmt::format(
        "the primary of {} is {}, not {}", ShardName(),
        record_.has_primary_alias() ? AliasToString(record_.primary_alias()) : "not set",
        AliasToString(*options.expected_primary)));
  }
  if (options.avoid_primary && record_.has_primary_alias() &&
      !SameAlias(record_.primary_alias(), *options.avoid_primary)) {
    progress_ << AliasToString(*options.avoid_primary) << " is not the primary of " << ShardName()
              << std::endl;
    primary_ = record_.primary_alias();
    return Status::Ok();
  }
  ASSIGN_OR_RETURN(const size_t to, Choose(options));
  if (!record_.has_primary_alias()) return InitLocked(to, options.wait_replicas_timeout);
  if (SameAlias(record_.primary_alias(), members_[to].tablet.alias())) {
    return FinishInterrupted(to, options.wait_replicas_timeout);
  }
  ASSIGN_OR_RETURN(const size_t from, Find(record_.primary_alias()));
  return Switch(from, to, options.wait_replicas_timeout);
}

Status Reparent::Switch(size_t from, size_t to, std::chrono::milliseconds timeout) {
  const topo::Tablet& old_tablet = members_[from].tablet;
  const topo::Tablet& new_tablet = members_[to].tablet;
  RETURN_IF_ERROR(CheckAcknowledgers(to));
  if (members_[from].status.super_read_only() || members_[from].status.read_only()) {
    return Precondition(
        fmt::format("the primary {} is read-only; an interrupted switch is finished by "
                    "PlannedReparentShard --new_primary={}",
                    Name(from), Name(from)));
  }
  for (size_t i = 0; i < members_.size(); ++i) {
    if (i != from) RETURN_IF_ERROR(CheckReplicates(members_[i], old_tablet));
  }
  const auto old_control = tablets_.Dial(old_tablet);
  const auto new_control = tablets_.Dial(new_tablet);

  // Caught up before the old one closes, so that clients wait only for the rest.
  ASSIGN_OR_RETURN(const std::string early, old_control->Position());
  RETURN_IF_ERROR(new_control->WaitForPosition(early, timeout));

  RETURN_IF_ERROR(lock_->Check());
  progress_ << fmt::format("Closing the primary {} of {}", Name(from), ShardName()) << std::endl;
  const auto last = old_control->DemotePrimary(timeout);
  if (!last.ok()) return Reopen(from, last.status());
  if (Status caught_up = new_control->WaitForPosition(*last, timeout); !caught_up.ok()) {
    return Reopen(from, std::move(caught_up));
  }
  if (Status held = lock_->Check(); !held.ok()) return held;

  // The record first: comparing and setting the term decides between two that do this at once.
  const auto record = topo_.SetShardPrimary(shard_.keyspace, shard_.shard, new_tablet.alias(),
                                            record_.primary_term());
  if (!record.ok()) return record.status();
  record_ = *record;
  primary_ = new_tablet.alias();
  const auto unfinished = [&](Status why) {
    return std::move(why).WithPrefix(
        fmt::format("the shard record names {}, but it is not open (PlannedReparentShard "
                    "--new_primary={} finishes it)",
                    Name(to), Name(to)));
  };
  // A tablet that restarted before the record named another has opened its mysqld again. Closed
  // once more it stays closed, and what was written meanwhile comes along.
  const auto all = old_control->DemotePrimary(timeout);
  if (!all.ok()) return unfinished(all.status());
  if (*all != *last) {
    if (Status caught_up = new_control->WaitForPosition(*all, timeout); !caught_up.ok()) {
      return unfinished(std::move(caught_up));
    }
  }
  progress_ << fmt::format("Making {} the primary of {} (term {})", Name(to), ShardName(),
                           record_.primary_term())
            << std::endl;
  rpc::PromoteReplicaRequest request;
  request.set_primary_term(static_cast<uint64_t>(record_.primary_term()));
  request.set_semi_sync(semi_sync());
  request.set_timeout_ms(static_cast<uint32_t>(timeout.count()));
  auto promoted = new_control->PromoteReplica(request);
  if (!promoted.ok()) return unfinished(std::move(promoted).status());
  return FollowPrimary(to, *promoted, timeout);
}

Status Reparent::Reopen(size_t primary, Status why) {
  progress_ << fmt::format("Opening {} again: {}", Name(primary), why.message()) << std::endl;
  const topo::Tablet& tablet = members_[primary].tablet;
  const auto record =
      topo_.SetShardPrimary(shard_.keyspace, shard_.shard, tablet.alias(), record_.primary_term());
  Status reopened = record.status();
  if (record.ok()) {
    rpc::PromoteReplicaRequest request;
    request.set_primary_term(static_cast<uint64_t>(record->primary_term()));
    request.set_semi_sync(semi_sync());
    request.set_timeout_ms(static_cast<uint32_t>(tablets_.default_timeout.count()));
    reopened = tablets_.Dial(tablet)->PromoteReplica(request).status();
  }
  if (!reopened.ok()) {
    return std::move(why).WithPrefix(
        fmt::format("the switch failed, and the old primary {} could not be opened again ({})",
                    Name(primary), reopened.message()));
  }
  return std::move(why).WithPrefix(
      fmt::format("{} stays the primary of {}", Name(primary), ShardName()));
}

Status Reparent::FinishInterrupted(size_t primary, std::chrono::milliseconds timeout) {
  primary_ = members_[primary].tablet.alias();
  const rpc::FullStatus& status = members_[primary].status;
  const auto control = tablets_.Dial(members_[primary].tablet);
  if (!status.super_read_only() && !status.read_only()) {
    progress_ << fmt::format("{} is the primary of {} already", Name(primary), ShardName())
              << std::endl;
  } else {
    RETURN_IF_ERROR(CheckAcknowledgers(primary));
    for (size_t i = 0; i < members_.size(); ++i) {
      if (i != primary && !members_[i].status.super_read_only()) {
        return Precondition(fmt::format(
            "the shard record names {}, but {} is writable: make it read-only (SetWritable {} "
            "false), then run this again",
            Name(primary), Name(i), Name(i)));
      }
    }
    RETURN_IF_ERROR(CheckNoErrantTransactions(primary));
    RETURN_IF_ERROR(lock_->Check());
    progress_ << fmt::format("Opening {}, which the record of {} names", Name(primary), ShardName())
              << std::endl;
    rpc::PromoteReplicaRequest request;
    request.set_primary_term(static_cast<uint64_t>(record_.primary_term()));
    request.set_semi_sync(semi_sync());
    request.set_timeout_ms(static_cast<uint32_t>(timeout.count()));
    RETURN_IF_ERROR(control->PromoteReplica(request).status());
  }
  ASSIGN_OR_RETURN(const std::string position, control->Position());
  return FollowPrimary(primary, position, timeout);
}

}  // namespace keyspan::vtctl
