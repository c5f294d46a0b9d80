// Which family a statement belongs to.

#include "parser/statements.h"

namespace keyspan::parser {
namespace {

Statement* ParseWithStatement(Parser& p) {
  // WITH begins a SELECT, UPDATE or DELETE, or a query in parentheses.
  const uint32_t begin = p.Cur().begin;
  WithClause* with = p.ParseWith();
  if (p.At(Kw::kUpdate)) {
    return ParseUpdate(p, with, begin);
  }
  if (p.At(Kw::kDelete)) {
    return ParseDelete(p, with, begin);
  }
  return p.ParseQueryAfterWith(with, begin);
}

}  // namespace

Statement* ParseStatement(Parser& p) {
  switch (p.Cur().keyword) {
    case Kw::kSelect:
    case Kw::kValues:
    case Kw::kTable:
      return p.ParseQueryExpression(true);
    case Kw::kWith:
      return ParseWithStatement(p);
    case Kw::kInsert:
    case Kw::kReplace:
      return ParseInsert(p);
    case Kw::kUpdate:
      return ParseUpdate(p, nullptr, p.Cur().begin);
    case Kw::kDelete:
      return ParseDelete(p, nullptr, p.Cur().begin);
    case Kw::kCall:
      return ParseCall(p);
    case Kw::kDo:
      return ParseDo(p);
    case Kw::kHandler:
      return ParseHandler(p);
    case Kw::kSet:
      return ParseSet(p);
    case Kw::kShow:
      return ParseShow(p);
    case Kw::kUse:
      return ParseUse(p);
    case Kw::kBegin:
    case Kw::kCommit:
    case Kw::kRollback:
    case Kw::kSavepoint:
    case Kw::kRelease:
      return ParseTransaction(p);
    case Kw::kStart:
      if (p.PeekIs(Kw::kTransaction)) {
        return ParseTransaction(p);
      }
      break;
    case Kw::kExplain:
    case Kw::kDescribe:
    case Kw::kDesc:
      return ParseExplain(p);
    case Kw::kPrepare:
    case Kw::kExecute:
    case Kw::kDeallocate:
      return ParsePrepare(p);
    case Kw::kLoad:
      if (!p.PeekIs(Kw::kIndex)) {
        return ParseLoad(p);
      }
      break;
    case Kw::kCreate:
      return ParseCreate(p);
    case Kw::kAlter:
      return ParseAlter(p);
    case Kw::kDrop:
      return ParseDrop(p);
    case Kw::kRename:
      return ParseRename(p);
    case Kw::kTruncate:
      return ParseTruncate(p);
    default:
      if (p.AtSymbol('(')) {
        return p.ParseQueryExpression(true);
      }
      if (p.AtWord("VEXPLAIN")) {
        return ParseVexplain(p);
      }
      break;
  }
  if (Statement* statement = ParseOther(p)) {
    return statement;
  }
  p.SyntaxError();
}

}  // namespace keyspan::parser
