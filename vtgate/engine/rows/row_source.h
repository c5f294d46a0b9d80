#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/async/awaitable.h"
#include "common/status.h"
#include "mysql/types/field.h"
#include "vtgate/engine/rows/row_batch.h"

namespace keyspan::vtgate {

enum class RowFormat : uint8_t { kText, kBinary };

// The columns of a result, each decoded and as the payload of its column definition packet, so that
// definitions reach the client as the shard sent them.
struct Columns {
  std::vector<mysql::Field> fields;
  std::vector<std::string> definitions;  // one per field

  size_t size() const { return fields.size(); }
  // Keeps the first `count`. Requires: count <= size().
  void Truncate(size_t count);
};

// What the OK packets at the ends of the shards' results said, over all of them.
struct ReplySummary {
  uint32_t warnings = 0;        // sum
  uint16_t status = 0;          // union of the ServerStatus bits
  uint64_t affected_rows = 0;   // sum; of replies without rows
  uint64_t last_insert_id = 0;  // of the first reply that has one
  uint32_t ended = 0;           // how many replies have ended so far

  void Add(const ReplySummary& other);
};

// Rows that are produced on demand: the replies of shards, or other sources combined. Primitives
// build a tree of these for each execution; the tree belongs to one session and lives on its
// io_context, nothing here is thread-safe.
//
// Use: Open() once, then Next() until it says false or fails. Open and Next may not overlap. After
// a failure only Cancel() and destruction are allowed. Destruction ends everything beneath, at any
// time except while an Open or Next of this source is being awaited: Cancel() and await its return
// first.
class RowSource {
 public:
  virtual ~RowSource() = default;

  // Starts what is beneath and waits until the columns are known.
  virtual Awaitable<Status> Open() = 0;
  // Clears `batch` and puts at least one row into it (true), or none at the end (false). An ERR
  // packet of a shard is a failure of code kMysql with the shard's errno, SQLSTATE and message.
  virtual Awaitable<Result<bool>> Next(RowBatch& batch) = 0;
  // Ends what is beneath: an awaited Open or Next fails soon, with kCancelled if nothing else.
  // Idempotent, never blocks.
  virtual void Cancel() = 0;

  // Requires: Open() succeeded. No columns: the statement was not a SELECT (see summary()).
  virtual const Columns& columns() const = 0;
  virtual RowFormat format() const = 0;
  // Complete once Next() has returned false; a LIMIT that was reached early leaves some out.
  virtual ReplySummary summary() const = 0;
};

// A source over one other, whose columns, format and summary it passes on unless overridden.
class RowFilter : public RowSource {
 public:
  explicit RowFilter(std::unique_ptr<RowSource> input) : input_(std::move(input)) {}

  Awaitable<Status> Open() override { return input_->Open(); }
  void Cancel() override { input_->Cancel(); }
  const Columns& columns() const override { return input_->columns(); }
  RowFormat format() const override { return input_->format(); }
  ReplySummary summary() const override { return input_->summary(); }

 protected:
  RowSource& input() { return *input_; }
  const RowSource& input() const { return *input_; }

 private:
  std::unique_ptr<RowSource> input_;
};

}  // namespace keyspan::vtgate
