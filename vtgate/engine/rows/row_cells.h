#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "common/status.h"
#include "vtgate/engine/rows/row_source.h"

namespace keyspan::vtgate {

// One value inside a row. `bytes` has no length prefix: text as the text protocol shows it, or the
// binary encoding of the column's type.
struct Cell {
  std::string_view bytes;
  bool null = true;
};

// Finds the cells of raw rows without decoding or copying them, and puts rows together from cells.
// Not thread-safe; views point into the row that was given to Split().
class RowCells {
 public:
  void Init(std::span<const mysql::Field> fields, RowFormat format);

  // Finds the first `count` cells. Malformed when the row ends before.
  Status Split(std::string_view row, size_t count);
  Status Split(std::string_view row) { return Split(row, encodings_.size()); }
  const Cell& operator[](size_t index) const { return cells_[index]; }
  size_t size() const { return encodings_.size(); }
  // Where the cells that the last Split() found end, in bytes from the start of the row.
  size_t split_end() const { return split_end_; }
  RowFormat format() const { return format_; }

  // Whether rows of the other can be mixed with rows of this.
  bool SameEncoding(const RowCells& other) const { return encodings_ == other.encodings_; }

  // Appends a row of these columns to *row. Requires: cells.size() == size().
  void Join(std::span<const Cell> cells, std::string* row) const;

 private:
  // How a cell's length is found: 0xff = length-encoded, 0xfe = one length byte (dates and times),
  // 0xfd = always NULL, otherwise the number of bytes.
  std::vector<uint8_t> encodings_;
  RowFormat format_ = RowFormat::kText;
  std::vector<Cell> cells_;
  size_t split_end_ = 0;
};

}  // namespace keyspan::vtgate
