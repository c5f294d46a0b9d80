// Users, roles and their rights.

#include "parser/parse_pattern.h"

namespace keyspan::parser {
namespace {

constexpr PatternPart kParts[] = {
    {"by", "BY ( RANDOM PASSWORD | <string> )"},
    {"identified", "IDENTIFIED ( %by | WITH <text> [ %by | AS <hexstring> ] )"},
    {"more_factors", "[ AND %identified [ AND %identified ] ]"},
    {"tls", "( SUBJECT | ISSUER | CIPHER ) <string>"},
    {"password_option",
     "EXPIRE [ INTERVAL <realulong> DAY | NEVER | DEFAULT ] | HISTORY ( DEFAULT | <realulong> ) | "
     "REUSE INTERVAL ( DEFAULT | <realulong> DAY ) | REQUIRE CURRENT [ DEFAULT | OPTIONAL ]"},
    {"options",
     "[ REQUIRE ( NONE | SSL | X509 | %tls { [ AND ] %tls }* ) ] "
     "[ WITH { ( MAX_QUERIES_PER_HOUR | MAX_UPDATES_PER_HOUR | MAX_CONNECTIONS_PER_HOUR | "
     "MAX_USER_CONNECTIONS ) <ulong> }+ ] "
     "{ ACCOUNT ( LOCK | UNLOCK ) | PASSWORD ( %password_option ) | "
     "FAILED_LOGIN_ATTEMPTS <realulong> | PASSWORD_LOCK_TIME ( UNBOUNDED | <realulong> ) }* "
     "[ COMMENT <string> | ATTRIBUTE <string> ]"},
    {"keep_password", "[ REPLACE <string> ] [ RETAIN CURRENT PASSWORD ]"},
    {"registration",
     "<number> FACTOR ( INITIATE REGISTRATION | UNREGISTER | FINISH REGISTRATION SET "
     "CHALLENGE_RESPONSE AS <hexstring> )"},
    {"alter_account",
     "[ IDENTIFIED ( %by %keep_password | WITH <text> [ %by %keep_password | "
     "AS <hexstring> [ RETAIN CURRENT PASSWORD ] ] ) | DISCARD OLD PASSWORD | "
     "ADD <number> FACTOR %identified [ ADD <number> FACTOR %identified ] | "
     "MODIFY <number> FACTOR %identified [ MODIFY <number> FACTOR %identified ] | "
     "DROP <number> FACTOR [ DROP <number> FACTOR ] ]"},
    {"object", "[ TABLE | FUNCTION | PROCEDURE | LIBRARY ] <object>"},
    {"grant_on",
     "%object TO { <user> }, [ WITH GRANT OPTION ] [ AS <user> [ WITH ROLE ( "
     "ALL [ EXCEPT { <role> }, ] | NONE | DEFAULT | { <role> }, ) ] ]"},
    {"revoke_on", "%object FROM { <user> },"},
};

constexpr StatementPattern kPatterns[] = {
    {OtherKind::kCreateUser, "CREATE USER",
     "<ifnotexists> { <user> [ IDENTIFIED ( %by %more_factors | WITH <text> [ "
     "INITIAL AUTHENTICATION IDENTIFIED ( %by | WITH <text> AS <hexstring> ) | "
     "[ %by | AS <hexstring> ] %more_factors ] ) | AND %identified ] }, "
     "[ DEFAULT ROLE { <role> }, ] %options"},
    {OtherKind::kCreateRole, "CREATE ROLE", "<ifnotexists> { <role> },"},
    {OtherKind::kAlterUser, "ALTER USER",
     "<ifexists> ( <userfunction> ( DISCARD OLD PASSWORD | IDENTIFIED %by %keep_password | "
     "%registration ) | <user> [ DEFAULT ROLE ( ALL | NONE | { <role> }, ) <end> | "
     "%registration <end> ] %alter_account [ ',' { <user> %alter_account }, ] %options )"},
    {OtherKind::kRenameUser, "RENAME USER", "{ <user> TO <user> },"},
    {OtherKind::kDropUser, "DROP USER", "<ifexists> { <user> },"},
    {OtherKind::kDropRole, "DROP ROLE", "<ifexists> { <role> },"},
    {OtherKind::kGrant, "GRANT",
     "( ALL [ PRIVILEGES ] ON %grant_on | PROXY ON <user> TO { <user> }, [ WITH GRANT OPTION ] | "
     "<privs> ( ON %grant_on | TO { <user> }, [ WITH ADMIN OPTION ] ) )"},
    {OtherKind::kRevoke, "REVOKE",
     "<ifexists> ( ALL [ PRIVILEGES ] ( ON %revoke_on | ',' GRANT OPTION FROM { <user> }, ) | "
     "PROXY ON <user> FROM { <user> }, | <privs> ( ON %revoke_on | FROM { <user> }, ) ) "
     "[ IGNORE UNKNOWN USER ]"},
};

}  // namespace

void AddAccountStatements(PatternTable* table) { table->Add(kPatterns, kParts); }

}  // namespace keyspan::parser
