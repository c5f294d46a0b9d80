#include "vtgate/engine/rows/shard_rows.h"

#include <utility>

#include "mysql/protocol/constants.h"
#include "mysql/protocol/ok_packet.h"
#include "mysql/protocol/row.h"
#include "mysql/protocol/wire.h"

namespace keyspan::vtgate {
namespace {

// More than any MySQL allows (4096 columns), to bound what a broken shard can make us hold.
constexpr uint64_t kMaxColumns = 16384;

uint8_t FirstByte(std::string_view payload) { return static_cast<uint8_t>(payload[0]); }

}  // namespace

Result<bool> ShardRows::TakePacket(std::string_view* payload) {
  if (!in_split_ && payload_is_split_) {
    payload_is_split_ = false;
    split_.clear();
    split_.shrink_to_fit();
  }
  while (!chunk_.empty()) {
    if (chunk_.size() < mysql::kFrameHeaderSize) return Malformed("a chunk ends inside a packet");
    const uint32_t length = mysql::Load24(chunk_.data());
    chunk_.remove_prefix(mysql::kFrameHeaderSize);
    if (chunk_.size() < length) return Malformed("a chunk ends inside a packet");
    const std::string_view frame = chunk_.substr(0, length);
    chunk_.remove_prefix(length);
    if (!in_split_ && length < mysql::kMaxFramePayload) {
      *payload = frame;
      if (frame.empty()) return Malformed("empty packet in a result");
      return true;
    }
    split_.append(frame);
    in_split_ = length == mysql::kMaxFramePayload;
    if (!in_split_) {
      payload_is_split_ = true;
      *payload = split_;
      return true;
    }
  }
  return false;
}

// False at the end of the reply.
Awaitable<Result<bool>> ShardRows::ReadChunk() {
  CO_ASSIGN_OR_RETURN(const std::span<const uint8_t> bytes, co_await reply_->Next());
  chunk_ = {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  co_return !bytes.empty();
}

Awaitable<Result<std::string_view>> ShardRows::ReadPacket() {
  std::string_view payload;
  while (true) {
    CO_ASSIGN_OR_RETURN(const bool found, TakePacket(&payload));
    if (found) co_return payload;
    CO_ASSIGN_OR_RETURN(const bool more, co_await ReadChunk());
    if (!more) co_return Malformed("the reply of a shard ends early");
  }
}

Awaitable<Status> ShardRows::Open() {
  CO_ASSIGN_OR_RETURN(const std::string_view first, co_await ReadPacket());
  switch (FirstByte(first)) {
    case 0xff:
      co_return co_await Fail(mysql::DecodeError(first));
    case 0xfb:
      co_return Unsupported("LOAD DATA LOCAL over several shards");
    case 0x00:
      co_return HandleEnd(first);
    default:
      break;
  }
  mysql::ByteReader reader(first);
  const uint64_t count = reader.Lenenc();
  if (reader.failed() || !reader.empty() || count > kMaxColumns) {
    co_return Malformed("bad column count in the reply of a shard");
  }
  columns_.fields.reserve(count);
  columns_.definitions.reserve(count);
  for (uint64_t i = 0; i < count; ++i) {
    CO_ASSIGN_OR_RETURN(const std::string_view definition, co_await ReadPacket());
    if (FirstByte(definition) == 0xff) co_return co_await Fail(mysql::DecodeError(definition));
    CO_ASSIGN_OR_RETURN(mysql::Field field, mysql::DecodeColumnDefinition(definition));
    columns_.fields.push_back(std::move(field));
    columns_.definitions.emplace_back(definition);
  }
  co_return Status::Ok();
}

Awaitable<Result<bool>> ShardRows::Next(RowBatch& batch) {
  batch.Clear();
  while (!done_) {
    std::string_view payload;
    CO_ASSIGN_OR_RETURN(const bool found, TakePacket(&payload));
    if (!found) {
      // Reading on would end the life of the rows that the batch points to.
      if (!batch.empty()) co_return true;
      CO_ASSIGN_OR_RETURN(const bool more, co_await ReadChunk());
      if (!more) co_return Malformed("the reply of a shard ends early");
      continue;
    }
    const uint8_t first = FirstByte(payload);
    if (first == 0xff) co_return co_await Fail(mysql::DecodeError(payload));
    if (first == 0xfe && payload.size() < mysql::kMaxFramePayload) {
      CO_RETURN_IF_ERROR(HandleEnd(payload));
    } else if (payload_is_split_) {
      batch.AddCopy(payload);
    } else {
      batch.AddView(payload);
    }
  }
  if (!batch.empty()) co_return true;
  if (!at_end_) {
    CO_ASSIGN_OR_RETURN(const bool more, co_await ReadChunk());
    if (more) co_return Malformed("a shard's reply goes on after its end");
    at_end_ = true;
  }
  co_return false;
}

Status ShardRows::HandleEnd(std::string_view payload) {
  ASSIGN_OR_RETURN(const mysql::OkHead ok, mysql::ParseOkHead(payload));
  if (ok.status & mysql::kStatusMoreResults) {
    return Unsupported("a statement with several results over several shards");
  }
  if (!chunk_.empty()) return Malformed("a shard's reply goes on after its end");
  summary_.warnings = ok.warnings;
  summary_.status = ok.status;
  summary_.affected_rows = ok.affected_rows;
  summary_.last_insert_id = ok.last_insert_id;
  summary_.ended = 1;
  done_ = true;
  return Status::Ok();
}

// The shard has answered, if only with an error: reading the end leaves its stream complete, so
// that nothing is cancelled on the tablet.
Awaitable<Status> ShardRows::Fail(Status error) {
  (void)co_await reply_->Next();
  co_return error;
}

}  // namespace keyspan::vtgate
