#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "vtctl/command.h"

namespace keyspan::vtctl {

// Runs one command line (without the program's name) and returns the exit code: 0 done, 1 the
// command failed, 2 the command line is wrong. Results go to `out`, everything else to `err`.
int RunCommandLine(const std::vector<Command>& commands, const std::vector<std::string>& words,
                   std::ostream& out, std::ostream& err);

// The same for a command that was found, on a topology that is open: what tests call.
Status RunCommand(const Command& command, const std::vector<std::string>& words, topo::Server& topo,
                  TabletDialer& tablets, std::ostream& out, std::ostream& progress);

// --help of one command, and of all.
std::string HelpOf(const Command& command);
std::string HelpOfAll(const std::vector<Command>& commands);

}  // namespace keyspan::vtctl
