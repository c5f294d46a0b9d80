#pragma once

#include "parser/parser_core.h"

namespace keyspan::parser {

// The statement families. Each function stands at the first keyword of the statement and leaves the
// parser after its last token; ParseStatement (parse_statement.cc) chooses by that keyword.
Statement* ParseStatement(Parser& p);
// One statement of a stored program's body, of those that only a body has too. Requires
// Parser::program().
void ParseProgramStep(Parser& p);
// Of stored routines: `(a INT, ...)`, where the program begins; characteristics and body, where it
// ends.
void ParseRoutineParams(Parser& p, bool function);
// Returns the body's ProgramScope::session_effect().
std::string_view ParseRoutineBody(Parser& p, const TableName& name);
// What MySQL says of a collation of another character set than the one beside it.
std::optional<std::string> CollationMismatch(const Ident& charset, const Ident& collation);
// What GRANT and REVOKE list: privileges, or roles when no ON follows.
void ParsePrivileges(Parser& p);

// parse_dml.cc
Statement* ParseInsert(Parser& p);
Statement* ParseUpdate(Parser& p, WithClause* with, uint32_t begin);
Statement* ParseDelete(Parser& p, WithClause* with, uint32_t begin);
Statement* ParseCall(Parser& p);
Statement* ParseDo(Parser& p);
Statement* ParseHandler(Parser& p);
List<Assignment*> ParseAssignments(Parser& p);

// parse_load.cc
Statement* ParseLoad(Parser& p);

// parse_set.cc
Statement* ParseSet(Parser& p);

// parse_show.cc
Statement* ParseShow(Parser& p);

// parse_session.cc
Statement* ParseUse(Parser& p);
Statement* ParseTransaction(Parser& p);
Statement* ParseExplain(Parser& p);
Statement* ParseVexplain(Parser& p);
Statement* ParsePrepare(Parser& p);

// parse_create_table.cc, parse_alter_table.cc, parse_index.cc, parse_view.cc, parse_database.cc,
// parse_drop.cc
Statement* ParseCreate(Parser& p);
Statement* ParseAlter(Parser& p);
Statement* ParseDrop(Parser& p);
Statement* ParseRename(Parser& p);
Statement* ParseTruncate(Parser& p);

// parse_other.cc: statements that become an OtherStatement. Null when the first word is none of
// theirs; then nothing was consumed.
Statement* ParseOther(Parser& p);

}  // namespace keyspan::parser
