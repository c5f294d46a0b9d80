#include "parser/integer_text.h"

#include <cctype>

namespace keyspan::parser {

uint64_t IntegerOf(std::string_view text) {
  const bool hex =
      text.size() > 1 && ((text[0] == '0' && text[1] == 'x') || text[0] == 'x' || text[0] == 'X');
  const uint64_t base = hex ? 16 : 10;
  uint64_t value = 0;
  for (const char c : text.substr(hex ? 2 : 0)) {
    const auto byte = static_cast<unsigned char>(c);
    if (hex ? std::isxdigit(byte) == 0 : std::isdigit(byte) == 0) {
      break;
    }
    const uint64_t digit = std::isdigit(byte) != 0 ? byte - '0' : (byte | 0x20U) - 'a' + 10;
    if (value > (UINT64_MAX - digit) / base) {
      return UINT64_MAX;
    }
    value = value * base + digit;
  }
  return value;
}

}  // namespace keyspan::parser
