#include "parser/walker.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "parser/visit.h"

namespace keyspan::parser {
namespace {

// Children in reverse, so that a stack gives them in order.
void PushChildren(const Node* node, std::vector<const Node*>* stack) {
  const size_t from = stack->size();
  ForEachChildOf(node, [&](const Node* child) { stack->push_back(child); });
  std::reverse(stack->begin() + static_cast<ptrdiff_t>(from), stack->end());
}

}  // namespace

bool Walk(const Node* root, const EnterFunction& enter) {
  std::vector<const Node*> stack;
  if (root != nullptr) {
    stack.push_back(root);
  }
  while (!stack.empty()) {
    const Node* node = stack.back();
    stack.pop_back();
    switch (enter(node)) {
      case Visit::kContinue:
        PushChildren(node, &stack);
        break;
      case Visit::kSkip:
        break;
      case Visit::kStop:
        return false;
    }
  }
  return true;
}

bool Walk(Node* root, const MutableEnterFunction& enter) {
  return Walk(static_cast<const Node*>(root),
              [&](const Node* node) { return enter(const_cast<Node*>(node)); });
}

void ForEachChild(const Node* node, const std::function<void(const Node*)>& visit) {
  ForEachChildOf(node, visit);
}

Node* Rewrite(Node* root, const ReplaceFunction& replace) {
  if (root == nullptr) {
    return nullptr;
  }
  // First all nodes, parents first; then in reverse each node's children slots are replaced, so
  // that a node is complete when its own turn comes.
  std::vector<Node*> order;
  Walk(root, [&](Node* node) {
    order.push_back(node);
    return Visit::kContinue;
  });
  for (auto it = order.rbegin(); it != order.rend(); ++it) {
    ForEachChildSlot(*it, [&](auto& slot) {
      using Slot = std::remove_reference_t<decltype(slot)>;
      slot = static_cast<Slot>(replace(slot));
    });
  }
  return replace(root);
}

Node* Clone(const Node* root, Arena& arena, bool copy_strings) {
  if (root == nullptr) {
    return nullptr;
  }
  struct Pending {
    const Node* from;
    Node* to;
  };
  std::vector<Pending> stack;
  const auto shallow = [&](const Node* node) -> Node* {
    Node* copy = DispatchNode(node, [&](const auto* typed) -> Node* {
      using T = std::remove_cvref_t<decltype(*typed)>;
      return new (arena.Allocate(sizeof(T), alignof(T))) T(*typed);
    });
    stack.push_back({node, copy});
    return copy;
  };
  Node* result = shallow(root);
  while (!stack.empty()) {
    Node* to = stack.back().to;
    stack.pop_back();
    DispatchNode(to, [&](auto* typed) {
      ForEachField(typed, [&](auto& field) {
        using Field = std::remove_reference_t<decltype(field)>;
        if constexpr (kIsNodePtr<Field>) {
          if (field != nullptr) {
            field = static_cast<Field>(shallow(field));
          }
        } else if constexpr (IsNodeList<Field>()) {
          field = MakeList<typename ListElement<Field>::Type>(arena, field);
          for (auto& element : field) {
            element = static_cast<std::remove_reference_t<decltype(element)>>(shallow(element));
          }
        } else if constexpr (std::is_base_of_v<Ident, Field>) {
          if (copy_strings) {
            field.text = arena.CopyString(field.text);
          }
        } else if constexpr (std::is_same_v<Field, std::string_view>) {
          if (copy_strings) {
            field = arena.CopyString(field);
          }
        } else if constexpr (ListElement<Field>::kIsList) {
          using Element = typename ListElement<Field>::Type;
          field = MakeList<Element>(arena, field);
          if constexpr (std::is_base_of_v<Ident, Element>) {
            for (auto& element : field) {
              element.text = copy_strings ? arena.CopyString(element.text) : element.text;
            }
          } else if constexpr (std::is_same_v<Element, std::string_view>) {
            for (auto& element : field) {
              element = copy_strings ? arena.CopyString(element) : element;
            }
          }
        }
      });
    });
  }
  return result;
}

namespace {

template <typename Value>
bool SameValue(const Value& a, const Value& b) {
  if constexpr (std::is_same_v<Value, CiIdent>) {
    return EqualsIgnoreCase(a.text, b.text);
  } else if constexpr (std::is_same_v<Value, Ident>) {
    return a.text == b.text;
  } else {
    return a == b;
  }
}

using NodePair = std::pair<const Node*, const Node*>;

template <typename Field>
bool SameField(const Field& a, const Field& b, std::vector<NodePair>* stack) {
  if constexpr (kIsNodePtr<Field>) {
    if ((a == nullptr) != (b == nullptr)) {
      return false;
    }
    if (a != nullptr) {
      stack->emplace_back(a, b);
    }
    return true;
  } else if constexpr (ListElement<Field>::kIsList) {
    if (a.size() != b.size()) {
      return false;
    }
    for (uint32_t i = 0; i < a.size(); ++i) {
      if (!SameField(a[i], b[i], stack)) {
        return false;
      }
    }
    return true;
  } else {
    return SameValue(a, b);
  }
}

bool SameLiteral(const Literal* a, const Literal* b, LiteralComparison literals) {
  if (a->literal != b->literal || !EqualsIgnoreCase(a->introducer, b->introducer)) {
    return false;
  }
  if (literals == LiteralComparison::kBySlot && (a->slot >= 0 || b->slot >= 0)) {
    return a->slot == b->slot;
  }
  // How a string was quoted does not matter, its content does.
  return a->value == b->value;
}

}  // namespace

bool Equal(const Node* a, const Node* b, LiteralComparison literals) {
  if (a == nullptr || b == nullptr) {
    return a == b;
  }
  std::vector<NodePair> stack = {{a, b}};
  while (!stack.empty()) {
    const auto* left = stack.back().first;
    const auto* right = stack.back().second;
    stack.pop_back();
    if (left == right) {
      continue;
    }
    if (left->kind != right->kind) {
      return false;
    }
    if (const auto* literal = As<Literal>(left)) {
      if (!SameLiteral(literal, Cast<Literal>(right), literals)) {
        return false;
      }
      continue;
    }
    const bool same = DispatchNode(left, [&](const auto* typed) {
      using T = std::remove_cvref_t<decltype(*typed)>;
      if constexpr (std::is_same_v<T, SelectItem>) {
        // Where the name stands in the text is no part of the structure.
        const auto* other = Cast<SelectItem>(right);
        stack.emplace_back(typed->expr, other->expr);
        return typed->has_alias == other->has_alias && typed->alias.text == other->alias.text;
      } else {
        return [&]<size_t... kIndex>(std::index_sequence<kIndex...>) {
          const auto mine = typed->Fields();
          const auto theirs = Cast<T>(right)->Fields();
          return (SameField(std::get<kIndex>(mine), std::get<kIndex>(theirs), &stack) && ...);
        }
        (std::make_index_sequence<std::tuple_size_v<decltype(typed->Fields())>>{});
      }
    });
    if (!same) {
      return false;
    }
  }
  return true;
}

namespace {

class Hasher {
 public:
  void Add(uint64_t value) {
    hash_ = (hash_ ^ value) * 0x9FB21C651E98DF25u;
    hash_ ^= hash_ >> 32;
  }
  void Add(std::string_view text, bool fold_case) {
    Add(text.size());
    for (const char c : text) {
      const char folded = fold_case && c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c;
      hash_ = (hash_ ^ static_cast<unsigned char>(folded)) * 0x100000001B3u;
    }
  }
  template <typename Value>
  void AddValue(const Value& value) {
    if constexpr (std::is_same_v<Value, CiIdent>) {
      Add(value.text, true);
    } else if constexpr (std::is_same_v<Value, Ident>) {
      Add(value.text, false);
    } else if constexpr (std::is_same_v<Value, std::string_view>) {
      Add(value, false);
    } else if constexpr (ListElement<Value>::kIsList) {
      Add(value.size());
      if constexpr (!IsNodeList<Value>()) {
        for (const auto& element : value) {
          AddValue(element);
        }
      }
    } else if constexpr (kIsNodePtr<Value>) {
      Add(value != nullptr ? 1 : 0);
    } else {
      Add(static_cast<uint64_t>(value));
    }
  }
  uint64_t hash() const { return hash_; }

