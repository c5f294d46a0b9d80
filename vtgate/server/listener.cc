#include "vtgate/server/listener.h"

#include <fmt/format.h>
#include <glog/logging.h>
#include <sys/socket.h>

#include <boost/asio/ip/address.hpp>

#include "common/async/spawn.h"

namespace keyspan::vtgate {
namespace {

constexpr int kBacklog = 4096;
constexpr std::chrono::milliseconds kPauseAfterError{50};

}  // namespace

Listener::Listener(Executor executor, OnAccept on_accept)
    : acceptor_(executor), on_accept_(std::move(on_accept)) {}

Status Listener::Listen(const std::string& host, uint16_t port) {
  boost::system::error_code error;
  auto address = boost::asio::ip::make_address(host, error);
  if (error) return InvalidArgument(fmt::format("--mysql_host {}: not an IP address", host));
  boost::asio::ip::tcp::endpoint endpoint(address, port);
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(boost::asio::socket_base::reuse_address(true), error);
  int one = 1;
  if (!error &&
      setsockopt(acceptor_.native_handle(), SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)) != 0) {
    error.assign(errno, boost::system::system_category());
  }
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(kBacklog, error);
  if (error) {
    return Unavailable(fmt::format("cannot listen on {}:{}: {}", host, port, error.message()));
  }
  return Status::Ok();
}

void Listener::Start() {
  Spawn("accept clients", acceptor_.get_executor(), [this] { return AcceptLoop(); });
}

void Listener::Stop() {
  stopped_ = true;
  boost::system::error_code ignored;
  acceptor_.close(ignored);
}

Awaitable<void> Listener::AcceptLoop() {
  while (!stopped_) {
    auto [error, socket] = co_await acceptor_.async_accept(kTuple);
    if (stopped_) co_return;
    if (error) {
      LOG_EVERY_N(WARNING, 100) << "accepting a client failed: " << error.message();
      SteadyTimer pause(acceptor_.get_executor(), kPauseAfterError);
      co_await pause.async_wait(kTuple);
      continue;
    }
    boost::system::error_code ignored;
    socket.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
    on_accept_(StreamSocket(std::move(socket)));
  }
}

}  // namespace keyspan::vtgate
