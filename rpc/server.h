#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/async/io_threads.h"
#include "common/status.h"
#include "rpc/channel.h"

namespace keyspan::rpc {

// Listens on one port and hands the accepted connections to the threads in turn, so that the load
// is even with few connections. Created and stopped by the main thread.
class Server {
 public:
  // Makes the request handler of a new channel; runs on the thread of that channel.
  using HandlerFactory =
      std::function<Channel::RequestHandler(int thread, const std::shared_ptr<Channel>& channel)>;

  Server(IoThreads& threads, ChannelOptions options, HandlerFactory factory);
  ~Server();  // Stop()s
  Server(const Server&) = delete;

  // Port 0 takes a free one. Fails with Unavailable when the port is taken.
  Status Listen(const std::string& host, uint16_t port);
  uint16_t port() const { return port_; }
  // Closes the listener, then every channel. Requires: not called on one of the threads.
  void Stop();

 private:
  struct Listener;
  IoThreads& threads_;
  ChannelOptions options_;
  HandlerFactory factory_;
  uint16_t port_ = 0;
  std::shared_ptr<Listener> listener_;
};

}  // namespace keyspan::rpc
