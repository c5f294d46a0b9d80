#include "test/testing/freeze.h"

#include <fmt/format.h>
#include <glog/logging.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

namespace keyspan::testing {
namespace {

// The state of a thread is the letter behind its name in parentheses.
bool AllStopped(pid_t process) {
  namespace fs = std::filesystem;
  for (const auto& task : fs::directory_iterator(fmt::format("/proc/{}/task", process))) {
    std::ifstream file(task.path() / "stat");
    std::string stat;
    std::getline(file, stat);
    const size_t name_end = stat.rfind(") ");
    if (name_end != std::string::npos && stat[name_end + 2] != 'T') return false;
  }
  return true;
}

}  // namespace

void FreezeProcess(pid_t process) {
  kill(process, SIGSTOP);
  // The signal reaches one thread after the other; until then the others go on answering.
  for (int i = 0; i < 1000 && !AllStopped(process); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  CHECK(AllStopped(process)) << "process " << process << " does not stop";
}

void ThawProcess(pid_t process) { kill(process, SIGCONT); }

}  // namespace keyspan::testing
