// What is printed reads back to the same tree, with as few parentheses as possible and with all of
// them, alone and as one of several statements.

#include "parser/walker.h"
#include "test/fuzz/parser/input.h"

namespace keyspan::parser {
namespace {

// The tree of `text` must equal `root`; parentheses may take it over the depth that is allowed.
void RequireTree(const Node* root, std::string_view text, const ParseOptions& options) {
  Result<ParsedStatement> parsed = Parse(text, options);
  if (!parsed.ok()) {
    Require(parsed.status().mysql_errno() == 1436, parsed.status().message(), text);
    return;
  }
  Require(Equal(root, parsed->root()) && Hash(root) == Hash(parsed->root()), "another tree", text);
}

std::string Rendered(const SqlTemplate& text) {
  std::string rendered = text.texts[0];
  for (size_t i = 0; i < text.holes.size(); ++i) {
    rendered += "?" + text.texts[i + 1];
  }
  return rendered;
}

void CheckPrinting(const Node* root, const FuzzInput& input) {
  const std::string printed = Print(root, input.print);
  RequireTree(root, printed, input.parse);
  Result<ParsedStatement> again = Parse(printed, input.parse);
  if (again.ok()) {
    Require(Print(again->root(), input.print) == printed, "no fixed point", printed);
  }
  PrintOptions full = input.print;
  full.full_parentheses = true;
  RequireTree(root, Print(root, full), input.parse);
  // No digest, so only placeholders are holes.
  Require(Rendered(PrintTemplate(root, input.print)) == printed, "the template differs", printed);
}

// The statements of the text that parse, printed behind one another, split into themselves.
void CheckSplitting(const FuzzInput& input) {
  std::vector<std::string> statements;
  for (const StatementRange& range : SplitStatements(input.sql, input.parse)) {
    const std::string_view sql = input.sql.substr(range.begin, range.end - range.begin);
    Result<ParsedStatement> parsed = Parse(sql, input.parse);
    const Node* root = parsed.ok() ? parsed->root() : nullptr;
    if (root == nullptr) {
      continue;
    }
    CheckPrinting(root, input);
    // The text of a stored program may leave a BEGIN open, which its parser does not see.
    if (!Is<OtherStatement>(root)) {
      statements.push_back(Print(root, input.print));
    }
  }
  std::string all;
  for (const std::string& statement : statements) {
    all += statement + "; ";
  }
  const std::vector<StatementRange> ranges = SplitStatements(all, input.parse);
  Require(ranges.size() == statements.size(), "split into another number of statements", all);
  for (size_t i = 0; i < ranges.size(); ++i) {
    Require(all.substr(ranges[i].begin, ranges[i].end - ranges[i].begin) == statements[i],
            "split elsewhere", all);
  }
}

}  // namespace
}  // namespace keyspan::parser

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (const auto input = keyspan::parser::DecodeFuzzInput(data, size)) {
    keyspan::parser::CheckSplitting(*input);
  }
  return 0;
}
