#include "parser/digest.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <cstring>

#include "parser/lexer.h"

namespace keyspan::parser {
namespace {

// What a level of parentheses does with literals. One byte per open parenthesis.
enum Level : uint8_t {
  kTake = 0,
  kKeep = 1,
  kInSelectList = 2,  // kept until this level's FROM
  kInByList = 4,      // ORDER BY, GROUP BY...: kept until LIMIT and its kind
  kSealed = 8,        // kept to the end: after INTO OUTFILE
};

LiteralKind LiteralKindOf(TokenKind kind) {
  switch (kind) {
    case TokenKind::kInteger:
      return LiteralKind::kInteger;
    case TokenKind::kDecimal:
      return LiteralKind::kDecimal;
    case TokenKind::kFloat:
      return LiteralKind::kFloat;
    case TokenKind::kNString:
      return LiteralKind::kNString;
    case TokenKind::kHex:
      return LiteralKind::kHex;
    case TokenKind::kBit:
      return LiteralKind::kBit;
    default:
      return LiteralKind::kString;
  }
}

// True when the parenthesis after this word holds a type's length, a precision or other numbers
// that are no expressions, or arguments that MySQL wants as literals. Where the word is an ordinary
// function of the same name, keeping its literals costs nothing but a digest.
bool SealsArguments(const Token& word, std::string_view text) {
  switch (word.keyword) {
    case Kw::kBinary:
    case Kw::kBit:
    case Kw::kChar:
    case Kw::kCharacter:
    case Kw::kCurrentTime:
    case Kw::kCurrentTimestamp:
    case Kw::kDatetime:
    case Kw::kDec:
    case Kw::kDecimal:
    case Kw::kDouble:
    case Kw::kFloat:
    case Kw::kJsonTable:
    case Kw::kJsonValue:
    case Kw::kLocaltime:
    case Kw::kLocaltimestamp:
    case Kw::kNchar:
    case Kw::kNtile:
    case Kw::kNumeric:
    case Kw::kReal:
    case Kw::kTablesample:
    case Kw::kSystem:
    case Kw::kBernoulli:
    case Kw::kTime:
    case Kw::kTimestamp:
    case Kw::kUtcTime:
    case Kw::kUtcTimestamp:
    case Kw::kVarbinary:
    case Kw::kVarchar:
    case Kw::kVector:
    case Kw::kWeightString:
    case Kw::kYear:
    case Kw::kOver:
      return true;
    case Kw::kNotKeyword:
      return word.kind == TokenKind::kIdent && word.symbol == '(' &&
             (EqualsIgnoreCase(text, "NOW") || EqualsIgnoreCase(text, "CURTIME") ||
              EqualsIgnoreCase(text, "SYSDATE"));
    default:
      return false;
  }
}

// Words after which the next literal belongs to the syntax.
bool KeepsNextLiteral(Kw keyword) {
  switch (keyword) {
    case Kw::kInterval:
    case Kw::kSeparator:
    case Kw::kCollate:
    case Kw::kUsing:
    case Kw::kAs:
    case Kw::kCharset:
    case Kw::kZone:
    case Kw::kPath:
    case Kw::kNext:
    case Kw::kRows:
    case Kw::kRange:
    case Kw::kGroups:
      return true;
    default:
      return false;
  }
}

// True when an operand may end with `token`: text after it is an alias, f(a 'x'). Where it is not
// (ESCAPE '|'), keeping it costs nothing but a digest.
bool EndsOperand(const Token& token) {
  switch (token.kind) {
    case TokenKind::kIdent:
      return !IsReserved(token.keyword) || token.Is(Kw::kNull) || token.Is(Kw::kTrue) ||
             token.Is(Kw::kFalse) || token.Is(Kw::kEnd);
    case TokenKind::kQuotedIdent:
    case TokenKind::kInteger:
    case TokenKind::kDecimal:
    case TokenKind::kFloat:
    case TokenKind::kHex:
    case TokenKind::kBit:
    case TokenKind::kHostname:
    case TokenKind::kPlaceholder:
      return true;
    default:
      return token.IsSymbol(')');
  }
}

bool IsDml(const Token& token) {
  switch (token.keyword) {
    case Kw::kSelect:
    case Kw::kWith:
    case Kw::kValues:
    case Kw::kTable:
    case Kw::kInsert:
    case Kw::kReplace:
    case Kw::kUpdate:
    case Kw::kDelete:
      return true;
    default:
      return token.IsSymbol('(');
  }
}

constexpr size_t kBufferSize = 64 << 10;
// What the fixed parts of one token may need beyond its text.
constexpr size_t kLongestToken = 64;

// The bytes that are hashed. Every token begins with a byte below 0x20 that says what it is, and
// texts carry their length, so that no two token sequences give the same bytes.
enum Mark : char {
  kMarkKeyword = 1,
  kMarkName = 2,
  kMarkQuotedName = 3,
  kMarkLiteral = 4,  // taken out; followed by its kind
  kMarkKept = 5,
  kMarkSymbol = 6,
  kMarkOperator = 7,
  kMarkPlaceholder = 8,
  kMarkComment = 9,
  kMarkEnd = 10,
  kMarkInvalid = 11,
  kMarkFunction = 12,  // a name with its parenthesis: NOW(3) is not the stored function NOW (3)
  kMarkHint = 13,
};

}  // namespace

void Digester::FreeStream::operator()(XXH3_state_s* stream) const { XXH3_freeState(stream); }

std::string Digest128::ToHex() const { return fmt::format("{:016x}{:016x}", high, low); }

DigestResult Digester::Compute(std::string_view sql, const ParseOptions& options) {
  Run(sql, options, nullptr);
  return result_;
}

std::string Digester::NormalizedText(std::string_view sql, const ParseOptions& options) {
  std::string normalized;
  Run(sql, options, &normalized);
  return normalized;
}

void Digester::Run(std::string_view sql, const ParseOptions& options, std::string* normalized) {
  literals_.clear();
  comments_.clear();
  levels_.clear();
  result_ = DigestResult();
  if (buffer_.empty()) {
    buffer_.resize(kBufferSize);
  }
  // A statement that fits the buffer is hashed in one go, a longer one piece by piece: both give
  // the same hash.
  char* const base = buffer_.data();
  char* const end = base + kBufferSize;
  char* const limit = end - kLongestToken;
  char* out = base;
  bool streaming = false;
  const auto flush = [&] {
    if (!streaming) {
      streaming = true;
      if (stream_ == nullptr) {
        stream_.reset(XXH3_createState());
      }
      XXH3_128bits_reset(stream_.get());
    }
    XXH3_128bits_update(stream_.get(), base, static_cast<size_t>(out - base));
    out = base;
  };
  const auto put = [&out](char c) { *out++ = c; };
  const auto put_text = [&](char mark, std::string_view text) {
    if (out >= limit) {
      flush();
    }
    *out++ = mark;
    const size_t size = text.size();
    if (size < 255) {
      *out++ = static_cast<char>(size);
    } else {
      *out++ = static_cast<char>(255);
      std::memcpy(out, &size, sizeof(size));
      out += sizeof(size);
    }
    if (size > static_cast<size_t>(end - out)) {
      flush();
      if (size > kBufferSize) {
        XXH3_128bits_update(stream_.get(), text.data(), size);
        return;
      }
    }
    std::memcpy(out, text.data(), size);
    out += size;
  };
  const auto show = [&](std::string_view text) {
    if (normalized != nullptr) {
      if (!normalized->empty()) {
        normalized->push_back(' ');
      }
      normalized->append(text);
    }
  };

  Lexer lexer(sql, options, &comments_);
  size_t comments_seen = 0;
  Token token = lexer.Next();
  const bool is_dml = IsDml(token);
  bool cacheable = true;
  // `level` is the innermost open parenthesis' state; `levels_` holds the ones around it.
  uint8_t level = is_dml ? kTake : kSealed;
  Token previous;
  Token before_previous;
  bool keep_next = false;
  const auto text_of = [&](const Token& t) { return sql.substr(t.begin, t.end - t.begin); };

  while (token.kind != TokenKind::kEnd) {
    if (out >= limit) {
      flush();
    }
    // Hints and directives count, where they stand.
    while (comments_seen < comments_.size() && comments_[comments_seen].end <= token.begin) {
      const SpecialComment& comment = comments_[comments_seen++];
      // A hint counts only right behind its verb, not behind another comment.
      const std::string_view between = sql.substr(previous.end, comment.begin - previous.end);
      const bool behind = between.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
      put_text(behind ? kMarkHint : kMarkComment,
               sql.substr(comment.begin, comment.end - comment.begin));
      show(sql.substr(comment.begin, comment.end - comment.begin));
    }
    Token next;
    bool have_next = false;
    switch (token.kind) {
      case TokenKind::kIdent:
        if (token.keyword == Kw::kNotKeyword) {
          put_text(token.symbol == '(' ? kMarkFunction : kMarkName, text_of(token));
          show(text_of(token));
          break;
        }
        put(kMarkKeyword);
        std::memcpy(out, &token.keyword, 2);
        out += 2;
        // A keyword that is not reserved may be a name, whose letters count.
        if (!IsReserved(token.keyword)) {
          put_text(kMarkName, text_of(token));
        }
        show(IsReserved(token.keyword) ? KeywordText(token.keyword) : text_of(token));
        switch (token.keyword) {
          case Kw::kSelect:
            level = static_cast<uint8_t>((level & ~kInByList) | kInSelectList);
            break;
          case Kw::kFrom:
          case Kw::kWhere:
          case Kw::kUnion:
          case Kw::kExcept:
          case Kw::kIntersect:
            level &= static_cast<uint8_t>(~(kInSelectList | kInByList));
            break;
          case Kw::kBy:
          case Kw::kHaving:
          case Kw::kQualify:
          case Kw::kWindow:
            level |= kInByList;
            break;
          case Kw::kLimit:
            level &= static_cast<uint8_t>(~(kInSelectList | kInByList));
            if (!options_.extract_limit) {
              level |= kInByList;
            }
            break;
          case Kw::kDuplicate:
            level &= static_cast<uint8_t>(~(kInSelectList | kInByList));
            break;
          case Kw::kOutfile:
          case Kw::kDumpfile:
            level |= kSealed;
            break;
          default:
            break;
        }
        keep_next = KeepsNextLiteral(token.keyword);
        break;
      case TokenKind::kSymbol:
        put(kMarkSymbol);
        put(token.symbol);
        show(text_of(token));
        if (token.symbol == '(') {
          levels_.push_back(level);
          const bool sealed =
              (previous.kind == TokenKind::kIdent && SealsArguments(previous, text_of(previous)));
          level = (level != kTake || sealed) ? kKeep : kTake;
          if (previous.keyword == Kw::kInterval || (keep_next && sealed)) {
            keep_next = false;
          }
        } else if (token.symbol == ')') {
          if (levels_.empty()) {
            cacheable = false;
          } else {
            level = levels_.back();
            levels_.pop_back();
          }
        }
        // A sign keeps INTERVAL -1 DAY waiting for its number.
        keep_next = keep_next && (token.symbol == '-' || token.symbol == '+');
        break;
      case TokenKind::kInteger:
      case TokenKind::kDecimal:
      case TokenKind::kFloat:
      case TokenKind::kString:
      case TokenKind::kNString:
      case TokenKind::kHex:
      case TokenKind::kBit: {
        const LiteralKind kind = LiteralKindOf(token.kind);
        uint32_t end = token.end;
        // DATE '...' is one token string; everything else joins with the strings after it.
        const bool temporal = token.kind == TokenKind::kString &&
                              (previous.keyword == Kw::kDate || previous.keyword == Kw::kTime ||
                               previous.keyword == Kw::kTimestamp);
        next = lexer.Next();
        have_next = true;
        if (!temporal && (token.kind == TokenKind::kString || token.kind == TokenKind::kNString)) {
          while (next.kind == TokenKind::kString) {
            const std::string_view between = sql.substr(end, next.begin - end);
            if (between.find('*') != std::string_view::npos) {
              cacheable = false;  // a comment may open or close an executable one here
            }
            end = next.end;
            next = lexer.Next();
          }
        }
        const bool arrow =
            previous.kind == TokenKind::kArrow || previous.kind == TokenKind::kLongArrow;
        const bool after_at = previous.IsSymbol('@');
        const bool alias = token.kind == TokenKind::kString && !temporal && EndsOperand(previous);
        const bool escape = before_previous.IsSymbol('{');
        const bool frame = next.keyword == Kw::kPreceding || next.keyword == Kw::kFollowing;
        if (level == kTake && !keep_next && !arrow && !after_at && !alias && !escape && !frame) {
          put(kMarkLiteral);
          LiteralKind shown = kind;
          if (temporal) {
            shown = previous.keyword == Kw::kDate   ? LiteralKind::kDate
                    : previous.keyword == Kw::kTime ? LiteralKind::kTime
                                                    : LiteralKind::kTimestamp;
          }
          put(static_cast<char>(0x40 + static_cast<int>(shown)));
          literals_.push_back({token.begin, end - token.begin, shown});
          show("?");
        } else {
          put(kMarkKept);
          put_text(static_cast<char>(0x40 + static_cast<int>(kind)),
                   sql.substr(token.begin, end - token.begin));
          show(sql.substr(token.begin, end - token.begin));
        }
        keep_next = false;
        break;
      }
      case TokenKind::kPlaceholder:
        put(kMarkPlaceholder);
        ++result_.placeholder_count;
        show("?");
        keep_next = false;
        break;
      case TokenKind::kInvalid:
        cacheable = false;
        put_text(kMarkInvalid, text_of(token));
        show(text_of(token));
        break;
      case TokenKind::kQuotedIdent:
        put_text(kMarkQuotedName, text_of(token));
        show(text_of(token));
        keep_next = false;
        break;
      default:
        put_text(static_cast<char>(0x60 + static_cast<int>(token.kind)), text_of(token));
        show(text_of(token));
        keep_next = false;
        break;
    }
    if (token.kind == TokenKind::kInvalid) {
      break;
    }
    before_previous = previous;
    previous = token;
    token = have_next ? next : lexer.Next();
  }
  while (comments_seen < comments_.size()) {
    const SpecialComment& comment = comments_[comments_seen++];
    put_text(kMarkComment, sql.substr(comment.begin, comment.end - comment.begin));
  }
  if (out >= limit) {
    flush();
  }
  put(kMarkEnd);
  put(static_cast<char>(options.sql_mode));
  put(static_cast<char>(options.charset));
  put(static_cast<char>(options_.extract_limit ? 1 : 0));
  if (!is_dml) {
    // Other statements' trees may keep a part of their text as it is.
    put_text(kMarkKept, sql);
  }
  if (!cacheable) {
    // The whole text stands for itself.
    put_text(kMarkInvalid, sql);
    literals_.clear();
  }
  XXH128_hash_t hash;
  if (streaming) {
    flush();
    hash = XXH3_128bits_digest(stream_.get());
  } else {
    hash = XXH3_128bits(base, static_cast<size_t>(out - base));
  }
  result_.digest = {hash.low64, hash.high64};
  result_.literals = literals_;
  result_.cacheable = cacheable;
  result_.is_dml = is_dml;
}

}  // namespace keyspan::parser
