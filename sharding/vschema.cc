#include "sharding/vschema.h"

#include <fmt/format.h>

#include <algorithm>

namespace keyspan::sharding {
namespace {

// The errors that MySQL itself gives for such names.
Status UnknownDatabase(std::string_view keyspace) {
  return Status(StatusCode::kNotFound, 1049, "42000",
                fmt::format("Unknown database '{}'", keyspace));
}

Status NoSuchTable(std::string_view qualified) {
  return Status(StatusCode::kNotFound, 1146, "42S02",
                fmt::format("Table '{}' doesn't exist", qualified));
}

}  // namespace

VSchema::VSchema(std::vector<KeyspaceVSchema::Ptr> keyspaces) {
  for (KeyspaceVSchema::Ptr& keyspace : keyspaces) {
    const std::string name = keyspace->name();
    keyspaces_[name] = std::move(keyspace);
  }
}

VSchema::Ptr VSchema::With(KeyspaceVSchema::Ptr keyspace) const {
  auto changed = std::make_shared<VSchema>(*this);
  const std::string name = keyspace->name();
  changed->keyspaces_[name] = std::move(keyspace);
  return changed;
}

VSchema::Ptr VSchema::Without(std::string_view keyspace) const {
  auto changed = std::make_shared<VSchema>(*this);
  if (const auto found = changed->keyspaces_.find(keyspace); found != changed->keyspaces_.end()) {
    changed->keyspaces_.erase(found);
  }
  return changed;
}

const KeyspaceVSchema* VSchema::FindKeyspace(std::string_view keyspace) const {
  const auto found = keyspaces_.find(keyspace);
  return found == keyspaces_.end() ? nullptr : found->second.get();
}

Result<VSchema::Resolved> VSchema::FindTable(std::string_view keyspace,
                                             std::string_view table) const {
  const KeyspaceVSchema* found = FindKeyspace(keyspace);
  if (found == nullptr) return UnknownDatabase(keyspace);
  const Table* listed = found->FindTable(table);
  if (listed == nullptr && found->sharded()) {
    return NoSuchTable(fmt::format("{}.{}", keyspace, table));
  }
  return Resolved{found, listed};
}

Result<VSchema::Resolved> VSchema::FindGlobal(std::string_view table) const {
  if (keyspaces_.size() == 1) return FindTable(keyspaces_.begin()->first, table);
  std::vector<Resolved> candidates;
  for (const auto& [name, keyspace] : keyspaces_) {
    if (keyspace->def().require_explicit_routing) continue;
    const Table* listed = keyspace->FindTable(table);
    if (listed != nullptr) candidates.push_back({keyspace.get(), listed});
  }
  // A copy stands back where its source is a candidate itself.
  const auto is_copy = [&](const Resolved& r) {
    return r.table->source &&
           std::any_of(candidates.begin(), candidates.end(), [&](const Resolved& other) {
             return other.keyspace->name() == r.table->source->keyspace &&
                    other.table->name == r.table->source->table;
           });
  };
  std::vector<Resolved> found;
  for (const Resolved& candidate : candidates) {
    if (!is_copy(candidate)) found.push_back(candidate);
  }
  if (found.empty()) return NoSuchTable(table);
  if (found.size() > 1) {
    return Status(StatusCode::kInvalidArgument, 1052, "23000",
                  fmt::format("Table '{}' is ambiguous: it is in the keyspaces '{}' and '{}'",
                              table, found[0].keyspace->name(), found[1].keyspace->name()));
  }
  return found[0];
}

Result<const Table*> VSchema::FindSequence(const Table& table) const {
  const QualifiedName& name = table.auto_increment->sequence;
  const auto where = [&] {
    return fmt::format("auto_increment of table '{}.{}'", table.keyspace, table.name);
  };
  const Table* found = nullptr;
  if (name.keyspace.empty()) {
    // The table's own keyspace first: an automatic sequence lies there.
    if (const KeyspaceVSchema* own = FindKeyspace(table.keyspace))
      found = own->FindTable(name.table);
    if (found == nullptr) {
      auto global = FindGlobal(name.table);
      if (!global.ok()) return std::move(global).status().WithPrefix(where());
      found = global->table;
    }
  } else {
    auto resolved = FindTable(name.keyspace, name.table);
    if (!resolved.ok()) return std::move(resolved).status().WithPrefix(where());
    found = resolved->table;
  }
  if (found == nullptr || found->kind != Table::Kind::kSequence) {
    return InvalidArgument(fmt::format("{}: '{}' is not a sequence", where(), name.table));
  }
  return found;
}

Status VSchema::CheckReferences() const {
  for (const auto& [keyspace_name, keyspace] : keyspaces_) {
    for (const auto& [table_name, table] : keyspace->tables()) {
      if (table.auto_increment) {
        if (auto sequence = FindSequence(table); !sequence.ok()) return sequence.status();
      }
      if (!table.source) continue;
      auto source = FindTable(table.source->keyspace, table.source->table);
      if (!source.ok()) {
        return std::move(source).status().WithPrefix(
            fmt::format("source of table '{}.{}'", keyspace_name, table_name));
      }
      if (source->table != nullptr && source->table->source) {
        return InvalidArgument(
            fmt::format("source of table '{}.{}' is a copy itself", keyspace_name, table_name));
      }
    }
  }
  return Status();
}

}  // namespace keyspan::sharding
