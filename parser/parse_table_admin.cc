// Maintenance of tables, their key caches and their locks.

#include "parser/parse_pattern.h"

namespace keyspan::parser {
namespace {

constexpr PatternPart kParts[] = {
    {"partition", "PARTITION '(' ( ALL | { <ident> }, ) ')'"},
    {"keys", "[ ( INDEX | KEY ) '(' [ { <ident> | PRIMARY }, ] ')' ]"},
    {"locks", "{ <table> [ AS <ident> | <ident> ] ( :READ [ LOCAL ] | :WRITE ) },"},
    {"unlogged", "[ NO_WRITE_TO_BINLOG | LOCAL ]"},
    {"tables", "( TABLE | TABLES ) { <table> },"},
};

constexpr StatementPattern kPatterns[] = {
    {OtherKind::kLockTables, "LOCK TABLES", "%locks"},
    {OtherKind::kLockTables, "LOCK TABLE", "%locks"},
    {OtherKind::kUnlockTables, "UNLOCK TABLES", ""},
    {OtherKind::kUnlockTables, "UNLOCK TABLE", ""},
    {OtherKind::kAnalyzeTable, "ANALYZE",
     "%unlogged %tables [ :UPDATE HISTOGRAM ON { <ident> }, [ WITH <number> BUCKETS "
     "[ ( AUTO | MANUAL ) UPDATE ] | USING DATA <string> | ( AUTO | MANUAL ) UPDATE ] | "
     ":DROP HISTOGRAM ON { <ident> }, ]"},
    {OtherKind::kCheckTable, "CHECK",
     "%tables { FOR UPGRADE | QUICK | FAST | MEDIUM | EXTENDED | CHANGED }*"},
    {OtherKind::kOptimizeTable, "OPTIMIZE", "%unlogged %tables"},
    {OtherKind::kRepairTable, "REPAIR", "%unlogged %tables { QUICK | EXTENDED | USE_FRM }*"},
    {OtherKind::kChecksumTable, "CHECKSUM", "%tables [ QUICK | EXTENDED ]"},
    {OtherKind::kCacheIndex, "CACHE INDEX",
     "<table> ( %partition %keys | <otherwise> %keys { ',' <table> %keys }* ) "
     "IN ( DEFAULT | <ident> )"},
    {OtherKind::kLoadIndex, "LOAD INDEX",
     "INTO CACHE <table> ( %partition %keys [ IGNORE LEAVES ] | "
     "<otherwise> %keys [ IGNORE LEAVES ] { ',' <table> %keys [ IGNORE LEAVES ] }* )"},
    {OtherKind::kImportTable, "IMPORT", "TABLE FROM { <string> },"},
};

}  // namespace

void AddTableAdminStatements(PatternTable* table) { table->Add(kPatterns, kParts); }

}  // namespace keyspan::parser
