#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "common/async/event.h"
#include "common/async/spawn.h"
#include "mysql/protocol/ok_packet.h"
#include "mysql/protocol/output_buffer.h"
#include "mysql/protocol/row.h"
#include "mysql/protocol/wire.h"
#include "vtgate/engine/rows/drain.h"
#include "vtgate/engine/rows/shard_rows.h"

namespace keyspan::vtgate {

// A column of a table.
inline mysql::Field TestField(std::string name, mysql::FieldType type, uint16_t flags = 0,
                              uint16_t collation = mysql::kBinaryCollation) {
  mysql::Field field;
  field.name = std::move(name);
  field.org_name = field.name;
  field.type = type;
  field.flags = flags;
  field.collation = collation;
  return field;
}

// What a test sees of a FakeShardReply, also after it was destroyed.
struct FakeReplyLog {
  int calls = 0;
  bool cancelled = false;
  bool destroyed = false;
  bool ended = false;  // the empty span was given out
};

// A scripted reply: chunks, then an end, a failure, or silence until it is cancelled. Every Next()
// goes through the event loop, and the memory of the chunk before is overwritten, so that a view
// that is used too late shows.
class FakeShardReply : public ShardReply {
 public:
  struct Script {
    std::vector<std::string> chunks;
    Status failure;     // after the chunks, unless OK
    bool hang = false;  // after the chunks
    int turns = 1;      // of the event loop before each answer
  };

  FakeShardReply(Script script, std::shared_ptr<FakeReplyLog> log = nullptr)
      : script_(std::move(script)), log_(log ? log : std::make_shared<FakeReplyLog>()) {}
  ~FakeShardReply() override {
    Scribble();
    log_->destroyed = true;
  }

  Awaitable<Result<std::span<const uint8_t>>> Next() override {
    EXPECT_FALSE(busy_) << "Next() while another is awaited";
    EXPECT_FALSE(log_->ended) << "Next() after the end";
    busy_ = true;
    ++log_->calls;
    Scribble();
    const Executor executor = co_await boost::asio::this_coro::executor;
    event_ = std::make_unique<Event>(executor);
    for (int i = 0; i < script_.turns && !log_->cancelled; ++i) {
      co_await boost::asio::post(executor, boost::asio::use_awaitable_t<Executor>());
    }
    while (next_ == script_.chunks.size() && script_.hang && !log_->cancelled) {
      co_await event_->Wait();
    }
    busy_ = false;
    if (log_->cancelled) co_return Status(StatusCode::kCancelled, "cancelled");
    if (next_ < script_.chunks.size()) {
      const std::string& chunk = script_.chunks[next_++];
      current_.assign(chunk.begin(), chunk.end());
      co_return std::span<const uint8_t>(current_);
    }
    if (!script_.failure.ok()) co_return script_.failure;
    log_->ended = true;
    co_return std::span<const uint8_t>();
  }

  void Cancel() override {
    log_->cancelled = true;
    if (event_) event_->NotifyAll();
  }

 private:
  void Scribble() {
    std::fill(current_.begin(), current_.end(), 0xee);
    std::vector<uint8_t>().swap(current_);
  }

  Script script_;
  std::shared_ptr<FakeReplyLog> log_;
  std::unique_ptr<Event> event_;
  std::vector<uint8_t> current_;
  size_t next_ = 0;
  bool busy_ = false;
};

// Builds the bytes of one result.
class ResultBytes {
 public:
  ResultBytes(std::vector<mysql::Field> fields, RowFormat format)
      : fields_(std::move(fields)), format_(format) {
    std::string payload;
    mysql::AppendLenenc(&payload, fields_.size());
    Packet(payload);
    for (const mysql::Field& field : fields_) {
      payload.clear();
      mysql::EncodeColumnDefinition(field, &payload);
      Packet(payload);
    }
  }

