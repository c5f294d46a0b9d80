// Bodies of stored programs: checked statement by statement as MySQL's grammar does, kept as text.
// What MySQL checks beyond its grammar (labels, declarations, what a function may do) is left to
// it.

#include "parser/statements.h"

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

void ParseSqlstate(Parser& p) {
  p.Expect(Kw::kSqlstate);
  p.Accept(Kw::kValue);
  p.ParseStringToken();
}

void ParseHandlerCondition(Parser& p) {
  if (p.Accept(Kw::kNot)) {
    p.Expect(Kw::kFound);
  } else if (p.At(Kw::kSqlstate)) {
    ParseSqlstate(p);
  } else if (p.AtNumberToken()) {
    p.ParseUlong();
  } else if (!p.Accept(Kw::kSqlwarning) && !p.Accept(Kw::kSqlexception)) {
    p.ParseIdent();
  }
}

void ParseDeclareVariables(Parser& p) {
  while (p.AcceptSymbol(',')) {
    p.ParseIdent();
  }
  p.ParseDataType();
  if (p.Accept(Kw::kCollate)) {
    p.ParseCollationName();
  }
  if (p.Accept(Kw::kDefault)) {
    p.ParseExpr();
  }
}

void ParseDeclare(Parser& p) {
  p.Expect(Kw::kDeclare);
  if (p.AtAny({Kw::kContinue, Kw::kExit}) && p.PeekIs(Kw::kHandler)) {
    p.Advance();
    p.Advance();
    p.Expect(Kw::kFor);
    do {
      ParseHandlerCondition(p);
    } while (p.AcceptSymbol(','));
    ParseProgramStep(p);
    return;
  }
  p.ParseIdent();
  if (p.Accept(Kw::kCondition)) {
    p.Expect(Kw::kFor);
    if (p.At(Kw::kSqlstate)) {
      ParseSqlstate(p);
    } else {
      p.ParseUlong();
    }
  } else if (p.Accept(Kw::kCursor)) {
    p.Expect(Kw::kFor);
    if (!p.AtQueryStart() && !p.AtSymbol('(')) {
      p.SyntaxError();
    }
    p.ParseQueryExpression(true);
  } else {
    ParseDeclareVariables(p);
  }
}

void ParseBlock(Parser& p) {
  p.Expect(Kw::kBegin);
  while (p.At(Kw::kDeclare)) {
    ParseDeclare(p);
    p.ExpectSymbol(';');
  }
  ParseSteps(p, false);
  p.Expect(Kw::kEnd);
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
  p.ParseIdent();
  p.Expect(Kw::kInto);
  p.ParseIdentList();
}

void ParseSteps(Parser& p, bool at_least_one) {
  if (at_least_one || !AtStepsEnd(p)) {
    do {
      ParseProgramStep(p);
      p.ExpectSymbol(';');
    } while (!AtStepsEnd(p));
  }
}

void ParseLabelled(Parser& p) {
  p.ParseIdent();
  p.ExpectSymbol(':');
  if (p.At(Kw::kBegin)) {
    ParseBlock(p);
  } else if (!ParseLoop(p)) {
    p.SyntaxError();
  }
  if (p.AtIdent()) {
    p.ParseIdent();
  }
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
      return;
    case Kw::kLeave:
    case Kw::kIterate:
    case Kw::kOpen:
    case Kw::kClose:
      p.Advance();
      p.ParseIdent();
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
      ParseStatement(p);
  }
}

}  // namespace keyspan::parser
