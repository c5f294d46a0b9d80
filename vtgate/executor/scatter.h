#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "vtgate/engine/rows/row_source.h"
#include "vtgate/executor/routing.h"
#include "vtgate/executor/shard_call.h"
#include "vtgate/executor/write_info.h"

namespace keyspan::vtgate {

// Runs a SELECT on several shards, merges the replies as the plan says, and writes the result to
// the client. Errors as in ForwardToShard.
Awaitable<Status> ScatterSelect(Gateway& gateway, Statement& statement,
                                const Destinations& destinations);

// One statement per shard, run at the same time inside the session's open transaction; their
// outcomes added up. The first error in the order of shards wins; the others have ended by then.
struct ShardWork {
  int shard = 0;
  std::string sql;
  bool binary = false;  // a prepared statement, with these parameters
  std::string params = {};
  std::optional<OneRow> row = {};  // set when it inserts one
};
Awaitable<ShardOutcome> ScatterWrite(Gateway& gateway, Statement& statement,
                                     const KeyspaceInfo& keyspace, std::vector<ShardWork> work,
                                     bool in_transaction, bool schema_change = false);

}  // namespace keyspan::vtgate
