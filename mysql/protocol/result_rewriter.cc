#include "mysql/protocol/result_rewriter.h"

#include <algorithm>

#include "mysql/protocol/wire.h"

namespace keyspan::mysql {
namespace {

constexpr uint8_t kOkHeader = 0x00;
constexpr uint8_t kLocalInfile = 0xfb;
constexpr uint8_t kEndHeader = 0xfe;
constexpr uint8_t kErrHeader = 0xff;
constexpr uint64_t kMaxColumns = 65535;

}  // namespace

ResultRewriter::ResultRewriter(const Options& options)
    : options_(options),
      eof_form_((options.client_capabilities & kClientDeprecateEof) == 0),
      state_(options.kind == ReplyKind::kFieldList ? State::kRows : State::kFirst),
      sequence_(options.first_sequence) {}

void ResultRewriter::Pass::Flush(const char* end, char* next) {
  if (end != run) out->Append({run, static_cast<size_t>(end - run)});
  run = next;
  cut = true;
}

Status ResultRewriter::Rewrite(std::span<char> bytes, OutputBuffer* out) {
  if (!kept_.empty()) {
    kept_.append(bytes.data(), bytes.size());
    bytes = {kept_.data(), kept_.size()};
  }
  Pass pass{out, bytes.data()};
  size_t used = 0;
  RETURN_IF_ERROR(Process(bytes.data(), bytes.size(), &pass, &used));
  pass.Flush(bytes.data() + used, nullptr);
  kept_ = std::string(bytes.data() + used, bytes.size() - used);
  return Status::Ok();
}

Status ResultRewriter::RewriteOwned(std::string chunk, OutputBuffer* out) {
  if (!kept_.empty()) return Rewrite({chunk.data(), chunk.size()}, out);
  Pass pass{out, chunk.data()};
  size_t used = 0;
  RETURN_IF_ERROR(Process(chunk.data(), chunk.size(), &pass, &used));
  if (!pass.cut && used == chunk.size()) {
    out->AppendOwned(std::move(chunk));
    return Status::Ok();
  }
  pass.Flush(chunk.data() + used, nullptr);
  kept_ = chunk.substr(used);
  return Status::Ok();
}

Status ResultRewriter::Process(char* begin, size_t size, Pass* pass, size_t* used) {
  char* p = begin;
  char* const end = begin + size;
  while (true) {
    if (skip_ != 0) {
      uint64_t n = std::min<uint64_t>(skip_, static_cast<uint64_t>(end - p));
      p += n;
      skip_ -= n;
      if (skip_ != 0) break;
    }
    if (done_) {
      if (p != end) return Malformed("bytes after the end of a reply");
      break;
    }
    if (end - p < static_cast<std::ptrdiff_t>(kFrameHeaderSize)) break;
    uint32_t length = Load24(p);
    if (in_continuation_) {
      p[3] = static_cast<char>(sequence_++);
      in_continuation_ = length == kMaxFramePayload;
      p += kFrameHeaderSize;
      skip_ = length;
      continue;
    }
    if (length == 0) return Malformed("empty packet in a reply");
    if (end - p <= static_cast<std::ptrdiff_t>(kFrameHeaderSize)) break;
    auto first = static_cast<uint8_t>(p[kFrameHeaderSize]);
    bool whole = static_cast<uint64_t>(end - p) >= kFrameHeaderSize + length;
    bool special = state_ == State::kFirst || first == kErrHeader ||
                   (first == kEndHeader && state_ == State::kRows && length < kMaxFramePayload);
    if (special) {
      if (length == kMaxFramePayload) return Malformed("oversized head of a reply");
      if (!whole) break;
      RETURN_IF_ERROR(OnSpecial(p, length, pass));
      p += kFrameHeaderSize + length;
      continue;
    }
    if (state_ == State::kRows) {
      ++rows_;
      if (eof_pending_) {
        pass->Flush(p, p);
        InsertEof(0, PatchStatus(kStatusAutocommit, false), pass);
      }
    } else if (--columns_left_ == 0) {
      state_ = State::kRows;
      eof_pending_ = eof_form_;
    }
    started_ = true;
    p[3] = static_cast<char>(sequence_++);
    in_continuation_ = length == kMaxFramePayload;
    p += kFrameHeaderSize;
    if (whole) {
      p += length;
    } else {
      skip_ = length - static_cast<uint64_t>(end - p);
      p = end;
    }
  }
  *used = static_cast<size_t>(p - begin);
  return Status::Ok();
}

Status ResultRewriter::OnSpecial(char* frame, uint32_t length, Pass* pass) {
  auto first = static_cast<uint8_t>(frame[kFrameHeaderSize]);
  if (first == kErrHeader) {
    error_ = DecodeError({frame + kFrameHeaderSize, length});
    if (error_.code() == StatusCode::kMalformed) return error_;
    done_ = true;
    pass->Flush(frame, frame + kFrameHeaderSize + length);
    if (eof_pending_) InsertEof(0, PatchStatus(kStatusAutocommit, false), pass);
    return Status::Ok();
  }
  if (state_ == State::kRows) return OnOk(frame, length, pass);
  return OnFirst(frame, length, pass);
}

Status ResultRewriter::OnFirst(char* frame, uint32_t length, Pass* pass) {
  std::string_view payload(frame + kFrameHeaderSize, length);
  auto first = static_cast<uint8_t>(payload[0]);
  if (first == kOkHeader) {
    columns_ = 0;
    return OnOk(frame, length, pass);
  }
  if (first == kLocalInfile) return Malformed("the server asks for a local file");
  ByteReader reader(payload);
  columns_ = reader.Lenenc();
  if (reader.failed() || !reader.empty() || columns_ == 0 || columns_ > kMaxColumns) {
    return Malformed("broken column count in a reply");
  }
  columns_left_ = columns_;
  state_ = State::kColumns;
  started_ = true;
  frame[3] = static_cast<char>(sequence_++);
  return Status::Ok();
}

// An OK packet: the answer to a statement without rows (0x00), or the end of rows (0xfe).
Status ResultRewriter::OnOk(char* frame, uint32_t length, Pass* pass) {
  char* payload = frame + kFrameHeaderSize;
  auto header = static_cast<uint8_t>(payload[0]);
  ASSIGN_OR_RETURN(ok_, ParseOkHead({payload, length}));
  bool had_changes = (ok_.status & kStatusSessionStateChanged) && !ok_.tail.empty();
  bool last = (ok_.status & kStatusMoreResults) == 0;
  done_ = last;
  started_ = true;
  uint16_t status = PatchStatus(ok_.status, last);
  if (header == kEndHeader && eof_form_) {
    // A server-side cursor answers with one EOF behind the columns and no rows.
    bool cursor = (ok_.status & kStatusCursorExists) && rows_ == 0;
    pass->Flush(frame, frame + kFrameHeaderSize + length);
    if (eof_pending_ && !cursor) InsertEof(0, PatchStatus(kStatusAutocommit, false), pass);
    eof_pending_ = false;
    InsertEof(ok_.warnings, status, pass);
  } else {
    bool add_changes = last && options_.changes != nullptr && !options_.changes->empty() &&
                       (options_.client_capabilities & kClientSessionTrack);
    if (had_changes || add_changes) {
      Result<OkPacket> ok =
          DecodeOk({payload, length}, options_.source_capabilities | kClientSessionTrack);
      RETURN_IF_ERROR(ok.status());
      ok->status = status;
      ok->changes = add_changes ? *options_.changes : SessionChanges();
      pass->Flush(frame, frame + kFrameHeaderSize + length);
      EncodeOk(*ok, options_.client_capabilities, header, pass->out->BeginPacket());
      pass->out->EndPacket(&sequence_);
    } else {
      Store16(payload + ok_.status_offset, status);
      frame[3] = static_cast<char>(sequence_++);
    }
  }
  ok_.tail = {};
  state_ = State::kFirst;
  return Status::Ok();
}

void ResultRewriter::InsertEof(uint16_t warnings, uint16_t status, Pass* pass) {
  AppendEof({warnings, status}, &sequence_, pass->out);
  eof_pending_ = false;
}

uint16_t ResultRewriter::PatchStatus(uint16_t status, bool last) const {
  auto patched = static_cast<uint16_t>((status & ~options_.status_mask) |
                                       (options_.status & options_.status_mask));
  if (last && options_.more_results_follow) patched |= kStatusMoreResults;
  return patched;
}

}  // namespace keyspan::mysql
