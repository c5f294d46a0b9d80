#pragma once

#include "parser/ast/ast.h"

namespace keyspan::vtgate {

// Throws PlanError for what each shard would make another value of than one MySQL with all rows:
// the relevance of MATCH ... AGAINST (whether it is above zero is the same), WITH QUERY EXPANSION,
// and RAND(seed), which numbers the rows that it sees.
void RefuseShardDependent(const parser::Statement* statement);

}  // namespace keyspan::vtgate
