#include "vtgate/planner/locality.h"

#include <algorithm>
#include <deque>

#include "vtgate/planner/value_source.h"

namespace keyspan::vtgate {
namespace {

using parser::As;
using parser::Binary;
using parser::BinaryOp;
using parser::ColumnRef;
using parser::Expr;
using parser::InExpr;
using parser::RowExpr;
using parser::Select;

// Whether equal values of the two columns have one normal form, and whether equality is transitive
// through them.
bool Comparable(const sharding::ColumnType& a, const sharding::ColumnType& b) {
  if (a.IsInteger() && b.IsInteger()) return true;
  if (a.IsText() && b.IsText()) return a.collation == b.collation;
  return a == b;
}

}  // namespace

Locality::Locality(const Semantics& semantics) : semantics_(semantics) {
  for (size_t block = 0; block < semantics_.blocks().size(); ++block) {
    for (const Conjunct& conjunct : semantics_.blocks()[block].conjuncts) {
      AddConjunct(static_cast<int>(block), conjunct);
    }
    for (const ColumnPair& pair : semantics_.blocks()[block].pairs) {
      AddColumnPair(static_cast<int>(block), {nullptr, pair.first, pair.last}, pair.left,
                    pair.right);
    }
  }
  LinkDerivedTables();
}

int Locality::NodeOf(const ColumnId& id) {
  auto [it, added] = node_of_.emplace(id, static_cast<int>(nodes_.size()));
  if (added) {
    nodes_.push_back(id);
    out_.emplace_back();
    in_.emplace_back();
  }
  return it->second;
}

std::optional<int> Locality::FindNode(const ColumnId& id) const {
  auto it = node_of_.find(id);
  if (it == node_of_.end()) return std::nullopt;
  return it->second;
}

void Locality::AddEdge(int from, int to) {
  out_[from].push_back(to);
  in_[to].push_back(from);
}

bool Locality::Restricts(int block, const Conjunct& conjunct, const ColumnId& id) const {
  const std::vector<int>& tables = semantics_.blocks()[block].tables;
  for (int i = conjunct.first; i < conjunct.last; ++i) {
    if (tables[i] == id.table) return true;
  }
  return false;
}

void Locality::AddConjunct(int block, const Conjunct& conjunct) {
  if (const auto* binary = As<Binary>(conjunct.expr)) {
    if (binary->op == BinaryOp::kEqual) AddEquality(block, conjunct, binary->left, binary->right);
  } else if (const auto* in = As<InExpr>(conjunct.expr)) {
    if (in->negated) return;
    if (in->subquery != nullptr) {
      AddMembership(block, conjunct, *in);
    } else if (in->list.size() == 1) {
      AddEquality(block, conjunct, in->operand, in->list[0]);
    } else {
      AddList(block, conjunct, *in);
    }
  }
}

void Locality::AddEquality(int block, const Conjunct& conjunct, const Expr* left,
                           const Expr* right) {
  const auto* left_row = As<RowExpr>(left);
  const auto* right_row = As<RowExpr>(right);
  if (left_row != nullptr && right_row != nullptr &&
      left_row->items.size() == right_row->items.size()) {
    for (size_t i = 0; i < left_row->items.size(); ++i) {
      if (Is<RowExpr>(left_row->items[i])) continue;
      AddEquality(block, conjunct, left_row->items[i], right_row->items[i]);
    }
    return;
  }
  const auto* left_ref = As<ColumnRef>(left);
  const auto* right_ref = As<ColumnRef>(right);
  if (left_ref == nullptr && right_ref == nullptr) return;
  if (left_ref == nullptr) {
    std::swap(left_ref, right_ref);
    std::swap(left, right);
  }
  auto a = semantics_.Resolve(block, *left_ref);
  if (!a.has_value()) return;
  if (right_ref == nullptr) {
    auto constant = ConstantOf(right);
    if (constant.has_value() && Restricts(block, conjunct, *a)) {
      constants_.emplace(NodeOf(*a), *constant);
    }
    return;
  }
  auto b = semantics_.Resolve(block, *right_ref);
  if (b.has_value()) AddColumnPair(block, conjunct, *a, *b);
}

void Locality::AddColumnPair(int block, const Conjunct& conjunct, const ColumnId& a,
                             const ColumnId& b) {
  auto a_type = semantics_.TypeOf(a);
  auto b_type = semantics_.TypeOf(b);
  if (!a_type.has_value() || !b_type.has_value() || !Comparable(*a_type, *b_type)) return;
  int a_node = NodeOf(a);
  int b_node = NodeOf(b);
  if (Restricts(block, conjunct, b)) AddEdge(a_node, b_node);
  if (Restricts(block, conjunct, a)) AddEdge(b_node, a_node);
}

void Locality::AddList(int block, const Conjunct& conjunct, const InExpr& in) {
  const auto* ref = As<ColumnRef>(in.operand);
  if (ref == nullptr) return;
  auto id = semantics_.Resolve(block, *ref);
  if (!id.has_value() || !Restricts(block, conjunct, *id)) return;
  std::vector<ValueSource> values;
  for (const Expr* item : in.list) {
    auto constant = ConstantOf(item);
    if (!constant.has_value()) return;
    values.push_back(std::move(*constant));
  }
  lists_.emplace(NodeOf(*id), std::move(values));
}

// a.x IN (SELECT b.y FROM b ...): for a row that passes there is a b.y equal to a.x.
void Locality::AddMembership(int block, const Conjunct& conjunct, const InExpr& in) {
  const auto* operand = As<ColumnRef>(in.operand);
  const auto* select = As<Select>(in.subquery);
  if (operand == nullptr || select == nullptr || select->items.size() != 1) return;
  int inner = semantics_.BlockOf(select);
  const auto* item = As<ColumnRef>(select->items[0]->expr);
  if (inner < 0 || item == nullptr || !semantics_.blocks()[inner].transparent) return;
  auto a = semantics_.Resolve(block, *operand);
  auto b = semantics_.Resolve(inner, *item);
  if (!a.has_value() || !b.has_value()) return;
  auto a_type = semantics_.TypeOf(*a);
  auto b_type = semantics_.TypeOf(*b);
  if (!a_type.has_value() || !b_type.has_value() || !Comparable(*a_type, *b_type)) return;
  if (semantics_.tables()[b->table].block != inner) return;
  int a_node = NodeOf(*a);
  int b_node = NodeOf(*b);
  AddEdge(a_node, b_node);
  if (Restricts(block, conjunct, *a)) AddEdge(b_node, a_node);
}

bool Locality::IsInlined(int table) const {
  const TableUse& use = semantics_.tables()[table];
  if (!use.common_table) return true;
  return std::count_if(semantics_.tables().begin(), semantics_.tables().end(),
                       [&](const TableUse& other) {
                         return other.common_table && other.source == use.source;
                       }) == 1;
}

void Locality::LinkDerivedTables() {
  // Vindex columns of inner tables get nodes even when nothing outside names them.
  for (size_t node = 0; node < nodes_.size(); ++node) {
    ColumnId id = nodes_[node];
    const TableUse& use = semantics_.tables()[id.table];
    if (use.kind != TableUse::Kind::kDerived || use.source < 0) continue;
    auto inner = semantics_.SourceColumn(id);
    if (!inner.has_value()) continue;
    int inner_node = NodeOf(*inner);
    AddEdge(inner_node, static_cast<int>(node));
    if (semantics_.blocks()[use.source].transparent && IsInlined(id.table) &&
        semantics_.tables()[inner->table].block == use.source) {
      AddEdge(static_cast<int>(node), inner_node);
    }
  }
}

template <typename Value>
const Value* Locality::Nearest(const std::map<int, Value>& values, int node) const {
  std::vector<bool> seen(nodes_.size());
  std::deque<int> open{node};
  seen[node] = true;
  while (!open.empty()) {
    int at = open.front();
    open.pop_front();
    auto it = values.find(at);
    if (it != values.end()) return &it->second;
    for (int from : in_[at]) {
      if (!seen[from]) {
        seen[from] = true;
        open.push_back(from);
      }
    }
  }
  return nullptr;
}

std::vector<ColumnId> Locality::VindexColumns(int table) const {
  std::vector<ColumnId> columns;
  for (const std::string& column : semantics_.tables()[table].table->primary_vindex().columns) {
    columns.push_back({table, LowerCase(column)});
  }
  return columns;
}

std::optional<RouteKey> Locality::KeyOf(int table) const {
  RouteKey key;
  key.vindex = semantics_.tables()[table].table->primary_vindex().vindex;
  for (const ColumnId& column : VindexColumns(table)) {
    auto node = FindNode(column);
    if (!node.has_value()) return std::nullopt;
    const ValueSource* value = Nearest(constants_, *node);
    auto type = semantics_.TypeOf(column);
    if (value == nullptr || !type.has_value()) return std::nullopt;
    key.values.push_back(*value);
    key.types.push_back(*type);
  }
  return key;
}

std::optional<RouteKey> Locality::ListOf(int table) const {
  std::vector<ColumnId> columns = VindexColumns(table);
  if (columns.size() != 1) return std::nullopt;
  auto node = FindNode(columns[0]);
  if (!node.has_value()) return std::nullopt;
  const std::vector<ValueSource>* values = Nearest(lists_, *node);
  auto type = semantics_.TypeOf(columns[0]);
  if (values == nullptr || !type.has_value()) return std::nullopt;
  RouteKey key;
  key.vindex = semantics_.tables()[table].table->primary_vindex().vindex;
  key.types.push_back(*type);
  key.values = *values;
  key.is_list = true;
  return key;
}

std::vector<bool> Locality::Reach(int node) const {
  std::vector<bool> seen(nodes_.size());
  std::vector<int> open{node};
  seen[node] = true;
  while (!open.empty()) {
    int at = open.back();
    open.pop_back();
    for (int to : out_[at]) {
      if (!seen[to]) {
        seen[to] = true;
        open.push_back(to);
      }
    }
  }
  return seen;
}

bool Locality::AreEqual(const ColumnId& a, const ColumnId& b) const {
  if (a == b) return true;
  auto from = FindNode(a);
  auto to = FindNode(b);
  return from.has_value() && to.has_value() && Reach(*from)[*to] && Reach(*to)[*from];
}

bool Locality::ReachesAll(int anchor) const {
  const auto& vindex = semantics_.tables()[anchor].table->primary_vindex();
  std::vector<std::optional<std::vector<bool>>> reached;
  for (const ColumnId& column : VindexColumns(anchor)) {
    auto node = FindNode(column);
    reached.emplace_back();
    if (node.has_value()) reached.back() = Reach(*node);
  }
  for (size_t table = 0; table < semantics_.tables().size(); ++table) {
    const TableUse& use = semantics_.tables()[table];
    if (use.kind != TableUse::Kind::kSharded || static_cast<int>(table) == anchor) continue;
    if (use.table->primary_vindex().vindex != vindex.vindex) return false;
    std::vector<ColumnId> columns = VindexColumns(static_cast<int>(table));
    for (size_t i = 0; i < columns.size(); ++i) {
      auto node = FindNode(columns[i]);
      if (!node.has_value() || !reached[i].has_value() || !(*reached[i])[*node]) return false;
    }
  }
  return true;
}

void Locality::CollectCore(int block, std::vector<int>* core) const {
  const Block& scope = semantics_.blocks()[block];
  for (size_t i = 0; i < scope.tables.size(); ++i) {
    if (scope.null_supplied[i]) continue;
    const TableUse& use = semantics_.tables()[scope.tables[i]];
    if (use.kind == TableUse::Kind::kSharded) {
      core->push_back(scope.tables[i]);
    } else if (use.kind == TableUse::Kind::kDerived && use.source >= 0 &&
               semantics_.blocks()[use.source].transparent && IsInlined(scope.tables[i])) {
      CollectCore(use.source, core);
    }
  }
}

int Locality::FindAnchor(int block) const {
  std::vector<int> core;
  CollectCore(block, &core);
  for (int table : core) {
    if (ReachesAll(table)) return table;
  }
  return -1;
}

}  // namespace keyspan::vtgate
