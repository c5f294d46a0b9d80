#pragma once

#include <string>
#include <string_view>

#include "parser/ast/ast.h"
#include "parser/printer.h"

namespace keyspan::parser {

// How tightly an expression's text binds; the grammar's levels from loose to tight.
enum class Binding : uint8_t {
  kAnything,
  kAssign,
  kOr,
  kXor,
  kAnd,
  kNot,
  kIsTruth,
  kComparison,
  kPredicate,
  kBitOr,
  kBitAnd,
  kShift,
  kAdd,
  kMultiply,
  kBitXor,
  kConcat,
  kUnary,
  kCollate,
  kPrimary,
};

// Writes trees as text: one Print overload per node struct, one file per statement family
// (print_expr.cc, print_query.cc, ...). Tokens are separated by one space; every overload writes
// neither a leading nor a trailing one.
class Printer {
 public:
  Printer(const PrintOptions& options, std::string* out, SqlTemplate* holes)
      : options_(options), out_(out), template_(holes) {}

  void Node_(const Node* node);  // dispatches on the node's kind
  void Expr_(const Expr* expr, Binding at_least = Binding::kAnything);

  // --- Building blocks.
  void Put(std::string_view text) { out_->append(text); }
  void PutIf(bool condition, std::string_view text) {
    if (condition) {
      out_->append(text);
    }
  }
  void Name(const Ident& ident);
  void Charset(const Ident& ident);           // also collations: BINARY stays a word
  void Qualifier(const Ident& ident);         // with its dot, or nothing
  void Names(const List<Ident>& names);       // a, b
  void ParenNames(const List<Ident>& names);  // (a, b)
  void AtName(const Ident& ident);            // after @: bare when possible
  void VariableName(const Ident& ident);      // quoted only when it must be
  template <typename T>
  void Comma(const List<T*>& nodes) {
    bool first = true;
    for (const T* node : nodes) {
      PutIf(!first, ", ");
      first = false;
      if constexpr (std::is_base_of_v<Expr, T>) {
        Expr_(node);
      } else {
        Node_(node);
      }
    }
  }
  void OrderBy(const List<OrderItem*>& items);  // with a leading space, or nothing
  void Where(const Expr* where);                // likewise
  void LimitTail(const Limit* limit);           // likewise
  void String(std::string_view value);          // in quotes, as the mode wants it
  void LiteralText(const Literal* literal);
  void SignedLiteral(const Expr* expr);  // a literal with its sign, no parentheses
  void HoleAt(SqlTemplate::HoleKind kind, uint32_t index);
  void QueryTail(const Query* query);
  void Subquery(const Query* query);  // (query)
  void IsolationAndAccess(const SetItem* item);
  void Scope(VariableScope scope);  // GLOBAL and a space, or nothing

  const PrintOptions& options() const { return options_; }

#define KEYSPAN_NODE_KIND(name) void Print(const name* node);
#include "parser/ast/node_kinds.inc"
#undef KEYSPAN_NODE_KIND

 private:
  void BinaryChain(const Binary* top);

  PrintOptions options_;
  std::string* out_;
  SqlTemplate* template_;
};

}  // namespace keyspan::parser
