#pragma once

#include "parser/ast/node.h"

namespace keyspan::parser {

struct Query;
struct DataType;
struct WindowSpec;
struct OrderItem;

enum class LiteralKind : uint8_t {
  kNull,
  kTrue,
  kFalse,
  kInteger,
  kDecimal,
  kFloat,
  kString,
  kNString,
  kHex,
  kBit,
  kDate,       // DATE'...', {d '...'}
  kTime,       // TIME'...'
  kTimestamp,  // TIMESTAMP'...'
};

// A constant. `text` is its source exactly as written, without introducer or DATE/TIME/TIMESTAMP:
// one token, or several adjacent strings with what stands between them. `value` is the decoded
// content of a string (escapes resolved, pieces joined), and `text` for everything else.
// `text_begin` is where `text` stands in the statement.
struct Literal : Expr {
  LiteralKind literal = LiteralKind::kNull;
  std::string_view introducer;  // character set name without the underscore
  std::string_view text;
  std::string_view value;
  uint32_t text_begin = 0;
  // The number of this literal among those that the digest extracted, or -1 when the digest keeps
  // it in its text (or slots were not assigned). Statements with one digest agree on the slots.
  int32_t slot = -1;
  bool odbc = false;  // {d '...'}, {t '...'}, {ts '...'}: text to MySQL when it is no date or time
  KEYSPAN_NODE(Literal, Expr, literal, introducer, text, value, slot, odbc)
};

// The `?` of a prepared statement, numbered from 0 in order of the text.
struct Placeholder : Expr {
  uint32_t ordinal = 0;
  KEYSPAN_NODE(Placeholder, Expr, ordinal)
};

// Stands where a planner wants to put text of its own when it renders an SqlTemplate: a list of IN
// values, for example. Never made by the parser.
struct Hole : Expr {
  uint32_t id = 0;
  KEYSPAN_NODE(Hole, Expr, id)
};

// column, table.column, schema.table.column
struct ColumnRef : Expr {
  Ident schema;
  Ident table;
  CiIdent column;
  KEYSPAN_NODE(ColumnRef, Expr, schema, table, column)
};

// *, table.*, schema.table.*: in a select list, or as the argument of COUNT.
struct Star : Expr {
  Ident schema;
  Ident table;
  KEYSPAN_NODE(Star, Expr, schema, table)
};

// @name; `assigned` is the right side of @name := expr, or null.
struct UserVariable : Expr {
  CiIdent name;
  Expr* assigned = nullptr;
  KEYSPAN_NODE(UserVariable, Expr, name, assigned)
};

enum class VariableScope : uint8_t { kNone, kGlobal, kSession, kLocal, kPersist, kPersistOnly };

// @@name, @@scope.name, @@[scope.]base.name (base: a key cache, a component).
struct SystemVariable : Expr {
  VariableScope scope = VariableScope::kNone;
  CiIdent base;
  CiIdent name;
  KEYSPAN_NODE(SystemVariable, Expr, scope, base, name)
};

enum class UnaryOp : uint8_t { kMinus, kPlus, kBitNot, kNot, kBang, kBinary };

struct Unary : Expr {
  UnaryOp op = UnaryOp::kMinus;
  Expr* operand = nullptr;
  KEYSPAN_NODE(Unary, Expr, op, operand)
};

enum class BinaryOp : uint8_t {
  kXor,
  kEqual,
  kNullSafeEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kRegexp,
  kNotRegexp,
  kSoundsLike,
  kMemberOf,
  kBitOr,
  kBitAnd,
  kShiftLeft,
  kShiftRight,
  kPlus,
  kMinus,
  kMultiply,
  kDivide,
  kIntDivide,  // DIV
  kModulo,     // % and MOD
  kBitXor,
  kConcat,       // || under PIPES_AS_CONCAT
  kJsonExtract,  // column -> 'path'
  kJsonUnquote,  // column ->> 'path'
};

// Long chains of one left-associative operator are deep on the left: loop over `left` rather than
// recurse, or use Walk().
struct Binary : Expr {
  BinaryOp op = BinaryOp::kPlus;
  Expr* left = nullptr;
  Expr* right = nullptr;
  KEYSPAN_NODE(Binary, Expr, op, left, right)
};

// AND and OR over two or more operands, a chain flattened (parenthesised ones are not).
struct Logical : Expr {
  bool is_or = false;
  List<Expr*> operands;
  KEYSPAN_NODE(Logical, Expr, is_or, operands)
};

enum class IsTest : uint8_t { kNull, kTrue, kFalse, kUnknown };

struct IsExpr : Expr {
  Expr* operand = nullptr;
  IsTest test = IsTest::kNull;
  bool negated = false;
  KEYSPAN_NODE(IsExpr, Expr, operand, test, negated)
};

// operand [NOT] IN (list) or IN (subquery): one of `list` and `subquery` is set.
struct InExpr : Expr {
  Expr* operand = nullptr;
  bool negated = false;
  List<Expr*> list;
  Query* subquery = nullptr;
  KEYSPAN_NODE(InExpr, Expr, operand, negated, list, subquery)
};

struct BetweenExpr : Expr {
  Expr* operand = nullptr;
  bool negated = false;
  Expr* low = nullptr;
  Expr* high = nullptr;
  KEYSPAN_NODE(BetweenExpr, Expr, operand, negated, low, high)
};

struct LikeExpr : Expr {
  Expr* operand = nullptr;
  bool negated = false;
  Expr* pattern = nullptr;
  Expr* escape = nullptr;
  KEYSPAN_NODE(LikeExpr, Expr, operand, negated, pattern, escape)
};

// left op ALL (subquery), left op ANY (subquery)
struct QuantifiedComparison : Expr {
  BinaryOp op = BinaryOp::kEqual;
  Expr* left = nullptr;
  bool all = false;
  Query* subquery = nullptr;
  KEYSPAN_NODE(QuantifiedComparison, Expr, op, left, all, subquery)
};

struct ExistsExpr : Expr {
  Query* subquery = nullptr;
  KEYSPAN_NODE(ExistsExpr, Expr, subquery)
};

// (SELECT ...) as a scalar or a row.
struct SubqueryExpr : Expr {
  Query* query = nullptr;
  KEYSPAN_NODE(SubqueryExpr, Expr, query)
};

// (a, b), ROW(a, b): two or more items.
struct RowExpr : Expr {
  List<Expr*> items;
  bool with_keyword = false;
  KEYSPAN_NODE(RowExpr, Expr, items)
};

struct CaseWhen : Node {
  Expr* condition = nullptr;
  Expr* result = nullptr;
  KEYSPAN_NODE(CaseWhen, Node, condition, result)
};

struct CaseExpr : Expr {
  Expr* operand = nullptr;
  List<CaseWhen*> whens;
  Expr* otherwise = nullptr;
  KEYSPAN_NODE(CaseExpr, Expr, operand, whens, otherwise)
};

enum class CallForm : uint8_t {
  kGeneric,    // name(args)
  kNoParens,   // CURRENT_TIMESTAMP, UTC_DATE, ...
  kPosition,   // POSITION(args[0] IN args[1])
  kCharUsing,  // CHAR(args USING charset)
  kTrimBoth,   // TRIM(BOTH args[0] FROM args[1]); without args[1]: TRIM(BOTH FROM args[0])
  kTrimLeading,
  kTrimTrailing,
  kTrimFrom,  // TRIM(args[0] FROM args[1])
  kExtract,   // EXTRACT(args[0] FROM args[1]), args[0] a KeywordArg
  kDuality,   // JSON_DUALITY_OBJECT(key : value, ...); args[0] a KeywordArg: WITH (...) or empty
};

enum class NullTreatment : uint8_t { kNone, kRespect, kIgnore };

// Any function: scalar, aggregate, window, stored, user-defined. Names are as written; compare with
// EqualsIgnoreCase. SUBSTRING(x FROM a FOR b) becomes SUBSTRING(x, a, b), and so on, where MySQL
// means the same; what has a syntax of its own says so by `form`.
struct FunctionCall : Expr {
  Ident schema;
  CiIdent name;
  CallForm form = CallForm::kGeneric;
  // True for MySQL's own aggregates: AVG BIT_AND BIT_OR BIT_XOR COUNT GROUP_CONCAT JSON_ARRAYAGG
  // JSON_OBJECTAGG MAX MIN STD STDDEV STDDEV_POP STDDEV_SAMP ST_COLLECT SUM VARIANCE VAR_POP
  // VAR_SAMP. With `over` set it is a window function all the same.
  bool is_aggregate = false;
  bool distinct = false;
  List<Expr*> args;              // COUNT(*) has one Star
  List<OrderItem*> order_by;     // GROUP_CONCAT
  Literal* separator = nullptr;  // GROUP_CONCAT
  Ident charset;                 // CHAR(... USING charset)
  DataType* as_type = nullptr;   // WEIGHT_STRING(x AS CHAR(n))
  List<Ident> arg_aliases;       // udf(expr AS alias); empty, or one per argument
  bool from_last = false;        // NTH_VALUE(...) FROM LAST
  NullTreatment nulls = NullTreatment::kNone;
  WindowSpec* over = nullptr;
  KEYSPAN_NODE(FunctionCall, Expr, schema, name, form, is_aggregate, distinct, args, order_by,
               separator, charset, as_type, arg_aliases, from_last, nulls, over)
};

// A keyword as an argument: the unit of TIMESTAMPADD and EXTRACT, the type of GET_FORMAT.
struct KeywordArg : Expr {
  std::string_view word;  // in capitals
  KEYSPAN_NODE(KeywordArg, Expr, word)
};

// INTERVAL value unit: an operand of + and -, an argument of DATE_ADD, a frame bound.
struct IntervalExpr : Expr {
  Expr* value = nullptr;
  std::string_view unit;  // in capitals
  KEYSPAN_NODE(IntervalExpr, Expr, value, unit)
};

// CAST(operand [AT TIME ZONE 'zone'] AS type [ARRAY]); CONVERT(operand, type) is the same.
struct CastExpr : Expr {
  Expr* operand = nullptr;
  DataType* type = nullptr;
  bool is_array = false;
  Literal* at_time_zone = nullptr;
  KEYSPAN_NODE(CastExpr, Expr, operand, type, is_array, at_time_zone)
};

// CONVERT(operand USING charset)
struct ConvertUsing : Expr {
  Expr* operand = nullptr;
  Ident charset;
  KEYSPAN_NODE(ConvertUsing, Expr, operand, charset)
};

struct CollateExpr : Expr {
  Expr* operand = nullptr;
  Ident collation;
  KEYSPAN_NODE(CollateExpr, Expr, operand, collation)
};

// DEFAULT as a value (column null), DEFAULT(column).
struct DefaultExpr : Expr {
  ColumnRef* column = nullptr;
  KEYSPAN_NODE(DefaultExpr, Expr, column)
};

// VALUES(column) in ON DUPLICATE KEY UPDATE.
struct InsertedValue : Expr {
  ColumnRef* column = nullptr;
  KEYSPAN_NODE(InsertedValue, Expr, column)
};

enum class MatchMode : uint8_t {
  kDefault,
  kNatural,
  kNaturalExpansion,
  kExpansion,
  kBoolean,
};

struct MatchExpr : Expr {
  List<ColumnRef*> columns;
  Expr* against = nullptr;
  MatchMode mode = MatchMode::kDefault;
  KEYSPAN_NODE(MatchExpr, Expr, columns, against, mode)
};

enum class JsonResponse : uint8_t { kNone, kError, kNull, kDefault };

// JSON_VALUE(document, path [RETURNING type] [... ON EMPTY] [... ON ERROR])
struct JsonValueExpr : Expr {
  Expr* document = nullptr;
  Expr* path = nullptr;
  DataType* returning = nullptr;
  JsonResponse on_empty = JsonResponse::kNone;
  Expr* empty_default = nullptr;
  JsonResponse on_error = JsonResponse::kNone;
  Expr* error_default = nullptr;
  KEYSPAN_NODE(JsonValueExpr, Expr, document, path, returning, on_empty, empty_default, on_error,
               error_default)
};

enum class FrameUnit : uint8_t { kRows, kRange, kGroups };
enum class FrameBoundKind : uint8_t {
  kUnboundedPreceding,
  kPreceding,
  kCurrentRow,
  kFollowing,
  kUnboundedFollowing,
};

struct FrameBound : Node {
  FrameBoundKind bound = FrameBoundKind::kCurrentRow;
  Expr* offset = nullptr;  // a Literal, Placeholder or IntervalExpr, for kPreceding and kFollowing
  KEYSPAN_NODE(FrameBound, Node, bound, offset)
};

enum class FrameExclusion : uint8_t { kNone, kCurrentRow, kGroup, kTies, kNoOthers };

struct WindowFrame : Node {
  FrameUnit unit = FrameUnit::kRows;
  FrameBound* start = nullptr;
  FrameBound* finish = nullptr;  // null without BETWEEN
  FrameExclusion exclusion = FrameExclusion::kNone;
  KEYSPAN_NODE(WindowFrame, Node, unit, start, finish, exclusion)
};

// OVER name (only `name` set and `bare`), OVER (...), and an entry of WINDOW (name = its name).
struct WindowSpec : Node {
  Ident name;  // of a WINDOW entry, or the window that a bare OVER refers to
  Ident base;  // the existing window that this one extends
  bool bare = false;
  List<Expr*> partition_by;
  List<OrderItem*> order_by;
  WindowFrame* frame = nullptr;
  KEYSPAN_NODE(WindowSpec, Node, name, base, bare, partition_by, order_by, frame)
};

}  // namespace keyspan::parser
