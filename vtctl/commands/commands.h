#pragma once

#include <vector>

#include "vtctl/command.h"

namespace keyspan::vtctl {

// Every verb, in the order of the help; one function per group, each in its own file.
std::vector<Command> AllCommands();

std::vector<Command> CellCommands();
std::vector<Command> KeyspaceCommands();
std::vector<Command> ShardCommands();
std::vector<Command> TabletCommands();
std::vector<Command> ReplicationCommands();
std::vector<Command> ReparentCommands();
std::vector<Command> FetchCommands();
std::vector<Command> SchemaCommands();
std::vector<Command> VSchemaCommands();
std::vector<Command> ValidateCommands();
std::vector<Command> TopoCommands();

}  // namespace keyspan::vtctl
