#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/status.h"

namespace keyspan::vtgate {

// An exact decimal number of at most 81 digits (MySQL's own limit for intermediate results; a
// DECIMAL column has at most 65), with the scale it was given: 1.50 stays 1.50. A value type.
class Decimal {
 public:
  static constexpr int kMaxDigits = 81;

  Decimal() = default;  // 0, scale 0
  static Decimal FromInt(int64_t value);
  static Decimal FromUint(uint64_t value);
  // [+-]digits[.digits]. Malformed for anything else, error 1690 past 81 digits.
  static Result<Decimal> Parse(std::string_view text);

  bool is_zero() const;
  bool is_negative() const { return negative_; }
  int scale() const { return scale_; }

  // The sum, with the larger of the two scales. Error 1690 past 81 digits.
  Result<Decimal> Add(const Decimal& other) const;
  // AVG as MySQL divides: see GroupAggregate. `decimals` is the scale of the result. Requires:
  // divisor != 0.
  Result<Decimal> DivideForAverage(uint64_t divisor, int decimals) const;
  // Half away from zero when digits are dropped, zeros when they are added.
  Result<Decimal> Round(int scale) const;

  // By value: 1.5 == 1.50, and there is no negative zero.
  std::strong_ordering operator<=>(const Decimal& other) const;
  bool operator==(const Decimal& other) const { return (*this <=> other) == 0; }

  // As MySQL prints: all digits of the scale, "0" before the point.
  void AppendTo(std::string* out) const;
  std::string ToString() const;

 private:
  static constexpr int kWords = 18;  // of nine digits: 81 digits moved by 81 places fit

  Status CheckSize() const;

  bool negative_ = false;
  uint8_t scale_ = 0;
  uint32_t words_[kWords] = {};  // base 10^9, least significant first, of value * 10^scale
};

}  // namespace keyspan::vtgate
