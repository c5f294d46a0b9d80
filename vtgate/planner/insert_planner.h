#pragma once

#include <memory>

#include "parser/parse.h"
#include "parser/printer.h"
#include "vtgate/engine/plan.h"
#include "vtgate/planner/locality.h"
#include "vtgate/planner/routing.h"

namespace keyspan::vtgate {

// The plan of INSERT and REPLACE with VALUES (or SET) into the sharded table `target` of `vschema`.
// Changes the tree. Throws PlanError: MySQL's 1136 and 1364, or what is not supported yet.
// `strict`: of the session's sql_mode.
std::unique_ptr<InsertPlan> PlanInsertRows(parser::Insert* insert, const TableUse& target,
                                           const sharding::VSchema& vschema, bool strict,
                                           const parser::PrintOptions& print, parser::Arena* arena);

// What would break a unique key or move a row: REPLACE and ON DUPLICATE KEY UPDATE on a table with
// a unique key without its sharding column, or that assign a sharding column.
void CheckUpsert(const parser::Insert& insert, const TableUse& target);

// INSERT ... SELECT into the sharded table, when each selected row is stored on the shard that it
// comes from; throws PlanError otherwise. `routing` is the SELECT's.
void CheckInsertSelect(const parser::Insert& insert, const TableUse& target,
                       const Semantics& semantics, const Locality& locality,
                       const Routing& routing);

}  // namespace keyspan::vtgate
