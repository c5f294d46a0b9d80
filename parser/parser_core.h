#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "parser/ast/ast.h"
#include "parser/function_words.h"
#include "parser/lexer.h"
#include "parser/parse.h"
#include "parser/program_scope.h"

namespace keyspan::parser {

// What the recursion throws; Parse() turns it into a Status.
struct ParseFailure {
  uint16_t mysql_errno;
  const char* sqlstate;
  std::string message;
};

// The state of one parse, and the parts of the grammar that many statements share: tokens, names,
// expressions, queries, table references. Statement families are free functions over it
// (statements.h), each in a file of its own.
//
// Conventions: a Parse function stands at the first token of what it parses, and leaves the parser
// after its last one. Accept functions return false and consume nothing when the token is not
// there. Errors are thrown as ParseFailure, at the token at which MySQL would report them.
class Parser {
 public:
  Parser(ParsedStatement* statement, const ParseOptions& options);

  // The whole of Parse() and ParseExpression() (`expression` not null).
  static Result<ParsedStatement> Run(std::string_view sql, const ParseOptions& options,
                                     Expr** expression);

  // Runs the whole parse of statement->text_.
  void ParseAll();
  Expr* ParseOnlyExpression();

  // --- Tokens.
  const Token& Cur() const { return cur_; }
  const Token& Peek(int n = 1);  // n in 1..4
  Token Advance();
  std::string_view Text(const Token& token) const {
    return text_.substr(token.begin, token.end - token.begin);
  }
  bool At(Kw keyword) const { return cur_.keyword == keyword; }
  bool AtAny(std::initializer_list<Kw> keywords) const;
  bool AtSymbol(char c) const { return cur_.IsSymbol(c); }
  bool AtKind(TokenKind kind) const { return cur_.kind == kind; }
  // A word that is no keyword of MySQL (VSCHEMA), in any case.
  bool AtWord(std::string_view word) const;
  bool PeekIs(Kw keyword, int n = 1) { return Peek(n).keyword == keyword; }
  bool PeekIsSymbol(char c, int n = 1) { return Peek(n).IsSymbol(c); }
  bool Accept(Kw keyword);
  bool Accept(Kw first, Kw second);  // both or none
  bool AcceptSymbol(char c);
  bool AcceptWord(std::string_view word);
  // The @ of a user variable where no system variable may be: MySQL takes the first of two.
  bool AcceptAtSign();
  void ExpectAtSign();
  void Expect(Kw keyword);
  void ExpectSymbol(char c);
  bool AtEnd() const { return AtKind(TokenKind::kEnd) || AtSymbol(';'); }
  // The end of the last consumed token.
  uint32_t prev_end() const { return prev_end_; }

  // --- Errors.
  [[noreturn]] void SyntaxError();
  [[noreturn]] void SyntaxErrorAt(uint32_t offset, uint32_t line_offset);
  // 1064 with what MySQL says in place of its usual "You have an error in your SQL syntax; ...".
  [[noreturn]] void SyntaxErrorBecause(std::string_view reason) {
    SyntaxErrorBecause(reason, cur_);
  }
  [[noreturn]] void SyntaxErrorBecause(std::string_view reason, const Token& token);
  [[noreturn]] void Fail(uint16_t mysql_errno, const char* sqlstate, std::string message);
  // Errors that MySQL finds only when the syntax of the whole statement is right. The first counts;
  // ThrowLater, at the statement's end, throws it.
  void FailLater(uint16_t mysql_errno, const char* sqlstate, std::string message);
  void SyntaxErrorLater(std::string_view reason, uint32_t offset, uint32_t line_offset);
  void ThrowLater();

  // --- Memory.
  Arena& arena() { return arena_; }
  template <typename T>
  T* New(uint32_t begin) {
    T* node = arena_.New<T>();
    node->begin = begin;
    return node;
  }
  // Sets the node's end to the last consumed token.
  template <typename T>
  T* Finish(T* node) {
    node->end = prev_end_;
    return node;
  }
  // The source [begin, end), both at tokens that were consumed, for statements kept as text; if
  // executable comments or comments were in it, with these resolved.
  std::string_view SourceText(uint32_t begin, uint32_t end);
  const ParseOptions& options() const { return options_; }

