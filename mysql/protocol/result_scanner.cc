#include "mysql/protocol/result_scanner.h"

#include <algorithm>

#include "mysql/protocol/statement.h"
#include "mysql/protocol/wire.h"

namespace keyspan::mysql {
namespace {

constexpr uint8_t kOkHeader = 0x00;
constexpr uint8_t kLocalInfile = 0xfb;
constexpr uint8_t kEndHeader = 0xfe;
constexpr uint8_t kErrHeader = 0xff;
// A result has at most 4096 columns; more is a sign of bytes out of step.
constexpr uint64_t kMaxColumns = 65535;

}  // namespace

ResultScanner::ResultScanner(ReplyKind kind) : kind_(kind) {
  // Column definitions without a count are walked like rows.
  if (kind == ReplyKind::kFieldList) phase_ = Phase::kRows;
}

Result<size_t> ResultScanner::Feed(std::string_view bytes) {
  const char* const start = bytes.data();
  const char* const end = start + bytes.size();
  const char* p = start;
  const uint64_t base = offset_;
  while (phase_ != Phase::kDone) {
    if (skip_ != 0) {
      uint64_t n = std::min<uint64_t>(skip_, static_cast<uint64_t>(end - p));
      p += n;
      skip_ -= n;
      if (skip_ != 0) break;
      if (phase_ == Phase::kEnding) {
        phase_ = Phase::kDone;
        break;
      }
    }
    if (end - p < static_cast<std::ptrdiff_t>(kFrameHeaderSize)) break;
    uint32_t length = Load24(p);
    auto sequence = static_cast<uint8_t>(p[3]);
    if (in_continuation_) {
      if (sequence != next_sequence_) return Malformed("packets of a reply out of order");
      ++next_sequence_;
      in_continuation_ = length == kMaxFramePayload;
      p += kFrameHeaderSize;
      skip_ = length;
      offset_ = base + static_cast<uint64_t>(p - start);
      continue;
    }
    if (length == 0) return Malformed("empty packet in a reply");
    if (end - p <= static_cast<std::ptrdiff_t>(kFrameHeaderSize)) break;
    // A command of several frames makes its reply begin with another number than 1.
    if (offset_ == 0 && p == start) next_sequence_ = sequence;
    if (sequence != next_sequence_) return Malformed("packets of a reply out of order");
    auto first = static_cast<uint8_t>(p[kFrameHeaderSize]);
    bool whole = static_cast<uint64_t>(end - p) >= kFrameHeaderSize + length;
    bool special = phase_ == Phase::kFirst || first == kErrHeader ||
                   (first == kEndHeader && phase_ == Phase::kRows && length < kMaxFramePayload);
    if (special) {
      if (length == kMaxFramePayload) return Malformed("oversized head of a reply");
      if (!whole) break;
      std::string_view payload(p + kFrameHeaderSize, length);
      offset_ = base + static_cast<uint64_t>(p - start);
      ++next_sequence_;
      p += kFrameHeaderSize + length;
      if (first == kErrHeader) {
        RETURN_IF_ERROR(OnError(payload));
      } else if (phase_ == Phase::kFirst) {
        RETURN_IF_ERROR(OnFirst(payload));
      } else {
        RETURN_IF_ERROR(OnOk(payload));
      }
      rows_offset_ = phase_ == Phase::kRows || phase_ == Phase::kColumns
                         ? base + static_cast<uint64_t>(p - start)
                         : rows_offset_;
      offset_ = base + static_cast<uint64_t>(p - start);
      continue;
    }
    ++next_sequence_;
    in_continuation_ = length == kMaxFramePayload;
    p += kFrameHeaderSize;
    if (whole) {
      p += length;
    } else {
      skip_ = length - static_cast<uint64_t>(end - p);
      p = end;
    }
    if (phase_ == Phase::kRows) {
      ++rows_;
      ++total_rows_;
    } else if (--columns_left_ == 0) {
      rows_offset_ = base + static_cast<uint64_t>(p - start) + skip_;
      OnColumnsEnd();
    }
  }
  offset_ = base + static_cast<uint64_t>(p - start);
  return static_cast<size_t>(p - start);
}

Status ResultScanner::OnFirst(std::string_view payload) {
  auto first = static_cast<uint8_t>(payload[0]);
  if (kind_ == ReplyKind::kPrepare) {
    ASSIGN_OR_RETURN(PrepareOk ok, DecodePrepareOk(payload));
    statement_id_ = ok.statement_id;
    parameter_count_ = ok.parameters;
    columns_ = ok.columns;
    warnings_ = ok.warnings;
    columns_left_ = parameter_count_;
    phase_ = Phase::kParameters;
    if (columns_left_ == 0) OnColumnsEnd();
    return Status::Ok();
  }
  if (kind_ == ReplyKind::kSimple) {
    if (first == kOkHeader || first == kEndHeader) {
      if (!IsEof(payload) || payload.size() != 5) return OnOk(payload);
      ASSIGN_OR_RETURN(EofPacket eof, DecodeEof(payload));
      status_ = eof.status;
      warnings_ = eof.warnings;
    }
    phase_ = Phase::kDone;  // or text, as COM_STATISTICS answers
    return Status::Ok();
  }
  if (first == kOkHeader) {
    columns_ = 0;
    rows_ = 0;
    return OnOk(payload);
  }
  if (first == kLocalInfile) return Malformed("the server asks for a local file");
  ByteReader reader(payload);
  columns_ = reader.Lenenc();
  if (reader.failed() || !reader.empty() || columns_ == 0 || columns_ > kMaxColumns) {
    return Malformed("broken column count in a reply");
  }
  columns_left_ = columns_;
  rows_ = 0;
  phase_ = Phase::kColumns;
  return Status::Ok();
}

void ResultScanner::OnColumnsEnd() {
  if (kind_ != ReplyKind::kPrepare) {
    phase_ = Phase::kRows;
  } else if (phase_ == Phase::kParameters && columns_ != 0) {
    columns_left_ = columns_;
    phase_ = Phase::kColumns;
  } else {
    // With a definition cut at the end of the bytes, the rest of it is still to be skipped.
    phase_ = skip_ == 0 ? Phase::kDone : Phase::kEnding;
  }
}

Status ResultScanner::OnOk(std::string_view payload) {
  ASSIGN_OR_RETURN(OkHead head, ParseOkHead(payload));
  status_ = head.status;
  warnings_ = head.warnings;
  affected_rows_ = head.affected_rows;
  last_insert_id_ = head.last_insert_id;
  ok_offset_ = offset_;
  ++result_sets_;
  bool more = (head.status & kStatusMoreResults) != 0 && kind_ == ReplyKind::kQuery;
  phase_ = more ? Phase::kFirst : Phase::kDone;
  return Status::Ok();
}

Status ResultScanner::OnError(std::string_view payload) {
  Status error = DecodeError(payload);
  if (error.code() == StatusCode::kMalformed) return error;
  error_ = std::move(error);
  ok_offset_ = offset_;
  phase_ = Phase::kDone;
  return Status::Ok();
}

}  // namespace keyspan::mysql
