#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"
#include "mysql/types/field_type.h"
#include "sharding/routing_value.h"
#include "sharding/vindexes/vindex.h"

namespace keyspan::sharding {

// The type of a column on which rows are sharded: what is needed to say which literals are equal to
// a stored value.
struct ColumnType {
  mysql::FieldType type = mysql::FieldType::kNull;
  bool is_unsigned = false;
  // CHAR(n), VARCHAR(n): characters. BINARY(n), VARBINARY(n): bytes. 0 = not limited. BIT(n): bits.
  uint32_t length = 0;
  // DECIMAL(p,s). DATETIME(s): fractional digits.
  uint8_t precision = 0;
  uint8_t scale = 0;
  // Text types only; empty for binary strings and for all others.
  std::string collation;

  bool IsInteger() const;
  // CHAR, VARCHAR, TEXT: compared by `collation`.
  bool IsText() const { return !collation.empty(); }
  // BINARY, VARBINARY, BLOB.
  bool IsBinary() const;

  friend bool operator==(const ColumnType&, const ColumnType&) = default;
};

// From information_schema.columns: COLUMN_TYPE ("bigint unsigned", "varchar(20)", "decimal(10,2)")
// and COLLATION_NAME (empty when NULL).
Result<ColumnType> ParseMysqlColumnType(std::string_view column_type, std::string_view collation);

// From the `type` of a VSchema column ("INT64", "VARCHAR", ...) and its collation_name, which
// defaults to utf8mb4_0900_ai_ci for text.
Result<ColumnType> ParseVSchemaColumnType(std::string_view type, std::string_view collation_name,
                                          uint32_t size = 0, uint8_t scale = 0);

// Whether `vindex` may take this column at this position of its columns. Refused, with the reason:
// types whose equality is not exact or depends on the session (FLOAT, DOUBLE, TIME, TIMESTAMP,
// ENUM, SET, JSON, BIT, spatial types); collations without weight tables (collation.h); a vindex of
// plain bytes on text whose collation calls different bytes equal; a numeric vindex on anything but
// an integer column. A lookup takes whatever its table's own vindex takes, so it is not checked
// here.
Status CheckShardingColumn(const ColumnType& column, const Vindex& vindex, int position = 0);

// What `column = value` says about the rows that it can match.
struct ColumnValue {
  enum class Outcome : uint8_t {
    kValue,      // only rows whose column is `value` (in its one normal form)
    kNoRow,      // no stored value is equal: 1.5 with an INT column, NULL with any
    kUndecided,  // equality is not one stored value ('1' with VARCHAR as number): ask every shard
  };
  Outcome outcome = Outcome::kUndecided;
  RoutingValue value;
};

// The normal form of the stored values that compare equal with `value` in `column = value`, where
// value is a literal or a parameter in the statement that the shard gets. It is never kValue or
// kNoRow unless MySQL agrees for every session setting and with or without an index.
ColumnValue NormalizeForComparison(const RoutingValue& value, const ColumnType& column);

// The same for each item of `column IN (values)`. An item by itself can be less certain there: see
// MySQL's mixed lists in column_value.cc.
std::vector<ColumnValue> NormalizeListForComparison(std::span<const RoutingValue> values,
                                                    const ColumnType& column);

// The normal form of what MySQL stores when `value` is inserted: 1.5 into INT is 2, '01' is 1, and
// what a strict sql_mode rejects is what a non-strict one would store, so that the shard is right
// under both. kNoRow never; kUndecided where only MySQL can tell (the caller refuses the
// statement). NULL stays NULL.
ColumnValue NormalizeForStorage(const RoutingValue& value, const ColumnType& column);

}  // namespace keyspan::sharding
