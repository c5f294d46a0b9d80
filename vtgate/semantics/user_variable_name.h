#pragma once

#include <string_view>

#include "common/status.h"

namespace keyspan::vtgate {

// As MySQL: a name has 1 to 64 characters (3061). MySQL finds those equal that utf8mb3_general_ci
// has equal; others than ASCII are not supported.
Status CheckUserVariableName(std::string_view name);

}  // namespace keyspan::vtgate
