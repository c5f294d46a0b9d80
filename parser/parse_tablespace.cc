// Tablespaces and logfile groups.

#include "parser/parse_pattern.h"

namespace keyspan::parser {
namespace {

constexpr PatternPart kParts[] = {
    {"size", "( INITIAL_SIZE | AUTOEXTEND_SIZE | MAX_SIZE ) [ '=' ] <size>"},
    {"engine", "[ STORAGE ] ENGINE [ '=' ] <text>"},
    {"engine_or_wait", "%engine | WAIT | NO_WAIT"},
    {"nodegroup_or_comment", "NODEGROUP [ '=' ] <realulong> | COMMENT [ '=' ] <string>"},
    {"attribute", "ENCRYPTION [ '=' ] <string> | ENGINE_ATTRIBUTE [ '=' ] <string>"},
};

constexpr StatementPattern kPatterns[] = {
    {OtherKind::kCreateTablespace, "CREATE TABLESPACE",
     "<name> [ ADD DATAFILE <string> ] [ USE LOGFILE GROUP <ident> ] { %size | ( EXTENT_SIZE | "
     "FILE_BLOCK_SIZE ) [ '=' ] <size> | %nodegroup_or_comment | %engine_or_wait | %attribute }~"},
    {OtherKind::kCreateTablespace, "CREATE UNDO TABLESPACE",
     "<name> ADD DATAFILE <string> { %engine }~"},
    {OtherKind::kCreateLogfileGroup, "CREATE LOGFILE GROUP",
     "<name> ADD UNDOFILE <string> { ( INITIAL_SIZE | UNDO_BUFFER_SIZE | REDO_BUFFER_SIZE ) "
     "[ '=' ] <size> | %nodegroup_or_comment | %engine_or_wait }~"},
    {OtherKind::kAlterTablespace, "ALTER TABLESPACE",
     "<name> <more> [ ADD DATAFILE <string> { %size | %engine_or_wait }~ | "
     "DROP DATAFILE <string> { %size | %engine_or_wait }~ | RENAME TO <ident> | "
     "{ %size | %engine_or_wait | %attribute }~ ]"},
    {OtherKind::kAlterTablespace, "ALTER UNDO TABLESPACE",
     "<name> SET ( ACTIVE | INACTIVE ) { %engine }~"},
    {OtherKind::kAlterLogfileGroup, "ALTER LOGFILE GROUP",
     "<name> ADD UNDOFILE <string> { INITIAL_SIZE [ '=' ] <size> | %engine_or_wait }~"},
    {OtherKind::kDropTablespace, "DROP TABLESPACE", "<name> { %engine_or_wait }~"},
    {OtherKind::kDropTablespace, "DROP UNDO TABLESPACE", "<name> { %engine }~"},
    {OtherKind::kDropLogfileGroup, "DROP LOGFILE GROUP", "<name> { %engine_or_wait }~"},
};

}  // namespace

void AddTablespaceStatements(PatternTable* table) { table->Add(kPatterns, kParts); }

}  // namespace keyspan::parser
