#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "parser/parse.h"

namespace keyspan::parser {

// What a byte may be part of.
enum CharClass : uint8_t {
  kNameChar = 1,
  kDigitChar = 2,
  kSpaceChar = 4,
  kHexChar = 8,
  kAccountChar = 16,  // of a bare name after @: MySQL looks at single bytes there
  kCommentChar = 32,  // begins a comment, or ends an executed one
};

constexpr size_t kTextCharsets = static_cast<size_t>(TextCharset::kGb18030) + 1;
using CharClasses = std::array<uint8_t, 256>;

constexpr bool Within(int c, int first, int last) { return c >= first && c <= last; }

// The classes of the bytes from 0x80 on, as MySQL 9.7 has them; of the sets that are kOther all
// count as letters.
constexpr uint8_t HighClass(TextCharset charset, int c) {
  bool name = true;
  bool account = true;
  switch (charset) {
    case TextCharset::kOther:
      break;
    case TextCharset::kGbk:
      name = Within(c, 0x81, 0xFE);
      account = Within(c, 0xA1, 0xFE);
      break;
    case TextCharset::kSjis:
    case TextCharset::kCp932:
      name = Within(c, 0x81, 0x9F) || Within(c, 0xE0, 0xFC);
      account = false;
      break;
    case TextCharset::kBig5:
      name = account = Within(c, 0xA1, 0xF9);
      break;
    case TextCharset::kGb18030:
      name = account = c != 0xFF;
      break;
  }
  return static_cast<uint8_t>((name ? kNameChar : 0) | (account ? kAccountChar : 0));
}

constexpr CharClasses BuildClasses(TextCharset charset) {
  CharClasses classes{};
  for (int c = 0; c < 128; ++c) {
    const bool digit = Within(c, '0', '9');
    const bool letter = Within(c | 0x20, 'a', 'z');
    if (digit || letter || c == '_' || c == '$') {
      classes[c] |= kNameChar | kAccountChar;
    }
    if (digit) {
      classes[c] |= kDigitChar;
    }
    if (digit || (letter && (c | 0x20) <= 'f')) {
      classes[c] |= kHexChar;
    }
    if (c == ' ' || Within(c, 9, 13)) {
      classes[c] |= kSpaceChar;
    }
  }
  classes['.'] |= kAccountChar;
  for (const char c : {'/', '*', '#', '-'}) {
    classes[static_cast<unsigned char>(c)] |= kCommentChar;
  }
  for (int c = 128; c < 256; ++c) {
    classes[c] = HighClass(charset, c);
  }
  return classes;
}

constexpr std::array<CharClasses, kTextCharsets> BuildAllClasses() {
  std::array<CharClasses, kTextCharsets> all{};
  for (size_t i = 0; i < kTextCharsets; ++i) {
    all[i] = BuildClasses(static_cast<TextCharset>(i));
  }
  return all;
}
inline constexpr std::array<CharClasses, kTextCharsets> kClasses = BuildAllClasses();

// The same in all character sets.
inline bool IsDigit(unsigned char c) { return (kClasses[0][c] & kDigitChar) != 0; }
inline bool IsSpace(unsigned char c) { return (kClasses[0][c] & kSpaceChar) != 0; }
inline bool IsHex(unsigned char c) { return (kClasses[0][c] & kHexChar) != 0; }

// The length of the multi-byte character at `at` when its second byte may be an ASCII byte, else 0.
inline uint32_t MultiByteLength(const unsigned char* at, const unsigned char* end,
                                TextCharset charset) {
  const unsigned char lead = *at;
  if (lead < 0x81 || end - at < 2) {
    return 0;
  }
  const unsigned char trail = at[1];
  const bool low_trail = Within(trail, 0x40, 0x7E);
  switch (charset) {
    case TextCharset::kOther:
      return 0;
    case TextCharset::kGb18030:
      if (lead != 0xFF && end - at >= 4 && IsDigit(trail) && Within(at[2], 0x81, 0xFE) &&
          IsDigit(at[3])) {
        return 4;
      }
      [[fallthrough]];
    case TextCharset::kGbk:
      return lead != 0xFF && (low_trail || Within(trail, 0x80, 0xFE)) ? 2 : 0;
    case TextCharset::kSjis:
    case TextCharset::kCp932:
      return (lead <= 0x9F || Within(lead, 0xE0, 0xFC)) && (low_trail || Within(trail, 0x80, 0xFC))
                 ? 2
                 : 0;
    case TextCharset::kBig5:
      return Within(lead, 0xA1, 0xF9) && (low_trail || Within(trail, 0xA1, 0xFE)) ? 2 : 0;
  }
  return 0;
}

inline size_t MultiByteLength(std::string_view text, size_t at, TextCharset charset) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  return MultiByteLength(bytes + at, bytes + text.size(), charset);
}

}  // namespace keyspan::parser
