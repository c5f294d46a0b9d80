// CREATE, ALTER and DROP of what is neither table, index, view nor database: stored programs,
// accounts, tablespaces, servers and so on. Bodies and long option lists are kept as text.

#include "parser/parse_ddl.h"
#include "parser/parse_pattern.h"

namespace keyspan::parser {
namespace {

// After [DEFINER = user]: the same for CREATE PROCEDURE and CREATE DEFINER = x PROCEDURE.
constexpr StatementPattern kPrograms[] = {
    {OtherKind::kCreateProcedure, "CREATE PROCEDURE", "<ifnotexists> <table> <params> <body>"},
    {OtherKind::kCreateFunction, "CREATE AGGREGATE FUNCTION",
     "<ifnotexists> <table> RETURNS ( STRING | INTEGER | REAL | DECIMAL ) SONAME <string>"},
    {OtherKind::kCreateFunction, "CREATE FUNCTION",
     "<ifnotexists> <table> ( RETURNS ( STRING | INTEGER | REAL | DECIMAL ) SONAME <string> | "
     "<params> <body> )"},
    {OtherKind::kCreateTrigger, "CREATE TRIGGER",
     "<ifnotexists> <table> ( BEFORE | AFTER ) ( INSERT | UPDATE | DELETE ) ON <table> FOR EACH "
     "ROW "
     "<body>"},
    {OtherKind::kCreateEvent, "CREATE EVENT",
     "<ifnotexists> <table> ON SCHEDULE ( AT | EVERY ) <body>"},
};

constexpr StatementPattern kCreate[] = {
    {OtherKind::kCreateLibrary, "CREATE LIBRARY",
     "<ifnotexists> <table> { COMMENT <string> }* LANGUAGE <ident> { COMMENT <string> }* AS "
     "<body>"},
    {OtherKind::kCreateTablespace, "CREATE TABLESPACE", "<name> <rest>"},
    {OtherKind::kCreateTablespace, "CREATE UNDO TABLESPACE", "<name> ADD DATAFILE <string> <rest>"},
    {OtherKind::kCreateLogfileGroup, "CREATE LOGFILE GROUP", "<name> ADD <rest>"},
    {OtherKind::kCreateServer, "CREATE SERVER",
     "<text> FOREIGN DATA WRAPPER <text> OPTIONS '(' { HOST <string> | DATABASE <string> | USER "
     "<string> | PASSWORD <string> | SOCKET <string> | OWNER <string> | PORT <number> }, ')'"},
    {OtherKind::kCreateResourceGroup, "CREATE RESOURCE GROUP",
     "<name> TYPE [ '=' ] ( USER | SYSTEM ) <rest>"},
    {OtherKind::kCreateSpatialReferenceSystem, "CREATE SPATIAL REFERENCE SYSTEM",
     "<ifnotexists> <number> <rest>"},
    {OtherKind::kCreateSpatialReferenceSystem, "CREATE OR REPLACE SPATIAL",
     "REFERENCE SYSTEM <number> <rest>"},
    {OtherKind::kCreateMaskingPolicy, "CREATE MASKING POLICY", "<ifnotexists> <name> <rest>"},
    {OtherKind::kCreateUser, "CREATE USER", "<ifnotexists> <user> <rest>"},
    {OtherKind::kCreateRole, "CREATE ROLE", "<ifnotexists> { <role> },"},
};

constexpr StatementPattern kAlter[] = {
    {OtherKind::kAlterProcedure, "ALTER PROCEDURE", "<table> <rest>"},
    {OtherKind::kAlterFunction, "ALTER FUNCTION", "<table> <rest>"},
    {OtherKind::kAlterEvent, "ALTER EVENT",
     "<table> ( ON ( SCHEDULE | COMPLETION ) <body> | RENAME TO <table> <tail> | ENABLE <tail> | "
     "DISABLE <tail> | COMMENT <body> | DO <body> )"},
    {OtherKind::kAlterLibrary, "ALTER LIBRARY", "<table> COMMENT <string>"},
    {OtherKind::kAlterTablespace, "ALTER TABLESPACE", "<name> <rest>"},
    {OtherKind::kAlterTablespace, "ALTER UNDO TABLESPACE",
     "<name> SET ( ACTIVE | INACTIVE ) <rest>"},
    {OtherKind::kAlterLogfileGroup, "ALTER LOGFILE GROUP", "<name> ADD <rest>"},
    {OtherKind::kAlterServer, "ALTER SERVER",
     "<text> OPTIONS '(' { HOST <string> | DATABASE <string> | USER <string> | PASSWORD <string> | "
     "SOCKET <string> | OWNER <string> | PORT <number> }, ')'"},
    {OtherKind::kAlterResourceGroup, "ALTER RESOURCE GROUP", "<name> <rest>"},
    {OtherKind::kAlterInstance, "ALTER INSTANCE",
     "( ROTATE ( INNODB | BINLOG ) MASTER KEY | RELOAD ( TLS [ FOR CHANNEL <ident> ] [ NO ROLLBACK "
     "ON ERROR ] | KEYRING ) | ( ENABLE | DISABLE ) INNODB REDO_LOG )"},
    {OtherKind::kAlterUser, "ALTER USER", "<ifexists> <user> <rest>"},
    {OtherKind::kAlterVitessMigration, "ALTER VITESS_MIGRATION",
     "[ <string> ] ( :CANCEL | :RETRY | :LAUNCH | :COMPLETE | :CLEANUP | :THROTTLE | :UNTHROTTLE | "
     ":POSTPONE | :FORCE_CUTOVER ) <rest>"},
    {OtherKind::kAlterVschema, "ALTER VSCHEMA",
     "( :ADD ( :TABLE | :SEQUENCE ) <table> | :DROP ( :TABLE | :SEQUENCE | :VINDEX ) <table> | "
     ":CREATE :VINDEX <table> [ USING <ident> ] [ WITH { <ident> '=' ( <ident> | <literal> ) }, ] "
     "| "
     ":ON <table> ( :ADD ( :VINDEX <table> '(' { <name> }, ')' [ USING <ident> ] [ WITH { <ident> "
     "'=' ( <ident> | <literal> ) }, ] | :AUTO_INCREMENT <name> USING <table> ) | :DROP ( :VINDEX "
     "<table> | :AUTO_INCREMENT ) ) )"},
};

constexpr StatementPattern kDrop[] = {
    {OtherKind::kDropProcedure, "DROP PROCEDURE", "<ifexists> <table>"},
    {OtherKind::kDropFunction, "DROP FUNCTION", "<ifexists> <table>"},
    {OtherKind::kDropTrigger, "DROP TRIGGER", "<ifexists> <table>"},
    {OtherKind::kDropEvent, "DROP EVENT", "<ifexists> <table>"},
    {OtherKind::kDropLibrary, "DROP LIBRARY", "<ifexists> <table>"},
    {OtherKind::kDropTablespace, "DROP TABLESPACE", "<name> [ ENGINE [ '=' ] <text> ] [ WAIT ]"},
    {OtherKind::kDropTablespace, "DROP UNDO TABLESPACE", "<name> [ ENGINE [ '=' ] <text> ]"},
    {OtherKind::kDropLogfileGroup, "DROP LOGFILE GROUP", "<name> <rest>"},
    {OtherKind::kDropServer, "DROP SERVER", "<ifexists> <text>"},
    {OtherKind::kDropResourceGroup, "DROP RESOURCE GROUP", "<name> [ FORCE ]"},
    {OtherKind::kDropSpatialReferenceSystem, "DROP SPATIAL REFERENCE SYSTEM",
     "<ifexists> <number>"},
    {OtherKind::kDropMaskingPolicy, "DROP MASKING POLICY", "<ifexists> <name>"},
    {OtherKind::kDropUser, "DROP USER", "<ifexists> { <user> },"},
    {OtherKind::kDropRole, "DROP ROLE", "<ifexists> { <role> },"},
};

}  // namespace

Statement* ParseCreateOther(Parser& p) {
  static const PatternTable kProgramTable(kPrograms);
  static const PatternTable kTable(kCreate);
  if (p.PeekIs(Kw::kDefiner)) {
    const uint32_t begin = p.Advance().begin;
    p.Advance();
    p.ExpectSymbol('=');
    const std::string_view definer = p.ParseUserText();
    if (p.At(Kw::kView) || p.At(Kw::kSql)) {
      Statement* view = ParseCreateView(p, begin, false);
      Cast<CreateView>(static_cast<Node*>(view))->definer = definer;
      return view;
    }
    if (Statement* statement = kProgramTable.ParseAfter(p, 1, begin, true)) {
      return statement;
    }
    p.SyntaxError();
  }
  if (Statement* statement = kProgramTable.Parse(p, false)) {
    return statement;
  }
  return kTable.Parse(p, true);
}

Statement* ParseAlterOther(Parser& p) {
  static const PatternTable kTable(kAlter);
  if (p.PeekIs(Kw::kDefiner)) {
    const uint32_t begin = p.Advance().begin;
    p.Advance();
    p.ExpectSymbol('=');
    const std::string_view definer = p.ParseUserText();
    if (p.At(Kw::kView) || p.At(Kw::kSql)) {
      Statement* view = ParseCreateView(p, begin, true);
      Cast<CreateView>(static_cast<Node*>(view))->definer = definer;
      return view;
    }
    static const StatementPattern kEvent[] = {
        {OtherKind::kAlterEvent, "ALTER EVENT", "<table> <body>"}};
    static const PatternTable kEventTable(kEvent);
    if (Statement* statement = kEventTable.ParseAfter(p, 1, begin, true)) {
      return statement;
    }
    p.SyntaxError();
  }
  return kTable.Parse(p, true);
}

Statement* ParseDropOther(Parser& p) {
  static const PatternTable kTable(kDrop);
  return kTable.Parse(p, true);
}

}  // namespace keyspan::parser
