#include "vtctl/output.h"

#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <ctime>

#include "topo/names.h"

namespace keyspan::vtctl {
namespace {

// Bytes that are not part of a character of their own do not widen a column.
size_t Width(const std::string& text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](unsigned char c) { return (c & 0xc0) != 0x80; }));
}

Json KeyRangeJson(const topo::KeyRange& range) {
  const std::string text = topo::KeyRangeToString(range);
  const size_t dash = text.find('-');
  return {{"start", text.substr(0, dash)}, {"end", text.substr(dash + 1)}};
}

std::string Address(const std::string& host, int port) {
  return port == 0 ? "" : fmt::format("{}:{}", host, port);
}

}  // namespace

void Table::Print(std::ostream& out) const {
  std::vector<size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Width(row[i]));
  }
  for (const auto& row : rows_) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - Width(row[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  }
}

void PrintJson(std::ostream& out, const Json& json) {
  out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

Json ToJson(const topo::TabletAlias& alias) {
  return {{"cell", alias.cell()}, {"uid", alias.uid()}};
}

Json ToJson(const topo::CellInfo& cell) {
  return {{"server_address", cell.server_address()}, {"root", cell.root()}};
}

Json ToJson(const topo::Keyspace& keyspace) {
  return {
      {"durability_policy",
       keyspace.durability_policy().empty() ? "none" : keyspace.durability_policy()},
      {"database_name", keyspace.database_name()},
      {"sidecar_db_name", keyspace.sidecar_db_name().empty() ? "_vt" : keyspace.sidecar_db_name()}};
}

Json ToJson(const topo::Shard& shard) {
  return {{"primary_alias", shard.has_primary_alias() ? ToJson(shard.primary_alias()) : Json()},
          {"primary_term", shard.primary_term()},
          {"primary_term_start_time_ms", shard.primary_term_start_time_ms()},
          {"key_range", KeyRangeJson(shard.key_range())},
          {"is_primary_serving", shard.is_primary_serving()}};
}

Json ToJson(const topo::Tablet& tablet) {
  Json tags = Json::object();
  for (const auto& [name, value] : tablet.tags()) tags[name] = value;
  return {{"alias", ToJson(tablet.alias())},
          {"hostname", tablet.hostname()},
          {"rpc_port", tablet.rpc_port()},
          {"http_port", tablet.http_port()},
          {"mysql_hostname",
           tablet.mysql_hostname().empty() ? tablet.hostname() : tablet.mysql_hostname()},
          {"mysql_port", tablet.mysql_port()},
          {"keyspace", tablet.keyspace()},
          {"shard", tablet.shard()},
          {"key_range", KeyRangeJson(tablet.key_range())},
          {"type", topo::TabletTypeName(tablet.type())},
          {"primary_term", tablet.primary_term()},
          {"tags", tags}};
}

Json MessageToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string text;
  if (!google::protobuf::util::MessageToJsonString(message, &text, options).ok()) return Json();
  return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

std::string RpcAddress(const topo::Tablet& tablet) {
  return Address(tablet.hostname(), tablet.rpc_port());
}

std::string MysqlAddress(const topo::Tablet& tablet) {
  const std::string& host = tablet.mysql_hostname();
  return Address(host.empty() ? tablet.hostname() : host, tablet.mysql_port());
}

std::string TimeToString(int64_t unix_ms) {
  if (unix_ms == 0) return "";
  const std::time_t seconds = unix_ms / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

}  // namespace keyspan::vtctl
