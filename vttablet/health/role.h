#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "rpc/tablet_messages.pb.h"
#include "vttablet/replication/replication.h"

namespace keyspan::vttablet {

// Everything that decides what a tablet is. Plain data, so that the decision can be tested.
struct RoleInput {
  std::string alias;
  rpc::TabletType configured_type = rpc::REPLICA;  // what it is when it is not the primary

  // The shard record; the last one known while the topology cannot be reached.
  bool topo_known = false;
  std::string primary_alias;  // empty: none yet
  uint64_t primary_term = 0;
  // Where to replicate from; unset when the primary's record is not known.
  std::optional<ReplicationSource> primary_mysql;

  // A term that vtctl has given to this tablet (InitPrimary, PromoteReplica) and that may be ahead
  // of the record; 0: none.
  uint64_t promised_term = 0;
  uint64_t demoted_term = 0;      // DemotePrimary ended this term and those before; 0: none
  bool forced_read_only = false;  // SetReadOnly by an operator
  // The term of the last InitReplica: what it set is not undone for an older record.
  uint64_t replica_term = 0;
  bool replication_stopped = false;  // StopReplication by an operator

  // Unset while mysqld cannot be reached.
  std::optional<MysqlFacts> mysql;
  std::string mysql_error;
  std::string refusal;  // a reason never to serve this mysqld

  uint32_t max_replication_lag_s = 7200;
};

struct RoleDecision {
  rpc::TabletType type = rpc::UNKNOWN;
  uint64_t term = 0;
  bool serving = false;
  std::string reason;  // empty when serving

  // What must be done to mysqld, at most one at a time.
  enum class Action : uint8_t { kNone, kMakeWritable, kMakeReadOnly, kFollow, kStartReplication };
  Action action = Action::kNone;
};

// The rules: the shard record says who the primary is. A primary that restarts becomes writable by
// itself; whoever is not the primary is read-only, at once. (Not yet here: a restarted primary
// stays closed until a replica has all its transactions, reliability C4.)
RoleDecision DecideRole(const RoleInput& input);

}  // namespace keyspan::vttablet
