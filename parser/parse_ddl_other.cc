// CREATE, ALTER and DROP of what is neither table, index, view nor database: stored programs,
// accounts, tablespaces, servers and so on: checked, and kept as text.

#include "parser/parse_ddl.h"
#include "parser/parse_pattern.h"

namespace keyspan::parser {
namespace {

// The parts that several statements share.
#define KEYSPAN_SCHEDULE \
  "SCHEDULE ( AT <expr> | EVERY <expr> <unit> [ STARTS <expr> ] [ ENDS <expr> ] ) "
#define KEYSPAN_COMPLETION "COMPLETION [ NOT ] PRESERVE "
#define KEYSPAN_EVENT_STATUS "[ ENABLE | DISABLE [ ON ( REPLICA | SLAVE ) ] ] [ COMMENT <string> ] "
#define KEYSPAN_TRIGGER                                                                            \
  "<ifnotexists> <table> ( BEFORE | AFTER ) ( INSERT | UPDATE | DELETE ) ON <table> FOR EACH ROW " \
  "[ ( FOLLOWS | PRECEDES ) <text> ] <program>"
#define KEYSPAN_EVENT                                                     \
  "<ifnotexists> <table> ON " KEYSPAN_SCHEDULE "[ ON " KEYSPAN_COMPLETION \
  "] " KEYSPAN_EVENT_STATUS "DO <program>"
#define KEYSPAN_ALTER_EVENT                                                                      \
  "<table> <more> [ ON ( " KEYSPAN_SCHEDULE "[ ON " KEYSPAN_COMPLETION "] | " KEYSPAN_COMPLETION \
  ") ] [ RENAME TO <table> ] " KEYSPAN_EVENT_STATUS "[ DO <program> ]"
#define KEYSPAN_UDF_TYPE "( STRING | INTEGER | INT | REAL | DECIMAL | DEC )"
#define KEYSPAN_SERVER_OPTIONS                                                                    \
  "OPTIONS '(' { HOST <string> | DATABASE <string> | USER <string> | PASSWORD <string> | SOCKET " \
  "<string> | OWNER <string> | PORT <ulong> }, ')'"

// The options of tablespaces: each may follow a comma. `which` are those that the statement takes.
#define KEYSPAN_OPTIONS(which) "[ ( " which " ) { [ ',' ] ( " which " ) }* ]"
#define KEYSPAN_SIZE(name) name " [ '=' ] <size> | "
#define KEYSPAN_ENGINE_WAIT "[ STORAGE ] ENGINE [ '=' ] <text> | WAIT | NO_WAIT "
#define KEYSPAN_TS_TEXTS "| ENCRYPTION [ '=' ] <string> | ENGINE_ATTRIBUTE [ '=' ] <string> "
#define KEYSPAN_TS_SIZES \
  KEYSPAN_SIZE("INITIAL_SIZE") KEYSPAN_SIZE("AUTOEXTEND_SIZE") KEYSPAN_SIZE("MAX_SIZE")
#define KEYSPAN_NODEGROUP_COMMENT "NODEGROUP [ '=' ] <realulong> | COMMENT [ '=' ] <string> | "

// Of accounts.
#define KEYSPAN_BY "BY ( RANDOM PASSWORD | <string> )"
#define KEYSPAN_IDENTIFIED \
  "IDENTIFIED ( " KEYSPAN_BY " | WITH <text> [ " KEYSPAN_BY " | AS <hexstring> ] )"
#define KEYSPAN_SECOND_FACTORS "[ AND " KEYSPAN_IDENTIFIED " [ AND " KEYSPAN_IDENTIFIED " ] ]"
#define KEYSPAN_TLS "( SUBJECT | ISSUER | CIPHER ) <string> "
#define KEYSPAN_ACCOUNT_OPTIONS                                                                   \
  "[ REQUIRE ( NONE | SSL | X509 | " KEYSPAN_TLS "{ [ AND ] " KEYSPAN_TLS                         \
  "}* ) ] "                                                                                       \
  "[ WITH { ( MAX_QUERIES_PER_HOUR | MAX_UPDATES_PER_HOUR | MAX_CONNECTIONS_PER_HOUR | "          \
  "MAX_USER_CONNECTIONS ) <ulong> }+ ] "                                                          \
  "{ ACCOUNT ( LOCK | UNLOCK ) | PASSWORD ( EXPIRE [ INTERVAL <realulong> DAY | NEVER | DEFAULT " \
  "] | "                                                                                          \
  "HISTORY ( DEFAULT | <realulong> ) | REUSE INTERVAL ( DEFAULT | <realulong> DAY ) | "           \
  "REQUIRE CURRENT [ DEFAULT | OPTIONAL ] ) | FAILED_LOGIN_ATTEMPTS <realulong> | "               \
  "PASSWORD_LOCK_TIME ( UNBOUNDED | <realulong> ) }* [ COMMENT <string> | ATTRIBUTE <string> ]"
#define KEYSPAN_KEEP_PASSWORD "[ REPLACE <string> ] [ RETAIN CURRENT PASSWORD ]"
#define KEYSPAN_REGISTRATION                                                        \
  "<number> FACTOR ( INITIATE REGISTRATION | UNREGISTER | FINISH REGISTRATION SET " \
  "CHALLENGE_RESPONSE AS <hexstring> )"
#define KEYSPAN_ALTER_ACCOUNT                                                                    \
  "[ IDENTIFIED ( " KEYSPAN_BY " " KEYSPAN_KEEP_PASSWORD " | WITH <text> [ " KEYSPAN_BY          \
  " " KEYSPAN_KEEP_PASSWORD                                                                      \
  " | AS <hexstring> [ RETAIN CURRENT PASSWORD ] ] ) | DISCARD OLD "                             \
  "PASSWORD | ADD <number> FACTOR " KEYSPAN_IDENTIFIED                                           \
  " [ ADD <number> FACTOR " KEYSPAN_IDENTIFIED " ] | MODIFY <number> FACTOR " KEYSPAN_IDENTIFIED \
  " [ MODIFY <number> "                                                                          \
  "FACTOR " KEYSPAN_IDENTIFIED " ] | DROP <number> FACTOR [ DROP <number> FACTOR ] ]"

constexpr StatementPattern kCreate[] = {
    {OtherKind::kCreateProcedure, "CREATE PROCEDURE", "<ifnotexists> <table> <params> <routine>"},
    {OtherKind::kCreateFunction, "CREATE AGGREGATE FUNCTION",
     "<ifnotexists> <name> RETURNS " KEYSPAN_UDF_TYPE " SONAME <string>"},
    {OtherKind::kCreateFunction, "CREATE FUNCTION",
     "<ifnotexists> <routinename> ( <functionparams> RETURNS <type> <routine> | "
     "RETURNS " KEYSPAN_UDF_TYPE " SONAME <string> )"},
    {OtherKind::kCreateTrigger, "CREATE TRIGGER", KEYSPAN_TRIGGER},
    {OtherKind::kCreateEvent, "CREATE EVENT", KEYSPAN_EVENT},
    {OtherKind::kCreateLibrary, "CREATE LIBRARY",
     "<ifnotexists> <table> { COMMENT <string> }* <nolanguage> LANGUAGE <ident> { COMMENT <string> "
     "}* AS "
     "( <string> | <hexstring> | <dollar> )"},
    {OtherKind::kCreateTablespace, "CREATE TABLESPACE",
     "<name> [ ADD DATAFILE <string> ] [ USE LOGFILE GROUP <ident> ] " KEYSPAN_OPTIONS(
         KEYSPAN_TS_SIZES KEYSPAN_SIZE("EXTENT_SIZE") KEYSPAN_SIZE("FILE_BLOCK_SIZE")
             KEYSPAN_NODEGROUP_COMMENT KEYSPAN_ENGINE_WAIT KEYSPAN_TS_TEXTS)},
    {OtherKind::kCreateTablespace, "CREATE UNDO TABLESPACE",
     "<name> ADD DATAFILE <string> " KEYSPAN_OPTIONS("[ STORAGE ] ENGINE [ '=' ] <text>")},
    {OtherKind::kCreateLogfileGroup, "CREATE LOGFILE GROUP",
     "<name> ADD UNDOFILE <string> " KEYSPAN_OPTIONS(
         KEYSPAN_SIZE("INITIAL_SIZE") KEYSPAN_SIZE("UNDO_BUFFER_SIZE")
             KEYSPAN_SIZE("REDO_BUFFER_SIZE") KEYSPAN_NODEGROUP_COMMENT KEYSPAN_ENGINE_WAIT)},
    {OtherKind::kCreateServer, "CREATE SERVER",
     "<text> FOREIGN DATA WRAPPER <text> " KEYSPAN_SERVER_OPTIONS},
    {OtherKind::kCreateResourceGroup, "CREATE RESOURCE GROUP",
     "<name> TYPE [ '=' ] ( USER | SYSTEM ) [ VCPU [ '=' ] <processors> ] [ THREAD_PRIORITY [ '=' "
     "] "
     "[ '-' ] <number> ] [ ENABLE | DISABLE ]"},
    {OtherKind::kCreateSpatialReferenceSystem, "CREATE SPATIAL REFERENCE SYSTEM",
     "<ifnotexists> <realulong> { NAME <string> | DEFINITION <string> | ORGANIZATION <string> "
     "IDENTIFIED BY <realulong> | DESCRIPTION <string> }*"},
    {OtherKind::kCreateSpatialReferenceSystem, "CREATE OR REPLACE SPATIAL",
     "REFERENCE SYSTEM <realulong> { NAME <string> | DEFINITION <string> | ORGANIZATION <string> "
     "IDENTIFIED BY <realulong> | DESCRIPTION <string> }*"},
    {OtherKind::kCreateMaskingPolicy, "CREATE MASKING POLICY",
     "<ifnotexists> <name> '(' <ident> ')' <expr>"},
    {OtherKind::kCreateUser, "CREATE USER",
     "<ifnotexists> { <user> [ IDENTIFIED ( " KEYSPAN_BY " " KEYSPAN_SECOND_FACTORS
     " | WITH <text> [ INITIAL AUTHENTICATION IDENTIFIED ( " KEYSPAN_BY
     " | WITH <text> AS <hexstring> ) | [ " KEYSPAN_BY " | AS <hexstring> ] " KEYSPAN_SECOND_FACTORS
     " ] ) | AND " KEYSPAN_IDENTIFIED
     " ] }, [ DEFAULT ROLE { <role> }, ] " KEYSPAN_ACCOUNT_OPTIONS},
    {OtherKind::kCreateRole, "CREATE ROLE", "<ifnotexists> { <role> },"},
};

// What may have a DEFINER in front.
constexpr StatementPattern kPrograms[] = {
    {OtherKind::kCreateProcedure, "CREATE PROCEDURE", "<ifnotexists> <table> <params> <routine>"},
    {OtherKind::kCreateFunction, "CREATE FUNCTION",
     "<ifnotexists> <table> <functionparams> RETURNS <type> <routine>"},
    {OtherKind::kCreateTrigger, "CREATE TRIGGER", KEYSPAN_TRIGGER},
    {OtherKind::kCreateEvent, "CREATE EVENT", KEYSPAN_EVENT},
};

constexpr std::string_view kAlterRoutine =
    "<table> { COMMENT <string> | LANGUAGE ( SQL | <ident> ) | NO SQL | CONTAINS SQL | READS SQL "
    "DATA "
    "| MODIFIES SQL DATA | SQL SECURITY ( DEFINER | INVOKER ) | USING '(' [ { <table> [ AS <ident> "
    "] "
    "}, ] ')' }*";

constexpr StatementPattern kAlter[] = {
    {OtherKind::kAlterProcedure, "ALTER PROCEDURE", kAlterRoutine},
    {OtherKind::kAlterFunction, "ALTER FUNCTION", kAlterRoutine},
    {OtherKind::kAlterEvent, "ALTER EVENT", KEYSPAN_ALTER_EVENT},
    {OtherKind::kAlterLibrary, "ALTER LIBRARY", "<table> COMMENT <string>"},
    {OtherKind::kAlterTablespace, "ALTER TABLESPACE",
     "<name> <more> [ ADD DATAFILE <string> " KEYSPAN_OPTIONS(KEYSPAN_TS_SIZES KEYSPAN_ENGINE_WAIT) " | DROP DATAFILE <string> " KEYSPAN_OPTIONS(
         KEYSPAN_TS_SIZES
             KEYSPAN_ENGINE_WAIT) " | RENAME TO <ident> | " KEYSPAN_OPTIONS(KEYSPAN_TS_SIZES KEYSPAN_ENGINE_WAIT
                                                                                KEYSPAN_TS_TEXTS) " ]"},
    {OtherKind::kAlterTablespace, "ALTER UNDO TABLESPACE",
     "<name> SET ( ACTIVE | INACTIVE ) " KEYSPAN_OPTIONS("[ STORAGE ] ENGINE [ '=' ] <text>")},
    {OtherKind::kAlterLogfileGroup, "ALTER LOGFILE GROUP",
     "<name> ADD UNDOFILE <string> " KEYSPAN_OPTIONS(KEYSPAN_SIZE("INITIAL_SIZE")
                                                         KEYSPAN_ENGINE_WAIT)},
    {OtherKind::kAlterServer, "ALTER SERVER", "<text> " KEYSPAN_SERVER_OPTIONS},
    {OtherKind::kAlterResourceGroup, "ALTER RESOURCE GROUP",
     "<name> [ VCPU [ '=' ] <processors> ] [ THREAD_PRIORITY [ '=' ] [ '-' ] <number> ] [ ENABLE | "
     "DISABLE ] [ FORCE ]"},
    {OtherKind::kAlterInstance, "ALTER INSTANCE",
     "( ROTATE <masterkey> | RELOAD ( TLS [ FOR CHANNEL <ident> ] [ "
     "NO "
     "ROLLBACK ON ERROR ] | KEYRING ) | ( ENABLE | DISABLE ) INNODB REDO_LOG )"},
    {OtherKind::kAlterUser, "ALTER USER",
     "<ifexists> ( <userfunction> ( DISCARD OLD PASSWORD | IDENTIFIED " KEYSPAN_BY
     " " KEYSPAN_KEEP_PASSWORD " | " KEYSPAN_REGISTRATION
     " ) | <user> [ DEFAULT ROLE ( ALL | NONE | "
     "{ <role> }, ) <end> | " KEYSPAN_REGISTRATION " <end> ] " KEYSPAN_ALTER_ACCOUNT
     " [ ',' { <user> " KEYSPAN_ALTER_ACCOUNT " }, ] " KEYSPAN_ACCOUNT_OPTIONS " )"},
    {OtherKind::kAlterVitessMigration, "ALTER VITESS_MIGRATION",
     "[ <string> ] ( :CANCEL | :RETRY | :LAUNCH | :COMPLETE | :CLEANUP | :THROTTLE | :UNTHROTTLE | "
     ":POSTPONE | :FORCE_CUTOVER | :CUTOVER_THRESHOLD ) <rest>"},
    {OtherKind::kAlterVschema, "ALTER VSCHEMA",
     "( :ADD ( :TABLE | :SEQUENCE ) <table> | :DROP ( :TABLE | :SEQUENCE | :VINDEX ) <table> | "
     ":CREATE :VINDEX <table> [ USING <ident> ] [ WITH { <word> '=' ( <ident> | <literal> ) }, ] "
     "| "
     ":ON <table> ( :ADD ( :VINDEX <table> '(' { <name> }, ')' [ USING <ident> ] [ WITH { <word> "
     "'=' ( <ident> | <literal> ) }, ] | :AUTO_INCREMENT <name> USING <table> ) | :DROP ( :VINDEX "
     "<table> | :AUTO_INCREMENT ) ) )"},
};

constexpr StatementPattern kDrop[] = {
    {OtherKind::kDropProcedure, "DROP PROCEDURE", "<ifexists> <table>"},
    {OtherKind::kDropFunction, "DROP FUNCTION", "<ifexists> <table>"},
    {OtherKind::kDropTrigger, "DROP TRIGGER", "<ifexists> <table>"},
    {OtherKind::kDropEvent, "DROP EVENT", "<ifexists> <table>"},
    {OtherKind::kDropLibrary, "DROP LIBRARY", "<ifexists> <table>"},
    {OtherKind::kDropTablespace, "DROP TABLESPACE", "<name> " KEYSPAN_OPTIONS(KEYSPAN_ENGINE_WAIT)},
    {OtherKind::kDropTablespace, "DROP UNDO TABLESPACE",
     "<name> " KEYSPAN_OPTIONS("[ STORAGE ] ENGINE [ '=' ] <text>")},
    {OtherKind::kDropLogfileGroup, "DROP LOGFILE GROUP",
     "<name> " KEYSPAN_OPTIONS(KEYSPAN_ENGINE_WAIT)},
    {OtherKind::kDropServer, "DROP SERVER", "<ifexists> <text>"},
    {OtherKind::kDropResourceGroup, "DROP RESOURCE GROUP", "<name> [ FORCE ]"},
    {OtherKind::kDropSpatialReferenceSystem, "DROP SPATIAL REFERENCE SYSTEM",
     "<ifexists> <realulong>"},
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
    if (p.AtAny({Kw::kView, Kw::kSql, Kw::kMaterialized, Kw::kJson})) {
      Statement* view = ParseCreateView(p, begin, false);
      Cast<CreateView>(static_cast<Node*>(view))->definer = definer;
      return view;
    }
    if (Statement* statement = kProgramTable.ParseAfter(p, 1, begin, true)) {
      return statement;
    }
    p.SyntaxError();
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
    if (p.AtAny({Kw::kView, Kw::kSql, Kw::kMaterialized, Kw::kJson})) {
      Statement* view = ParseCreateView(p, begin, true);
      Cast<CreateView>(static_cast<Node*>(view))->definer = definer;
      return view;
    }
    static const StatementPattern kEvent[] = {
        {OtherKind::kAlterEvent, "ALTER EVENT", KEYSPAN_ALTER_EVENT}};
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
