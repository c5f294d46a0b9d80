#include "vttablet/health/role.h"

#include <fmt/format.h>

#include <algorithm>

namespace keyspan::vttablet {
namespace {

using Action = RoleDecision::Action;

// True when mysqld itself rules out serving; sets the reason.
bool Unusable(const RoleInput& input, RoleDecision& decision) {
  if (!input.mysql) {
    decision.reason = fmt::format("mysqld cannot be reached: {}", input.mysql_error);
    return true;
  }
  if (!input.refusal.empty()) {
    decision.reason = input.refusal;
    return true;
  }
  return false;
}

void DecidePrimary(const RoleInput& input, RoleDecision& decision) {
  if (Unusable(input, decision)) return;
  const MysqlFacts& mysql = *input.mysql;
  if (input.demoted_term != 0 && decision.term <= input.demoted_term) {
    decision.reason = "it was demoted, and its successor is not known yet";
    if (!mysql.super_read_only) decision.action = Action::kMakeReadOnly;
  } else if (mysql.replication.configured()) {
    decision.reason =
        fmt::format("the shard record says it is the primary, but its mysqld replicates from {}:{}",
                    mysql.replication.source_host(), mysql.replication.source_port());
  } else if (mysql.read_only && !input.forced_read_only) {
    decision.reason = "mysqld is read-only until the tablet opens it";
    decision.action = Action::kMakeWritable;
  } else {
    decision.serving = true;
  }
}

void DecideReplica(const RoleInput& input, RoleDecision& decision) {
  if (Unusable(input, decision)) return;
  const MysqlFacts& mysql = *input.mysql;
  const rpc::ReplicationStatus& replication = mysql.replication;
  // The fence comes first: another may be the primary already.
  if (!mysql.super_read_only) {
    decision.action = Action::kMakeReadOnly;
    decision.reason = "mysqld is writable, and is being closed";
    return;
  }
  if (input.primary_alias.empty()) {
    decision.reason = "the shard has no primary yet";
    return;
  }
  const bool wrong_source = replication.configured() && input.primary_mysql &&
                            (replication.source_host() != input.primary_mysql->host ||
                             replication.source_port() != input.primary_mysql->port);
  // An older record than the last order of vtctl says nothing about the source. A server with data
  // of its own and no source may have transactions that no other has: that is for people.
  const bool may_follow =
      input.primary_mysql && input.primary_term > input.replica_term && !input.replication_stopped;
  if (!replication.configured()) {
    decision.reason = "replication is not set up";
    if (may_follow && mysql.gtid_executed.empty()) decision.action = Action::kFollow;
    return;
  }
  if (wrong_source && may_follow) {
    decision.reason = fmt::format("it replicates from {}:{}, which is not the primary",
                                  replication.source_host(), replication.source_port());
    decision.action = Action::kFollow;
    return;
  }
  const bool receiving = replication.io_running() || replication.io_connecting();
  if ((!replication.sql_running() || !receiving) && !input.replication_stopped &&
      replication.last_sql_error().empty()) {
    decision.action = Action::kStartReplication;
  }
  if (!replication.sql_running()) {
    decision.reason = fmt::format("replication is stopped: {}", replication.last_sql_error());
    return;
  }
  if (replication.lag_s() > input.max_replication_lag_s) {
    decision.reason = fmt::format("it lags {} s behind, more than {}", replication.lag_s(),
                                  input.max_replication_lag_s);
    return;
  }
  if (decision.type != rpc::REPLICA && decision.type != rpc::RDONLY) {
    decision.reason =
        fmt::format("a {} tablet does not serve", rpc::TabletType_Name(decision.type));
    return;
  }
  // Also while the source cannot be reached: reads go on when the primary is down.
  decision.serving = true;
}

}  // namespace

RoleDecision DecideRole(const RoleInput& input) {
  RoleDecision decision;
  decision.type = input.configured_type;
  if (!input.topo_known && input.promised_term == 0) {
    decision.reason = "the topology was not read yet";
    return decision;
  }
  const bool promised = input.promised_term > input.primary_term;
  if (promised || input.primary_alias == input.alias) {
    decision.type = rpc::PRIMARY;
    decision.term = std::max(input.promised_term, input.primary_term);
    DecidePrimary(input, decision);
  } else {
    decision.term = input.primary_term;
    DecideReplica(input, decision);
  }
  return decision;
}

}  // namespace keyspan::vttablet
