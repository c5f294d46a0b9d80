#include "vtgate/engine/rows/drain.h"

#include <fmt/format.h>

#include <utility>

namespace keyspan::vtgate {

Status DecodeRow(const Columns& columns, RowFormat format, std::string_view payload,
                 mysql::Row* row) {
  row->clear();
  return format == RowFormat::kText ? mysql::DecodeTextRow(payload, columns.fields, row)
                                    : mysql::DecodeBinaryRow(payload, columns.fields, row);
}

Awaitable<Status> Drain(RowSource& source, std::vector<mysql::Row>* rows, uint64_t max_rows) {
  CO_RETURN_IF_ERROR(co_await source.Open());
  RowBatch batch;
  while (true) {
    CO_ASSIGN_OR_RETURN(const bool more, co_await source.Next(batch));
    if (!more) co_return Status::Ok();
    for (std::string_view payload : batch) {
      if (rows->size() >= max_rows) {
        co_return Status(StatusCode::kResourceExhausted,
                         fmt::format("a result of more than {} rows", max_rows));
      }
      CO_RETURN_IF_ERROR(
          DecodeRow(source.columns(), source.format(), payload, &rows->emplace_back()));
    }
  }
}

}  // namespace keyspan::vtgate
