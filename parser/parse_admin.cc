// Administration: KILL, FLUSH, LOCK TABLES, table maintenance, plugins, XA, diagnostics, our own
// verbs.

#include "parser/parse_pattern.h"

namespace keyspan::parser {
namespace {

constexpr StatementPattern kPatterns[] = {
    {OtherKind::kKill, "KILL", "[ :CONNECTION | :QUERY ] <value>"},
    {OtherKind::kHelp, "HELP", "<text>"},
    {OtherKind::kLockInstance, "LOCK INSTANCE", "FOR BACKUP"},
    {OtherKind::kLockTables, "LOCK TABLES",
     "{ <table> [ AS <ident> | <ident> ] ( :READ [ LOCAL ] | :WRITE ) },"},
    {OtherKind::kLockTables, "LOCK TABLE",
     "{ <table> [ AS <ident> | <ident> ] ( :READ [ LOCAL ] | :WRITE ) },"},
    {OtherKind::kUnlockInstance, "UNLOCK INSTANCE", ""},
    {OtherKind::kUnlockTables, "UNLOCK TABLES", ""},
    {OtherKind::kUnlockTables, "UNLOCK TABLE", ""},
    {OtherKind::kFlush, "FLUSH",
     "[ :NO_WRITE_TO_BINLOG | :LOCAL ] ( ( :TABLES | :TABLE ) [ :WITH READ LOCK | { <table> }, "
     "[ :WITH READ LOCK | :FOR EXPORT ] ] | { :ERROR LOGS | :ENGINE LOGS | :GENERAL LOGS | "
     ":SLOW LOGS | :BINARY LOGS | :RELAY LOGS [ FOR CHANNEL <string> ] | :LOGS | :PRIVILEGES | "
     ":STATUS | :USER_RESOURCES | :OPTIMIZER_COSTS }, )"},
    {OtherKind::kAnalyzeTable, "ANALYZE",
     "[ NO_WRITE_TO_BINLOG | LOCAL ] ( TABLE | TABLES ) { <table> }, [ :UPDATE HISTOGRAM ON "
     "{ <ident> }, [ WITH <number> BUCKETS [ ( AUTO | MANUAL ) UPDATE ] | USING DATA <string> | "
     "( AUTO | MANUAL ) UPDATE ] | :DROP HISTOGRAM ON { <ident> }, ]"},
    {OtherKind::kCheckTable, "CHECK",
     "( TABLE | TABLES ) { <table> }, { FOR UPGRADE | QUICK | FAST | MEDIUM | EXTENDED | CHANGED "
     "}*"},
    {OtherKind::kOptimizeTable, "OPTIMIZE",
     "[ NO_WRITE_TO_BINLOG | LOCAL ] ( TABLE | TABLES ) { <table> },"},
    {OtherKind::kRepairTable, "REPAIR",
     "[ NO_WRITE_TO_BINLOG | LOCAL ] ( TABLE | TABLES ) { <table> }, { QUICK | EXTENDED | USE_FRM "
     "}*"},
    {OtherKind::kChecksumTable, "CHECKSUM", "( TABLE | TABLES ) { <table> }, [ QUICK | EXTENDED ]"},
    {OtherKind::kCacheIndex, "CACHE INDEX",
     "{ <table> [ PARTITION '(' ( ALL | { <ident> }, ) ')' ] [ ( INDEX | KEY ) '(' [ { <ident> | "
     "PRIMARY }, ] ')' ] }, IN ( DEFAULT | <ident> )"},
    {OtherKind::kLoadIndex, "LOAD INDEX",
     "INTO CACHE { <table> [ PARTITION '(' ( ALL | { <ident> }, ) ')' ] [ ( INDEX | KEY ) '(' "
     "[ { <ident> | PRIMARY }, ] ')' ] [ IGNORE LEAVES ] },"},
    {OtherKind::kImportTable, "IMPORT", "( TABLE | TABLES ) FROM { <string> },"},
    {OtherKind::kInstall, "INSTALL PLUGIN", "<name> SONAME <string>"},
    {OtherKind::kInstall, "INSTALL COMPONENT",
     "{ <string> }, [ SET { [ GLOBAL | PERSIST ] <qident> '=' <expr> }, ]"},
    {OtherKind::kUninstall, "UNINSTALL PLUGIN", "<name>"},
    {OtherKind::kUninstall, "UNINSTALL COMPONENT", "{ <string> },"},
    {OtherKind::kReset, "RESET PERSIST", "<ifexists> [ <qident> ]"},
    {OtherKind::kReset, "RESET",
     "{ :REPLICA [ ALL ] [ FOR CHANNEL <string> ] | :BINARY LOGS AND GTIDS [ TO <number> ] },"},
    {OtherKind::kRestart, "RESTART", ""},
    {OtherKind::kShutdown, "SHUTDOWN", ""},
    {OtherKind::kClone, "CLONE LOCAL", "DATA DIRECTORY [ '=' ] <string>"},
    {OtherKind::kClone, "CLONE INSTANCE",
     "FROM <user> ':' <number> IDENTIFIED BY <string> [ DATA DIRECTORY [ '=' ] <string> ] [ "
     "REQUIRE [ NO ] SSL ]"},
    {OtherKind::kBinlog, "BINLOG", "<string>"},
    {OtherKind::kSignal, "SIGNAL",
     "( SQLSTATE [ VALUE ] <string> | <ident> ) [ SET { <ident> '=' <expr> }, ]"},
    {OtherKind::kResignal, "RESIGNAL",
     "[ SQLSTATE [ VALUE ] <string> | <ident> ] [ SET { <ident> '=' <expr> }, ]"},
    {OtherKind::kGetDiagnostics, "GET",
     "[ CURRENT | STACKED ] DIAGNOSTICS ( CONDITION <expr> { ( <var> | <ident> ) '=' <ident> }, | "
     "{ "
     "( <var> | <ident> ) '=' ( NUMBER | ROW_COUNT ) }, )"},
    {OtherKind::kXaStart, "XA START", "<xid> [ JOIN | RESUME ]"},
    {OtherKind::kXaStart, "XA BEGIN", "<xid> [ JOIN | RESUME ]"},
    {OtherKind::kXaEnd, "XA END", "<xid> [ SUSPEND [ FOR MIGRATE ] ]"},
    {OtherKind::kXaPrepare, "XA PREPARE", "<xid>"},
    {OtherKind::kXaCommit, "XA COMMIT", "<xid> [ :ONE PHASE ]"},
    {OtherKind::kXaRollback, "XA ROLLBACK", "<xid>"},
    {OtherKind::kXaRecover, "XA RECOVER", "[ CONVERT XID ]"},
    {OtherKind::kChangeReplicationFilter, "CHANGE REPLICATION FILTER",
     "{ <ident> '=' '(' [ { <string> | '(' <ident> ',' <ident> ')' | <qident> }, ] ')' }, [ FOR "
     "CHANNEL <string> ]"},
    {OtherKind::kChangeReplicationSource, "CHANGE REPLICATION SOURCE",
     "TO { <ident> '=' ( '(' [ { <number> }, ] ')' | NULL | ON | <user> | <literal> ) }, [ FOR "
     "CHANNEL <string> ]"},
    {OtherKind::kStartGroupReplication, "START GROUP_REPLICATION",
     "[ { USER '=' <string> | PASSWORD '=' <string> | DEFAULT_AUTH '=' <string> }, ]"},
    {OtherKind::kStopGroupReplication, "STOP GROUP_REPLICATION", ""},
    {OtherKind::kStartReplica, "START REPLICA",
     "[ { SQL_THREAD | IO_THREAD | RELAY_THREAD }, ] [ UNTIL { <ident> [ '=' ( <string> | <number> "
     ") ] }, ] { ( USER | PASSWORD | DEFAULT_AUTH | PLUGIN_DIR ) '=' <string> }* [ FOR CHANNEL "
     "<string> ]"},
    {OtherKind::kStopReplica, "STOP REPLICA",
     "[ { SQL_THREAD | IO_THREAD | RELAY_THREAD }, ] [ FOR CHANNEL <string> ]"},
    {OtherKind::kPurgeBinaryLogs, "PURGE BINARY", "LOGS ( TO <string> | BEFORE <expr> )"},
    {OtherKind::kRenameUser, "RENAME USER", "{ <user> TO <user> },"},
    {OtherKind::kGrant, "GRANT",
     "<privs> [ ON [ TABLE | FUNCTION | PROCEDURE | LIBRARY ] <object> ] TO { <user> }, [ WITH "
     "( GRANT | ADMIN ) OPTION ] [ AS <user> [ WITH ROLE <rest> ] ]"},
    {OtherKind::kRevoke, "REVOKE",
     "<ifexists> <privs> [ ON [ TABLE | FUNCTION | PROCEDURE | LIBRARY ] <object> ] FROM { <user> "
     "}, [ IGNORE UNKNOWN USER ]"},
    {OtherKind::kRevertVitessMigration, "REVERT VITESS_MIGRATION", "<string>"},
};

}  // namespace

Statement* ParseAdmin(Parser& p) {
  static const PatternTable kTable(kPatterns);
  return kTable.Parse(p, true);
}

}  // namespace keyspan::parser
