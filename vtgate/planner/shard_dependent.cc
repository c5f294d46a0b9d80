#include "vtgate/planner/shard_dependent.h"

#include <set>

#include "parser/walker.h"
#include "vtgate/planner/routing.h"
#include "vtgate/semantics/plan_error.h"

namespace keyspan::vtgate {
namespace {

using parser::As;
using parser::Expr;
using parser::MatchExpr;
using parser::MatchMode;
using parser::Node;
using parser::Visit;

// The MATCH conditions of `condition` of which only the truth counts.
void CollectConditions(const Expr* condition, std::set<const Node*>* found) {
  if (condition == nullptr) return;
  if (const auto* logical = As<parser::Logical>(condition)) {
    for (const Expr* operand : logical->operands) CollectConditions(operand, found);
  } else if (const auto* unary = As<parser::Unary>(condition)) {
    if (unary->op == parser::UnaryOp::kNot) CollectConditions(unary->operand, found);
  } else if (parser::Is<MatchExpr>(condition)) {
    found->insert(condition);
  }
}

}  // namespace

void RefuseShardDependent(const parser::Statement* statement) {
  std::set<const Node*> conditions;
  parser::Walk(static_cast<const Node*>(statement), [&](const Node* node) {
    if (const auto* select = As<parser::Select>(node))
      CollectConditions(select->where, &conditions);
    if (const auto* update = As<parser::Update>(node))
      CollectConditions(update->where, &conditions);
    if (const auto* del = As<parser::Delete>(node)) CollectConditions(del->where, &conditions);
    if (const auto* join = As<parser::Join>(node)) CollectConditions(join->on, &conditions);
    if (const auto* match = As<MatchExpr>(node)) {
      if (match->mode == MatchMode::kExpansion || match->mode == MatchMode::kNaturalExpansion) {
        Fail(MultiShardUnsupported("MATCH ... AGAINST (... WITH QUERY EXPANSION)"));
      }
      if (!conditions.contains(match)) {
        Fail(MultiShardUnsupported("the relevance of MATCH ... AGAINST"));
      }
    }
    const auto* call = As<parser::FunctionCall>(node);
    if (call != nullptr && call->schema.empty() && !call->args.empty() &&
        parser::EqualsIgnoreCase(call->name.text, "RAND")) {
      Fail(MultiShardUnsupported("RAND(seed)"));
    }
    return Visit::kContinue;
  });
}

}  // namespace keyspan::vtgate
