#include "sharding/column_value.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "sharding/collations/collation.h"
#include "sharding/plain_number.h"

namespace keyspan::sharding {
namespace {

using mysql::FieldType;
using Kind = RoutingValue::Kind;

// Doubles above this stand for several integers.
constexpr double kExactDouble = 9007199254740992.0;  // 2^53
// Decimal digits that every double keeps.
constexpr size_t kExactDigits = 15;

ColumnValue Value(RoutingValue value) { return {ColumnValue::Outcome::kValue, std::move(value)}; }
ColumnValue NoRow() { return {ColumnValue::Outcome::kNoRow, {}}; }
ColumnValue Undecided() { return {ColumnValue::Outcome::kUndecided, {}}; }

bool IsBytes(const RoutingValue& value) {
  return value.kind == Kind::kBytes || value.kind == Kind::kBits;
}

// An exact numeric literal.
std::optional<PlainNumber> ExactNumber(const RoutingValue& value) {
  switch (value.kind) {
    case Kind::kInt:
      return PlainNumber::FromInt(value.int_value);
    case Kind::kUint:
      return PlainNumber::FromUint(value.uint_value);
    case Kind::kDecimal: {
      PlainNumber number = PlainNumber::Parse(value.text);
      if (number.clean) return number;
      return std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

// What a hexadecimal or bit literal of up to eight bytes is as a number.
std::optional<PlainNumber> NumberOfBits(std::string_view bytes) {
  if (bytes.size() > 8) return std::nullopt;
  uint64_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
  return PlainNumber::FromUint(number);
}

// ---- integers

struct IntegerRange {
  int64_t low;
  uint64_t high;
};

IntegerRange RangeOf(const ColumnType& column) {
  int bits = 64;
  if (column.type == FieldType::kTiny) bits = 8;
  if (column.type == FieldType::kShort) bits = 16;
  if (column.type == FieldType::kInt24) bits = 24;
  if (column.type == FieldType::kLong) bits = 32;
  const uint64_t all = std::numeric_limits<uint64_t>::max() >> (64 - bits);
  if (column.is_unsigned) return {0, all};
  return {-static_cast<int64_t>(all / 2) - 1, all / 2};
}

std::optional<RoutingValue> InRange(const PlainNumber& number, const ColumnType& column) {
  const IntegerRange range = RangeOf(column);
  if (column.is_unsigned) {
    const auto value = number.AsUint(range.high);
    return value ? std::optional(RoutingValue::Uint(*value)) : std::nullopt;
  }
  const auto value = number.AsInt(range.low, static_cast<int64_t>(range.high));
  return value ? std::optional(RoutingValue::Int(*value)) : std::nullopt;
}

// MySQL compares an integer column with a text constant by turning the constant into an integer
// where that loses nothing, and as doubles otherwise (tried on 9.7 with = and parameters).
ColumnValue CompareIntegerWithText(const RoutingValue& value, const ColumnType& column) {
  const PlainNumber number = PlainNumber::Parse(value.text);
  if (!number.clean) return Undecided();
  if (!number.IsInteger()) return number.digits() <= kExactDigits ? NoRow() : Undecided();
  if (auto in_range = InRange(number, column)) return Value(std::move(*in_range));
  // Beyond 64 bits the comparison is one of doubles, which may equal the column's extreme value.
  return number.digits() <= kExactDigits ? NoRow() : Undecided();
}

ColumnValue CompareYear(const RoutingValue& value) {
  std::optional<PlainNumber> number = ExactNumber(value);
  if (!number && value.kind == Kind::kText && value.text.size() == 4) {
    number = PlainNumber::Parse(value.text);
  }
  // 0 and two digits mean other years, in different ways for numbers and for text.
  if (!number || !number->clean) return Undecided();
  const auto year = number->AsUint(2155);
  if (!year || *year < 1901) return Undecided();
  return Value(RoutingValue::Uint(*year));
}

ColumnValue CompareInteger(const RoutingValue& value, const ColumnType& column) {
  if (column.type == FieldType::kYear) return CompareYear(value);
  if (value.kind == Kind::kText) return CompareIntegerWithText(value, column);
  if (value.kind == Kind::kDouble) {
    if (!(std::fabs(value.double_value) < kExactDouble)) return Undecided();
    if (value.double_value != std::trunc(value.double_value)) return NoRow();
    const auto number = PlainNumber::FromInt(static_cast<int64_t>(value.double_value));
    auto in_range = InRange(number, column);
    return in_range ? Value(std::move(*in_range)) : NoRow();
  }
  const auto number = ExactNumber(value);
  if (!number) return Undecided();
  auto in_range = InRange(*number, column);
  return in_range ? Value(std::move(*in_range)) : NoRow();
}

// Out of range becomes the nearest number, which is what MySQL does unless it refuses.
RoutingValue Clip(const PlainNumber& number, const ColumnType& column) {
  if (auto in_range = InRange(number, column)) return std::move(*in_range);
  const IntegerRange range = RangeOf(column);
  if (column.is_unsigned) return RoutingValue::Uint(number.negative ? 0 : range.high);
  return RoutingValue::Int(number.negative ? range.low : static_cast<int64_t>(range.high));
}

// The number that `value` is when a number is stored.
std::optional<PlainNumber> NumberToStore(const RoutingValue& value) {
  if (auto exact = ExactNumber(value)) return exact;
  if (value.kind == Kind::kBits) return NumberOfBits(value.text);
  if (value.kind == Kind::kText || value.kind == Kind::kBytes) {
    PlainNumber number = PlainNumber::Parse(value.text);
    if (!number.exponent) return number;
  }
  return std::nullopt;
}

ColumnValue StoreInteger(const RoutingValue& value, const ColumnType& column) {
  if (column.type == FieldType::kYear) return CompareYear(value);
  if (value.kind == Kind::kDouble) {
    // Doubles round to even, unlike exact numbers.
    const double rounded = std::nearbyint(value.double_value);
    if (!(std::fabs(rounded) < kExactDouble)) return Undecided();
    return Value(Clip(PlainNumber::FromInt(static_cast<int64_t>(rounded)), column));
  }
  const auto number = NumberToStore(value);
  if (!number) return Undecided();
  return Value(Clip(number->RoundedTo(0), column));
}

// ---- decimals

bool FitsDecimal(const PlainNumber& number, const ColumnType& column) {
  return number.fraction.size() <= column.scale &&
         number.whole.size() + column.scale <= column.precision;
}

ColumnValue CompareDecimal(const RoutingValue& value, const ColumnType& column) {
  const auto number = ExactNumber(value);
  if (!number) return Undecided();
  if (!FitsDecimal(*number, column)) return NoRow();
  if (column.is_unsigned && number->negative) return NoRow();
  return Value(RoutingValue::Decimal(number->ToString()));
}

ColumnValue StoreDecimal(const RoutingValue& value, const ColumnType& column) {
  auto number = NumberToStore(value);
  if (!number) return Undecided();
  // A hexadecimal literal is clipped to 64 bits with the column's sign first (sql/item.cc,
  // Item_hex_string::save_in_field_inner).
  constexpr int64_t kHighest = std::numeric_limits<int64_t>::max();
  if (value.kind == Kind::kBits && !column.is_unsigned && !number->AsInt(0, kHighest)) {
    number = PlainNumber::FromInt(kHighest);
  }
  PlainNumber rounded = number->RoundedTo(column.scale);
  if (column.is_unsigned && rounded.negative) rounded = PlainNumber();
  if (!FitsDecimal(rounded, column)) {
    rounded.whole = std::string(column.precision - column.scale, '9');
    rounded.fraction = std::string(column.scale, '9');
  }
  return Value(RoutingValue::Decimal(rounded.ToString()));
}

// ---- dates

bool ParseFixed(std::string_view text, size_t at, size_t length, int* out) {
  if (text.size() < at + length) return false;
  const char* begin = text.data() + at;
  if (*begin < '0' || *begin > '9') return false;
  const auto [end, error] = std::from_chars(begin, begin + length, *out);
  return error == std::errc() && end == begin + length;
}

// YYYY-MM-DD, a day that exists.
bool IsDate(std::string_view text) {
  int year = 0, month = 0, day = 0;
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  if (!ParseFixed(text, 0, 4, &year) || !ParseFixed(text, 5, 2, &month) ||
      !ParseFixed(text, 8, 2, &day)) {
    return false;
  }
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= kDays[month - 1] + (leap && month == 2 ? 1 : 0);
}

// hh:mm:ss of a day.
bool IsTimeOfDay(std::string_view text) {
  int hour = 0, minute = 0, second = 0;
  return text.size() == 8 && text[2] == ':' && text[5] == ':' && ParseFixed(text, 0, 2, &hour) &&
         ParseFixed(text, 3, 2, &minute) && ParseFixed(text, 6, 2, &second) && hour < 24 &&
         minute < 60 && second < 60;
}

// Only the full form, which means the same everywhere. The normal form of a DATETIME has no
// trailing zeros in its fraction.
ColumnValue CalendarValue(const RoutingValue& value, const ColumnType& column) {
  if (value.kind != Kind::kText && value.kind != Kind::kTemporal) return Undecided();
  const std::string_view text = value.text;
  if (!IsDate(text.substr(0, 10))) return Undecided();
  if (column.type == FieldType::kDate) {
    return text.size() == 10 ? Value(RoutingValue::Temporal(value.text)) : Undecided();
  }
  if (text.size() == 10) return Value(RoutingValue::Temporal(value.text + " 00:00:00"));
  if (text[10] != ' ' || !IsTimeOfDay(text.substr(11, 8))) return Undecided();
  std::string normal(text);
  if (text.size() > 19) {
    const std::string_view digits = text.substr(20);
    const bool fraction = text[19] == '.' && !digits.empty() &&
                          digits.find_first_not_of("0123456789") == std::string_view::npos;
    if (!fraction) return Undecided();
    while (normal.back() == '0') normal.pop_back();
    if (normal.back() == '.') normal.pop_back();
    // More digits than the column has would be rounded.
    if (normal.size() > 20u + column.scale) return Undecided();
  }
  return Value(RoutingValue::Temporal(std::move(normal)));
}

// ---- bytes and text

size_t BlobLimit(FieldType type) {
  if (type == FieldType::kTinyBlob) return 0xff;
  if (type == FieldType::kBlob) return 0xffff;
  if (type == FieldType::kMediumBlob) return 0xffffff;
  return std::numeric_limits<size_t>::max();
}

// How MySQL writes `value` when text is wanted. Nothing for what is not text and not exact.
std::optional<std::string> TextToStore(const RoutingValue& value) {
  switch (value.kind) {
    case Kind::kInt:
      return std::to_string(value.int_value);
    case Kind::kUint:
      return std::to_string(value.uint_value);
    case Kind::kText:
    case Kind::kBytes:
    case Kind::kBits:
      return value.text;
    default:
      // A decimal literal keeps the digits that it was written with, a double does not; dates have
      // several forms.
      return std::nullopt;
  }
}

ColumnValue CompareBinary(const RoutingValue& value, const ColumnType& column) {
  if (value.kind != Kind::kText && !IsBytes(value)) return Undecided();
  const size_t size = value.text.size();
  // BINARY(n) always has n bytes, and comparisons do not pad.
  const bool fixed = column.type == FieldType::kString;
  if (fixed ? size != column.length : column.length != 0 && size > column.length) return NoRow();
  return Value(RoutingValue::Bytes(value.text));
}

ColumnValue StoreBinary(const RoutingValue& value, const ColumnType& column) {
  auto text = TextToStore(value);
  if (!text || text->size() > BlobLimit(column.type)) return Undecided();
  if (column.length != 0 && text->size() > column.length) text->resize(column.length);
  if (column.type == FieldType::kString) text->resize(column.length, '\0');
  return Value(RoutingValue::Bytes(std::move(*text)));
}

void StripSpaces(std::string* text) {
  while (text->ends_with(' ')) text->pop_back();
}

// The normal form of a text in its column: a form that all equal texts share where the collation is
// exact, and the text with its collation where a loose vindex makes them equal.
ColumnValue TextValue(std::string text, const ColumnType& column) {
  const auto collation = FindShardingCollation(column.collation);
  if (!collation || !CollationKey(*collation, text)) return Undecided();
  if (CollationPadsSpace(*collation)) StripSpaces(&text);
  RoutingValue out = RoutingValue::Text(std::move(text));
  out.collation = *collation;
  return Value(std::move(out));
}

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

// Bytes given to a column of another character set than UTF-8 are in that character set.
bool BytesAreUtf8In(const RoutingValue& value, const ColumnType& column) {
  return !IsBytes(value) || column.collation.starts_with("utf8mb") || IsAscii(value.text);
}

// Whether the text ends with something that weighs as much as a space. A CHAR has no spaces at its
// end, but with sql_mode PAD_CHAR_TO_FULL_LENGTH it is compared as if it had.
bool EndsLikeSpace(std::string_view text) {
  const auto key = CollationKey("utf8mb4_0900_ai_ci", text);
  return !key || key->ends_with("\x02\x09");
}

ColumnValue CompareText(const RoutingValue& value, const ColumnType& column) {
  // Numbers compare with text as doubles: '1', '01' and '1x' all equal 1.
  if (value.kind != Kind::kText && !IsBytes(value)) return Undecided();
  if (!BytesAreUtf8In(value, column)) return Undecided();
  if (column.type == FieldType::kString && !CollationPadsSpace(column.collation) &&
      EndsLikeSpace(value.text)) {
    return Undecided();
  }
  return TextValue(value.text, column);
}

// Cuts to `length` characters of UTF-8.
void TruncateCharacters(size_t length, std::string* text) {
  size_t characters = 0;
  for (size_t i = 0; i < text->size(); ++i) {
    const bool starts = (static_cast<unsigned char>((*text)[i]) & 0xc0) != 0x80;
    if (starts && characters++ == length) {
      text->resize(i);
      return;
    }
  }
}

ColumnValue StoreText(const RoutingValue& value, const ColumnType& column) {
  auto text = TextToStore(value);
  if (!text || !BytesAreUtf8In(value, column)) return Undecided();
  if (text->size() > BlobLimit(column.type)) return Undecided();
  if (column.length != 0) {
    TruncateCharacters(column.length, &*text);
  } else if (column.type == FieldType::kVarString && text->ends_with(' ') &&
             !CollationPadsSpace(column.collation)) {
    // Spaces beyond the unknown size would be cut off, and here they count.
    return Undecided();
  }
  if (column.type == FieldType::kString) StripSpaces(&*text);
  return TextValue(std::move(*text), column);
}

std::string DigitsOf(const RoutingValue& integer) {
  return integer.kind == Kind::kUint ? std::to_string(integer.uint_value)
                                     : std::to_string(integer.int_value);
}

// Whether `column IN (values)` compares integers with integers throughout. In other lists MySQL 9.7
// without an index compares long numbers in text as doubles, and may even take a signed number for
// an unsigned one (-1 for 18446744073709551615), so only short numbers that the column can hold are
// sure there.
bool ComparesAsIntegers(std::span<const RoutingValue> values, const ColumnType& column) {
  if (values.size() == 1) return true;
  const auto is_integer = [](const RoutingValue& value) {
    return value.is_null() || value.kind == Kind::kInt || value.kind == Kind::kUint;
  };
  const auto is_integer_text = [&](const RoutingValue& value) {
    if (value.kind != Kind::kText) return false;
    const PlainNumber number = PlainNumber::Parse(value.text);
    return number.clean && InRange(number, column).has_value();
  };
  return std::all_of(values.begin(), values.end(), is_integer) ||
         std::all_of(values.begin(), values.end(), is_integer_text);
}

}  // namespace

ColumnValue NormalizeForComparison(const RoutingValue& value, const ColumnType& column) {
  if (value.is_null()) return NoRow();
  if (column.IsInteger()) return CompareInteger(value, column);
  if (column.IsText()) return CompareText(value, column);
  if (column.IsBinary()) return CompareBinary(value, column);
  switch (column.type) {
    case FieldType::kNewDecimal:
    case FieldType::kDecimal:
      return CompareDecimal(value, column);
    case FieldType::kDate:
    case FieldType::kDatetime:
      return CalendarValue(value, column);
    default:
      return Undecided();
  }
}

std::vector<ColumnValue> NormalizeListForComparison(std::span<const RoutingValue> values,
                                                    const ColumnType& column) {
  std::vector<ColumnValue> out;
  out.reserve(values.size());
  for (const RoutingValue& value : values) out.push_back(NormalizeForComparison(value, column));
  if (!column.IsInteger() || ComparesAsIntegers(values, column)) return out;
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i].is_null()) continue;
    const bool sure = out[i].outcome == ColumnValue::Outcome::kValue &&
                      PlainNumber::Parse(DigitsOf(out[i].value)).digits() <= kExactDigits;
    if (!sure) out[i] = {};
  }
  return out;
}

ColumnValue NormalizeForStorage(const RoutingValue& value, const ColumnType& column) {
  if (value.is_null()) return Value(RoutingValue::Null());
  if (column.IsInteger()) return StoreInteger(value, column);
  if (column.IsText()) return StoreText(value, column);
  if (column.IsBinary()) return StoreBinary(value, column);
  switch (column.type) {
    case FieldType::kNewDecimal:
    case FieldType::kDecimal:
      return StoreDecimal(value, column);
    case FieldType::kDate:
    case FieldType::kDatetime:
      return CalendarValue(value, column);
    default:
      return Undecided();
  }
}

}  // namespace keyspan::sharding
