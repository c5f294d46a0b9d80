// SET in all its forms.

#include "parser/statements.h"

namespace keyspan::parser {
namespace {

VariableScope AcceptScope(Parser& p) {
  struct {
    Kw keyword;
    VariableScope scope;
  } constexpr kScopes[] = {{Kw::kGlobal, VariableScope::kGlobal},
                           {Kw::kSession, VariableScope::kSession},
                           {Kw::kLocal, VariableScope::kLocal},
                           {Kw::kPersist, VariableScope::kPersist},
                           {Kw::kPersistOnly, VariableScope::kPersistOnly}};
  for (const auto& entry : kScopes) {
    if (p.At(entry.keyword)) {
      p.Advance();
      return entry.scope;
    }
  }
  return VariableScope::kNone;
}

bool AtEqual(Parser& p) { return p.AtSymbol('=') || p.AtKind(TokenKind::kAssign); }
bool PeekEqual(Parser& p) {
  return p.PeekIsSymbol('=') || p.Peek().kind == TokenKind::kAssign || p.PeekIsSymbol('.');
}

void ExpectEqual(Parser& p) {
  if (!AtEqual(p)) {
    p.SyntaxError();
  }
  p.Advance();
}

// An expression, DEFAULT, or a reserved word that stands for itself.
Expr* ParseSetValue(Parser& p) {
  if (p.AtAny({Kw::kOn, Kw::kAll, Kw::kRow, Kw::kSystem}) ||
      (p.At(Kw::kBinary) &&
       (p.Peek().kind == TokenKind::kEnd || p.PeekIsSymbol(',') || p.PeekIsSymbol(';')))) {
    if (!p.At(Kw::kRow) || !p.PeekIsSymbol('(')) {
      auto* word = p.New<ColumnRef>(p.Cur().begin);
      word->column.begin = p.Cur().begin;
      word->column.text = KeywordText(p.Advance().keyword);
      return p.Finish(word);
    }
  }
  return p.ParseExprOrDefault();
}

void ParseIsolation(Parser& p, SetItem* item) {
  p.Expect(Kw::kIsolation);
  p.Expect(Kw::kLevel);
  if (p.Accept(Kw::kRead)) {
    item->isolation =
        p.Accept(Kw::kCommitted) ? Isolation::kReadCommitted : Isolation::kReadUncommitted;
    if (item->isolation == Isolation::kReadUncommitted) {
      p.Expect(Kw::kUncommitted);
    }
  } else if (p.Accept(Kw::kRepeatable)) {
    p.Expect(Kw::kRead);
    item->isolation = Isolation::kRepeatableRead;
  } else {
    p.Expect(Kw::kSerializable);
    item->isolation = Isolation::kSerializable;
  }
}

void ParseAccess(Parser& p, SetItem* item) {
  p.Expect(Kw::kRead);
  item->access = p.Accept(Kw::kOnly) ? AccessMode::kReadOnly : AccessMode::kReadWrite;
  if (item->access == AccessMode::kReadWrite) {
    p.Expect(Kw::kWrite);
  }
}

// After TRANSACTION.
void ParseCharacteristics(Parser& p, SetItem* item) {
  item->set = SetKind::kTransaction;
  if (p.At(Kw::kRead)) {
    ParseAccess(p, item);
    if (p.AcceptSymbol(',')) {
      ParseIsolation(p, item);
    }
  } else {
    ParseIsolation(p, item);
    if (p.AcceptSymbol(',')) {
      ParseAccess(p, item);
    }
  }
}

void ParseRoleList(Parser& p) {
  do {
    p.ParseRole();
  } while (p.AcceptSymbol(','));
}

// PASSWORD, ROLE, DEFAULT ROLE, RESOURCE GROUP; false if it is none of them.
bool ParseTextForms(Parser& p, SetItem* item) {
  const uint32_t begin = p.Cur().begin;
  if (p.At(Kw::kPassword) && !p.PeekIsSymbol('.')) {
    p.Advance();
    item->set = SetKind::kPassword;
    if (p.Accept(Kw::kFor)) {
      p.ParseUser();
    }
    if (p.Accept(Kw::kTo)) {
      p.Expect(Kw::kRandom);
    } else {
      ExpectEqual(p);
      p.ParseTextString();
    }
    if (p.Accept(Kw::kReplace)) {
      p.ParseTextString();
    }
    if (p.Accept(Kw::kRetain)) {
      p.Expect(Kw::kCurrent);
      p.Expect(Kw::kPassword);
    }
  } else if (p.At(Kw::kDefault) && p.PeekIs(Kw::kRole)) {
    p.Advance();
    p.Advance();
    item->set = SetKind::kRole;
    if (!p.Accept(Kw::kNone) && !p.Accept(Kw::kAll)) {
      ParseRoleList(p);
    }
    p.Expect(Kw::kTo);
    ParseRoleList(p);
  } else if (p.At(Kw::kRole) && !PeekEqual(p)) {
    p.Advance();
    item->set = SetKind::kRole;
    if (p.Accept(Kw::kAll)) {
      if (p.Accept(Kw::kExcept)) {
        ParseRoleList(p);
      }
    } else if (!p.Accept(Kw::kNone) && !p.Accept(Kw::kDefault)) {
      ParseRoleList(p);
    }
  } else if (p.At(Kw::kResource) && p.PeekIs(Kw::kGroup)) {
    p.Advance();
    p.Advance();
    item->set = SetKind::kResourceGroup;
    p.ParseIdent();
    if (p.Accept(Kw::kFor)) {
      do {
        p.ParseNumber();
      } while (p.AcceptSymbol(',') || p.AtKind(TokenKind::kInteger));
    }
  } else {
    return false;
  }
  item->text = p.SourceText(begin, p.prev_end());
  return true;
}

// After an optional scope word: name = value.
void ParseSystemAssignment(Parser& p, SetItem* item) {
  item->set = SetKind::kSystemVariable;
  if (p.At(Kw::kDefault)) {
    item->base.text = "default";
    p.Advance();
    p.ExpectSymbol('.');
    item->name = p.ParseIdent();
  } else {
    item->name = p.ParseIdent();
    if (p.AcceptSymbol('.')) {
      item->base = item->name;
      item->name = p.ParseIdent();
    }
  }
  ExpectEqual(p);
  item->value = ParseSetValue(p);
}

SetItem* ParseSetItem(Parser& p, bool first) {
  auto* item = p.New<SetItem>(p.Cur().begin);
  if (first && ParseTextForms(p, item)) {
    return p.Finish(item);
  }
  if (p.AcceptSymbol('@')) {
    item->set = SetKind::kUserVariable;
    item->name = p.ParseIdentOrText();
    ExpectEqual(p);
    item->value = p.ParseExpr();
    return p.Finish(item);
  }
  if (p.AtKind(TokenKind::kAtAt)) {
    p.Advance();
    item->at_syntax = true;
    item->scope = AcceptScope(p);
    if (item->scope != VariableScope::kNone) {
      p.ExpectSymbol('.');
    }
    ParseSystemAssignment(p, item);
    return p.Finish(item);
  }
  if (p.At(Kw::kNames) && !p.PeekIsSymbol('.')) {
    p.Advance();
    item->set = SetKind::kNames;
    if (p.Accept(Kw::kDefault)) {
      item->is_default = true;
      return p.Finish(item);
    }
    item->name = p.ParseCharsetName();
    if (p.Accept(Kw::kCollate)) {
      item->collation = p.ParseCollationName();
      if (auto mismatch = CollationMismatch(item->name, item->collation)) {
        if (p.AtSymbol(',')) {
          p.FailLater(1253, "42000", *mismatch);
        } else {
          p.Fail(1253, "42000", *mismatch);
        }
      }
    }
    return p.Finish(item);
  }
  if ((p.At(Kw::kCharset) && !PeekEqual(p)) || p.At(Kw::kCharacter) || p.At(Kw::kChar)) {
    if (p.Advance().keyword != Kw::kCharset) {
      p.Expect(Kw::kSet);
    }
    item->set = SetKind::kCharacterSet;
    if (p.Accept(Kw::kDefault)) {
      item->is_default = true;
    } else {
      item->name = p.ParseCharsetName();
    }
    return p.Finish(item);
  }
  if (p.PeekIsSymbol('.')) {
    for (const std::string_view scope : {"GLOBAL", "SESSION", "LOCAL", "PERSIST", "PERSIST_ONLY"}) {
      if (p.AtWord(scope)) {
        p.SyntaxError();
      }
    }
  }
  item->scope = AcceptScope(p);
  if (p.At(Kw::kTransaction) && !PeekEqual(p)) {
    p.Advance();
    if (!first) {
      p.SyntaxError();  // it stands alone
    }
    ParseCharacteristics(p, item);
    return p.Finish(item);
  }
  if (p.AtAny({Kw::kGlobal, Kw::kSession, Kw::kLocal, Kw::kPersist, Kw::kPersistOnly})) {
    p.SyntaxError();
  }
  ParseSystemAssignment(p, item);
  return p.Finish(item);
}

}  // namespace

Statement* ParseSet(Parser& p) {
  auto* set = p.New<Set>(p.Advance().begin);
  Parser::Collector<SetItem*> items(&p);
  SetItem* item = ParseSetItem(p, true);
  items.Add(item);
  const bool alone = item->set == SetKind::kTransaction || item->set >= SetKind::kPassword;
  while (!alone && p.AcceptSymbol(',')) {
    items.Add(ParseSetItem(p, false));
  }
  set->items = items.Take();
  return p.Finish(set);
}

}  // namespace keyspan::parser
