#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace keyspan::sharding {

// An SQL value on which a row or a statement is routed, as the gateway has it: a literal of the
// statement, a parameter of a prepared statement, or a column of a row.
//
// Before a vindex may see it, it goes through NormalizeForComparison or NormalizeForStorage
// (column_value.h), which give the one form that all values have that the column calls equal.
//
// A value; any thread may read one.
struct RoutingValue {
  enum class Kind : uint8_t {
    kNull,
    kInt,       // int_value
    kUint,      // uint_value
    kDecimal,   // text: an exact numeric literal with a point, or a DECIMAL value
    kDouble,    // double_value
    kText,      // text in UTF-8; collation empty for a literal, a MySQL name once normalised
    kBytes,     // text: BINARY, VARBINARY, BLOB
    kBits,      // text: the bytes of x'..', 0x.., b'..' (a number where a number is wanted)
    kTemporal,  // text: DATE'..', TIME'..', TIMESTAMP'..' or a date parameter, in MySQL's own form
  };

  Kind kind = Kind::kNull;
  union {
    int64_t int_value = 0;
    uint64_t uint_value;
    double double_value;
  };
  std::string text;
  // Collation by whose weights a loose vindex hashes `text`. A static name (see collation.h).
  std::string_view collation;

  static RoutingValue Null() { return {}; }
  static RoutingValue Int(int64_t v) {
    RoutingValue out;
    out.kind = Kind::kInt;
    out.int_value = v;
    return out;
  }
  static RoutingValue Uint(uint64_t v) {
    RoutingValue out;
    out.kind = Kind::kUint;
    out.uint_value = v;
    return out;
  }
  static RoutingValue Double(double v) {
    RoutingValue out;
    out.kind = Kind::kDouble;
    out.double_value = v;
    return out;
  }
  static RoutingValue Decimal(std::string text) { return OfText(Kind::kDecimal, std::move(text)); }
  static RoutingValue Text(std::string utf8) { return OfText(Kind::kText, std::move(utf8)); }
  static RoutingValue Bytes(std::string bytes) { return OfText(Kind::kBytes, std::move(bytes)); }
  static RoutingValue Bits(std::string bytes) { return OfText(Kind::kBits, std::move(bytes)); }
  static RoutingValue Temporal(std::string text) {
    return OfText(Kind::kTemporal, std::move(text));
  }

  bool is_null() const { return kind == Kind::kNull; }

  friend bool operator==(const RoutingValue& a, const RoutingValue& b);

 private:
  static RoutingValue OfText(Kind kind, std::string text) {
    RoutingValue out;
    out.kind = kind;
    out.text = std::move(text);
    return out;
  }
};

// For tests and error messages: the kind and the value.
std::string DebugString(const RoutingValue& value);

}  // namespace keyspan::sharding
