// What parses has one node for each place of the tree, all of them in the text, and a clone that is
// equal; what does not has an error of MySQL's.

#include <unordered_set>

#include "parser/walker.h"
#include "test/fuzz/parser/input.h"

namespace keyspan::parser {
namespace {

void CheckTree(const Node* root, std::string_view sql) {
  std::unordered_set<const Node*> seen;
  Walk(root, [&](const Node* node) {
    Require(seen.insert(node).second, "a node stands twice in the tree", sql);
    Require(node->begin <= node->end && node->end <= sql.size(), "a node is not in the text", sql);
    return Visit::kContinue;
  });
  Require(Equal(root, root), "not equal to itself", sql);
  Arena arena;
  const Node* clone = Clone(root, arena, true);
  Require(Equal(root, clone) && Hash(root) == Hash(clone), "the clone differs", sql);
  Require(Height(root) == Height(clone), "the clone has another height", sql);
  Walk(clone, [&](const Node* node) {
    Require(!seen.contains(node), "the clone shares a node", sql);
    return Visit::kContinue;
  });
}

void CheckError(const Status& status, std::string_view sql) {
  Require(status.mysql_errno() != 0 && status.sqlstate().size() == 5, "no error of MySQL's", sql);
}

void Run(const FuzzInput& input) {
  Result<ParsedStatement> parsed = Parse(input.sql, input.parse);
  if (!parsed.ok()) {
    CheckError(parsed.status(), input.sql);
  } else if (parsed->root() != nullptr) {
    CheckTree(parsed->root(), input.sql);
    DumpTree(parsed->root());
  }
  Expr* expr = nullptr;
  Result<ParsedStatement> alone = ParseExpression(input.sql, input.parse, &expr);
  if (alone.ok()) {
    CheckTree(expr, input.sql);
  } else {
    CheckError(alone.status(), input.sql);
  }
}

}  // namespace
}  // namespace keyspan::parser

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (const auto input = keyspan::parser::DecodeFuzzInput(data, size)) {
    keyspan::parser::Run(*input);
  }
  return 0;
}
