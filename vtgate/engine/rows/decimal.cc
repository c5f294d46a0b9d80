#include "vtgate/engine/rows/decimal.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace keyspan::vtgate {
namespace {

constexpr uint32_t kBase = 1'000'000'000;
constexpr int kWordDigits = 9;

constexpr uint32_t kPowers[] = {1,       10,        100,        1'000,      10'000,
                                100'000, 1'000'000, 10'000'000, 100'000'000};

// The functions below work on `n` words, least significant first.

bool AllZero(const uint32_t* words, int n) {
  return std::all_of(words, words + n, [](uint32_t w) { return w == 0; });
}

int DigitCount(const uint32_t* words, int n) {
  while (n > 0 && words[n - 1] == 0) --n;
  if (n == 0) return 0;
  int digits = 1;
  while (digits < kWordDigits && words[n - 1] >= kPowers[digits]) ++digits;
  return (n - 1) * kWordDigits + digits;
}

// words = words * factor + add; returns what is carried out.
uint32_t MultiplyAdd(uint32_t* words, int n, uint32_t factor, uint32_t add) {
  uint64_t carry = add;
  for (int i = 0; i < n; ++i) {
    const uint64_t product = static_cast<uint64_t>(words[i]) * factor + carry;
    words[i] = static_cast<uint32_t>(product % kBase);
    carry = product / kBase;
  }
  return static_cast<uint32_t>(carry);
}

// words /= divisor, which is at most 2^64-1; returns the remainder.
uint64_t Divide(uint32_t* words, int n, uint64_t divisor) {
  unsigned __int128 remainder = 0;
  for (int i = n - 1; i >= 0; --i) {
    const unsigned __int128 current = remainder * kBase + words[i];
    words[i] = static_cast<uint32_t>(current / divisor);
    remainder = current % divisor;
  }
  return static_cast<uint64_t>(remainder);
}

// words *= 10^digits. Requires: the result fits.
void ShiftLeft(uint32_t* words, int n, int digits) {
  for (; digits >= kWordDigits; digits -= kWordDigits) {
    std::move_backward(words, words + n - 1, words + n);
    words[0] = 0;
  }
  if (digits > 0) MultiplyAdd(words, n, kPowers[digits], 0);
}

// words /= 10^digits, the rest is dropped; returns the most significant dropped digit.
uint32_t ShiftRight(uint32_t* words, int n, int digits) {
  uint32_t dropped = 0;
  for (; digits >= kWordDigits; digits -= kWordDigits) {
    dropped = words[0] / kPowers[kWordDigits - 1];
    std::move(words + 1, words + n, words);
    words[n - 1] = 0;
  }
  if (digits > 0) {
    const uint64_t rest = Divide(words, n, kPowers[digits]);
    dropped = static_cast<uint32_t>(rest / kPowers[digits - 1]);
  }
  return dropped;
}

int Compare(const uint32_t* a, const uint32_t* b, int n) {
  for (int i = n - 1; i >= 0; --i) {
    if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
  }
  return 0;
}

Status TooLarge() {
  return Status(StatusCode::kInvalidArgument, 1690, "22003", "DECIMAL value is out of range");
}

}  // namespace

Decimal Decimal::FromInt(int64_t value) {
  const bool negative = value < 0;
  Decimal result = FromUint(negative ? -static_cast<uint64_t>(value) : value);
  result.negative_ = negative;
  return result;
}

Decimal Decimal::FromUint(uint64_t value) {
  Decimal result;
  for (int i = 0; value != 0; ++i, value /= kBase) {
    result.words_[i] = static_cast<uint32_t>(value % kBase);
  }
  return result;
}

Result<Decimal> Decimal::Parse(std::string_view text) {
  Decimal result;
  std::string_view rest = text;
  if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) {
    result.negative_ = rest[0] == '-';
    rest.remove_prefix(1);
  }
  int digits = 0;
  int scale = 0;
  bool point = false;
  for (char c : rest) {
    if (c == '.' && !point) {
      point = true;
    } else if (c >= '0' && c <= '9') {
      scale += point;
      if (scale > kMaxDigits) return TooLarge();
      // Leading zeros do not count, so a number of any length may still be small.
      if (MultiplyAdd(result.words_, kWords, 10, static_cast<uint32_t>(c - '0')) != 0) {
        return TooLarge();
      }
      ++digits;
    } else {
      digits = 0;
      break;
    }
  }
  if (digits == 0) return Malformed(fmt::format("'{}' is not a decimal number", text));
  result.scale_ = static_cast<uint8_t>(scale);
  if (result.is_zero()) result.negative_ = false;
  RETURN_IF_ERROR(result.CheckSize());
  return result;
}

