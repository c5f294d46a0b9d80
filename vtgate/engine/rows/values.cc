#include "vtgate/engine/rows/values.h"

#include <utility>

namespace keyspan::vtgate {

Values::Values(std::vector<mysql::Field> fields, std::vector<mysql::Row> rows, RowFormat format)
    : rows_(std::move(rows)), format_(format) {
  columns_.fields = std::move(fields);
}

Awaitable<Status> Values::Open() {
  for (const mysql::Field& field : columns_.fields) {
    mysql::EncodeColumnDefinition(field, &columns_.definitions.emplace_back());
  }
  for (const mysql::Row& row : rows_) {
    if (row.size() != columns_.size()) co_return InternalError("a row without a value per column");
  }
  co_return Status::Ok();
}

Awaitable<Result<bool>> Values::Next(RowBatch& batch) {
  constexpr size_t kBatchBytes = 64 * 1024;
  batch.Clear();
  if (cancelled_) co_return Status(StatusCode::kCancelled, "the statement was cancelled");
  std::string payload;
  while (next_ < rows_.size() && batch.arena().used() < kBatchBytes) {
    payload.clear();
    const mysql::Row& row = rows_[next_++];
    if (format_ == RowFormat::kText) {
      mysql::EncodeTextRow(row, &payload);
    } else {
      CO_RETURN_IF_ERROR(mysql::EncodeBinaryRow(row, columns_.fields, &payload));
    }
    batch.AddCopy(payload);
  }
  co_return !batch.empty();
}

ReplySummary Values::summary() const {
  ReplySummary summary;
  summary.ended = next_ == rows_.size();
  return summary;
}

}  // namespace keyspan::vtgate
