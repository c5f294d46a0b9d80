#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sharding/column_value.h"
#include "sharding/vschema.h"

namespace keyspan::sharding {
namespace {

bool SameName(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

// Splits `keyspace.table`; without a point the keyspace is empty.
QualifiedName ParseQualifiedName(std::string_view text) {
  const size_t point = text.find('.');
  if (point == std::string_view::npos) return {"", std::string(text)};
  return {std::string(text.substr(0, point)), std::string(text.substr(point + 1))};
}

// Makes the bound form of one table and checks it against its keyspace.
class TableBinder {
 public:
  using Vindexes = std::map<std::string, std::shared_ptr<const Vindex>, std::less<>>;

  TableBinder(std::string_view keyspace, const KeyspaceDef& def, const Vindexes& vindexes)
      : keyspace_(keyspace), def_(def), vindexes_(vindexes) {}

  Result<Table> Bind(const std::string& name, const TableDef& def) const {
    Table table;
    table.keyspace = keyspace_;
    table.name = name;
    table.columns = def.columns;
    table.column_list_authoritative = def.column_list_authoritative;
    RETURN_IF_ERROR(BindKind(def, &table));
    RETURN_IF_ERROR(CheckColumns(table));
    for (const ColumnVindexDef& use : def.column_vindexes) {
      ASSIGN_OR_RETURN(ColumnVindex bound, BindUse(use, table));
      table.column_vindexes.push_back(std::move(bound));
    }
    RETURN_IF_ERROR(CheckSharding(table));
    if (def.auto_increment) {
      if (def.auto_increment->column.empty() || def.auto_increment->sequence.empty()) {
        return InvalidArgument("auto_increment needs a column and a sequence");
      }
      table.auto_increment = {def.auto_increment->column,
                              ParseQualifiedName(def.auto_increment->sequence)};
    }
    return table;
  }

 private:
  Status BindKind(const TableDef& def, Table* table) const {
    if (def.type == "sequence") {
      table->kind = Table::Kind::kSequence;
    } else if (def.type == "reference") {
      table->kind = Table::Kind::kReference;
    } else if (!def.type.empty()) {
      return InvalidArgument(
          fmt::format("unknown table type '{}'; types are sequence and reference", def.type));
    }
    if (!def.pinned.empty()) {
      auto pinned = KeyspaceId::FromHex(def.pinned);
      if (!pinned.ok()) return std::move(pinned).status().WithPrefix("pinned");
      table->pinned = std::move(*pinned);
    }
    if (!def.source.empty()) {
      table->source = ParseQualifiedName(def.source);
      if (table->kind != Table::Kind::kReference) {
        return InvalidArgument("only a table of type reference has a source");
      }
      if (table->source->keyspace.empty() || table->source->keyspace == keyspace_) {
        return InvalidArgument(
            fmt::format("source '{}' is not keyspace.table of another keyspace", def.source));
      }
    }
    return Status();
  }

  static Status CheckColumns(const Table& table) {
    for (size_t i = 0; i < table.columns.size(); ++i) {
      const ColumnDef& column = table.columns[i];
      if (table.FindColumn(column.name) != &column) {
        return InvalidArgument(fmt::format("column '{}' is listed twice", column.name));
      }
      if (column.type.empty()) continue;
      auto type = ParseVSchemaColumnType(column.type, column.collation_name);
      if (!type.ok()) {
        return std::move(type).status().WithPrefix(fmt::format("column '{}'", column.name));
      }
    }
    return Status();
  }

  Result<ColumnVindex> BindUse(const ColumnVindexDef& use, const Table& table) const {
    const auto vindex = vindexes_.find(use.name);
    if (vindex == vindexes_.end()) {
      return InvalidArgument(fmt::format("vindex '{}' is not defined", use.name));
    }
    const auto wanted = static_cast<size_t>(vindex->second->column_count());
    if (use.columns.size() != wanted) {
      return InvalidArgument(fmt::format("vindex '{}' is on {} columns, it has {}", use.name,
                                         use.columns.size(), wanted));
    }
    for (size_t i = 0; i < use.columns.size(); ++i) {
      RETURN_IF_ERROR(CheckUsedColumn(use.columns[i], *vindex->second, static_cast<int>(i), table));
    }
    ColumnVindex bound;
    bound.columns = use.columns;
    bound.vindex = vindex->second;
    bound.owned = def_.vindexes.find(use.name)->second.owner == table.name;
    return bound;
  }

  static Status CheckUsedColumn(const std::string& name, const Vindex& vindex, int position,
                                const Table& table) {
    const ColumnDef* column = table.FindColumn(name);
    if (column == nullptr) {
      if (!table.column_list_authoritative) return Status();
      return InvalidArgument(
          fmt::format("vindex '{}' is on column '{}', which the authoritative list does not have",
                      vindex.name(), name));
    }
    if (column->type.empty()) return Status();
    ASSIGN_OR_RETURN(const ColumnType type,
                     ParseVSchemaColumnType(column->type, column->collation_name,
                                            static_cast<uint32_t>(column->size),
                                            static_cast<uint8_t>(column->scale)));
    return CheckShardingColumn(type, vindex, position).WithPrefix(fmt::format("column '{}'", name));
  }

  Status CheckSharding(const Table& table) const {
    const bool has_vindex = !table.column_vindexes.empty();
    if (!def_.sharded) {
      if (!has_vindex) return Status();
      return InvalidArgument("a table of an unsharded keyspace has no vindexes");
    }
    if (table.kind == Table::Kind::kSequence && !table.pinned) {
      return InvalidArgument("a sequence is in an unsharded keyspace, or pinned to one shard");
    }
    if (table.kind != Table::Kind::kNormal || table.pinned) {
      if (!has_vindex) return Status();
      return InvalidArgument("a sequence, reference or pinned table has no vindexes");
    }
    if (!has_vindex) return InvalidArgument("no primary vindex says where its rows are");
    const ColumnVindex& primary = table.primary_vindex();
    if (!primary.vindex->is_unique()) {
      return InvalidArgument(
          fmt::format("the primary vindex '{}' is not unique", primary.vindex->name()));
    }
    if (primary.owned) {
      return InvalidArgument(fmt::format("the primary vindex '{}' cannot be owned by the table",
                                         primary.vindex->name()));
    }
    return Status();
  }

  const std::string keyspace_;
  const KeyspaceDef& def_;
  const Vindexes& vindexes_;
};

bool IsForeignKeyMode(std::string_view mode) {
  static constexpr std::string_view kModes[] = {"", "unspecified", "disallow", "unmanaged",
                                                "managed"};
  return std::find(std::begin(kModes), std::end(kModes), mode) != std::end(kModes);
}

}  // namespace

const ColumnDef* Table::FindColumn(std::string_view column) const {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&](const ColumnDef& c) { return SameName(c.name, column); });
  return found == columns.end() ? nullptr : &*found;
}

