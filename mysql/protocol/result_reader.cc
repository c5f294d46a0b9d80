#include "mysql/protocol/result_reader.h"

#include "mysql/protocol/output_buffer.h"
#include "mysql/protocol/wire.h"

namespace keyspan::mysql {
namespace {

constexpr size_t kMaxRow = size_t{1} << 30;
constexpr uint64_t kMaxColumns = 65535;

}  // namespace

void ResultReader::Append(std::string_view chunk) {
  if (rest_.empty()) {
    kept_.clear();
    rest_ = chunk;
    return;
  }
  if (rest_.data() != kept_.data() || rest_.size() != kept_.size()) {
    std::string left(rest_);
    kept_ = std::move(left);
  }
  kept_.append(chunk);
  rest_ = kept_;
}

ResultReader::Item ResultReader::Next() {
  while (true) {
    if (state_ == State::kOver) return Item::kEnd;
    FrameScan scan = ScanFrames(rest_, kMaxRow);
    switch (scan.state) {
      case FrameScan::State::kNeedMore:
        if (rest_.data() != kept_.data() || rest_.size() != kept_.size()) {
          std::string left(rest_);
          kept_ = std::move(left);
          rest_ = kept_;
        }
        return Item::kNeedMore;
      case FrameScan::State::kTooLarge:
        return Malformed("a row of more than 1 GiB");
      case FrameScan::State::kBadSequence:
        return Malformed("packets of a reply out of order");
      case FrameScan::State::kComplete:
        break;
    }
    std::string_view payload = rest_.substr(kFrameHeaderSize, scan.payload_size);
    if (scan.split) {
      joined_ = JoinFrames(rest_.substr(0, scan.size));
      payload = joined_;
    }
    rest_.remove_prefix(scan.size);
    if (payload.empty()) return Malformed("empty packet in a reply");
    Item item = OnPacket(payload);
    if (item != Item::kNeedMore) return item;
  }
}

// kNeedMore here means: nothing to report, go on with the next packet.
ResultReader::Item ResultReader::OnPacket(std::string_view payload) {
  auto first = static_cast<uint8_t>(payload[0]);
  if (first == 0xff) {
    error_ = DecodeError(payload);
    if (error_.code() == StatusCode::kMalformed) return Malformed(std::string(error_.message()));
    state_ = State::kOver;
    return Item::kError;
  }
  switch (state_) {
    case State::kColumns: {
      Result<Field> field = DecodeColumnDefinition(payload);
      if (!field.ok()) return Malformed(std::string(field.status().message()));
      columns_.push_back(std::move(*field));
      if (--columns_left_ != 0) return Item::kNeedMore;
      state_ = State::kRows;
      return Item::kColumns;
    }
    case State::kRows:
      if (first != 0xfe || payload.size() >= kMaxFramePayload) {
        row_ = payload;
        return Item::kRow;
      }
      break;
    case State::kFirst:
      columns_.clear();
      if (first == 0x00) break;
      {
        ByteReader reader(payload);
        columns_left_ = reader.Lenenc();
        if (first == 0xfb || reader.failed() || !reader.empty() || columns_left_ > kMaxColumns) {
          return Malformed("broken column count in a reply");
        }
      }
      state_ = State::kColumns;
      return Item::kNeedMore;
    case State::kOver:
      return Item::kEnd;
  }
  Result<OkPacket> ok = DecodeOk(payload, capabilities_);
  if (!ok.ok()) return Malformed(std::string(ok.status().message()));
  ok_ = std::move(*ok);
  state_ = more_results() ? State::kFirst : State::kOver;
  return Item::kResultEnd;
}

ResultReader::Item ResultReader::Malformed(std::string what) {
  error_ = keyspan::Malformed(std::move(what));
  state_ = State::kOver;
  return Item::kMalformed;
}

}  // namespace keyspan::mysql
