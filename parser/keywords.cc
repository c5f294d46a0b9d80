#include <array>
#include <cstring>

#include "parser/token.h"

namespace keyspan::parser {
namespace {

struct Word {
  std::string_view text;
  bool reserved;
};

constexpr Word kWords[] = {
    {"", false},
#define KEYSPAN_KEYWORD(name, word, reserved) {word, reserved != 0},
#include "parser/keywords.inc"
#undef KEYSPAN_KEYWORD
};
constexpr size_t kWordCount = sizeof(kWords) / sizeof(kWords[0]);
constexpr size_t kTableSize = 4096;
constexpr size_t kLongest = 40;

// Letters to one case; digits and `_` stay distinct from everything that can stand in a name.
constexpr unsigned char Fold(char c) { return static_cast<unsigned char>(c) | 0x20; }

constexpr uint32_t HashOf(const char* word, size_t size) {
  uint32_t hash = static_cast<uint32_t>(size) * 0x9E3779B1u;
  hash ^= (Fold(word[0]) | Fold(word[1]) << 8) * 0x85EBCA6Bu;
  hash ^= (Fold(word[size / 2]) | Fold(word[size - 1]) << 8) * 0xC2B2AE35u;
  hash ^= Fold(word[size - 2]) * 0x27D4EB2Fu;
  hash ^= hash >> 15;
  hash *= 0x2C1B3C6Du;
  return (hash >> 12) % kTableSize;
}

// Open addressing, filled at compile time; an absent word is recognised after about one probe.
constexpr std::array<uint16_t, kTableSize> BuildTable() {
  std::array<uint16_t, kTableSize> table{};
  for (size_t i = 1; i < kWordCount; ++i) {
    uint32_t at = HashOf(kWords[i].text.data(), kWords[i].text.size());
    while (table[at] != 0) {
      at = (at + 1) % kTableSize;
    }
    table[at] = static_cast<uint16_t>(i);
  }
  return table;
}
constexpr std::array<uint16_t, kTableSize> kTable = BuildTable();

bool SameWord(const char* a, const char* b, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    if (Fold(a[i]) != Fold(b[i])) {
      return false;
    }
  }
  return true;
}

}  // namespace

Kw FindKeyword(std::string_view word) {
  if (word.size() < 2 || word.size() > kLongest) {
    return Kw::kNotKeyword;
  }
  for (uint32_t at = HashOf(word.data(), word.size()); kTable[at] != 0;
       at = (at + 1) % kTableSize) {
    const std::string_view candidate = kWords[kTable[at]].text;
    if (candidate.size() == word.size() && SameWord(candidate.data(), word.data(), word.size())) {
      return static_cast<Kw>(kTable[at]);
    }
  }
  return Kw::kNotKeyword;
}

std::string_view KeywordText(Kw keyword) { return kWords[static_cast<size_t>(keyword)].text; }

bool IsReserved(Kw keyword) { return kWords[static_cast<size_t>(keyword)].reserved; }

bool NeedsQuotes(std::string_view name) {
  if (name.empty()) {
    return true;
  }
  bool only_digits = true;
  for (const char c : name) {
    const bool letter = (Fold(c) >= 'a' && Fold(c) <= 'z') || c == '_';
    const bool digit = c >= '0' && c <= '9';
    if (!letter && !digit) {
      return true;
    }
    only_digits = only_digits && digit;
  }
  // A leading digit may read as a number (1e5, 0x12), a leading _ as an introducer. Any keyword is
  // quoted: a few of those that are not reserved are special in some places.
  const char first = name[0];
  return (first >= '0' && first <= '9') || first == '_' || FindKeyword(name) != Kw::kNotKeyword;
}

}  // namespace keyspan::parser
