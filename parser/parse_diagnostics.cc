// SIGNAL, RESIGNAL, GET DIAGNOSTICS.

#include "parser/parse_pattern.h"

namespace keyspan::parser {
namespace {

constexpr PatternPart kParts[] = {
    {"item",
     "( CLASS_ORIGIN | SUBCLASS_ORIGIN | CONSTRAINT_CATALOG | CONSTRAINT_SCHEMA | "
     "CONSTRAINT_NAME | CATALOG_NAME | SCHEMA_NAME | TABLE_NAME | COLUMN_NAME | CURSOR_NAME | "
     "MESSAGE_TEXT | MYSQL_ERRNO )"},
    {"condition", "SQLSTATE [ VALUE ] <sqlstate> | <condition>"},
    {"set_items", "[ SET { %item '=' <simple> }, ]"},
    {"target", "( <var> | <programvar> )"},
};

constexpr StatementPattern kPatterns[] = {
    {OtherKind::kSignal, "SIGNAL", "( %condition ) %set_items"},
    {OtherKind::kResignal, "RESIGNAL", "[ %condition ] %set_items"},
    {OtherKind::kGetDiagnostics, "GET",
     "[ CURRENT | STACKED ] DIAGNOSTICS ( CONDITION <simple> { %target '=' ( RETURNED_SQLSTATE | "
     "%item ) }, | { %target '=' ( NUMBER | ROW_COUNT ) }, )"},
};

}  // namespace

void AddDiagnosticsStatements(PatternTable* table) { table->Add(kPatterns, kParts); }

}  // namespace keyspan::parser
