#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"
#include "mysql/types/value.h"

namespace keyspan::mysql {

using Row = std::vector<Value>;

Result<Field> DecodeColumnDefinition(std::string_view payload);
void EncodeColumnDefinition(const Field& field, std::string* payload);

// Cells of a text row without a copy; nullopt is NULL. Views point into `payload`.
Status SplitTextRow(std::string_view payload, size_t columns,
                    std::vector<std::optional<std::string_view>>* cells);
// Cells of a binary row as their encoded bytes (without the length of length-encoded ones).
Status SplitBinaryRow(std::string_view payload, std::span<const Field> fields,
                      std::vector<std::optional<std::string_view>>* cells);

Status DecodeTextRow(std::string_view payload, std::span<const Field> fields, Row* row);
Status DecodeBinaryRow(std::string_view payload, std::span<const Field> fields, Row* row);
void EncodeTextRow(std::span<const Value> row, std::string* payload);
// Each value is converted to its column's type as MySQL would store it; fails if it cannot be.
Status EncodeBinaryRow(std::span<const Value> row, std::span<const Field> fields,
                       std::string* payload);
// A text row of these columns as a binary row of the same columns.
Status ConvertTextRowToBinary(std::string_view payload, std::span<const Field> fields,
                              std::string* binary);

// One binary-encoded value. `raw` has no length prefix. DecodeBinaryValue requires raw to be as
// long as its type says, which the splitters guarantee.
Result<Value> DecodeBinaryValue(FieldType type, bool is_unsigned, uint16_t collation,
                                std::string_view raw);
// Appends with the length prefix where the type has one.
Status EncodeBinaryValue(const Value& value, FieldType type, bool is_unsigned, std::string* out);

}  // namespace keyspan::mysql
