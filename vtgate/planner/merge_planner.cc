#include "vtgate/planner/merge_planner.h"

#include <fmt/format.h>

#include <algorithm>

#include "parser/walker.h"
#include "vtgate/planner/expression_class.h"
#include "vtgate/planner/merge_builder.h"
#include "vtgate/planner/routing.h"
#include "vtgate/planner/statement_time.h"
#include "vtgate/planner/value_source.h"
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
using parser::SelectItem;
using parser::Visit;
using parser::WindowSpec;

MergePlan PlanMerge(const MergeInput& input) { return MergeBuilder(input).Build(); }

MergeBuilder::MergeBuilder(const MergeInput& input)
    : input_(input),
      select_(input.select),
      list_(input.select, input.block, input.semantics, input.arena) {}

MergePlan MergeBuilder::Build() {
  CheckConstructs();
  bool aggregates =
      std::any_of(select_->items.begin(), select_->items.end(),
                  [](const SelectItem* item) { return ContainsAggregate(item->expr); });
  aggregates = aggregates || ContainsAggregate(select_->having);
  for (const OrderItem* item : select_->order_by) {
    aggregates = aggregates || ContainsAggregate(item->expr);
  }
  grouped_ = aggregates || !select_->group_by.empty();
  if (HasOrdinal(select_->order_by) || HasOrdinal(select_->group_by) ||
      (select_->distinct() && (!select_->order_by.empty() || !DistinctStaysOnShard()))) {
    list_.ExpandStars();
  }
  if (grouped_) {
    list_.set_grouped();
    std::vector<const Expr*> keys;
    for (const Key& key : GroupKeys()) keys.push_back(key.expr);
    fold_groups_ = !CoverSharding(keys);
  }
  CheckWindows();
  if (fold_groups_) {
    PlanGroups();
  } else {
    PlanRows();
  }
  plan_.hidden_columns = list_.Finish();
  plan_.sql = PrintForShards(select_, input_.semantics.tables(), input_.print);
  return std::move(plan_);
}

void MergeBuilder::CheckConstructs() const {
  auto refuse = [](std::string_view what) { Fail(MultiShardUnsupported(what)); };
  if (select_->into != nullptr) refuse("SELECT ... INTO");
  if (select_->qualify != nullptr) refuse("QUALIFY");
  if (select_->rollup == parser::RollupKind::kGroupingSets) refuse("GROUPING SETS");
  if (select_->rollup != parser::RollupKind::kNone) refuse("GROUP BY ... WITH ROLLUP");
}

void MergeBuilder::CheckWindows() const {
  auto find = [&](std::string_view name) -> const WindowSpec* {
    for (const WindowSpec* spec : select_->windows) {
      if (EqualsIgnoreCase(spec->name.text, name)) return spec;
    }
    return nullptr;
  };
  parser::Walk(select_, [&](const parser::Node* node) {
    if (node != select_ && IsQuery(node)) return Visit::kSkip;
    const auto* call = As<FunctionCall>(node);
    if (call == nullptr || call->over == nullptr) return Visit::kContinue;
    const WindowSpec* spec = call->over;
    if (spec->bare) spec = find(spec->name.text);
    for (int depth = 0; spec != nullptr && !spec->base.empty() && depth < 100; ++depth) {
      spec = find(spec->base.text);
    }
    std::vector<const Expr*> keys;
    if (spec != nullptr) keys.assign(spec->partition_by.begin(), spec->partition_by.end());
    if (fold_groups_ || !CoverSharding(keys)) {
      Fail(MultiShardUnsupported(
          "a window function whose PARTITION BY does not contain the sharding column"));
    }
    return Visit::kContinue;
  });
}

bool MergeBuilder::CoverSharding(const std::vector<const Expr*>& exprs) const {
  for (const ColumnId& wanted : input_.locality.VindexColumns(input_.anchor)) {
    bool found = std::any_of(exprs.begin(), exprs.end(), [&](const Expr* expr) {
      const auto* ref = As<ColumnRef>(expr);
      auto id = ref != nullptr ? input_.semantics.Resolve(input_.block, *ref) : std::nullopt;
      return id.has_value() && input_.locality.AreEqual(wanted, *id);
    });
    if (!found) return false;
  }
  return true;
}

