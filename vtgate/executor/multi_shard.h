#pragma once

#include "vtgate/executor/scatter.h"
#include "vtgate/executor/services.h"

namespace keyspan::vtgate {

// Runs one write as `work` says on several shards so that it happens on all or none, as far as best
// effort goes: outside a transaction it gets one of its own; inside the client's, a savepoint on
// each shard undoes the parts that worked when one fails. A failed commit of its own transaction is
// the outcome's status.
Awaitable<ShardOutcome> WriteOnShards(const Services& services, Statement& statement,
                                      const KeyspaceInfo& keyspace, std::vector<ShardWork> work);

}  // namespace keyspan::vtgate
