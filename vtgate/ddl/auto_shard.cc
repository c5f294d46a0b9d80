#include "vtgate/ddl/auto_shard.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>

#include "sharding/column_value.h"

namespace keyspan::vtgate {
namespace {

constexpr size_t kMaxNameBytes = 64;

bool Contains(const std::vector<std::string>& columns, std::string_view name) {
  return std::any_of(columns.begin(), columns.end(), [name](const std::string& column) {
    return parser::EqualsIgnoreCase(column, name);
  });
}

// Sequences live in an unsharded keyspace: one that has some already, else the first.
Result<std::string> SequenceKeyspace(const Cluster& cluster) {
  const KeyspaceInfo* chosen = nullptr;
  for (const auto& [name, keyspace] : cluster.keyspaces) {
    if (keyspace->sharded || keyspace->shards.empty()) continue;
    if (chosen == nullptr) chosen = keyspace.get();
    if (keyspace->vschema == nullptr) continue;
    for (const auto& [table_name, table] : keyspace->vschema->tables()) {
      if (table.kind == sharding::Table::Kind::kSequence) return name;
    }
  }
  if (chosen == nullptr) {
    return Unsupported(
        "AUTO_INCREMENT in a sharded keyspace needs an unsharded keyspace for its "
        "sequence, and there is none (vtctl CreateKeyspace, CreateShard ks/0)");
  }
  return chosen->name;
}

Result<sharding::QualifiedName> NewSequence(const std::string& keyspace, const std::string& table,
                                            const Cluster& cluster) {
  ASSIGN_OR_RETURN(std::string home, SequenceKeyspace(cluster));
  const KeyspaceInfo* info = cluster.FindKeyspace(home);
  std::string name = table + "_seq";
  const bool taken = info->FindTableInfo(name) != nullptr ||
                     (info->vschema != nullptr && info->vschema->FindTable(name) != nullptr);
  if (taken) name = fmt::format("{}_{}_seq", keyspace, table);
  // A name of MySQL has 64 characters at most.
  if (name.size() > kMaxNameBytes) {
    name = fmt::format("{:016x}_seq", XXH3_64bits(name.data(), name.size()));
  }
  return sharding::QualifiedName{home, name};
}

AutoSharding Pin(const std::string& table) {
  AutoSharding out;
  uint64_t hash = XXH3_64bits(table.data(), table.size());
  out.table.pinned = fmt::format("{:016x}", hash);
  out.warning =
      fmt::format("Table '{}' has no primary key: all its rows live on one shard (keyspace id {})",
                  table, out.table.pinned);
  return out;
}

Status CheckForeignKey(const TableShape::ForeignKey& key, const sharding::Table& table,
                       const KeyspaceInfo& keyspace) {
  Status refusal = Unsupported(fmt::format(
      "a foreign key from {}.{} to {}: the rows that it refers to may lie on another shard",
      keyspace.name, table.name, key.table));
  if (!key.schema.empty() && key.schema != keyspace.name) return refusal;
  if (key.table == table.name && table.pinned) return Status::Ok();
  const sharding::Table* parent =
      key.table == table.name ? &table : keyspace.vschema->FindTable(key.table);
  if (parent == nullptr) return refusal;
  if (parent->kind == sharding::Table::Kind::kReference) return Status::Ok();
  if (table.pinned || parent->pinned) {
    return table.pinned && parent->pinned && *table.pinned == *parent->pinned ? Status::Ok()
                                                                              : refusal;
  }
  // Each sharding column of the child must refer to the same one of the parent.
  const auto& child_use = table.primary_vindex();
  const auto& parent_use = parent->primary_vindex();
  if (child_use.vindex != parent_use.vindex &&
      (child_use.vindex->type() != parent_use.vindex->type() ||
       child_use.vindex->name() != parent_use.vindex->name())) {
    return refusal;
  }
  if (child_use.columns.size() != parent_use.columns.size()) return refusal;
  for (size_t i = 0; i < child_use.columns.size(); ++i) {
    bool matched = false;
    for (size_t c = 0; c < key.columns.size() && c < key.referenced_columns.size(); ++c) {
      matched |= parser::EqualsIgnoreCase(key.columns[c], child_use.columns[i]) &&
                 parser::EqualsIgnoreCase(key.referenced_columns[c], parent_use.columns[i]);
    }
    if (!matched) return refusal;
  }
  return Status::Ok();
}

}  // namespace

Result<AutoSharding> ShardAutomatically(const std::string& table, const TableShape& shape,
                                        const KeyspaceInfo& keyspace, const Cluster& cluster) {
  const TableShape::Key* primary = shape.PrimaryKey();
  if (primary == nullptr || primary->columns.empty()) return Pin(table);
  const TableShape::Column* column = shape.FindColumn(primary->columns[0]);
  if (column == nullptr) {
    return Status::Mysql(
        1072, "42000", fmt::format("Key column '{}' doesn't exist in table", primary->columns[0]));
  }
  ASSIGN_OR_RETURN(sharding::ColumnType type,
                   sharding::ParseMysqlColumnType(column->column_type, column->collation));
  AutoSharding out;
  std::string vindex_type = type.IsText() ? "unicode_loose_xxhash" : "xxhash";
  out.vindex_name = std::string(kAutoVindexPrefix) + vindex_type;
  ASSIGN_OR_RETURN(auto vindex, sharding::CreateVindex(vindex_type, out.vindex_name, {}));
  if (Status status = sharding::CheckShardingColumn(type, *vindex); !status.ok()) {
    return Unsupported(fmt::format(
        "sharding table {}.{} by column {} ({}): {}. Name a vindex for the table in the VSchema "
        "first, or use another primary key",
        keyspace.name, table, column->name, column->column_type, status.message()));
  }
  out.vindex = sharding::VindexDef{vindex_type, {}, ""};
  out.table.column_vindexes.push_back({{column->name}, out.vindex_name});
  for (const TableShape::Column& candidate : shape.columns) {
    if (!candidate.auto_increment) continue;
    ASSIGN_OR_RETURN(out.sequence, NewSequence(keyspace.name, table, cluster));
    out.table.auto_increment = sharding::AutoIncrementDef{
        candidate.name, out.sequence->keyspace + "." + out.sequence->table};
  }
  return out;
}

Status CheckShardable(const sharding::Table& table, const TableShape& shape,
                      const KeyspaceInfo& keyspace) {
  for (const TableShape::ForeignKey& key : shape.foreign_keys) {
    RETURN_IF_ERROR(CheckForeignKey(key, table, keyspace));
  }
  // A pinned table is whole on its shard, a reference table is whole on each.
  if (table.pinned || table.column_vindexes.empty()) return Status::Ok();
  for (const TableShape::Key& key : shape.unique_keys) {
    for (const std::string& column : table.primary_vindex().columns) {
      if (Contains(key.columns, column)) continue;
      return Unsupported(fmt::format(
          "UNIQUE key '{}' of sharded table {}.{} does not contain the sharding column '{}', so no "
          "shard alone can guarantee it",
          key.name, keyspace.name, table.name, column));
    }
  }
  for (const TableShape::Column& column : shape.columns) {
    if (column.auto_increment && !table.auto_increment) {
      return Unsupported(fmt::format(
          "AUTO_INCREMENT column '{}' of sharded table {}.{} needs a sequence: add auto_increment "
          "to the table in the VSchema",
          column.name, keyspace.name, table.name));
    }
  }
  return Status::Ok();
}

}  // namespace keyspan::vtgate
