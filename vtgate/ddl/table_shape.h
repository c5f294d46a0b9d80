#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/status.h"
#include "parser/ast/ast.h"
#include "sharding/column_value.h"

namespace keyspan::vtgate {

// What sharding needs to know of a table that is about to be created, read from the statement.
struct TableShape {
  struct Column {
    std::string name;
    std::string column_type;  // "bigint unsigned"
    std::string collation;    // of text
    bool auto_increment = false;
  };
  struct Key {
    std::string name;  // for messages
    bool primary = false;
    std::vector<std::string> columns;  // whole columns; prefixes and expressions are left out
  };
  struct ForeignKey {
    std::vector<std::string> columns;
    std::string schema;  // empty: the table's own
    std::string table;
    std::vector<std::string> referenced_columns;
  };

  std::vector<Column> columns;
  std::vector<Key> unique_keys;  // the primary key too
  std::vector<ForeignKey> foreign_keys;
  uint64_t auto_increment_start = 1;  // as AutoIncrementOf

  // Case-insensitive; null when there is none.
  const Column* FindColumn(std::string_view name) const;
  const Key* PrimaryKey() const;
};

TableShape ShapeOf(const parser::CreateTable& node);

// The first id that AUTO_INCREMENT = n asks for, at least 1; empty without that option.
std::optional<uint64_t> AutoIncrementOf(const parser::List<parser::Option*>& options);

// UNIQUE keys and foreign keys that a definition of columns and indexes adds, appended to `shape`.
void AddIndexes(const parser::List<parser::IndexDef*>& indexes, TableShape* shape);
void AddColumns(const parser::List<parser::ColumnDef*>& columns, std::string_view table_collation,
                TableShape* shape);

}  // namespace keyspan::vtgate
