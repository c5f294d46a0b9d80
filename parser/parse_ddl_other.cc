// CREATE, ALTER and DROP of what is neither table, index, view nor database.

#include "parser/statements.h"

namespace keyspan::parser {

Statement* ParseCreateOther(Parser&) { return nullptr; }
Statement* ParseAlterOther(Parser&) { return nullptr; }
Statement* ParseDropOther(Parser&) { return nullptr; }

}  // namespace keyspan::parser
