#pragma once

#include <string_view>

namespace keyspan {

// Well-formed as RFC 3629 has it: no overlong forms, no surrogates.
bool IsUtf8(std::string_view text);

}  // namespace keyspan
