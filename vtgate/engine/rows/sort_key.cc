#include "vtgate/engine/rows/sort_key.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "vtgate/engine/rows/cell_value.h"

namespace keyspan::vtgate {
namespace {

using mysql::FieldType;

constexpr char kNullMark = 0;
constexpr char kValueMark = 1;
// Of decimals; a negative one has the complement of kPositiveMark.
constexpr uint8_t kZeroMark = 0x80;
constexpr uint8_t kPositiveMark = 0xc0;
constexpr uint64_t kSignBit = 1ull << 63;

void AppendBigEndian(uint64_t value, std::string* out) {
  const uint64_t swapped = __builtin_bswap64(value);
  out->append(reinterpret_cast<const char*>(&swapped), sizeof(swapped));
}

void AppendSigned(int64_t value, std::string* out) {
  AppendBigEndian(static_cast<uint64_t>(value) ^ kSignBit, out);
}

void AppendDoubleKey(double value, std::string* out) {
  if (value == 0) value = 0;  // -0.0 equals 0.0
  const uint64_t bits = std::bit_cast<uint64_t>(value);
  AppendBigEndian(bits & kSignBit ? ~bits : bits | kSignBit, out);
}

// Each 0x00 becomes 0x00 0xff and the end is 0x00 0x00, so that a prefix sorts first whatever comes
// after it in the key.
void AppendEscaped(std::string_view bytes, std::string* out) {
  while (!bytes.empty()) {
    const void* zero = std::memchr(bytes.data(), 0, bytes.size());
    if (zero == nullptr) break;
    const size_t length = static_cast<size_t>(static_cast<const char*>(zero) - bytes.data());
    out->append(bytes.substr(0, length));
    out->append("\0\xff", 2);
    bytes.remove_prefix(length + 1);
  }
  out->append(bytes);
  out->append("\0\0", 2);
}

// Sign, number of digits before the point, then the digits, each as 1..10, without leading zeros
// and without those that end the fraction, and 0 as the end. A negative number has the bytes of its
// absolute value inverted.
Status AppendDecimal(std::string_view text, std::string* out) {
  const std::string_view whole = text;
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  const size_t point = std::min(text.find('.'), text.size());
  std::string_view integer = text.substr(0, point);
  std::string_view fraction = point < text.size() ? text.substr(point + 1) : std::string_view();
  const auto is_digits = [](std::string_view s) {
    return std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  if ((integer.empty() && fraction.empty()) || !is_digits(integer) || !is_digits(fraction) ||
      integer.size() > 250) {
    return Malformed(fmt::format("'{}' is not a decimal number", whole));
  }
  while (!integer.empty() && integer.front() == '0') integer.remove_prefix(1);
  while (!fraction.empty() && fraction.back() == '0') fraction.remove_suffix(1);
  if (fraction.empty() && integer.empty()) {
    out->push_back(static_cast<char>(kZeroMark));
    return Status::Ok();
  }
  const size_t start = out->size();
  out->push_back(static_cast<char>(kPositiveMark));
  out->push_back(static_cast<char>(integer.size()));
  for (char c : integer) out->push_back(static_cast<char>(c - '0' + 1));
  for (char c : fraction) out->push_back(static_cast<char>(c - '0' + 1));
  out->push_back(0);
  if (negative) {
    for (size_t i = start; i < out->size(); ++i) (*out)[i] = static_cast<char>(~(*out)[i]);
  }
  return Status::Ok();
}

int64_t PackDate(const mysql::Temporal& t) {
  int64_t packed = t.year;
  packed = packed << 4 | t.month;
  packed = packed << 5 | t.day;
  packed = packed << 5 | t.hour;
  packed = packed << 6 | t.minute;
  packed = packed << 6 | t.second;
  return packed << 20 | t.microsecond;
}

// Binary TIMEs carry days; the decoder has made hours of them.
int64_t PackTime(const mysql::Temporal& t) {
  const int64_t seconds = (t.hour * 60ll + t.minute) * 60 + t.second;
  const int64_t microseconds = seconds * 1'000'000 + t.microsecond;
  return t.negative ? -microseconds : microseconds;
}

Status NeedsWeight(const mysql::Field& field, const char* what) {
  return Unsupported(
      fmt::format("ordering the rows of several shards by {} column '{}' without a "
                  "weight column",
                  what, field.name));
}

}  // namespace

Status NotInOrder() {
  return InternalError("the rows of the shards are not in the order that they were asked for");
}

Result<SortKeyEncoder::Kind> SortKeyEncoder::KindOf(const mysql::Field& field, RowFormat format,
                                                    bool float_text_is_fine) {
  if (field.flags & (mysql::kEnumFlag | mysql::kSetFlag)) return NeedsWeight(field, "ENUM or SET");
  switch (field.type) {
    case FieldType::kTiny:
    case FieldType::kShort:
    case FieldType::kLong:
    case FieldType::kLongLong:
    case FieldType::kInt24:
      return field.is_unsigned() ? Kind::kUnsigned : Kind::kSigned;
    case FieldType::kYear:
      return Kind::kUnsigned;
    case FieldType::kFloat:
      if (format == RowFormat::kText && !float_text_is_fine) return NeedsWeight(field, "FLOAT");
      return Kind::kDouble;
    case FieldType::kDouble:
      return Kind::kDouble;
    case FieldType::kDecimal:
    case FieldType::kNewDecimal:
      return Kind::kDecimal;
    case FieldType::kDate:
    case FieldType::kDatetime:
    case FieldType::kTimestamp:
      return Kind::kDatetime;
    case FieldType::kTime:
      return Kind::kTime;
    case FieldType::kBit:
      return Kind::kBit;
    case FieldType::kNull:
      return Kind::kNull;
    case FieldType::kEnum:
    case FieldType::kSet:
      return NeedsWeight(field, "ENUM or SET");
    case FieldType::kJson:
      return Unsupported(
          fmt::format("ordering the rows of several shards by JSON column '{}'", field.name));
    case FieldType::kVector:
      return Unsupported(
          fmt::format("ordering the rows of several shards by VECTOR column '{}'", field.name));
    default:
      if (field.collation == mysql::kBinaryCollation) return Kind::kBytes;
      return NeedsWeight(field, "text");
  }
}

Status SortKeyEncoder::Init(const Columns& columns, RowFormat format, std::span<const SortKey> keys,
                            Use use) {
  cells_.Init(columns.fields, format);
  parts_.clear();
  needed_ = 0;
  for (size_t i = 0; i < keys.size(); ++i) {
    const int column = keys[i].weight_column >= 0 ? keys[i].weight_column : keys[i].column;
    if (column < 0 || static_cast<size_t>(column) >= columns.size()) {
      return InternalError(fmt::format("sort key column {} of {}", column, columns.size()));
    }
    // Two unequal values that look equal spoil the order by the keys after them.
    const bool float_text_is_fine =
        use == Use::kExtreme || (use == Use::kOrder && i + 1 == keys.size());
    const mysql::Field& field = columns.fields[column];
    ASSIGN_OR_RETURN(const Kind kind, KindOf(field, format, float_text_is_fine));
    parts_.push_back({.column = column,
                      .kind = kind,
                      .type = kind == Kind::kBytes ? FieldType::kBlob : field.type,
                      .descending = keys[i].descending,
                      .ordered_expression = use != Use::kExtreme && field.org_name.empty()});
    needed_ = std::max(needed_, static_cast<size_t>(column) + 1);
  }
  return Status::Ok();
}

// mysqld chooses the width of a computed integer by how it runs the statement, so it may differ
// from shard to shard. The key is the same.
bool SortKeyEncoder::SameKinds(const SortKeyEncoder& other) const {
  const auto same = [](const Part& a, const Part& b) {
    const bool any_width = a.kind == Kind::kSigned || a.kind == Kind::kUnsigned;
    return a.column == b.column && a.kind == b.kind && a.descending == b.descending &&
           (a.type == b.type || any_width);
  };
  return std::equal(parts_.begin(), parts_.end(), other.parts_.begin(), other.parts_.end(), same);
}

Status SortKeyEncoder::Encode(std::string_view row, std::string* key) {
  key->clear();
  RETURN_IF_ERROR(cells_.Split(row, needed_));
  for (size_t i = 0; i < parts_.size(); ++i) {
    RETURN_IF_ERROR(AppendCell(i, cells_[parts_[i].column], key));
  }
  return Status::Ok();
}

Status SortKeyEncoder::AppendCell(size_t key, const Cell& cell, std::string* out) const {
  const Part& part = parts_[key];
  const size_t start = out->size();
  if (cell.null) {
    out->push_back(kNullMark);
  } else {
    out->push_back(kValueMark);
    RETURN_IF_ERROR(AppendValue(part, cell.bytes, out));
  }
  if (part.descending) {
    for (size_t i = start; i < out->size(); ++i) (*out)[i] = static_cast<char>(~(*out)[i]);
  }
  return Status::Ok();
}

Status SortKeyEncoder::AppendValue(const Part& part, std::string_view bytes,
                                   std::string* out) const {
  const RowFormat format = cells_.format();
  switch (part.kind) {
    case Kind::kSigned: {
      ASSIGN_OR_RETURN(const int64_t value, ReadSigned(bytes, part.type, format));
      AppendSigned(value, out);
      return Status::Ok();
    }
    case Kind::kUnsigned: {
      ASSIGN_OR_RETURN(const uint64_t value, ReadUnsigned(bytes, part.type, format));
      AppendBigEndian(value, out);
      return Status::Ok();
    }
    case Kind::kDouble: {
      ASSIGN_OR_RETURN(const double value, ReadDouble(bytes, part.type, format));
      AppendDoubleKey(value, out);
      return Status::Ok();
    }
    case Kind::kDecimal:
      return AppendDecimal(bytes, out);
    case Kind::kDatetime: {
      ASSIGN_OR_RETURN(const mysql::Temporal value, ReadTemporal(bytes, part.type, format));
      if (part.ordered_expression && (value.month == 0 || value.day == 0)) {
        // mysqld sorts IFNULL(column, ...) as NULL where it is no date under the session's mode.
        return Unsupported(
            "ordering the rows of several shards by an expression that gives a zero date");
      }
      AppendSigned(PackDate(value), out);
      return Status::Ok();
    }
    case Kind::kTime: {
      ASSIGN_OR_RETURN(const mysql::Temporal value, ReadTemporal(bytes, part.type, format));
      AppendSigned(PackTime(value), out);
      return Status::Ok();
    }
    case Kind::kBit: {
      if (bytes.size() > 8) return Malformed("a BIT value has more than 64 bits");
      uint64_t value = 0;
      for (char c : bytes) value = value << 8 | static_cast<uint8_t>(c);
      AppendBigEndian(value, out);
      return Status::Ok();
    }
    case Kind::kBytes:
      AppendEscaped(bytes, out);
      return Status::Ok();
    case Kind::kNull:
      return Malformed("a value in a column of type NULL");
  }
  return InternalError("unknown kind of sort key");
}

}  // namespace keyspan::vtgate
