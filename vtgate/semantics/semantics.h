#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/ast/ast.h"
#include "sharding/vschema.h"
#include "vtgate/gateway/cluster.h"

namespace keyspan::vtgate {

// One reference to a table in a FROM clause (or the table of an UPDATE, DELETE, INSERT). A table
// that is named twice has two.
struct TableUse {
  enum class Kind : uint8_t {
    kSharded,
    kReference,  // whole on every shard
    kPinned,     // whole on one shard of a sharded keyspace
    kUnsharded,
    kSystem,    // information_schema and its kind
    kDerived,   // (SELECT ...) AS x, and a reference to a common table expression
    kFunction,  // JSON_TABLE
  };
  Kind kind = Kind::kUnsharded;
  int block = -1;      // the block whose FROM has it
  std::string name;    // the table's own name; empty for derived tables
  std::string alias;   // how columns refer to it
  std::string schema;  // what may stand before the alias; empty when there is an alias
  const KeyspaceInfo* keyspace = nullptr;
  const sharding::Table* table = nullptr;  // of the VSchema; null when not listed
  const TableInfo* info = nullptr;         // as tracked; null when not known (yet)

  // kDerived: the block behind it when it is one SELECT, else -1.
  int source = -1;
  bool common_table = false;
  // kDerived: column names given in parentheses.
  std::vector<std::string> column_names;
};

// A condition that every row that matters fulfils: a top-level conjunct of WHERE or ON.
struct Conjunct {
  const parser::Expr* expr = nullptr;
  // Positions in Block::tables: only rows of these tables are restricted by it. An ON of an outer
  // join says nothing about the side that is preserved.
  int first = 0;
  int last = 0;  // exclusive
};

struct ColumnId {
  int table = -1;      // index in Semantics::tables()
  std::string column;  // lower case

  friend auto operator<=>(const ColumnId&, const ColumnId&) = default;
};

// left = right, as USING and NATURAL say it; first and last as in Conjunct.
struct ColumnPair {
  ColumnId left;
  ColumnId right;
  int first = 0;
  int last = 0;
};

// One SELECT, or the one level of an UPDATE, DELETE or INSERT.
struct Block {
  const parser::Node* node = nullptr;
  int parent = -1;  // the block whose columns it may use too
  std::vector<int> tables;
  // By position: an outer join may make NULL rows of it.
  std::vector<bool> null_supplied;
  std::vector<Conjunct> conjuncts;
  std::vector<ColumnPair> pairs;
  bool has_natural_join = false;  // NATURAL or USING
  bool has_right_join = false;
  std::vector<std::string> using_columns;  // lower case
  // Rows of the result are rows of FROM, one by one: no groups, DISTINCT, LIMIT, windows, HAVING.
  bool transparent = false;
};

// The names of one statement, resolved: its blocks, its table references, whose column a name is.
//
// Made once per BuildPlan(), points into the tree and into the cluster. Throws PlanError (1146,
// 1046, 1049 as MySQL; 1235 for what cannot be resolved here).
class Semantics {
 public:
  Semantics(const Cluster& cluster, std::string_view current_keyspace)
      : cluster_(cluster), current_keyspace_(current_keyspace) {}

  void Analyze(const parser::Statement* statement);

  const std::vector<TableUse>& tables() const { return tables_; }
  const std::vector<Block>& blocks() const { return blocks_; }
  // The block of a Select, Update, ... node; -1 when it has none.
  int BlockOf(const parser::Node* node) const;

  // The one column that the name means when it is used in `block`; nullopt when that cannot be said
  // for sure (then MySQL may know better, or fail).
  std::optional<ColumnId> Resolve(int block, const parser::ColumnRef& ref) const;

  // The column's tracked description; null when not known. Looks through derived tables.
  const TableColumn* Describe(const ColumnId& id) const;
  // Of a column that rows are sharded by: from the shards, or else from the VSchema.
  std::optional<sharding::ColumnType> TypeOf(const ColumnId& id) const;

  // What a column of a derived table is in its source; nullopt when it is not a plain column.
  std::optional<ColumnId> SourceColumn(const ColumnId& id) const;
  // The names of a table's columns as SELECT * gives them; nullopt when not known.
  std::optional<std::vector<std::string>> ColumnNames(int table) const;

  // Where a name leads. `schema` may be empty.
  TableUse ResolveTable(const parser::TableName& name) const;

 private:
  struct CommonTableScope {
    std::string name;
    int source = -1;
    bool opaque = false;
    std::vector<std::string> columns;
    const CommonTableScope* outer = nullptr;
  };

  // Returns the block when the query is one SELECT.
  int AnalyzeQuery(const parser::Query* query, int parent);
  int AnalyzeSelect(const parser::Select* select, int parent);
  void AnalyzeCommonTables(const parser::WithClause* with, int parent);
  int NewBlock(const parser::Node* node, int parent);
  void AddFrom(const parser::List<parser::TableRef*>& from, int block);
  void AddTableRef(const parser::TableRef* ref, int block);
  void AddJoin(const parser::Join* join, int block);
  void AddUsing(const parser::Join& join, int block, int begin, int middle, ColumnPair range);
  void AddTableFactor(const parser::TableFactor* factor, int block);
  int AddTable(TableUse use, int block);
  void AddConjuncts(const parser::Expr* condition, int block, int first, int last);
  // The queries below a node that is no query itself.
  void AnalyzeSubqueries(const parser::Node* node, int block);
  // Does the table have the column? nullopt: not known.
  std::optional<bool> HasColumn(int table, std::string_view column) const;

  const Cluster& cluster_;
  std::string current_keyspace_;
  std::vector<TableUse> tables_;
  std::vector<Block> blocks_;
  std::map<const parser::Node*, int> block_of_;
  std::vector<CommonTableScope> common_tables_;  // innermost last
};

std::string LowerCase(std::string_view text);
bool IsSystemSchema(std::string_view name);
// SELECT, UNION, VALUES, TABLE, or one of them in parentheses.
bool IsQuery(const parser::Node* node);
// Whether an aggregate (not a window function) stands in the expression, subqueries apart.
bool ContainsAggregate(const parser::Node* expr);
bool ContainsWindow(const parser::Node* expr);
bool ContainsSubquery(const parser::Node* expr);

}  // namespace keyspan::vtgate
