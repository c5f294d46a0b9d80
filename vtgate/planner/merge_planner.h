#pragma once

#include "parser/parse.h"
#include "parser/printer.h"
#include "vtgate/engine/plan.h"
#include "vtgate/planner/locality.h"
#include "vtgate/semantics/semantics.h"

namespace keyspan::vtgate {

struct MergeInput {
  parser::Select* select = nullptr;  // will be changed into what each shard is sent
  int block = -1;
  int anchor = -1;  // see Routing
  const Semantics& semantics;
  const Locality& locality;
  parser::Arena* arena = nullptr;
  parser::PrintOptions print;
};

// How the replies of several shards to one SELECT are put together. Throws PlanError for whatever
// cannot be merged exactly.
MergePlan PlanMerge(const MergeInput& input);

}  // namespace keyspan::vtgate
