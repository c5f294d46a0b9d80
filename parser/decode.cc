// From the source of a token to what it stands for.

#include <algorithm>
#include <cstring>

#include "parser/char_class.h"
#include "parser/lexer.h"

namespace keyspan::parser {
namespace {

bool HasHighByte(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return (c & 0x80) != 0; });
}

// The length of the character at `at`, 0 if it is half of one.
size_t CharacterLength(std::string_view text, size_t at, TextCharset charset) {
  const auto c = static_cast<unsigned char>(text[at]);
  const bool katakana =
      (charset == TextCharset::kSjis || charset == TextCharset::kCp932) && Within(c, 0xA1, 0xDF);
  return c < 0x80 || katakana ? 1 : MultiByteLength(text, at, charset);
}

// How many bytes MySQL replaces by one question mark where a character is broken; more than there
// are when the text ends within the character.
size_t BrokenLength(std::string_view text, size_t at, TextCharset charset) {
  const size_t left = text.size() - at;
  const auto lead = static_cast<unsigned char>(text[at]);
  switch (charset) {
    case TextCharset::kOther:
      return 1;
    case TextCharset::kGbk:
    case TextCharset::kBig5:
      return 2;
    case TextCharset::kSjis:
    case TextCharset::kCp932:
      return left == 1 ? 2 : 1;
    case TextCharset::kGb18030:
      const bool of_four = left > 1 && IsDigit(static_cast<unsigned char>(text[at + 1]));
      return Within(lead, 0x81, 0xFE) && left < (of_four ? 4 : 2) ? 4 : 1;
  }
  return 1;
}

}  // namespace

std::string_view DecodeName(std::string_view text, TextCharset charset, Arena& arena) {
  if (charset == TextCharset::kOther || !HasHighByte(text)) {
    return text;
  }
  char* out = static_cast<char*>(arena.Allocate(text.size(), 1));
  size_t size = 0;
  for (size_t i = 0; i < text.size();) {
    if (const size_t whole = CharacterLength(text, i, charset); whole != 0) {
      std::memcpy(out + size, text.data() + i, whole);
      size += whole;
      i += whole;
      continue;
    }
    const size_t broken = BrokenLength(text, i, charset);
    if (broken > text.size() - i) {
      break;
    }
    out[size++] = '?';
    i += broken;
  }
  return {out, size};
}

std::string_view DecodeQuotedName(std::string_view source, TextCharset charset, Arena& arena) {
  const char quote = source.front();
  const std::string_view inside = source.substr(1, source.size() - 2);
  if (inside.find(quote) == std::string_view::npos) {
    return DecodeName(inside, charset, arena);
  }
  char* out = static_cast<char*>(arena.Allocate(inside.size(), 1));
  size_t size = 0;
  for (size_t i = 0; i < inside.size();) {
    const size_t length = std::max<size_t>(1, CharacterLength(inside, i, charset));
    std::memcpy(out + size, inside.data() + i, length);
    size += length;
    i += length + (inside[i] == quote ? 1 : 0);  // the second of the pair
  }
  return DecodeName({out, size}, charset, arena);
}

std::string_view DecodeString(std::string_view source, const ParseOptions& options, Arena& arena) {
  if (source.front() != '\'' && source.front() != '"') {
    source.remove_prefix(1);  // N
  }
  const char quote = source.front();
  const std::string_view inside = source.substr(1, source.size() - 2);
  const bool escapes = (options.sql_mode & kModeNoBackslashEscapes) == 0;
  if (inside.find(quote) == std::string_view::npos &&
      (!escapes || inside.find('\\') == std::string_view::npos)) {
    return inside;
  }
  char* out = static_cast<char*>(arena.Allocate(inside.size(), 1));
  size_t size = 0;
  for (size_t i = 0; i < inside.size(); ++i) {
    const char c = inside[i];
    if (const size_t length = MultiByteLength(inside, i, options.charset); length != 0) {
      // The second byte is no escape.
      std::memcpy(out + size, inside.data() + i, length);
      size += length;
      i += length - 1;
    } else if (c == quote) {
      out[size++] = c;
      ++i;
    } else if (c == '\\' && escapes && i + 1 < inside.size()) {
      const char escaped = inside[++i];
      switch (escaped) {
        case '0':
          out[size++] = '\0';
          break;
        case 'b':
          out[size++] = '\b';
          break;
        case 'n':
          out[size++] = '\n';
          break;
        case 'r':
          out[size++] = '\r';
          break;
        case 't':
          out[size++] = '\t';
          break;
        case 'Z':
          out[size++] = '\x1A';
          break;
        case '%':
        case '_':
          // Kept with the backslash: LIKE patterns need it.
          out[size++] = '\\';
          out[size++] = escaped;
          break;
        default:
          out[size++] = escaped;
          break;
      }
    } else {
      out[size++] = c;
    }
  }
  return {out, size};
}

std::string DecodeStrings(std::string_view source, const ParseOptions& options) {
  Arena arena;
  Lexer lexer(source, options);
  std::string joined;
  for (Token token = lexer.Next();
       token.kind == TokenKind::kString || token.kind == TokenKind::kNString;
       token = lexer.Next()) {
    joined += DecodeString(source.substr(token.begin, token.end - token.begin), options, arena);
  }
  return joined;
}

}  // namespace keyspan::parser
