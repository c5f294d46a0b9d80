#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "parser/lexer.h"
#include "parser/parse.h"

struct XXH3_state_s;

namespace keyspan::parser {

struct Digest128 {
  uint64_t low = 0;
  uint64_t high = 0;
  friend bool operator==(const Digest128&, const Digest128&) = default;
  // 32 hex digits.
  std::string ToHex() const;
};
struct Digest128Hash {
  size_t operator()(const Digest128& digest) const { return digest.low; }
};

// A literal that was taken out of the text: its source is [offset, offset + length). Without
// character set introducer and without DATE/TIME/TIMESTAMP, which stay in the digest's text.
struct DigestLiteral {
  uint32_t offset = 0;
  uint32_t length = 0;
  LiteralKind kind = LiteralKind::kInteger;  // kInteger..kBit; temporal ones are kDate..kTimestamp
};

// The views live until the next call of the Digester that made them.
struct DigestResult {
  Digest128 digest;
  // In the order of the text: index = Literal::slot.
  std::span<const DigestLiteral> literals;
  uint32_t placeholder_count = 0;
  // False when the text cannot be lexed to its end (open string...), or holds a construct for which
  // literals cannot safely change. Then every literal is part of the digest, `literals` is empty.
  bool cacheable = false;
  // False when the first keyword is none of SELECT, WITH, VALUES, TABLE, INSERT, REPLACE, UPDATE,
  // DELETE or `(`: then literals stay in the digest too.
  bool is_dml = false;
};

// Computes digests: the 128-bit hash of a statement's tokens with literals taken out, so that
// statements that differ only in those literals share a plan. Also part of the digest: sql_mode
// bits, charset and options that change how the text reads.
//
// What stays in the text (and so in the digest): identifiers byte by byte, keywords in any case,
// NULL/TRUE/FALSE, operators and signs, placeholders, optimizer hints and /*vt+ */ directives,
// introducers and DATE/TIME/TIMESTAMP before a string, units; and the literals of a select list,
// GROUP BY, ORDER BY, PARTITION BY, HAVING, WINDOW, window frames, INTERVAL n unit, types,
// fractional seconds, JSON paths after -> and ->>, JSON_TABLE, TABLESAMPLE, SEPARATOR, COLLATE,
// USING, text that is an alias, INTO OUTFILE and after it. Plain comments are not part of it.
//
// One per thread: buffers are reused, so a warm one allocates nothing. Not thread-safe.
class Digester {
 public:
  struct Options {
    // Take the numbers of LIMIT out as well.
    bool extract_limit = true;
  };

  Digester() = default;
  explicit Digester(Options options) : options_(options) {}

  // `sql` is one statement. Never fails; see DigestResult::cacheable.
  DigestResult Compute(std::string_view sql, const ParseOptions& options = {});

  // The digest's text of the last Compute: tokens separated by spaces, `?` for what was taken out.
  // Allocates; for logs and query statistics.
  std::string NormalizedText(std::string_view sql, const ParseOptions& options = {});

 private:
  void Run(std::string_view sql, const ParseOptions& options, std::string* normalized);

  struct FreeStream {
    void operator()(XXH3_state_s* stream) const;
  };

  Options options_;
  std::vector<char> buffer_;
  std::unique_ptr<XXH3_state_s, FreeStream> stream_;
  std::vector<DigestLiteral> literals_;
  std::vector<uint8_t> levels_;
  std::vector<SpecialComment> comments_;
  DigestResult result_;
};

}  // namespace keyspan::parser
