// Dates and times as MySQL prints them.
#include <fmt/format.h>

#include "mysql/types/value.h"

namespace keyspan::mysql {
namespace {

// Reads the digits, separators and fraction of one temporal value from left to right.
class Scan {
 public:
  explicit Scan(std::string_view text) : text_(text) {}

  bool Number(size_t min_digits, size_t max_digits, uint32_t* out) {
    size_t n = 0;
    uint32_t v = 0;
    while (n < max_digits && n < text_.size() && text_[n] >= '0' && text_[n] <= '9') {
      v = v * 10 + static_cast<uint32_t>(text_[n] - '0');
      ++n;
    }
    text_.remove_prefix(n);
    *out = v;
    return n >= min_digits;
  }
  bool Char(char c) {
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  // ".ffffff" or nothing.
  bool Fraction(Temporal* t) {
    if (!Char('.')) return true;
    size_t before = text_.size();
    uint32_t v = 0;
    if (!Number(1, 6, &v)) return false;
    auto digits = static_cast<uint8_t>(before - text_.size());
    for (int i = digits; i < 6; ++i) v *= 10;
    t->microsecond = v;
    t->decimals = digits;
    return true;
  }
  bool Date(Temporal* t) {
    uint32_t year = 0, month = 0, day = 0;
    bool ok = Number(4, 4, &year) && Char('-') && Number(2, 2, &month) && Char('-') &&
              Number(2, 2, &day) && month <= 12 && day <= 31;
    t->year = static_cast<uint16_t>(year);
    t->month = static_cast<uint8_t>(month);
    t->day = static_cast<uint8_t>(day);
    return ok;
  }
  bool Clock(Temporal* t, uint32_t max_hour) {
    uint32_t hour = 0, minute = 0, second = 0;
    bool ok = Number(2, 3, &hour) && Char(':') && Number(2, 2, &minute) && Char(':') &&
              Number(2, 2, &second) && hour <= max_hour && minute <= 59 && second <= 59;
    t->hour = static_cast<uint16_t>(hour);
    t->minute = static_cast<uint8_t>(minute);
    t->second = static_cast<uint8_t>(second);
    return ok && Fraction(t);
  }
  bool AtEnd() const { return text_.empty(); }

 private:
  std::string_view text_;
};

Status Bad(const char* what, std::string_view text) {
  return Malformed(fmt::format("'{}' is not a {}", text, what));
}

}  // namespace

Result<Temporal> ParseDate(std::string_view text) {
  Temporal t;
  Scan scan(text);
  if (!scan.Date(&t) || !scan.AtEnd()) return Bad("date", text);
  return t;
}

Result<Temporal> ParseDatetime(std::string_view text) {
  Temporal t;
  Scan scan(text);
  if (!scan.Date(&t)) return Bad("datetime", text);
  if (scan.AtEnd()) return t;
  if (!scan.Char(' ') && !scan.Char('T')) return Bad("datetime", text);
  if (!scan.Clock(&t, 23) || !scan.AtEnd()) return Bad("datetime", text);
  return t;
}

Result<Temporal> ParseTime(std::string_view text) {
  Temporal t;
  Scan scan(text);
  t.negative = scan.Char('-');
  if (!scan.Clock(&t, 838) || !scan.AtEnd()) return Bad("time", text);
  return t;
}

}  // namespace keyspan::mysql
