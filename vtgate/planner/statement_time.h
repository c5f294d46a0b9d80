#pragma once

#include <span>

#include "parser/ast/ast.h"
#include "parser/printer.h"
#include "vtgate/semantics/semantics.h"

namespace keyspan::vtgate {

// Whether the statement looks at the time at which it began: NOW() and its kind anywhere in it, or
// a table that it writes may have columns that are given that time by themselves.
bool UsesStatementTime(const parser::Statement* statement, std::span<const TableUse> tables);

// NOW() is one value in all rows of a statement, so the shards must agree on it. Prints a SELECT,
// INSERT, UPDATE or DELETE with an optimizer hint that sets it: /*+ SET_VAR(timestamp=<hole>) */,
// the hole being kHoleStatementTime.
parser::SqlTemplate PrintWithStatementTime(parser::Statement* statement,
                                           const parser::PrintOptions& print);

// With the hint if the statement needs it.
parser::SqlTemplate PrintForShards(parser::Statement* statement, std::span<const TableUse> tables,
                                   const parser::PrintOptions& print);

}  // namespace keyspan::vtgate
