#include "vtctl/commands/commands.h"

#include <iterator>
#include <utility>

namespace keyspan::vtctl {

std::vector<Command> AllCommands() {
  std::vector<Command> all;
  for (auto group : {CellCommands, KeyspaceCommands, ShardCommands, TabletCommands,
                     ReplicationCommands, ReparentCommands, FetchCommands, SchemaCommands,
                     VSchemaCommands, ValidateCommands, TopoCommands}) {
    std::vector<Command> commands = group();
    std::move(commands.begin(), commands.end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace keyspan::vtctl
