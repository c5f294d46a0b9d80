#pragma once

#include <cstdint>
#include <string_view>

namespace keyspan::parser {

// Keyword numbers; kNotKeyword for an identifier that is none.
enum class Kw : uint16_t {
  kNotKeyword = 0,
#define KEYSPAN_KEYWORD(name, word, reserved) name,
#include "parser/keywords.inc"
#undef KEYSPAN_KEYWORD
  kCount_,
};

enum class TokenKind : uint8_t {
  kEnd,
  kIdent,         // unquoted; `keyword` tells whether it is also a keyword
  kQuotedIdent,   // `x`, or "x" under ANSI_QUOTES
  kIntroducer,    // _utf8mb4 and the other character sets that MySQL knows
  kInteger,       // 12
  kDecimal,       // 1.5
  kFloat,         // 1e5
  kString,        // 'x', "x"
  kNString,       // N'x'
  kHex,           // 0x1F, x'1F'
  kBit,           // 0b01, b'01'
  kDollarString,  // $$ ... $$, $tag$ ... $tag$
  kHostname,      // what follows the @ of an account name or of a user variable
  kPlaceholder,   // ?
  // Operators with more than one character.
  kLessEqual,      // <=
  kGreaterEqual,   // >=
  kNotEqual,       // <> and !=
  kNullSafeEqual,  // <=>
  kShiftLeft,      // <<
  kShiftRight,     // >>
  kAndAnd,         // &&
  kOrOr,           // ||
  kAssign,         // :=
  kArrow,          // ->
  kLongArrow,      // ->>
  kAtAt,           // @@
  kSymbol,         // one character: symbol
  kInvalid,        // what MySQL's lexer refuses: an open string or comment, a bad hex literal
};

// One token. Offsets are bytes from the beginning of the text. `symbol` is the character of a
// kSymbol; for an identifier it is nonzero when the next character is '(' (names of aggregate and
// date functions are keywords only there).
struct Token {
  TokenKind kind = TokenKind::kEnd;
  char symbol = 0;
  Kw keyword = Kw::kNotKeyword;
  uint32_t begin = 0;
  uint32_t end = 0;

  bool Is(Kw kw) const { return keyword == kw; }
  bool IsSymbol(char c) const { return kind == TokenKind::kSymbol && symbol == c; }
};

// The keyword that `word` is, in any case of letters; kNotKeyword if none.
Kw FindKeyword(std::string_view word);
// In capitals.
std::string_view KeywordText(Kw keyword);
bool IsReserved(Kw keyword);
// True when printing `name` bare would not read back as the same identifier.
bool NeedsQuotes(std::string_view name);

}  // namespace keyspan::parser
