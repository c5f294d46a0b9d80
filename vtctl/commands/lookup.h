#pragma once

#include <memory>
#include <string>
#include <vector>

#include "vtctl/command.h"

namespace keyspan::vtctl {

// What several groups of commands look up the same way.

// The record of the tablet that a positional argument names.
Result<topo::Tablet> TabletArgument(Context& context, size_t index);
// The tablets of a shard, none of them being an error.
Result<std::vector<topo::Tablet>> TabletsOfShard(Context& context, const std::string& keyspace,
                                                 const std::string& shard);
// The primary's record; an error that names the shard when it has none.
Result<topo::Tablet> PrimaryOfShard(Context& context, const std::string& keyspace,
                                    const std::string& shard);
// The whole file, or standard input for "-".
Result<std::string> ReadFile(const std::string& path);

}  // namespace keyspan::vtctl
