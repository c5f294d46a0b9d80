#pragma once

#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "topo/records.pb.h"
#include "topo/server.h"

namespace google::protobuf {
class Message;
}

namespace keyspan::vtctl {

using Json = nlohmann::ordered_json;

// Columns under a heading, as wide as they need be, for people.
class Table {
 public:
  explicit Table(std::vector<std::string> heading) : rows_{std::move(heading)} {}
  // Requires as many cells as the heading has.
  void Add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  void Print(std::ostream& out) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// Two spaces of indent, and a newline at the end.
void PrintJson(std::ostream& out, const Json& json);

// The records as programs see them: names of the .proto file, key ranges in hex.
Json ToJson(const topo::TabletAlias& alias);
Json ToJson(const topo::CellInfo& cell);
Json ToJson(const topo::Keyspace& keyspace);
Json ToJson(const topo::Shard& shard);
Json ToJson(const topo::Tablet& tablet);
// Any other message, by Protobuf's own mapping.
Json MessageToJson(const google::protobuf::Message& message);

// host:port; an empty string when the tablet has no such port.
std::string RpcAddress(const topo::Tablet& tablet);
std::string MysqlAddress(const topo::Tablet& tablet);
// As people read it, in UTC; "" for 0.
std::string TimeToString(int64_t unix_ms);

}  // namespace keyspan::vtctl
