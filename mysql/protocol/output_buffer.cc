#include "mysql/protocol/output_buffer.h"

#include "mysql/protocol/wire.h"

namespace keyspan::mysql {
namespace {

// Below this a copy is cheaper than another piece in the chain.
constexpr size_t kChainThreshold = 16 << 10;
// A tail with more capacity than this is freed when it is empty, so that idle clients cost little.
constexpr size_t kKeptCapacity = 4 << 10;

void StoreHeader(char* p, size_t length, uint8_t sequence) {
  Store24(p, static_cast<uint32_t>(length));
  p[3] = static_cast<char>(sequence);
}

}  // namespace

void AppendFrames(std::string_view payload, uint8_t* sequence, std::string* out) {
  while (true) {
    size_t n = payload.size() < kMaxFramePayload ? payload.size() : kMaxFramePayload;
    char header[kFrameHeaderSize];
    StoreHeader(header, n, (*sequence)++);
    out->append(header, kFrameHeaderSize);
    out->append(payload.substr(0, n));
    payload.remove_prefix(n);
    // A full frame is always followed by another, if need be an empty one.
    if (n < kMaxFramePayload) return;
  }
}

void OutputBuffer::AppendOwned(std::string chunk) {
  if (chunk.size() < kChainThreshold) return Append(chunk);
  size_ += chunk.size();
  // If the tail was the front, front_offset_ keeps counting in it as first piece of the chain.
  if (!tail_.empty()) chain_.push_back(std::move(tail_));
  tail_.clear();
  chain_.push_back(std::move(chunk));
}

void OutputBuffer::EndPacket(uint8_t* sequence) {
  size_t payload_size = tail_.size() - packet_start_ - kFrameHeaderSize;
  if (payload_size < kMaxFramePayload) {
    StoreHeader(tail_.data() + packet_start_, payload_size, (*sequence)++);
    size_ += payload_size + kFrameHeaderSize;
    return;
  }
  std::string payload = tail_.substr(packet_start_ + kFrameHeaderSize);
  tail_.resize(packet_start_);
  AppendPacket(payload, sequence);
}

void OutputBuffer::AppendPacket(std::string_view payload, uint8_t* sequence) {
  size_t before = tail_.size();
  AppendFrames(payload, sequence, &tail_);
  size_ += tail_.size() - before;
}

size_t OutputBuffer::Pieces(std::string_view* pieces, size_t max) const {
  size_t n = 0;
  size_t offset = front_offset_;
  for (const std::string& piece : chain_) {
    if (n == max) return n;
    pieces[n++] = std::string_view(piece).substr(offset);
    offset = 0;
  }
  if (n < max && tail_.size() > offset) pieces[n++] = std::string_view(tail_).substr(offset);
  return n;
}

void OutputBuffer::Consume(size_t n) {
  size_ -= n;
  front_offset_ += n;
  while (!chain_.empty() && front_offset_ >= chain_.front().size()) {
    front_offset_ -= chain_.front().size();
    chain_.pop_front();
  }
  if (chain_.empty() && front_offset_ == tail_.size()) {
    front_offset_ = 0;
    if (tail_.capacity() > kKeptCapacity) {
      std::string().swap(tail_);
    } else {
      tail_.clear();
    }
  }
}

std::string OutputBuffer::Take() {
  std::string bytes = chain_.empty() && front_offset_ == 0 ? std::move(tail_) : Flatten();
  Clear();
  return bytes;
}

std::string OutputBuffer::Flatten() const {
  std::string all;
  for (const std::string& piece : chain_) all += piece;
  all += tail_;
  return all.substr(front_offset_);
}

void OutputBuffer::Clear() {
  chain_.clear();
  tail_.clear();
  front_offset_ = 0;
  size_ = 0;
}

FrameScan ScanFrames(std::string_view bytes, size_t max_payload) {
  FrameScan scan{FrameScan::State::kNeedMore};
  size_t at = 0;
  bool first = true;
  while (true) {
    if (bytes.size() - at < kFrameHeaderSize) {
      scan.size = at + kFrameHeaderSize;
      return scan;
    }
    uint32_t length = Load24(bytes.data() + at);
    auto sequence = static_cast<uint8_t>(bytes[at + 3]);
    if (!first && sequence != static_cast<uint8_t>(scan.last_sequence + 1)) {
      scan.state = FrameScan::State::kBadSequence;
      return scan;
    }
    scan.last_sequence = sequence;
    scan.payload_size += length;
    if (scan.payload_size > max_payload) {
      scan.state = FrameScan::State::kTooLarge;
      return scan;
    }
    size_t end = at + kFrameHeaderSize + length;
    scan.split = scan.split || length == kMaxFramePayload;
    if (bytes.size() < end) {
      scan.size = end;
      return scan;
    }
    at = end;
    first = false;
    if (length < kMaxFramePayload) break;
  }
  scan.size = at;
  scan.state = FrameScan::State::kComplete;
  return scan;
}

std::string JoinFrames(std::string_view bytes) {
  std::string payload;
  payload.reserve(bytes.size());
  while (bytes.size() >= kFrameHeaderSize) {
    uint32_t length = Load24(bytes.data());
    payload.append(bytes.substr(kFrameHeaderSize, length));
    bytes.remove_prefix(kFrameHeaderSize + length);
    if (length < kMaxFramePayload) break;
  }
  return payload;
}

}  // namespace keyspan::mysql
