#include "rpc/server.h"

#include <fmt/format.h>
#include <glog/logging.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <utility>

#include "common/async/spawn.h"

namespace keyspan::rpc {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using Acceptor = asio::basic_socket_acceptor<Tcp, Executor>;

}  // namespace

// The acceptor lives on thread 0; `channels[i]` is touched by thread i only.
struct Server::Listener : std::enable_shared_from_this<Server::Listener> {
  Listener(IoThreads& threads, ChannelOptions options, HandlerFactory factory)
      : threads(threads),
        options(std::move(options)),
        factory(std::move(factory)),
        acceptor(threads.context(0).get_executor()),
        channels(threads.size()) {}

  Awaitable<void> AcceptLoop() {
    for (int next = 0; !stopped; next = (next + 1) % threads.size()) {
      auto [error, socket] =
          co_await acceptor.async_accept(threads.context(next).get_executor(), kTuple);
      if (stopped || error == asio::error::operation_aborted) break;
      if (error) {
        LOG(WARNING) << "cannot accept a connection: " << error.message();
        SteadyTimer pause(acceptor.get_executor(), std::chrono::milliseconds(50));
        co_await pause.async_wait(kTuple);
        continue;
      }
      auto moved = std::make_shared<StreamSocket>(std::move(socket));
      asio::post(threads.context(next), [self = shared_from_this(), next, moved] {
        self->Adopt(next, std::move(*moved));
      });
    }
  }

  void Adopt(int thread, StreamSocket socket) {
    auto& mine = channels[thread];
    std::erase_if(mine, [](const std::weak_ptr<Channel>& weak) { return weak.expired(); });
    if (stopped) return;
    // The handler needs the channel, and the channel its handler.
    auto handler = std::make_shared<Channel::RequestHandler>();
    auto channel = Channel::Accept(
        std::move(socket), options,
        [handler](std::unique_ptr<ServerStream> stream) { (*handler)(std::move(stream)); });
    *handler = factory(thread, channel);
    mine.push_back(channel);
  }

  IoThreads& threads;
  const ChannelOptions options;
  const HandlerFactory factory;
  Acceptor acceptor;
  std::atomic<bool> stopped = false;
  std::vector<std::vector<std::weak_ptr<Channel>>> channels;
};

Server::Server(IoThreads& threads, ChannelOptions options, HandlerFactory factory)
    : threads_(threads), options_(std::move(options)), factory_(std::move(factory)) {}

Server::~Server() { Stop(); }

Status Server::Listen(const std::string& host, uint16_t port) {
  auto listener = std::make_shared<Listener>(threads_, options_, factory_);
  boost::system::error_code error;
  const auto address = asio::ip::make_address(host, error);
  if (error) return InvalidArgument(fmt::format("{} is not an IP address", host));
  const Tcp::endpoint endpoint(address, port);
  Acceptor& acceptor = listener->acceptor;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(Acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(1024, error);
  if (error) {
    return Unavailable(fmt::format("cannot listen on {}:{}: {}", host, port, error.message()));
  }
  port_ = acceptor.local_endpoint(error).port();
  listener_ = listener;
  Spawn("accept loop", threads_.context(0).get_executor(),
        [listener] { return listener->AcceptLoop(); });
  return Status();
}

void Server::Stop() {
  if (!listener_) return;
  auto listener = std::exchange(listener_, nullptr);
  listener->stopped = true;
  threads_.RunOnAll([&](int thread) {
    boost::system::error_code ignored;
    if (thread == 0) listener->acceptor.close(ignored);
    for (const auto& weak : std::exchange(listener->channels[thread], {})) {
      if (auto channel = weak.lock()) channel->Close(Unavailable("the tablet is shutting down"));
    }
  });
}

}  // namespace keyspan::rpc
