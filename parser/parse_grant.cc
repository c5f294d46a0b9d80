// The privileges and roles of GRANT and REVOKE.

#include "parser/statements.h"

namespace keyspan::parser {
namespace {

struct Privilege {
  Kw first;
  Kw second = Kw::kNotKeyword;
  Kw third = Kw::kNotKeyword;
};

// Those of several words come before the one that is their first word.
constexpr Privilege kPrivileges[] = {
    {Kw::kCreate, Kw::kTemporary, Kw::kTables},
    {Kw::kCreate, Kw::kView},
    {Kw::kCreate, Kw::kRoutine},
    {Kw::kCreate, Kw::kUser},
    {Kw::kCreate, Kw::kTablespace},
    {Kw::kCreate, Kw::kRole},
    {Kw::kCreate},
    {Kw::kAlter, Kw::kRoutine},
    {Kw::kAlter},
    {Kw::kDrop, Kw::kRole},
    {Kw::kDrop},
    {Kw::kGrant, Kw::kOption},
    {Kw::kShow, Kw::kDatabases},
    {Kw::kShow, Kw::kView},
    {Kw::kLock, Kw::kTables},
    {Kw::kReplication, Kw::kSlave},
    {Kw::kReplication, Kw::kClient},
    {Kw::kDelete},
    {Kw::kUsage},
    {Kw::kIndex},
    {Kw::kExecute},
    {Kw::kReload},
    {Kw::kShutdown},
    {Kw::kProcess},
    {Kw::kFile},
    {Kw::kSuper},
    {Kw::kEvent},
    {Kw::kTrigger},
};

void ParseOptionalColumns(Parser& p) {
  if (p.AtSymbol('(')) {
    p.ParseParenIdentList();
  }
}

// One of MySQL's own privileges; false when the statement is at none.
bool ParseStaticPrivilege(Parser& p) {
  if (p.AtAny({Kw::kSelect, Kw::kInsert, Kw::kUpdate, Kw::kReferences})) {
    p.Advance();
    ParseOptionalColumns(p);
    return true;
  }
  bool began = false;
  for (const Privilege& privilege : kPrivileges) {
    if (!p.At(privilege.first)) {
      continue;
    }
    began = true;
    if (privilege.second != Kw::kNotKeyword && !p.PeekIs(privilege.second)) {
      continue;
    }
    p.Advance();
    if (privilege.second != Kw::kNotKeyword) {
      p.Advance();
    }
    if (privilege.third != Kw::kNotKeyword) {
      p.Expect(privilege.third);
    }
    return true;
  }
  if (began) {
    p.Advance();
    p.SyntaxError();
  }
  return false;
}

}  // namespace

bool Parser::AtRole() const {
  return AtIdentOrText() && !AtAny({Kw::kExecute, Kw::kRestart, Kw::kShutdown, Kw::kEvent,
                                    Kw::kFile, Kw::kNone, Kw::kProcess, Kw::kProxy, Kw::kReload,
                                    Kw::kReplication, Kw::kResource, Kw::kSuper});
}

TableName* Parser::ParseRole() {
  if (!AtRole()) {
    SyntaxError();
  }
  return ParseUser();
}

void ParsePrivileges(Parser& p) {
  // A list is of privileges or of roles: known by the word behind it.
  const Token none;
  Token privilege = none;
  Token role_at_host = none;
  do {
    const Token begin = p.Cur();
    if (ParseStaticPrivilege(p)) {
      privilege = privilege.kind == TokenKind::kEnd ? begin : privilege;
      continue;
    }
    const bool at_host = p.PeekIsSymbol('@');
    p.ParseRole();
    if (at_host) {
      role_at_host = role_at_host.kind == TokenKind::kEnd ? begin : role_at_host;
    } else {
      ParseOptionalColumns(p);
    }
  } while (p.AcceptSymbol(','));
  if (p.At(Kw::kOn) && role_at_host.kind != TokenKind::kEnd) {
    p.SyntaxErrorBecause("Illegal privilege identifier", role_at_host);
  }
  if (p.AtAny({Kw::kTo, Kw::kFrom}) && privilege.kind != TokenKind::kEnd) {
    p.SyntaxErrorBecause("Illegal authorization identifier", privilege);
  }
}

}  // namespace keyspan::parser
