// ClientConnection against ServerConnection (the echo server), directly and through a relay that
// cuts the conversation after every single byte, in either direction.
#include <fcntl.h>
#include <glog/logging.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>

#include "common/async/spawn.h"
#include "mysql/net/client_connection.h"

namespace keyspan::mysql {
namespace {

using boost::asio::ip::tcp;
using ConnectionPtr = std::unique_ptr<ClientConnection>;
using Acceptor = boost::asio::basic_socket_acceptor<tcp, Executor>;
using TcpSocket = boost::asio::basic_stream_socket<tcp, Executor>;
using Tls = ClientHandshakeOptions::Tls;

// The echo server as a process of its own.
class EchoServer {
 public:
  EchoServer() {
    int pipe_ends[2];
    PCHECK(::pipe(pipe_ends) == 0);
    pid_ = ::fork();
    PCHECK(pid_ >= 0);
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::dup2(pipe_ends[1], 1);
      ::execl(MYSQL_ECHO_SERVER, MYSQL_ECHO_SERVER, nullptr);
      ::_exit(127);
    }
    ::close(pipe_ends[1]);
    FILE* out = ::fdopen(pipe_ends[0], "r");
    int port = 0;
    CHECK_EQ(std::fscanf(out, "port %d", &port), 1);
    port_ = static_cast<uint16_t>(port);
    std::fclose(out);
  }
  ~EchoServer() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  uint16_t port() const { return port_; }

 private:
  pid_t pid_ = 0;
  uint16_t port_ = 0;
};

// One connection between two sockets, cut when a direction has carried its share of bytes.
struct Relay {
  Relay(Executor executor, uint16_t port)
      : client(executor), server(executor), acceptor(executor, tcp::endpoint(tcp::v4(), 0)) {
    upstream = tcp::endpoint(boost::asio::ip::address_v4::loopback(), port);
  }
  TcpSocket client;
  TcpSocket server;
  Acceptor acceptor;
  tcp::endpoint upstream;
  size_t left[2] = {SIZE_MAX, SIZE_MAX};  // to the server, to the client
  size_t carried[2] = {0, 0};

  void Cut() {
    boost::system::error_code ignored;
    client.close(ignored);
    server.close(ignored);
  }
};

Awaitable<void> Pump(std::shared_ptr<Relay> relay, int direction) {
  TcpSocket& from = direction == 0 ? relay->client : relay->server;
  TcpSocket& to = direction == 0 ? relay->server : relay->client;
  char buffer[4096];
  while (relay->left[direction] > 0) {
    size_t room = std::min(sizeof(buffer), relay->left[direction]);
    auto [error, n] = co_await from.async_read_some(boost::asio::buffer(buffer, room), kTuple);
    if (error) break;
    relay->left[direction] -= n;
    relay->carried[direction] += n;
    auto [failure, sent] = co_await to.async_write_some(boost::asio::buffer(buffer, n), kTuple);
    if (failure || sent != n) break;
  }
  relay->Cut();
}

Awaitable<void> RunRelay(std::shared_ptr<Relay> relay) {
  auto [error] = co_await relay->acceptor.async_accept(relay->client, kTuple);
  if (error) co_return;
  auto [failure] = co_await relay->server.async_connect(relay->upstream, kTuple);
  if (failure) co_return;
  Spawn("pump", relay->acceptor.get_executor(), [relay] { return Pump(relay, 0); });
  Spawn("pump", relay->acceptor.get_executor(), [relay] { return Pump(relay, 1); });
}

class ClientServerTest : public testing::Test {
 public:
  void Run(std::function<Awaitable<void>(ClientServerTest*)> body) {
    uint64_t failures = SpawnFailures();
    Spawn("test", executor(), [this, body] { return body(this); });
    context_.run();
    context_.restart();
    EXPECT_EQ(SpawnFailures(), failures);
  }
  Executor executor() { return context_.get_executor(); }
  uint16_t port() const { return server_.port(); }
  static ClientOptions Options(std::string user, std::string password, uint16_t port, Tls tls) {
    ClientOptions options;
    options.port = port;
    options.login.user = std::move(user);
    options.login.password = std::move(password);
    options.login.tls = tls;
    if (tls != Tls::kNever) options.tls = *TlsContext::Client({});
    return options;
  }

