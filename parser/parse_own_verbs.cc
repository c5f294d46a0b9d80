// Statements that MySQL has not: vschema and online schema changes.

#include "parser/parse_pattern.h"

namespace keyspan::parser {
namespace {

constexpr PatternPart kParts[] = {
    {"vindex_options", "[ USING <ident> ] [ WITH { <word> '=' ( <ident> | <literal> ) }, ]"},
};

constexpr StatementPattern kPatterns[] = {
    {OtherKind::kAlterVitessMigration, "ALTER VITESS_MIGRATION",
     "[ <string> ] ( :CANCEL | :RETRY | :LAUNCH | :COMPLETE | :CLEANUP | :THROTTLE | "
     ":UNTHROTTLE | :POSTPONE | :FORCE_CUTOVER | :CUTOVER_THRESHOLD ) <rest>"},
    {OtherKind::kRevertVitessMigration, "REVERT VITESS_MIGRATION", "<string>"},
    {OtherKind::kAlterVschema, "ALTER VSCHEMA",
     "( :ADD ( :TABLE | :SEQUENCE ) <table> | :DROP ( :TABLE | :SEQUENCE | :VINDEX ) <table> | "
     ":CREATE :VINDEX <table> %vindex_options | :ON <table> ( "
     ":ADD ( :VINDEX <table> '(' { <name> }, ')' %vindex_options | "
     ":AUTO_INCREMENT <name> USING <table> ) | :DROP ( :VINDEX <table> | :AUTO_INCREMENT ) ) )"},
};

}  // namespace

void AddOwnStatements(PatternTable* table) { table->Add(kPatterns, kParts); }

}  // namespace keyspan::parser
