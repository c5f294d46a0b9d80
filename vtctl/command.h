#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "common/status.h"
#include "topo/server.h"
#include "vtctl/flags.h"
#include "vtctl/tablet_control.h"

namespace keyspan::vtctl {

// What a command works with. Lives for one command, on the main thread.
struct Context {
  topo::Server& topo;
  TabletDialer& tablets;
  const Arguments& args;
  std::ostream& out;       // what was asked for
  std::ostream& progress;  // what happens meanwhile, for people
  bool json = false;       // --json, which every command takes
  // What cells may name as their ZooKeeper: the one that this program uses.
  std::string topo_server;

  const std::string& arg(size_t i) const { return args.positional().at(i); }
};

// One verb of vtctl. `usage` shows the positional arguments; the flags are added to it.
struct Command {
  std::string name;
  std::string group;
  std::string usage = {};
  std::string help;  // a paragraph
  std::string example;
  std::vector<FlagSpec> flags = {};
  size_t min_args = 0;
  size_t max_args = 0;
  std::function<Status(Context&)> run = {};
  // False for commands that only compute: they work without ZooKeeper.
  bool needs_topo = true;
};

inline constexpr size_t kAnyNumber = ~size_t{0};

}  // namespace keyspan::vtctl
