#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/status.h"
#include "sharding/keyspace_id.h"
#include "sharding/vindexes/vindex.h"
#include "sharding/vschema_def.h"

namespace keyspan::sharding {

// A table's use of a vindex.
struct ColumnVindex {
  std::vector<std::string> columns;
  std::shared_ptr<const Vindex> vindex;
  // Whether this table's DML maintains the vindex (a lookup that names it as owner).
  bool owned = false;
};

// A table of another keyspace; an empty keyspace means: found as an unqualified name is.
struct QualifiedName {
  std::string keyspace;
  std::string table;

  friend bool operator==(const QualifiedName&, const QualifiedName&) = default;
};

// A table of a VSchema with all its names resolved. Immutable; it lives as long as the
// KeyspaceVSchema that has it.
struct Table {
  enum class Kind : uint8_t { kNormal, kSequence, kReference };
  struct AutoIncrement {
    std::string column;
    QualifiedName sequence;
  };

  std::string keyspace;
  std::string name;
  Kind kind = Kind::kNormal;
  // The first is the primary vindex. Empty in an unsharded keyspace and for sequence, reference and
  // pinned tables.
  std::vector<ColumnVindex> column_vindexes;
  std::optional<AutoIncrement> auto_increment;
  std::vector<ColumnDef> columns;
  bool column_list_authoritative = false;
  std::optional<KeyspaceId> pinned;
  std::optional<QualifiedName> source;

  // Requires column_vindexes not empty.
  const ColumnVindex& primary_vindex() const { return column_vindexes.front(); }
  // Column names compare as MySQL does, without case. Null when not listed.
  const ColumnDef* FindColumn(std::string_view column) const;
};

// The checked VSchema of one keyspace.
//
// Immutable; shared between threads by shared_ptr. Every change makes a new object, checked like
// one that was read from JSON, so there is no invalid one. Table and vindex names compare by bytes.
class KeyspaceVSchema {
 public:
  using Ptr = std::shared_ptr<const KeyspaceVSchema>;

  // The keyspace's own part of the checks; VSchema::CheckReferences() has the rest. Fails on: an
  // unknown vindex type or bad params; a vindex that a table uses but nobody defines; an owner that
  // does not exist or does not use the vindex; a primary vindex that is not unique or that the
  // table itself maintains; a number of columns that does not fit the vindex; a listed column whose
  // type the vindex cannot take; a table of a sharded keyspace with neither vindex nor pin nor
  // type; a sequence in a sharded keyspace that is not pinned; a table's vindex in an unsharded
  // one.
  static Result<Ptr> Create(std::string_view keyspace, KeyspaceDef def);
  static Result<Ptr> FromJson(std::string_view keyspace, std::string_view json);
  std::string ToJson() const { return PrintKeyspaceDef(def_); }

  const std::string& name() const { return name_; }
  bool sharded() const { return def_.sharded; }
  const KeyspaceDef& def() const { return def_; }

  // Null when the VSchema does not list it (in an unsharded keyspace it may exist all the same).
  const Table* FindTable(std::string_view table) const;
  const std::map<std::string, Table, std::less<>>& tables() const { return tables_; }
  // Null when not defined.
  std::shared_ptr<const Vindex> FindVindex(std::string_view vindex) const;

  // Changes, as ALTER VSCHEMA and automatic sharding make them. Each fails when what it adds is
  // there already, what it drops is not, or the result would not be valid; `this` stays as it is.
  Result<Ptr> AddTable(std::string_view table, TableDef def) const;
  Result<Ptr> DropTable(std::string_view table) const;
  Result<Ptr> RenameTable(std::string_view from, std::string_view to) const;
  Result<Ptr> AddVindex(std::string_view vindex, VindexDef def) const;
  // Refused while a table uses it.
  Result<Ptr> DropVindex(std::string_view vindex) const;
  // ON table ADD VINDEX: appends to the table's vindexes; defines the vindex when `def` is given,
  // and accepts that it is already there with the same definition. Adds the table when it is not
  // there.
  Result<Ptr> AddTableVindex(std::string_view table, ColumnVindexDef use,
                             const std::optional<VindexDef>& def) const;
  Result<Ptr> DropTableVindex(std::string_view table, std::string_view vindex) const;
  // A sequence in a sharded keyspace needs the shard on which it is, as a keyspace id in hex.
  Result<Ptr> AddSequence(std::string_view table, std::string_view pinned = "") const;
  Result<Ptr> DropSequence(std::string_view table) const;
  Result<Ptr> AddAutoIncrement(std::string_view table, AutoIncrementDef def) const;
  Result<Ptr> DropAutoIncrement(std::string_view table) const;

 private:
  KeyspaceVSchema() = default;
  Status BindVindexes();
  Status BindTables();
  Status CheckOwners() const;
  // A copy of the definition, changed by one of the verbs, made a KeyspaceVSchema again.
  Result<Ptr> Changed(KeyspaceDef def) const { return Create(name_, std::move(def)); }

  std::string name_;
  KeyspaceDef def_;
  std::map<std::string, std::shared_ptr<const Vindex>, std::less<>> vindexes_;
  std::map<std::string, Table, std::less<>> tables_;
};

// All keyspaces together: what a gateway plans with.
//
// Immutable; shared between threads by shared_ptr. A plan that keeps pointers into it keeps it
// alive.
class VSchema {
 public:
  using Ptr = std::shared_ptr<const VSchema>;

  // Where an unqualified name leads. `table` is null for a table that the VSchema does not list.
  struct Resolved {
    const KeyspaceVSchema* keyspace = nullptr;
    const Table* table = nullptr;
  };

  VSchema() = default;
  explicit VSchema(std::vector<KeyspaceVSchema::Ptr> keyspaces);
  // A copy in which the keyspace of that name is this one.
  Ptr With(KeyspaceVSchema::Ptr keyspace) const;
  Ptr Without(std::string_view keyspace) const;

  const std::map<std::string, KeyspaceVSchema::Ptr, std::less<>>& keyspaces() const {
    return keyspaces_;
  }
  // Null when there is none.
  const KeyspaceVSchema* FindKeyspace(std::string_view keyspace) const;

  // A table of a named keyspace. Fails when the keyspace does not exist (MySQL 1049) or when it is
  // sharded and does not list the table (1146).
  Result<Resolved> FindTable(std::string_view keyspace, std::string_view table) const;

  // An unqualified name without a current keyspace: the only keyspace that lists it, not counting
  // those with require_explicit_routing; a source and its reference copies count as one (the
  // source). Where exactly one keyspace exists it takes every name. Fails when no keyspace (1146)
  // or more than one lists it (1052: "table 't' is ambiguous").
  Result<Resolved> FindGlobal(std::string_view table) const;

  // The sequence that fills the table's auto_increment column. Requires table.auto_increment.
  Result<const Table*> FindSequence(const Table& table) const;

  // What one keyspace cannot see: auto_increment sequences and reference sources that do not exist
  // or are not of the right kind. The first problem, naming keyspace and table.
  Status CheckReferences() const;

 private:
  std::map<std::string, KeyspaceVSchema::Ptr, std::less<>> keyspaces_;
};

}  // namespace keyspan::sharding
