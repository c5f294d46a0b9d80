#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"
#include "vtgate/engine/rows/row_cells.h"
#include "vtgate/engine/rows/row_source.h"

namespace keyspan::vtgate {

// One column to order, group or distinguish by. `weight_column` (-1: none) is a hidden column that
// is compared in its place by its own type: WEIGHT_STRING(expr), bytewise, for text, ENUM and SET;
// CAST(expr AS DOUBLE) for FLOAT.
struct SortKey {
  int column = 0;
  int weight_column = -1;
  bool descending = false;
};

// Turns the key columns of a row into one byte string whose bytewise order (shorter first) is the
// order that MySQL gives the rows: NULL first when ascending, numbers, dates and times by value,
// byte strings bytewise. Two rows are equal in all keys exactly if their strings are.
//
// Facts: ENUM and SET columns order by number, which their text does not show; a text FLOAT shows
// six digits, so that unequal values can look equal. Both need a weight column, as text does, which
// is ordered by a collation. JSON has an order of its own that WEIGHT_STRING does not give.
class SortKeyEncoder {
 public:
  enum class Use : uint8_t {
    kOrder,    // the last key may be a text FLOAT: what looks equal may come in any order
    kGroup,    // equality matters
    kExtreme,  // each key stands alone, for MIN and MAX: any may be a text FLOAT
  };

  // Unsupported when a key cannot be compared here, InternalError for a column that is not there.
  Status Init(const Columns& columns, RowFormat format, std::span<const SortKey> keys, Use use);

  // Replaces *key (its capacity is kept). Malformed when the row is not one of these columns.
  Status Encode(std::string_view row, std::string* key);

  // True when keys of the other can be compared with keys of this.
  bool SameKinds(const SortKeyEncoder& other) const;

  // The column that key number `key` looks at, and one cell of it by the rules above.
  int key_column(size_t key) const { return parts_[key].column; }
  Status AppendCell(size_t key, const Cell& cell, std::string* out) const;

 private:
  enum class Kind : uint8_t {
    kSigned,
    kUnsigned,
    kDouble,
    kDecimal,
    kDatetime,
    kTime,
    kBit,
    kBytes,
    kNull,
  };
  struct Part {
    int column;
    Kind kind;
    mysql::FieldType type;
    bool descending;
    bool ordered_expression;  // no column, and it is ordered by, not only compared
  };
  static Result<Kind> KindOf(const mysql::Field& field, RowFormat format, bool float_text_is_fine);
  Status AppendValue(const Part& part, std::string_view bytes, std::string* out) const;

  RowCells cells_;
  std::vector<Part> parts_;
  size_t needed_ = 0;  // columns of a row that the keys need
};

// For sources that need their input sorted and see a key that is smaller than the one before it: to
// go on would give a wrong answer.
Status NotInOrder();

}  // namespace keyspan::vtgate
