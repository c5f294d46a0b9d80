#include "vtgate/engine/rows/cell_value.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <iterator>
#include <limits>

#include "mysql/protocol/row.h"
#include "mysql/protocol/wire.h"

namespace keyspan::vtgate {
namespace {

using mysql::FieldType;
using mysql::Temporal;

constexpr uint8_t kNotFixedDecimals = 31;

template <typename T>
Result<T> ParseNumber(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return Malformed(fmt::format("'{}' is not a number of its column's type", text));
  }
  return value;
}

Status WrongSize() { return Malformed("a binary value has not the size of its type"); }

Status OutOfRange(std::string_view type, std::string_view column) {
  return Status(StatusCode::kInvalidArgument, 1690, "22003",
                fmt::format("{} value is out of range in '{}'", type, column));
}

// Bits of an integer of 1, 2, 4 or 8 bytes, without sign.
Result<uint64_t> LoadInteger(std::string_view bytes) {
  switch (bytes.size()) {
    case 1:
      return static_cast<uint8_t>(bytes[0]);
    case 2:
      return mysql::Load16(bytes.data());
    case 4:
      return mysql::Load32(bytes.data());
    case 8:
      return mysql::Load64(bytes.data());
    default:
      return WrongSize();
  }
}

// Width in bytes and number of value bits: MEDIUMINT travels in four bytes.
int WidthOf(FieldType type) {
  switch (type) {
    case FieldType::kTiny:
      return 1;
    case FieldType::kShort:
    case FieldType::kYear:
      return 2;
    case FieldType::kLong:
    case FieldType::kInt24:
      return 4;
    default:
      return 8;
  }
}

}  // namespace

Result<int64_t> ReadSigned(std::string_view bytes, FieldType, RowFormat format) {
  if (format == RowFormat::kText) return ParseNumber<int64_t>(bytes);
  ASSIGN_OR_RETURN(const uint64_t bits, LoadInteger(bytes));
  const int shift = 64 - 8 * static_cast<int>(bytes.size());
  return static_cast<int64_t>(bits << shift) >> shift;
}

Result<uint64_t> ReadUnsigned(std::string_view bytes, FieldType, RowFormat format) {
  if (format == RowFormat::kText) return ParseNumber<uint64_t>(bytes);
  return LoadInteger(bytes);
}

Result<double> ReadDouble(std::string_view bytes, FieldType type, RowFormat format) {
  if (format == RowFormat::kText) {
    // A text FLOAT that is read as the nearest FLOAT compares as the shard's own values do.
    if (type != FieldType::kFloat) return ParseNumber<double>(bytes);
    ASSIGN_OR_RETURN(const float value, ParseNumber<float>(bytes));
    return value;
  }
  if (type == FieldType::kFloat) {
    float value;
    if (bytes.size() != sizeof(value)) return WrongSize();
    std::memcpy(&value, bytes.data(), sizeof(value));
    return value;
  }
  double value;
  if (bytes.size() != sizeof(value)) return WrongSize();
  std::memcpy(&value, bytes.data(), sizeof(value));
  return value;
}

Result<Temporal> ReadTemporal(std::string_view bytes, FieldType type, RowFormat format) {
  if (format == RowFormat::kBinary) {
    const size_t n = bytes.size();
    const bool fits = type == FieldType::kTime ? n == 0 || n == 8 || n == 12
                                               : n == 0 || n == 4 || n == 7 || n == 11;
    if (!fits) return WrongSize();
    ASSIGN_OR_RETURN(const mysql::Value value,
                     mysql::DecodeBinaryValue(type, false, mysql::kBinaryCollation, bytes));
    return value.temporal();
  }
  if (type == FieldType::kTime) return mysql::ParseTime(bytes);
  if (type == FieldType::kDate) return mysql::ParseDate(bytes);
  return mysql::ParseDatetime(bytes);
}

Status WriteInteger(__int128 value, const mysql::Field& field, RowFormat format,
                    std::string* bytes) {
  const int width = WidthOf(field.type);
  const int bits = field.type == FieldType::kInt24 ? 24 : 8 * width;
  const __int128 one = 1;
  const bool is_unsigned = field.is_unsigned() || field.type == FieldType::kYear;
  const __int128 low = is_unsigned ? 0 : -(one << (bits - 1));
  const __int128 high = (one << (is_unsigned ? bits : bits - 1)) - 1;
  if (value < low || value > high) {
    return OutOfRange(is_unsigned ? "BIGINT UNSIGNED" : "BIGINT", field.name);
  }
  bytes->clear();
  if (format == RowFormat::kBinary) {
    const uint64_t raw = static_cast<uint64_t>(value);
    bytes->append(reinterpret_cast<const char*>(&raw), width);
  } else if (is_unsigned) {
    fmt::format_to(std::back_inserter(*bytes), "{}", static_cast<uint64_t>(value));
  } else {
    fmt::format_to(std::back_inserter(*bytes), "{}", static_cast<int64_t>(value));
  }
  return Status::Ok();
}

Status WriteDouble(double value, const mysql::Field& field, RowFormat format, std::string* bytes) {
  if (!std::isfinite(value)) return OutOfRange("DOUBLE", field.name);
  bytes->clear();
  if (format == RowFormat::kBinary) {
    bytes->append(reinterpret_cast<const char*>(&value), sizeof(value));
  } else if (field.decimals < kNotFixedDecimals) {
    fmt::format_to(std::back_inserter(*bytes), "{:.{}f}", value, field.decimals);
  } else {
    mysql::AppendDouble(value, bytes);
  }
  return Status::Ok();
}

}  // namespace keyspan::vtgate
