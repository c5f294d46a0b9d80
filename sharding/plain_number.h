#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace keyspan::sharding {

// A number written with digits and perhaps a point, taken apart without losing a digit. Zero is
// never negative. A value.
struct PlainNumber {
  bool negative = false;
  std::string whole;     // without leading zeros: "" for zero
  std::string fraction;  // without trailing zeros
  // How the text ended: all of it was the number (with white space around), or something followed.
  bool clean = true;
  // What followed may be an exponent, so the number is not known.
  bool exponent = false;

  // The number that MySQL sees at the beginning of a string: white space, sign, digits, point,
  // digits. Zero, not clean, where there is none.
  static PlainNumber Parse(std::string_view text);
  static PlainNumber FromInt(int64_t value);
  static PlainNumber FromUint(uint64_t value);

  bool IsZero() const { return whole.empty() && fraction.empty(); }
  bool IsInteger() const { return fraction.empty(); }
  size_t digits() const { return whole.size() + fraction.size(); }

  // Half away from zero, as MySQL rounds exact numbers.
  PlainNumber RoundedTo(size_t fraction_digits) const;
  // The number if it is an integer in [low, high]. `low` is not positive.
  std::optional<int64_t> AsInt(int64_t low, int64_t high) const;
  std::optional<uint64_t> AsUint(uint64_t high) const;
  // Digits with a point where there is a fraction, at least one digit before it.
  std::string ToString() const;
};

}  // namespace keyspan::sharding
