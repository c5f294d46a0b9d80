#pragma once

#include <string_view>
#include <vector>

#include "parser/parse.h"
#include "parser/token.h"

namespace keyspan::parser {

// A comment that is kept: an optimizer hint /*+ ... */ or a directive /*vt+ ... */. Offsets include
// the comment marks.
struct SpecialComment {
  uint32_t begin = 0;
  uint32_t end = 0;
  bool is_directive = false;
};

// Cuts text into tokens as MySQL's lexer does, one at a time, without allocating. It knows what
// MySQL knows from the previous token only: a name after `.` is never a keyword, what follows `@`
// is a host or variable name. Executable comments whose version is not above server_version are
// transparent. `sql` is at most 4 GiB and must outlive the lexer.
class Lexer {
 public:
  // Special comments are appended to `comments`, if given.
  Lexer(std::string_view sql, const ParseOptions& options,
        std::vector<SpecialComment>* comments = nullptr);

  // At the end of the text: kEnd, again and again.
  Token Next();

  // 1 plus the newlines before `offset`, as MySQL's messages count.
  static int LineAt(std::string_view sql, size_t offset);

  // True when any comment was executed so far: then source slices may hold comment marks.
  bool saw_version_comment() const { return saw_version_comment_; }

 private:
  enum class State : uint8_t { kNormal, kDot, kName, kHostname, kVariable };

  unsigned char At(uint32_t i) const { return i < size_ ? data_[i] : 0; }
  Token Make(TokenKind kind, uint32_t begin, uint32_t end);
  Token Symbol(char c, uint32_t begin);
  // Skips spaces and comments; false when a comment is not closed (pos_ is then its beginning).
  bool SkipBlanks();
  bool SkipComment();
  bool SkipLongComment(uint32_t from, int nested);
  Token LexName(uint32_t begin);
  Token LexNameAfterDot(uint32_t begin, uint32_t scan_from);
  Token LexVariableName(uint32_t begin);
  bool FitsInteger(uint32_t begin, uint32_t end) const;
  Token LexNumber(uint32_t begin);
  Token LexFraction(uint32_t begin, uint32_t at);
  Token LexString(uint32_t begin, uint32_t quote_at, TokenKind kind);
  Token LexQuotedName(uint32_t begin, char quote);
  Token LexRadix(uint32_t begin, TokenKind kind);
  Token LexDollar(uint32_t begin);
  Token LexComparison(uint32_t begin);
  Token LexOperator(uint32_t begin, unsigned char c);
  uint32_t ScanName(uint32_t at) const;
  uint32_t MultiByteLengthAt(uint32_t at) const;
  bool IsName(unsigned char c) const;

  const unsigned char* data_;
  uint32_t size_;
  uint32_t pos_ = 0;
  State state_ = State::kNormal;
  uint32_t sql_mode_;
  uint32_t version_;
  TextCharset charset_;
  const uint8_t* classes_;  // of each byte, in this character set
  bool in_version_comment_ = false;
  bool saw_version_comment_ = false;
  std::vector<SpecialComment>* comments_;
};

// The content of a string token's source (with its quotes and N), escapes resolved. The result lies
// in the source when there is nothing to resolve, else in `arena`.
std::string_view DecodeString(std::string_view source, const ParseOptions& options, Arena& arena);
// As DecodeString for several string tokens, which are one literal: 'a' 'b'.
std::string DecodeStrings(std::string_view source, const ParseOptions& options);
// The name that MySQL, which converts names to utf8 at once, takes a bare name for: half a
// multi-byte character at the end is lost, elsewhere it becomes a question mark.
std::string_view DecodeName(std::string_view text, TextCharset charset, Arena& arena);
// Likewise for a kQuotedIdent token.
std::string_view DecodeQuotedName(std::string_view source, TextCharset charset, Arena& arena);

}  // namespace keyspan::parser
