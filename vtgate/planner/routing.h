#pragma once

#include "vtgate/engine/plan.h"
#include "vtgate/planner/locality.h"
#include "vtgate/planner/planner.h"
#include "vtgate/semantics/semantics.h"

namespace keyspan::vtgate {

// Where a statement goes, and whether it may go to several shards.
struct Routing {
  Route route;
  // The sharded table that each row of the result comes from, when every shard's part of the result
  // can be had from that shard alone. -1: it cannot (or nothing is sharded).
  int anchor = -1;
  // Why the statement is for one shard only; OK when there is an anchor.
  Status multi_shard;
};

// `root_block`: the SELECT, UPDATE or DELETE itself; -1 when the statement is none (a UNION).
// Throws PlanError for what no shard could run.
Routing PlanRouting(const Semantics& semantics, const Locality& locality, int root_block,
                    const PlanContext& context);

// Plain errors for constructs that only work on one shard.
Status MultiShardUnsupported(std::string_view construct);

}  // namespace keyspan::vtgate
