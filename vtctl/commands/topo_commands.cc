#include <fmt/format.h>

#include "vtctl/commands/commands.h"
#include "vtctl/output.h"

namespace keyspan::vtctl {
namespace {

template <typename T>
Json Decoded(const std::string& value) {
  T record;
  return record.ParseFromString(value) ? ToJson(record) : Json("(cannot be decoded)");
}

// The name of a node says what is in it.
Json Decode(const std::string& name, const std::string& value) {
  if (name == "CellInfo") return Decoded<topo::CellInfo>(value);
  if (name == "Keyspace") return Decoded<topo::Keyspace>(value);
  if (name == "Shard") return Decoded<topo::Shard>(value);
  if (name == "Tablet") return Decoded<topo::Tablet>(value);
  if (name.find("-lock-") != std::string::npos) {
    topo::LockInfo info;
    if (info.ParseFromString(value)) return MessageToJson(info);
  }
  if (name == "VSchema") {
    Json json = Json::parse(value, nullptr, /*allow_exceptions=*/false);
    if (!json.is_discarded()) return json;
  }
  return value;
}

Status GetTopologyPath(Context& context) {
  std::string path = context.arg(0);
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  if (!path.starts_with("/")) {
    return InvalidArgument(
        fmt::format("'{}' is not a full path, such as {}", path, context.topo.GlobalPath()));
  }
  ASSIGN_OR_RETURN(const topo::Node node, context.topo.store()->Get(path));
  ASSIGN_OR_RETURN(const auto children, context.topo.store()->List(path));
  const std::string name = path.substr(path.rfind('/') + 1);
  const Json value = node.value.empty() ? Json() : Decode(name, node.value);
  if (context.json) {
    PrintJson(context.out,
              {{"path", path}, {"version", node.version}, {"children", children}, {"data", value}});
    return Status::Ok();
  }
  if (!value.is_null()) PrintJson(context.out, value);
  for (const std::string& child : children) context.out << child << '\n';
  return Status::Ok();
}

}  // namespace

std::vector<Command> TopoCommands() {
  return {
      {.name = "GetTopologyPath",
       .group = "Topology",
       .usage = "PATH",
       .help = "Shows one node of the topology in ZooKeeper, decoded, and the names of its "
               "children.",
       .example = "GetTopologyPath /keyspan/global/keyspaces/customer/Keyspace",
       .min_args = 1,
       .max_args = 1,
       .run = GetTopologyPath},
  };
}

}  // namespace keyspan::vtctl
