#pragma once

#include <string>

#include "parser/ast/ast.h"

namespace keyspan::parser {

// The name that MySQL gives the column of a select item: the alias; a column's own name; a string
// literal's content; otherwise the item's source text as written, trimmed. Empty for `*`.
// `text` is the statement's text.
std::string DefaultColumnName(const SelectItem& item, std::string_view text);

}  // namespace keyspan::parser
