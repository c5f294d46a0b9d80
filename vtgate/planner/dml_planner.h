#pragma once

#include "parser/ast/ast.h"
#include "vtgate/planner/locality.h"
#include "vtgate/planner/routing.h"

namespace keyspan::vtgate {

// Refuses tables that cannot be written yet: reference tables, system tables, tables whose lookup
// vindexes would have to be maintained. Throws PlanError.
void CheckWritable(const TableUse& use);

// What routing alone does not see of UPDATE and DELETE: tables that may not be written this way,
// LIMIT over several shards, changes of a sharding column. Adds to `routing`; throws PlanError.
void CheckUpdate(const parser::Update& update, const Semantics& semantics, const Locality& locality,
                 Routing* routing);
void CheckDelete(const parser::Delete& del, const Semantics& semantics, Routing* routing);

}  // namespace keyspan::vtgate
