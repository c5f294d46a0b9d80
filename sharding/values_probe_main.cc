// Reads lines "compare|list|store<TAB>column type<TAB>collation<TAB>kind<TAB>value" and prints the
// outcome: "none", "ask" or the keyspace id of the normal form. The value is decimal text for
// numbers and hex for everything else. A list may have a second kind and
// value, as in IN (first, second), and gives the outcome of the first. For check_values.
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "sharding/column_value.h"
#include "sharding/keyspace_id.h"
#include "sharding/vindexes/vindex.h"

namespace {

using keyspan::sharding::ColumnValue;
using keyspan::sharding::RoutingValue;

RoutingValue MakeValue(const std::string& kind, const std::string& text) {
  if (kind == "null") return RoutingValue::Null();
  if (kind == "int") return RoutingValue::Int(std::strtoll(text.c_str(), nullptr, 10));
  if (kind == "uint") return RoutingValue::Uint(std::strtoull(text.c_str(), nullptr, 10));
  if (kind == "double") return RoutingValue::Double(std::strtod(text.c_str(), nullptr));
  if (kind == "decimal") return RoutingValue::Decimal(text);
  const auto hex = keyspan::sharding::KeyspaceId::FromHex(text);
  std::string bytes(hex.ok() ? hex->bytes() : "");
  if (kind == "text") return RoutingValue::Text(std::move(bytes));
  if (kind == "bytes") return RoutingValue::Bytes(std::move(bytes));
  if (kind == "bits") return RoutingValue::Bits(std::move(bytes));
  return RoutingValue::Temporal(std::move(bytes));
}

}  // namespace

int main() {
  std::ios::sync_with_stdio(false);
  const auto vindex = keyspan::sharding::CreateVindex("unicode_loose_xxhash", "v", {});
  std::string line;
  while (std::getline(std::cin, line)) {
    std::vector<std::string> fields;
    std::istringstream stream(line + "\t");
    for (std::string field; std::getline(stream, field, '\t');) fields.push_back(field);
    const auto column = keyspan::sharding::ParseMysqlColumnType(fields[1], fields[2]);
    if (!column.ok()) {
      std::cerr << line << ": " << column.status().message() << "\n";
      return 1;
    }
    const RoutingValue value = MakeValue(fields[3], fields[4]);
    ColumnValue normal;
    if (fields[0] == "store") {
      normal = NormalizeForStorage(value, *column);
    } else if (fields[0] == "compare") {
      normal = NormalizeForComparison(value, *column);
    } else {
      std::vector<RoutingValue> list = {value};
      if (fields.size() > 6) list.push_back(MakeValue(fields[5], fields[6]));
      normal = NormalizeListForComparison(list, *column)[0];
    }
    if (normal.outcome == ColumnValue::Outcome::kNoRow) {
      std::cout << "none\n";
    } else if (normal.outcome == ColumnValue::Outcome::kUndecided) {
      std::cout << "ask\n";
    } else {
      const auto id = (*vindex)->Map(std::span(&normal.value, 1));
      std::cout << (id.ok() ? DebugString(*id) : std::string(id.status().message())) << "\n";
    }
  }
  return 0;
}