  // --- Stored programs.
  // The one whose body is being parsed, or null.
  ProgramScope* program() { return program_ ? &*program_ : nullptr; }
  void StartProgram(ProgramKind kind);
  // Returns its session_effect().
  std::string_view EndProgram();
  // A name that only a variable of a stored program can have.
  bool IsVariable(const Ident& name) { return program_ && program_->HasVariable(name); }
  void RequireVariable(const Ident& name);       // at once
  void RequireVariableLater(const Ident& name);  // at the statement's end
  ConditionValue ParseSqlstate();                // 'xxxxx'

  // --- Names.
  // Any name: quoted, or no reserved word.
  bool AtIdent() const;
  Ident ParseIdent();
  bool AtIdentOrText() const;
  Ident ParseIdentOrText();     // also 'text'; hostnames after @
  Ident ParseAlias();           // of a select item
  TableName* ParseTableName();  // [schema.]name
  TableName* ParseUser();       // 'u'@'h': name and host (in schema), CURRENT_USER
  std::string_view ParseUserText();
  // A name or text that is no word which GRANT would take for a privilege.
  bool AtRole() const;
  TableName* ParseRole();  // 'r'@'h'
  // Names that MySQL knows (else 1115 and 1273), BINARY too, DEFAULT not.
  Ident ParseCharsetName();
  Ident ParseCollationName();
  List<Ident> ParseIdentList();  // a, b, c
  List<Ident> ParseParenIdentList();
  List<TableName*> ParseTableNames();
  ColumnRef* ParseColumnRef();  // up to three parts
  bool AcceptIfExists();
  bool AcceptIfNotExists();

  // --- Literals.
  Literal* ParseString();       // one string token, or several adjacent ones
  Literal* ParseTextString();   // exactly one token, as options want; hex and bit allowed
  Literal* ParseStringToken();  // the same, quoted text only
  Literal* ParseNumber();       // an unsigned integer
  // MySQL's three ways to take an unsigned number. It cuts off a fraction where it takes one.
  bool AtNumberToken() const;
  Literal* ParseUlong();      // in hex and with a fraction too
  Literal* ParseUlonglong();  // with a fraction too
  Literal* ParseRealUlong();  // in hex too
  bool AtSize() const;
  Literal* ParseSize();  // 4096, 4K, 1m, 2G: also in hex
  std::string_view ParseIntegerText();
  Expr* ParseSignedLiteral();  // [+|-] literal
  Literal* NewLiteral(LiteralKind kind, const Token& token);

  // --- Expressions (parse_expr.cc, parse_function.cc).
  Expr* ParseExpr();
  Expr* ParseBitExpr() { return ParseBit(0); }
  Expr* ParseSimpleExpr();
  List<Expr*> ParseExprList();
  Expr* ParseExprOrDefault();
  DataType* ParseCastType();
  WindowSpec* ParseWindowSpecBody();
  std::string_view ParseIntervalUnit();
  // [... ON EMPTY] [... ON ERROR], of a JsonValueExpr or a JsonTableColumn.
  template <typename T>
  void ParseJsonResponses(T* node);

  // --- Queries (parse_query.cc, parse_table_ref.cc).
  bool AtQueryStart();  // SELECT, WITH, TABLE, VALUES (as a query); not `(`
  Query* ParseQueryExpression(bool top_level);
  Query* ParseQueryAfterWith(WithClause* with, uint32_t begin);
  Query* ParseSubquery();  // '(' query ')'
  WithClause* ParseWith();
  List<TableRef*> ParseTableRefs();
  TableRef* ParseTableRef();  // with joins
  List<OrderItem*> ParseOrderList();
  List<OrderItem*> ParseOptionalOrderBy();
  Expr* ParseOptionalWhere();
  Limit* ParseOptionalLimit(bool with_offset);
  SelectItem* ParseSelectItem();
  FieldsClause* ParseOptionalFields();
  std::string_view TakeHints(const Token& verb);
  List<Ident> ParseOptionalPartitions();

