// Stored programs: procedures, functions, triggers, events, libraries.

#include "parser/parse_ddl.h"
#include "parser/parse_pattern.h"

namespace keyspan::parser {
namespace {

constexpr PatternPart kParts[] = {
    {"procedure", "<ifnotexists> <table> <params> <routine>"},
    {"trigger",
     "<ifnotexists> <table> ( BEFORE | AFTER ) ( INSERT | UPDATE | DELETE ) ON <table> "
     "FOR EACH ROW [ ( FOLLOWS | PRECEDES ) <text> ] <program>"},
    {"schedule", "SCHEDULE ( AT <expr> | EVERY <expr> <unit> [ STARTS <expr> ] [ ENDS <expr> ] )"},
    {"completion", "COMPLETION [ NOT ] PRESERVE"},
    {"event_status", "[ ENABLE | DISABLE [ ON ( REPLICA | SLAVE ) ] ] [ COMMENT <string> ]"},
    {"event", "<ifnotexists> <table> ON %schedule [ ON %completion ] %event_status DO <program>"},
    {"alter_event",
     "<table> <more> [ ON ( %schedule [ ON %completion ] | %completion ) ] [ RENAME TO <table> ] "
     "%event_status [ DO <program> ]"},
    {"loadable_type", "( STRING | INTEGER | INT | REAL | DECIMAL | DEC )"},
    {"characteristics",
     "{ COMMENT <string> | LANGUAGE ( SQL | <ident> ) | NO SQL | CONTAINS SQL | READS SQL DATA | "
     "MODIFIES SQL DATA | SQL SECURITY ( DEFINER | INVOKER ) | "
     "USING '(' [ { <table> [ AS <ident> ] }, ] ')' }*"},
};

constexpr StatementPattern kPatterns[] = {
    {OtherKind::kCreateProcedure, "CREATE PROCEDURE", "%procedure"},
    {OtherKind::kCreateFunction, "CREATE AGGREGATE FUNCTION",
     "<ifnotexists> <name> RETURNS %loadable_type SONAME <string>"},
    {OtherKind::kCreateFunction, "CREATE FUNCTION",
     "<ifnotexists> <routinename> ( <functionparams> RETURNS <type> <routine> | "
     "RETURNS %loadable_type SONAME <string> )"},
    {OtherKind::kCreateTrigger, "CREATE TRIGGER", "%trigger"},
    {OtherKind::kCreateEvent, "CREATE EVENT", "%event"},
    {OtherKind::kCreateLibrary, "CREATE LIBRARY",
     "<ifnotexists> <table> { COMMENT <string> }* <nolanguage> LANGUAGE <ident> "
     "{ COMMENT <string> }* AS ( <string> | <hexstring> | <dollar> )"},
    {OtherKind::kAlterProcedure, "ALTER PROCEDURE", "<table> %characteristics"},
    {OtherKind::kAlterFunction, "ALTER FUNCTION", "<table> %characteristics"},
    {OtherKind::kAlterEvent, "ALTER EVENT", "%alter_event"},
    {OtherKind::kAlterLibrary, "ALTER LIBRARY", "<table> COMMENT <string>"},
    {OtherKind::kDropProcedure, "DROP PROCEDURE", "<ifexists> <table>"},
    {OtherKind::kDropFunction, "DROP FUNCTION", "<ifexists> <table>"},
    {OtherKind::kDropTrigger, "DROP TRIGGER", "<ifexists> <table>"},
    {OtherKind::kDropEvent, "DROP EVENT", "<ifexists> <table>"},
    {OtherKind::kDropLibrary, "DROP LIBRARY", "<ifexists> <table>"},
};

// What may have a DEFINER between its first two words.
constexpr StatementPattern kDefinerPatterns[] = {
    {OtherKind::kCreateProcedure, "CREATE PROCEDURE", "%procedure"},
    {OtherKind::kCreateFunction, "CREATE FUNCTION",
     "<ifnotexists> <table> <functionparams> RETURNS <type> <routine>"},
    {OtherKind::kCreateTrigger, "CREATE TRIGGER", "%trigger"},
    {OtherKind::kCreateEvent, "CREATE EVENT", "%event"},
};

constexpr StatementPattern kAlterDefinerPatterns[] = {
    {OtherKind::kAlterEvent, "ALTER EVENT", "%alter_event"}};

}  // namespace

void AddProgramStatements(PatternTable* table) { table->Add(kPatterns, kParts); }

Statement* ParseWithDefiner(Parser& p, bool alter) {
  static const PatternTable kCreateTable(kDefinerPatterns, kParts);
  static const PatternTable kAlterTable(kAlterDefinerPatterns, kParts);
  const uint32_t begin = p.Advance().begin;
  p.Expect(Kw::kDefiner);
  p.ExpectSymbol('=');
  const std::string_view definer = p.ParseUserText();
  if (p.AtAny({Kw::kView, Kw::kSql, Kw::kMaterialized, Kw::kJson})) {
    Statement* view = ParseCreateView(p, begin, alter);
    Cast<CreateView>(static_cast<Node*>(view))->definer = definer;
    return view;
  }
  const PatternTable& table = alter ? kAlterTable : kCreateTable;
  if (Statement* statement = table.ParseAfter(p, 1, begin, true)) {
    return statement;
  }
  p.SyntaxError();
}

}  // namespace keyspan::parser
