#include "vtctl/schema_diff.h"

#include <fmt/format.h>
#include <google/protobuf/util/message_differencer.h>

#include <map>

namespace keyspan::vtctl {
namespace {

using Tables = std::map<std::string, const rpc::TableSchema*>;

Tables ByName(const rpc::GetSchemaResponse& schema) {
  Tables tables;
  for (const rpc::TableSchema& table : schema.tables()) tables.emplace(table.name(), &table);
  return tables;
}

// The paths of the fields that differ, for people: columns[2].collation: "a" -> "b".
std::string DescribeDifference(const rpc::TableSchema& left, const rpc::TableSchema& right) {
  google::protobuf::util::MessageDifferencer differencer;
  std::string report;
  differencer.ReportDifferencesToString(&report);
  if (differencer.Compare(left, right)) return "";
  while (!report.empty() && report.back() == '\n') report.pop_back();
  for (size_t at = report.find('\n'); at != std::string::npos; at = report.find('\n', at)) {
    report.replace(at, 1, "; ");
  }
  return report;
}

}  // namespace

std::vector<std::string> DiffSchemas(const std::string& left_name,
                                     const rpc::GetSchemaResponse& left,
                                     const std::string& right_name,
                                     const rpc::GetSchemaResponse& right) {
  const Tables left_tables = ByName(left);
  const Tables right_tables = ByName(right);
  std::vector<std::string> differences;
  for (const auto& [name, table] : left_tables) {
    const auto other = right_tables.find(name);
    if (other == right_tables.end()) {
      differences.push_back(
          fmt::format("{} has table {}, {} does not", left_name, name, right_name));
      continue;
    }
    const std::string difference = DescribeDifference(*table, *other->second);
    if (!difference.empty()) {
      differences.push_back(fmt::format("table {} is different on {} and on {}: {}", name,
                                        left_name, right_name, difference));
    }
  }
  for (const auto& [name, table] : right_tables) {
    if (!left_tables.contains(name)) {
      differences.push_back(
          fmt::format("{} has table {}, {} does not", right_name, name, left_name));
    }
  }
  return differences;
}

}  // namespace keyspan::vtctl
