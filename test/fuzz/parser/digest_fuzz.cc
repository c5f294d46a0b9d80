// A digest depends neither on the values of the literals that it takes out nor on what the digester
// did before, and statements of one digest have one tree but for those literals.

#include <boost/unordered/unordered_flat_map.hpp>

#include "parser/digest.h"
#include "parser/walker.h"
#include "test/fuzz/parser/input.h"

namespace keyspan::parser {
namespace {

void CheckLiterals(const DigestResult& digest, std::string_view sql) {
  uint32_t last_end = 0;
  for (const DigestLiteral& literal : digest.literals) {
    Require(literal.offset >= last_end && literal.length > 0 &&
                literal.offset + literal.length <= sql.size(),
            "literals overlap", sql);
    last_end = literal.offset + literal.length;
  }
  Require(digest.cacheable || digest.literals.empty(), "literals that cannot be used", sql);
}

std::string_view OtherLiteral(LiteralKind kind) {
  switch (kind) {
    case LiteralKind::kInteger:
      return "18446744073709551615";
    case LiteralKind::kDecimal:
      return ".5";
    case LiteralKind::kFloat:
      return "4.e7";
    case LiteralKind::kHex:
      return "x'4711'";
    case LiteralKind::kBit:
      return "0b11";
    case LiteralKind::kNString:
      return "n'it''s; -- '";
    default:
      return "'it''s; /* '";
  }
}

// The statement with other literals, spaces around them: `1.5` may stand beside a letter, `.5` not.
std::string WithOtherLiterals(std::string_view sql, const DigestResult& digest) {
  std::string changed;
  size_t at = 0;
  for (const DigestLiteral& literal : digest.literals) {
    changed.append(sql.substr(at, literal.offset - at)).append(" ");
    changed.append(OtherLiteral(literal.kind)).append(" ");
    at = literal.offset + literal.length;
  }
  return changed.append(sql.substr(at));
}

// Statements of one digest, of those seen lately, have one tree. Those that are kept as text keep
// its spaces too, which are not part of a digest.
void CheckOneTreePerDigest(const Digest128& digest, const Node* root, std::string_view sql) {
  static boost::unordered_flat_map<Digest128, uint64_t, Digest128Hash> trees;
  if (Is<OtherStatement>(root)) {
    return;
  }
  if (trees.size() > 20000) {
    trees.clear();
  }
  const uint64_t tree = Hash(root, LiteralComparison::kBySlot);
  const auto [entry, is_new] = trees.try_emplace(digest, tree);
  Require(is_new || entry->second == tree, "another tree for the same digest", sql);
}

void Run(const FuzzInput& input) {
  static Digester warm;
  const DigestResult digest = warm.Compute(input.sql, input.parse);
  const Digest128 hash = digest.digest;
  CheckLiterals(digest, input.sql);
  Digester cold;
  cold.NormalizedText(input.sql, input.parse);
  Require(Digester().Compute(input.sql, input.parse).digest == hash, "warm and cold differ",
          input.sql);

  ParseOptions options = input.parse;
  options.digest = &digest;
  Result<ParsedStatement> parsed = Parse(input.sql, options);
  if (!parsed.ok() || parsed->root() == nullptr || !digest.cacheable) {
    return;
  }
  Require(parsed->slots_complete(), "a literal has no node", input.sql);
  CheckOneTreePerDigest(hash, parsed->root(), input.sql);

  const std::string changed = WithOtherLiterals(input.sql, digest);
  const DigestResult other = cold.Compute(changed, input.parse);
  Require(other.digest == hash, "another digest for other literals", changed);
  options.digest = &other;
  Result<ParsedStatement> other_parsed = Parse(changed, options);
  Require(other_parsed.ok(), other_parsed.ok() ? "" : other_parsed.status().message(), changed);
  Require(Equal(parsed->root(), other_parsed->root(), LiteralComparison::kBySlot),
          "another tree for other literals", changed);
}

}  // namespace
}  // namespace keyspan::parser

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (const auto input = keyspan::parser::DecodeFuzzInput(data, size)) {
    keyspan::parser::Run(*input);
  }
  return 0;
}
