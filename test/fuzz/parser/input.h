#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "parser/parse.h"
#include "parser/printer.h"

namespace keyspan::parser {

// What the bytes of a fuzzer stand for: the first byte is the sql_mode, the second the character
// set, the rest the text. Seeds begin with two zero bytes.
struct FuzzInput {
  ParseOptions parse;
  PrintOptions print;
  std::string_view sql;
};

inline std::optional<FuzzInput> DecodeFuzzInput(const uint8_t* data, size_t size) {
  if (size < 2) {
    return std::nullopt;
  }
  FuzzInput input;
  input.parse.sql_mode = data[0] & 63;
  input.parse.charset = static_cast<TextCharset>(data[1] % 6);
  // Sanitizers make frames large.
  input.parse.max_depth = 200;
  input.print.sql_mode = input.parse.sql_mode;
  input.print.charset = input.parse.charset;
  input.sql = {reinterpret_cast<const char*>(data) + 2, size - 2};
  return input;
}

// Stops with what must hold, and the text for which it does not.
inline void Require(bool condition, std::string_view what, std::string_view text) {
  if (!condition) {
    std::fprintf(stderr, "%.*s: %.*s\n", static_cast<int>(what.size()), what.data(),
                 static_cast<int>(text.size()), text.data());
    std::abort();
  }
}

}  // namespace keyspan::parser
