// Expressions by precedence, loosest first:
//   OR, || | XOR | AND, && | NOT | IS TRUE/FALSE/UNKNOWN | IS NULL, comparisons | IN, BETWEEN,
//   LIKE, REGEXP, MEMBER OF | the bit and arithmetic operators | || as concatenation | - + ~ !
//   BINARY | COLLATE | operands
// The levels are not one table because they do not nest freely: `a IN (1) IN (1)`, `1 = NOT 1` and
// `a IS TRUE IS NULL` are syntax errors in MySQL.

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

#include "parser/function_words.h"
#include "parser/parser_core.h"

namespace keyspan::parser {

Expr* Parser::ParseExpr() {
  const Nesting nesting(this);
  return ParseOr();
}

Expr* Parser::ParseOr() {
  const uint32_t begin = ExprBegin();
  Expr* first = ParseXor();
  const auto at_or = [this] {
    return At(Kw::kOr) ||
           (AtKind(TokenKind::kOrOr) && (options_.sql_mode & kModePipesAsConcat) == 0);
  };
  if (!at_or()) {
    return first;
  }
  Collector<Expr*> operands(this);
  operands.Add(first);
  while (at_or()) {
    Advance();
    operands.Add(ParseXor());
  }
  auto* node = New<Logical>(begin);
  node->is_or = true;
  node->operands = operands.Take();
  return Finish(node);
}

Expr* Parser::ParseXor() {
  const uint32_t begin = ExprBegin();
  Expr* left = ParseAnd();
  for (uint32_t links = 1; Accept(Kw::kXor); ++links) {
    NoteLink(links);
    auto* node = New<Binary>(begin);
    node->op = BinaryOp::kXor;
    node->left = left;
    node->right = ParseAnd();
    left = Finish(node);
  }
  return left;
}

Expr* Parser::ParseAnd() {
  const uint32_t begin = ExprBegin();
  Expr* first = ParseNot();
  const auto at_and = [this] { return At(Kw::kAnd) || AtKind(TokenKind::kAndAnd); };
  if (!at_and()) {
    return first;
  }
  Collector<Expr*> operands(this);
  operands.Add(first);
  while (at_and()) {
    Advance();
    operands.Add(ParseNot());
  }
  auto* node = New<Logical>(begin);
  node->operands = operands.Take();
  return Finish(node);
}

Expr* Parser::ParseNot() {
  if (pending_primary_ == nullptr && At(Kw::kNot) &&
      (options_.sql_mode & kModeHighNotPrecedence) == 0) {
    const Nesting nesting(this);
    auto* node = New<Unary>(cur_.begin);
    Advance();
    node->op = UnaryOp::kNot;
    node->operand = ParseNot();
    return Finish(node);
  }
  return ParseBoolPrimary();
}

bool Parser::AtComparison() const {
  switch (cur_.kind) {
    case TokenKind::kSymbol:
      return cur_.symbol == '=' || cur_.symbol == '<' || cur_.symbol == '>';
    case TokenKind::kLessEqual:
    case TokenKind::kGreaterEqual:
    case TokenKind::kNotEqual:
    case TokenKind::kNullSafeEqual:
      return true;
    default:
      return false;
  }
}

BinaryOp Parser::ComparisonOp() const {
  switch (cur_.kind) {
    case TokenKind::kLessEqual:
      return BinaryOp::kLessEqual;
    case TokenKind::kGreaterEqual:
      return BinaryOp::kGreaterEqual;
    case TokenKind::kNotEqual:
      return BinaryOp::kNotEqual;
    case TokenKind::kNullSafeEqual:
      return BinaryOp::kNullSafeEqual;
    default:
      return cur_.symbol == '='   ? BinaryOp::kEqual
             : cur_.symbol == '<' ? BinaryOp::kLess
                                  : BinaryOp::kGreater;
  }
}

Expr* Parser::ParseBoolPrimary() {
  const uint32_t begin = ExprBegin();
  Expr* left = ParsePredicate();
  for (uint32_t links = 1;; ++links) {
    if (AtComparison()) {
      NoteLink(links);
      const BinaryOp op = ComparisonOp();
      const Kw next = Peek().keyword;
      if (op == BinaryOp::kNullSafeEqual &&
          (next == Kw::kAll || next == Kw::kAny || next == Kw::kSome) && PeekIsSymbol('(', 2)) {
        SyntaxError();  // there is no <=> ALL
      }
      Advance();
      const bool all = At(Kw::kAll);
      if ((all || At(Kw::kAny) || At(Kw::kSome)) && PeekIsSymbol('(')) {
        Advance();
        auto* node = New<QuantifiedComparison>(begin);
        node->op = op;
        node->left = left;
        node->all = all;
        node->subquery = ParseSubquery();
        left = Finish(node);
        continue;
      }
      auto* node = New<Binary>(begin);
      node->op = op;
      node->left = left;
      node->right = ParsePredicate();
      left = Finish(node);
    } else if (At(Kw::kIs)) {
      LimitLinks(links);
      Advance();
      auto* node = New<IsExpr>(begin);
      node->operand = left;
      node->negated = Accept(Kw::kNot);
      if (Accept(Kw::kNull)) {
        node->test = IsTest::kNull;
        left = Finish(node);
        continue;
      }
      if (Accept(Kw::kTrue)) {
        node->test = IsTest::kTrue;
      } else if (Accept(Kw::kFalse)) {
        node->test = IsTest::kFalse;
      } else if (Accept(Kw::kUnknown)) {
        node->test = IsTest::kUnknown;
      } else {
        SyntaxError();
      }
      return Finish(node);  // nothing binds to its left after that
    } else {
      return left;
    }
  }
}

Expr* Parser::ParsePredicate() {
  const uint32_t begin = ExprBegin();
  Expr* operand = ParseBit(0);
  if (cur_.keyword == Kw::kNotKeyword) {
    return operand;
  }
  bool negated = false;
  if (At(Kw::kNot)) {
    const Kw next = Peek().keyword;
    if (next != Kw::kIn && next != Kw::kBetween && next != Kw::kLike && next != Kw::kRegexp &&
        next != Kw::kRlike) {
      Advance();
      SyntaxError();
    }
    negated = true;
    Advance();
  }
  switch (cur_.keyword) {
    case Kw::kIn: {
      Advance();
      auto* node = New<InExpr>(begin);
      node->operand = operand;
      node->negated = negated;
      if (!AtSymbol('(')) {
        SyntaxError();
      }
      Advance();
      const QueryOrExpr inner = ParseAfterParen();
      if (inner.query != nullptr) {
        ExpectSymbol(')');
        node->subquery = inner.query;
        return Finish(node);
      }
      Collector<Expr*> items(this);
      items.Add(inner.expr);
      while (AcceptSymbol(',')) {
        items.Add(ParseExpr());
      }
      ExpectSymbol(')');
      node->list = items.Take();
      return Finish(node);
    }
    case Kw::kBetween: {
      const Nesting nesting(this);
      Advance();
      auto* node = New<BetweenExpr>(begin);
      node->operand = operand;
      node->negated = negated;
      node->low = ParseBit(0);
      Expect(Kw::kAnd);
      node->high = ParsePredicate();
      return Finish(node);
    }
    case Kw::kLike: {
      Advance();
      auto* node = New<LikeExpr>(begin);
      node->operand = operand;
      node->negated = negated;
      node->pattern = ParseSimpleExpr();
      if (Accept(Kw::kEscape)) {
        node->escape = ParseSimpleExpr();
      }
      return Finish(node);
    }
    case Kw::kRegexp:
    case Kw::kRlike: {
      Advance();
      auto* node = New<Binary>(begin);
      node->op = negated ? BinaryOp::kNotRegexp : BinaryOp::kRegexp;
      node->left = operand;
      node->right = ParseBit(0);
      return Finish(node);
    }
    case Kw::kSounds: {
      Advance();
      Expect(Kw::kLike);
      auto* node = New<Binary>(begin);
      node->op = BinaryOp::kSoundsLike;
      node->left = operand;
      node->right = ParseBit(0);
      return Finish(node);
    }
    case Kw::kMember: {
      Advance();
      Accept(Kw::kOf);
      auto* node = New<Binary>(begin);
      node->op = BinaryOp::kMemberOf;
      node->left = operand;
      ExpectSymbol('(');
      node->right = ParseSimpleExpr();
      ExpectSymbol(')');
      return Finish(node);
    }
    default:
      return operand;
  }
}

namespace {

struct BitOperator {
  BinaryOp op;
  int level;  // 0: none
};

BitOperator BitOperatorOf(const Token& token) {
  switch (token.kind) {
    case TokenKind::kSymbol:
      switch (token.symbol) {
        case '|':
          return {BinaryOp::kBitOr, 1};
        case '&':
          return {BinaryOp::kBitAnd, 2};
        case '+':
          return {BinaryOp::kPlus, 4};
        case '-':
          return {BinaryOp::kMinus, 4};
        case '*':
          return {BinaryOp::kMultiply, 5};
        case '/':
          return {BinaryOp::kDivide, 5};
        case '%':
          return {BinaryOp::kModulo, 5};
        case '^':
          return {BinaryOp::kBitXor, 6};
        default:
          return {BinaryOp::kPlus, 0};
      }
    case TokenKind::kShiftLeft:
      return {BinaryOp::kShiftLeft, 3};
    case TokenKind::kShiftRight:
      return {BinaryOp::kShiftRight, 3};
    case TokenKind::kIdent:
      if (token.keyword == Kw::kDiv) {
        return {BinaryOp::kIntDivide, 5};
      }
      if (token.keyword == Kw::kMod) {
        return {BinaryOp::kModulo, 5};
      }
      [[fallthrough]];
    default:
      return {BinaryOp::kPlus, 0};
  }
}

}  // namespace

// Operators of `level` and tighter ones.
Expr* Parser::ParseBit(int level) {
  const uint32_t begin = ExprBegin();
  Expr* left = ParseSimpleExpr();
  for (uint32_t links = 1;; ++links) {
    const BitOperator found = BitOperatorOf(cur_);
    if (found.level == 0 || found.level < level) {
      return left;
    }
    NoteLink(links);
    Advance();
    auto* node = New<Binary>(begin);
    node->op = found.op;
    node->left = left;
    if (found.level == 4 && At(Kw::kInterval)) {
      // `a + INTERVAL 1 DAY * 2` is `(a + INTERVAL 1 DAY) * 2`: nothing continues an interval.
      const Nesting nesting(this);
      Expr* interval = ParseIntervalPrimary();
      if (Is<IntervalExpr>(interval)) {
        node->right = interval;
      } else {
        pending_primary_ = interval;  // the function INTERVAL(n, a, b)
        node->right = ParseBit(found.level + 1);
      }
    } else {
      node->right = ParseBit(found.level + 1);
    }
    left = Finish(node);
  }
}

// MySQL's simple_expr: with || as concatenation.
Expr* Parser::ParseSimpleExpr() {
  const uint32_t begin = ExprBegin();
  Expr* left = ParseUnary();
  for (uint32_t links = 1;
       AtKind(TokenKind::kOrOr) && (options_.sql_mode & kModePipesAsConcat) != 0; ++links) {
    NoteLink(links);
    Advance();
    auto* node = New<Binary>(begin);
    node->op = BinaryOp::kConcat;
    node->left = left;
    node->right = ParseUnary();
    left = Finish(node);
  }
  return left;
}

Expr* Parser::ParseUnary() {
  if (pending_primary_ != nullptr) {
    return ParsePostfix();
  }
  UnaryOp op;
  if (cur_.kind == TokenKind::kSymbol) {
    switch (cur_.symbol) {
      case '-':
        op = UnaryOp::kMinus;
        break;
      case '+':
        op = UnaryOp::kPlus;
        break;
      case '~':
        op = UnaryOp::kBitNot;
        break;
      case '!':
        op = UnaryOp::kBang;
        break;
      default:
        return ParsePostfix();
    }
  } else if (At(Kw::kBinary)) {
    op = UnaryOp::kBinary;
  } else if (At(Kw::kNot) && (options_.sql_mode & kModeHighNotPrecedence) != 0) {
    op = UnaryOp::kBang;
  } else {
    return ParsePostfix();
  }
  const Nesting nesting(this);
  auto* node = New<Unary>(cur_.begin);
  Advance();
  node->op = op;
  node->operand = ParseUnary();
  return Finish(node);
}

Expr* Parser::ParsePostfix() {
  const uint32_t begin = ExprBegin();
  Expr* operand = ParsePrimary();
  for (uint32_t links = 1; At(Kw::kCollate); ++links) {
    LimitLinks(links);
    Advance();
    auto* node = New<CollateExpr>(begin);
    node->operand = operand;
    if (At(Kw::kBinary)) {
      SyntaxError();  // only column definitions and the like take the bare word
    }
    node->collation = ParseCollationName();
    operand = Finish(node);
  }
  return operand;
}

Expr* Parser::ParsePrimary() {
  if (pending_primary_ != nullptr) {
    return std::exchange(pending_primary_, nullptr);
  }
  switch (cur_.kind) {
    case TokenKind::kInteger:
      return NewLiteral(LiteralKind::kInteger, Advance());
    case TokenKind::kDecimal:
      return NewLiteral(LiteralKind::kDecimal, Advance());
    case TokenKind::kFloat:
      return ParseFloat();
    case TokenKind::kHex:
      return NewLiteral(LiteralKind::kHex, Advance());
    case TokenKind::kBit:
      return NewLiteral(LiteralKind::kBit, Advance());
    case TokenKind::kString:
    case TokenKind::kNString:
      return ParseString();
    case TokenKind::kIntroducer:
      return ParseLiteralWithIntroducer();
    case TokenKind::kPlaceholder: {
      auto* node = New<Placeholder>(cur_.begin);
      Advance();
      node->ordinal = statement_->placeholder_count_++;
      return Finish(node);
    }
    case TokenKind::kQuotedIdent:
      return ParseIdentPrimary();
    case TokenKind::kIdent: {
      if (cur_.keyword == Kw::kNotKeyword) {
        if (cur_.symbol == '(' && FindFunctionWord(Text(cur_)) != FunctionWord::kNone) {
          return ParseNamedFunction();
        }
        return ParseIdentPrimary();
      }
      Expr* call = ParseKeywordFunction();
      if (call != nullptr) {
        return call;
      }
      if (!AtIdent()) {
        SyntaxError();
      }
      return ParseIdentPrimary();
    }
    case TokenKind::kAtAt:
      return ParseVariable();
    case TokenKind::kSymbol:
      if (cur_.symbol == '(') {
        return ParseParenthesised();
      }
      if (cur_.symbol == '@') {
        return ParseVariable();
      }
      if (cur_.symbol == '{') {
        return ParseOdbcEscape();
      }
      SyntaxError();
    default:
      SyntaxError();
  }
}

// A column, column -> 'path', or a function whose name is an ordinary one.
Expr* Parser::ParseIdentPrimary() {
  const uint32_t begin = cur_.begin;
  const bool keyword = cur_.keyword != Kw::kNotKeyword;
  const Ident first = ParseIdent();
  if (AtSymbol('(') && !keyword) {
    return ParseGenericCall(begin, {}, first, true);
  }
  auto* column = New<ColumnRef>(begin);
  column->column = first;
  if (AcceptSymbol('.')) {
    const Ident second = ParseIdent();
    if (AtSymbol('(')) {
      return ParseGenericCall(begin, first, second, false);
    }
    column->table = first;
    column->column = second;
    if (AcceptSymbol('.')) {
      column->schema = first;
      column->table = second;
      column->column = ParseIdent();
    }
  }
  Finish(column);
  if (AtKind(TokenKind::kArrow) || AtKind(TokenKind::kLongArrow)) {
    auto* node = New<Binary>(begin);
    node->op = AtKind(TokenKind::kArrow) ? BinaryOp::kJsonExtract : BinaryOp::kJsonUnquote;
    Advance();
    if (!AtKind(TokenKind::kString)) {
      SyntaxError();
    }
    node->left = column;
    node->right = NewLiteral(LiteralKind::kString, Advance());
    return Finish(node);
  }
  return column;
}

Expr* Parser::ParseFloat() {
  Literal* literal = NewLiteral(LiteralKind::kFloat, Advance());
  // Infinity is no value; a number too small is 0.
  if (std::isinf(std::strtod(std::string(literal->text).c_str(), nullptr))) {
    Fail(1367, "22007",
         fmt::format("Illegal double '{}' value found during parsing", literal->text));
  }
  return literal;
}

Expr* Parser::ParseParenthesised() {
  const uint32_t begin = cur_.begin;
  ExpectSymbol('(');
  const QueryOrExpr inner = ParseAfterParen();
  if (inner.query != nullptr) {
    ExpectSymbol(')');
    auto* node = New<SubqueryExpr>(begin);
    node->query = inner.query;
    return Finish(node);
  }
  if (!AtSymbol(',')) {
    ExpectSymbol(')');
    return inner.expr;
  }
  Collector<Expr*> items(this);
  items.Add(inner.expr);
  while (AcceptSymbol(',')) {
    items.Add(ParseExpr());
  }
  ExpectSymbol(')');
  auto* row = New<RowExpr>(begin);
  row->items = items.Take();
  return Finish(row);
}

// After a `(` of an expression, up to but not including its `)`: a query, or one expression. What
// begins with several `(` shows only later which of the two it is: `((SELECT 1) UNION ...)` or
// `((SELECT 1) + 1)`.
Parser::QueryOrExpr Parser::ParseAfterParen() {
  const Nesting nesting(this);
  const uint32_t begin = cur_.begin;
  if (AtQueryStart()) {
    return {ParseQueryExpression(false), nullptr};
  }
  if (!AtSymbol('(')) {
    return {nullptr, ParseExpr()};
  }
  Advance();
  const QueryOrExpr inner = ParseAfterParen();
  if (inner.query != nullptr) {
    ExpectSymbol(')');
    if (AtQueryContinuation()) {
      return {ContinueQuery(inner.query, begin, false), nullptr};
    }
    if (AtSymbol(')')) {
      return inner;
    }
    auto* node = New<SubqueryExpr>(begin);
    node->query = inner.query;
    pending_primary_ = Finish(node);
  } else if (AtSymbol(',')) {
    Collector<Expr*> items(this);
    items.Add(inner.expr);
    while (AcceptSymbol(',')) {
      items.Add(ParseExpr());
    }
    ExpectSymbol(')');
    auto* row = New<RowExpr>(begin);
    row->items = items.Take();
    pending_primary_ = Finish(row);
  } else {
    ExpectSymbol(')');
    pending_primary_ = inner.expr;
  }
  return {nullptr, ParseExpr()};
}

List<Expr*> Parser::ParseExprList() {
  Collector<Expr*> items(this);
  do {
    items.Add(ParseExpr());
  } while (AcceptSymbol(','));
  return items.Take();
}

Expr* Parser::ParseExprOrDefault() {
  if (At(Kw::kDefault) && !PeekIsSymbol('(')) {
    auto* node = New<DefaultExpr>(cur_.begin);
    Advance();
    return Finish(node);
  }
  return ParseExpr();
}

// INTERVAL value unit as the right side of + and -; INTERVAL(n, a, ...) is the function.
Expr* Parser::ParseIntervalPrimary() {
  const Token name = Advance();
  if (AtSymbol('(')) {
    Expr* inner = ParseParenthesised();
    if (auto* row = As<RowExpr>(inner); row != nullptr && !row->with_keyword) {
      FunctionCall* call = NewCall(name);
      call->args = row->items;
      return Finish(call);
    }
    pending_primary_ = inner;
  }
  auto* node = New<IntervalExpr>(name.begin);
  node->value = ParseExpr();
  node->unit = ParseIntervalUnit();
  return Finish(node);
}

std::string_view Parser::ParseIntervalUnit() {
  switch (cur_.keyword) {
    case Kw::kSqlTsiDay:
    case Kw::kSqlTsiHour:
    case Kw::kSqlTsiMinute:
    case Kw::kSqlTsiMonth:
    case Kw::kSqlTsiQuarter:
    case Kw::kSqlTsiSecond:
    case Kw::kSqlTsiWeek:
    case Kw::kSqlTsiYear:
      return KeywordText(Advance().keyword).substr(8);
    case Kw::kDay:
    case Kw::kDayHour:
    case Kw::kDayMicrosecond:
    case Kw::kDayMinute:
    case Kw::kDaySecond:
    case Kw::kHour:
    case Kw::kHourMicrosecond:
    case Kw::kHourMinute:
    case Kw::kHourSecond:
    case Kw::kMicrosecond:
    case Kw::kMinute:
    case Kw::kMinuteMicrosecond:
    case Kw::kMinuteSecond:
    case Kw::kMonth:
    case Kw::kQuarter:
    case Kw::kSecond:
    case Kw::kSecondMicrosecond:
    case Kw::kWeek:
    case Kw::kYear:
    case Kw::kYearMonth:
      return KeywordText(Advance().keyword);
    default:
      SyntaxError();
  }
}

Expr* Parser::ParseVariable() {
  const uint32_t begin = cur_.begin;
  if (AtKind(TokenKind::kAtAt)) {
    Advance();
    auto* node = New<SystemVariable>(begin);
    node->scope = At(Kw::kGlobal)    ? VariableScope::kGlobal
                  : At(Kw::kSession) ? VariableScope::kSession
                  : At(Kw::kLocal)   ? VariableScope::kLocal
                                     : VariableScope::kNone;
    if (node->scope != VariableScope::kNone) {
      Advance();
      ExpectSymbol('.');
    }
    node->name = ParseIdentOrText();
    if (AcceptSymbol('.')) {
      node->base = node->name;
      node->name = ParseIdent();
    }
    return Finish(node);
  }
  ExpectSymbol('@');
  auto* node = New<UserVariable>(begin);
  node->name = ParseIdentOrText();
  if (AtKind(TokenKind::kAssign)) {
    Advance();
    node->assigned = ParseExpr();
  }
  return Finish(node);
}

// {d '2020-01-31'}, {fn now()}: the word counts only for temporal literals.
Expr* Parser::ParseOdbcEscape() {
  const uint32_t begin = cur_.begin;
  ExpectSymbol('{');
  const Ident word = ParseIdent();
  Expr* expr = ParseExpr();
  ExpectSymbol('}');
  auto* literal = As<Literal>(static_cast<Node*>(expr));
  if (literal != nullptr && literal->literal == LiteralKind::kString &&
      literal->introducer.empty()) {
    if (EqualsIgnoreCase(word.text, "d")) {
      literal->literal = LiteralKind::kDate;
    } else if (EqualsIgnoreCase(word.text, "t")) {
      literal->literal = LiteralKind::kTime;
    } else if (EqualsIgnoreCase(word.text, "ts")) {
      literal->literal = LiteralKind::kTimestamp;
    }
    literal->odbc = literal->literal != LiteralKind::kString;
    literal->begin = begin;
    literal->end = prev_end_;
  }
  return expr;
}

Expr* Parser::ParseCase() {
  auto* node = New<CaseExpr>(cur_.begin);
  Advance();
  if (!At(Kw::kWhen)) {
    node->operand = ParseExpr();
  }
  Collector<CaseWhen*> whens(this);
  do {
    auto* when = New<CaseWhen>(cur_.begin);
    Expect(Kw::kWhen);
    when->condition = ParseExpr();
    Expect(Kw::kThen);
    when->result = ParseExpr();
    whens.Add(Finish(when));
  } while (At(Kw::kWhen));
  node->whens = whens.Take();
  if (Accept(Kw::kElse)) {
    node->otherwise = ParseExpr();
  }
  Expect(Kw::kEnd);
  return Finish(node);
}

}  // namespace keyspan::parser
