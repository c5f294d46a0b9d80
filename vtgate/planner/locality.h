#pragma once

#include <map>
#include <optional>
#include <vector>

#include "vtgate/engine/plan.h"
#include "vtgate/semantics/semantics.h"

namespace keyspan::vtgate {

// Which rows of a statement's tables matter, as far as equalities say: `column = constant` pins a
// table to a shard, `a.x = b.x` between sharding columns puts rows together on one shard.
//
// A graph over columns. An edge a.x -> b.y says: of b, only rows with b.y equal to some a.x (of the
// rows of a that matter) matter. WHERE and inner ON give edges both ways, the ON of an outer join
// only towards the side that may become NULL, a correlated subquery only from outside to inside.
class Locality {
 public:
  explicit Locality(const Semantics& semantics);

  // The constants to which all columns of the table's primary vindex are pinned; nullopt if not, or
  // if a column's type is not known.
  std::optional<RouteKey> KeyOf(int table) const;
  // An IN list on the one column of the table's primary vindex, or of columns equal to it.
  std::optional<RouteKey> ListOf(int table) const;

  // A sharded table of the block such that each row of the block's result comes from exactly one of
  // its rows, and every other sharded table of the statement has its rows that matter on the same
  // shard. -1: none.
  int FindAnchor(int block) const;

  // Whether in every row of the result the two columns are equal and not NULL-extended.
  bool AreEqual(const ColumnId& a, const ColumnId& b) const;

  // The table's vindex columns, as ids. Requires a sharded table.
  std::vector<ColumnId> VindexColumns(int table) const;

 private:
  int NodeOf(const ColumnId& id);
  std::optional<int> FindNode(const ColumnId& id) const;
  void AddConjunct(int block, const Conjunct& conjunct);
  void AddEquality(int block, const Conjunct& conjunct, const parser::Expr* left,
                   const parser::Expr* right);
  void AddColumnPair(int block, const Conjunct& conjunct, const ColumnId& a, const ColumnId& b);
  void AddList(int block, const Conjunct& conjunct, const parser::InExpr& in);
  void AddMembership(int block, const Conjunct& conjunct, const parser::InExpr& in);
  void AddEdge(int from, int to);
  void LinkDerivedTables();
  bool Restricts(int block, const Conjunct& conjunct, const ColumnId& id) const;
  bool IsInlined(int table) const;
  void CollectCore(int block, std::vector<int>* core) const;
  bool ReachesAll(int anchor) const;
  std::vector<bool> Reach(int node) const;
  // The value of the nearest node from which this one can be reached.
  template <typename Value>
  const Value* Nearest(const std::map<int, Value>& values, int node) const;

  const Semantics& semantics_;
  std::vector<ColumnId> nodes_;
  std::map<ColumnId, int> node_of_;
  std::vector<std::vector<int>> out_;
  std::vector<std::vector<int>> in_;
  std::map<int, ValueSource> constants_;
  std::map<int, std::vector<ValueSource>> lists_;
};

}  // namespace keyspan::vtgate
