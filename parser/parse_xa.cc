// Distributed transactions.

#include "parser/parse_pattern.h"

namespace keyspan::parser {
namespace {

constexpr StatementPattern kPatterns[] = {
    {OtherKind::kXaStart, "XA START", "<xid> [ JOIN | RESUME ]"},
    {OtherKind::kXaStart, "XA BEGIN", "<xid> [ JOIN | RESUME ]"},
    {OtherKind::kXaEnd, "XA END", "<xid> [ SUSPEND [ FOR MIGRATE ] ]"},
    {OtherKind::kXaPrepare, "XA PREPARE", "<xid>"},
    {OtherKind::kXaCommit, "XA COMMIT", "<xid> [ :ONE PHASE ]"},
    {OtherKind::kXaRollback, "XA ROLLBACK", "<xid>"},
    {OtherKind::kXaRecover, "XA RECOVER", "[ CONVERT XID ]"},
};

}  // namespace

void AddXaStatements(PatternTable* table) { table->Add(kPatterns); }

}  // namespace keyspan::parser
