// Literals, names and other small things.

#include "parser/function_words.h"
#include "parser/parser_core.h"

namespace keyspan::parser {

Literal* Parser::NewLiteral(LiteralKind kind, const Token& token) {
  auto* literal = New<Literal>(token.begin);
  literal->literal = kind;
  literal->text = Text(token);
  literal->text_begin = token.begin;
  literal->value = kind == LiteralKind::kString || kind == LiteralKind::kNString
                       ? DecodeString(literal->text, options_, arena_)
                       : literal->text;
  literal->end = token.end;
  AssignSlot(literal);
  return literal;
}

Literal* Parser::ParseString() {
  const Token first = Advance();
  if (first.kind != TokenKind::kString && first.kind != TokenKind::kNString) {
    SyntaxErrorAt(first.begin, first.end);
  }
  const LiteralKind kind =
      first.kind == TokenKind::kNString ? LiteralKind::kNString : LiteralKind::kString;
  if (!AtKind(TokenKind::kString)) {
    return NewLiteral(kind, first);
  }
  auto* literal = New<Literal>(first.begin);
  literal->literal = kind;
  literal->text_begin = first.begin;
  std::string joined(DecodeString(Text(first), options_, arena_));
  while (AtKind(TokenKind::kString)) {
    joined += DecodeString(Text(cur_), options_, arena_);
    Advance();
  }
  literal->value = arena_.CopyString(joined);
  literal->text = text_.substr(first.begin, prev_end_ - first.begin);
  literal->end = prev_end_;
  AssignSlot(literal);
  return literal;
}

Literal* Parser::ParseTextString() {
  switch (cur_.kind) {
    case TokenKind::kString:
      return NewLiteral(LiteralKind::kString, Advance());
    case TokenKind::kHex:
      return NewLiteral(LiteralKind::kHex, Advance());
    case TokenKind::kBit:
      return NewLiteral(LiteralKind::kBit, Advance());
    default:
      SyntaxError();
  }
}

Literal* Parser::ParseNumber() {
  if (!AtKind(TokenKind::kInteger)) {
    SyntaxError();
  }
  return NewLiteral(LiteralKind::kInteger, Advance());
}

std::string_view Parser::ParseIntegerText() {
  if (!AtKind(TokenKind::kInteger)) {
    SyntaxError();
  }
  return Text(Advance());
}

// _utf8mb4'abc', _binary 0x41
Expr* Parser::ParseLiteralWithIntroducer() {
  const Token introducer = Advance();
  Literal* literal = nullptr;
  switch (cur_.kind) {
    case TokenKind::kString:
      literal = ParseString();
      break;
    case TokenKind::kHex:
      literal = NewLiteral(LiteralKind::kHex, Advance());
      break;
    case TokenKind::kBit:
      literal = NewLiteral(LiteralKind::kBit, Advance());
      break;
    default:
      SyntaxError();
  }
  literal->introducer = Text(introducer).substr(1);
  literal->begin = introducer.begin;
  return literal;
}

// At DATE, TIME or TIMESTAMP: the literal if a string follows, else null.
Expr* Parser::ParseTemporalOrNull(LiteralKind kind) {
  if (Peek().kind != TokenKind::kString) {
    return nullptr;
  }
  const Token word = Advance();
  Literal* literal = NewLiteral(LiteralKind::kString, Advance());
  literal->literal = kind;
  literal->begin = word.begin;
  return literal;
}

bool Parser::AtIdent() const {
  if (cur_.kind == TokenKind::kQuotedIdent) {
    return true;
  }
  if (cur_.kind != TokenKind::kIdent) {
    return false;
  }
  if (cur_.keyword != Kw::kNotKeyword) {
    return !IsReserved(cur_.keyword);
  }
  return cur_.symbol != '(' || FindFunctionWord(Text(cur_)) == FunctionWord::kNone;
}

Ident Parser::ParseIdent() {
  if (!AtIdent()) {
    SyntaxError();
  }
  Ident ident;
  ident.begin = cur_.begin;
  if (cur_.kind == TokenKind::kQuotedIdent) {
    ident.text = DecodeQuotedName(Text(cur_), arena_);
    ident.quoted = true;
  } else {
    ident.text = Text(cur_);
  }
  Advance();
  return ident;
}

bool Parser::AtIdentOrText() const {
  return AtIdent() || cur_.kind == TokenKind::kString || cur_.kind == TokenKind::kHostname;
}

Ident Parser::ParseIdentOrText() {
  Ident ident;
  ident.begin = cur_.begin;
  if (AtKind(TokenKind::kString)) {
    ident.text = DecodeString(Text(cur_), options_, arena_);
    ident.quoted = true;
  } else if (AtKind(TokenKind::kHostname)) {
    ident.text = Text(cur_);
  } else {
    return ParseIdent();
  }
  Advance();
  return ident;
}

TableName* Parser::ParseTableName() {
  auto* table = New<TableName>(cur_.begin);
  table->name = ParseIdent();
  if (AcceptSymbol('.')) {
    table->schema = table->name;
    table->name = ParseIdent();
  }
  return Finish(table);
}

List<TableName*> Parser::ParseTableNames() {
  Collector<TableName*> names(this);
  do {
    names.Add(ParseTableName());
  } while (AcceptSymbol(','));
  return names.Take();
}

// 'name'@'host', name, CURRENT_USER[()]: the host goes to `schema`.
TableName* Parser::ParseUser() {
  auto* user = New<TableName>(cur_.begin);
  if (At(Kw::kCurrentUser)) {
    user->name.text = "CURRENT_USER";
    Advance();
    if (AcceptSymbol('(')) {
      ExpectSymbol(')');
    }
    return Finish(user);
  }
  user->name = ParseIdentOrText();
  if (AcceptSymbol('@')) {
    user->schema = ParseIdentOrText();
  }
  return Finish(user);
}

std::string_view Parser::ParseUserText() {
  const uint32_t begin = cur_.begin;
  ParseUser();
  return SourceText(begin, prev_end_);
}

Ident Parser::ParseCharsetName() {
  if (At(Kw::kBinary)) {
    Ident ident;
    ident.begin = cur_.begin;
    ident.text = "binary";
    Advance();
    return ident;
  }
  return ParseIdentOrText();
}

Ident Parser::ParseCollationName() { return ParseCharsetName(); }

List<Ident> Parser::ParseIdentList() {
  Collector<Ident> names(this);
  do {
    names.Add(ParseIdent());
  } while (AcceptSymbol(','));
  return names.Take();
}

List<Ident> Parser::ParseParenIdentList() {
  ExpectSymbol('(');
  const List<Ident> names = ParseIdentList();
  ExpectSymbol(')');
  return names;
}

ColumnRef* Parser::ParseColumnRef() {
  auto* column = New<ColumnRef>(cur_.begin);
  column->column = ParseIdent();
  if (AcceptSymbol('.')) {
    column->table = column->column;
    column->column = ParseIdent();
    if (AcceptSymbol('.')) {
      column->schema = column->table;
      column->table = column->column;
      column->column = ParseIdent();
    }
  }
  return Finish(column);
}

bool Parser::AcceptIfExists() {
  if (!At(Kw::kIf)) {
    return false;
  }
  Advance();
  Expect(Kw::kExists);
  return true;
}

bool Parser::AcceptIfNotExists() {
  if (!At(Kw::kIf)) {
    return false;
  }
  Advance();
  Expect(Kw::kNot);
  Expect(Kw::kExists);
  return true;
}

}  // namespace keyspan::parser
