#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"

namespace keyspan::sharding {

// A keyspace's VSchema as its JSON says it, field by field and unchecked beyond its form. vschema.h
// checks it and binds the vindexes. Plain values.

struct VindexDef {
  std::string type;
  std::map<std::string, std::string, std::less<>> params;
  // The table whose DML maintains a lookup vindex; empty for functional ones.
  std::string owner;

  friend bool operator==(const VindexDef&, const VindexDef&) = default;
};

struct ColumnVindexDef {
  std::vector<std::string> columns;
  std::string name;

  friend bool operator==(const ColumnVindexDef&, const ColumnVindexDef&) = default;
};

struct AutoIncrementDef {
  std::string column;
  // A table of type sequence, `keyspace.table` or unqualified.
  std::string sequence;

  friend bool operator==(const AutoIncrementDef&, const AutoIncrementDef&) = default;
};

struct ColumnDef {
  std::string name;
  std::string type;
  bool invisible = false;
  std::string default_value;
  std::string collation_name;
  int size = 0;
  int scale = 0;
  std::optional<bool> nullable;
  std::vector<std::string> values;

  friend bool operator==(const ColumnDef&, const ColumnDef&) = default;
};

struct TableDef {
  // "", "sequence" or "reference".
  std::string type;
  // The first is the primary: it says on which shard a row is.
  std::vector<ColumnVindexDef> column_vindexes;
  std::optional<AutoIncrementDef> auto_increment;
  std::vector<ColumnDef> columns;
  // The keyspace id, in hex, of the one shard that has the whole table.
  std::string pinned;
  // Whether `columns` is complete.
  bool column_list_authoritative = false;
  // For a reference table: `keyspace.table` that takes the writes.
  std::string source;

  friend bool operator==(const TableDef&, const TableDef&) = default;
};

struct MultiTenantSpec {
  std::string tenant_id_column_name;
  std::string tenant_id_column_type;

  friend bool operator==(const MultiTenantSpec&, const MultiTenantSpec&) = default;
};

struct KeyspaceDef {
  bool sharded = false;
  std::map<std::string, VindexDef, std::less<>> vindexes;
  std::map<std::string, TableDef, std::less<>> tables;
  bool require_explicit_routing = false;
  // "", "unspecified", "disallow", "unmanaged" or "managed".
  std::string foreign_key_mode;
  std::optional<MultiTenantSpec> multi_tenant_spec;
  bool prevent_cross_keyspace_reads = false;

  friend bool operator==(const KeyspaceDef&, const KeyspaceDef&) = default;
};

// Reads the JSON form. An unknown field, a wrong type of value or a second key of the same name is
// an error that names its place ("tables.t1.column_vindexes[0]: unknown field 'colum'").
Result<KeyspaceDef> ParseKeyspaceDef(std::string_view json);

// The JSON form, indented, fields that have their default left out, names sorted: the same
// definition always gives the same text.
std::string PrintKeyspaceDef(const KeyspaceDef& def);

}  // namespace keyspan::sharding
