#pragma once

#include <optional>
#include <vector>

#include "vtgate/planner/merge_planner.h"
#include "vtgate/planner/select_list.h"

namespace keyspan::vtgate {

// The state of one PlanMerge(): merge_planner.cc orders, removes duplicates and limits;
// aggregate_planner.cc folds groups that several shards have.
class MergeBuilder {
 public:
  explicit MergeBuilder(const MergeInput& input);
  MergePlan Build();

 private:
  // One key of ORDER BY or GROUP BY.
  struct Key {
    parser::Expr* expr = nullptr;
    std::optional<size_t> visible;  // the select item that it is
    bool descending = false;
    parser::OrderItem* written = nullptr;
  };

  void CheckConstructs() const;
  void CheckWindows() const;
  // Whether the expressions contain the sharding columns of the anchor, so that rows that agree in
  // all of them are on one shard.
  bool CoverSharding(const std::vector<const parser::Expr*>& exprs) const;
  bool DistinctStaysOnShard() const;

  std::vector<Key> OrderKeys();
  std::vector<Key> GroupKeys();
  std::optional<Key> OrderKeyOf(parser::OrderItem* item);
  size_t Ordinal(const parser::Literal& literal, std::string_view clause) const;
  bool HasOrdinal(const parser::List<parser::OrderItem*>& items) const;

  void PlanRows();
  void PlanDistinct(std::vector<Key> order);
  // For an order that may tell rows apart which are equal in the visible columns.
  void PlanDistinctThenOrder(const std::vector<Key>& order);
  void CheckDistinctOrder(const parser::Expr* expr, size_t position) const;
  SortPlan MakeSort(const Key& key);
  void PushOrder(const std::vector<SortPlan>& sorts, const std::vector<Key>& keys);
  void PushLimit();
  void KeepLimit();

  // aggregate_planner.cc
  void PlanGroups();
  void PlanSelectItems(const std::vector<Key>& groups);
  AggregatePlan PlanAggregateCall(parser::FunctionCall* call, ColumnPlace place);
  void CheckDistinctAggregate(const parser::FunctionCall& call) const;
  void CheckHaving(const std::vector<Key>& groups) const;
  void PlanGroupOrder(const std::vector<Key>& groups);
  SortPlan PlanFinalSort(const Key& key, const std::vector<Key>& groups);
  void CheckEnumOrder(const parser::FunctionCall& call) const;
  std::optional<size_t> FindGroup(const std::vector<Key>& groups, const parser::Expr* expr) const;
  parser::FunctionCall* CopyCall(const parser::FunctionCall& call, std::string_view name) const;

  const MergeInput& input_;
  parser::Select* select_;
  SelectList list_;
  MergePlan plan_;
  bool grouped_ = false;      // the statement has groups or aggregates
  bool fold_groups_ = false;  // groups may span shards
};

// A top-level aggregate; null for other expressions.
parser::FunctionCall* AsAggregate(parser::Expr* expr);

}  // namespace keyspan::vtgate