  // --- Used by several families (parse_type.cc).
  DataType* ParseDataType();
  void ParseCharsetOfType(DataType* type);

  // Counts nesting for as long as it lives.
  class Nesting {
   public:
    explicit Nesting(Parser* parser) : parser_(parser) {
      if (++parser_->depth_ > parser_->options_.max_depth) {
        parser_->FailTooDeep();
      }
    }
    ~Nesting() { --parser_->depth_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;

   private:
    Parser* parser_;
  };
  [[noreturn]] void FailTooDeep();

  // Collects the elements of a list before they go into the arena. Lists nest like calls.
  template <typename T>
  class Collector {
   public:
    explicit Collector(Parser* parser) : parser_(parser), from_(parser->scratch_.size()) {
      static_assert(sizeof(T) % 8 == 0 && std::is_trivially_copyable_v<T>);
    }
    ~Collector() {
      if (!taken_) {
        parser_->scratch_.resize(from_);
      }
    }
    Collector(const Collector&) = delete;
    Collector& operator=(const Collector&) = delete;

    void Add(const T& element) {
      const size_t at = parser_->scratch_.size();
      parser_->scratch_.resize(at + sizeof(T) / 8);
      std::memcpy(parser_->scratch_.data() + at, &element, sizeof(T));
    }
    size_t size() const { return (parser_->scratch_.size() - from_) / (sizeof(T) / 8); }
    List<T> Take() {
      List<T> list;
      list.count = static_cast<uint32_t>(size());
      if (list.count != 0) {
        list.data = static_cast<T*>(parser_->arena_.Allocate(sizeof(T) * list.count, alignof(T)));
        std::memcpy(static_cast<void*>(list.data), parser_->scratch_.data() + from_,
                    sizeof(T) * list.count);
      }
      parser_->scratch_.resize(from_);
      taken_ = true;
      return list;
    }

   private:
    Parser* parser_;
    size_t from_;
    bool taken_ = false;
  };

 private:
  struct QueryOrExpr {
    Query* query = nullptr;
    Expr* expr = nullptr;
  };
  struct QueryOrTable {
    Query* query = nullptr;
    TableRef* table = nullptr;
  };

  // The levels of expressions, loosest first.
  Expr* ParseOr();
  Expr* ParseXor();
  Expr* ParseAnd();
  Expr* ParseNot();
  Expr* ParseBoolPrimary();
  Expr* ParsePredicate();
  Expr* ParseBit(int level);
  Expr* ParseUnary();
  Expr* ParsePostfix();
  Expr* ParsePrimary();
  Expr* ParseIdentPrimary();
  Expr* ParseFloat();
  Expr* ParseParenthesised();
  QueryOrExpr ParseAfterParen();
  Expr* FinishParenthesisedExpr(uint32_t begin);
  Expr* ParseVariable();
  Expr* ParseLiteralWithIntroducer();
  Expr* ParseTemporalOrNull(LiteralKind kind);
  Expr* ParseIntervalPrimary();
  Expr* ParseOdbcEscape();
  Expr* ParseCase();
  Expr* ParseMatch();
  Expr* ParseCastFunction(bool convert);
  Expr* ParseJsonValue();
  Expr* ParseKeywordFunction();  // null when the keyword is none here
  Expr* ParseNamedFunction();    // name known to be followed by `(`
  Expr* ParseAggregate(const Token& name, FunctionWord word);
  Expr* ParseGenericCall(uint32_t begin, const Ident& schema, const Ident& name, bool udf);
  Expr* ParseWindowFunction();
  void ParseOptionalOver(FunctionCall* call, bool required);
  void ParseWindowFrame(WindowSpec* spec);
  FrameBound* ParseFrameBound();
  Expr* ParseDualityObject(const Token& name);
  Expr* ParseDateArithmetic(const Token& name, bool plain_allowed);
  FunctionCall* NewCall(const Token& name);
  List<Expr*> ParseArguments(int min, int max);  // after `(`, through `)`
  void ParseOptionalPrecision(FunctionCall* call);
  BinaryOp ComparisonOp() const;  // requires AtComparison()
  bool AtComparison() const;
  uint32_t ExprBegin() const {
    return pending_primary_ != nullptr ? pending_primary_->begin : cur_.begin;
  }
  void NoteLink(uint32_t links);
  // For chains over which other code recurses: a long one counts as nesting.
  void LimitLinks(uint32_t links) {
    if (links > options_.max_depth) {
      FailTooDeep();
    }
  }

