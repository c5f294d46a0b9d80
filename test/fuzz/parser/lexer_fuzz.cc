// Tokens lie in the text one after the other; what the printer quotes reads back as it was.

#include "parser/lexer.h"
#include "test/fuzz/parser/input.h"

namespace keyspan::parser {
namespace {

void CheckTokens(const FuzzInput& input) {
  std::vector<SpecialComment> comments;
  Lexer lexer(input.sql, input.parse, &comments);
  Arena arena;
  uint32_t last_end = 0;
  for (Token token = lexer.Next(); token.kind != TokenKind::kEnd; token = lexer.Next()) {
    Require(token.begin >= last_end, "tokens overlap", input.sql);
    Require(token.end >= token.begin && token.end <= input.sql.size(), "not in the text",
            input.sql);
    // Only the name after @ may be empty, and what is refused at the end.
    Require(token.end > token.begin || token.kind == TokenKind::kHostname ||
                token.kind == TokenKind::kInvalid,
            "empty token", input.sql);
    last_end = token.end;
    const std::string_view source = input.sql.substr(token.begin, token.end - token.begin);
    if (token.kind == TokenKind::kString || token.kind == TokenKind::kNString) {
      Require(DecodeString(source, input.parse, arena).size() < source.size(), "decoded", source);
    } else if (token.kind == TokenKind::kQuotedIdent) {
      Require(DecodeQuotedName(source, input.parse.charset, arena).size() < source.size(),
              "decoded", source);
    } else if (token.kind == TokenKind::kInvalid) {
      break;
    }
  }
  for (const SpecialComment& comment : comments) {
    Require(comment.begin + 4 < comment.end && comment.end <= input.sql.size(), "comment",
            input.sql);
  }
}

// `quoted` must be one token of that kind.
void CheckOneToken(const std::string& quoted, const ParseOptions& options, TokenKind kind) {
  Lexer lexer(quoted, options);
  const Token token = lexer.Next();
  Require(token.kind == kind && token.end == quoted.size(), "more than one token", quoted);
}

// Any bytes can be a string, and any name without broken characters and zero bytes a name.
void CheckQuoting(const FuzzInput& input) {
  Arena arena;
  ParseOptions options = input.parse;
  options.sql_mode &= ~kModeNoBackslashEscapes;
  const std::string text = QuoteString(input.sql, options.charset);
  CheckOneToken(text, options, TokenKind::kString);
  Require(DecodeString(text, options, arena) == input.sql, "not the same string", text);

  const std::string_view name = DecodeName(input.sql, options.charset, arena);
  if (name.find('\0') == std::string_view::npos) {
    const std::string quoted = QuoteIdent(name, true, options.charset);
    CheckOneToken(quoted, options, TokenKind::kQuotedIdent);
    Require(DecodeQuotedName(quoted, options.charset, arena) == name, "not the same name", quoted);
  }
}

void CheckSplit(const FuzzInput& input) {
  uint32_t last_end = 0;
  for (const StatementRange& range : SplitStatements(input.sql, input.parse)) {
    Require(range.begin >= last_end && range.end > range.begin && range.end <= input.sql.size(),
            "statements overlap", input.sql);
    last_end = range.end;
  }
  StatementVerb(input.sql, input.parse);
}

}  // namespace
}  // namespace keyspan::parser

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace keyspan::parser;  // NOLINT
  if (const auto input = DecodeFuzzInput(data, size)) {
    CheckTokens(*input);
    CheckQuoting(*input);
    CheckSplit(*input);
  }
  return 0;
}
