#include "rpc/frame.h"

#include <fmt/format.h>
#include <google/protobuf/message_lite.h>

#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace keyspan::rpc {
namespace {

void Store32(uint32_t value, uint8_t* out) {
  for (int i = 0; i < 4; ++i) out[i] = static_cast<uint8_t>(value >> (8 * i));
}

uint32_t Load32(const uint8_t* in) {
  return in[0] | in[1] << 8 | in[2] << 16 | static_cast<uint32_t>(in[3]) << 24;
}

// Memory kept by an empty queue; more than this is given back.
constexpr size_t kKeptCapacity = 64u << 10;

}  // namespace

void EncodeFrameHeader(const FrameHeader& header, uint8_t out[kFrameHeaderSize]) {
  Store32(header.length, out);
  Store32(header.stream_id, out + 4);
  out[8] = static_cast<uint8_t>(header.kind);
  out[9] = header.flags;
  out[10] = static_cast<uint8_t>(header.head_length);
  out[11] = static_cast<uint8_t>(header.head_length >> 8);
}

Result<FrameHeader> DecodeFrameHeader(std::span<const uint8_t, kFrameHeaderSize> in,
                                      size_t max_frame_size) {
  FrameHeader header;
  header.length = Load32(in.data());
  header.stream_id = Load32(in.data() + 4);
  header.kind = static_cast<FrameKind>(in[8]);
  header.flags = in[9];
  header.head_length = static_cast<uint16_t>(in[10] | in[11] << 8);
  if (header.length > max_frame_size) {
    return Malformed(
        fmt::format("frame of {} bytes, at most {} are allowed", header.length, max_frame_size));
  }
  if (header.length < kFrameHeaderSize + header.head_length) {
    return Malformed(
        fmt::format("frame of {} bytes with a head of {}", header.length, header.head_length));
  }
  return header;
}

Result<std::optional<Frame>> ParseFrame(std::span<const uint8_t> in, size_t max_frame_size) {
  if (in.size() < kFrameHeaderSize) return std::optional<Frame>();
  ASSIGN_OR_RETURN(FrameHeader header,
                   DecodeFrameHeader(in.first<kFrameHeaderSize>(), max_frame_size));
  if (in.size() < header.length) return std::optional<Frame>();
  Frame frame;
  frame.header = header;
  frame.head = in.subspan(kFrameHeaderSize, header.head_length);
  frame.payload = in.subspan(kFrameHeaderSize + header.head_length,
                             header.length - kFrameHeaderSize - header.head_length);
  return std::optional<Frame>(frame);
}

ByteQueue::ByteQueue(ByteQueue&& other) noexcept { *this = std::move(other); }

ByteQueue& ByteQueue::operator=(ByteQueue&& other) noexcept {
  std::swap(buffer_, other.buffer_);
  std::swap(capacity_, other.capacity_);
  std::swap(begin_, other.begin_);
  std::swap(end_, other.end_);
  return *this;
}

ByteQueue::~ByteQueue() { std::free(buffer_); }

std::span<uint8_t> ByteQueue::Reserve(size_t size) {
  if (capacity_ - end_ < size) Grow(size);
  return {buffer_ + end_, capacity_ - end_};
}

void ByteQueue::Grow(size_t size) {
  const size_t used = end_ - begin_;
  // Moving to the front pays when at least half of the memory was consumed.
  if (begin_ >= used && capacity_ - used >= size) {
    if (used > 0) std::memcpy(buffer_, buffer_ + begin_, used);
  } else {
    size_t capacity = capacity_ == 0 ? 256 : capacity_ * 2;
    while (capacity < used + size) capacity *= 2;
    auto* grown = static_cast<uint8_t*>(std::malloc(capacity));
    if (grown == nullptr) throw std::bad_alloc();
    if (used > 0) std::memcpy(grown, buffer_ + begin_, used);
    std::free(buffer_);
    buffer_ = grown;
    capacity_ = capacity;
  }
  begin_ = 0;
  end_ = used;
}

void ByteQueue::Append(std::span<const uint8_t> bytes) {
  if (bytes.empty()) return;
  std::memcpy(Reserve(bytes.size()).data(), bytes.data(), bytes.size());
  Commit(bytes.size());
}

void ByteQueue::Consume(size_t size) {
  begin_ += size;
  if (begin_ == end_) Clear();
}

void ByteQueue::Clear() {
  begin_ = end_ = 0;
  if (capacity_ > kKeptCapacity) {
    std::free(buffer_);
    buffer_ = nullptr;
    capacity_ = 0;
  }
}

Status AppendFrame(const FrameParts& parts, ByteQueue& out) {
  const size_t head_length = parts.head == nullptr ? 0 : parts.head->ByteSizeLong();
  const size_t length =
      kFrameHeaderSize + head_length + parts.payload.size() + parts.more_payload.size();
  if (head_length > UINT16_MAX) {
    return InvalidArgument(fmt::format("the head of a frame has {} bytes, at most {} are allowed",
                                       head_length, UINT16_MAX));
  }
  if (length > kMaxFrameSize) {
    return InvalidArgument(
        fmt::format("a frame would have {} bytes, at most {} are allowed", length, kMaxFrameSize));
  }
  uint8_t* at = out.Reserve(length).data();
  FrameHeader header;
  header.length = static_cast<uint32_t>(length);
  header.stream_id = parts.stream_id;
  header.kind = parts.kind;
  header.flags = parts.flags;
  header.head_length = static_cast<uint16_t>(head_length);
  EncodeFrameHeader(header, at);
  at += kFrameHeaderSize;
  if (head_length > 0) at = parts.head->SerializeWithCachedSizesToArray(at);
  for (auto payload : {parts.payload, parts.more_payload}) {
    if (payload.empty()) continue;
    std::memcpy(at, payload.data(), payload.size());
    at += payload.size();
  }
  out.Commit(length);
  return Status();
}

}  // namespace keyspan::rpc
