#pragma once

#include <cstdint>

namespace keyspan::mysql {

// Column types as column definitions and binary rows carry them
// (MySQL source documentation, field_types.h, enum_field_types).
enum class FieldType : uint8_t {
  kDecimal = 0,
  kTiny = 1,
  kShort = 2,
  kLong = 3,
  kFloat = 4,
  kDouble = 5,
  kNull = 6,
  kTimestamp = 7,
  kLongLong = 8,
  kInt24 = 9,
  kDate = 10,
  kTime = 11,
  kDatetime = 12,
  kYear = 13,
  kVarchar = 15,
  kBit = 16,
  kVector = 242,
  kJson = 245,
  kNewDecimal = 246,
  kEnum = 247,
  kSet = 248,
  kTinyBlob = 249,
  kMediumBlob = 250,
  kLongBlob = 251,
  kBlob = 252,
  kVarString = 253,
  kString = 254,
  kGeometry = 255,
};

// Flags of a column definition (field flags of mysql_com.h).
enum FieldFlag : uint16_t {
  kNotNullFlag = 1,
  kPrimaryKeyFlag = 2,
  kUniqueKeyFlag = 4,
  kMultipleKeyFlag = 8,
  kBlobFlag = 16,
  kUnsignedFlag = 32,
  kZerofillFlag = 64,
  kBinaryFlag = 128,
  kEnumFlag = 256,
  kAutoIncrementFlag = 512,
  kTimestampFlag = 1024,
  kSetFlag = 2048,
  kNoDefaultFlag = 4096,
  kOnUpdateNowFlag = 8192,
  kNumFlag = 32768,
};

// The collation id of binary strings; a string field with it is bytes, not text.
inline constexpr uint16_t kBinaryCollation = 63;
inline constexpr uint16_t kUtf8mb4GeneralCi = 45;
inline constexpr uint16_t kUtf8mb40900AiCi = 255;

}  // namespace keyspan::mysql
