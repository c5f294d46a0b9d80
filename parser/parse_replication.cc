// Replication and its logs.

#include "parser/parse_pattern.h"

namespace keyspan::parser {
namespace {

constexpr PatternPart kParts[] = {
    {"log_place",
     "( SOURCE_LOG_FILE | RELAY_LOG_FILE ) '=' <string> | SOURCE_LOG_POS '=' <ulonglong> | "
     "RELAY_LOG_POS '=' <ulong>"},
    {"threads", "[ { SQL_THREAD | IO_THREAD | RELAY_THREAD }, ]"},
    {"channel", "[ FOR CHANNEL <string> ]"},
    {"source_text",
     "SOURCE_HOST | SOURCE_BIND | SOURCE_USER | SOURCE_PASSWORD | NETWORK_NAMESPACE | "
     "SOURCE_LOG_FILE | RELAY_LOG_FILE | SOURCE_COMPRESSION_ALGORITHMS | SOURCE_SSL_CA | "
     "SOURCE_SSL_CAPATH | SOURCE_SSL_CERT | SOURCE_SSL_CRL | SOURCE_SSL_CRLPATH | "
     "SOURCE_SSL_KEY | SOURCE_SSL_CIPHER | SOURCE_TLS_VERSION | SOURCE_PUBLIC_KEY_PATH"},
    {"source_number",
     "SOURCE_PORT | SOURCE_CONNECT_RETRY | SOURCE_RETRY_COUNT | SOURCE_DELAY | SOURCE_SSL | "
     "SOURCE_SSL_VERIFY_SERVER_CERT | GET_SOURCE_PUBLIC_KEY | SOURCE_ZSTD_COMPRESSION_LEVEL | "
     "SOURCE_AUTO_POSITION | REQUIRE_ROW_FORMAT | RELAY_LOG_POS"},
};

constexpr StatementPattern kPatterns[] = {
    {OtherKind::kChangeReplicationFilter, "CHANGE REPLICATION FILTER",
     "{ ( REPLICATE_DO_DB | REPLICATE_IGNORE_DB ) '=' '(' [ { <ident> }, ] ')' | "
     "( REPLICATE_DO_TABLE | REPLICATE_IGNORE_TABLE ) '=' '(' [ { <ident> '.' <ident> }, ] ')' | "
     "( REPLICATE_WILD_DO_TABLE | REPLICATE_WILD_IGNORE_TABLE ) '=' '(' [ { <string> }, ] ')' | "
     "REPLICATE_REWRITE_DB '=' '(' [ { '(' <ident> ',' <ident> ')' }, ] ')' }, %channel"},
    {OtherKind::kChangeReplicationSource, "CHANGE REPLICATION SOURCE",
     "TO { ( %source_text ) '=' <string> | ( %source_number ) '=' <ulong> | "
     "SOURCE_LOG_POS '=' <ulonglong> | SOURCE_HEARTBEAT_PERIOD '=' <ulonglong> | "
     "SOURCE_CONNECTION_AUTO_FAILOVER '=' <failoverflag> | GTID_ONLY '=' <gtidflag> | "
     "SOURCE_TLS_CIPHERSUITES '=' ( <string> | NULL ) | "
     "PRIVILEGE_CHECKS_USER '=' ( NULL | <user> ) | "
     "REQUIRE_TABLE_PRIMARY_KEY_CHECK '=' ( STREAM | ON | OFF | GENERATE ) | "
     "ASSIGN_GTIDS_TO_ANONYMOUS_TRANSACTIONS '=' ( OFF | LOCAL | <string> ) | "
     "IGNORE_SERVER_IDS '=' '(' [ { <ulong> }, ] ')' }, %channel"},
    {OtherKind::kStartGroupReplication, "START GROUP_REPLICATION",
     "[ { USER '=' <string> | PASSWORD '=' <string> | DEFAULT_AUTH '=' <string> }, ]"},
    {OtherKind::kStopGroupReplication, "STOP GROUP_REPLICATION", ""},
    {OtherKind::kStartReplica, "START REPLICA",
     "%threads [ UNTIL ( SQL_BEFORE_GTIDS '=' <string> | SQL_AFTER_GTIDS '=' <string> | "
     "SQL_AFTER_MTS_GAPS | %log_place ) { ',' ( %log_place ) }* ] [ USER '=' <string> ] "
     "[ PASSWORD '=' <string> ] [ DEFAULT_AUTH '=' <string> ] [ PLUGIN_DIR '=' <string> ] "
     "%channel"},
    {OtherKind::kStopReplica, "STOP REPLICA", "%threads %channel"},
    {OtherKind::kPurgeBinaryLogs, "PURGE BINARY", "LOGS ( TO <string> | BEFORE <expr> )"},
    {OtherKind::kBinlog, "BINLOG", "<string>"},
};

}  // namespace

void AddReplicationStatements(PatternTable* table) { table->Add(kPatterns, kParts); }

}  // namespace keyspan::parser
