#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/status.h"
#include "parser/parse.h"
#include "parser/printer.h"
#include "sharding/column_value.h"
#include "sharding/vindexes/vindex.h"
#include "sharding/vschema.h"

namespace keyspan::vtgate {

// What the planner makes of one statement. Immutable, and shared by all executions of statements
// with the same digest (text) or the same text (prepared); everything that differs between them is
// a ValueSource or a hole of a template. A plan is valid for one Cluster::plan_generation.

// Holes that the planner puts into templates (parser::Hole::id): values that only the session
// knows. The executor fills them with SQL literals.
enum SessionHole : uint32_t {
  kHoleLastInsertId = 1,
  kHoleDatabase = 2,
  kHoleConnectionId = 3,
  kHoleUser = 4,  // USER(), SESSION_USER(), SYSTEM_USER()
  kHoleCurrentUser = 5,
  kHoleFoundRows = 6,
  kHoleRowCount = 7,
  kHoleVersion = 8,  // VERSION(), @@version
  // Generated ids of an INSERT: the value for the row that is being rendered.
  kHoleGeneratedId = 9,
  // LIMIT of a multi-shard SELECT: offset + count.
  kHoleLimitSum = 10,
  // What NOW() is in a statement on several shards: seconds since 1970, with microseconds.
  kHoleStatementTime = 11,
  kHoleUserVariableBase = 1000,      // + index into Plan::user_variables
  kHoleSystemVariableBase = 100000,  // + index into Plan::system_variables
};

// A value that is known when the statement runs.
struct ValueSource {
  enum class Kind : uint8_t {
    kLiteral,    // the text literal with this slot
    kParameter,  // `?` with this ordinal
    kConstant,   // `constant`
    kHole,       // the session's value for this SessionHole
  };
  Kind kind = Kind::kConstant;
  bool negated = false;  // -literal
  uint32_t index = 0;
  sharding::RoutingValue constant;
};

// Where a statement runs.
enum class RouteOpcode : uint8_t {
  kUnsharded,      // the one shard of an unsharded keyspace
  kAnyShard,       // any shard can answer: no tables, system schemas, reference tables
  kPinned,         // the shard of `pinned`
  kEqualUnique,    // the shard of the key values
  kIn,             // the shards of a list of values
  kScatter,        // every shard
  kNone,           // no row can match; one shard gives the (empty) result its form
  kByDestination,  // USE keyspace:shard
};
std::string_view RouteOpcodeName(RouteOpcode opcode);

// `columns of a unique vindex = values`. With is_list the vindex has one column and the values are
// alternatives.
struct RouteKey {
  std::shared_ptr<const sharding::Vindex> vindex;
  std::vector<sharding::ColumnType> types;  // of the columns
  std::vector<ValueSource> values;
  bool is_list = false;
  // The values are what UPDATE writes into the vindex columns, not what WHERE compares with:
  // NormalizeForStorage applies, and where they lead elsewhere than the other keys, the row would
  // have to move, which is refused.
  bool is_stored = false;
};

struct Route {
  RouteOpcode opcode = RouteOpcode::kUnsharded;
  std::string keyspace;  // empty with kAnyShard: the session's, else any
  // kEqualUnique: every key must lead to the same shard, else the statement is a cross-shard join,
  // which is refused. kIn: one key.
  std::vector<RouteKey> keys;
  sharding::KeyspaceId pinned;
};

// A column of the shards' reply: the index'th visible one, or the index'th hidden one.
struct ColumnPlace {
  int index = 0;
  bool hidden = false;
};

struct SortPlan {
  ColumnPlace column;
  // The hidden column to compare instead: WEIGHT_STRING of text, a number for ENUM, SET and FLOAT.
  // Index -1 when the planner knows that none is needed. Where it does not know the expression's
  // type, there is one too, and `weight_if_text` says so: it counts only if the reply says that the
  // column itself is a text type (WEIGHT_STRING of a number says nothing).
  ColumnPlace weight{-1, true};
  bool weight_if_text = false;
  bool descending = false;
};

enum class AggregateOp : uint8_t {
  kFirst,  // a group key, or what is the same in all rows of the group
  kCount,
  kSum,
  kMin,
  kMax,
  kAvg,
  kBitAnd,
  kBitOr,
  kBitXor,
};

// What becomes of visible column i (or of a hidden one that the final order needs).
struct AggregatePlan {
  AggregateOp op = AggregateOp::kFirst;
  ColumnPlace column;
  ColumnPlace weight{-1, true};  // MIN and MAX of text; as in SortPlan
  bool weight_if_text = false;
  ColumnPlace avg_sum{-1, true};  // AVG: hidden SUM and COUNT
  ColumnPlace avg_count{-1, true};
};

struct LimitPlan {
  ValueSource count;
  std::optional<ValueSource> offset;
};

// How the replies of several shards to `sql` become the result. Stages in this order; each is
// optional: ordered merge (or concatenation), aggregation of adjacent equal groups, removal of
// adjacent equal rows, final sort in memory, limit, removal of the hidden columns.
//
// Hidden columns are the last `hidden_columns` of the reply. The template may have the same
// placeholder more than once, and not in the order of the client's text.
struct MergePlan {
  parser::SqlTemplate sql;
  int hidden_columns = 0;
  std::vector<SortPlan> merge_order;  // empty: concatenate
  bool aggregate = false;
  int group_keys = 0;  // the first group_keys of merge_order; 0: one row over all
  std::vector<AggregatePlan> aggregates;
  bool distinct = false;  // adjacent rows that are equal in merge_order are one
  std::vector<SortPlan> final_order;
  std::optional<LimitPlan> limit;
};

// SELECT, UPDATE, DELETE, and whatever else runs as it is where its route leads.
struct RoutedPlan {
  Route route;
  // What is sent when one shard is meant: the client's own text when empty.
  std::optional<parser::SqlTemplate> sql;
  bool is_query = false;  // gives rows
  bool is_dml = false;
  bool locking_read = false;
  // What it does with rows of tables.
  bool reads = false;
  bool writes = false;  // or locks them as if to write
  // Neither that nor a call of what may be a stored function: it is part of no transaction.
  bool only_computes = false;
  // SQL_CALC_FOUND_ROWS: the executor asks the shard for FOUND_ROWS(), and there must be only one.
  bool calc_found_rows = false;
  // It may change LAST_INSERT_ID(): by an AUTO_INCREMENT column that the shard fills, or by
  // LAST_INSERT_ID(expression).
  bool tells_insert_id = false;
  bool changes_session = false;  // see ShardCallOptions
  // With more than one shard: OK, or why it cannot be done (a clear 1235).
  Status multi_shard;
  // is_query, more than one shard. Of is_dml only `sql` is set: what each shard is sent.
  MergePlan merge;
};

// INSERT and REPLACE into a sharded table with VALUES: each row goes to its own shard. Where all
// rows go to one shard and nothing is generated, the client's text is forwarded.
struct InsertPlan {
  std::string keyspace;
  std::string table;
  std::shared_ptr<const sharding::Vindex> vindex;
  std::vector<sharding::ColumnType> types;
  parser::SqlTemplate prefix;  // INSERT INTO t (columns) VALUES
  struct Row {
    parser::SqlTemplate values;    // (1, 'a', <kHoleGeneratedId>)
    std::vector<ValueSource> key;  // of the vindex columns
    // The same with kHoleGeneratedId in the place of `explicit_id`, for when an id is generated
    // after all. Without explicit_id the hole is in `values`.
    std::optional<parser::SqlTemplate> generated_values;
    // The AUTO_INCREMENT column: absent means that an id is generated, NULL and 0 likewise (0 not
    // under NO_AUTO_VALUE_ON_ZERO), another value is kept and moves the sequence.
    std::optional<ValueSource> explicit_id;
    // The id column is the sharding column: `key` is then the generated id where one is generated.
    bool key_is_id = false;
  };
  std::vector<Row> rows;
  parser::SqlTemplate suffix;  // AS new ON DUPLICATE KEY UPDATE ...
  std::optional<sharding::QualifiedName> sequence;
  uint64_t highest_id = UINT64_MAX;  // that the AUTO_INCREMENT column can hold
  // Whether the client's text may be forwarded when all rows go to one shard and no id is
  // generated. False when an id is generated in any case, and when the text has session functions.
  bool text_forwardable = true;
  bool ignore = false;
  bool upsert = false;  // ON DUPLICATE KEY UPDATE
};

enum class PlanKind : uint8_t {
  kRouted,
  kInsert,
  kNextValue,  // SELECT NEXT n VALUES FROM sequence
  // By statement tree, not cached by digest but cheap: the executor looks at Plan::statement.
  kTransaction,
  kSet,
  kUse,
  kShow,
  kDdl,
  kExplain,
  kOther,
};

struct Plan {
  PlanKind kind = PlanKind::kOther;
  RoutedPlan routed;
  std::unique_ptr<InsertPlan> insert;
  struct NextValue {
    sharding::QualifiedName sequence;
    ValueSource count;
  };
  std::optional<NextValue> next_value;

  // The tree; kept for the kinds that the executor runs from it, null for others.
  std::unique_ptr<const parser::ParsedStatement> statement;
  // Names behind the holes of the templates.
  std::vector<std::string> user_variables;
  std::vector<std::string> system_variables;  // as after @@: "x", "session.x" or "global.x"
  // Ordinals of `?` somewhere under COLLATE. Where parameters stand in the text: those that must be
  // converted to a character set other than UTF-8.
  std::vector<uint32_t> collated_parameters;
  uint32_t parameter_count = 0;
  // How to show it: VEXPLAIN PLAN and tests.
  std::string description;
};

}  // namespace keyspan::vtgate
