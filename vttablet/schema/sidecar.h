#pragma once

#include <string>

#include "common/async/awaitable.h"
#include "common/status.h"
#include "vttablet/replication/control_sql.h"

namespace keyspan::vttablet {

// Which shard the data of a mysqld belongs to.
struct ShardIdentity {
  std::string keyspace;
  std::string shard;
};

// Brings the sidecar schema `_vt` to what this program declares: creates what is missing, adds
// missing columns, and touches nothing else, so that an older program still works with it. Records
// the identity on first use. Requires a writable mysqld. kFailedPrecondition when the data belongs
// to another shard.
Awaitable<Status> EnsureSidecar(ControlConnection& sql, const ShardIdentity& identity);

// kFailedPrecondition when `_vt` says that the data belongs to another shard; OK when there is no
// `_vt` yet.
Awaitable<Status> CheckIdentity(ControlConnection& sql, const ShardIdentity& identity);

}  // namespace keyspan::vttablet