bool MergeBuilder::DistinctStaysOnShard() const {
  std::vector<const Expr*> exprs;
  for (const SelectItem* item : select_->items) {
    const auto* star = As<parser::Star>(item->expr);
    const TableUse& anchor = input_.semantics.tables()[input_.anchor];
    if (star != nullptr && anchor.block == input_.block &&
        (star->table.empty() || star->table.text == anchor.alias)) {
      return true;
    }
    exprs.push_back(item->expr);
  }
  return CoverSharding(exprs);
}

bool MergeBuilder::HasOrdinal(const parser::List<OrderItem*>& items) const {
  return std::any_of(items.begin(), items.end(), [](const OrderItem* item) {
    const auto* literal = As<Literal>(item->expr);
    return literal != nullptr && literal->literal == LiteralKind::kInteger;
  });
}

size_t MergeBuilder::Ordinal(const Literal& literal, std::string_view clause) const {
  auto value = LiteralValue(literal);
  if (value.kind != sharding::RoutingValue::Kind::kInt || value.int_value < 1 ||
      value.int_value > static_cast<int64_t>(list_.visible_count())) {
    Fail(Status::Mysql(1054, "42S22",
                       fmt::format("Unknown column '{}' in '{}'", literal.text, clause)));
  }
  return static_cast<size_t>(value.int_value - 1);
}

std::optional<MergeBuilder::Key> MergeBuilder::OrderKeyOf(OrderItem* item) {
  Key key;
  key.written = item;
  key.descending = item->order == parser::SortOrder::kDesc;
  if (const auto* literal = As<Literal>(item->expr)) {
    if (literal->literal != LiteralKind::kInteger) return std::nullopt;  // orders nothing
    key.visible = Ordinal(*literal, "order clause");
  } else if (ConstantOf(item->expr).has_value()) {
    return std::nullopt;
  } else if (const auto* ref = As<ColumnRef>(item->expr)) {
    if (ref->table.empty()) key.visible = list_.FindName(ref->column.text);
    if (!key.visible.has_value()) key.visible = list_.FindExpr(item->expr);
    key.expr = item->expr;
  } else {
    key.visible = list_.FindExpr(item->expr);
    if (!key.visible.has_value()) key.expr = list_.ResolveAliases(item->expr);
  }
  if (key.visible.has_value()) key.expr = list_.expr(*key.visible);
  return key;
}

std::vector<MergeBuilder::Key> MergeBuilder::OrderKeys() {
  std::vector<Key> keys;
  for (OrderItem* item : select_->order_by) {
    auto key = OrderKeyOf(item);
    if (key.has_value()) keys.push_back(*key);
  }
  return keys;
}

SortPlan MergeBuilder::MakeSort(const Key& key) {
  SortPlan sort;
  if (const FunctionCall* aggregate = AsAggregate(key.expr)) CheckEnumOrder(*aggregate);
  sort.column = key.visible.has_value() ? list_.PlaceOf(*key.visible) : list_.AddHidden(key.expr);
  sort.descending = key.descending;
  list_.AddWeight(key.expr, &sort.weight, &sort.weight_if_text);
  return sort;
}

// The SELECT's ORDER BY becomes the keys. What the client wrote stays where it names a visible
// column; a hidden one is named by its alias, so that RAND() and the like run once per row.
void MergeBuilder::PushOrder(const std::vector<SortPlan>& sorts, const std::vector<Key>& keys) {
  std::vector<OrderItem*> items;
  for (size_t i = 0; i < keys.size(); ++i) {
    auto* item = input_.arena->New<OrderItem>();
    bool as_written = keys[i].written != nullptr && !sorts[i].column.hidden;
    item->expr = as_written ? keys[i].written->expr : list_.Reference(sorts[i].column);
    item->order = keys[i].descending ? parser::SortOrder::kDesc : parser::SortOrder::kDefault;
    items.push_back(item);
  }
  select_->order_by = parser::MakeList<OrderItem*>(*input_.arena, items);
}

