#pragma once

#include "parser/ast/expr.h"

namespace keyspan::parser {

// [schema.]name
struct TableName : Node {
  Ident schema;
  Ident name;
  KEYSPAN_NODE(TableName, Node, schema, name)
};

enum class IndexHintKind : uint8_t { kUse, kIgnore, kForce };
enum class IndexHintFor : uint8_t { kAll, kJoin, kOrderBy, kGroupBy };

// USE INDEX [FOR JOIN] (a, b): `indexes` may be empty.
struct IndexHint : Node {
  IndexHintKind hint = IndexHintKind::kUse;
  IndexHintFor use_for = IndexHintFor::kAll;
  List<Ident> indexes;
  KEYSPAN_NODE(IndexHint, Node, hint, use_for, indexes)
};

// A table or view in FROM. `alias` is empty when there is none.
struct TableFactor : TableRef {
  TableName* table = nullptr;
  List<Ident> partitions;
  Ident alias;
  List<IndexHint*> hints;
  std::string_view sample_method;  // TABLESAMPLE: SYSTEM or BERNOULLI
  Expr* sample_percent = nullptr;
  KEYSPAN_NODE(TableFactor, TableRef, table, partitions, alias, hints, sample_method,
               sample_percent)
};

struct DerivedTable : TableRef {
  bool lateral = false;
  Query* query = nullptr;
  Ident alias;
  List<Ident> columns;
  KEYSPAN_NODE(DerivedTable, TableRef, lateral, query, alias, columns)
};

enum class JsonColumnKind : uint8_t { kOrdinality, kPath, kExistsPath, kNested };

struct JsonTableColumn : Node {
  JsonColumnKind column = JsonColumnKind::kPath;
  Ident name;
  DataType* type = nullptr;
  Ident collation;
  Literal* path = nullptr;
  JsonResponse on_empty = JsonResponse::kNone;
  Expr* empty_default = nullptr;
  JsonResponse on_error = JsonResponse::kNone;
  Expr* error_default = nullptr;
  List<JsonTableColumn*> nested;
  KEYSPAN_NODE(JsonTableColumn, Node, column, name, type, collation, path, on_empty, empty_default,
               on_error, error_default, nested)
};

// JSON_TABLE(document, path COLUMNS (...)) AS alias
struct JsonTable : TableRef {
  Expr* document = nullptr;
  Expr* path = nullptr;
  List<JsonTableColumn*> columns;
  Ident alias;
  KEYSPAN_NODE(JsonTable, TableRef, document, path, columns, alias)
};

enum class JoinKind : uint8_t { kInner, kCross, kStraight, kLeft, kRight };

// Left-deep chains of joins may be long: loop over `left`.
struct Join : TableRef {
  JoinKind join = JoinKind::kInner;
  bool natural = false;
  TableRef* left = nullptr;
  TableRef* right = nullptr;
  Expr* on = nullptr;
  List<CiIdent> using_columns;
  KEYSPAN_NODE(Join, TableRef, join, natural, left, right, on, using_columns)
};

// (a, b, c): a parenthesised list of two or more; a list of one is the table itself.
struct TableList : TableRef {
  List<TableRef*> tables;
  KEYSPAN_NODE(TableList, TableRef, tables)
};

enum class SortOrder : uint8_t { kDefault, kAsc, kDesc };

struct OrderItem : Node {
  Expr* expr = nullptr;
  SortOrder order = SortOrder::kDefault;
  KEYSPAN_NODE(OrderItem, Node, expr, order)
};

// One set of GROUPING SETS: (a, b), or () for the total.
struct GroupingSet : Node {
  List<Expr*> exprs;
  KEYSPAN_NODE(GroupingSet, Node, exprs)
};

// Literals, placeholders or (in stored programs) variables. `offset` is null when not written.
struct Limit : Node {
  Expr* count = nullptr;
  Expr* offset = nullptr;
  // LIMIT offset, count: matters only because placeholders are numbered by their order.
  bool comma_form = false;
  KEYSPAN_NODE(Limit, Node, count, offset)
};

enum class LockStrength : uint8_t { kUpdate, kShare, kShareMode };  // kShareMode: the old spelling
enum class LockWait : uint8_t { kDefault, kNoWait, kSkipLocked };

struct LockingClause : Node {
  LockStrength strength = LockStrength::kUpdate;
  List<TableName*> of;
  LockWait wait = LockWait::kDefault;
  KEYSPAN_NODE(LockingClause, Node, strength, of, wait)
};

enum class IntoKind : uint8_t { kOutfile, kDumpfile, kVariables };

struct FieldsClause;

// What the text behind OUTFILE is. All but kFile is for exports by a secondary engine.
enum class OutfileTarget : uint8_t { kFile, kUrl, kUri, kParameters };
enum class OutfileHeader : uint8_t { kDefault, kOn, kOff };

struct IntoClause : Node {
  IntoKind into = IntoKind::kVariables;
  OutfileTarget target = OutfileTarget::kFile;
  Literal* file = nullptr;
  Ident charset;
  Ident file_format;
  Ident compression;
  OutfileHeader header = OutfileHeader::kDefault;
  FieldsClause* format = nullptr;
  List<Expr*> variables;  // UserVariable, or ColumnRef for a variable of a stored program
  KEYSPAN_NODE(IntoClause, Node, into, target, file, charset, file_format, compression, header,
               format, variables)
};

// FIELDS ... LINES ... of INTO OUTFILE and LOAD DATA. Null: not given.
struct FieldsClause : Node {
  Literal* fields_terminated = nullptr;
  Literal* enclosed = nullptr;
  bool optionally_enclosed = false;
  Literal* escaped = nullptr;
  Literal* lines_terminated = nullptr;
  Literal* lines_starting = nullptr;
  KEYSPAN_NODE(FieldsClause, Node, fields_terminated, enclosed, optionally_enclosed, escaped,
               lines_terminated, lines_starting)
};

struct CommonTable : Node {
  Ident name;
  List<Ident> columns;
  Query* query = nullptr;
  KEYSPAN_NODE(CommonTable, Node, name, columns, query)
};

struct WithClause : Node {
  bool recursive = false;
  List<CommonTable*> tables;
  KEYSPAN_NODE(WithClause, Node, recursive, tables)
};

// What Select, SetOperation, ValuesQuery, TableQuery and ParenQuery have in common.
struct Query : Statement {
  using Statement::Statement;
  WithClause* with = nullptr;
  List<OrderItem*> order_by;
  Limit* limit = nullptr;
  IntoClause* into = nullptr;
  List<LockingClause*> locking;
};
#define KEYSPAN_QUERY_FIELDS with, order_by, limit, into, locking

// One entry of a select list. The column's name is `alias`, or else what MySQL makes of the text
// [name_begin, name_end) (see DefaultColumnName in column_name.h).
struct SelectItem : Node {
  Expr* expr = nullptr;
  Ident alias;
  bool has_alias = false;  // an alias may be the empty string
  uint32_t name_begin = 0;
  uint32_t name_end = 0;
  KEYSPAN_NODE(SelectItem, Node, expr, alias, has_alias)
};

enum SelectFlag : uint16_t {
  kSelectAll = 1,
  kSelectDistinct = 2,
  kSelectHighPriority = 4,
  kSelectStraightJoin = 8,
  kSelectSmallResult = 16,
  kSelectBigResult = 32,
  kSelectBufferResult = 64,
  kSelectNoCache = 128,
  kSelectCalcFoundRows = 256,
};

enum class RollupKind : uint8_t { kNone, kWithRollup, kRollupList, kCubeList, kGroupingSets };

struct Select : Query {
  uint16_t flags = 0;      // SelectFlag
  std::string_view hints;  // optimizer hints with the comment marks: /*+ ... */
  List<SelectItem*> items;
  List<TableRef*> from;  // comma-separated; empty without FROM and for FROM DUAL
  bool from_dual = false;
  Expr* where = nullptr;
  List<OrderItem*> group_by;
  RollupKind rollup = RollupKind::kNone;
  List<GroupingSet*> grouping_sets;  // instead of group_by, for kGroupingSets
  Expr* having = nullptr;
  List<WindowSpec*> windows;
  Expr* qualify = nullptr;
  // SELECT NEXT n VALUES FROM sequence: a verb of ours.
  Expr* next_values = nullptr;
  KEYSPAN_NODE(Select, Query, with, flags, hints, items, from, from_dual, where, group_by, rollup,
               grouping_sets, having, windows, qualify, next_values, order_by, limit, into, locking)

