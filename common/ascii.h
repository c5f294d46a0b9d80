#pragma once

#include <string>
#include <string_view>

namespace keyspan {

// `text` with A to Z in lower case and every other byte as it is, whatever the locale: for names of
// variables, types and character sets.
inline std::string AsciiLower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return out;
}

}  // namespace keyspan
