#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sharding/column_value.h"
#include "sharding/key_range.h"
#include "sharding/vschema.h"
#include "topo/watcher.h"

namespace keyspan::vtgate {

// Where a vttablet listens.
struct TabletAddress {
  std::string alias;
  std::string host;
  uint16_t port = 0;
  topo::TabletType type = topo::TabletType::UNKNOWN;
};

struct ShardInfo {
  std::string name;
  sharding::KeyRange range;
  uint64_t term = 0;
  bool has_primary = false;
  TabletAddress primary;                // only when has_primary
  std::vector<TabletAddress> replicas;  // REPLICA and RDONLY tablets whose vttablet runs
};

// One column of a table as the shards have it.
struct TableColumn {
  std::string name;
  std::string column_type;  // "bigint unsigned"
  std::string collation;    // empty for types without one
  // Not ok for types that cannot be a sharding column anyway.
  Result<sharding::ColumnType> type;
  bool nullable = true;
  bool has_default = false;
  bool auto_increment = false;
  bool generated = false;
  bool invisible = false;

  // Whether MySQL orders and compares it by a collation, so that the gateway needs its weight.
  bool IsText() const { return !collation.empty() && collation != "binary"; }
};

struct TableInfo {
  std::string name;
  bool view = false;
  std::vector<TableColumn> columns;
  std::vector<std::string> primary_key;
  struct Index {
    std::string name;
    bool unique = false;
    std::vector<std::string> columns;
  };
  std::vector<Index> indexes;

  // Without regard to letter case, as MySQL. -1 when there is none.
  int FindColumn(std::string_view column) const;
};

// The tables of a keyspace as one of its primaries reported them.
struct KeyspaceSchema {
  uint64_t version = 0;
  std::map<std::string, TableInfo, std::less<>> tables;
};

struct KeyspaceInfo {
  std::string name;
  bool sharded = false;
  std::vector<ShardInfo> shards;  // serving ones, by key range
  sharding::KeyspaceVSchema::Ptr vschema;
  std::shared_ptr<const KeyspaceSchema> schema;  // null while no primary could be asked

  // The index of the shard that holds the id; -1 when no serving shard covers it.
  int FindShard(const sharding::KeyspaceId& id) const;
  int FindShard(std::string_view shard_name) const;
  // All shards that hold ids of the range.
  std::vector<int> FindShards(const sharding::KeyRange& range) const;
  const TableInfo* FindTableInfo(std::string_view table) const;
};

// All that a gateway knows of the cluster at one moment: topology, VSchemas and table schemas.
// Immutable; every thread holds its own pointer, and a statement keeps the one it began with.
struct Cluster {
  uint64_t generation = 0;       // rises with every change
  uint64_t plan_generation = 0;  // rises with changes that make plans stale (VSchema, tables)
  std::map<std::string, std::shared_ptr<const KeyspaceInfo>, std::less<>> keyspaces;
  sharding::VSchema::Ptr vschema = std::make_shared<const sharding::VSchema>();

  const KeyspaceInfo* FindKeyspace(std::string_view name) const;
};

// Builds the cluster of a topology snapshot. VSchemas that did not change are taken over from
// `previous` (which may be null), and so are all table schemas. A VSchema that cannot be read keeps
// its last good form, with an error in the log.
std::shared_ptr<const Cluster> BuildCluster(const topo::TopoSnapshot& snapshot,
                                            const Cluster* previous);

}  // namespace keyspan::vtgate
