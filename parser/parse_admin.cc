// Administration: KILL, FLUSH, LOCK TABLES, table maintenance, plugins, XA, diagnostics, our own
// verbs.

#include "parser/parse_pattern.h"

namespace keyspan::parser {
namespace {

#define KEYSPAN_LOG_PLACE                                                                 \
  "( SOURCE_LOG_FILE | RELAY_LOG_FILE ) '=' <string> | SOURCE_LOG_POS '=' <ulonglong> | " \
  "RELAY_LOG_POS '=' <ulong> "
#define KEYSPAN_CONDITION_ITEM                                                               \
  "( CLASS_ORIGIN | SUBCLASS_ORIGIN | CONSTRAINT_CATALOG | CONSTRAINT_SCHEMA | "             \
  "CONSTRAINT_NAME | CATALOG_NAME | SCHEMA_NAME | TABLE_NAME | COLUMN_NAME | CURSOR_NAME | " \
  "MESSAGE_TEXT | MYSQL_ERRNO )"
#define KEYSPAN_PARTITION "PARTITION '(' ( ALL | { <ident> }, ) ')' "
#define KEYSPAN_CACHE_KEYS "[ ( INDEX | KEY ) '(' [ { <ident> | PRIMARY }, ] ')' ]"
#define KEYSPAN_GRANT_OBJECT "[ TABLE | FUNCTION | PROCEDURE | LIBRARY ] <object>"
#define KEYSPAN_GRANT_ON                                                   \
  KEYSPAN_GRANT_OBJECT                                                     \
  " TO { <user> }, [ WITH GRANT OPTION ] [ AS <user> [ WITH ROLE ( ALL [ " \
  "EXCEPT { <role> }, ] | NONE | DEFAULT | { <role> }, ) ] ]"
#define KEYSPAN_REVOKE_ON KEYSPAN_GRANT_OBJECT " FROM { <user> },"

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
     "[ :NO_WRITE_TO_BINLOG | :LOCAL ] ( ( :TABLES | :TABLE ) <notables> [ :WITH READ LOCK | { "
     "<table> }, "
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
     "<table> ( " KEYSPAN_PARTITION KEYSPAN_CACHE_KEYS " | <otherwise> " KEYSPAN_CACHE_KEYS
     " { ',' <table> " KEYSPAN_CACHE_KEYS " }* ) IN ( DEFAULT | <ident> )"},
    {OtherKind::kLoadIndex, "LOAD INDEX",
     "INTO CACHE <table> ( " KEYSPAN_PARTITION KEYSPAN_CACHE_KEYS " [ IGNORE LEAVES ] | "
     "<otherwise> " KEYSPAN_CACHE_KEYS " [ IGNORE LEAVES ] { ',' <table> " KEYSPAN_CACHE_KEYS
     " [ IGNORE LEAVES ] }* )"},
    {OtherKind::kImportTable, "IMPORT", "TABLE FROM { <string> },"},
    {OtherKind::kInstall, "INSTALL PLUGIN", "<name> SONAME <string>"},
    {OtherKind::kInstall, "INSTALL COMPONENT",
     "{ <string> }, [ SET { [ GLOBAL | PERSIST ] <variable> <assign> ( ON | <expr> ) }, ]"},
    {OtherKind::kUninstall, "UNINSTALL PLUGIN", "<name>"},
    {OtherKind::kUninstall, "UNINSTALL COMPONENT", "{ <string> },"},
    {OtherKind::kReset, "RESET PERSIST", "[ IF EXISTS <persisted> | <persisted> ]"},
    {OtherKind::kReset, "RESET",
     "{ :REPLICA [ ALL ] [ FOR CHANNEL <string> ] | :BINARY LOGS AND GTIDS [ TO <realulong> ] },"},
    {OtherKind::kRestart, "RESTART", ""},
    {OtherKind::kShutdown, "SHUTDOWN", ""},
    {OtherKind::kClone, "CLONE LOCAL", "DATA DIRECTORY [ '=' ] <string>"},
    {OtherKind::kClone, "CLONE INSTANCE",
     "FROM <user> <port> IDENTIFIED BY <string> [ DATA DIRECTORY [ '=' ] <string> ] [ "
     "REQUIRE [ NO ] SSL ]"},
    {OtherKind::kBinlog, "BINLOG", "<string>"},
    {OtherKind::kSignal, "SIGNAL",
     "( SQLSTATE [ VALUE ] <sqlstate> | <condition> ) [ SET { " KEYSPAN_CONDITION_ITEM
     " '=' <simple> }, ]"},
    {OtherKind::kResignal, "RESIGNAL",
     "[ SQLSTATE [ VALUE ] <sqlstate> | <condition> ] [ SET { " KEYSPAN_CONDITION_ITEM
     " '=' <simple> }, ]"},
    {OtherKind::kGetDiagnostics, "GET",
     "[ CURRENT | STACKED ] DIAGNOSTICS ( CONDITION <simple> { ( <var> | <programvar> ) '=' ( "
     "RETURNED_SQLSTATE | " KEYSPAN_CONDITION_ITEM " ) }, | { ( <var> | <programvar> ) '=' ( NUMBER | "
     "ROW_COUNT ) }, )"},
    {OtherKind::kXaStart, "XA START", "<xid> [ JOIN | RESUME ]"},
    {OtherKind::kXaStart, "XA BEGIN", "<xid> [ JOIN | RESUME ]"},
    {OtherKind::kXaEnd, "XA END", "<xid> [ SUSPEND [ FOR MIGRATE ] ]"},
    {OtherKind::kXaPrepare, "XA PREPARE", "<xid>"},
    {OtherKind::kXaCommit, "XA COMMIT", "<xid> [ :ONE PHASE ]"},
    {OtherKind::kXaRollback, "XA ROLLBACK", "<xid>"},
    {OtherKind::kXaRecover, "XA RECOVER", "[ CONVERT XID ]"},
    {OtherKind::kChangeReplicationFilter, "CHANGE REPLICATION FILTER",
     "{ ( REPLICATE_DO_DB | REPLICATE_IGNORE_DB ) '=' '(' [ { <ident> }, ] ')' | "
     "( REPLICATE_DO_TABLE | REPLICATE_IGNORE_TABLE ) '=' '(' [ { <ident> '.' <ident> }, ] ')' | "
     "( REPLICATE_WILD_DO_TABLE | REPLICATE_WILD_IGNORE_TABLE ) '=' '(' [ { <string> }, ] ')' | "
     "REPLICATE_REWRITE_DB '=' '(' [ { '(' <ident> ',' <ident> ')' }, ] ')' }, "
     "[ FOR CHANNEL <string> ]"},
    {OtherKind::kChangeReplicationSource, "CHANGE REPLICATION SOURCE",
     "TO { ( SOURCE_HOST | SOURCE_BIND | SOURCE_USER | SOURCE_PASSWORD | NETWORK_NAMESPACE | "
     "SOURCE_LOG_FILE | RELAY_LOG_FILE | SOURCE_COMPRESSION_ALGORITHMS | SOURCE_SSL_CA | "
     "SOURCE_SSL_CAPATH | SOURCE_SSL_CERT | SOURCE_SSL_CRL | SOURCE_SSL_CRLPATH | SOURCE_SSL_KEY | "
     "SOURCE_SSL_CIPHER | SOURCE_TLS_VERSION | SOURCE_PUBLIC_KEY_PATH ) '=' <string> | "
     "( SOURCE_PORT | SOURCE_CONNECT_RETRY | SOURCE_RETRY_COUNT | SOURCE_DELAY | SOURCE_SSL | "
     "SOURCE_SSL_VERIFY_SERVER_CERT | GET_SOURCE_PUBLIC_KEY | SOURCE_ZSTD_COMPRESSION_LEVEL | "
     "SOURCE_AUTO_POSITION | REQUIRE_ROW_FORMAT | RELAY_LOG_POS ) '=' <ulong> | "
     "SOURCE_LOG_POS '=' <ulonglong> | SOURCE_HEARTBEAT_PERIOD '=' <ulonglong> | "
     "SOURCE_CONNECTION_AUTO_FAILOVER '=' <failoverflag> | GTID_ONLY '=' <gtidflag> | "
     "SOURCE_TLS_CIPHERSUITES '=' ( <string> | NULL ) | PRIVILEGE_CHECKS_USER '=' ( NULL | <user> "
     ") | "
     "REQUIRE_TABLE_PRIMARY_KEY_CHECK '=' ( STREAM | ON | OFF | GENERATE ) | "
     "ASSIGN_GTIDS_TO_ANONYMOUS_TRANSACTIONS '=' ( OFF | LOCAL | <string> ) | "
     "IGNORE_SERVER_IDS '=' '(' [ { <ulong> }, ] ')' }, [ FOR CHANNEL <string> ]"},
    {OtherKind::kStartGroupReplication, "START GROUP_REPLICATION",
     "[ { USER '=' <string> | PASSWORD '=' <string> | DEFAULT_AUTH '=' <string> }, ]"},
    {OtherKind::kStopGroupReplication, "STOP GROUP_REPLICATION", ""},
    {OtherKind::kStartReplica, "START REPLICA",
     "[ { SQL_THREAD | IO_THREAD | RELAY_THREAD }, ] [ UNTIL ( SQL_BEFORE_GTIDS '=' <string> | "
     "SQL_AFTER_GTIDS '=' <string> | SQL_AFTER_MTS_GAPS | " KEYSPAN_LOG_PLACE
     ") { ',' ( " KEYSPAN_LOG_PLACE
     ") }* ] [ USER '=' <string> ] [ PASSWORD '=' <string> ] [ DEFAULT_AUTH '=' "
     "<string> ] [ PLUGIN_DIR '=' <string> ] [ FOR CHANNEL <string> ]"},
    {OtherKind::kStopReplica, "STOP REPLICA",
     "[ { SQL_THREAD | IO_THREAD | RELAY_THREAD }, ] [ FOR CHANNEL <string> ]"},
    {OtherKind::kPurgeBinaryLogs, "PURGE BINARY", "LOGS ( TO <string> | BEFORE <expr> )"},
    {OtherKind::kRenameUser, "RENAME USER", "{ <user> TO <user> },"},
    {OtherKind::kGrant, "GRANT",
     "( ALL [ PRIVILEGES ] ON " KEYSPAN_GRANT_ON " | PROXY ON <user> TO { <user> }, [ WITH GRANT "
     "OPTION ] | <privs> ( ON " KEYSPAN_GRANT_ON " | TO { <user> }, [ WITH ADMIN OPTION ] ) )"},
    {OtherKind::kRevoke, "REVOKE",
     "<ifexists> ( ALL [ PRIVILEGES ] ( ON " KEYSPAN_REVOKE_ON
     " | ',' GRANT OPTION FROM { <user> }, )"
     " | PROXY ON <user> FROM { <user> }, | <privs> ( ON " KEYSPAN_REVOKE_ON
     " | FROM { <user> }, ) ) "
     "[ IGNORE UNKNOWN USER ]"},
    {OtherKind::kRevertVitessMigration, "REVERT VITESS_MIGRATION", "<string>"},
};

}  // namespace

Statement* ParseAdmin(Parser& p) {
  static const PatternTable kTable(kPatterns);
  return kTable.Parse(p, true);
}

}  // namespace keyspan::parser
