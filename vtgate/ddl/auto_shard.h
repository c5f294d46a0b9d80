#pragma once

#include <optional>
#include <string>

#include "sharding/vschema.h"
#include "vtgate/ddl/table_shape.h"
#include "vtgate/gateway/cluster.h"

namespace keyspan::vtgate {

// How a table that the VSchema does not name becomes a sharded one.
struct AutoSharding {
  sharding::TableDef table;
  // The vindex it uses; defined unless it is there already.
  std::string vindex_name;
  std::optional<sharding::VindexDef> vindex;  // empty for a pinned table
  // The sequence for its AUTO_INCREMENT column.
  std::optional<sharding::QualifiedName> sequence;
  std::string warning;  // for the client; empty: none
};

// Names of vindexes that automatic sharding defines begin with this: what it made, DROP TABLE takes
// out of the VSchema again.
inline constexpr std::string_view kAutoVindexPrefix = "auto_";

// Shards by the first column of the primary key (xxhash, or unicode_loose_xxhash for text), with a
// sequence for an AUTO_INCREMENT column. A table without primary key is pinned to one shard. Fails
// where the column cannot be a sharding column.
Result<AutoSharding> ShardAutomatically(const std::string& table, const TableShape& shape,
                                        const KeyspaceInfo& keyspace, const Cluster& cluster);

// Refuses what one shard alone cannot guarantee for the table as the VSchema has it: a UNIQUE key
// without the sharding columns, a foreign key to rows that may lie on another shard, an
// AUTO_INCREMENT column without a sequence.
Status CheckShardable(const sharding::Table& table, const TableShape& shape,
                      const KeyspaceInfo& keyspace);

}  // namespace keyspan::vtgate
