#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "common/status.h"
#include "mysql/types/field.h"

namespace keyspan::mysql {

// A DATE, DATETIME, TIMESTAMP or TIME as its parts. Zero dates and zero months or days are legal.
// TIME uses `hour` up to 838 and `negative`; `decimals` is how many fraction digits are printed.
struct Temporal {
  uint16_t year = 0;
  uint8_t month = 0;
  uint8_t day = 0;
  uint16_t hour = 0;
  uint8_t minute = 0;
  uint8_t second = 0;
  uint32_t microsecond = 0;
  uint8_t decimals = 0;
  bool negative = false;

  friend bool operator==(const Temporal&, const Temporal&) = default;
};

// One SQL value that owns its bytes. A string has a collation id: kBinaryCollation means bytes.
// DECIMAL keeps its digits as text, so it is exact. JSON, GEOMETRY, BIT, ENUM and SET are strings.
class Value {
 public:
  enum class Kind : uint8_t {
    kNull,
    kInt64,
    kUint64,
    kDouble,
    kFloat,
    kDecimal,
    kString,
    kDate,
    kDatetime,
    kTime
  };

  Value() = default;  // NULL
  static Value Null() { return Value(); }
  static Value Int(int64_t v) { return Value(Kind::kInt64, v); }
  static Value Uint(uint64_t v) { return Value(Kind::kUint64, v); }
  static Value Double(double v) { return Value(Kind::kDouble, v); }
  static Value Float(float v) { return Value(Kind::kFloat, v); }
  // `digits` is a plain decimal number, as MySQL prints it.
  static Value Decimal(std::string digits) { return Value(Kind::kDecimal, std::move(digits)); }
  static Value Bytes(std::string bytes) { return Text(std::move(bytes), kBinaryCollation); }
  static Value Text(std::string text, uint16_t collation = kUtf8mb40900AiCi);
  static Value Date(Temporal v) { return Value(Kind::kDate, v); }
  static Value Datetime(Temporal v) { return Value(Kind::kDatetime, v); }
  static Value Time(Temporal v) { return Value(Kind::kTime, v); }

  Kind kind() const { return kind_; }
  bool is_null() const { return kind_ == Kind::kNull; }
  // 0 for what is not a string.
  uint16_t collation() const { return collation_; }

  // Each requires the kind that it names.
  int64_t int64() const { return std::get<int64_t>(data_); }
  uint64_t uint64() const { return std::get<uint64_t>(data_); }
  double dbl() const { return std::get<double>(data_); }
  float flt() const { return std::get<float>(data_); }
  const std::string& str() const { return std::get<std::string>(data_); }  // kString, kDecimal
  const Temporal& temporal() const { return std::get<Temporal>(data_); }  // kDate, kDatetime, kTime

  // The bytes that the text protocol sends. Requires: not NULL.
  void AppendText(std::string* out) const;
  std::string ToText() const;  // "NULL" for NULL; for logs and tests
  // A literal that MySQL reads back as this value, whatever the session's character set; strings
  // are quoted and escaped (requires a session without NO_BACKSLASH_ESCAPES), bytes are x'..'.
  void AppendSqlLiteral(std::string* out) const;

  // Same kind, same bytes. Not SQL equality.
  friend bool operator==(const Value&, const Value&) = default;

 private:
  template <typename T>
  Value(Kind kind, T data) : kind_(kind), data_(std::move(data)) {}

  Kind kind_ = Kind::kNull;
  uint16_t collation_ = 0;
  std::variant<std::monostate, int64_t, uint64_t, double, float, std::string, Temporal> data_;
};

// The value of one cell of a text row, by the type of its column. Fails when the text is not a
// value of that type (a broken server).
Result<Value> ValueFromText(const Field& field, std::string_view text);

// Parts of the above and of the printers, by the formats of the MySQL manual ("Date and Time
// Literals"): "2026-11-20", "2026-11-20 18:55:00.25", "-838:59:59".
Result<Temporal> ParseDate(std::string_view text);
Result<Temporal> ParseDatetime(std::string_view text);
Result<Temporal> ParseTime(std::string_view text);
// The text that MySQL prints for a DOUBLE / FLOAT column without fixed decimals.
void AppendDouble(double v, std::string* out);
void AppendFloat(float v, std::string* out);
// 'text' in quotes with backslash escapes.
void AppendQuoted(std::string_view text, std::string* out);
// `identifier` in backticks.
void AppendIdentifier(std::string_view identifier, std::string* out);

}  // namespace keyspan::mysql
