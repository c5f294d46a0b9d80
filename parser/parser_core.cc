#include "parser/parser_core.h"

#include <fmt/format.h>

#include "parser/digest.h"
#include "parser/statements.h"
#include "parser/walker.h"

namespace keyspan::parser {

Parser::Parser(ParsedStatement* statement, const ParseOptions& options)
    : statement_(statement),
      options_(options),
      text_(statement->text_),
      arena_(statement->arena_),
      lexer_(text_, options, &comments_) {
  scratch_.reserve(64);
  cur_ = lexer_.Next();
}

void Parser::ParseAll() {
  if (AtSymbol(';')) {
    SyntaxError();
  }
  if (!AtKind(TokenKind::kEnd)) {
    statement_->root_ = ParseStatement(*this);
    AcceptSymbol(';');  // one that only comments follow
  }
  if (!AtKind(TokenKind::kEnd)) {
    SyntaxError();
  }
  ThrowLater();
  for (const SpecialComment& comment : comments_) {
    if (comment.is_directive) {
      // Between "/*vt+" and "*/".
      statement_->directives_.push_back(
          text_.substr(comment.begin + 5, comment.end - comment.begin - 7));
    }
  }
  CheckHeight();
  statement_->slots_complete_ = options_.digest != nullptr && options_.digest->cacheable &&
                                slots_found_ == options_.digest->literals.size();
}

Expr* Parser::ParseOnlyExpression() {
  Expr* expr = ParseExpr();
  if (!AtKind(TokenKind::kEnd)) {
    SyntaxError();
  }
  return expr;
}

const Token& Parser::Peek(int n) {
  while (ahead_count_ < n) {
    ahead_[ahead_count_++] = lexer_.Next();
  }
  return ahead_[n - 1];
}

Token Parser::Advance() {
  const Token taken = cur_;
  prev_end_ = taken.end;
  if (ahead_count_ == 0) {
    cur_ = lexer_.Next();
  } else {
    cur_ = ahead_[0];
    ahead_[0] = ahead_[1];
    ahead_[1] = ahead_[2];
    ahead_[2] = ahead_[3];
    --ahead_count_;
  }
  return taken;
}

bool Parser::AtAny(std::initializer_list<Kw> keywords) const {
  for (const Kw keyword : keywords) {
    if (cur_.keyword == keyword) {
      return true;
    }
  }
  return false;
}

bool Parser::AtWord(std::string_view word) const {
  return cur_.kind == TokenKind::kIdent && EqualsIgnoreCase(Text(cur_), word);
}

bool Parser::Accept(Kw keyword) {
  if (cur_.keyword != keyword) {
    return false;
  }
  Advance();
  return true;
}

bool Parser::Accept(Kw first, Kw second) {
  if (cur_.keyword != first || Peek().keyword != second) {
    return false;
  }
  Advance();
  Advance();
  return true;
}

bool Parser::AcceptSymbol(char c) {
  if (!cur_.IsSymbol(c)) {
    return false;
  }
  Advance();
  return true;
}

bool Parser::AcceptWord(std::string_view word) {
  if (!AtWord(word)) {
    return false;
  }
  Advance();
  return true;
}

void Parser::Expect(Kw keyword) {
  if (!Accept(keyword)) {
    SyntaxError();
  }
}

void Parser::ExpectSymbol(char c) {
  if (!AcceptSymbol(c)) {
    SyntaxError();
  }
}

void Parser::SyntaxError() { SyntaxErrorAt(cur_.begin, cur_.end); }

namespace {

constexpr std::string_view kSyntaxError =
    "You have an error in your SQL syntax; check the manual that corresponds to your MySQL server "
    "version for the right syntax to use";

// MySQL shows at most 80 characters from the token on, whole characters only.
std::string_view NearText(std::string_view near) {
  while (!near.empty() && (near.back() == ' ' || (near.back() >= 9 && near.back() <= 13))) {
    near.remove_suffix(1);
  }
  size_t bytes = 0;
  for (int characters = 0; bytes < near.size() && characters < 80; ++characters) {
    ++bytes;
    while (bytes < near.size() && (static_cast<unsigned char>(near[bytes]) & 0xC0) == 0x80) {
      ++bytes;
    }
  }
  return near.substr(0, bytes);
}

// `line_offset` is where MySQL counts the lines up to.
ParseFailure FailureNear(std::string_view reason, std::string_view text, uint32_t offset,
                         uint32_t line_offset) {
  return {1064, "42000",
          fmt::format("{} near '{}' at line {}", reason,
                      NearText(text.substr(std::min<size_t>(offset, text.size()))),
                      Lexer::LineAt(text, line_offset))};
}

}  // namespace

void Parser::SyntaxErrorAt(uint32_t offset, uint32_t line_offset) {
  // White space at the end of the text does not count.
  const size_t last = text_.find_last_not_of(" \t\n\v\f\r");
  const uint32_t end = last == std::string_view::npos ? 0 : static_cast<uint32_t>(last + 1);
  throw FailureNear(kSyntaxError, text_, offset, std::min(line_offset, end));
}

void Parser::SyntaxErrorBecause(std::string_view reason, const Token& token) {
  throw FailureNear(reason, text_, token.begin, token.end);
}

void Parser::SyntaxErrorLater(std::string_view reason, uint32_t offset, uint32_t line_offset) {
  if (!later_) {
    later_ = FailureNear(reason, text_, offset, line_offset);
  }
}

void Parser::FailLater(uint16_t mysql_errno, const char* sqlstate, std::string message) {
  if (!later_) {
    later_ = ParseFailure{mysql_errno, sqlstate, std::move(message)};
  }
}

void Parser::ThrowLater() {
  if (later_) {
    throw *later_;
  }
}

bool Parser::AcceptAtSign() {
  if (AtKind(TokenKind::kAtAt)) {
    SyntaxErrorAt(cur_.begin + 1, cur_.end);
  }
  return AcceptSymbol('@');
}

void Parser::ExpectAtSign() {
  if (!AcceptAtSign()) {
    SyntaxError();
  }
}

void Parser::Fail(uint16_t mysql_errno, const char* sqlstate, std::string message) {
  throw ParseFailure{mysql_errno, sqlstate, std::move(message)};
}

void Parser::FailTooDeep() {
  Fail(1436, "HY000",
       fmt::format("The statement is nested more than {} levels deep", options_.max_depth));
}

void Parser::NoteLink(uint32_t links) {
  // The first links of a chain are in what max_depth bounds anyway.
  if (links > 4) {
    ++links_;
  }
}

void Parser::CheckHeight() {
  if (links_ > 1000 && statement_->root_ != nullptr &&
      Height(statement_->root_) > options_.max_height) {
    Fail(1436, "HY000",
         fmt::format("The statement's expressions are more than {} operators deep",
                     options_.max_height));
  }
}

std::string_view Parser::SourceText(uint32_t begin, uint32_t end) {
  const std::string_view source = text_.substr(begin, end - begin);
  if (!lexer_.saw_version_comment() && source.find("/*") == std::string_view::npos &&
      source.find("--") == std::string_view::npos && source.find('#') == std::string_view::npos) {
    return source;
  }
  // Copy the tokens, one space wherever something stood between two.
  char* out = static_cast<char*>(arena_.Allocate(source.size() * 2, 1));
  size_t size = 0;
  if (!source_lexer_ || begin < source_token_.begin) {
    source_lexer_.emplace(text_, options_);
    source_token_ = source_lexer_->Next();
  }
  Token last;
  for (Token& token = source_token_; token.begin < end && token.kind != TokenKind::kEnd;
       token = source_lexer_->Next()) {
    if (token.begin < begin) {
      continue;
    }
    // Two minus signs before a comment would become one where the comment is gone.
    if (size != 0 && (token.begin > last.end || (token.IsSymbol('-') && last.IsSymbol('-')))) {
      out[size++] = ' ';
    }
    std::memcpy(out + size, text_.data() + token.begin, token.end - token.begin);
    size += token.end - token.begin;
    last = token;
    if (token.kind == TokenKind::kInvalid) {
      break;
    }
  }
  return {out, size};
}

void Parser::AssignSlot(Literal* literal) {
  if (options_.digest == nullptr) {
    return;
  }
  // Literals are parsed in the order of the text, as the digest lists them.
  const auto& extracted = options_.digest->literals;
  while (next_digest_literal_ < extracted.size() &&
         extracted[next_digest_literal_].offset < literal->text_begin) {
    ++next_digest_literal_;
  }
  if (next_digest_literal_ < extracted.size() &&
      extracted[next_digest_literal_].offset == literal->text_begin &&
      extracted[next_digest_literal_].length == literal->text.size()) {
    literal->slot = static_cast<int32_t>(next_digest_literal_++);
    ++slots_found_;
  }
}

namespace {

// MySQL cuts `;` and white space off the end of a statement before it parses.
std::string_view WithoutTrail(std::string_view sql) {
  return sql.substr(0, sql.find_last_not_of("; \t\n\v\f\r") + 1);
}

}  // namespace

Result<ParsedStatement> Parser::Run(std::string_view sql, const ParseOptions& options,
                                    Expr** expression) {
  if (sql.size() >= UINT32_MAX - 16) {
    return InvalidArgument("statement longer than 4 GiB");
  }
  ParsedStatement statement;
  statement.text_ = statement.arena_.CopyString(WithoutTrail(sql));
  try {
    Parser parser(&statement, options);
    if (expression != nullptr) {
      *expression = parser.ParseOnlyExpression();
    } else {
      parser.ParseAll();
    }
  } catch (const ParseFailure& failure) {
    return Status(StatusCode::kInvalidArgument, failure.mysql_errno, failure.sqlstate,
                  failure.message);
  }
  return statement;
}

}  // namespace keyspan::parser
