#pragma once

#include <cstdint>

#include "common/status.h"
#include "mysql/types/value.h"
#include "vtgate/engine/rows/row_cells.h"

namespace keyspan::vtgate {

// Numbers and times out of cells that are not NULL, without allocation. `type` is the column's
// type; each fails with Malformed when the bytes are not a value of it.
Result<int64_t> ReadSigned(std::string_view bytes, mysql::FieldType type, RowFormat format);
Result<uint64_t> ReadUnsigned(std::string_view bytes, mysql::FieldType type, RowFormat format);
Result<double> ReadDouble(std::string_view bytes, mysql::FieldType type, RowFormat format);
Result<mysql::Temporal> ReadTemporal(std::string_view bytes, mysql::FieldType type,
                                     RowFormat format);

// The other way round: replaces *bytes with what a cell of `field` holds. A number outside the
// range of the column's type is error 1690.
Status WriteInteger(__int128 value, const mysql::Field& field, RowFormat format,
                    std::string* bytes);
Status WriteDouble(double value, const mysql::Field& field, RowFormat format, std::string* bytes);

}  // namespace keyspan::vtgate
