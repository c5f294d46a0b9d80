#include "rpc/frame.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "rpc/tablet_messages.pb.h"

namespace keyspan::rpc {
namespace {

using Bytes = std::vector<uint8_t>;

std::span<const uint8_t> AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

Bytes Encode(const FrameParts& parts) {
  ByteQueue queue;
  EXPECT_TRUE(AppendFrame(parts, queue).ok());
  return Bytes(queue.data().begin(), queue.data().end());
}

struct Row {
  const char* name;
  FrameParts parts;
  Bytes bytes;
};

StreamEnd Ended() {
  StreamEnd end;
  end.set_transaction_id(5);
  return end;
}

std::vector<Row> Table() {
  static const StreamEnd end = Ended();
  return {
      {"ping", {.kind = FrameKind::kPing}, {12, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0}},
      {"data",
       {.kind = FrameKind::kData, .stream_id = 0x01020304, .payload = AsBytes("abc")},
       {15, 0, 0, 0, 4, 3, 2, 1, 4, 0, 0, 0, 'a', 'b', 'c'}},
      {"end with head and two payloads",
       {.kind = FrameKind::kData,
        .stream_id = 7,
        .flags = kEndFlag,
        .head = &end,
        .payload = AsBytes("x"),
        .more_payload = AsBytes("yz")},
       {17, 0, 0, 0, 7, 0, 0, 0, 4, 1, 2, 0, 0x10, 5, 'x', 'y', 'z'}},
  };
}

TEST(FrameTest, BytesBothWays) {
  for (const Row& row : Table()) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(Encode(row.parts), row.bytes);
    auto parsed = ParseFrame(row.bytes);
    ASSERT_TRUE(parsed.ok());
    ASSERT_TRUE(parsed->has_value());
    const Frame& frame = **parsed;
    EXPECT_EQ(frame.header.kind, row.parts.kind);
    EXPECT_EQ(frame.header.stream_id, row.parts.stream_id);
    EXPECT_EQ(frame.header.flags, row.parts.flags);
    EXPECT_EQ(frame.payload.size(), row.parts.payload.size() + row.parts.more_payload.size());
  }
}

TEST(FrameTest, EveryTruncationAsksForMore) {
  for (const Row& row : Table()) {
    SCOPED_TRACE(row.name);
    for (size_t n = 0; n < row.bytes.size(); ++n) {
      auto parsed = ParseFrame(std::span(row.bytes).first(n));
      ASSERT_TRUE(parsed.ok());
      EXPECT_FALSE(parsed->has_value()) << n;
    }
  }
}

TEST(FrameTest, RefusesLengthsThatContradict) {
  const Bytes too_short = {11, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0};
  EXPECT_EQ(ParseFrame(too_short).status().code(), StatusCode::kMalformed);
  const Bytes head_too_long = {14, 0, 0, 0, 0, 0, 0, 0, 4, 0, 3, 0, 1, 2};
  EXPECT_EQ(ParseFrame(head_too_long).status().code(), StatusCode::kMalformed);
  // Refused from the header alone, before memory is spent on it.
  const Bytes huge = {0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 4, 0, 0, 0};
  EXPECT_EQ(ParseFrame(huge).status().code(), StatusCode::kMalformed);
}

TEST(FrameTest, RefusesToSendWhatCannotBeRead) {
  ByteQueue queue;
  StreamEnd end;
  end.mutable_error()->set_message(std::string(70'000, 'x'));
  EXPECT_EQ(AppendFrame({.head = &end}, queue).code(), StatusCode::kInvalidArgument);
  const std::string large(kMaxFrameSize, 'x');
  EXPECT_EQ(AppendFrame({.payload = AsBytes(large)}, queue).code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(queue.empty());
}

TEST(ByteQueueTest, KeepsOrderThroughGrowthAndCompaction) {
  ByteQueue queue;
  std::string expected;
  for (int i = 0; i < 2000; ++i) {
    const std::string piece(i % 97, static_cast<char>('a' + i % 26));
    queue.Append(AsBytes(piece));
    expected += piece;
    const size_t n = std::min<size_t>(i % 89, queue.size());
    queue.Consume(n);
    expected.erase(0, n);
    const auto data = queue.data();
    ASSERT_EQ(std::string(data.begin(), data.end()), expected);
  }
}

}  // namespace
}  // namespace keyspan::rpc
