#pragma once

#include "parser/ast/query.h"

namespace keyspan::parser {

enum class Priority : uint8_t { kNone, kLow, kHigh, kDelayed };

struct Assignment : Node {
  ColumnRef* column = nullptr;
  Expr* value = nullptr;
  KEYSPAN_NODE(Assignment, Node, column, value)
};

// INSERT and REPLACE. Exactly one of `rows` (VALUES, or SET as one row) and `query` is used.
// INSERT ... VALUES () has one row without values.
struct Insert : Statement {
  bool replace = false;
  Priority priority = Priority::kNone;
  bool ignore = false;
  std::string_view hints;
  TableName* table = nullptr;
  List<Ident> partitions;
  bool has_columns = false;  // a column list was written, maybe an empty one
  List<ColumnRef*> columns;
  bool set_syntax = false;  // INSERT ... SET a = 1: columns and one row
  List<ValuesRow*> rows;
  Query* query = nullptr;
  Ident row_alias;  // VALUES (...) AS alias(columns)
  List<Ident> row_alias_columns;
  List<Assignment*> on_duplicate;
  KEYSPAN_NODE(Insert, Statement, replace, priority, ignore, hints, table, partitions, has_columns,
               columns, set_syntax, rows, query, row_alias, row_alias_columns, on_duplicate)
};

// Single-table when `tables` is one TableFactor; only then may order_by and limit be set.
struct Update : Statement {
  WithClause* with = nullptr;
  Priority priority = Priority::kNone;
  bool ignore = false;
  std::string_view hints;
  List<TableRef*> tables;
  List<Assignment*> set;
  Expr* where = nullptr;
  List<OrderItem*> order_by;
  Limit* limit = nullptr;
  KEYSPAN_NODE(Update, Statement, with, priority, ignore, hints, tables, set, where, order_by,
               limit)
};

// Single-table when `targets` is empty: then `from` is one TableFactor. Otherwise targets are the
// tables (or aliases) to delete from and `from` the joined tables.
struct Delete : Statement {
  WithClause* with = nullptr;
  Priority priority = Priority::kNone;
  bool quick = false;
  bool ignore = false;
  std::string_view hints;
  List<TableName*> targets;
  bool using_syntax = false;  // DELETE FROM targets USING from
  List<TableRef*> from;
  Expr* where = nullptr;
  List<OrderItem*> order_by;
  Limit* limit = nullptr;
  KEYSPAN_NODE(Delete, Statement, with, priority, quick, ignore, hints, targets, using_syntax, from,
               where, order_by, limit)
};

// LOAD DATA and LOAD XML.
struct LoadData : Statement {
  bool xml = false;
  Priority priority = Priority::kNone;  // kLow, or kHigh for CONCURRENT
  bool local = false;
  std::string_view source;  // FROM INFILE is the default; INFILE, URL or S3 when written
  Literal* file = nullptr;
  std::string_view file_options;  // COUNT n, IN PRIMARY KEY ORDER
  bool replace = false;
  bool ignore = false;
  TableName* table = nullptr;
  List<Ident> partitions;
  Ident charset;
  Literal* compression = nullptr;
  Literal* rows_identified_by = nullptr;
  FieldsClause* format = nullptr;
  Literal* ignore_lines = nullptr;
  List<Expr*> columns;  // ColumnRef or UserVariable
  List<Assignment*> set;
  std::string_view tail;  // clauses of the bulk loader, as text
  KEYSPAN_NODE(LoadData, Statement, xml, priority, local, source, file, file_options, replace,
               ignore, table, partitions, charset, compression, rows_identified_by, format,
               ignore_lines, columns, set, tail)
};

// CALL [schema.]name[(args)]
struct Call : Statement {
  TableName* procedure = nullptr;
  List<Expr*> args;
  KEYSPAN_NODE(Call, Statement, procedure, args)
};

struct Do : Statement {
  List<SelectItem*> items;
  KEYSPAN_NODE(Do, Statement, items)
};

enum class HandlerAction : uint8_t { kOpen, kClose, kRead };

struct Handler : Statement {
  HandlerAction action = HandlerAction::kOpen;
  TableName* table = nullptr;
  Ident alias;
  Ident index;
  std::string_view position;  // FIRST, NEXT, PREV, LAST or a comparison operator
  List<Expr*> key;
  Expr* where = nullptr;
  Limit* limit = nullptr;
  KEYSPAN_NODE(Handler, Statement, action, table, alias, index, position, key, where, limit)
};

}  // namespace keyspan::parser
