#include <gflags/gflags.h>
#include <glog/logging.h>

#include <csignal>
#include <iostream>
#include <string>
#include <vector>

#include "vtctl/commands/commands.h"
#include "vtctl/program.h"

int main(int argc, char** argv) {
  // Errors are reported by the command itself; the libraries' warnings would only be in the way.
  FLAGS_logtostderr = true;
  FLAGS_minloglevel = google::GLOG_ERROR;
  google::InitGoogleLogging(argv[0]);
  std::signal(SIGPIPE, SIG_IGN);
  const std::vector<std::string> words(argv + 1, argv + argc);
  return keyspan::vtctl::RunCommandLine(keyspan::vtctl::AllCommands(), words, std::cout, std::cerr);
}
