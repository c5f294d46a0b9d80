#pragma once

#include "parser/ast/ddl.h"

namespace keyspan::parser {

// Statements that are recognised, with the names that routing and rights need, and otherwise kept
// as text. The enumerators are the words a client would call the statement by.
enum class OtherKind : uint8_t {
#define KEYSPAN_OTHER_KIND(name, words) name,
#include "parser/ast/other_kinds.inc"
#undef KEYSPAN_OTHER_KIND
};

// "CREATE PROCEDURE", "FLUSH", ...
std::string_view OtherKindName(OtherKind kind);

struct OtherStatement : Statement {
  OtherKind other = OtherKind::kKill;
  bool if_exists = false;
  bool if_not_exists = false;
  bool or_replace = false;
  bool global = false;  // a scope, GLOBAL or ALL, where the statement has one
  // The named objects: procedures, triggers, tables to lock or analyse, users ('u'@'h' as name
  // with the host in `schema`)...
  List<TableName*> names;
  // LOCK TABLES: one per name, READ, READ LOCAL, WRITE, ... ; ALTER VSCHEMA: the verb. Otherwise
  // what the statement's parser documents.
  List<std::string_view> words;
  Expr* value = nullptr;  // KILL id; XA's xid as a Literal; ...
  // The statement as written, from its first to its last token, with executable comments resolved
  // and other comments gone. This is what the printer writes.
  std::string_view text;
  // CREATE of a stored program: the first statement of its body that changes the session which runs
  // it, in words such as "SET TRANSACTION"; empty when none does.
  std::string_view session_effect;
  KEYSPAN_NODE(OtherStatement, Statement, other, if_exists, if_not_exists, or_replace, global,
               names, words, value, text)
};

}  // namespace keyspan::parser
