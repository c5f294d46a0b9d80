#include "vtgate/gateway/cluster.h"

#include <glog/logging.h>
#include <strings.h>

#include <algorithm>

#include "topo/names.h"

namespace keyspan::vtgate {
namespace {

TabletAddress AddressOf(const topo::Tablet& tablet) {
  return {topo::AliasToString(tablet.alias()), tablet.hostname(),
          static_cast<uint16_t>(tablet.rpc_port()), tablet.type()};
}

ShardInfo BuildShard(const std::string& keyspace, const std::string& name,
                     const topo::Shard& record, const topo::TopoSnapshot& snapshot) {
  ShardInfo shard;
  shard.name = name;
  shard.range =
      sharding::KeyRange::FromBounds(record.key_range().start(), record.key_range().end());
  shard.term = static_cast<uint64_t>(record.primary_term());
  for (const auto& [alias, entry] : snapshot.tablets) {
    if (entry.record.keyspace() != keyspace || entry.record.shard() != name) continue;
    if (record.has_primary_alias() &&
        topo::SameAlias(entry.record.alias(), record.primary_alias())) {
      shard.has_primary = true;
      shard.primary = AddressOf(entry.record);
    } else if (entry.present && (entry.record.type() == topo::TabletType::REPLICA ||
                                 entry.record.type() == topo::TabletType::RDONLY)) {
      shard.replicas.push_back(AddressOf(entry.record));
    }
  }
  return shard;
}

sharding::KeyspaceVSchema::Ptr BuildVSchema(const std::string& keyspace, const std::string& json,
                                            const KeyspaceInfo* previous) {
  auto parsed = sharding::KeyspaceVSchema::FromJson(keyspace, json.empty() ? "{}" : json);
  if (!parsed.ok()) {
    LOG(ERROR) << "VSchema of keyspace " << keyspace
               << " is not usable: " << parsed.status().message();
    return previous != nullptr ? previous->vschema : nullptr;
  }
  if (previous != nullptr && previous->vschema != nullptr &&
      previous->vschema->def() == (*parsed)->def()) {
    return previous->vschema;
  }
  return *parsed;
}

}  // namespace

int TableInfo::FindColumn(std::string_view column) const {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name.size() == column.size() &&
        strncasecmp(columns[i].name.data(), column.data(), column.size()) == 0) {
      return static_cast<int>(i);
    }
  }
  return -1;
}

int KeyspaceInfo::FindShard(const sharding::KeyspaceId& id) const {
  // Sorted by start: the candidate is the last range that does not start behind the id.
  auto it = std::upper_bound(shards.begin(), shards.end(), id.bytes(),
                             [](std::string_view bytes, const ShardInfo& shard) {
                               return bytes < std::string_view(shard.range.start());
                             });
  if (it == shards.begin()) return -1;
  --it;
  return it->range.Contains(id) ? static_cast<int>(it - shards.begin()) : -1;
}

int KeyspaceInfo::FindShard(std::string_view shard_name) const {
  for (size_t i = 0; i < shards.size(); ++i) {
    if (shards[i].name == shard_name) return static_cast<int>(i);
  }
  return -1;
}

std::vector<int> KeyspaceInfo::FindShards(const sharding::KeyRange& range) const {
  std::vector<int> found;
  for (size_t i = 0; i < shards.size(); ++i) {
    if (shards[i].range.Overlaps(range)) found.push_back(static_cast<int>(i));
  }
  return found;
}

const TableInfo* KeyspaceInfo::FindTableInfo(std::string_view table) const {
  if (schema == nullptr) return nullptr;
  auto it = schema->tables.find(table);
  return it == schema->tables.end() ? nullptr : &it->second;
}

const KeyspaceInfo* Cluster::FindKeyspace(std::string_view name) const {
  auto it = keyspaces.find(name);
  return it == keyspaces.end() ? nullptr : it->second.get();
}

std::shared_ptr<const Cluster> BuildCluster(const topo::TopoSnapshot& snapshot,
                                            const Cluster* previous) {
  auto cluster = std::make_shared<Cluster>();
  bool plans_stale = previous == nullptr || previous->keyspaces.size() != snapshot.keyspaces.size();
  std::vector<sharding::KeyspaceVSchema::Ptr> vschemas;
  for (const auto& [name, entry] : snapshot.keyspaces) {
    const KeyspaceInfo* before = previous != nullptr ? previous->FindKeyspace(name) : nullptr;
    auto keyspace = std::make_shared<KeyspaceInfo>();
    keyspace->name = name;
    keyspace->vschema = BuildVSchema(name, entry.vschema_json, before);
    if (keyspace->vschema != nullptr) vschemas.push_back(keyspace->vschema);
    keyspace->sharded = keyspace->vschema != nullptr && keyspace->vschema->sharded();
    if (before == nullptr || before->vschema != keyspace->vschema) plans_stale = true;
    if (before != nullptr) keyspace->schema = before->schema;
    for (const auto& [shard_name, record] : entry.shards) {
      if (!record.is_primary_serving()) continue;
      keyspace->shards.push_back(BuildShard(name, shard_name, record, snapshot));
    }
    std::sort(
        keyspace->shards.begin(), keyspace->shards.end(),
        [](const ShardInfo& a, const ShardInfo& b) { return a.range.start() < b.range.start(); });
    cluster->keyspaces.emplace(name, std::move(keyspace));
  }
  cluster->vschema = std::make_shared<const sharding::VSchema>(std::move(vschemas));
  cluster->generation = previous != nullptr ? previous->generation + 1 : 1;
  cluster->plan_generation =
      (previous != nullptr ? previous->plan_generation : 0) + (plans_stale ? 1 : 0);
  return cluster;
}

}  // namespace keyspan::vtgate
