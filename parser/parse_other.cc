// Statements that become an OtherStatement: checked, and kept as text.

#include "parser/parse_pattern.h"

namespace keyspan::parser {

Statement* ParseOther(Parser& p) {
  static const PatternTable kTable = [] {
    PatternTable table;
    AddTableAdminStatements(&table);
    AddXaStatements(&table);
    AddDiagnosticsStatements(&table);
    AddProgramStatements(&table);
    AddAccountStatements(&table);
    AddTablespaceStatements(&table);
    AddServerStatements(&table);
    AddReplicationStatements(&table);
    AddOwnStatements(&table);
    return table;
  }();
  const bool definer = p.PeekIs(Kw::kDefiner) && p.AtAny({Kw::kCreate, Kw::kAlter});
  return definer ? ParseWithDefiner(p, p.At(Kw::kAlter)) : kTable.Parse(p, true);
}

}  // namespace keyspan::parser
