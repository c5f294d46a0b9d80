// Literals, names and other small things.

#include <fmt/format.h>

#include "mysql/types/collation.h"
#include "parser/function_words.h"
#include "parser/statements.h"

namespace keyspan::parser {

Literal* Parser::NewLiteral(LiteralKind kind, const Token& token) {
  auto* literal = New<Literal>(token.begin);
  literal->literal = kind;
  literal->text = Text(token);
  literal->text_begin = token.begin;
  if (kind == LiteralKind::kString || kind == LiteralKind::kNString) {
    literal->value = DecodeString(literal->text, options_, arena_);
  } else {
    // Keywords, which are NULL, TRUE and FALSE, mean the same in any case.
    literal->value = token.keyword != Kw::kNotKeyword ? KeywordText(token.keyword) : literal->text;
  }
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
  while (AtKind(TokenKind::kString)) Advance();
  literal->text = text_.substr(first.begin, prev_end_ - first.begin);
  literal->value = arena_.CopyString(DecodeStrings(literal->text, options_));
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

Literal* Parser::ParseStringToken() {
  if (!AtKind(TokenKind::kString)) {
    SyntaxError();
  }
  return ParseTextString();
}

bool Parser::AtNumberToken() const {
  return AtKind(TokenKind::kInteger) || AtKind(TokenKind::kDecimal) || AtKind(TokenKind::kFloat) ||
         (AtKind(TokenKind::kHex) && text_[cur_.begin] == '0');
}

Literal* Parser::ParseUlong() {
  switch (cur_.kind) {
    case TokenKind::kInteger:
      return NewLiteral(LiteralKind::kInteger, Advance());
    case TokenKind::kDecimal:
      return NewLiteral(LiteralKind::kDecimal, Advance());
    case TokenKind::kFloat:
      return NewLiteral(LiteralKind::kFloat, Advance());
    case TokenKind::kHex:
      return NewLiteral(LiteralKind::kHex, Advance());
    default:
      SyntaxError();
  }
}

Literal* Parser::ParseUlonglong() {
  if (AtKind(TokenKind::kHex)) {
    SyntaxError();
  }
  return ParseUlong();
}

Literal* Parser::ParseRealUlong() {
  if (AtKind(TokenKind::kHex)) {
    return NewLiteral(LiteralKind::kHex, Advance());
  }
  if (AtKind(TokenKind::kDecimal) || AtKind(TokenKind::kFloat)) {
    SyntaxErrorBecause("Only integers allowed as number here");
  }
  return ParseNumber();
}

bool Parser::AtSize() const { return AtNumberToken() || AtKind(TokenKind::kIdent); }

Literal* Parser::ParseSize() {
  if (AtKind(TokenKind::kIdent) && !IsReserved(cur_.keyword)) {
    return NewLiteral(LiteralKind::kInteger, Advance());
  }
  return ParseRealUlong();
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
    ident.text = DecodeQuotedName(Text(cur_), options_.charset, arena_);
    ident.quoted = true;
  } else {
    const std::string_view source = Text(cur_);
    ident.text = DecodeName(source, options_.charset, arena_);
    // What conversion leaves of a name may be a keyword or a number.
    ident.quoted = ident.text.data() != source.data();
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
    ident.text = DecodeName(DecodeString(Text(cur_), options_, arena_), options_.charset, arena_);
    ident.quoted = true;
  } else if (AtKind(TokenKind::kHostname)) {
    ident.text = DecodeName(Text(cur_), options_.charset, arena_);
  } else {
    return ParseIdent();
  }
  Advance();
  return ident;
}

namespace {

// As MySQL shows text that it cannot convert: at most six bytes, odd ones in hexadecimal.
std::string Printable(std::string_view text) {
  constexpr size_t kShown = 6;
  std::string shown;
  for (const char c : text.substr(0, kShown)) {
    shown += c >= 0x20 && c < 0x7F ? std::string(1, c)
                                   : fmt::format("\\x{:02X}", static_cast<unsigned char>(c));
  }
  return text.size() > kShown ? shown + "..." : shown;
}

}  // namespace

// Only here does MySQL refuse text with broken characters in it; half a one at the end is lost.
Ident Parser::ParseAlias() {
  const Token token = cur_;
  const Ident alias = ParseIdentOrText();
  if (token.kind == TokenKind::kString && options_.charset != TextCharset::kOther) {
    const std::string_view value = DecodeString(Text(token), options_, arena_);
    if (!value.starts_with(alias.text)) {
      Fail(3854, "HY000",
           fmt::format("Cannot convert string '{}' from {} to utf8mb3", Printable(value),
                       TextCharsetName(options_.charset)));
    }
  }
  return alias;
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

Ident Parser::ParseCharsetWord() {
  if (At(Kw::kBinary)) {
    Ident ident;
    ident.begin = cur_.begin;
    ident.text = "binary";
    Advance();
    return ident;
  }
  return ParseIdentOrText();
}

Ident Parser::ParseCharsetName() {
  const Ident name = ParseCharsetWord();
  if (mysql::FindCharset(name.text) == nullptr) {
    Fail(1115, "42000", "Unknown character set: '" + std::string(name.text) + "'");
  }
  return name;
}

Ident Parser::ParseCollationName() {
  const Ident name = ParseCharsetWord();
  if (mysql::FindCollation(name.text) == nullptr) {
    Fail(1273, "HY000", "Unknown collation: '" + std::string(name.text) + "'");
  }
  return name;
}

std::optional<std::string> CollationMismatch(const Ident& charset, const Ident& collation) {
  const mysql::Charset* set = mysql::FindCharset(charset.text);
  const mysql::Collation* order = mysql::FindCollation(collation.text);
  if (set == nullptr || order == nullptr || order->charset == set->name) {
    return std::nullopt;
  }
  return fmt::format("COLLATION '{}' is not valid for CHARACTER SET '{}'", order->name, set->name);
}

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
