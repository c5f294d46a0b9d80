#include "common/http/http_server.h"

#include <fmt/format.h>
#include <glog/logging.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <string_view>
#include <utility>

#include "common/async/deadline.h"
#include "common/async/spawn.h"

namespace keyspan {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using Acceptor = asio::basic_socket_acceptor<Tcp, Executor>;
using Socket = asio::basic_stream_socket<Tcp, Executor>;

constexpr size_t kMaxRequest = 8u << 10;
constexpr int kMaxConnections = 64;
constexpr std::chrono::seconds kTimeout{10};

const char* Reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 503:
      return "Service Unavailable";
    default:
      return "Error";
  }
}

// The request line up to its end; false when it is none.
bool ParseRequestLine(std::string_view line, HttpRequest& request) {
  const size_t first = line.find(' ');
  if (first == std::string_view::npos) return false;
  const size_t second = line.find(' ', first + 1);
  if (second == std::string_view::npos || !line.substr(second + 1).starts_with("HTTP/1.")) {
    return false;
  }
  request.method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, second - first - 1);
  const size_t question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string_view::npos) request.query = target.substr(question + 1);
  return request.path.starts_with("/");
}

}  // namespace

struct HttpServer::State : std::enable_shared_from_this<HttpServer::State> {
  explicit State(Executor executor) : acceptor(executor) {}

  HttpResponse Answer(std::string_view head) const {
    HttpRequest request;
    if (!ParseRequestLine(head.substr(0, head.find('\r')), request)) {
      return {.status = 400, .body = "not an HTTP request\n"};
    }
    if (request.method != "GET" && request.method != "HEAD") {
      return {.status = 405, .body = "only GET is understood\n"};
    }
    auto found = handlers.find(request.path);
    if (found == handlers.end()) {
      std::string known;
      for (const auto& [path, handler] : handlers) known += path + "\n";
      return {.status = 404, .body = "there is no such page; there are:\n" + known};
    }
    HttpResponse response = found->second(request);
    if (request.method == "HEAD") response.body.clear();
    return response;
  }

  Awaitable<void> Serve(std::shared_ptr<Socket> socket) {
    ++connections;
    Deadline deadline(acceptor.get_executor(), std::chrono::steady_clock::now() + kTimeout,
                      [socket] {
                        boost::system::error_code ignored;
                        socket->close(ignored);
                      });
    std::string head;
    char buffer[2048];
    while (head.find("\r\n\r\n") == std::string::npos && head.size() < kMaxRequest) {
      auto [error, n] = co_await socket->async_read_some(asio::buffer(buffer), kTuple);
      if (error) break;
      head.append(buffer, n);
    }
    if (head.find("\r\n\r\n") != std::string::npos) {
      const HttpResponse response = Answer(head);
      const std::string text = fmt::format(
          "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
          response.status, Reason(response.status), response.content_type, response.body.size(),
          response.body);
      auto [error, n] = co_await asio::async_write(*socket, asio::buffer(text), kTuple);
      if (error) VLOG(1) << "an HTTP answer was not taken: " << error.message();
    }
    boost::system::error_code ignored;
    socket->shutdown(Socket::shutdown_both, ignored);
    socket->close(ignored);
    --connections;
  }

  Awaitable<void> AcceptLoop() {
    auto self = shared_from_this();
    while (!stopped) {
      auto [error, accepted] = co_await acceptor.async_accept(kTuple);
      if (stopped || error == asio::error::operation_aborted) break;
      if (error || connections >= kMaxConnections) {
        SteadyTimer pause(acceptor.get_executor(), std::chrono::milliseconds(50));
        if (error) co_await pause.async_wait(kTuple);
        continue;
      }
      auto socket = std::make_shared<Socket>(std::move(accepted));
      Spawn("http request", acceptor.get_executor(),
            [self, socket] { return self->Serve(socket); });
    }
  }

  Acceptor acceptor;
  std::map<std::string, Handler> handlers;
  int connections = 0;
  bool stopped = false;
};

HttpServer::HttpServer(Executor executor) : state_(std::make_shared<State>(executor)) {}

HttpServer::~HttpServer() { Stop(); }

void HttpServer::Handle(const std::string& path, Handler handler) {
  state_->handlers[path] = std::move(handler);
}

Status HttpServer::Listen(const std::string& host, uint16_t port) {
  boost::system::error_code error;
  const Tcp::endpoint endpoint(asio::ip::make_address(host, error), port);
  if (error) return InvalidArgument(fmt::format("{} is not an IP address", host));
  Acceptor& acceptor = state_->acceptor;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(Acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(64, error);
  if (error) {
    return Unavailable(fmt::format("cannot listen on {}:{}: {}", host, port, error.message()));
  }
  port_ = acceptor.local_endpoint(error).port();
  Spawn("http accept loop", acceptor.get_executor(),
        [state = state_] { return state->AcceptLoop(); });
  return Status();
}

void HttpServer::Stop() {
  state_->stopped = true;
  boost::system::error_code ignored;
  state_->acceptor.close(ignored);
}

void AppendMetric(std::string& out, const std::string& name, const std::string& type,
                  const std::string& labels, double value) {
  if (!type.empty()) out += fmt::format("# TYPE {} {}\n", name, type);
  out += labels.empty() ? fmt::format("{} {}\n", name, value)
                        : fmt::format("{}{{{}}} {}\n", name, labels, value);
}

}  // namespace keyspan