  ResultBytes& Row(const mysql::Row& row) {
    std::string payload;
    if (format_ == RowFormat::kText) {
      mysql::EncodeTextRow(row, &payload);
    } else {
      const Status status = mysql::EncodeBinaryRow(row, fields_, &payload);
      EXPECT_TRUE(status.ok()) << status.ToString();
    }
    return Packet(payload);
  }
  ResultBytes& Rows(const std::vector<mysql::Row>& rows, size_t rows_per_chunk = 3) {
    for (size_t i = 0; i < rows.size(); ++i) {
      if (i % rows_per_chunk == 0 && i > 0) NextChunk();
      Row(rows[i]);
    }
    return *this;
  }
  ResultBytes& End(uint16_t warnings = 0, uint16_t status = 2) {
    mysql::OkPacket ok;
    ok.warnings = warnings;
    ok.status = status;
    std::string payload;
    mysql::EncodeOk(ok, mysql::kClientProtocol41 | mysql::kClientDeprecateEof, 0xfe, &payload);
    return Packet(payload);
  }
  ResultBytes& Error(const Status& error) {
    std::string payload;
    mysql::EncodeError(error, mysql::kClientProtocol41, &payload);
    return Packet(payload);
  }
  ResultBytes& Packet(std::string_view payload) {
    mysql::AppendFrames(payload, &sequence_, &chunks_.back());
    return *this;
  }
  ResultBytes& NextChunk() {
    chunks_.emplace_back();
    return *this;
  }

  std::vector<std::string> chunks() const { return chunks_; }

 private:
  std::vector<mysql::Field> fields_;
  RowFormat format_;
  uint8_t sequence_ = 1;
  std::vector<std::string> chunks_{1};
};

inline std::unique_ptr<RowSource> Shard(FakeShardReply::Script script, RowFormat format,
                                        std::shared_ptr<FakeReplyLog> log = nullptr) {
  return std::make_unique<ShardRows>(
      std::make_unique<FakeShardReply>(std::move(script), std::move(log)), format);
}

// A shard that answers with these rows and ends well.
inline std::unique_ptr<RowSource> ShardOf(const std::vector<mysql::Field>& fields,
                                          const std::vector<mysql::Row>& rows, RowFormat format,
                                          size_t rows_per_chunk = 3, int turns = 1) {
  FakeShardReply::Script script;
  script.chunks = ResultBytes(fields, format).Rows(rows, rows_per_chunk).End().chunks();
  script.turns = turns;
  return Shard(std::move(script), format);
}

inline constexpr std::chrono::seconds kHangAfter(20);

struct Drained {
  Status status = InternalError("hangs");
  std::vector<mysql::Row> rows;
};

// A loop that outlives every source of a test: their timers belong to it.
inline boost::asio::io_context& NewContext() {
  static std::vector<std::unique_ptr<boost::asio::io_context>> contexts;
  return *contexts.emplace_back(std::make_unique<boost::asio::io_context>(1));
}

// Drains `source` on a loop of its own.
inline Drained DrainNow(RowSource& source) {
  boost::asio::io_context& context = NewContext();
  Drained drained;
  Spawn("drain", context.get_executor(),
        [&]() -> Awaitable<void> { drained.status = co_await Drain(source, &drained.rows); });
  context.run_for(kHangAfter);
  return drained;
}
// As above, with the source destroyed before the loop ends.
inline Drained DrainNow(std::unique_ptr<RowSource> source) {
  boost::asio::io_context& context = NewContext();
  Drained drained;
  Spawn("drain", context.get_executor(), [&]() -> Awaitable<void> {
    drained.status = co_await Drain(*source, &drained.rows);
    source.reset();
  });
  context.run_for(kHangAfter);
  return drained;
}

// The rows as text, one string each, for messages and comparisons.
inline std::vector<std::string> Texts(const std::vector<mysql::Row>& rows) {
  std::vector<std::string> texts;
  for (const mysql::Row& row : rows) {
    std::string text;
    for (const mysql::Value& value : row) text += (text.empty() ? "" : "|") + value.ToText();
    texts.push_back(std::move(text));
  }
  return texts;
}

template <typename... Sources>
std::vector<std::unique_ptr<RowSource>> SourceList(Sources... sources) {
  std::vector<std::unique_ptr<RowSource>> all;
  (all.push_back(std::move(sources)), ...);
  return all;
}

inline std::string FormatName(const testing::TestParamInfo<RowFormat>& info) {
  return info.param == RowFormat::kText ? "Text" : "Binary";
}

}  // namespace keyspan::vtgate
