#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "common/status.h"

namespace google::protobuf {
class MessageLite;
}

namespace keyspan::rpc {

// A frame is a 12-byte little-endian header {u32 total length, u32 stream id, u8 kind, u8 flags,
// u16 head length}, a protobuf head and raw payload bytes. Bytes of rows travel in the payload,
// never parsed. This file does no I/O.

inline constexpr uint32_t kProtocolVersion = 1;
inline constexpr size_t kFrameHeaderSize = 12;
// The longest frame that is accepted: one MySQL packet of 16 MiB - 1 with its header, and a head.
inline constexpr size_t kMaxFrameSize = (16u << 20) + (128u << 10);
// Longer requests and responses are cut into frames of this payload, so that one does not hold up
// the other streams of its channel.
inline constexpr size_t kChunkSize = 128u << 10;
inline constexpr uint32_t kDefaultStreamWindow = 1u << 20;

// Kinds below 32 are the transport's own; each kind from 32 on opens a stream and names the method.
enum class FrameKind : uint8_t {
  kHello = 1,
  kPing = 2,
  kPong = 3,
  kData = 4,    // more of a request or a response
  kCredit = 5,  // the payload is a u32: bytes that the receiver has consumed
  kCancel = 6,  // the client no longer wants the rest; the server still ends the stream
  kStop = 7,    // the client wants an early end, and reads on until it comes

  kExecute = 32,
  kCommit = 33,
  kRollback = 34,
  kRelease = 35,
  kStreamHealth = 36,
  kGetSchema = 37,
  kReserveSequence = 38,
  kBumpSequence = 39,
  // Head: ExecuteRequest (target, settings, database), payload: the SQL text. Prepares it on a
  // pooled connection and answers with mysqld's own COM_STMT_PREPARE reply as raw packets
  // (parameter and column definitions; ERR as packet), so that a gateway can answer
  // COM_STMT_PREPARE.
  kPrepare = 40,

  kTabletPing = 64,
  kFullStatus = 65,
  kExecuteFetch = 66,
  kSetReadOnly = 67,
  kInitPrimary = 68,
  kInitReplica = 69,
  kStopReplication = 70,
  kStartReplication = 71,
  kPromoteReplica = 72,
  kDemotePrimary = 73,
  kReplicationPosition = 74,
  kWaitForPosition = 75,
  kReloadSchema = 76,
  kRefreshState = 77,
  kChangeType = 78,
  kGetLockWaits = 79,
};

constexpr bool OpensStream(FrameKind kind) { return static_cast<uint8_t>(kind) >= 32; }

// The sender has no more frames for this stream.
inline constexpr uint8_t kEndFlag = 1;

struct FrameHeader {
  uint32_t length = 0;  // of the whole frame, header included
  uint32_t stream_id = 0;
  FrameKind kind = FrameKind::kData;
  uint8_t flags = 0;
  uint16_t head_length = 0;

  bool end() const { return (flags & kEndFlag) != 0; }
  friend bool operator==(const FrameHeader&, const FrameHeader&) = default;
};

// Views into the buffer that was parsed.
struct Frame {
  FrameHeader header;
  std::span<const uint8_t> head;
  std::span<const uint8_t> payload = {};
};

void EncodeFrameHeader(const FrameHeader& header, uint8_t out[kFrameHeaderSize]);
// Fails with Malformed when the lengths contradict each other or exceed `max_frame_size`.
Result<FrameHeader> DecodeFrameHeader(std::span<const uint8_t, kFrameHeaderSize> in,
                                      size_t max_frame_size = kMaxFrameSize);

// The first frame of `in`, or nothing when more bytes are needed. The views live as long as `in`.
Result<std::optional<Frame>> ParseFrame(std::span<const uint8_t> in,
                                        size_t max_frame_size = kMaxFrameSize);

// A growing byte queue: written at the end, consumed at the front, without freeing its memory until
// it is much larger than needed.
class ByteQueue {
 public:
  ByteQueue() = default;
  ByteQueue(ByteQueue&& other) noexcept;
  ByteQueue& operator=(ByteQueue&& other) noexcept;
  ~ByteQueue();

  std::span<const uint8_t> data() const { return {buffer_ + begin_, end_ - begin_}; }
  std::span<uint8_t> mutable_data() { return {buffer_ + begin_, end_ - begin_}; }
  size_t size() const { return end_ - begin_; }
  bool empty() const { return begin_ == end_; }

  // `size` writable bytes at the end; they count once Commit() says how many were filled.
  std::span<uint8_t> Reserve(size_t size);
  void Commit(size_t size) { end_ += size; }
  void Append(std::span<const uint8_t> bytes);
  void Consume(size_t size);
  void Clear();

 private:
  void Grow(size_t size);

  uint8_t* buffer_ = nullptr;
  size_t capacity_ = 0;
  size_t begin_ = 0;
  size_t end_ = 0;
};

// Appends one frame to `out`. `head` may be null. Requires: the serialised head is shorter than
// 64 KiB and the frame no longer than kMaxFrameSize (InvalidArgument otherwise, nothing appended).
struct FrameParts {
  FrameKind kind = FrameKind::kData;
  uint32_t stream_id = 0;
  uint8_t flags = 0;
  const google::protobuf::MessageLite* head = nullptr;
  std::span<const uint8_t> payload = {};
  std::span<const uint8_t> more_payload = {};  // follows `payload`
};
Status AppendFrame(const FrameParts& parts, ByteQueue& out);

}  // namespace keyspan::rpc
