#pragma once

#include <string>

#include "vtgate/engine/plan.h"

namespace keyspan::vtgate {

// The plan as a small indented text for VEXPLAIN and golden tests; the one place that renders
// plans.
// `:2` is the literal with slot 2, `?1` the parameter 1, `<...>` what the session or the executor
// fills in; hidden columns are h0, h1, ..., visible ones 1, 2, ...
std::string DescribePlan(const Plan& plan);

}  // namespace keyspan::vtgate