void MergeBuilder::PlanRows() {
  std::vector<Key> order = OrderKeys();
  bool tells_equal_rows_apart = false;
  for (size_t i = 0; select_->distinct() && i < order.size(); ++i) {
    if (order[i].visible.has_value()) continue;
    CheckDistinctOrder(order[i].written->expr, i + 1);
    tells_equal_rows_apart =
        tells_equal_rows_apart || !IsOfExactNumbers(order[i].expr, input_.semantics, input_.block);
  }
  if (tells_equal_rows_apart) {
    PlanDistinctThenOrder(order);
    return;
  }
  if (select_->distinct() && !DistinctStaysOnShard()) {
    PlanDistinct(std::move(order));
  } else {
    for (const Key& key : order) plan_.merge_order.push_back(MakeSort(key));
    PushOrder(plan_.merge_order, order);
  }
  PushLimit();
}

void MergeBuilder::PlanDistinct(std::vector<Key> order) {
  for (size_t i = 0; i < list_.visible_count(); ++i) {
    if (std::any_of(order.begin(), order.end(), [&](const Key& key) { return key.visible == i; })) {
      continue;
    }
    Key key;
    key.expr = list_.expr(i);
    key.visible = i;
    order.push_back(key);
  }
  for (const Key& key : order) plan_.merge_order.push_back(MakeSort(key));
  PushOrder(plan_.merge_order, order);
  plan_.distinct = true;
}

// The hidden columns of such an order are part of what the shards' DISTINCT compares, so even rows
// of one shard come more than once. They are merged in the order of the visible columns, where
// equal ones are neighbours, and the one that is kept has its own place in the order.
void MergeBuilder::PlanDistinctThenOrder(const std::vector<Key>& order) {
  PlanDistinct({});
  for (const Key& key : order) plan_.final_order.push_back(MakeSort(key));
  KeepLimit();
  select_->limit = nullptr;
}

// An ORDER BY expression beside DISTINCT may use selected columns only.
void MergeBuilder::CheckDistinctOrder(const Expr* expr, size_t position) const {
  parser::Walk(expr, [&](const parser::Node* node) {
    if (IsQuery(node)) Fail(MultiShardUnsupported("a subquery in ORDER BY beside DISTINCT"));
    if (const auto* call = As<FunctionCall>(node)) {
      if (call->over != nullptr) {
        Fail(MultiShardUnsupported("a window function in ORDER BY beside DISTINCT"));
      }
      if (call->is_aggregate) {
        Fail(MultiShardUnsupported("an aggregate in ORDER BY beside DISTINCT"));
      }
    }
    const auto* ref = As<ColumnRef>(node);
    if (ref == nullptr || list_.FindExpr(ref).has_value() || list_.FindAlias(*ref).has_value()) {
      return Visit::kContinue;
    }
    std::string name(ref->column.text);
    auto id = input_.semantics.Resolve(input_.block, *ref);
    if (id.has_value()) {
      const TableUse& use = input_.semantics.tables()[id->table];
      name = (use.keyspace != nullptr ? use.keyspace->name + "." : "") + use.alias + "." + name;
    }
    Fail(Status::Mysql(
        3065, "HY000",
        fmt::format("Expression #{} of ORDER BY clause is not in SELECT list, references column "
                    "'{}' which is not in SELECT list; this is incompatible with DISTINCT",
                    position, name)));
  });
}

void MergeBuilder::KeepLimit() {
  const parser::Limit* limit = select_->limit;
  if (limit == nullptr) return;
  LimitPlan plan;
  auto count = ConstantOf(limit->count);
  auto offset = limit->offset != nullptr ? ConstantOf(limit->offset) : std::nullopt;
  if (!count.has_value() || (limit->offset != nullptr && !offset.has_value())) {
    Fail(MultiShardUnsupported("this form of LIMIT"));
  }
  plan.count = *count;
  plan.offset = std::move(offset);
  plan_.limit = std::move(plan);
}

// Each shard gives the first offset + count rows.
void MergeBuilder::PushLimit() {
  KeepLimit();
  if (!plan_.limit.has_value() || !plan_.limit->offset.has_value()) return;
  auto* limit = input_.arena->New<parser::Limit>();
  auto* hole = input_.arena->New<parser::Hole>();
  hole->id = kHoleLimitSum;
  limit->count = hole;
  select_->limit = limit;
}

}  // namespace keyspan::vtgate
