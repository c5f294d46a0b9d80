#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "mysql/protocol/row.h"
#include "vtgate/engine/rows/row_cells.h"
#include "vtgate/engine/rows/row_source.h"
#include "vtgate/engine/rows/sort_key.h"

namespace keyspan::vtgate {

// What a LIMIT does with the rows that come after the last one it wants.
enum class LimitEnd : uint8_t {
  kDrain,   // reads and drops them: for shards that have the limit too, inside transactions
  kCancel,  // cancels the input, whose summary stays incomplete
};

// Skips `offset` rows and passes `count` on.
class Limit : public RowFilter {
 public:
  Limit(std::unique_ptr<RowSource> input, uint64_t offset, uint64_t count,
        LimitEnd end = LimitEnd::kDrain)
      : RowFilter(std::move(input)), skip_(offset), left_(count), end_(end) {}

  Awaitable<Result<bool>> Next(RowBatch& batch) override;

 private:
  uint64_t skip_;
  uint64_t left_;
  LimitEnd end_;
  bool ended_ = false;
};

// Cuts hidden columns off the end of each row. A text row, and a binary row whose NULL bitmap keeps
// its size and has no hidden NULL, is a prefix; other binary rows are rewritten.
class Truncate : public RowFilter {
 public:
  // Requires: `columns` is at least 1 and at most what the input has (checked by Open).
  Truncate(std::unique_ptr<RowSource> input, size_t columns)
      : RowFilter(std::move(input)), count_(columns) {}

  Awaitable<Status> Open() override;
  Awaitable<Result<bool>> Next(RowBatch& batch) override;
  const Columns& columns() const override { return columns_; }

 private:
  Result<std::string_view> Cut(std::string_view row, ByteArena& arena);

  size_t count_;
  size_t input_count_ = 0;
  Columns columns_;
  RowCells cells_;
};

// Passes on the first of each run of rows that are equal in all keys. The input is sorted by them.
class Distinct : public RowFilter {
 public:
  Distinct(std::unique_ptr<RowSource> input, std::vector<SortKey> keys)
      : RowFilter(std::move(input)), keys_(std::move(keys)) {}

  Awaitable<Status> Open() override;
  Awaitable<Result<bool>> Next(RowBatch& batch) override;

 private:
  std::vector<SortKey> keys_;
  SortKeyEncoder encoder_;
  std::string last_;
  std::string current_;
  bool has_last_ = false;
};

// True keeps the row. Sees every column, hidden ones too.
using RowPredicate = std::function<Result<bool>(std::span<const mysql::Value> row)>;

// Rows for which a predicate holds, for HAVING over merged aggregates.
class Filter : public RowFilter {
 public:
  Filter(std::unique_ptr<RowSource> input, RowPredicate predicate)
      : RowFilter(std::move(input)), predicate_(std::move(predicate)) {}

  Awaitable<Result<bool>> Next(RowBatch& batch) override;

 private:
  RowPredicate predicate_;
  mysql::Row row_;
};

// How much of a result one statement may hold in the gateway.
struct RowLimits {
  uint64_t max_rows = 1'000'000;
  uint64_t max_bytes = 256ull << 20;
};

// Reads everything and sorts it, for an ORDER BY over merged groups. Equal rows keep their order.
// Past its limits it fails with kResourceExhausted.
class InMemorySort : public RowFilter {
 public:
  InMemorySort(std::unique_ptr<RowSource> input, std::vector<SortKey> keys, RowLimits limits)
      : RowFilter(std::move(input)), keys_(std::move(keys)), limits_(limits) {}

  Awaitable<Status> Open() override;
  Awaitable<Result<bool>> Next(RowBatch& batch) override;

 private:
  struct Entry {
    std::string_view key;
    std::string_view row;
  };
  Awaitable<Status> Fill();

  std::vector<SortKey> keys_;
  RowLimits limits_;
  SortKeyEncoder encoder_;
  ByteArena arena_;
  std::vector<Entry> entries_;
  size_t next_ = 0;
  bool filled_ = false;
};

}  // namespace keyspan::vtgate
