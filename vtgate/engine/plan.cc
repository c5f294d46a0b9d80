#include "vtgate/engine/plan.h"

namespace keyspan::vtgate {

std::string_view RouteOpcodeName(RouteOpcode opcode) {
  switch (opcode) {
    case RouteOpcode::kUnsharded:
      return "Unsharded";
    case RouteOpcode::kAnyShard:
      return "AnyShard";
    case RouteOpcode::kPinned:
      return "Pinned";
    case RouteOpcode::kEqualUnique:
      return "EqualUnique";
    case RouteOpcode::kIn:
      return "IN";
    case RouteOpcode::kScatter:
      return "Scatter";
    case RouteOpcode::kNone:
      return "None";
    case RouteOpcode::kByDestination:
      return "ByDestination";
  }
  return "Unknown";
}

}  // namespace keyspan::vtgate