  Ident ParseCharsetWord();

  Query* ParseQueryBody(Query* first, bool first_in_parens, int level);
  Query* ParseQueryPrimary(bool* in_parens);
  Query* ParseQueryRest(WithClause* with, uint32_t begin, bool top_level);
  Query* FinishQuery(WithClause* with, Query* body, bool in_parens, uint32_t begin, bool top_level);
  Query* ContinueQuery(Query* first, uint32_t begin, bool top_level);
  bool AtQueryContinuation() const;
  Select* ParseSelect();
  Query* ParseValuesOrTable();
  void ParseSelectOptions(Select* select);
  IntoClause* ParseInto();
  void ParseOutfile(IntoClause* into);
  void ParseGroupBy(Select* select);
  List<GroupingSet*> ParseGroupingSets();
  LockingClause* ParseLocking();
  TableRef* ParseTableFactor();
  TableRef* ParseJoinTail(TableRef* left, uint32_t begin);
  QueryOrTable ParseTableAfterParen();
  TableRef* ParseDerivedTail(Query* query, uint32_t begin, bool lateral);
  TableRef* ParseJsonTable();
  List<JsonTableColumn*> ParseJsonColumns();
  void ParseJsonColumnResponses(JsonTableColumn* column);
  List<IndexHint*> ParseIndexHints();
  Ident ParseOptionalTableAlias();

  void AssignSlot(Literal* literal);
  void CheckHeight();

  ParsedStatement* statement_;
  const ParseOptions& options_;
  std::string_view text_;
  Arena& arena_;
  std::vector<SpecialComment> comments_;
  Lexer lexer_;
  Token cur_;
  Token ahead_[4];
  int ahead_count_ = 0;
  std::optional<ParseFailure> later_;
  std::optional<ProgramScope> program_;
  uint32_t prev_end_ = 0;
  uint32_t depth_ = 0;
  uint32_t links_ = 0;
  Expr* pending_primary_ = nullptr;  // an operand that was parsed before it was known to be one
  size_t next_digest_literal_ = 0;
  size_t slots_found_ = 0;
  std::vector<uint64_t> scratch_;
  // Where SourceText came to: it is asked for one piece of the text after the other.
  std::optional<Lexer> source_lexer_;
  Token source_token_;
};

template <typename T>
void Parser::ParseJsonResponses(T* node) {
  for (int round = 0; round < 2; ++round) {
    JsonResponse response = JsonResponse::kNone;
    Expr* value = nullptr;
    if (Accept(Kw::kError)) {
      response = JsonResponse::kError;
    } else if (Accept(Kw::kNull)) {
      response = JsonResponse::kNull;
    } else if (Accept(Kw::kDefault)) {
      response = JsonResponse::kDefault;
      value = ParseSignedLiteral();
    } else {
      return;
    }
    Expect(Kw::kOn);
    if (node->on_empty == JsonResponse::kNone && Accept(Kw::kEmpty)) {
      node->on_empty = response;
      node->empty_default = value;
    } else {
      Expect(Kw::kError);
      node->on_error = response;
      node->error_default = value;
      return;
    }
  }
}

}  // namespace keyspan::parser