  bool distinct() const { return (flags & kSelectDistinct) != 0; }
};

enum class SetOp : uint8_t { kUnion, kIntersect, kExcept };

// operands[0] ops[0] operands[1] ops[1] ...: left-associative. INTERSECT binds tighter, so operands
// of a UNION or EXCEPT chain may be INTERSECT chains; an INTERSECT chain holds nothing else.
// Operands with an ORDER BY, LIMIT or set operation of their own were parenthesised.
struct SetOperation : Query {
  List<Query*> operands;
  List<SetOp> ops;  // one less than operands
  List<bool> all;   // ALL for the same index; DISTINCT otherwise
  KEYSPAN_NODE(SetOperation, Query, with, operands, ops, all, order_by, limit, into, locking)
};

// (query) with clauses of its own around it: (SELECT ... LIMIT 5) ORDER BY 1 LIMIT 2. Plain
// parentheses leave no node.
struct ParenQuery : Query {
  Query* query = nullptr;
  KEYSPAN_NODE(ParenQuery, Query, with, query, order_by, limit, into, locking)
};

struct ValuesRow : Node {
  List<Expr*> values;  // DefaultExpr with no column for DEFAULT
  KEYSPAN_NODE(ValuesRow, Node, values)
};

// VALUES ROW(...), ROW(...)
struct ValuesQuery : Query {
  List<ValuesRow*> rows;
  KEYSPAN_NODE(ValuesQuery, Query, with, rows, order_by, limit, into, locking)
};

// TABLE name
struct TableQuery : Query {
  TableName* table = nullptr;
  KEYSPAN_NODE(TableQuery, Query, with, table, order_by, limit, into, locking)
};

}  // namespace keyspan::parser
