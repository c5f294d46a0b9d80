#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "common/status.h"

namespace keyspan::testing {

// A real mysqld of scripts/mysqld in a temporary folder, with the settings that a tablet asks for.
// It dies with the test process, however that ends.
class MysqldProcess {
 public:
  explicit MysqldProcess(uint32_t server_id, std::vector<std::string> extra = {});
  ~MysqldProcess();  // kills it and removes the folder
  MysqldProcess(const MysqldProcess&) = delete;

  void Start();   // and waits until it accepts connections
  void Kill();    // kill -9
  void Freeze();  // SIGSTOP; returns when no thread of it runs
  void Thaw();

  const std::string& socket() const { return socket_; }
  uint16_t port() const { return port_; }

 private:
  const uint32_t server_id_;
  const std::vector<std::string> extra_;
  std::string folder_;
  std::string socket_;
  uint16_t port_ = 0;
  pid_t pid_ = -1;
};

// A TCP port that is free now.
uint16_t FreePort();

}  // namespace keyspan::testing