 private:
  EchoServer server_;
  boost::asio::io_context context_{1};
};

// Everything that the cut conversation does: true when all of it worked.
Awaitable<bool> Talk(Executor executor, ClientOptions options, std::vector<Status>* errors) {
  Result<ConnectionPtr> c = co_await ClientConnection::Connect(executor, std::move(options));
  if (!c.ok()) {
    errors->push_back(c.status());
    co_return false;
  }
  Result<QueryResult> r = co_await (*c)->QueryBuffered("rows 3");
  if (r.ok()) {
    EXPECT_EQ(r->rows.size(), 3u);
    auto prepared = co_await (*c)->Prepare("?");
    if (!prepared.ok()) {
      errors->push_back(prepared.status());
      EXPECT_TRUE((*c)->broken());
      co_return false;
    }
    std::string block;
    EXPECT_TRUE(EncodeParameterBlock(Row{Value::Text("x")}, &block).ok());
    r = co_await (*c)->ExecuteBuffered(prepared->id, block);
  }
  if (!r.ok()) {
    errors->push_back(r.status());
    EXPECT_TRUE((*c)->broken());
    co_return false;
  }
  EXPECT_EQ(r->rows[0][0].str(), "x");
  co_return true;
}

TEST_F(ClientServerTest, EveryLogin) {
  Run([](ClientServerTest* t) -> Awaitable<void> {
    for (Tls tls : {Tls::kNever, Tls::kRequired}) {
      for (const auto& [user, password] : std::vector<std::pair<const char*, const char*>>{
               {"app", "app"}, {"empty", ""}, {"old", "oldpw"}, {"old", "oldpw"}}) {
        std::vector<Status> errors;
        bool ok = co_await Talk(t->executor(), Options(user, password, t->port(), tls), &errors);
        EXPECT_TRUE(ok) << user << (errors.empty() ? "" : errors[0].ToString());
      }
      std::vector<Status> errors;
      EXPECT_FALSE(co_await Talk(t->executor(), Options("app", "no", t->port(), tls), &errors));
      EXPECT_EQ(errors[0].mysql_errno(), 1045);
    }
  });
}

TEST_F(ClientServerTest, CutAfterEveryByte) {
  Run([](ClientServerTest* t) -> Awaitable<void> {
    size_t total[2] = {0, 0};
    for (int direction : {0, 1}) {
      // The first round, uncut, counts the bytes.
      for (size_t cut = SIZE_MAX; cut == SIZE_MAX || cut < total[direction];
           cut = cut == SIZE_MAX ? 0 : cut + 1) {
        auto relay = std::make_shared<Relay>(t->executor(), t->port());
        relay->left[direction] = cut;
        Spawn("relay", t->executor(), [relay] { return RunRelay(relay); });
        ClientOptions options =
            Options("app", "app", relay->acceptor.local_endpoint().port(), Tls::kNever);
        std::vector<Status> errors;
        bool ok = co_await Talk(t->executor(), options, &errors);
        EXPECT_EQ(ok, cut == SIZE_MAX) << "direction " << direction << " cut at " << cut;
        if (!ok && !errors.empty()) {
          EXPECT_TRUE(errors[0].code() == StatusCode::kUnavailable ||
                      errors[0].code() == StatusCode::kUnknownOutcome)
              << errors[0].ToString();
        }
        if (cut == SIZE_MAX) {
          total[direction] = relay->carried[direction];
        }
        boost::system::error_code ignored;
        relay->acceptor.close(ignored);
        relay->Cut();
      }
      EXPECT_GT(total[direction], 100u);
    }
    // The server has survived it all.
    std::vector<Status> errors;
    EXPECT_TRUE(
        co_await Talk(t->executor(), Options("app", "app", t->port(), Tls::kNever), &errors));
  });
}

TEST_F(ClientServerTest, AServerThatSaysNothingIsLeftAfterTheTimeout) {
  Run([](ClientServerTest* t) -> Awaitable<void> {
    Acceptor silent(t->executor(), tcp::endpoint(tcp::v4(), 0));
    ClientOptions options = Options("app", "app", silent.local_endpoint().port(), Tls::kNever);
    options.connect_timeout = std::chrono::milliseconds(200);
    Result<ConnectionPtr> c = co_await ClientConnection::Connect(t->executor(), options);
    EXPECT_EQ(c.status().code(), StatusCode::kUnavailable);
    EXPECT_NE(c.status().message().find("timed out"), std::string_view::npos);
  });
}

}  // namespace
}  // namespace keyspan::mysql
