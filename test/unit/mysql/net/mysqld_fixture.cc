#include "test/unit/mysql/net/mysqld_fixture.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <glog/logging.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <thread>
#include <vector>

namespace keyspan::mysql {
namespace {

uint16_t FreePort() {
  int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  PCHECK(::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0);
  PCHECK(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  ::close(fd);
  return ntohs(address.sin_port);
}

bool CanConnect(const std::string& path) {
  int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  bool ok = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  ::close(fd);
  return ok;
}

void Shell(const std::string& command) { CHECK_EQ(std::system(command.c_str()), 0) << command; }

}  // namespace

Mysqld::Mysqld() {
  char folder[] = "/tmp/keyspan_mysqld.XXXXXX";
  PCHECK(::mkdtemp(folder) != nullptr);
  folder_ = folder;
  unix_socket_ = folder_ + "/s";
  port_ = FreePort();
  const std::string scripts = KEYSPAN_SOURCE_DIR "/scripts";
  Shell(fmt::format("cp -r \"$({}/mysql_prefix --quiet; {}/mysql_prefix)/template\" {}/data",
                    scripts, scripts, folder_));
  std::string program = scripts + "/mysqld";
  std::string arguments[] = {
      program,
      fmt::format("--datadir={}/data", folder_),
      "--socket=" + unix_socket_,
      fmt::format("--port={}", port_),
      "--bind-address=127.0.0.1",
      "--mysqlx=OFF",
      "--performance-schema=OFF",
      "--innodb-buffer-pool-size=32M",
      "--max-allowed-packet=64M",
      fmt::format("--log-error={}/log", folder_),
  };
  pid_ = ::fork();
  PCHECK(pid_ >= 0);
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  for (int i = 0; i < 600; ++i) {
    if (CanConnect(unix_socket_)) return;
    CHECK_EQ(::waitpid(pid_, nullptr, WNOHANG), 0) << "mysqld ended; see " << folder_ << "/log";
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  LOG(FATAL) << "mysqld did not start; see " << folder_ << "/log";
}

Mysqld::~Mysqld() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  Shell("rm -rf " + folder_);
}

}  // namespace keyspan::mysql
