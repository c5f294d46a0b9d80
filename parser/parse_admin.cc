// Administration statements.

#include "parser/statements.h"

namespace keyspan::parser {

Statement* ParseAdmin(Parser&) { return nullptr; }

}  // namespace keyspan::parser