 private:
  uint64_t hash_ = 0x243F6A8885A308D3u;
};

}  // namespace

uint64_t Hash(const Node* node, LiteralComparison literals) {
  Hasher hasher;
  Walk(node, [&](const Node* at) {
    hasher.Add(static_cast<uint64_t>(at->kind));
    if (const auto* literal = As<Literal>(at)) {
      hasher.Add(static_cast<uint64_t>(literal->literal));
      hasher.Add(literal->introducer, true);
      if (literals == LiteralComparison::kBySlot && literal->slot >= 0) {
        hasher.Add(static_cast<uint64_t>(literal->slot));
      } else {
        hasher.Add(literal->value, false);
      }
    } else if (const auto* item = As<SelectItem>(at)) {
      hasher.Add(item->has_alias ? 1 : 0);
      hasher.Add(item->alias.text, false);
    } else {
      DispatchNode(at, [&](const auto* typed) {
        ForEachField(typed, [&](const auto& field) { hasher.AddValue(field); });
      });
    }
    return Visit::kContinue;
  });
  return hasher.hash();
}

uint32_t Height(const Node* root) {
  std::vector<std::pair<const Node*, uint32_t>> stack;
  if (root != nullptr) {
    stack.emplace_back(root, 1);
  }
  uint32_t highest = 0;
  while (!stack.empty()) {
    const auto [node, height] = stack.back();
    stack.pop_back();
    highest = std::max(highest, height);
    const uint32_t below = height + 1;
    ForEachChildOf(node, [&](const Node* child) { stack.emplace_back(child, below); });
  }
  return highest;
}

}  // namespace keyspan::parser
