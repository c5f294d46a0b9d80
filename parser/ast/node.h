#pragma once

#include <cstdint>
#include <string_view>
#include <tuple>

#include "parser/arena.h"

namespace keyspan::parser {

// One enumerator per node struct: NodeKind::kSelect is struct Select. The structs are plain,
// trivially destructible, made by Arena::New, and say which fields they have with KEYSPAN_NODE, so
// that walking, rewriting, cloning, comparing, hashing and dumping are written once (walker.h).
enum class NodeKind : uint8_t {
#define KEYSPAN_NODE_KIND(name) k##name,
#include "parser/ast/node_kinds.inc"
#undef KEYSPAN_NODE_KIND
};

std::string_view NodeKindName(NodeKind kind);
// True when the struct of `kind` is an Expr.
bool IsExprKind(NodeKind kind);

// The base of all nodes. [begin, end) are byte offsets in the statement's text, both 0 for a node
// that was made by a rewrite.
struct Node {
  NodeKind kind;
  uint32_t begin = 0;
  uint32_t end = 0;

  explicit constexpr Node(NodeKind k) : kind(k) {}
};

// Bases that say what a pointer may point at.
struct Expr : Node {
  using Node::Node;
};
struct TableRef : Node {
  using Node::Node;
};
struct Statement : Node {
  using Node::Node;
};

// Put this at the end of a node struct. `base` is its base struct; the rest are all of its fields.
// Fields may be: pointers to nodes, List of pointers to nodes, Ident, CiIdent, List<Ident>,
// string_view, List<string_view>, bool, integers and enums.
#define KEYSPAN_NODE(Type, base, ...)                           \
  static constexpr NodeKind kKind = NodeKind::k##Type;          \
  static constexpr std::string_view kFieldNames = #__VA_ARGS__; \
  Type() : base(kKind) {}                                       \
  auto Fields() { return std::tie(__VA_ARGS__); }               \
  auto Fields() const { return std::tie(__VA_ARGS__); }

// The node as a T, or null when it is of another kind (or is null).
template <typename T>
T* As(Node* node) {
  return node != nullptr && node->kind == T::kKind ? static_cast<T*>(node) : nullptr;
}
template <typename T>
const T* As(const Node* node) {
  return node != nullptr && node->kind == T::kKind ? static_cast<const T*>(node) : nullptr;
}
template <typename T>
bool Is(const Node* node) {
  return node != nullptr && node->kind == T::kKind;
}
// Requires that the node is a T.
template <typename T>
T* Cast(Node* node) {
  return static_cast<T*>(node);
}
template <typename T>
const T* Cast(const Node* node) {
  return static_cast<const T*>(node);
}

// A name as the server understands it: quotes removed, doubled quotes undoubled. The text lives in
// the arena or in the statement's text. Compared byte by byte.
struct Ident {
  std::string_view text;
  uint32_t begin = 0;   // where it stands in the statement's text
  bool quoted = false;  // was written in quotes

  bool empty() const { return text.empty(); }
  // Also true for a name of no characters, which MySQL's grammar takes in quotes.
  bool given() const { return quoted || !text.empty(); }
};
// A name that MySQL compares without regard to case (columns, functions): structural equality and
// hash ignore the case of ASCII letters.
struct CiIdent : Ident {
  CiIdent() = default;
  CiIdent(const Ident& ident) : Ident(ident) {}  // NOLINT: implicit
};

bool EqualsIgnoreCase(std::string_view a, std::string_view b);

}  // namespace keyspan::parser
