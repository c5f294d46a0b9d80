// Statements that become an OtherStatement.
#include "parser/statements.h"

namespace keyspan::parser {

Statement* ParseCreateOther(Parser&) { return nullptr; }
Statement* ParseAlterOther(Parser&) { return nullptr; }
Statement* ParseDropOther(Parser&) { return nullptr; }
Statement* ParseAdmin(Parser&) { return nullptr; }
Statement* ParseLoad(Parser& p) { p.SyntaxError(); }
Statement* ParseCreate(Parser& p) { p.SyntaxError(); }
Statement* ParseAlter(Parser& p) { p.SyntaxError(); }
Statement* ParseDrop(Parser& p) { p.SyntaxError(); }
Statement* ParseRename(Parser& p) { p.SyntaxError(); }
Statement* ParseTruncate(Parser& p) { p.SyntaxError(); }

}  // namespace keyspan::parser
