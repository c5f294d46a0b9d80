// The server itself: instance, plugins, resource groups, logs, connections; and what is created for
// all of its schemas.

#include "parser/parse_pattern.h"

namespace keyspan::parser {
namespace {

constexpr PatternPart kParts[] = {
    {"server_options",
     "OPTIONS '(' { HOST <string> | DATABASE <string> | USER <string> | PASSWORD <string> | "
     "SOCKET <string> | OWNER <string> | PORT <ulong> }, ')'"},
    {"group_options",
     "[ VCPU [ '=' ] <processors> ] [ THREAD_PRIORITY [ '=' ] [ '-' ] <number> ] "
     "[ ENABLE | DISABLE ]"},
    {"reference_attributes",
     "{ NAME <string> | DEFINITION <string> | ORGANIZATION <string> IDENTIFIED BY <realulong> | "
     "DESCRIPTION <string> }*"},
};

constexpr StatementPattern kPatterns[] = {
    {OtherKind::kCreateServer, "CREATE SERVER",
     "<text> FOREIGN DATA WRAPPER <text> %server_options"},
    {OtherKind::kAlterServer, "ALTER SERVER", "<text> %server_options"},
    {OtherKind::kDropServer, "DROP SERVER", "<ifexists> <text>"},
    {OtherKind::kCreateResourceGroup, "CREATE RESOURCE GROUP",
     "<name> TYPE [ '=' ] ( USER | SYSTEM ) %group_options"},
    {OtherKind::kAlterResourceGroup, "ALTER RESOURCE GROUP", "<name> %group_options [ FORCE ]"},
    {OtherKind::kDropResourceGroup, "DROP RESOURCE GROUP", "<name> [ FORCE ]"},
    {OtherKind::kCreateSpatialReferenceSystem, "CREATE SPATIAL REFERENCE SYSTEM",
     "<ifnotexists> <realulong> %reference_attributes"},
    {OtherKind::kCreateSpatialReferenceSystem, "CREATE OR REPLACE SPATIAL",
     "REFERENCE SYSTEM <realulong> %reference_attributes"},
    {OtherKind::kDropSpatialReferenceSystem, "DROP SPATIAL REFERENCE SYSTEM",
     "<ifexists> <realulong>"},
    {OtherKind::kCreateMaskingPolicy, "CREATE MASKING POLICY",
     "<ifnotexists> <name> '(' <ident> ')' <expr>"},
    {OtherKind::kDropMaskingPolicy, "DROP MASKING POLICY", "<ifexists> <name>"},
    {OtherKind::kAlterInstance, "ALTER INSTANCE",
     "( ROTATE <masterkey> | RELOAD ( TLS [ FOR CHANNEL <ident> ] [ NO ROLLBACK ON ERROR ] | "
     "KEYRING ) | ( ENABLE | DISABLE ) INNODB REDO_LOG )"},
    {OtherKind::kLockInstance, "LOCK INSTANCE", "FOR BACKUP"},
    {OtherKind::kUnlockInstance, "UNLOCK INSTANCE", ""},
    {OtherKind::kClone, "CLONE LOCAL", "DATA DIRECTORY [ '=' ] <string>"},
    {OtherKind::kClone, "CLONE INSTANCE",
     "FROM <user> <port> IDENTIFIED BY <string> [ DATA DIRECTORY [ '=' ] <string> ] "
     "[ REQUIRE [ NO ] SSL ]"},
    {OtherKind::kInstall, "INSTALL PLUGIN", "<name> SONAME <string>"},
    {OtherKind::kInstall, "INSTALL COMPONENT",
     "{ <string> }, [ SET { [ GLOBAL | PERSIST ] <variable> <assign> ( ON | <expr> ) }, ]"},
    {OtherKind::kUninstall, "UNINSTALL PLUGIN", "<name>"},
    {OtherKind::kUninstall, "UNINSTALL COMPONENT", "{ <string> },"},
    {OtherKind::kFlush, "FLUSH",
     "[ :NO_WRITE_TO_BINLOG | :LOCAL ] ( ( :TABLES | :TABLE ) <notables> [ :WITH READ LOCK | "
     "{ <table> }, [ :WITH READ LOCK | :FOR EXPORT ] ] | { :ERROR LOGS | :ENGINE LOGS | "
     ":GENERAL LOGS | :SLOW LOGS | :BINARY LOGS | :RELAY LOGS [ FOR CHANNEL <string> ] | :LOGS | "
     ":PRIVILEGES | :STATUS | :USER_RESOURCES | :OPTIMIZER_COSTS }, )"},
    {OtherKind::kReset, "RESET PERSIST", "[ IF EXISTS <persisted> | <persisted> ]"},
    {OtherKind::kReset, "RESET",
     "{ :REPLICA [ ALL ] [ FOR CHANNEL <string> ] | :BINARY LOGS AND GTIDS [ TO <realulong> ] },"},
    {OtherKind::kKill, "KILL", "[ :CONNECTION | :QUERY ] <value>"},
    {OtherKind::kHelp, "HELP", "<text>"},
    {OtherKind::kRestart, "RESTART", ""},
    {OtherKind::kShutdown, "SHUTDOWN", ""},
};

}  // namespace

void AddServerStatements(PatternTable* table) { table->Add(kPatterns, kParts); }

}  // namespace keyspan::parser
