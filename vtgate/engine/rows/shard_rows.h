#pragma once

#include <memory>
#include <string>

#include "vtgate/engine/rows/row_source.h"
#include "vtgate/engine/rows/shard_reply.h"

namespace keyspan::vtgate {

// The rows of one shard. Rows are views into the reply's current chunk; only a row of 16 MiB or
// more is copied, because packet headers cut it. Holds nothing beyond that chunk.
class ShardRows : public RowSource {
 public:
  ShardRows(std::unique_ptr<ShardReply> reply, RowFormat format)
      : reply_(std::move(reply)), format_(format) {}

  Awaitable<Status> Open() override;
  Awaitable<Result<bool>> Next(RowBatch& batch) override;
  void Cancel() override { reply_->Cancel(); }
  const Columns& columns() const override { return columns_; }
  RowFormat format() const override { return format_; }
  ReplySummary summary() const override { return summary_; }

 private:
  // Takes the next packet of the current chunk, if there is a whole one.
  Result<bool> TakePacket(std::string_view* payload);
  Awaitable<Result<bool>> ReadChunk();
  Awaitable<Result<std::string_view>> ReadPacket();
  Status HandleEnd(std::string_view payload);
  Awaitable<Status> Fail(Status error);

  std::unique_ptr<ShardReply> reply_;
  RowFormat format_;
  Columns columns_;
  ReplySummary summary_;
  std::string_view chunk_;  // not yet parsed rest of the current chunk
  std::string split_;       // a packet of several frames while it is put together
  bool in_split_ = false;
  bool payload_is_split_ = false;
  bool done_ = false;    // the OK packet has come
  bool at_end_ = false;  // the reply has ended
};

}  // namespace keyspan::vtgate
