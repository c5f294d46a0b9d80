#pragma once

#include <string_view>

#include "mysql/protocol/result_reader.h"
#include "vtgate/executor/shard_call.h"

namespace keyspan::vtgate {

// Runs a query of the gateway's own on one shard and returns its rows: 100,000 at most
// (kResourceExhausted), as text protocol values. `warnings`, if given, takes those of the query.
Awaitable<Result<mysql::QueryResult>> QueryShard(Gateway& gateway, Session& session,
                                                 const KeyspaceInfo& keyspace,
                                                 const ShardInfo& shard, topo::TabletType type,
                                                 ShardCallOptions options, std::string_view sql,
                                                 std::vector<Warning>* warnings = nullptr);

}  // namespace keyspan::vtgate
