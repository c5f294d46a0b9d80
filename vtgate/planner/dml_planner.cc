#include "vtgate/planner/dml_planner.h"

#include <algorithm>

#include "vtgate/planner/value_source.h"
#include "vtgate/semantics/plan_error.h"

namespace keyspan::vtgate {
namespace {

using parser::As;
using parser::Assignment;
using parser::ColumnRef;
using parser::EqualsIgnoreCase;
using Kind = TableUse::Kind;

// SET v = x on a vindex column: fine if it is the column itself; if the row is pinned, fine if the
// new value leads to the same shard, which is known at run time.
void CheckVindexAssignment(const Assignment& set, int table, size_t position,
                           const Semantics& semantics, const Locality& locality, Routing* routing) {
  const TableUse& use = semantics.tables()[table];
  if (const auto* ref = As<ColumnRef>(set.value)) {
    auto id = semantics.Resolve(use.block, *ref);
    if (id.has_value() && id->table == table &&
        EqualsIgnoreCase(id->column, set.column->column.text)) {
      return;
    }
  }
  std::string what = "not supported yet: changing the sharding column '" +
                     std::string(set.column->column.text) + "' of table '" + use.name + "'";
  auto key = locality.KeyOf(table);
  auto value = ConstantOf(set.value);
  if (!key.has_value() || !value.has_value() ||
      routing->route.opcode != RouteOpcode::kEqualUnique) {
    FailUnsupported(what);
  }
  key->values[position] = *value;
  key->is_stored = true;
  routing->route.keys.push_back(std::move(*key));
  routing->multi_shard = Unsupported(what);
}

}  // namespace

void CheckWritable(const TableUse& use) {
  if (use.kind == Kind::kReference) {
    FailUnsupported("not supported yet: changing reference table '" + use.name + "'");
  }
  if (use.kind == Kind::kSystem) {
    FailUnsupported("not supported: changing system table '" + use.name + "'");
  }
  if (use.kind != Kind::kSharded) return;
  for (const sharding::ColumnVindex& vindex : use.table->column_vindexes) {
    if (vindex.owned) {
      FailUnsupported("not supported yet: changing table '" + use.name +
                      "', which owns lookup vindex '" + vindex.vindex->name() + "'");
    }
  }
}

void CheckUpdate(const parser::Update& update, const Semantics& semantics, const Locality& locality,
                 Routing* routing) {
  int block = semantics.BlockOf(&update);
  const std::vector<int>& tables = semantics.blocks()[block].tables;
  for (const Assignment* set : update.set) {
    auto id = semantics.Resolve(block, *set->column);
    for (int table : tables) {
      if (id.has_value() && id->table != table) continue;
      const TableUse& use = semantics.tables()[table];
      CheckWritable(use);
      if (use.kind != Kind::kSharded) continue;
      std::vector<ColumnId> columns = locality.VindexColumns(table);
      for (size_t i = 0; i < columns.size(); ++i) {
        if (EqualsIgnoreCase(columns[i].column, set->column->column.text)) {
          CheckVindexAssignment(*set, table, i, semantics, locality, routing);
        }
      }
    }
  }
  if (update.limit != nullptr && routing->multi_shard.ok()) {
    routing->multi_shard = MultiShardUnsupported("UPDATE with LIMIT");
  }
}

void CheckDelete(const parser::Delete& del, const Semantics& semantics, Routing* routing) {
  const std::vector<int>& tables = semantics.blocks()[semantics.BlockOf(&del)].tables;
  for (int table : tables) {
    const TableUse& use = semantics.tables()[table];
    bool is_target = del.targets.empty() || std::any_of(del.targets.begin(), del.targets.end(),
                                                        [&](const parser::TableName* name) {
                                                          return name->name.text == use.alias;
                                                        });
    if (is_target) CheckWritable(use);
  }
  if (del.limit != nullptr && routing->multi_shard.ok()) {
    routing->multi_shard = MultiShardUnsupported("DELETE with LIMIT");
  }
}

}  // namespace keyspan::vtgate
