#include "vtgate/executor/routing.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "vtgate/executor/handlers.h"
#include "vtgate/executor/values.h"

namespace keyspan::vtgate {
namespace {

using sharding::ColumnValue;

// What one key says: a set of shards, or nothing (every shard may have matching rows).
using ShardSet = std::optional<std::vector<int>>;

Status AddDestination(const sharding::Destination& destination, const KeyspaceInfo& keyspace,
                      std::vector<int>* shards) {
  if (const auto* id = std::get_if<sharding::KeyspaceId>(&destination)) {
    int shard = keyspace.FindShard(*id);
    if (shard < 0) {
      return Unavailable(fmt::format("no serving shard of keyspace {} holds keyspace id {}",
                                     keyspace.name, id->ToHex()));
    }
    shards->push_back(shard);
  } else if (const auto* range = std::get_if<sharding::KeyRange>(&destination)) {
    for (int shard : keyspace.FindShards(*range)) shards->push_back(shard);
  }
  return Status::Ok();
}

// The values of a key's sources; nothing when the gateway cannot know one of them.
Result<std::optional<std::vector<sharding::RoutingValue>>> ValuesOf(const RouteKey& key,
                                                                    const Statement& statement) {
  std::vector<sharding::RoutingValue> values;
  values.reserve(key.values.size());
  for (const ValueSource& source : key.values) {
    auto value = Evaluate(source, statement);
    if (!value.ok()) {
      if (value.status().code() != StatusCode::kUnsupported) return std::move(value).status();
      return std::optional<std::vector<sharding::RoutingValue>>();
    }
    values.push_back(std::move(*value));
  }
  return std::optional(std::move(values));
}

// `column IN (values)`: the shards of all alternatives.
Result<ShardSet> ShardsOfList(const RouteKey& key, std::vector<sharding::RoutingValue> values,
                              const KeyspaceInfo& keyspace) {
  std::vector<int> shards;
  for (ColumnValue& item : sharding::NormalizeListForComparison(values, key.types[0])) {
    if (item.outcome == ColumnValue::Outcome::kUndecided) return ShardSet();
    if (item.outcome == ColumnValue::Outcome::kNoRow) continue;
    ASSIGN_OR_RETURN(sharding::Destination destination, key.vindex->Map({&item.value, 1}));
    RETURN_IF_ERROR(AddDestination(destination, keyspace, &shards));
  }
  std::sort(shards.begin(), shards.end());
  shards.erase(std::unique(shards.begin(), shards.end()), shards.end());
  return ShardSet(std::move(shards));
}

// `columns = values`.
Result<ShardSet> ShardsOfEqual(const RouteKey& key, std::vector<sharding::RoutingValue> values,
                               const KeyspaceInfo& keyspace) {
  for (size_t i = 0; i < values.size(); ++i) {
    ColumnValue normal = sharding::NormalizeForComparison(values[i], key.types[i]);
    if (normal.outcome == ColumnValue::Outcome::kUndecided) return ShardSet();
    if (normal.outcome == ColumnValue::Outcome::kNoRow) return ShardSet(std::vector<int>());
    values[i] = std::move(normal.value);
  }
  ASSIGN_OR_RETURN(sharding::Destination destination, key.vindex->Map(values));
  std::vector<int> shards;
  RETURN_IF_ERROR(AddDestination(destination, keyspace, &shards));
  return ShardSet(std::move(shards));
}

Result<ShardSet> ShardsOfKey(const RouteKey& key, const Statement& statement,
                             const KeyspaceInfo& keyspace) {
  ASSIGN_OR_RETURN(auto values, ValuesOf(key, statement));
  if (!values) return ShardSet();
  return key.is_list ? ShardsOfList(key, std::move(*values), keyspace)
                     : ShardsOfEqual(key, std::move(*values), keyspace);
}

std::vector<int> AllShards(const KeyspaceInfo& keyspace) {
  std::vector<int> shards(keyspace.shards.size());
  for (size_t i = 0; i < shards.size(); ++i) shards[i] = static_cast<int>(i);
  return shards;
}

// UPDATE t SET vindex_column = value: the row must stay where it is.
Status CheckStored(const RouteKey& key, const Statement& statement, const KeyspaceInfo& keyspace,
                   const std::vector<int>& found) {
  const Status moves = Unsupported(
      "changing a sharding column so that the row moves to another "
      "shard is not supported yet");
  std::vector<sharding::RoutingValue> values;
  for (size_t i = 0; i < key.values.size(); ++i) {
    ASSIGN_OR_RETURN(sharding::RoutingValue value, Evaluate(key.values[i], statement));
    ColumnValue normal = sharding::NormalizeForStorage(value, key.types[i]);
    if (normal.outcome != ColumnValue::Outcome::kValue) return moves;
    values.push_back(std::move(normal.value));
  }
  ASSIGN_OR_RETURN(sharding::Destination destination, key.vindex->Map(values));
  std::vector<int> stored;
  RETURN_IF_ERROR(AddDestination(destination, keyspace, &stored));
  return stored == found ? Status::Ok() : moves;
}

// Several keys: each says where its table's rows are. All must be on one shard; a key that matches
// no row agrees with any.
Result<std::vector<int>> ShardsOfKeys(const Route& route, const Statement& statement,
                                      const KeyspaceInfo& keyspace) {
  std::vector<int> agreed;
  bool decided = true;
  for (const RouteKey& key : route.keys) {
    if (key.is_stored) continue;
    ASSIGN_OR_RETURN(ShardSet shards, ShardsOfKey(key, statement, keyspace));
    if (!shards) {
      decided = false;
    } else if (shards->empty()) {
      continue;
    } else if (agreed.empty()) {
      agreed = std::move(*shards);
    } else if (agreed != *shards) {
      return Unsupported("joining rows that are on different shards is not supported yet");
    }
  }
  if (!decided) agreed = AllShards(keyspace);
  for (const RouteKey& key : route.keys) {
    if (key.is_stored && !agreed.empty()) {
      RETURN_IF_ERROR(CheckStored(key, statement, keyspace, agreed));
    }
  }
  return agreed;
}

Result<const KeyspaceInfo*> FindKeyspace(const Route& route, const Statement& statement) {
  const Cluster& cluster = *statement.cluster;
  const std::string& session_keyspace = statement.session.target.keyspace;
  std::string_view name = !route.keyspace.empty() ? std::string_view(route.keyspace)
                                                  : std::string_view(session_keyspace);
  const KeyspaceInfo* keyspace = nullptr;
  if (!name.empty() && !IsSystemSchema(name)) {
    keyspace = cluster.FindKeyspace(name);
    if (keyspace == nullptr) {
      return Status::Mysql(1049, "42000", fmt::format("Unknown database '{}'", name));
    }
  } else {
    for (const auto& [candidate_name, candidate] : cluster.keyspaces) {
      if (!candidate->shards.empty()) {
        keyspace = candidate.get();
        break;
      }
    }
    if (keyspace == nullptr) {
      return Unavailable("the topology has no keyspace with a serving shard yet");
    }
  }
  if (keyspace->shards.empty()) {
    return Unavailable(fmt::format("keyspace {} has no serving shard", keyspace->name));
  }
  return keyspace;
}

}  // namespace

Result<Destinations> FindDestinations(const Route& route, const Statement& statement) {
  Destinations out;
  ASSIGN_OR_RETURN(out.keyspace, FindKeyspace(route, statement));
  const Target& target = statement.session.target;
  out.type = target.type;
  if (!target.shard.empty() &&
      (route.opcode == RouteOpcode::kByDestination || target.keyspace == out.keyspace->name)) {
    int shard = out.keyspace->FindShard(std::string_view(target.shard));
    if (shard < 0) {
      return NotFound(
          fmt::format("keyspace {} has no serving shard {}", out.keyspace->name, target.shard));
    }
    out.shards.push_back(shard);
    return out;
  }
  switch (route.opcode) {
    case RouteOpcode::kUnsharded:
    case RouteOpcode::kAnyShard:
    case RouteOpcode::kByDestination:
    case RouteOpcode::kNone:
      break;
    case RouteOpcode::kPinned: {
      int shard = out.keyspace->FindShard(route.pinned);
      if (shard < 0) {
        return Unavailable(fmt::format("no serving shard of keyspace {} holds keyspace id {}",
                                       out.keyspace->name, route.pinned.ToHex()));
      }
      out.shards.push_back(shard);
      break;
    }
    case RouteOpcode::kScatter:
      out.shards = AllShards(*out.keyspace);
      break;
    case RouteOpcode::kEqualUnique:
    case RouteOpcode::kIn: {
      ASSIGN_OR_RETURN(out.shards, ShardsOfKeys(route, statement, *out.keyspace));
      break;
    }
  }
  if (out.shards.empty()) out.shards.push_back(0);
  return out;
}

Result<int> FindRowShard(const InsertPlan& plan, const std::vector<sharding::RoutingValue>& key,
                         const KeyspaceInfo& keyspace) {
  std::vector<sharding::RoutingValue> values;
  values.reserve(key.size());
  for (size_t i = 0; i < key.size(); ++i) {
    ColumnValue normal = sharding::NormalizeForStorage(key[i], plan.types[i]);
    if (normal.outcome != ColumnValue::Outcome::kValue) {
      return Unsupported(
          fmt::format("the value {} for a sharding column of table {}.{}: what MySQL "
                      "would store for it is not known",
                      sharding::DebugString(key[i]), plan.keyspace, plan.table));
    }
    values.push_back(std::move(normal.value));
  }
  ASSIGN_OR_RETURN(sharding::Destination destination, plan.vindex->Map(values));
  std::vector<int> shards;
  RETURN_IF_ERROR(AddDestination(destination, keyspace, &shards));
  if (shards.size() != 1) {
    return Status::Mysql(
        1048, "23000",
        fmt::format("Column of vindex '{}' of table {}.{} cannot be {}: no shard "
                    "holds such a row",
                    plan.vindex->name(), plan.keyspace, plan.table, sharding::DebugString(key[0])));
  }
  return shards[0];
}

}  // namespace keyspan::vtgate
