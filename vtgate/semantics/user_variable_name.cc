#include "vtgate/semantics/user_variable_name.h"

#include <fmt/format.h>

#include <algorithm>

namespace keyspan::vtgate {

Status CheckUserVariableName(std::string_view name) {
  if (name.empty() || name.size() > 64) {
    return Status::Mysql(3061, "42000", fmt::format("User variable name '{}' is illegal", name));
  }
  const bool ascii = std::all_of(name.begin(), name.end(), [](char c) { return c >= ' '; });
  if (!ascii || name.back() == ' ') {
    return Unsupported(fmt::format(
        "not supported yet: the name '{}' of a user variable, which is not plain ASCII", name));
  }
  return Status::Ok();
}

}  // namespace keyspan::vtgate
