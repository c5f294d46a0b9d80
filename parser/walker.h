#pragma once

#include <functional>

#include "parser/ast/ast.h"

namespace keyspan::parser {

enum class Visit : uint8_t {
  kContinue,  // go on with the node's children
  kSkip,      // leave its children out
  kStop,      // end the walk
};

// Calls `enter` once for each node of the tree, parents before children, children in the order of
// the struct's fields. None of the functions of this header recurses, so any tree will do.
// Returns false if the walk was stopped.
using EnterFunction = std::function<Visit(const Node*)>;
using MutableEnterFunction = std::function<Visit(Node*)>;
bool Walk(const Node* root, const EnterFunction& enter);
bool Walk(Node* root, const MutableEnterFunction& enter);

// Calls `visit` for each direct child.
void ForEachChild(const Node* node, const std::function<void(const Node*)>& visit);

// Replaces nodes, children before parents: each node is given to `replace`, and what it returns
// (the node itself, or another one of the same base: an Expr for an Expr, a TableRef for a
// TableRef, a Query for a Query, otherwise the same struct) takes its place in the parent. The
// result for the root is returned. List memory is reused, so the tree itself is changed.
using ReplaceFunction = std::function<Node*(Node*)>;
Node* Rewrite(Node* root, const ReplaceFunction& replace);

// A deep copy into `arena`; strings are shared unless `copy_strings`.
Node* Clone(const Node* root, Arena& arena, bool copy_strings = false);
template <typename T>
T* CloneAs(const T* root, Arena& arena, bool copy_strings = false) {
  return static_cast<T*>(Clone(root, arena, copy_strings));
}

enum class LiteralComparison : uint8_t {
  kByValue,  // 5 equals 5
  // A literal with a slot equals only one with the same slot: what is true for every statement of
  // the digest. Literals without a slot compare by value.
  kBySlot,
};

// Structural equality: kinds and fields, not source offsets, not whether a name was quoted. Null
// equals null.
bool Equal(const Node* a, const Node* b, LiteralComparison literals = LiteralComparison::kByValue);
// Equal nodes have equal hashes.
uint64_t Hash(const Node* node, LiteralComparison literals = LiteralComparison::kByValue);

// The height of the tree.
uint32_t Height(const Node* root);

}  // namespace keyspan::parser
