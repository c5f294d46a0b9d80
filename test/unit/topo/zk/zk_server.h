#pragma once

#include <sys/types.h>

#include <string>

namespace keyspan::topo {

// A private ZooKeeper of a test: its own port and data folder, gone with this object (and with the
// test process, should that be killed). Must be used from one thread.
class ZkServer {
 public:
  ZkServer();  // starts it and waits until it answers; aborts the test program if it does not
  ~ZkServer();
  ZkServer(const ZkServer&) = delete;

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  void Kill();     // SIGKILL
  void Restart();  // on the same port and data
  void Pause();    // SIGSTOP: connections stay open, nothing is answered
  void Resume();

 private:
  void Start();
  bool Answers() const;

  int port_;
  std::string folder_;
  pid_t process_ = -1;
};

}  // namespace keyspan::topo
