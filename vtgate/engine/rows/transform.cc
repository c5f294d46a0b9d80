#include "vtgate/engine/rows/transform.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "vtgate/engine/rows/drain.h"

namespace keyspan::vtgate {
Awaitable<Result<bool>> Limit::Next(RowBatch& batch) {
  while (left_ > 0) {
    CO_ASSIGN_OR_RETURN(const bool more, co_await input().Next(batch));
    if (!more) {
      ended_ = true;
      co_return false;
    }
    if (skip_ >= batch.size()) {
      skip_ -= batch.size();
      continue;
    }
    const uint64_t count = std::min<uint64_t>(left_, batch.size() - skip_);
    batch.Slice(skip_, count);
    skip_ = 0;
    left_ -= count;
    co_return true;
  }
  if (!ended_) {
    ended_ = true;
    if (end_ == LimitEnd::kCancel) {
      input().Cancel();
    } else {
      bool more = true;
      while (more) {
        CO_ASSIGN_OR_RETURN(more, co_await input().Next(batch));
      }
    }
  }
  batch.Clear();
  co_return false;
}

Awaitable<Status> Truncate::Open() {
  CO_RETURN_IF_ERROR(co_await input().Open());
  columns_ = input().columns();
  input_count_ = columns_.size();
  if (count_ < 1 || count_ > input_count_) {
    co_return InternalError(fmt::format("{} columns of {}", count_, input_count_));
  }
  cells_.Init(columns_.fields, format());
  columns_.Truncate(count_);
  co_return Status::Ok();
}

Awaitable<Result<bool>> Truncate::Next(RowBatch& batch) {
  CO_ASSIGN_OR_RETURN(const bool more, co_await input().Next(batch));
  if (!more) co_return false;
  if (count_ == input_count_) co_return true;
  for (size_t i = 0; i < batch.size(); ++i) {
    CO_ASSIGN_OR_RETURN(batch[i], Cut(batch[i], batch.arena()));
  }
  co_return true;
}

Result<std::string_view> Truncate::Cut(std::string_view row, ByteArena& arena) {
  RETURN_IF_ERROR(cells_.Split(row, count_));
  const std::string_view prefix = row.substr(0, cells_.split_end());
  if (format() == RowFormat::kText) return prefix;
  // A binary row is 0x00, the NULL bitmap (from bit 2 on), the values.
  const size_t old_head = 1 + (input_count_ + 9) / 8;
  const size_t bitmap_bytes = (count_ + 9) / 8;
  const size_t used_bits = (count_ + 2) % 8;
  const uint8_t mask = used_bits == 0 ? 0xff : static_cast<uint8_t>((1 << used_bits) - 1);
  const bool clean = (static_cast<uint8_t>(row[bitmap_bytes]) & ~mask) == 0;
  if (clean && old_head == 1 + bitmap_bytes) return prefix;
  char* out = arena.Allocate(1 + bitmap_bytes + prefix.size() - old_head);
  char* end = std::copy_n(row.data(), 1 + bitmap_bytes, out);
  end[-1] = static_cast<char>(static_cast<uint8_t>(end[-1]) & mask);
  end = std::copy(prefix.begin() + old_head, prefix.end(), end);
  return std::string_view(out, static_cast<size_t>(end - out));
}

Awaitable<Status> Distinct::Open() {
  CO_RETURN_IF_ERROR(co_await input().Open());
  co_return encoder_.Init(columns(), format(), keys_, SortKeyEncoder::Use::kGroup);
}

Awaitable<Result<bool>> Distinct::Next(RowBatch& batch) {
  while (true) {
    CO_ASSIGN_OR_RETURN(const bool more, co_await input().Next(batch));
    if (!more) co_return false;
    size_t kept = 0;
    for (size_t i = 0; i < batch.size(); ++i) {
      CO_RETURN_IF_ERROR(encoder_.Encode(batch[i], &current_));
      const int order = has_last_ ? current_.compare(last_) : 1;
      if (order < 0) co_return NotInOrder();
      if (order == 0) continue;
      batch[kept++] = batch[i];
      std::swap(last_, current_);
      has_last_ = true;
    }
    batch.Resize(kept);
    if (kept > 0) co_return true;
  }
}

Awaitable<Result<bool>> Filter::Next(RowBatch& batch) {
  while (true) {
    CO_ASSIGN_OR_RETURN(const bool more, co_await input().Next(batch));
    if (!more) co_return false;
    size_t kept = 0;
    for (size_t i = 0; i < batch.size(); ++i) {
      CO_RETURN_IF_ERROR(DecodeRow(columns(), format(), batch[i], &row_));
      CO_ASSIGN_OR_RETURN(const bool keep, predicate_(row_));
      if (keep) batch[kept++] = batch[i];
    }
    batch.Resize(kept);
    if (kept > 0) co_return true;
  }
}

Awaitable<Status> InMemorySort::Open() {
  CO_RETURN_IF_ERROR(co_await input().Open());
  co_return encoder_.Init(columns(), format(), keys_, SortKeyEncoder::Use::kOrder);
}

Awaitable<Status> InMemorySort::Fill() {
  RowBatch batch;
  std::string key;
  while (true) {
    CO_ASSIGN_OR_RETURN(const bool more, co_await input().Next(batch));
    if (!more) break;
    for (std::string_view row : batch) {
      CO_RETURN_IF_ERROR(encoder_.Encode(row, &key));
      const uint64_t bytes =
          arena_.used() + key.size() + row.size() + (entries_.size() + 1) * sizeof(Entry);
      if (entries_.size() >= limits_.max_rows || bytes > limits_.max_bytes) {
        co_return Status(
            StatusCode::kResourceExhausted, 1038, "HY001",
            fmt::format("Out of sort memory: a result that is sorted in the gateway may have "
                        "{} rows and {} bytes",
                        limits_.max_rows, limits_.max_bytes));
      }
      entries_.push_back({arena_.Copy(key), arena_.Copy(row)});
    }
  }
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const Entry& a, const Entry& b) { return a.key < b.key; });
  co_return Status::Ok();
}

Awaitable<Result<bool>> InMemorySort::Next(RowBatch& batch) {
  constexpr size_t kBatchRows = 1024;
  if (!filled_) {
    CO_RETURN_IF_ERROR(co_await Fill());
    filled_ = true;
  }
  batch.Clear();
  const size_t end = std::min(entries_.size(), next_ + kBatchRows);
  while (next_ < end) batch.AddView(entries_[next_++].row);
  co_return !batch.empty();
}

}  // namespace keyspan::vtgate
