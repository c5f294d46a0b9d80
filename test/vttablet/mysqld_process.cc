#include "test/vttablet/mysqld_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <glog/logging.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "test/testing/freeze.h"

namespace keyspan::testing {
namespace {

namespace fs = std::filesystem;

std::string Script(const std::string& name) {
  return std::string(KEYSPAN_SOURCE_DIR) + "/scripts/" + name;
}

std::string Prefix() {
  FILE* pipe = popen((Script("mysql_prefix") + " 2>/dev/null").c_str(), "r");
  CHECK(pipe != nullptr);
  char line[4096] = {};
  CHECK(fgets(line, sizeof(line), pipe) != nullptr) << "scripts/mysql_prefix failed";
  CHECK_EQ(pclose(pipe), 0) << "scripts/mysql_prefix failed";
  std::string prefix = line;
  while (!prefix.empty() && prefix.back() == '\n') prefix.pop_back();
  return prefix;
}

bool Accepts(const std::string& path) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  const bool ok = connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  close(fd);
  return ok;
}

}  // namespace

uint16_t FreePort() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  CHECK_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  socklen_t size = sizeof(address);
  CHECK_EQ(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
  close(fd);
  return ntohs(address.sin_port);
}

MysqldProcess::MysqldProcess(uint32_t server_id, std::vector<std::string> extra)
    : server_id_(server_id), extra_(std::move(extra)) {
  char name[] = "/tmp/keyspan-test-XXXXXX";
  CHECK(mkdtemp(name) != nullptr);
  folder_ = name;
  socket_ = folder_ + "/mysql.sock";
  port_ = FreePort();
  fs::copy(Prefix() + "/template", folder_ + "/data", fs::copy_options::recursive);
  Start();
}

MysqldProcess::~MysqldProcess() {
  Kill();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void MysqldProcess::Start() {
  fs::remove(socket_ + ".lock");
  std::vector<std::string> arguments = {Script("mysqld"),
                                        "--datadir=" + folder_ + "/data",
                                        "--socket=" + socket_,
                                        fmt::format("--port={}", port_),
                                        "--bind-address=127.0.0.1",
                                        "--mysqlx=OFF",
                                        fmt::format("--server-id={}", server_id_),
                                        "--super-read-only=ON",
                                        "--skip-replica-start=ON",
                                        "--log-bin=binlog",
                                        "--gtid-mode=ON",
                                        "--enforce-gtid-consistency=ON",
                                        "--event-scheduler=OFF",
                                        "--plugin-load-add=semisync_source.so",
                                        "--plugin-load-add=semisync_replica.so",
                                        "--innodb-buffer-pool-size=32M",
                                        "--innodb-redo-log-capacity=16M",
                                        "--performance-schema=OFF",
                                        "--report-host=127.0.0.1",
                                        "--innodb-doublewrite-files=2",
                                        "--max-allowed-packet=64M",
                                        "--log-error=" + folder_ + "/error.log"};
  arguments.insert(arguments.end(), extra_.begin(), extra_.end());
  const pid_t parent = getpid();
  pid_ = fork();
  CHECK_GE(pid_, 0);
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    const int null = open("/dev/null", O_RDWR);
    dup2(null, 0);
    dup2(null, 1);
    dup2(null, 2);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    execv(argv[0], argv.data());
    _exit(127);
  }
  for (int i = 0; i < 1200 && !Accepts(socket_); ++i) {
    CHECK_EQ(waitpid(pid_, nullptr, WNOHANG), 0) << "mysqld ended, see " << folder_;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  CHECK(Accepts(socket_)) << "mysqld did not start in time";
}

void MysqldProcess::Kill() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void MysqldProcess::Freeze() { FreezeProcess(pid_); }
void MysqldProcess::Thaw() { ThawProcess(pid_); }

}  // namespace keyspan::testing
