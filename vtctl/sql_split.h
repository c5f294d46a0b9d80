#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"

namespace keyspan::vtctl {

// The statements of a script, without their semicolons and without the comments around them;
// empty statements are left out. Knows MySQL's quotes and comments, nothing else of SQL: no
// DELIMITER, so no stored routines with bodies. Fails on a quote or comment that does not end.
Result<std::vector<std::string>> SplitStatements(std::string_view script);

}  // namespace keyspan::vtctl
