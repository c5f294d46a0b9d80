#pragma once

#include <vector>

#include "mysql/protocol/row.h"
#include "vtgate/engine/rows/row_source.h"

namespace keyspan::vtgate {

// The values of one row of `columns`.
Status DecodeRow(const Columns& columns, RowFormat format, std::string_view payload,
                 mysql::Row* row);

// Opens `source`, reads it to its end and appends its rows, decoded, to *rows, for tests and for
// the few results that the gateway uses itself. Fails with kResourceExhausted past `max_rows`.
Awaitable<Status> Drain(RowSource& source, std::vector<mysql::Row>* rows,
                        uint64_t max_rows = 1'000'000);

}  // namespace keyspan::vtgate
