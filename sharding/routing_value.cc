#include "sharding/routing_value.h"

#include <fmt/format.h>

namespace keyspan::sharding {

bool operator==(const RoutingValue& a, const RoutingValue& b) {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case RoutingValue::Kind::kNull:
      return true;
    case RoutingValue::Kind::kInt:
      return a.int_value == b.int_value;
    case RoutingValue::Kind::kUint:
      return a.uint_value == b.uint_value;
    case RoutingValue::Kind::kDouble:
      return a.double_value == b.double_value;
    default:
      return a.text == b.text && a.collation == b.collation;
  }
}

std::string DebugString(const RoutingValue& value) {
  switch (value.kind) {
    case RoutingValue::Kind::kNull:
      return "NULL";
    case RoutingValue::Kind::kInt:
      return fmt::format("int {}", value.int_value);
    case RoutingValue::Kind::kUint:
      return fmt::format("uint {}", value.uint_value);
    case RoutingValue::Kind::kDouble:
      return fmt::format("double {}", value.double_value);
    case RoutingValue::Kind::kDecimal:
      return fmt::format("decimal {}", value.text);
    case RoutingValue::Kind::kText:
      if (value.collation.empty()) return fmt::format("text '{}'", value.text);
      return fmt::format("text '{}' {}", value.text, value.collation);
    case RoutingValue::Kind::kBytes:
      return fmt::format("bytes '{}'", value.text);
    case RoutingValue::Kind::kBits:
      return fmt::format("bits '{}'", value.text);
    case RoutingValue::Kind::kTemporal:
      return fmt::format("temporal '{}'", value.text);
  }
  return "unknown";
}

}  // namespace keyspan::sharding
