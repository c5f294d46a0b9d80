#pragma once

#include <optional>
#include <string>
#include <vector>

#include "parser/parse.h"
#include "vtgate/engine/plan.h"
#include "vtgate/semantics/semantics.h"

namespace keyspan::vtgate {

// The select list of a SELECT that goes to several shards: finds columns in it, and appends hidden
// ones for what the gateway needs beyond what the client asked for. Changes the tree.
class SelectList {
 public:
  SelectList(parser::Select* select, int block, const Semantics& semantics, parser::Arena* arena);

  // Replaces `*` by the columns that it stands for. Throws PlanError when they are not known.
  void ExpandStars();
  bool has_star() const { return first_star_ < items_.size(); }

  size_t visible_count() const { return visible_count_; }
  parser::Expr* expr(size_t visible) const { return items_[visible]->expr; }

  // The visible item that an unqualified name means in ORDER BY, where aliases come first.
  std::optional<size_t> FindName(std::string_view name) const;
  std::optional<size_t> FindExpr(const parser::Expr* expr) const;
  // Same column, or the same text with the same literals.
  bool Same(const parser::Expr* a, const parser::Expr* b) const;

  // Where the shards' replies have the visible item: itself, or, behind a `*`, a hidden copy.
  ColumnPlace PlaceOf(size_t visible);
  // The place of a hidden column, appended if it is not there yet.
  ColumnPlace AddHidden(parser::Expr* expr);
  // The rows are groups: a weight is then asked for in a way that ONLY_FULL_GROUP_BY accepts.
  void set_grouped() { grouped_ = true; }
  // What to compare in place of `expr`, filled into `weight` and `if_text`.
  void AddWeight(parser::Expr* expr, ColumnPlace* weight, bool* if_text);
  // A name for the column at this place in the SELECT's own ORDER BY.
  parser::Expr* Reference(const ColumnPlace& place);

  // The visible item whose alias the name is inside an ORDER BY expression, where columns of FROM
  // come before aliases.
  std::optional<size_t> FindAlias(const parser::ColumnRef& ref) const;
  // `expr` as it would stand in the select list: aliases in it replaced by what they name.
  parser::Expr* ResolveAliases(parser::Expr* expr);

  // Puts visible and hidden items into the tree; returns the number of hidden ones.
  int Finish();

 private:
  parser::Expr* MakeWeight(parser::Expr* expr);
  parser::Expr* MakeWeightOfUnknown(parser::Expr* expr);
  // IF(COLLATION(expr) <> 'binary', weight, NULL)
  parser::Expr* MakeNullUnlessText(parser::Expr* expr, parser::Expr* weight);
  // CONCAT(RTRIM(expr), ' ')
  parser::Expr* MakePadded(parser::Expr* expr);
  parser::Literal* MakeSpace();
  parser::FunctionCall* MakeCall(std::string_view name, parser::Expr* argument);
  parser::Expr* MakeCast(parser::Expr* operand, parser::TypeKind type);
  parser::Expr* MakeNumber(parser::Expr* operand);

  parser::Select* select_;
  int block_;
  const Semantics& semantics_;
  parser::Arena* arena_;
  std::vector<parser::SelectItem*> items_;  // visible, then hidden
  size_t visible_count_ = 0;
  bool grouped_ = false;
  size_t first_star_ = 0;  // visible_count_ when there is none
};

}  // namespace keyspan::vtgate
