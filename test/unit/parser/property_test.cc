// What must hold for every statement of the corpus.

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "parser/digest.h"
#include "parser/parse.h"
#include "parser/printer.h"
#include "parser/walker.h"
#include "test/unit/parser/corpus.h"

namespace keyspan::parser {
namespace {

TEST(ParserProperty, CorpusIsLarge) { EXPECT_GT(Corpus().size(), 6000u); }

TEST(ParserProperty, PrintingIsAFixedPoint) {
  for (const std::string& sql : Corpus()) {
    Result<ParsedStatement> parsed = Parse(sql);
    if (!parsed.ok() || parsed->root() == nullptr) {
      continue;
    }
    const std::string printed = Print(parsed->root());
    Result<ParsedStatement> again = Parse(printed);
    ASSERT_TRUE(again.ok()) << sql << "\n" << printed << "\n" << again.status().message();
    EXPECT_TRUE(Equal(parsed->root(), again->root())) << sql << "\n" << printed;
    EXPECT_EQ(Hash(parsed->root()), Hash(again->root())) << sql;
    EXPECT_EQ(printed, Print(again->root())) << sql;
  }
}

// In every sql_mode, also with full parentheses.
TEST(ParserProperty, WhatIsPrintedIsTheSameTree) {
  for (const uint32_t mode : {0, 1, 2, 4, 8, 16, 32, 63}) {
    ParseOptions options;
    options.sql_mode = mode;
    for (const std::string& sql : Corpus()) {
      Result<ParsedStatement> parsed = Parse(sql, options);
      if (!parsed.ok() || parsed->root() == nullptr) {
        continue;
      }
      for (const bool full : {false, true}) {
        const std::string printed =
            Print(parsed->root(), {.sql_mode = mode, .full_parentheses = full});
        Result<ParsedStatement> again = Parse(printed, options);
        ASSERT_TRUE(again.ok()) << mode << " " << sql << "\n"
                                << printed << "\n"
                                << again.status().message();
        EXPECT_TRUE(Equal(parsed->root(), again->root())) << mode << " " << sql << "\n" << printed;
      }
    }
  }
}

TEST(ParserProperty, CloneIsEqualAndWalkVisitsEachNodeOnce) {
  for (const std::string& sql : Corpus()) {
    Result<ParsedStatement> parsed = Parse(sql);
    if (!parsed.ok() || parsed->root() == nullptr) {
      continue;
    }
    std::set<const Node*> seen;
    Walk(static_cast<const Node*>(parsed->root()), [&](const Node* node) {
      EXPECT_TRUE(seen.insert(node).second) << sql;
      return Visit::kContinue;
    });
    Arena arena;
    const Node* copy = Clone(parsed->root(), arena, true);
    EXPECT_TRUE(Equal(parsed->root(), copy)) << sql;
    Walk(copy, [&](const Node* node) {
      EXPECT_FALSE(seen.contains(node)) << sql;
      return Visit::kContinue;
    });
    // A node that Walk and Clone do not know of would go with the original: AddressSanitizer tells.
    const std::string printed = Print(parsed->root());
    parsed = Malformed("gone");
    EXPECT_EQ(Print(copy), printed);
  }
}

TEST(ParserProperty, OffsetsOfChildrenLieInTheText) {
  for (const std::string& sql : Corpus()) {
    Result<ParsedStatement> parsed = Parse(sql);
    if (!parsed.ok() || parsed->root() == nullptr) {
      continue;
    }
    Walk(static_cast<const Node*>(parsed->root()), [&](const Node* node) {
      EXPECT_LE(node->begin, node->end) << sql << " " << NodeKindName(node->kind);
      EXPECT_LE(node->end, sql.size()) << sql;
      return Visit::kContinue;
    });
  }
}

// Every literal that the digest takes out is one node; the digest does not depend on its value; and
// statements of one digest have the same tree but for those literals.
TEST(ParserProperty, DigestAgreesWithTheTree) {
  Digester digester;
  std::map<std::string, std::string> first_with_digest;
  for (const std::string& sql : Corpus()) {
    const DigestResult digest = digester.Compute(sql);
    ParseOptions options;
    options.digest = &digest;
    Result<ParsedStatement> parsed = Parse(sql, options);
    if (!parsed.ok() || parsed->root() == nullptr || !digest.cacheable) {
      continue;
    }
    EXPECT_TRUE(parsed->slots_complete()) << sql;
    const std::string hex = digest.digest.ToHex();
    // Other literals of the same kinds in the slots.
    std::string changed;
    size_t at = 0;
    for (const DigestLiteral& literal : digest.literals) {
      changed += sql.substr(at, literal.offset - at);
      switch (literal.kind) {
        case LiteralKind::kInteger:
          changed += "4711";
          break;
        case LiteralKind::kDecimal:
          changed += "47.11";
          break;
        case LiteralKind::kFloat:
          changed += "4e7";
          break;
        case LiteralKind::kHex:
          changed += "x'4711'";
          break;
        case LiteralKind::kBit:
          changed += "b'11'";
          break;
        case LiteralKind::kNString:
          changed += "N'other'";
          break;
        default:
          changed += "'other'";
      }
      at = literal.offset + literal.length;
    }
    changed += sql.substr(at);
    Digester other_digester;
    const DigestResult other = other_digester.Compute(changed);
    EXPECT_EQ(hex, other.digest.ToHex()) << sql << "\n" << changed;
    ParseOptions other_options;
    other_options.digest = &other;
    Result<ParsedStatement> other_parsed = Parse(changed, other_options);
    ASSERT_TRUE(other_parsed.ok()) << changed << other_parsed.status().message();
    EXPECT_TRUE(Equal(parsed->root(), other_parsed->root(), LiteralComparison::kBySlot))
        << sql << "\n"
        << changed;
    // Rendering the template with the new literals gives the new statement.
    const SqlTemplate text = PrintTemplate(parsed->root());
    std::string rendered;
    for (size_t i = 0; i < text.holes.size(); ++i) {
      rendered += text.texts[i];
      if (text.holes[i].kind == SqlTemplate::HoleKind::kLiteral) {
        const DigestLiteral& literal = other.literals[text.holes[i].index];
        rendered += changed.substr(literal.offset, literal.length);
      } else {
        rendered += "?";
      }
    }
    rendered += text.texts.back();
    EXPECT_EQ(rendered, Print(other_parsed->root())) << sql;
    // And no two different trees share a digest.
    std::string redacted = Print(parsed->root(), {.redact_literals = true});
    if (Is<OtherStatement>(parsed->root()) || Is<Set>(parsed->root())) {
      // Text that is kept keeps its spaces and the case of its keywords; the digest has neither.
      std::erase(redacted, ' ');
      for (char& c : redacted) {
        c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      }
    }
    const auto [entry, is_new] = first_with_digest.emplace(hex, redacted);
    if (!is_new) {
      EXPECT_EQ(entry->second, redacted) << sql;
    }
  }
}

TEST(ParserProperty, FullParenthesesReadBackToTheSameTree) {
  for (const std::string& sql : Corpus()) {
    Result<ParsedStatement> parsed = Parse(sql);
    if (!parsed.ok() || !Is<Select>(static_cast<const Node*>(parsed->root()))) {
      continue;
    }
    const std::string printed = Print(parsed->root(), {.full_parentheses = true});
    Result<ParsedStatement> again = Parse(printed);
    ASSERT_TRUE(again.ok()) << sql << "\n" << printed << "\n" << again.status().message();
  }
}

// Nothing but an error may come of a statement that is cut or damaged anywhere.
TEST(ParserProperty, DamagedStatementsDoNotCrash) {
  Digester digester;
  size_t count = 0;
  for (const std::string& sql : Corpus()) {
    if (++count % 7 != 0) {
      continue;
    }
    for (size_t cut = 0; cut < sql.size(); ++cut) {
      const std::string head = sql.substr(0, cut);
      static_cast<void>(Parse(head));
      static_cast<void>(digester.Compute(head));
      static_cast<void>(SplitStatements(head));
    }
  }
}

}  // namespace
}  // namespace keyspan::parser