Result<KeyspaceVSchema::Ptr> KeyspaceVSchema::Create(std::string_view keyspace, KeyspaceDef def) {
  std::shared_ptr<KeyspaceVSchema> vschema(new KeyspaceVSchema());
  vschema->name_ = keyspace;
  vschema->def_ = std::move(def);
  const auto where = fmt::format("VSchema of keyspace '{}'", keyspace);
  if (!IsForeignKeyMode(vschema->def_.foreign_key_mode)) {
    return InvalidArgument(
        fmt::format("{}: unknown foreign_key_mode '{}'", where, vschema->def_.foreign_key_mode));
  }
  if (Status status = vschema->BindVindexes(); !status.ok()) {
    return std::move(status).WithPrefix(where);
  }
  if (Status status = vschema->BindTables(); !status.ok()) {
    return std::move(status).WithPrefix(where);
  }
  if (Status status = vschema->CheckOwners(); !status.ok()) {
    return std::move(status).WithPrefix(where);
  }
  return Ptr(std::move(vschema));
}

Result<KeyspaceVSchema::Ptr> KeyspaceVSchema::FromJson(std::string_view keyspace,
                                                       std::string_view json) {
  auto def = ParseKeyspaceDef(json);
  if (!def.ok()) {
    return std::move(def).status().WithPrefix(fmt::format("VSchema of keyspace '{}'", keyspace));
  }
  return Create(keyspace, std::move(*def));
}

Status KeyspaceVSchema::BindVindexes() {
  for (const auto& [name, def] : def_.vindexes) {
    ASSIGN_OR_RETURN(vindexes_[name], CreateVindex(def.type, name, def.params));
  }
  return Status();
}

Status KeyspaceVSchema::BindTables() {
  const TableBinder binder(name_, def_, vindexes_);
  for (const auto& [name, def] : def_.tables) {
    auto table = binder.Bind(name, def);
    if (!table.ok()) return std::move(table).status().WithPrefix(fmt::format("table '{}'", name));
    tables_.emplace(name, std::move(*table));
  }
  return Status();
}

Status KeyspaceVSchema::CheckOwners() const {
  for (const auto& [name, def] : def_.vindexes) {
    if (def.owner.empty()) continue;
    if (!IsLookupVindexType(def.type)) {
      return InvalidArgument(fmt::format(
          "vindex '{}': type {} has nothing that an owner could maintain", name, def.type));
    }
    const Table* owner = FindTable(def.owner);
    if (owner == nullptr) {
      return InvalidArgument(
          fmt::format("vindex '{}': its owner, table '{}', does not exist", name, def.owner));
    }
    const bool used =
        std::any_of(owner->column_vindexes.begin(), owner->column_vindexes.end(),
                    [&](const ColumnVindex& use) { return use.vindex->name() == name; });
    if (!used) {
      return InvalidArgument(
          fmt::format("vindex '{}': its owner, table '{}', does not use it", name, def.owner));
    }
  }
  return Status();
}

const Table* KeyspaceVSchema::FindTable(std::string_view table) const {
  const auto found = tables_.find(table);
  return found == tables_.end() ? nullptr : &found->second;
}

std::shared_ptr<const Vindex> KeyspaceVSchema::FindVindex(std::string_view vindex) const {
  const auto found = vindexes_.find(vindex);
  return found == vindexes_.end() ? nullptr : found->second;
}

}  // namespace keyspan::sharding
