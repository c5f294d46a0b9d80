#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "mysql/protocol/constants.h"

namespace keyspan::mysql {

// Packets that wait to be written to a socket, in order. Small pieces are copied into one tail
// string, big owned pieces are chained, so that a flush is one writev. Not thread-safe.
class OutputBuffer {
 public:
  // Raw bytes: one or more whole packets, or the next part of one.
  void Append(std::string_view bytes) {
    tail_.append(bytes);
    size_ += bytes.size();
  }
  // As Append, but a large chunk is kept instead of copied.
  void AppendOwned(std::string chunk);

  // Builds one packet in place: append its payload to the returned string and then call EndPacket.
  // Nothing else may be called in between.
  std::string* BeginPacket() {
    packet_start_ = tail_.size();
    tail_.append(kFrameHeaderSize, '\0');
    return &tail_;
  }
  // Writes the header (splitting a payload of 16 MiB or more) and advances *sequence.
  void EndPacket(uint8_t* sequence);
  // Drops what was appended since BeginPacket.
  void CancelPacket() { tail_.resize(packet_start_); }
  // A whole packet from a finished payload.
  void AppendPacket(std::string_view payload, uint8_t* sequence);

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // For the writer: up to `max` non-empty pieces from the front. Valid until the next other call.
  size_t Pieces(std::string_view* pieces, size_t max) const;
  // Drops `n` bytes from the front. Requires: n <= size().
  void Consume(size_t n);
  // Everything as one string; empty afterwards.
  std::string Take();
  // Everything as one string, for tests.
  std::string Flatten() const;
  void Clear();

 private:
  std::deque<std::string> chain_;  // before tail_
  std::string tail_;
  size_t front_offset_ = 0;  // consumed bytes of the first piece
  size_t size_ = 0;
  size_t packet_start_ = 0;
};

// Appends `payload` as frames to a plain string (tests, single requests).
void AppendFrames(std::string_view payload, uint8_t* sequence, std::string* out);

// Looks for one whole logical packet at the start of `bytes`.
struct FrameScan {
  enum class State : uint8_t { kComplete, kNeedMore, kTooLarge, kBadSequence } state;
  size_t size = 0;  // of all its frames with headers; kNeedMore: at least this much is needed
  size_t payload_size = 0;  // without headers
  uint8_t last_sequence = 0;
  bool split = false;  // more than one frame: payload is not contiguous, use JoinFrames
};
FrameScan ScanFrames(std::string_view bytes, size_t max_payload);
// The payload of a split packet whose scan was kComplete.
std::string JoinFrames(std::string_view bytes);

}  // namespace keyspan::mysql
