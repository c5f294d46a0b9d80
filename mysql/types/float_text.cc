// FLOAT and DOUBLE as the text protocol prints them. Rule found by comparing with a live server:
// shortest digits that read back (FLOAT: at most 6), in plain form while the decimal point lies
// within 15 digits of their start or among them, otherwise d.dde[-]n without padding.
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "mysql/types/value.h"

namespace keyspan::mysql {
namespace {

constexpr int kMaxPlainPoint = 15;

// `scientific` is "[-]d[.ddd]e[+-]nn".
void AppendScientific(std::string_view scientific, std::string* out) {
  size_t e = scientific.find('e');
  int exponent = std::atoi(std::string(scientific.substr(e + 1)).c_str());
  std::string digits;
  bool negative = false;
  for (char c : scientific.substr(0, e)) {
    if (c == '-') negative = true;
    if (c >= '0' && c <= '9') digits.push_back(c);
  }
  while (digits.size() > 1 && digits.back() == '0') digits.pop_back();
  if (negative) out->push_back('-');
  int point = exponent + 1;  // the value is 0.digits * 10^point
  auto size = static_cast<int>(digits.size());
  if (digits == "0") {
    out->push_back('0');
  } else if (point < -kMaxPlainPoint + 1 || (point > kMaxPlainPoint && size <= point)) {
    out->push_back(digits[0]);
    if (size > 1) out->append(".").append(digits, 1);
    out->append(fmt::format("e{}", exponent));
  } else if (point <= 0) {
    out->append("0.").append(static_cast<size_t>(-point), '0').append(digits);
  } else if (size <= point) {
    out->append(digits).append(static_cast<size_t>(point - size), '0');
  } else {
    out->append(digits, 0, static_cast<size_t>(point)).append(".");
    out->append(digits, static_cast<size_t>(point));
  }
}

}  // namespace

void AppendDouble(double v, std::string* out) {
  char buffer[64];
  auto [end, error] =
      std::to_chars(buffer, buffer + sizeof(buffer), v, std::chars_format::scientific);
  (void)error;
  if (!std::isfinite(v)) {
    out->append(buffer, end);
    return;
  }
  AppendScientific({buffer, static_cast<size_t>(end - buffer)}, out);
}

void AppendFloat(float v, std::string* out) {
  if (!std::isfinite(v)) return AppendDouble(v, out);
  char buffer[64];
  int n = std::snprintf(buffer, sizeof(buffer), "%.5e", static_cast<double>(v));
  AppendScientific({buffer, static_cast<size_t>(n)}, out);
}

}  // namespace keyspan::mysql
