// Groups that several shards have a part of: the shards group, the gateway folds.

#include <fmt/format.h>

#include <algorithm>

#include "parser/walker.h"
#include "vtgate/planner/expression_class.h"
#include "vtgate/planner/merge_builder.h"
#include "vtgate/planner/routing.h"
#include "vtgate/semantics/plan_error.h"

namespace keyspan::vtgate {

using parser::As;
using parser::ColumnRef;
using parser::EqualsIgnoreCase;
using parser::Expr;
using parser::FunctionCall;
using parser::Is;
using parser::Literal;
using parser::LiteralKind;
using parser::OrderItem;
using parser::Visit;

namespace {

bool IsNamed(const FunctionCall& call, std::string_view name) {
  return EqualsIgnoreCase(call.name.text, name);
}

// Of no row: literals, NOW(), session values.
bool IsConstant(const Expr* expr) {
  return parser::Walk(expr, [](const parser::Node* node) {
    return Is<ColumnRef>(node) || IsQuery(node) ? Visit::kStop : Visit::kContinue;
  });
}

}  // namespace

FunctionCall* AsAggregate(Expr* expr) {
  auto* call = As<FunctionCall>(expr);
  return call != nullptr && call->is_aggregate && call->over == nullptr ? call : nullptr;
}

std::vector<MergeBuilder::Key> MergeBuilder::GroupKeys() {
  std::vector<Key> keys;
  for (OrderItem* item : select_->group_by) {
    Key key;
    key.expr = item->expr;
    const auto* literal = As<Literal>(item->expr);
    const auto* ref = As<ColumnRef>(item->expr);
    if (literal != nullptr && literal->literal == LiteralKind::kInteger) {
      key.visible = Ordinal(*literal, "group statement");
    } else if (ref != nullptr && ref->table.empty()) {
      // In GROUP BY, columns of FROM come before aliases.
      auto id = input_.semantics.Resolve(input_.block, *ref);
      bool certain = id.has_value() && input_.semantics.Describe(*id) != nullptr;
      if (certain) {
        key.visible = list_.FindExpr(ref);
      } else {
        key.visible = list_.FindName(ref->column.text);
        if (key.visible.has_value() && id.has_value() &&
            !list_.Same(list_.expr(*key.visible), ref)) {
          Fail(MultiShardUnsupported(
              fmt::format("GROUP BY '{}', which may be a column or an alias", ref->column.text)));
        }
      }
    } else {
      key.visible = list_.FindExpr(item->expr);
    }
    if (key.visible.has_value()) key.expr = list_.expr(*key.visible);
    keys.push_back(key);
  }
  return keys;
}

std::optional<size_t> MergeBuilder::FindGroup(const std::vector<Key>& groups,
                                              const Expr* expr) const {
  for (size_t i = 0; i < groups.size(); ++i) {
    if (list_.Same(groups[i].expr, expr)) return i;
  }
  return std::nullopt;
}

void MergeBuilder::PlanGroups() {
  if (list_.has_star()) Fail(MultiShardUnsupported("* beside GROUP BY or aggregates"));
  if (select_->distinct()) Fail(MultiShardUnsupported("DISTINCT beside GROUP BY or aggregates"));
  std::vector<Key> groups = GroupKeys();
  CheckHaving(groups);
  plan_.aggregate = true;
  plan_.group_keys = static_cast<int>(groups.size());
  PlanSelectItems(groups);
  if (groups.empty()) {
    KeepLimit();
    select_->limit = nullptr;
    return;
  }
  // A hidden key is grouped by its alias, so that MySQL sees one expression, even with a parameter.
  for (size_t i = 0; i < groups.size(); ++i) {
    if (!groups[i].visible.has_value()) {
      select_->group_by[i]->expr = list_.Reference(list_.AddHidden(groups[i].expr));
    }
  }
  PlanGroupOrder(groups);
}

void MergeBuilder::PlanSelectItems(const std::vector<Key>& groups) {
  for (size_t i = 0; i < list_.visible_count(); ++i) {
    Expr* expr = list_.expr(i);
    ColumnPlace place{static_cast<int>(i), false};
    if (FunctionCall* call = AsAggregate(expr)) {
      plan_.aggregates.push_back(PlanAggregateCall(call, place));
      continue;
    }
    if (ContainsAggregate(expr)) {
      Fail(MultiShardUnsupported("an expression over aggregates"));
    }
    if (!FindGroup(groups, expr).has_value()) {
      if (ContainsSubquery(expr)) {
        Fail(MultiShardUnsupported("a subquery beside GROUP BY or aggregates"));
      }
      if (groups.empty() && !IsConstant(expr)) {
        Fail(MultiShardUnsupported("a column beside aggregates without GROUP BY"));
      }
    }
    AggregatePlan first;
    first.column = place;
    plan_.aggregates.push_back(first);
  }
}

FunctionCall* MergeBuilder::CopyCall(const FunctionCall& call, std::string_view name) const {
  auto* copy = input_.arena->New<FunctionCall>();
  copy->name.text = name;
  copy->is_aggregate = true;
  copy->distinct = call.distinct;
  copy->args = call.args;
  return copy;
}

AggregatePlan MergeBuilder::PlanAggregateCall(FunctionCall* call, ColumnPlace place) {
  AggregatePlan plan;
  plan.column = place;
  if (IsNamed(*call, "COUNT")) {
    plan.op = AggregateOp::kCount;
    CheckDistinctAggregate(*call);
  } else if (IsNamed(*call, "SUM")) {
    plan.op = AggregateOp::kSum;
    CheckDistinctAggregate(*call);
  } else if (IsNamed(*call, "MIN") || IsNamed(*call, "MAX")) {
    plan.op = IsNamed(*call, "MIN") ? AggregateOp::kMin : AggregateOp::kMax;
    list_.AddWeight(call, &plan.weight, &plan.weight_if_text);
  } else if (IsNamed(*call, "AVG")) {
    plan.op = AggregateOp::kAvg;
    CheckDistinctAggregate(*call);
    plan.avg_sum = list_.AddHidden(CopyCall(*call, "SUM"));
    plan.avg_count = list_.AddHidden(CopyCall(*call, "COUNT"));
  } else if (IsNamed(*call, "BIT_AND")) {
    plan.op = AggregateOp::kBitAnd;
  } else if (IsNamed(*call, "BIT_OR")) {
    plan.op = AggregateOp::kBitOr;
  } else if (IsNamed(*call, "BIT_XOR")) {
    plan.op = AggregateOp::kBitXor;
  } else {
    Fail(MultiShardUnsupported(std::string(call->name.text) + "()"));
  }
  return plan;
}

// DISTINCT inside an aggregate: right only where equal values are on one shard.
void MergeBuilder::CheckDistinctAggregate(const FunctionCall& call) const {
  if (!call.distinct) return;
  std::vector<const Expr*> args(call.args.begin(), call.args.end());
  if (!CoverSharding(args)) {
    Fail(MultiShardUnsupported(std::string(call.name.text) +
                               "(DISTINCT ...) of other than the sharding column"));
  }
}

// A condition on group keys alone selects the same groups on every shard.
void MergeBuilder::CheckHaving(const std::vector<Key>& groups) const {
  if (select_->having == nullptr) return;
  bool fits = !groups.empty() && parser::Walk(select_->having, [&](const parser::Node* node) {
    if (IsQuery(node)) return Visit::kStop;
    const auto* call = As<FunctionCall>(node);
    if (call != nullptr && call->is_aggregate) return Visit::kStop;
    const auto* ref = As<ColumnRef>(node);
    if (ref == nullptr) return Visit::kContinue;
    if (ref->table.empty()) {
      auto named = list_.FindName(ref->column.text);
      if (named.has_value() && !FindGroup(groups, list_.expr(*named)).has_value()) {
        return Visit::kStop;
      }
      if (named.has_value()) return Visit::kContinue;
    }
    return FindGroup(groups, ref).has_value() ? Visit::kContinue : Visit::kStop;
  });
  if (!fits) Fail(MultiShardUnsupported("HAVING over groups that several shards have a part of"));
}

void MergeBuilder::PlanGroupOrder(const std::vector<Key>& groups) {
  std::vector<Key> order = OrderKeys();
  // ORDER BY of group keys: the merge can be in that order at once.
  std::vector<Key> merge_keys;
  std::vector<bool> used(groups.size());
  bool by_groups = true;
  for (const Key& key : order) {
    auto group = FindGroup(groups, key.expr);
    if (!group.has_value()) {
      by_groups = false;
      break;
    }
    if (used[*group]) continue;
    used[*group] = true;
    Key merged = groups[*group];
    merged.descending = key.descending;
    merge_keys.push_back(merged);
  }
  if (by_groups) {
    for (size_t i = 0; i < groups.size(); ++i) {
      if (!used[i]) merge_keys.push_back(groups[i]);
    }
  } else {
    merge_keys = groups;
  }
  for (const Key& key : merge_keys) plan_.merge_order.push_back(MakeSort(key));
  if (by_groups) {
    PushOrder(plan_.merge_order, merge_keys);
    PushLimit();
    return;
  }
  for (const Key& key : order) plan_.final_order.push_back(PlanFinalSort(key, groups));
  PushOrder(plan_.merge_order, merge_keys);
  KeepLimit();
  select_->limit = nullptr;
}

SortPlan MergeBuilder::PlanFinalSort(const Key& key, const std::vector<Key>& groups) {
  if (FindGroup(groups, key.expr).has_value()) return MakeSort(key);
  SortPlan sort;
  sort.descending = key.descending;
  FunctionCall* call = AsAggregate(key.expr);
  if (call == nullptr) {
    if (ContainsAggregate(key.expr)) {
      Fail(MultiShardUnsupported("ORDER BY an expression over aggregates"));
    }
    if (ContainsSubquery(key.expr)) {
      Fail(MultiShardUnsupported("a subquery in ORDER BY beside GROUP BY"));
    }
    return MakeSort(key);
  }
  CheckEnumOrder(*call);
  if (key.visible.has_value()) {
    const AggregatePlan& plan = plan_.aggregates[*key.visible];
    sort.column = plan.column;
    sort.weight = plan.weight;
    sort.weight_if_text = plan.weight_if_text;
    return sort;
  }
  sort.column = list_.AddHidden(call);
  AggregatePlan plan = PlanAggregateCall(call, sort.column);
  sort.weight = plan.weight;
  sort.weight_if_text = plan.weight_if_text;
  plan_.aggregates.push_back(plan);
  return sort;
}

void MergeBuilder::CheckEnumOrder(const FunctionCall& call) const {
  if ((IsNamed(call, "MIN") || IsNamed(call, "MAX")) && call.args.size() == 1 &&
      ClassifyExpression(call.args[0], input_.semantics, input_.block) == ExpressionClass::kEnum) {
    // Chosen by their texts, then ordered by their numbers.
    Fail(MultiShardUnsupported("ORDER BY MIN() or MAX() of an ENUM or SET"));
  }
}

}  // namespace keyspan::vtgate
