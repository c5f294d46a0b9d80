#include "vtctl/commands/lookup.h"

#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <iterator>

namespace keyspan::vtctl {

Result<topo::Tablet> TabletArgument(Context& context, size_t index) {
  ASSIGN_OR_RETURN(const auto alias, topo::ParseAlias(context.arg(index)));
  ASSIGN_OR_RETURN(auto tablet, context.topo.GetTablet(alias));
  return std::move(tablet.record);
}

Result<std::vector<topo::Tablet>> TabletsOfShard(Context& context, const std::string& keyspace,
                                                 const std::string& shard) {
  RETURN_IF_ERROR(context.topo.GetShard(keyspace, shard).status());
  ASSIGN_OR_RETURN(auto tablets, context.topo.GetTabletsByShard(keyspace, shard));
  if (tablets.empty()) return NotFound(fmt::format("shard {}/{} has no tablets", keyspace, shard));
  return tablets;
}

Result<topo::Tablet> PrimaryOfShard(Context& context, const std::string& keyspace,
                                    const std::string& shard) {
  ASSIGN_OR_RETURN(const auto record, context.topo.GetShard(keyspace, shard));
  if (!record.record.has_primary_alias()) {
    return Status(StatusCode::kFailedPrecondition,
                  fmt::format("shard {}/{} has no primary yet", keyspace, shard));
  }
  ASSIGN_OR_RETURN(auto tablet, context.topo.GetTablet(record.record.primary_alias()));
  return std::move(tablet.record);
}

Result<std::string> ReadFile(const std::string& path) {
  if (path == "-") {
    return std::string(std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>());
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return NotFound(fmt::format("cannot read {}", path));
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

}  // namespace keyspan::vtctl