bool Decimal::is_zero() const { return AllZero(words_, kWords); }

Status Decimal::CheckSize() const {
  return DigitCount(words_, kWords) > kMaxDigits ? TooLarge() : Status::Ok();
}

Result<Decimal> Decimal::Add(const Decimal& other) const {
  Decimal a = *this;
  Decimal b = other;
  if (a.scale_ > b.scale_) std::swap(a, b);
  ShiftLeft(a.words_, kWords, b.scale_ - a.scale_);
  a.scale_ = b.scale_;
  if (a.negative_ == b.negative_) {
    uint32_t carry = 0;
    for (int i = 0; i < kWords; ++i) {
      const uint32_t sum = a.words_[i] + b.words_[i] + carry;
      carry = sum >= kBase;
      a.words_[i] = carry ? sum - kBase : sum;
    }
    RETURN_IF_ERROR(a.CheckSize());
    return a;
  }
  if (Compare(a.words_, b.words_, kWords) < 0) std::swap(a, b);
  uint32_t borrow = 0;
  for (int i = 0; i < kWords; ++i) {
    const uint32_t subtrahend = b.words_[i] + borrow;
    borrow = a.words_[i] < subtrahend;
    a.words_[i] += borrow ? kBase - subtrahend : -subtrahend;
  }
  if (a.is_zero()) a.negative_ = false;
  return a;
}

Result<Decimal> Decimal::DivideForAverage(uint64_t divisor, int decimals) const {
  // As do_div_mod of MySQL's strings/decimal.cc: the quotient has whole words of fraction digits,
  // enough for the words of the dividend and for the increment as far as these do not hold it.
  const auto words_of = [](int digits) { return (digits + kWordDigits - 1) / kWordDigits; };
  const int own_digits = words_of(scale_) * kWordDigits;
  const int increment = std::max(0, decimals - scale_);
  const int missing = std::max(0, increment - (own_digits - scale_));
  const int quotient_digits = words_of(own_digits + missing) * kWordDigits;
  Decimal quotient = *this;
  if (DigitCount(words_, kWords) + quotient_digits - scale_ > kWords * kWordDigits) {
    return TooLarge();
  }
  ShiftLeft(quotient.words_, kWords, quotient_digits - scale_);
  quotient.scale_ = static_cast<uint8_t>(quotient_digits);
  Divide(quotient.words_, kWords, divisor);
  return quotient.Round(decimals);
}

Result<Decimal> Decimal::Round(int scale) const {
  Decimal result = *this;
  if (scale >= scale_) {
    if (DigitCount(words_, kWords) + scale - scale_ > kMaxDigits) return TooLarge();
    ShiftLeft(result.words_, kWords, scale - scale_);
  } else if (ShiftRight(result.words_, kWords, scale_ - scale) >= 5) {
    for (int i = 0; ++result.words_[i] == kBase; ++i) result.words_[i] = 0;
  }
  result.scale_ = static_cast<uint8_t>(scale);
  if (result.is_zero()) result.negative_ = false;
  RETURN_IF_ERROR(result.CheckSize());
  return result;
}

std::strong_ordering Decimal::operator<=>(const Decimal& other) const {
  if (negative_ != other.negative_) {
    return negative_ ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  Decimal a = *this;
  Decimal b = other;
  const int scale = std::max(a.scale_, b.scale_);
  ShiftLeft(a.words_, kWords, scale - a.scale_);
  ShiftLeft(b.words_, kWords, scale - b.scale_);
  const int order = Compare(a.words_, b.words_, kWords);
  return (negative_ ? -order : order) <=> 0;
}

void Decimal::AppendTo(std::string* out) const {
  // All digits of the scale and at least one before the point.
  const int digits = std::max(DigitCount(words_, kWords), scale_ + 1);
  if (negative_) out->push_back('-');
  for (int i = digits - 1; i >= 0; --i) {
    if (i == scale_ - 1) out->push_back('.');
    const uint32_t digit = words_[i / kWordDigits] / kPowers[i % kWordDigits] % 10;
    out->push_back(static_cast<char>('0' + digit));
  }
}

std::string Decimal::ToString() const {
  std::string text;
  AppendTo(&text);
  return text;
}

}  // namespace keyspan::vtgate
