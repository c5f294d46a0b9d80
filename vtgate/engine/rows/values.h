#pragma once

#include <vector>

#include "mysql/protocol/row.h"
#include "vtgate/engine/rows/row_source.h"

namespace keyspan::vtgate {

// Rows that the gateway itself knows, for SHOW commands and the like.
class Values : public RowSource {
 public:
  // Every row has a value per field. In binary format each value is converted to its field's type
  // as MySQL would store it; one that cannot be fails Next().
  Values(std::vector<mysql::Field> fields, std::vector<mysql::Row> rows, RowFormat format);

  Awaitable<Status> Open() override;
  Awaitable<Result<bool>> Next(RowBatch& batch) override;
  void Cancel() override { cancelled_ = true; }
  const Columns& columns() const override { return columns_; }
  RowFormat format() const override { return format_; }
  ReplySummary summary() const override;

 private:
  Columns columns_;
  std::vector<mysql::Row> rows_;
  RowFormat format_;
  size_t next_ = 0;
  bool cancelled_ = false;
};

}  // namespace keyspan::vtgate
