#include "rpc/channel.h"

#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <string>
#include <thread>

#include "common/async/io_threads.h"
#include "common/async/spawn.h"
#include "rpc/server.h"

namespace keyspan::rpc {
namespace {

using namespace std::chrono_literals;

std::span<const uint8_t> AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

std::string Text(std::span<const uint8_t> bytes) { return {bytes.begin(), bytes.end()}; }

// What the service does is said by the request's text.
struct ServiceState {
  std::atomic<int> cancelled = 0;
  std::atomic<int> closed = 0;
  std::atomic<uint64_t> sent = 0;
};

Awaitable<void> SendMany(std::shared_ptr<ServiceState> state,
                         std::unique_ptr<ServerStream> stream) {
  const std::string piece(10'000, 'p');
  for (int i = 0; i < 1000; ++i) {
    if (Status status = co_await stream->Send(AsBytes(piece)); !status.ok()) {
      state->cancelled++;
      co_return;
    }
    state->sent += piece.size();
  }
  stream->Finish(nullptr, AsBytes("!"));
}

Channel::RequestHandler MakeService(std::shared_ptr<ServiceState> state) {
  auto held = std::make_shared<std::vector<std::unique_ptr<ServerStream>>>();
  return [state, held](std::unique_ptr<ServerStream> stream) {
    if (stream == nullptr) {
      state->closed++;
      held->clear();
      return;
    }
    const std::string request = Text(stream->payload());
    if (request == "many") {
      auto executor = stream->channel().executor();
      Spawn("many", executor,
            [state, moved = std::make_shared<std::unique_ptr<ServerStream>>(std::move(stream))] {
              return SendMany(state, std::move(*moved));
            });
    } else if (request == "hold") {
      stream->OnCancel([state] { state->cancelled++; });
      held->push_back(std::move(stream));
    } else if (request == "die") {
      auto channel = stream->channel().shared_from_this();
      held->push_back(std::move(stream));
      channel->Close(Unavailable("told to"));
    } else if (request == "fail") {
      stream->FinishWithError(Status::Mysql(1146, "42S02", "no such table"));
    } else if (request == "drop") {
      stream.reset();
    } else {
      StreamEnd end;
      end.set_transaction_id(stream->head().size());
      stream->Finish(&end, stream->payload());
    }
  };
}

class ChannelTest : public testing::Test {
 public:
  ChannelTest() : threads_(2), state_(std::make_shared<ServiceState>()) {
    ChannelOptions options;
    options.name = "server";
    options.keep_alive = 100ms;
    server_ = std::make_unique<Server>(
        threads_, options,
        [this](int, const std::shared_ptr<Channel>&) { return MakeService(state_); });
    Status status = server_->Listen("127.0.0.1", 0);
    EXPECT_TRUE(status.ok()) << status.ToString();
    options_.name = "client";
    options_.keep_alive = 100ms;
  }
  ~ChannelTest() override {
    if (channel_) channel_->Close(Unavailable("test over"));
    channel_.reset();
    context_.restart();
    context_.run();
    server_->Stop();
    threads_.Stop();
  }

  // Runs `body` to its end on the client's io_context.
  void Run(Awaitable<void> (*body)(ChannelTest*)) {
    Spawn("test", context_.get_executor(), [this, body] { return Wrap(body); });
    context_.restart();
    while (!done_) context_.run_one();
    done_ = false;
  }
  Awaitable<void> Wrap(Awaitable<void> (*body)(ChannelTest*)) {
    co_await body(this);
    done_ = true;
  }

  Awaitable<void> Connect() {
    auto channel =
        co_await Channel::Connect(context_.get_executor(), "127.0.0.1", server_->port(), options_);
    EXPECT_TRUE(channel.ok()) << channel.status().ToString();
    if (channel.ok()) channel_ = *channel;
  }
  Status Start(ClientStream& stream, std::string_view text) {
    return stream.Start(channel_, FrameKind::kExecute, nullptr, AsBytes(text));
  }
  Awaitable<void> Sleep(std::chrono::milliseconds time) {
    SteadyTimer timer(context_.get_executor(), time);
    co_await timer.async_wait(kTuple);
  }
  Awaitable<void> Eventually(const std::function<bool()>& condition) {
    for (int i = 0; i < 500 && !condition(); ++i) co_await Sleep(10ms);
    EXPECT_TRUE(condition());
  }

  IoThreads threads_;
  std::shared_ptr<ServiceState> state_;
  std::unique_ptr<Server> server_;
  boost::asio::io_context context_{1};
  ChannelOptions options_;
  std::shared_ptr<Channel> channel_;
  bool done_ = false;
};

TEST_F(ChannelTest, EchoesWithHeadAndEnd) {
  Run([](ChannelTest* t) -> Awaitable<void> {
    co_await t->Connect();
    EXPECT_EQ(t->channel_->peer().name(), "server");
    ExecuteRequest head;
    head.set_transaction_id(9);
    ClientStream stream;
    for (int i = 0; i < 3; ++i) {  // a stream can be used again
      EXPECT_TRUE(
          stream.Start(t->channel_, FrameKind::kExecute, &head, AsBytes("SELECT "), AsBytes("1"))
              .ok());
      auto piece = co_await stream.Next();
      EXPECT_TRUE(piece.ok());
      EXPECT_EQ(Text(*piece), "SELECT 1");
      EXPECT_TRUE(stream.ended());
      EXPECT_EQ(stream.end().transaction_id(), 2u);
    }
  });
}

Awaitable<void> EchoOften(std::shared_ptr<Channel> channel, int id, int* left) {
  ClientStream stream;
  for (int i = 0; i < 200; ++i) {
    const std::string text = std::to_string(id) + "/" + std::to_string(i);
    EXPECT_TRUE(stream.Start(channel, FrameKind::kExecute, nullptr, AsBytes(text)).ok());
    auto piece = co_await stream.Next();
    EXPECT_TRUE(piece.ok());
    EXPECT_EQ(Text(*piece), text);
  }
  --*left;
}

TEST_F(ChannelTest, ManyStreamsShareOneConnection) {
  Run([](ChannelTest* t) -> Awaitable<void> {
    co_await t->Connect();
    int left = 100;
    for (int i = 0; i < 100; ++i) {
      Spawn("echo", t->context_.get_executor(),
            [t, i, &left] { return EchoOften(t->channel_, i, &left); });
    }
    const std::function<bool()> reached = [&left] { return left == 0; };
    co_await t->Eventually(reached);
  });
}

TEST_F(ChannelTest, CarriesARequestOfManyFrames) {
  Run([](ChannelTest* t) -> Awaitable<void> {
    co_await t->Connect();
    std::string text(5'000'000, 'q');
    text.back() = 'z';
    ClientStream stream;
    ExecuteRequest head;
    EXPECT_TRUE(
        stream.Start(t->channel_, FrameKind::kExecute, &head, AsBytes(text), AsBytes("+")).ok());
    std::string all;
    while (!stream.ended()) {
      auto piece = co_await stream.Next();
      EXPECT_TRUE(piece.ok());
      if (!piece.ok()) break;
      all += Text(*piece);
    }
    EXPECT_TRUE(all == text + "+");
  });
}

TEST_F(ChannelTest, RefusesARequestThatIsTooLong) {
  Run([](ChannelTest* t) -> Awaitable<void> {
    co_await t->Connect();
    ClientStream stream;
    EXPECT_EQ(t->Start(stream, std::string(t->options_.max_request_size + 1, 'x')).code(),
              StatusCode::kInvalidArgument);
    EXPECT_TRUE(t->Start(stream, "still works").ok());
    EXPECT_TRUE((co_await stream.Next()).ok());
  });
}

TEST_F(ChannelTest, ASlowReaderStopsTheSender) {
  Run([](ChannelTest* t) -> Awaitable<void> {
    co_await t->Connect();
    ClientStream stream;
    EXPECT_TRUE(t->Start(stream, "many").ok());
    auto piece = co_await stream.Next();
    EXPECT_TRUE(piece.ok());
    uint64_t got = piece->size();
    co_await t->Sleep(200ms);
    EXPECT_LE(t->state_->sent, got + kDefaultStreamWindow + 20'000);
    // Another stream is not held up by it.
    ClientStream other;
    EXPECT_TRUE(t->Start(other, "hello").ok());
    EXPECT_TRUE((co_await other.Next()).ok());
    while (!stream.ended()) {
      piece = co_await stream.Next();
      EXPECT_TRUE(piece.ok());
      if (!piece.ok()) break;
      got += piece->size();
    }
    EXPECT_EQ(got, 10'000'001u);
  });
}

TEST_F(ChannelTest, DestroyingAStreamCancelsIt) {
  Run([](ChannelTest* t) -> Awaitable<void> {
    co_await t->Connect();
    {
      ClientStream waiting, sending;
      EXPECT_TRUE(t->Start(waiting, "hold").ok());
      EXPECT_TRUE(t->Start(sending, "many").ok());
      EXPECT_TRUE((co_await sending.Next()).ok());
    }
    const std::function<bool()> reached = [t] { return t->state_->cancelled == 2; };
    co_await t->Eventually(reached);
    ClientStream again;
    EXPECT_TRUE(t->Start(again, "hello").ok());
    EXPECT_TRUE((co_await again.Next()).ok());
  });
}

TEST_F(ChannelTest, CancelEndsANextThatIsAwaited) {
  Run([](ChannelTest* t) -> Awaitable<void> {
    co_await t->Connect();
    ClientStream stream;
    EXPECT_TRUE(t->Start(stream, "hold").ok());
    StatusCode code = StatusCode::kOk;
    Spawn(
        "reader", co_await boost::asio::this_coro::executor,
        [&stream, &code]() -> Awaitable<void> { code = (co_await stream.Next()).status().code(); });
    co_await t->Sleep(20ms);
    EXPECT_EQ(code, StatusCode::kOk);
    stream.Cancel();
    EXPECT_EQ(code, StatusCode::kOk) << "the reader may not run inside Cancel()";
    const std::function<bool()> reached = [&code] { return code == StatusCode::kCancelled; };
    co_await t->Eventually(reached);
    EXPECT_EQ((co_await stream.Next()).status().code(), StatusCode::kCancelled);
  });
}

TEST_F(ChannelTest, PassesErrorsWithTheirNumbers) {
  Run([](ChannelTest* t) -> Awaitable<void> {
    co_await t->Connect();
    ClientStream stream;
    EXPECT_TRUE(t->Start(stream, "fail").ok());
    EXPECT_FALSE(stream.ended());
    Status status = (co_await stream.Next()).status();
    EXPECT_EQ(status.mysql_errno(), 1146);
    EXPECT_EQ(status.sqlstate(), "42S02");
    EXPECT_EQ(status.code(), StatusCode::kMysql);
    EXPECT_TRUE(stream.ended());
    EXPECT_TRUE(t->Start(stream, "drop").ok());
    EXPECT_EQ((co_await stream.Next()).status().code(), StatusCode::kInternal);
  });
}

TEST_F(ChannelTest, ADeadChannelFailsItsStreams) {
  Run([](ChannelTest* t) -> Awaitable<void> {
    co_await t->Connect();
    bool told = false;
    t->channel_->OnClose([&told](const Status&) { told = true; });
    ClientStream held, dying, late;
    EXPECT_TRUE(t->Start(held, "hold").ok());
    EXPECT_TRUE(t->Start(dying, "die").ok());
    EXPECT_EQ((co_await dying.Next()).status().code(), StatusCode::kUnknownOutcome);
    EXPECT_EQ((co_await held.Next()).status().code(), StatusCode::kUnknownOutcome);
    EXPECT_EQ(t->Start(late, "x").code(), StatusCode::kUnavailable);
    const std::function<bool()> reached = [&told, t] { return told && t->state_->closed == 1; };
    co_await t->Eventually(reached);
    EXPECT_EQ(t->state_->cancelled, 1);  // the held request learned it
  });
}

TEST_F(ChannelTest, WhatWasNotSentIsUnavailable) {
  Run([](ChannelTest* t) -> Awaitable<void> {
    co_await t->Connect();
    ClientStream stream;
    EXPECT_TRUE(t->Start(stream, "x").ok());
    t->channel_->Close(Unavailable("cut"));
    EXPECT_EQ((co_await stream.Next()).status().code(), StatusCode::kUnavailable);
  });
}

TEST_F(ChannelTest, KeepAliveHoldsASilentConnectionOpen) {
  Run([](ChannelTest* t) -> Awaitable<void> {
    co_await t->Connect();
    co_await t->Sleep(600ms);
    EXPECT_FALSE(t->channel_->closed());
  });
}

TEST_F(ChannelTest, RefusedAndSilentServers) {
  Run([](ChannelTest* t) -> Awaitable<void> {
    using Tcp = boost::asio::ip::tcp;
    boost::asio::basic_socket_acceptor<Tcp, Executor> acceptor(
        t->context_.get_executor(), Tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
    const uint16_t port = acceptor.local_endpoint().port();
    t->options_.connect_timeout = 150ms;
    t->options_.keep_alive = 10s;
    auto silent =
        co_await Channel::Connect(t->context_.get_executor(), "127.0.0.1", port, t->options_);
    EXPECT_EQ(silent.status().code(), StatusCode::kUnavailable);
    acceptor.close();
    auto refused =
        co_await Channel::Connect(t->context_.get_executor(), "127.0.0.1", port, t->options_);
    EXPECT_EQ(refused.status().code(), StatusCode::kUnavailable);
  });
}

Awaitable<bool> ServerHangsUpOn(uint16_t port, Executor executor, std::string bytes) {
  using Tcp = boost::asio::ip::tcp;
  boost::asio::basic_stream_socket<Tcp, Executor> socket(executor);
  co_await socket.async_connect(Tcp::endpoint(boost::asio::ip::address_v4::loopback(), port),
                                kTuple);
  co_await boost::asio::async_write(socket, boost::asio::buffer(bytes), kTuple);
  char answer[4096];
  for (;;) {
    auto [error, n] = co_await socket.async_read_some(boost::asio::buffer(answer), kTuple);
    if (error) co_return true;
  }
}

std::string Greeting(uint32_t version) {
  Hello hello;
  hello.set_version(version);
  hello.set_min_version(version);
  hello.set_stream_window(1000);
  ByteQueue queue;
  EXPECT_TRUE(AppendFrame({.kind = FrameKind::kHello, .head = &hello}, queue).ok());
  return Text(queue.data());
}

TEST_F(ChannelTest, TheServerHangsUpOnBrokenProtocol) {
  Run([](ChannelTest* t) -> Awaitable<void> {
    const std::string ok = Greeting(kProtocolVersion);
    const std::string conversations[] = {
        std::string("GET / HTTP/1.0\r\n\r\n"),
        std::string("\x0c\0\0\0\0\0\0\0\x02\0\0\0", 12),           // ping before the greeting
        Greeting(kProtocolVersion + 1),                            // another version
        ok + ok,                                                   // twice
        ok + std::string("\x0c\0\0\0\x01\0\0\0\x04\x01\0\0", 12),  // data for no stream
        ok + std::string("\x0c\0\0\0\x01\0\0\0\x1f\x01\0\0", 12),  // unknown kind
        ok + std::string("\xff\xff\xff\xff\0\0\0\0\x20\0\0\0", 12),
        std::string(),  // silence
    };
    for (const std::string& bytes : conversations) {
      EXPECT_TRUE(co_await ServerHangsUpOn(t->server_->port(), t->context_.get_executor(), bytes));
    }
    co_await t->Connect();  // the others are not disturbed
    EXPECT_NE(t->channel_, nullptr);
  });
}

}  // namespace
}  // namespace keyspan::rpc
