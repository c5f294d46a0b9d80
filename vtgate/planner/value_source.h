#pragma once

#include <optional>

#include "parser/ast/ast.h"
#include "vtgate/engine/plan.h"

namespace keyspan::vtgate {

// The value of a literal that is written in the statement.
sharding::RoutingValue LiteralValue(const parser::Literal& literal, bool negated = false);

// Where the expression's value comes from when it is known before the statement runs: a literal
// (maybe with a sign), a placeholder, or a hole of the session. nullopt for everything else, and
// for literals with a character set of their own (_latin1'x', N'x').
std::optional<ValueSource> ConstantOf(const parser::Expr* expr);

bool SameSource(const ValueSource& a, const ValueSource& b);

}  // namespace keyspan::vtgate
