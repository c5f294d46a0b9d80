// Bodies of stored programs: checked statement by statement as MySQL's grammar does, kept as text.
// What a function or a trigger may do is left to MySQL.

#include <fmt/format.h>

#include "parser/integer_text.h"
#include "parser/statements.h"
#include "parser/walker.h"

namespace keyspan::parser {
namespace {

void ParseSteps(Parser& p, bool at_least_one);

// Whether a word that could be a label begins a statement instead.
bool CanBeginStatement(Parser& p) {
  return p.AtAny({Kw::kBinlog,     Kw::kCache,    Kw::kChecksum, Kw::kClone,    Kw::kCommit,
                  Kw::kDeallocate, Kw::kDo,       Kw::kExecute,  Kw::kFlush,    Kw::kHandler,
                  Kw::kHelp,       Kw::kImport,   Kw::kInstall,  Kw::kPrepare,  Kw::kRepair,
                  Kw::kReset,      Kw::kResignal, Kw::kRestart,  Kw::kRollback, Kw::kSavepoint,
                  Kw::kShutdown,   Kw::kStart,    Kw::kStop,     Kw::kTruncate, Kw::kUninstall,
                  Kw::kUnlock,     Kw::kXa});
}

// Words that can only close or continue a block.
bool AtStepsEnd(Parser& p) {
  return p.AtKind(TokenKind::kEnd) || p.AtAny({Kw::kEnd, Kw::kElse, Kw::kElseif, Kw::kUntil}) ||
         p.At(Kw::kWhen);
}

ConditionValue ParseConditionSqlstate(Parser& p) {
  p.Expect(Kw::kSqlstate);
  p.Accept(Kw::kValue);
  return p.ParseSqlstate();
}

ConditionValue ParseConditionErrno(Parser& p) {
  ConditionValue value;
  value.kind = ConditionValue::kErrno;
  value.error = IntegerOf(p.ParseUlong()->text);
  if (value.error == 0) {
    p.Fail(1525, "HY000", "Incorrect CONDITION value: '0'");
  }
  return value;
}

void ParseHandlerCondition(Parser& p) {
  ConditionValue value;
  if (p.Accept(Kw::kNot)) {
    p.Expect(Kw::kFound);
    value.kind = ConditionValue::kNotFound;
  } else if (p.At(Kw::kSqlstate)) {
    value = ParseConditionSqlstate(p);
  } else if (p.AtNumberToken()) {
    value = ParseConditionErrno(p);
  } else if (p.Accept(Kw::kSqlwarning)) {
    value.kind = ConditionValue::kWarning;
  } else if (p.Accept(Kw::kSqlexception)) {
    value.kind = ConditionValue::kException;
  } else {
    const auto known = p.program()->Condition(p.ParseIdent());
    if (!known) {
      return;
    }
    value = *known;
  }
  p.program()->DeclareHandled(value);
}

void ParseDeclareHandler(Parser& p) {
  do {
    ParseHandlerCondition(p);
  } while (p.AcceptSymbol(','));
  p.program()->OpenHandler();
  ParseProgramStep(p);
  p.program()->CloseHandler();
}

// After the first name.
void ParseDeclareVariables(Parser& p, const Ident& first) {
  p.program()->DeclareVariable(first);
  while (p.AcceptSymbol(',')) {
    p.program()->DeclareVariable(p.ParseIdent());
  }
  p.ParseDataType();
  if (p.Accept(Kw::kCollate)) {
    p.ParseCollationName();
  }
  if (p.Accept(Kw::kDefault)) {
    p.ParseExpr();
  }
}

// After CURSOR
void ParseDeclareCursor(Parser& p, const Ident& name) {
  p.Expect(Kw::kFor);
  if (!p.AtQueryStart() && !p.AtSymbol('(')) {
    p.SyntaxError();
  }
  const Query* query = p.ParseQueryExpression(true);
  p.ThrowLater();
  if (query->into != nullptr) {
    p.Fail(1323, "42000", "Cursor SELECT must not have INTO");
  }
  p.program()->DeclareCursor(name);
}

ProgramScope::Declaration ParseDeclare(Parser& p) {
  using Declaration = ProgramScope::Declaration;
  p.Expect(Kw::kDeclare);
  if (p.AtAny({Kw::kContinue, Kw::kExit}) && p.PeekIs(Kw::kHandler)) {
    p.Advance();
    p.Advance();
    p.Expect(Kw::kFor);
    ParseDeclareHandler(p);
    return Declaration::kHandler;
  }
  const Ident name = p.ParseIdent();
  if (p.Accept(Kw::kCursor)) {
    ParseDeclareCursor(p, name);
    return Declaration::kCursor;
  }
  if (p.Accept(Kw::kCondition)) {
    p.Expect(Kw::kFor);
    p.program()->DeclareCondition(
        name, p.At(Kw::kSqlstate) ? ParseConditionSqlstate(p) : ParseConditionErrno(p));
  } else {
    ParseDeclareVariables(p, name);
  }
  return Declaration::kVariableOrCondition;
}

void ParseBlock(Parser& p) {
  p.Expect(Kw::kBegin);
  p.program()->OpenBlock();
  while (p.At(Kw::kDeclare)) {
    const ProgramScope::Declaration declaration = ParseDeclare(p);
    p.ExpectSymbol(';');
    p.program()->EndDeclaration(declaration);
  }
  ParseSteps(p, false);
  p.Expect(Kw::kEnd);
  p.program()->CloseBlock();
}

void ParseIf(Parser& p) {
  do {
    p.Advance();  // IF or ELSEIF
    p.ParseExpr();
    p.Expect(Kw::kThen);
    ParseSteps(p, true);
  } while (p.At(Kw::kElseif));
  if (p.Accept(Kw::kElse)) {
    ParseSteps(p, true);
  }
  p.Expect(Kw::kEnd);
  p.Expect(Kw::kIf);
}

void ParseCaseStep(Parser& p) {
  p.Advance();
  if (!p.At(Kw::kWhen)) {
    p.ParseExpr();
  }
  do {
    p.Expect(Kw::kWhen);
    p.ParseExpr();
    p.Expect(Kw::kThen);
    ParseSteps(p, true);
  } while (p.At(Kw::kWhen));
  if (p.Accept(Kw::kElse)) {
    ParseSteps(p, true);
  }
  p.Expect(Kw::kEnd);
  p.Expect(Kw::kCase);
}

// LOOP, WHILE, REPEAT; false when at none of them.
bool ParseLoop(Parser& p) {
  const Kw verb = p.Cur().keyword;
  switch (verb) {
    case Kw::kLoop:
      p.Advance();
      ParseSteps(p, true);
      break;
    case Kw::kWhile:
      p.Advance();
      p.ParseExpr();
      p.Expect(Kw::kDo);
      ParseSteps(p, true);
      break;
    case Kw::kRepeat:
      p.Advance();
      ParseSteps(p, true);
      p.Expect(Kw::kUntil);
      p.ParseExpr();
      break;
    default:
      return false;
  }
  p.Expect(Kw::kEnd);
  p.Expect(verb);
  return true;
}

void ParseFetch(Parser& p) {
  p.Advance();
  if (p.At(Kw::kNext) && p.PeekIs(Kw::kFrom)) {
    p.Advance();
    p.Advance();
  } else {
    p.Accept(Kw::kFrom);
  }
  const Ident cursor = p.ParseIdent();
  p.Expect(Kw::kInto);
  p.program()->UseCursor(cursor);
  do {
    p.RequireVariable(p.ParseIdent());
  } while (p.AcceptSymbol(','));
}

void ParseSteps(Parser& p, bool at_least_one) {
  if (at_least_one || !AtStepsEnd(p)) {
    do {
      ParseProgramStep(p);
      p.ExpectSymbol(';');
    } while (!AtStepsEnd(p));
  }
}

bool HasInto(const Node* query) {
  return !Walk(query, [](const Node* node) {
    return Is<IntoClause>(node) ? Visit::kStop : Visit::kContinue;
  });
}

std::string_view SessionEffectOf(Parser& p, const SetItem& item) {
  switch (item.set) {
    case SetKind::kSystemVariable: {
      const bool plain = item.scope == VariableScope::kNone && !item.at_syntax;
      const bool of_row =
          p.program()->kind() == ProgramKind::kTrigger && EqualsIgnoreCase(item.base.text, "new");
      const bool own = of_row || (item.base.empty() && p.IsVariable(item.name));
      return plain && own ? "" : "SET of system variables";
    }
    case SetKind::kUserVariable:
      return "user variables";
    case SetKind::kNames:
      return "SET NAMES";
    case SetKind::kCharacterSet:
      return "SET CHARACTER SET";
    case SetKind::kTransaction:
      return "SET TRANSACTION";
    case SetKind::kRole:
      return "SET ROLE";
    case SetKind::kResourceGroup:
      return "SET RESOURCE GROUP";
    case SetKind::kPassword:
    case SetKind::kTriggerField:
      break;
  }
  return "";
}

// What a statement leaves in the session when the program has ended. Transactions are not among it:
// whether one is left open is known only then.
void NoteSessionEffect(Parser& p, const Statement* statement) {
  const auto* create = As<CreateTable>(statement);
  if (create != nullptr && create->temporary) {
    p.program()->NoteSessionEffect("CREATE TEMPORARY TABLE");
  } else if (Is<PrepareStatement>(statement)) {
    p.program()->NoteSessionEffect("PREPARE");
  } else if (const auto* other = As<OtherStatement>(statement)) {
    const bool xa = other->other >= OtherKind::kXaStart && other->other <= OtherKind::kXaRecover;
    if (xa) p.program()->NoteSessionEffect("XA");
  } else if (const auto* set = As<Set>(statement)) {
    for (const SetItem* item : set->items) {
      p.program()->NoteSessionEffect(SessionEffectOf(p, *item));
    }
  }
}

// One that is a statement outside of programs, too.
void ParseInnerStatement(Parser& p) {
  const Statement* statement = ParseStatement(p);
  p.ThrowLater();
  NoteSessionEffect(p, statement);
  const ProgramKind program = p.program()->kind();
  if (program != ProgramKind::kFunction && program != ProgramKind::kTrigger) {
    return;
  }
  const bool query = Is<Select>(statement) || Is<SetOperation>(statement) ||
                     Is<ParenQuery>(statement) || Is<ValuesQuery>(statement) ||
                     Is<TableQuery>(statement);
  if (Is<Show>(statement) || Is<Explain>(statement) || (query && !HasInto(statement))) {
    p.Fail(1415, "0A000",
           fmt::format("Not allowed to return a result set from a {}",
                       program == ProgramKind::kFunction ? "function" : "trigger"));
  }
}

void ParseLabelled(Parser& p) {
  const Ident label = p.ParseIdent();
  p.ExpectSymbol(':');
  p.program()->OpenLabel(label, !p.At(Kw::kBegin));
  if (p.At(Kw::kBegin)) {
    ParseBlock(p);
  } else if (!ParseLoop(p)) {
    p.SyntaxError();
  }
  if (p.AtIdent()) {
    p.program()->CheckEndLabel(p.ParseIdent());
  }
  p.program()->CloseLabel();
}

}  // namespace

void ParseProgramStep(Parser& p) {
  const Parser::Nesting nesting(&p);
  if (p.AtIdent() && p.PeekIsSymbol(':')) {
    ParseLabelled(p);
    return;
  }
  switch (p.Cur().keyword) {
    case Kw::kBegin:
      ParseBlock(p);
      return;
    case Kw::kIf:
      ParseIf(p);
      return;
    case Kw::kCase:
      ParseCaseStep(p);
      return;
    case Kw::kReturn:
      p.Advance();
      p.ParseExpr();
      p.program()->Return();
      return;
    case Kw::kLeave:
      p.Advance();
      p.program()->Leave(p.ParseIdent());
      return;
    case Kw::kIterate:
      p.Advance();
      p.program()->Iterate(p.ParseIdent());
      return;
    case Kw::kOpen:
    case Kw::kClose:
      p.Advance();
      p.program()->UseCursor(p.ParseIdent());
      return;
    case Kw::kFetch:
      ParseFetch(p);
      return;
    default:
      if (ParseLoop(p)) {
        return;
      }
      if (p.AtIdent() && !p.At(Kw::kEnd) && !CanBeginStatement(p)) {
        p.Advance();
        p.SyntaxError();  // a label without its colon
      }
      ParseInnerStatement(p);
  }
}

void Parser::StartProgram(ProgramKind kind) {
  if (program_) {
    if (kind == ProgramKind::kEvent) {
      Fail(1576, "HY000", "Recursion of EVENT DDL statements is forbidden when body is present");
    }
    Fail(1303, "2F003",
         fmt::format("Can't create a {} from within another stored routine",
                     kind == ProgramKind::kProcedure  ? "PROCEDURE"
                     : kind == ProgramKind::kFunction ? "FUNCTION"
                                                      : "TRIGGER"));
  }
  program_.emplace(this, kind);
}

std::string_view Parser::EndProgram() {
  const std::string_view effect = program_->session_effect();
  program_.reset();
  return effect;
}

void Parser::RequireVariable(const Ident& name) {
  if (!IsVariable(name)) {
    Fail(1327, "42000", fmt::format("Undeclared variable: {}", name.text));
  }
}

void Parser::RequireVariableLater(const Ident& name) {
  if (!IsVariable(name)) {
    FailLater(1327, "42000", fmt::format("Undeclared variable: {}", name.text));
  }
}

// Five letters or digits, and not those of success.
ConditionValue Parser::ParseSqlstate() {
  const std::string_view text = ParseStringToken()->value;
  const bool known_letters =
      text.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string_view::npos;
  if (text.size() != 5 || !known_letters || text.starts_with("00")) {
    Fail(1407, "42000", fmt::format("Bad SQLSTATE: '{}'", text));
  }
  ConditionValue value;
  value.kind = ConditionValue::kSqlstate;
  value.sqlstate = text;
  return value;
}

}  // namespace keyspan::parser
