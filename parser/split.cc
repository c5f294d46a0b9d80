// Cutting a multi-statement text, and guessing a statement's verb.

#include "parser/char_class.h"
#include "parser/lexer.h"
#include "parser/parse.h"

namespace keyspan::parser {
namespace {

// Follows the nesting of a stored program's body, where `;` ends an inner statement only.
class BodyTracker {
 public:
  void See(const Token& token, const Token& previous) {
    ++count_;
    if (count_ == 1) {
      create_ = token.Is(Kw::kCreate) || token.Is(Kw::kAlter);
    }
    if (!create_) {
      return;
    }
    program_ = program_ || token.Is(Kw::kProcedure) || token.Is(Kw::kFunction) ||
               token.Is(Kw::kTrigger) || token.Is(Kw::kEvent);
    if (!program_) {
      return;
    }
    if (previous.Is(Kw::kEnd)) {
      if (token.Is(Kw::kIf) || token.Is(Kw::kCase) || token.Is(Kw::kLoop) ||
          token.Is(Kw::kRepeat) || token.Is(Kw::kWhile)) {
        return;  // END IF and so on: END has closed it already
      }
    }
    switch (token.keyword) {
      case Kw::kBegin:
      case Kw::kCase:
        ++depth_;
        break;
      case Kw::kLoop:
      case Kw::kWhile:
        depth_ += depth_ > 0 ? 1 : 0;
        break;
      case Kw::kEnd:
        depth_ -= depth_ > 0 ? 1 : 0;
        break;
      default:
        break;
    }
  }
  bool inside() const { return depth_ > 0; }
  // IF and REPEAT open a block only at the beginning of a statement inside a body.
  void SeeStatementStart(const Token& token) {
    if (inside() && (token.Is(Kw::kIf) || token.Is(Kw::kRepeat))) {
      ++depth_;
    }
  }

 private:
  int count_ = 0;
  int depth_ = 0;
  bool create_ = false;
  bool program_ = false;
};

bool StartsStatement(const Token& previous) {
  return previous.IsSymbol(';') || previous.Is(Kw::kBegin) || previous.Is(Kw::kThen) ||
         previous.Is(Kw::kElse) || previous.Is(Kw::kDo) || previous.Is(Kw::kLoop) ||
         previous.Is(Kw::kRepeat) || previous.IsSymbol(':');
}

}  // namespace

std::vector<StatementRange> SplitStatements(std::string_view sql, const ParseOptions& options) {
  std::vector<StatementRange> statements;
  Lexer lexer(sql, options);
  BodyTracker body;
  Token previous;
  bool any = false;
  uint32_t begin = 0;
  uint32_t last_end = 0;
  const auto finish = [&] {
    if (any) {
      // From the text's own beginning, so that leading comments stay with their statement.
      while (begin < last_end && IsSpace(static_cast<unsigned char>(sql[begin]))) {
        ++begin;
      }
      // After a `;` an executed comment may only turn out to be open.
      if (begin < last_end) {
        statements.push_back({begin, last_end});
      }
    }
    any = false;
    body = BodyTracker();
  };
  for (Token token = lexer.Next(); token.kind != TokenKind::kEnd; token = lexer.Next()) {
    if (token.IsSymbol(';') && !body.inside()) {
      // What follows on the way to the `;`, a comment for example, belongs to the statement.
      if (any) {
        last_end = token.begin;
        while (last_end > begin && IsSpace(static_cast<unsigned char>(sql[last_end - 1]))) {
          --last_end;
        }
      }
      finish();
      begin = token.end;
      previous = Token();
      continue;
    }
    if (any && StartsStatement(previous)) {
      body.SeeStatementStart(token);
    }
    body.See(token, previous);
    any = true;
    last_end = token.end;
    previous = token;
    if (token.kind == TokenKind::kInvalid) {
      last_end = static_cast<uint32_t>(sql.size());
      break;
    }
  }
  finish();
  return statements;
}

std::string_view StatementVerb(std::string_view sql, const ParseOptions& options) {
  Lexer lexer(sql, options);
  Token token = lexer.Next();
  while (token.IsSymbol('(')) {
    token = lexer.Next();
  }
  return token.kind == TokenKind::kIdent ? KeywordText(token.keyword) : std::string_view();
}

}  // namespace keyspan::parser
