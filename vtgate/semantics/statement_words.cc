#include "vtgate/semantics/statement_words.h"

namespace keyspan::vtgate {

std::string StatementWords(const parser::Statement& statement) {
  std::string words;
  bool after_lower = false;
  for (const char c : parser::StatementKindName(statement)) {
    const bool lower = c >= 'a' && c <= 'z';
    if (after_lower && !lower && c != ' ') words += ' ';
    words += lower ? static_cast<char>(c - 'a' + 'A') : c;
    after_lower = lower;
  }
  return words;
}

}  // namespace keyspan::vtgate
