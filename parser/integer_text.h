#pragma once

#include <cstdint>
#include <string_view>

namespace keyspan::parser {

// The value of a number token where MySQL wants an integer: 12, 012, 0x0C, x'0C', and 12.7 cut off.
// Too large numbers give 2^64-1.
uint64_t IntegerOf(std::string_view text);

}  // namespace keyspan::parser
