#pragma once

#include <string>
#include <utility>

#include "common/status.h"

namespace keyspan::vtgate {

// How the recursion of the planner gives up. Never leaves BuildPlan().
struct PlanError {
  Status status;
};

[[noreturn]] inline void Fail(Status status) { throw PlanError{std::move(status)}; }
[[noreturn]] inline void FailUnsupported(std::string construct) {
  throw PlanError{Unsupported(std::move(construct))};
}

}  // namespace keyspan::vtgate
