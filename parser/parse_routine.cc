// Parameters, characteristics and bodies of stored routines.

#include "parser/statements.h"

namespace keyspan::parser {
namespace {

// USING (library [AS alias], ...)
void ParseLibraries(Parser& p) {
  p.ExpectSymbol('(');
  do {
    p.ParseTableName();
    if (p.Accept(Kw::kAs)) {
      p.ParseIdent();
    }
  } while (p.AcceptSymbol(','));
  p.ExpectSymbol(')');
}

// One characteristic; false when there is none. Sets `foreign` by LANGUAGE.
bool ParseCharacteristic(Parser& p, bool* foreign) {
  switch (p.Cur().keyword) {
    case Kw::kComment:
      p.Advance();
      p.ParseStringToken();
      return true;
    case Kw::kLanguage:
      p.Advance();
      *foreign = !p.Accept(Kw::kSql);
      if (*foreign) {
        p.ParseIdent();
      }
      return true;
    case Kw::kNo:
    case Kw::kContains:
      p.Advance();
      p.Expect(Kw::kSql);
      return true;
    case Kw::kReads:
    case Kw::kModifies:
      p.Advance();
      p.Expect(Kw::kSql);
      p.Expect(Kw::kData);
      return true;
    case Kw::kSql:
      p.Advance();
      p.Expect(Kw::kSecurity);
      if (!p.Accept(Kw::kDefiner)) {
        p.Expect(Kw::kInvoker);
      }
      return true;
    case Kw::kNot:
      p.Advance();
      p.Expect(Kw::kDeterministic);
      return true;
    case Kw::kDeterministic:
      p.Advance();
      return true;
    case Kw::kUsing:
      p.Advance();
      ParseLibraries(p);
      return true;
    default:
      return false;
  }
}

}  // namespace

void ParseRoutineParams(Parser& p, bool function) {
  p.StartProgram(function ? ProgramKind::kFunction : ProgramKind::kProcedure);
  p.ExpectSymbol('(');
  if (p.AcceptSymbol(')')) {
    return;
  }
  do {
    if (!function && !p.Accept(Kw::kIn) && !p.Accept(Kw::kOut)) {
      p.Accept(Kw::kInout);
    }
    const Ident name = p.ParseIdent();
    p.ParseDataType();
    if (p.Accept(Kw::kCollate)) {
      p.ParseCollationName();
    }
    p.program()->DeclareParameter(name);
  } while (p.AcceptSymbol(','));
  p.ExpectSymbol(')');
}

std::string_view ParseRoutineBody(Parser& p, const TableName& name) {
  bool foreign = false;
  while (ParseCharacteristic(p, &foreign)) {
  }
  if (p.Accept(Kw::kAs)) {
    if (!foreign || (!p.AtKind(TokenKind::kString) && !p.AtKind(TokenKind::kDollarString))) {
      p.SyntaxError();
    }
    p.Advance();
    return p.EndProgram();
  }
  ParseProgramStep(p);
  if (foreign) {
    p.SyntaxError();
  }
  if (p.program()->kind() == ProgramKind::kFunction) {
    p.program()->CheckReturned(name);
  }
  return p.EndProgram();
}

}  // namespace keyspan::parser
