#include "parser/lexer.h"

#include <algorithm>
#include <cstring>

#include "parser/char_class.h"

namespace keyspan::parser {
namespace {

constexpr std::string_view kCharsets[] = {
    "armscii8", "ascii",   "big5",   "binary",   "cp1250",  "cp1251", "cp1256",  "cp1257", "cp850",
    "cp852",    "cp866",   "cp932",  "dec8",     "eucjpms", "euckr",  "gb18030", "gb2312", "gbk",
    "geostd8",  "greek",   "hebrew", "hp8",      "keybcs2", "koi8r",  "koi8u",   "latin1", "latin2",
    "latin5",   "latin7",  "macce",  "macroman", "sjis",    "swe7",   "tis620",  "ucs2",   "ujis",
    "utf16",    "utf16le", "utf32",  "utf8",     "utf8mb3", "utf8mb4"};

bool IsCharset(std::string_view name) {
  return std::any_of(std::begin(kCharsets), std::end(kCharsets),
                     [&](std::string_view charset) { return EqualsIgnoreCase(charset, name); });
}

}  // namespace

Lexer::Lexer(std::string_view sql, const ParseOptions& options,
             std::vector<SpecialComment>* comments)
    : data_(reinterpret_cast<const unsigned char*>(sql.data())),
      size_(static_cast<uint32_t>(sql.size())),
      sql_mode_(options.sql_mode),
      version_(options.server_version),
      charset_(options.charset),
      classes_(kClasses[static_cast<size_t>(options.charset)].data()),
      comments_(comments) {}

int Lexer::LineAt(std::string_view sql, size_t offset) {
  // MySQL does not see the white space in front.
  const size_t first = std::min(sql.find_first_not_of(" \t\n\v\f\r"), sql.size());
  const size_t last = std::clamp(offset, first, sql.size());
  return 1 + static_cast<int>(std::count(sql.begin() + first, sql.begin() + last, '\n'));
}

Token Lexer::Make(TokenKind kind, uint32_t begin, uint32_t end) {
  pos_ = end;
  Token token;
  token.kind = kind;
  token.begin = begin;
  token.end = end;
  return token;
}

Token Lexer::Symbol(char c, uint32_t begin) {
  Token token = Make(TokenKind::kSymbol, begin, begin + 1);
  token.symbol = c;
  return token;
}

uint32_t Lexer::MultiByteLengthAt(uint32_t at) const {
  return MultiByteLength(data_ + at, data_ + size_, charset_);
}

bool Lexer::IsName(unsigned char c) const { return (classes_[c] & kNameChar) != 0; }

uint32_t Lexer::ScanName(uint32_t at) const {
  if (charset_ == TextCharset::kOther) {
    const unsigned char* const end = data_ + size_;
    const unsigned char* to = data_ + at;
    while (to < end && (kClasses[0][*to] & kNameChar) != 0) {
      ++to;
    }
    return static_cast<uint32_t>(to - data_);
  }
  while (at < size_ && IsName(data_[at])) {
    at += std::max<uint32_t>(1, MultiByteLengthAt(at));
  }
  return std::min(at, size_);
}

bool Lexer::SkipLongComment(uint32_t from, int nested) {
  for (uint32_t at = from; at + 1 < size_; ++at) {
    if (data_[at] == '*' && data_[at + 1] == '/') {
      pos_ = at + 2;
      return true;
    }
    if (nested > 0 && data_[at] == '/' && data_[at + 1] == '*') {
      if (!SkipLongComment(at + 2, nested - 1)) {
        return false;
      }
      at = pos_ - 1;
    }
  }
  return false;
}

// At the "/*" of a comment: steps over it, or over its opening mark when its content counts.
bool Lexer::SkipComment() {
  const uint32_t begin = pos_;
  if (At(begin + 2) != '!') {
    if (!SkipLongComment(begin + 2, 0)) {
      pos_ = begin;
      return false;
    }
    if (comments_ != nullptr) {
      const std::string_view text(reinterpret_cast<const char*>(data_) + begin, pos_ - begin);
      if (text.size() > 4 && text[2] == '+') {
        comments_->push_back({begin, pos_, false});
      } else if (text.size() > 6 && text.substr(2, 3) == "vt+") {
        comments_->push_back({begin, pos_, true});
      }
    }
    return true;
  }
  uint32_t digits = 0;
  uint32_t version = 0;
  while (digits < 6 && IsDigit(At(begin + 3 + digits))) {
    version = version * 10 + (data_[begin + 3 + digits] - '0');
    ++digits;
  }
  saw_version_comment_ = true;
  if (digits < 5) {
    in_version_comment_ = true;
    pos_ = begin + 3;
    return true;
  }
  if (digits == 6 && !IsSpace(At(begin + 9))) {
    digits = 5;  // MMmmpp needs a space after it, Mmmpp does not
    version /= 10;
  }
  if (version <= version_) {
    in_version_comment_ = true;
    pos_ = begin + 3 + digits;
    return true;
  }
  if (!SkipLongComment(begin + 3, 1)) {
    pos_ = begin;
    return false;
  }
  return true;
}

bool Lexer::SkipBlanks() {
  while (pos_ < size_) {
    const unsigned char c = data_[pos_];
    if (IsSpace(c)) {
      ++pos_;
    } else if (c == '/' && At(pos_ + 1) == '*') {
      if (!SkipComment()) {
        return false;
      }
    } else if (c == '*' && in_version_comment_ && At(pos_ + 1) == '/') {
      in_version_comment_ = false;
      pos_ += 2;
    } else if (c == '#' || (c == '-' && At(pos_ + 1) == '-' &&
                            (pos_ + 2 >= size_ || IsSpace(data_[pos_ + 2]) ||
                             data_[pos_ + 2] < 32 || data_[pos_ + 2] == 127))) {
      const void* newline = std::memchr(data_ + pos_, '\n', size_ - pos_);
      pos_ = newline == nullptr
                 ? size_
                 : static_cast<uint32_t>(static_cast<const unsigned char*>(newline) - data_);
    } else {
      return true;
    }
  }
  return true;
}

Token Lexer::Next() {
  const uint32_t start = pos_;
  switch (state_) {
    case State::kNormal:
      break;
    case State::kDot:
      state_ = IsName(At(start + 1)) ? State::kName : State::kNormal;
      return Symbol('.', start);
    case State::kName:
      return LexNameAfterDot(start, start);
    case State::kHostname: {
      state_ = State::kNormal;
      uint32_t at = start;
      while (at < size_ && (classes_[data_[at]] & kAccountChar) != 0) {
        ++at;
      }
      return Make(TokenKind::kHostname, start, at);
    }
    case State::kVariable:
      return LexVariableName(start);
  }
  // Mostly one space, or none.
  while (pos_ < size_ && IsSpace(data_[pos_])) {
    ++pos_;
  }
  if ((classes_[At(pos_)] & kCommentChar) != 0 && !SkipBlanks()) {
    return Make(TokenKind::kInvalid, pos_, size_);
  }
  const uint32_t begin = pos_;
  if (begin >= size_) {
    // An executable comment that is not closed.
    return Make(in_version_comment_ ? TokenKind::kInvalid : TokenKind::kEnd, size_, size_);
  }
  const unsigned char c = data_[begin];
  switch (c) {
    case '\'':
      return LexString(begin, begin, TokenKind::kString);
    case '"':
      if ((sql_mode_ & kModeAnsiQuotes) != 0) {
        return LexQuotedName(begin, '"');
      }
      return LexString(begin, begin, TokenKind::kString);
    case '`':
      return LexQuotedName(begin, '`');
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
      return LexNumber(begin);
    case '.':
      if (IsDigit(At(begin + 1))) {
        return LexFraction(begin, begin + 1);
      }
      state_ = IsName(At(begin + 1)) ? State::kName : State::kNormal;
      return Symbol('.', begin);
    case '$':
      return LexDollar(begin);
    case 'x':
    case 'X':
      return At(begin + 1) == '\'' ? LexRadix(begin, TokenKind::kHex) : LexName(begin);
    case 'b':
    case 'B':
      return At(begin + 1) == '\'' ? LexRadix(begin, TokenKind::kBit) : LexName(begin);
    case 'n':
    case 'N':
      return At(begin + 1) == '\'' ? LexString(begin, begin + 1, TokenKind::kNString)
                                   : LexName(begin);
    default:
      // Half a character begins no name, though it may stand inside of one.
      if (IsName(c) &&
          (c <= 0x80 || charset_ == TextCharset::kOther || MultiByteLengthAt(begin) != 0)) {
        return LexName(begin);
      }
      return LexOperator(begin, c);
  }
}

Token Lexer::LexName(uint32_t begin) {
  const uint32_t end = ScanName(begin);
  Token token = Make(TokenKind::kIdent, begin, end);
  const std::string_view text(reinterpret_cast<const char*>(data_) + begin, end - begin);
  uint32_t at = end;
  if ((sql_mode_ & kModeIgnoreSpace) != 0) {
    while (at < size_ && IsSpace(data_[at])) {
      ++at;
    }
  }
  const unsigned char next = At(at);
  if (at == end && next == '.' && IsName(At(end + 1))) {
    state_ = State::kDot;  // a qualifier is never a keyword
  } else {
    token.symbol = next == '(' ? '(' : 0;
    token.keyword = FindKeyword(text);
    if (token.keyword != Kw::kNotKeyword) {
      return token;
    }
  }
  if (text[0] == '_' && IsCharset(text.substr(1))) {
    token.kind = TokenKind::kIntroducer;
  }
  return token;
}

// A name that is no keyword; its characters are looked at from `scan_from` on.
Token Lexer::LexNameAfterDot(uint32_t begin, uint32_t scan_from) {
  const uint32_t end = ScanName(scan_from);
  state_ = At(end) == '.' && IsName(At(end + 1)) ? State::kDot : State::kNormal;
  Token token = Make(TokenKind::kIdent, begin, end);
  return token;
}

// What follows @@.
Token Lexer::LexVariableName(uint32_t begin) {
  uint32_t end = begin;
  while (end < size_ && IsName(data_[end])) {
    ++end;  // also the halves of multi-byte characters: no system variable has any
  }
  if (end == begin) {
    state_ = State::kNormal;
    return Make(TokenKind::kInvalid, begin, std::min(begin + 1, size_));
  }
  state_ = At(end) == '.' ? State::kDot : State::kNormal;
  Token token = Make(TokenKind::kIdent, begin, end);
  token.keyword = FindKeyword({reinterpret_cast<const char*>(data_) + begin, end - begin});
  return token;
}

// Digits above the largest 64-bit number are a decimal.
bool Lexer::FitsInteger(uint32_t begin, uint32_t end) const {
  if (end - begin < 20) {
    return true;
  }
  std::string_view digits(reinterpret_cast<const char*>(data_) + begin, end - begin);
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  return digits.size() < 20 || (digits.size() == 20 && digits <= "18446744073709551615");
}

Token Lexer::LexNumber(uint32_t begin) {
  uint32_t at = begin + 1;
  if (data_[begin] == '0' && (At(at) == 'x' || At(at) == 'b')) {
    const bool hex = At(at) == 'x';
    uint32_t end = at + 1;
    while (hex ? IsHex(At(end)) : (At(end) == '0' || At(end) == '1')) {
      ++end;
    }
    if (end > at + 1 && !IsName(At(end))) {
      return Make(hex ? TokenKind::kHex : TokenKind::kBit, begin, end);
    }
    return LexNameAfterDot(begin, begin);
  }
  while (IsDigit(At(at))) {
    ++at;
  }
  const uint32_t after_digits = at;
  if (!IsName(At(at))) {
    if (At(at) == '.') {
      return LexFraction(begin, at + 1);
    }
    return Make(FitsInteger(begin, at) ? TokenKind::kInteger : TokenKind::kDecimal, begin, at);
  }
  if (At(at) == 'e' || At(at) == 'E') {
    uint32_t digits = at + 1;
    if (At(digits) == '+' || At(digits) == '-') {
      ++digits;
    }
    if (IsDigit(At(digits))) {
      while (IsDigit(At(digits))) {
        ++digits;
      }
      return Make(TokenKind::kFloat, begin, digits);
    }
  }
  // What follows the digits is looked at as a byte, even if it begins a multi-byte character.
  return LexNameAfterDot(begin, after_digits + 1);
}

// `at` is after the decimal point.
Token Lexer::LexFraction(uint32_t begin, uint32_t at) {
  while (IsDigit(At(at))) {
    ++at;
  }
  if (At(at) != 'e' && At(at) != 'E') {
    return Make(TokenKind::kDecimal, begin, at);
  }
  uint32_t digits = at + 1;
  if (At(digits) == '+' || At(digits) == '-') {
    ++digits;
  }
  if (!IsDigit(At(digits))) {
    return Make(TokenKind::kInvalid, begin, at);
  }
  while (IsDigit(At(digits))) {
    ++digits;
  }
  return Make(TokenKind::kFloat, begin, digits);
}

Token Lexer::LexString(uint32_t begin, uint32_t quote_at, TokenKind kind) {
  const unsigned char quote = data_[quote_at];
  const bool escapes = (sql_mode_ & kModeNoBackslashEscapes) == 0;
  uint32_t at = quote_at + 1;
  if (charset_ == TextCharset::kOther) {
    while (at < size_) {
      const unsigned char c = data_[at];
      if (c == quote) {
        if (At(at + 1) != quote) {
          return Make(kind, begin, at + 1);
        }
        at += 2;
      } else if (c == '\\' && escapes) {
        at += 2;
      } else {
        ++at;
      }
    }
    return Make(TokenKind::kInvalid, begin, size_);
  }
  while (at < size_) {
    const unsigned char c = data_[at];
    if (const uint32_t length = MultiByteLengthAt(at); length != 0) {
      at += length;
    } else if (c == quote) {
      if (At(at + 1) != quote) {
        return Make(kind, begin, at + 1);
      }
      at += 2;
    } else if (c == '\\' && escapes) {
      at += 2;
    } else {
      ++at;
    }
  }
  return Make(TokenKind::kInvalid, begin, size_);
}

Token Lexer::LexQuotedName(uint32_t begin, char quote) {
  const auto mark = static_cast<unsigned char>(quote);
  uint32_t at = begin + 1;
  while (at < size_) {
    if (const uint32_t length = MultiByteLengthAt(at); length != 0) {
      at += length;
    } else if (data_[at] == 0) {
      break;
    } else if (data_[at] != mark) {
      ++at;
    } else if (At(at + 1) == mark) {
      at += 2;
    } else {
      return Make(TokenKind::kQuotedIdent, begin, at + 1);
    }
  }
  return Make(TokenKind::kInvalid, begin, size_);
}

// x'...' and b'...'
Token Lexer::LexRadix(uint32_t begin, TokenKind kind) {
  uint32_t at = begin + 2;
  while (kind == TokenKind::kHex ? IsHex(At(at)) : (At(at) == '0' || At(at) == '1')) {
    ++at;
  }
  const bool odd = kind == TokenKind::kHex && (at - begin) % 2 != 0;
  if (At(at) != '\'' || odd) {
    return Make(TokenKind::kInvalid, begin, std::min(at + 1, size_));
  }
  return Make(kind, begin, at + 1);
}

// A name that begins with $, or a dollar-quoted string.
Token Lexer::LexDollar(uint32_t begin) {
  uint32_t at = begin + 1;
  while (at < size_ && IsName(data_[at]) && data_[at] != '$') {
    at += std::max<uint32_t>(1, MultiByteLengthAt(at));
  }
  if (At(at) != '$') {
    return LexName(begin);
  }
  const std::string_view all(reinterpret_cast<const char*>(data_), size_);
  const std::string_view tag = all.substr(begin, at + 1 - begin);
  const size_t close = all.find(tag, at + 1);
  if (close == std::string_view::npos) {
    return Make(TokenKind::kInvalid, begin, size_);
  }
  return Make(TokenKind::kDollarString, begin, static_cast<uint32_t>(close + tag.size()));
}

// MySQL reads the longest run of comparison characters first and then wants it to be an operator:
// `a=!b` is an error there, and `a!=b` is not.
Token Lexer::LexComparison(uint32_t begin) {
  const auto compares = [this](uint32_t at) {
    return At(at) == '=' || At(at) == '>' || At(at) == '!';
  };
  uint32_t end = begin + 1;
  if (compares(end) || At(end) == '<') {
    ++end;
    if (At(begin) == '<' && compares(end)) {
      ++end;
    }
  }
  const std::string_view text(reinterpret_cast<const char*>(data_) + begin, end - begin);
  if (text.size() == 1) {
    return Symbol(text[0], begin);
  }
  if (text[0] == '!' && text != "!=") {
    Token token = Symbol('!', begin);  // `!!a` is `!a`: the second character is lost
    pos_ = token.end = end;
    return token;
  }
  const auto kind = text == "<="                   ? TokenKind::kLessEqual
                    : text == ">="                 ? TokenKind::kGreaterEqual
                    : text == "<>" || text == "!=" ? TokenKind::kNotEqual
                    : text == "<=>"                ? TokenKind::kNullSafeEqual
                    : text == "<<"                 ? TokenKind::kShiftLeft
                    : text == ">>"                 ? TokenKind::kShiftRight
                                                   : TokenKind::kInvalid;
  return Make(kind, begin, end);
}

Token Lexer::LexOperator(uint32_t begin, unsigned char c) {
  const unsigned char next = At(begin + 1);
  switch (c) {
    case '<':
    case '>':
    case '=':
    case '!':
      return LexComparison(begin);
    case '&':
      if (next == '&') {
        return Make(TokenKind::kAndAnd, begin, begin + 2);
      }
      break;
    case '|':
      if (next == '|') {
        return Make(TokenKind::kOrOr, begin, begin + 2);
      }
      break;
    case ':':
      if (next == '=') {
        return Make(TokenKind::kAssign, begin, begin + 2);
      }
      break;
    case '-':
      if (next == '>') {
        return At(begin + 2) == '>' ? Make(TokenKind::kLongArrow, begin, begin + 3)
                                    : Make(TokenKind::kArrow, begin, begin + 2);
      }
      break;
    case '?':
      if (!IsName(next)) {
        return Make(TokenKind::kPlaceholder, begin, begin + 1);
      }
      return Make(TokenKind::kInvalid, begin, begin + 1);
    case '@':
      if (next == '@') {
        state_ = At(begin + 2) == '`' ? State::kNormal : State::kVariable;
        return Make(TokenKind::kAtAt, begin, begin + 2);
      }
      if (next != '\'' && next != '"' && next != '`') {
        state_ = State::kHostname;
      }
      break;
    case 0:
      return Make(TokenKind::kInvalid, begin, begin + 1);
    default:
      break;
  }
  return Symbol(static_cast<char>(c), begin);
}

}  // namespace keyspan::parser
