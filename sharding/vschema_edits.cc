#include <fmt/format.h>

#include <algorithm>

#include "sharding/vschema.h"

namespace keyspan::sharding {
namespace {

Status Exists(std::string message) {
  return Status(StatusCode::kAlreadyExists, std::move(message));
}

Status NoTable(std::string_view table, std::string_view keyspace) {
  return NotFound(fmt::format("the VSchema of keyspace '{}' has no table '{}'", keyspace, table));
}

bool Uses(const TableDef& table, std::string_view vindex) {
  return std::any_of(table.column_vindexes.begin(), table.column_vindexes.end(),
                     [&](const ColumnVindexDef& use) { return use.name == vindex; });
}

}  // namespace

Result<KeyspaceVSchema::Ptr> KeyspaceVSchema::AddTable(std::string_view table, TableDef def) const {
  if (FindTable(table) != nullptr) {
    return Exists(
        fmt::format("the VSchema of keyspace '{}' already has the table '{}'", name_, table));
  }
  KeyspaceDef changed = def_;
  changed.tables.emplace(table, std::move(def));
  return Changed(std::move(changed));
}

Result<KeyspaceVSchema::Ptr> KeyspaceVSchema::DropTable(std::string_view table) const {
  KeyspaceDef changed = def_;
  const auto found = changed.tables.find(table);
  if (found == changed.tables.end()) return NoTable(table, name_);
  changed.tables.erase(found);
  return Changed(std::move(changed));
}

Result<KeyspaceVSchema::Ptr> KeyspaceVSchema::RenameTable(std::string_view from,
                                                          std::string_view to) const {
  KeyspaceDef changed = def_;
  const auto found = changed.tables.find(from);
  if (found == changed.tables.end()) return NoTable(from, name_);
  if (FindTable(to) != nullptr) {
    return Exists(
        fmt::format("the VSchema of keyspace '{}' already has the table '{}'", name_, to));
  }
  changed.tables.emplace(to, std::move(found->second));
  changed.tables.erase(found);
  for (auto& [name, vindex] : changed.vindexes) {
    if (vindex.owner == from) vindex.owner = to;
  }
  return Changed(std::move(changed));
}

Result<KeyspaceVSchema::Ptr> KeyspaceVSchema::AddVindex(std::string_view vindex,
                                                        VindexDef def) const {
  if (FindVindex(vindex) != nullptr) {
    return Exists(
        fmt::format("the VSchema of keyspace '{}' already has the vindex '{}'", name_, vindex));
  }
  KeyspaceDef changed = def_;
  changed.vindexes.emplace(vindex, std::move(def));
  return Changed(std::move(changed));
}

Result<KeyspaceVSchema::Ptr> KeyspaceVSchema::DropVindex(std::string_view vindex) const {
  KeyspaceDef changed = def_;
  const auto found = changed.vindexes.find(vindex);
  if (found == changed.vindexes.end()) {
    return NotFound(fmt::format("the VSchema of keyspace '{}' has no vindex '{}'", name_, vindex));
  }
  for (const auto& [name, table] : changed.tables) {
    if (Uses(table, vindex)) {
      return InvalidArgument(
          fmt::format("vindex '{}' cannot be dropped: table '{}' uses it", vindex, name));
    }
  }
  changed.vindexes.erase(found);
  return Changed(std::move(changed));
}

Result<KeyspaceVSchema::Ptr> KeyspaceVSchema::AddTableVindex(
    std::string_view table, ColumnVindexDef use, const std::optional<VindexDef>& def) const {
  KeyspaceDef changed = def_;
  if (def) {
    const auto [place, added] = changed.vindexes.emplace(use.name, *def);
    if (!added && place->second != *def) {
      return Exists(fmt::format("the VSchema of keyspace '{}' already has another vindex '{}'",
                                name_, use.name));
    }
  }
  TableDef& uses = changed.tables[std::string(table)];
  if (std::find(uses.column_vindexes.begin(), uses.column_vindexes.end(), use) !=
      uses.column_vindexes.end()) {
    return Exists(
        fmt::format("table '{}' already has the vindex '{}' on this column", table, use.name));
  }
  // A pin only says where the table was as long as nothing else did.
  uses.pinned.clear();
  uses.column_vindexes.push_back(std::move(use));
  return Changed(std::move(changed));
}

Result<KeyspaceVSchema::Ptr> KeyspaceVSchema::DropTableVindex(std::string_view table,
                                                              std::string_view vindex) const {
  KeyspaceDef changed = def_;
  const auto found = changed.tables.find(table);
  if (found == changed.tables.end()) return NoTable(table, name_);
  auto& uses = found->second.column_vindexes;
  if (!Uses(found->second, vindex)) {
    return NotFound(fmt::format("table '{}' does not have the vindex '{}'", table, vindex));
  }
  std::erase_if(uses, [&](const ColumnVindexDef& use) { return use.name == vindex; });
  // Without its last vindex the keyspace does not know the table any more.
  if (uses.empty()) changed.tables.erase(found);
  return Changed(std::move(changed));
}

Result<KeyspaceVSchema::Ptr> KeyspaceVSchema::AddSequence(std::string_view table,
                                                          std::string_view pinned) const {
  TableDef def;
  def.type = "sequence";
  def.pinned = pinned;
  return AddTable(table, std::move(def));
}

Result<KeyspaceVSchema::Ptr> KeyspaceVSchema::DropSequence(std::string_view table) const {
  const Table* found = FindTable(table);
  if (found == nullptr || found->kind != Table::Kind::kSequence) {
    return NotFound(fmt::format("the VSchema of keyspace '{}' has no sequence '{}'", name_, table));
  }
  return DropTable(table);
}

Result<KeyspaceVSchema::Ptr> KeyspaceVSchema::AddAutoIncrement(std::string_view table,
                                                               AutoIncrementDef def) const {
  KeyspaceDef changed = def_;
  const auto found = changed.tables.find(table);
  if (found == changed.tables.end()) return NoTable(table, name_);
  if (found->second.auto_increment) {
    return Exists(fmt::format("table '{}' already has an auto_increment column, '{}'", table,
                              found->second.auto_increment->column));
  }
  found->second.auto_increment = std::move(def);
  return Changed(std::move(changed));
}

Result<KeyspaceVSchema::Ptr> KeyspaceVSchema::DropAutoIncrement(std::string_view table) const {
  KeyspaceDef changed = def_;
  const auto found = changed.tables.find(table);
  if (found == changed.tables.end()) return NoTable(table, name_);
  if (!found->second.auto_increment) {
    return NotFound(fmt::format("table '{}' has no auto_increment column", table));
  }
  found->second.auto_increment.reset();
  return Changed(std::move(changed));
}

}  // namespace keyspan::sharding
