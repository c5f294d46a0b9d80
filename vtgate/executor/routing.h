#pragma once

#include <vector>

#include "vtgate/executor/statement.h"

namespace keyspan::vtgate {

// Where a statement goes: shards of one keyspace, by index into KeyspaceInfo::shards. The keyspace
// lives as long as the statement's cluster.
struct Destinations {
  const KeyspaceInfo* keyspace = nullptr;
  std::vector<int> shards;  // never empty
  topo::TabletType type = topo::TabletType::PRIMARY;

  const ShardInfo& shard(size_t i) const { return keyspace->shards[shards[i]]; }
};

// Finds the shards of a route for the values at hand. A route that matches nothing leads to one
// shard, which gives the empty result its form. Fails for a cross-shard join (keys that disagree),
// an unknown keyspace, and a keyspace without serving shards.
Result<Destinations> FindDestinations(const Route& route, const Statement& statement);

// The shard of a new row; `key` are the values of the vindex columns. Fails for NULL and for values
// that have no shard.
Result<int> FindRowShard(const InsertPlan& plan, const std::vector<sharding::RoutingValue>& key,
                         const KeyspaceInfo& keyspace);

}  // namespace keyspan::vtgate
