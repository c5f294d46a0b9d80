#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"
#include "parser/ast/ast.h"

namespace keyspan::parser {

// The bits of sql_mode that change how text is read.
enum SqlModeBit : uint32_t {
  kModeAnsiQuotes = 1,          // "x" is an identifier
  kModePipesAsConcat = 2,       // || concatenates
  kModeNoBackslashEscapes = 4,  // \ is an ordinary character
  kModeHighNotPrecedence = 8,   // NOT binds like !
  kModeIgnoreSpace = 16,        // a space may stand before the ( of COUNT and its kind
  kModeRealAsFloat = 32,        // REAL is FLOAT
};

// The bits of a sql_mode as SELECT @@sql_mode gives it ("ANSI" counts as what it stands for).
uint32_t SqlModeBits(std::string_view sql_mode);

// What the character set of the connection means to the lexer. In these multi-byte sets the second
// byte of a character may look like a quote or a backslash; everything else is kOther (utf8,
// latin1, binary...).
enum class TextCharset : uint8_t { kOther, kGbk, kSjis, kBig5, kCp932, kGb18030 };

// From character_set_client's name.
TextCharset TextCharsetOf(std::string_view name);
// The other way; empty for kOther.
std::string_view TextCharsetName(TextCharset charset);

struct DigestResult;

struct ParseOptions {
  uint32_t sql_mode = 0;  // SqlModeBit
  TextCharset charset = TextCharset::kOther;
  uint32_t server_version = 90704;  // decides about /*!NNNNN ... */
  // Nesting of the text (parentheses, subqueries, CASE...): each level costs some hundred bytes of
  // stack. Deeper text fails with errno 1436, as MySQL's own stack check does.
  uint32_t max_depth = 1000;
  // Height of the tree: what 1+1+1+... makes high without nesting. AND, OR and set operations are
  // lists and do not count.
  uint32_t max_height = 20000;
  // With it, every literal that the digest extracted gets its slot.
  const DigestResult* digest = nullptr;
};

// A parsed statement with its memory: copy of the text, arena, root. Views and nodes live as long
// as it does, and do not move with it. Rewrites allocate from arena(). Not thread-safe; immutable
// use from several threads is fine.
class ParsedStatement {
 public:
  ParsedStatement() = default;
  ParsedStatement(ParsedStatement&&) = default;
  ParsedStatement& operator=(ParsedStatement&&) = default;

  // Null for a statement that is only comments (MySQL's 1065, query was empty).
  Statement* root() const { return root_; }
  void set_root(Statement* root) { root_ = root; }
  std::string_view text() const { return text_; }
  Arena& arena() { return arena_; }

  uint32_t placeholder_count() const { return placeholder_count_; }
  // The /*vt+ ... */ comments, without the comment marks, in order.
  const std::vector<std::string_view>& directives() const { return directives_; }
  // True when every literal that the digest extracted has found its node. Otherwise a plan made
  // from this tree must not be used for another statement of that digest.
  bool slots_complete() const { return slots_complete_; }

 private:
  friend class Parser;
  Arena arena_;
  std::string_view text_;  // in the arena
  Statement* root_ = nullptr;
  uint32_t placeholder_count_ = 0;
  bool slots_complete_ = false;
  std::vector<std::string_view> directives_;
};

// Parses one statement; a `;` at its end is fine, text after it is a syntax error.
//
// Fails as MySQL does: 1064/42000 with near '...' at line N; 1436 for text nested too deeply; 1149,
// 1235 and others where MySQL's grammar itself raises them.
Result<ParsedStatement> Parse(std::string_view sql, const ParseOptions& options = {});

// Parses an expression alone, for tests and for rules written as text.
Result<ParsedStatement> ParseExpression(std::string_view sql, const ParseOptions& options,
                                        Expr** expr);

// One statement of a multi-statement text: [begin, end) without the `;` and without the spaces
// around it.
struct StatementRange {
  uint32_t begin = 0;
  uint32_t end = 0;
};

// Cuts at each `;` that is not inside a string, a comment, or the body of a stored program
// (CREATE ... BEGIN ... END). Statements without any token are left out. Never fails: an open
// string or comment runs to the end of the text.
std::vector<StatementRange> SplitStatements(std::string_view sql, const ParseOptions& options = {});

// What kind of statement the text begins with, from its first tokens only: for logs, metrics and
// early decisions when the text does not parse. The first keyword in capitals: "SELECT", "CREATE",
// "".
std::string_view StatementVerb(std::string_view sql, const ParseOptions& options = {});

// "Select", "Insert"...; for an OtherStatement its words ("CREATE PROCEDURE").
std::string_view StatementKindName(const Statement& statement);

}  // namespace keyspan::parser
