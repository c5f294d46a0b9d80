#include "vtgate/planner/select_list.h"

#include <fmt/format.h>

#include "parser/walker.h"
#include "vtgate/planner/expression_class.h"
#include "vtgate/planner/routing.h"
#include "vtgate/semantics/plan_error.h"

namespace keyspan::vtgate {

using parser::As;
using parser::ColumnRef;
using parser::EqualsIgnoreCase;
using parser::Expr;
using parser::Is;
using parser::SelectItem;
using parser::Star;

namespace {

[[noreturn]] void FailTwice(std::string_view name) {
  Fail(MultiShardUnsupported(fmt::format("the name '{}', which two columns have", name)));
}

}  // namespace

SelectList::SelectList(parser::Select* select, int block, const Semantics& semantics,
                       parser::Arena* arena)
    : select_(select),
      block_(block),
      semantics_(semantics),
      arena_(arena),
      items_(select->items.begin(), select->items.end()),
      visible_count_(items_.size()) {
  while (first_star_ < items_.size() && !Is<Star>(items_[first_star_]->expr)) ++first_star_;
}

void SelectList::ExpandStars() {
  if (!has_star()) return;
  const Block& scope = semantics_.blocks()[block_];
  std::vector<SelectItem*> expanded;
  for (SelectItem* item : items_) {
    const auto* star = As<Star>(item->expr);
    if (star == nullptr) {
      expanded.push_back(item);
      continue;
    }
    const size_t before = expanded.size();
    for (int table : scope.tables) {
      const TableUse& use = semantics_.tables()[table];
      if (!star->table.empty() && use.alias != star->table.text) continue;
      if (!star->schema.empty() && use.schema != star->schema.text) continue;
      auto names = semantics_.ColumnNames(table);
      // Of all tables, joined columns come once and first.
      if (!names.has_value() || (star->table.empty() && scope.has_natural_join)) {
        Fail(MultiShardUnsupported("* where its columns are not known here"));
      }
      for (const std::string& name : *names) {
        auto* ref = arena_->New<ColumnRef>();
        ref->table.text = arena_->CopyString(use.alias);
        ref->column.text = arena_->CopyString(name);
        auto* made = arena_->New<SelectItem>();
        made->expr = ref;
        expanded.push_back(made);
      }
    }
    if (expanded.size() == before) {
      Fail(Status::Mysql(1051, "42S02", fmt::format("Unknown table '{}'", star->table.text)));
    }
  }
  items_ = std::move(expanded);
  visible_count_ = items_.size();
  first_star_ = visible_count_;
}

bool SelectList::Same(const Expr* a, const Expr* b) const {
  const auto* a_ref = As<ColumnRef>(a);
  const auto* b_ref = As<ColumnRef>(b);
  if (a_ref != nullptr && b_ref != nullptr) {
    auto a_id = semantics_.Resolve(block_, *a_ref);
    auto b_id = semantics_.Resolve(block_, *b_ref);
    if (a_id.has_value() && b_id.has_value()) return *a_id == *b_id;
  }
  return parser::Equal(a, b, parser::LiteralComparison::kBySlot);
}

std::optional<size_t> SelectList::FindName(std::string_view name) const {
  std::optional<size_t> found;
  for (size_t i = 0; i < visible_count_; ++i) {
    const auto* ref = As<ColumnRef>(items_[i]->expr);
    std::string_view own = items_[i]->has_alias ? items_[i]->alias.text
                           : ref != nullptr     ? ref->column.text
                                                : std::string_view();
    if (own.empty() || !EqualsIgnoreCase(own, name)) continue;
    if (found.has_value() && !Same(items_[*found]->expr, items_[i]->expr)) FailTwice(name);
    if (!found.has_value()) found = i;
  }
  return found;
}

std::optional<size_t> SelectList::FindExpr(const Expr* expr) const {
  for (size_t i = 0; i < visible_count_; ++i) {
    if (Same(items_[i]->expr, expr)) return i;
  }
  return std::nullopt;
}

ColumnPlace SelectList::PlaceOf(size_t visible) {
  if (visible < first_star_) return {static_cast<int>(visible), false};
  return AddHidden(items_[visible]->expr);
}

ColumnPlace SelectList::AddHidden(Expr* expr) {
  for (size_t i = visible_count_; i < items_.size(); ++i) {
    if (Same(items_[i]->expr, expr)) return {static_cast<int>(i - visible_count_), true};
  }
  auto* item = arena_->New<SelectItem>();
  item->expr = expr;
  int index = static_cast<int>(items_.size() - visible_count_);
  item->alias.text = arena_->CopyString(fmt::format("_ks{}", index));
  item->has_alias = true;
  items_.push_back(item);
  return {index, true};
}

parser::FunctionCall* SelectList::MakeCall(std::string_view name, Expr* argument) {
  auto* call = arena_->New<parser::FunctionCall>();
  call->name.text = name;
  call->args = parser::MakeList<Expr*>(*arena_, std::vector<Expr*>{argument});
  return call;
}

Expr* SelectList::MakeCast(Expr* operand, parser::TypeKind type) {
  auto* cast = arena_->New<parser::CastExpr>();
  cast->operand = operand;
  cast->type = arena_->New<parser::DataType>();
  cast->type->type = type;
  return cast;
}

Expr* SelectList::MakeNumber(Expr* operand) {
  auto* zero = arena_->New<parser::Literal>();
  zero->literal = parser::LiteralKind::kInteger;
  zero->text = "0";
  auto* sum = arena_->New<parser::Binary>();
  sum->op = parser::BinaryOp::kPlus;
  sum->left = operand;
  sum->right = zero;
  return sum;
}

parser::Literal* SelectList::MakeSpace() {
  auto* space = arena_->New<parser::Literal>();
  space->literal = parser::LiteralKind::kString;
  space->text = "' '";
  space->value = " ";
  return space;
}

Expr* SelectList::MakePadded(Expr* expr) {
  parser::FunctionCall* padded = MakeCall("CONCAT", MakeCall("RTRIM", expr));
  padded->args = parser::MakeList<Expr*>(*arena_, std::vector<Expr*>{padded->args[0], MakeSpace()});
  return padded;
}

// For an expression of whose collation, and even type, nothing is known: lets MySQL find out
// whether it pads. WEIGHT_STRING of a number is nothing to compare (and fails inside ANY_VALUE),
// but of the text that CONCAT makes of it.
Expr* SelectList::MakeWeightOfUnknown(Expr* expr) {
  auto* pads = arena_->New<parser::Binary>();
  pads->op = parser::BinaryOp::kEqual;
  pads->left = MakeCall("RTRIM", expr);
  pads->right = MakePadded(expr);
  parser::FunctionCall* choice = MakeCall("IF", pads);
  choice->args = parser::MakeList<Expr*>(
      *arena_, std::vector<Expr*>{pads, MakeCall("WEIGHT_STRING", MakePadded(expr)),
                                  MakeCall("WEIGHT_STRING", MakeCall("CONCAT", expr))});
  return select_->distinct() ? MakeNullUnlessText(expr, choice) : choice;
}

// DISTINCT compares hidden columns too: where the weight of a number is the text that it becomes,
// 0e0 and -0e0 would be two rows.
Expr* SelectList::MakeNullUnlessText(Expr* expr, Expr* weight) {
  auto* binary = arena_->New<parser::Literal>();
  binary->literal = parser::LiteralKind::kString;
  binary->text = "'binary'";
  binary->value = "binary";
  auto* is_text = arena_->New<parser::Binary>();
  is_text->op = parser::BinaryOp::kNotEqual;
  is_text->left = MakeCall("COLLATION", expr);
  is_text->right = binary;
  parser::FunctionCall* choice = MakeCall("IF", is_text);
  choice->args = parser::MakeList<Expr*>(
      *arena_, std::vector<Expr*>{is_text, weight, arena_->New<parser::Literal>()});
  return choice;
}

// The bytes by whose order MySQL compares text.
Expr* SelectList::MakeWeight(Expr* expr) {
  TextPadding padding = PaddingOf(expr, semantics_, block_);
  if (!padding.pads) return MakeCall("WEIGHT_STRING", expr);
  if (padding.length > 0) {
    parser::FunctionCall* call = MakeCall("WEIGHT_STRING", expr);
    call->as_type = arena_->New<parser::DataType>();
    call->as_type->type = parser::TypeKind::kChar;
    call->as_type->length = arena_->CopyString(std::to_string(padding.length));
    return call;
  }
  // No length to pad to: one space instead of all that end it. That is the padded order, but for
  // text that goes on with spaces and then a control character.
  return MakeCall("WEIGHT_STRING", MakePadded(expr));
}

void SelectList::AddWeight(Expr* expr, ColumnPlace* weight, bool* if_text) {
  *if_text = false;
  Expr* compared = nullptr;
  switch (ClassifyExpression(expr, semantics_, block_)) {
    case ExpressionClass::kPlain:
      return;
    case ExpressionClass::kUnknown:
      *if_text = true;
      compared = MakeWeightOfUnknown(expr);
      break;
    case ExpressionClass::kText:
      compared = MakeWeight(expr);
      break;
    case ExpressionClass::kFloat:
      compared = MakeCast(expr, parser::TypeKind::kDouble);
      break;
    case ExpressionClass::kEnum:
      compared = MakeCast(expr, parser::TypeKind::kUnsigned);
      break;
    case ExpressionClass::kBits:
      compared = MakeNumber(expr);
      break;
    case ExpressionClass::kMaybeBits:
      Fail(MultiShardUnsupported("the order of an expression that mixes BIT and other values"));
  }
  // MySQL sees that f(column) is a function of a group by `column`, but not that g(f(column)) is
  // one of a group by f(column).
  if (grouped_ && !Is<ColumnRef>(expr) && !ContainsAggregate(expr)) {
    compared = MakeCall("ANY_VALUE", compared);
  }
  *weight = AddHidden(compared);
}

Expr* SelectList::Reference(const ColumnPlace& place) {
  if (place.hidden) {
    auto* ref = arena_->New<ColumnRef>();
    ref->column.text = items_[visible_count_ + place.index]->alias.text;
    return ref;
  }
  auto* ordinal = arena_->New<parser::Literal>();
  ordinal->literal = parser::LiteralKind::kInteger;
  ordinal->text = arena_->CopyString(std::to_string(place.index + 1));
  ordinal->value = ordinal->text;
  return ordinal;
}

Expr* SelectList::ResolveAliases(Expr* expr) {
  auto* copy = parser::CloneAs(expr, *arena_);
  return static_cast<Expr*>(parser::Rewrite(copy, [&](parser::Node* node) -> parser::Node* {
    auto* ref = As<ColumnRef>(node);
    if (ref == nullptr) return node;
    auto named = FindAlias(*ref);
    return named.has_value() ? items_[*named]->expr : node;
  }));
}

std::optional<size_t> SelectList::FindAlias(const ColumnRef& ref) const {
  if (!ref.table.empty()) return std::nullopt;
  std::optional<size_t> found;
  for (size_t i = 0; i < visible_count_; ++i) {
    const SelectItem* item = items_[i];
    if (!item->has_alias || !EqualsIgnoreCase(item->alias.text, ref.column.text)) continue;
    auto id = semantics_.Resolve(block_, ref);
    if (id.has_value()) {
      if (semantics_.Describe(*id) != nullptr) return std::nullopt;
      Fail(MultiShardUnsupported(
          fmt::format("the alias '{}' inside an expression", ref.column.text)));
    }
    if (found.has_value() && !Same(items_[*found]->expr, item->expr)) FailTwice(ref.column.text);
    found = i;
  }
  return found;
}

int SelectList::Finish() {
  select_->items = parser::MakeList<SelectItem*>(*arena_, items_);
  return static_cast<int>(items_.size() - visible_count_);
}

}  // namespace keyspan::vtgate
