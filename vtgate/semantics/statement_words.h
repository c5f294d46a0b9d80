#pragma once

#include <string>

#include "parser/parse.h"

namespace keyspan::vtgate {

// What a statement is, in the words that SQL has for it: "RENAME TABLE". For messages.
std::string StatementWords(const parser::Statement& statement);

}  // namespace keyspan::vtgate
