#include "sharding/plain_number.h"

#include <algorithm>
#include <charconv>

namespace keyspan::sharding {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
// What MySQL's my_isspace() says of ASCII.
bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string TakeDigits(std::string_view* text) {
  const auto end = std::find_if_not(text->begin(), text->end(), IsDigit);
  std::string digits(text->begin(), end);
  text->remove_prefix(digits.size());
  return digits;
}

void SkipSpace(std::string_view* text) {
  while (!text->empty() && IsSpace(text->front())) text->remove_prefix(1);
}

void Trim(PlainNumber* number) {
  number->whole.erase(0, std::min(number->whole.find_first_not_of('0'), number->whole.size()));
  const size_t last = number->fraction.find_last_not_of('0');
  number->fraction.resize(last == std::string::npos ? 0 : last + 1);
  if (number->IsZero()) number->negative = false;
}

}  // namespace

PlainNumber PlainNumber::Parse(std::string_view text) {
  PlainNumber number;
  SkipSpace(&text);
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    number.negative = text.front() == '-';
    text.remove_prefix(1);
  }
  number.whole = TakeDigits(&text);
  bool any = !number.whole.empty();
  if (!text.empty() && text.front() == '.') {
    std::string_view after = text.substr(1);
    number.fraction = TakeDigits(&after);
    if (any || !number.fraction.empty()) text = after;
    any = any || !number.fraction.empty();
  }
  number.exponent = any && !text.empty() && (text.front() == 'e' || text.front() == 'E');
  SkipSpace(&text);
  number.clean = any && text.empty();
  Trim(&number);
  return number;
}

PlainNumber PlainNumber::FromInt(int64_t value) { return Parse(std::to_string(value)); }
PlainNumber PlainNumber::FromUint(uint64_t value) { return Parse(std::to_string(value)); }

PlainNumber PlainNumber::RoundedTo(size_t fraction_digits) const {
  if (fraction.size() <= fraction_digits) return *this;
  PlainNumber out = *this;
  const bool up = fraction[fraction_digits] >= '5';
  out.fraction.resize(fraction_digits);
  if (up) {
    // Adds one to the last digit that stays, as on paper.
    std::string digits = "0" + out.whole + out.fraction;
    size_t i = digits.size() - 1;
    while (digits[i] == '9') digits[i--] = '0';
    ++digits[i];
    out.whole = digits.substr(0, digits.size() - fraction_digits);
    out.fraction = digits.substr(digits.size() - fraction_digits);
  }
  Trim(&out);
  return out;
}

std::optional<uint64_t> PlainNumber::AsUint(uint64_t high) const {
  if (!IsInteger() || negative) return std::nullopt;
  if (whole.empty()) return 0;
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(whole.data(), whole.data() + whole.size(), value);
  if (error != std::errc() || value > high) return std::nullopt;
  return value;
}

std::optional<int64_t> PlainNumber::AsInt(int64_t low, int64_t high) const {
  PlainNumber magnitude = *this;
  magnitude.negative = false;
  // Two's complement has one more negative number, whose magnitude only the unsigned type has.
  const uint64_t limit =
      negative ? uint64_t{0} - static_cast<uint64_t>(low) : static_cast<uint64_t>(high);
  const auto value = magnitude.AsUint(limit);
  if (!value) return std::nullopt;
  return static_cast<int64_t>(negative ? uint64_t{0} - *value : *value);
}

std::string PlainNumber::ToString() const {
  std::string out = negative ? "-" : "";
  out += whole.empty() ? "0" : whole;
  if (!fraction.empty()) out += "." + fraction;
  return out;
}

}  // namespace keyspan::sharding
