#pragma once

#include <tuple>
#include <type_traits>

#include "parser/ast/ast.h"

// The machinery under walker.h and the tree dump: calls with a node's real type and with each of
// its fields. Only .cc files of parser/ include it.
namespace keyspan::parser {

// visit(T*) or visit(const T*) with the struct of the node's kind.
template <typename NodePtr, typename Visitor>
decltype(auto) DispatchNode(NodePtr node, Visitor&& visit) {
  switch (node->kind) {
#define KEYSPAN_NODE_KIND(name)                                      \
  case NodeKind::k##name:                                            \
    if constexpr (std::is_const_v<std::remove_pointer_t<NodePtr>>) { \
      return visit(static_cast<const name*>(node));                  \
    } else {                                                         \
      return visit(static_cast<name*>(node));                        \
    }
#include "parser/ast/node_kinds.inc"
#undef KEYSPAN_NODE_KIND
  }
  __builtin_unreachable();
}

// visit(field) for each field of a node, in order.
template <typename T, typename Visitor>
void ForEachField(T* node, Visitor&& visit) {
  std::apply([&](auto&... fields) { (visit(fields), ...); }, node->Fields());
}

template <typename T>
struct ListElement {
  static constexpr bool kIsList = false;
};
template <typename T>
struct ListElement<List<T>> {
  static constexpr bool kIsList = true;
  using Type = T;
};

template <typename Field>
constexpr bool kIsNodePtr =
    std::is_pointer_v<Field>&& std::is_base_of_v<Node, std::remove_pointer_t<Field>>;
template <typename Field>
constexpr bool IsNodeList() {
  if constexpr (ListElement<Field>::kIsList) {
    return kIsNodePtr<typename ListElement<Field>::Type>;
  } else {
    return false;
  }
}

// visit(Node*&) for the slot of each direct child; null children are left out.
template <typename Visitor>
void ForEachChildSlot(Node* node, Visitor&& visit) {
  DispatchNode(node, [&](auto* typed) {
    ForEachField(typed, [&](auto& field) {
      using Field = std::remove_reference_t<decltype(field)>;
      if constexpr (kIsNodePtr<Field>) {
        if (field != nullptr) {
          visit(field);
        }
      } else if constexpr (IsNodeList<Field>()) {
        for (auto& element : field) {
          visit(element);
        }
      }
    });
  });
}

// visit(const Node*) for each direct child.
template <typename Visitor>
void ForEachChildOf(const Node* node, Visitor&& visit) {
  DispatchNode(node, [&](const auto* typed) {
    ForEachField(typed, [&](const auto& field) {
      using Field = std::remove_cvref_t<decltype(field)>;
      if constexpr (kIsNodePtr<Field>) {
        if (field != nullptr) {
          visit(static_cast<const Node*>(field));
        }
      } else if constexpr (IsNodeList<Field>()) {
        for (const auto* element : field) {
          visit(static_cast<const Node*>(element));
        }
      }
    });
  });
}

}  // namespace keyspan::parser
