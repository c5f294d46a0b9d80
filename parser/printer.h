#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parser/ast/ast.h"
#include "parser/parse.h"

namespace keyspan::parser {

// SQL text with holes, made once per plan and filled per execution and shard:
//   texts[0] holes[0] texts[1] holes[1] ... texts[n]
struct SqlTemplate {
  enum class HoleKind : uint8_t {
    kLiteral,      // index: the slot of a literal
    kPlaceholder,  // index: the ordinal of a `?`
    kCustom,       // index: the id of a Hole node
  };
  struct HoleRef {
    HoleKind kind = HoleKind::kLiteral;
    uint32_t index = 0;
  };
  std::vector<std::string> texts;
  std::vector<HoleRef> holes;
};

struct PrintOptions {
  uint32_t sql_mode = 0;                      // the mode under which the text will be read
  TextCharset charset = TextCharset::kOther;  // likewise; names and values are in it
  bool full_parentheses = false;              // (((a) + (b)) * (c)): for tests of precedence
  bool redact_literals = false;               // every literal as `?`: for logs
};

// The canonical text of a node: keywords in capitals, one space between tokens, parentheses only
// where precedence needs them, names in backquotes where needed. Parsing it again under the same
// options gives a structurally equal tree, and MySQL reads it as it reads the original.
std::string Print(const Node* node, const PrintOptions& options = {});
void PrintTo(const Node* node, const PrintOptions& options, std::string* out);

// The same with literals that have a slot, placeholders and Hole nodes left open.
SqlTemplate PrintTemplate(const Node* node, const PrintOptions& options = {});

// The tree as indented text, for people.
std::string DumpTree(const Node* node);

// `name`, which is text of `charset` without broken characters, in backquotes if it needs them
// (always, with `force`).
std::string QuoteIdent(std::string_view name, bool force = false,
                       TextCharset charset = TextCharset::kOther);
// `value` as a MySQL string literal, for a session without NO_BACKSLASH_ESCAPES.
std::string QuoteString(std::string_view value, TextCharset charset = TextCharset::kOther);

}  // namespace keyspan::parser
