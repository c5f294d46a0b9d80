#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <random>
#include <vector>

#include "rpc/channel.h"

namespace keyspan::rpc {
namespace {

// Ends requests at once, keeps them until the channel closes, or drops them unanswered.
Channel::RequestHandler MakeService() {
  auto held = std::make_shared<std::vector<std::unique_ptr<ServerStream>>>();
  return [held](std::unique_ptr<ServerStream> stream) {
    if (stream == nullptr) {
      held->clear();
    } else if (stream->method() == FrameKind::kExecute) {
      (void)stream->SendNow(stream->payload());
      stream->Finish(nullptr, stream->head());
    } else if (stream->method() == FrameKind::kStreamHealth) {
      held->push_back(std::move(stream));
    }
  };
}

// A greeting, then frames that are mostly well-formed, of few streams so that they meet.
class RandomConversation {
 public:
  explicit RandomConversation(uint32_t seed) : random_(seed) {}

  std::vector<uint8_t> Make() {
    ByteQueue out;
    Hello hello;
    hello.set_version(kProtocolVersion);
    hello.set_min_version(kProtocolVersion);
    hello.set_stream_window(Upto(2000));
    EXPECT_TRUE(AppendFrame({.kind = FrameKind::kHello, .head = &hello}, out).ok());
    for (uint32_t i = Upto(30); i > 0; --i) AddFrame(out);
    std::vector<uint8_t> bytes(out.data().begin(), out.data().end());
    for (uint32_t i = Upto(3); i > 0; --i) bytes[Upto(bytes.size() - 1)] = Upto(255);
    bytes.resize(bytes.size() - Upto(std::min<size_t>(bytes.size(), 20)));
    return bytes;
  }

 private:
  uint32_t Upto(size_t most) { return static_cast<uint32_t>(random_() % (most + 1)); }

  void AddFrame(ByteQueue& out) {
    constexpr FrameKind kKinds[] = {
        FrameKind::kHello,          FrameKind::kPing,    FrameKind::kPong,
        FrameKind::kData,           FrameKind::kData,    FrameKind::kCredit,
        FrameKind::kCancel,         FrameKind::kExecute, FrameKind::kExecute,
        FrameKind::kPrepare,        FrameKind::kCommit,  FrameKind::kStreamHealth,
        static_cast<FrameKind>(200)};
    const FrameKind kind = Upto(9) == 0 ? kKinds[0] : kKinds[1 + Upto(std::size(kKinds) - 2)];
    ExecuteRequest head;
    head.set_transaction_id(Upto(9));
    const std::vector<uint8_t> payload(kind == FrameKind::kCredit ? 4 : Upto(300), 'p');
    EXPECT_TRUE(AppendFrame({.kind = kind,
                             .stream_id = Upto(3),
                             .flags = static_cast<uint8_t>(Upto(1)),
                             .head = Upto(1) == 0 ? nullptr : &head,
                             .payload = payload},
                            out)
                    .ok());
  }

  std::mt19937 random_;
};

TEST(HostileChannel, SurvivesAnyBytes) {
  for (uint32_t seed = 0; seed < 3000; ++seed) {
    int fds[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    boost::asio::io_context context(1);
    ChannelOptions options;
    options.max_streams = 3;
    options.max_request_size = 2000;
    auto channel = Channel::Accept(
        StreamSocket(context, boost::asio::generic::stream_protocol(AF_UNIX, 0), fds[0]), options,
        MakeService());
    const auto bytes = RandomConversation(seed).Make();
    ASSERT_EQ(::send(fds[1], bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
    context.poll();
    ::close(fds[1]);
    context.poll();
    EXPECT_TRUE(channel->closed()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace keyspan::rpc
