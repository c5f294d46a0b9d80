#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <string>

#include "common/async/awaitable.h"
#include "common/status.h"

namespace keyspan::vtgate {

// Accepts clients of one port on one thread; every thread has its own listener on the same port
// (SO_REUSEPORT), so that the kernel spreads the clients. Lives on its io_context. Out of file
// descriptors it waits and goes on.
class Listener {
 public:
  using OnAccept = std::function<void(StreamSocket)>;

  Listener(Executor executor, OnAccept on_accept);

  // Binds and listens; an error says which address and why.
  Status Listen(const std::string& host, uint16_t port);
  // Begins to accept.
  void Start();
  void Stop();

 private:
  Awaitable<void> AcceptLoop();

  using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, Executor>;
  Acceptor acceptor_;
  OnAccept on_accept_;
  bool stopped_ = false;
};

}  // namespace keyspan::vtgate
