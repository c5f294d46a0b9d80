#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

namespace keyspan::mysql {

// A MySQL server of its own for one test program, in a temporary folder, gone with the object. The
// accounts are those of scripts/mysql_prefix, root without a password by unix socket among them.
class Mysqld {
 public:
  // Aborts the test program, with the server's log, when it does not start.
  Mysqld();
  ~Mysqld();

  const std::string& unix_socket() const { return unix_socket_; }
  std::string data_folder() const { return folder_ + "/data"; }
  uint16_t port() const { return port_; }

 private:
  std::string folder_;
  std::string unix_socket_;
  uint16_t port_ = 0;
  pid_t pid_ = 0;
};

}  // namespace keyspan::mysql
