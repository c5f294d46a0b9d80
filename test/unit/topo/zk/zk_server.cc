#include "test/unit/topo/zk/zk_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <glog/logging.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "test/testing/freeze.h"

namespace keyspan::topo {
namespace {

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int FreePort() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  PCHECK(bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0);
  PCHECK(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  close(fd);
  return ntohs(address.sin_port);
}

}  // namespace

ZkServer::ZkServer() : port_(FreePort()) {
  std::string pattern = (std::filesystem::temp_directory_path() / "keyspan_zk_XXXXXX").string();
  PCHECK(mkdtemp(pattern.data()) != nullptr);
  folder_ = pattern;
  // A short tick allows short session timeouts.
  std::ofstream(folder_ + "/zoo.cfg")
      << "tickTime=200\ndataDir=" << folder_ << "/data\nclientPort=" << port_
      << "\nclientPortAddress=127.0.0.1\nadmin.enableServer=false\nmaxClientCnxns=0\n"
      << "4lw.commands.whitelist=ruok\n";
  Start();
}

ZkServer::~ZkServer() {
  Kill();
  std::filesystem::remove_all(folder_);
}

void ZkServer::Start() {
  const std::string config = folder_ + "/zoo.cfg";
  const std::string log = folder_ + "/log";
  const pid_t parent = getpid();
  process_ = fork();
  PCHECK(process_ >= 0);
  if (process_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    const int fd = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    dup2(fd, STDOUT_FILENO);
    dup2(fd, STDERR_FILENO);
    execlp("java", "java", "-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp",
           "/usr/share/java/zookeeper.jar", "org.apache.zookeeper.server.ZooKeeperServerMain",
           config.c_str(), nullptr);
    _exit(127);
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!Answers()) {
    int status = 0;
    CHECK_EQ(waitpid(process_, &status, WNOHANG), 0) << "ZooKeeper ended at once: see " << log;
    CHECK(std::chrono::steady_clock::now() < deadline) << "ZooKeeper does not answer: see " << log;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

bool ZkServer::Answers() const {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(port_);
  char answer[5] = {};
  const bool ok = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
                  write(fd, "ruok", 4) == 4 && read(fd, answer, 4) == 4 &&
                  std::string(answer) == "imok";
  close(fd);
  return ok;
}

void ZkServer::Kill() {
  if (process_ < 0) return;
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
  process_ = -1;
}

void ZkServer::Restart() {
  Kill();
  Start();
}

void ZkServer::Pause() { testing::FreezeProcess(process_); }
void ZkServer::Resume() { testing::ThawProcess(process_); }

}  // namespace keyspan::topo
