#pragma once

#include <cstdint>
#include <string>

#include "mysql/types/field_type.h"

namespace keyspan::mysql {

// The definition of one result column (Protocol::ColumnDefinition41), as the server named it.
struct Field {
  std::string catalog = "def";
  std::string schema;
  std::string table;      // alias of the table
  std::string org_table;  // its real name
  std::string name;       // alias of the column
  std::string org_name;
  uint16_t collation = kBinaryCollation;
  uint32_t length = 0;  // maximum length in bytes
  FieldType type = FieldType::kVarString;
  uint16_t flags = 0;
  uint8_t decimals = 0;  // 31 = not fixed

  bool is_unsigned() const { return (flags & kUnsignedFlag) != 0; }
  friend bool operator==(const Field&, const Field&) = default;
};

// INT family and YEAR: the binary protocol sends a fixed-size integer.
bool IsIntegerType(FieldType type);
// Sent as a length-encoded string in binary rows too (text, blobs, decimal, bit, json, ...).
bool IsStringType(FieldType type);

}  // namespace keyspan::mysql
