#include <vector>

#include "parser/printer_core.h"

namespace keyspan::parser {
namespace {

Binding BindingOf(BinaryOp op) {
  switch (op) {
    case BinaryOp::kXor:
      return Binding::kXor;
    case BinaryOp::kEqual:
    case BinaryOp::kNullSafeEqual:
    case BinaryOp::kNotEqual:
    case BinaryOp::kLess:
    case BinaryOp::kLessEqual:
    case BinaryOp::kGreater:
    case BinaryOp::kGreaterEqual:
      return Binding::kComparison;
    case BinaryOp::kRegexp:
    case BinaryOp::kNotRegexp:
    case BinaryOp::kSoundsLike:
    case BinaryOp::kMemberOf:
      return Binding::kPredicate;
    case BinaryOp::kBitOr:
      return Binding::kBitOr;
    case BinaryOp::kBitAnd:
      return Binding::kBitAnd;
    case BinaryOp::kShiftLeft:
    case BinaryOp::kShiftRight:
      return Binding::kShift;
    case BinaryOp::kPlus:
    case BinaryOp::kMinus:
      return Binding::kAdd;
    case BinaryOp::kMultiply:
    case BinaryOp::kDivide:
    case BinaryOp::kIntDivide:
    case BinaryOp::kModulo:
      return Binding::kMultiply;
    case BinaryOp::kBitXor:
      return Binding::kBitXor;
    case BinaryOp::kConcat:
      return Binding::kConcat;
    case BinaryOp::kJsonExtract:
    case BinaryOp::kJsonUnquote:
      return Binding::kPrimary;
  }
  return Binding::kAnything;
}

std::string_view TextOf(BinaryOp op) {
  switch (op) {
    case BinaryOp::kXor:
      return " XOR ";
    case BinaryOp::kEqual:
      return " = ";
    case BinaryOp::kNullSafeEqual:
      return " <=> ";
    case BinaryOp::kNotEqual:
      return " <> ";
    case BinaryOp::kLess:
      return " < ";
    case BinaryOp::kLessEqual:
      return " <= ";
    case BinaryOp::kGreater:
      return " > ";
    case BinaryOp::kGreaterEqual:
      return " >= ";
    case BinaryOp::kRegexp:
      return " REGEXP ";
    case BinaryOp::kNotRegexp:
      return " NOT REGEXP ";
    case BinaryOp::kSoundsLike:
      return " SOUNDS LIKE ";
    case BinaryOp::kMemberOf:
      return " MEMBER OF ";
    case BinaryOp::kBitOr:
      return " | ";
    case BinaryOp::kBitAnd:
      return " & ";
    case BinaryOp::kShiftLeft:
      return " << ";
    case BinaryOp::kShiftRight:
      return " >> ";
    case BinaryOp::kPlus:
      return " + ";
    case BinaryOp::kMinus:
      return " - ";
    case BinaryOp::kMultiply:
      return " * ";
    case BinaryOp::kDivide:
      return " / ";
    case BinaryOp::kIntDivide:
      return " DIV ";
    case BinaryOp::kModulo:
      return " % ";
    case BinaryOp::kBitXor:
      return " ^ ";
    case BinaryOp::kConcat:
      return " || ";
    case BinaryOp::kJsonExtract:
      return " -> ";
    case BinaryOp::kJsonUnquote:
      return " ->> ";
  }
  return "";
}

Binding Tighter(Binding binding) { return static_cast<Binding>(static_cast<uint8_t>(binding) + 1); }

// What the left operand of a binary operator must be at least.
Binding LeftOf(BinaryOp op) {
  const Binding binding = BindingOf(op);
  return binding == Binding::kPredicate ? Binding::kBitOr : binding;
}
Binding RightOf(BinaryOp op) {
  switch (op) {
    case BinaryOp::kRegexp:
    case BinaryOp::kNotRegexp:
    case BinaryOp::kSoundsLike:
      return Binding::kBitOr;
    case BinaryOp::kMemberOf:
      return Binding::kConcat;
    case BinaryOp::kJsonExtract:
    case BinaryOp::kJsonUnquote:
      return Binding::kPrimary;
    default:
      return Tighter(BindingOf(op));
  }
}

Binding BindingOf(const Expr* expr) {
  switch (expr->kind) {
    case NodeKind::kBinary: {
      const auto* binary = Cast<Binary>(static_cast<const Node*>(expr));
      // INTERVAL 1 DAY + x takes in everything to its right up to AND.
      return Is<IntervalExpr>(binary->left) ? Binding::kNot : BindingOf(binary->op);
    }
    case NodeKind::kLogical:
      return Cast<Logical>(static_cast<const Node*>(expr))->is_or ? Binding::kOr : Binding::kAnd;
    case NodeKind::kUnary:
      return Cast<Unary>(static_cast<const Node*>(expr))->op == UnaryOp::kNot ? Binding::kNot
                                                                              : Binding::kUnary;
    case NodeKind::kIsExpr:
      return Cast<IsExpr>(static_cast<const Node*>(expr))->test == IsTest::kNull
                 ? Binding::kComparison
                 : Binding::kIsTruth;
    case NodeKind::kQuantifiedComparison:
      return Binding::kComparison;
    case NodeKind::kInExpr:
    case NodeKind::kBetweenExpr:
    case NodeKind::kLikeExpr:
      return Binding::kPredicate;
    case NodeKind::kCollateExpr:
      return Binding::kCollate;
    case NodeKind::kUserVariable:
      return Cast<UserVariable>(static_cast<const Node*>(expr))->assigned != nullptr
                 ? Binding::kAssign
                 : Binding::kPrimary;
    default:
      return Binding::kPrimary;
  }
}

}  // namespace

void Printer::Expr_(const Expr* expr, Binding at_least) {
  const Binding binding = BindingOf(expr);
  const bool parens =
      binding < at_least || (options_.full_parentheses && binding < Binding::kPrimary);
  if (const auto* binary = As<Binary>(static_cast<const Node*>(expr))) {
    // Writes its own parentheses: with full parentheses they stand inside the chain.
    if (parens && !options_.full_parentheses) {
      Put("(");
    }
    BinaryChain(binary);
    if (parens && !options_.full_parentheses) {
      Put(")");
    }
    return;
  }
  PutIf(parens, "(");
  switch (expr->kind) {
#define KEYSPAN_NODE_KIND(name)                        \
  case NodeKind::k##name:                              \
    Print(Cast<name>(static_cast<const Node*>(expr))); \
    break;
#include "parser/ast/node_kinds.inc"
#undef KEYSPAN_NODE_KIND
  }
  PutIf(parens, ")");
}

// a + b + c + ... without recursion on the left side.
void Printer::BinaryChain(const Binary* top) {
  std::vector<const Binary*> chain;
  for (const Binary* at = top;;) {
    chain.push_back(at);
    const auto* left = As<Binary>(static_cast<const Node*>(at->left));
    if (left == nullptr || (!options_.full_parentheses && BindingOf(at->left) < LeftOf(at->op))) {
      break;
    }
    at = left;
  }
  const auto arrow = [](const Binary* node) { return BindingOf(node->op) == Binding::kPrimary; };
  if (options_.full_parentheses) {
    for (const Binary* node : chain) {
      PutIf(!arrow(node), "(");
    }
  }
  const bool pipes = (options_.sql_mode & kModePipesAsConcat) != 0;
  for (const Binary* node : chain) {
    PutIf(node->op == BinaryOp::kConcat && !pipes, "CONCAT(");
  }
  Expr_(chain.back()->left,
        Is<IntervalExpr>(chain.back()->left) ? Binding::kAnything : LeftOf(chain.back()->op));
  for (auto it = chain.rbegin(); it != chain.rend(); ++it) {
    const Binary* node = *it;
    if (node->op == BinaryOp::kConcat && !pipes) {
      Put(", ");
      Expr_(node->right);
      Put(")");
    } else if (node->op == BinaryOp::kMemberOf) {
      Put(" MEMBER OF (");
      Expr_(node->right, RightOf(node->op));
      Put(")");
    } else {
      Put(TextOf(node->op));
      Expr_(node->right, Is<IntervalExpr>(node->left) ? Binding::kNot : RightOf(node->op));
    }
    PutIf(options_.full_parentheses && !arrow(node), ")");
  }
}

void Printer::Print(const Binary* node) { BinaryChain(node); }

void Printer::String(std::string_view value) {
  if ((options_.sql_mode & kModeNoBackslashEscapes) == 0) {
    Put(QuoteString(value, options_.charset));
    return;
  }
  Put("'");
  for (const char c : value) {
    Put(std::string_view(&c, 1));
    PutIf(c == '\'', "'");
  }
  Put("'");
}

void Printer::LiteralText(const Literal* literal) {
  const bool string =
      literal->literal == LiteralKind::kString || literal->literal == LiteralKind::kNString;
  if (literal->text.empty()) {
    // Made by a rewrite.
    if (literal->literal == LiteralKind::kString) {
      String(literal->value);
    } else {
      Put(literal->value);
    }
    return;
  }
  const bool pieces = string && literal->text_begin + literal->text.size() != 0 &&
                      literal->text.size() > literal->value.size() + 3 &&
                      literal->text.find_first_of(" \t\r\n\v\f/#-") != std::string_view::npos;
  if (literal->text.front() == '"' || pieces) {
    PutIf(literal->literal == LiteralKind::kNString, "N");
    String(literal->value);
    return;
  }
  Put(literal->text);
}

void Printer::Print(const Literal* node) {
  if (!node->introducer.empty()) {
    Put("_");
    Put(node->introducer);
    Put(" ");
  }
  switch (node->literal) {
    case LiteralKind::kNull:
      Put("NULL");
      return;
    case LiteralKind::kTrue:
      Put("TRUE");
      return;
    case LiteralKind::kFalse:
      Put("FALSE");
      return;
    case LiteralKind::kDate:
      Put(node->odbc ? "{d " : "DATE ");
      break;
    case LiteralKind::kTime:
      Put(node->odbc ? "{t " : "TIME ");
      break;
    case LiteralKind::kTimestamp:
      Put(node->odbc ? "{ts " : "TIMESTAMP ");
      break;
    default:
      break;
  }
  if (template_ != nullptr && node->slot >= 0) {
    HoleAt(SqlTemplate::HoleKind::kLiteral, static_cast<uint32_t>(node->slot));
  } else if (options_.redact_literals) {
    Put("?");
  } else {
    LiteralText(node);
  }
  PutIf(node->odbc, "}");
}

void Printer::SignedLiteral(const Expr* expr) {
  if (const auto* unary = As<Unary>(static_cast<const Node*>(expr))) {
    Put(unary->op == UnaryOp::kMinus ? "-" : "+");
    Expr_(unary->operand);
  } else {
    Expr_(expr);
  }
}

void Printer::Print(const Placeholder* node) {
  if (template_ != nullptr) {
    HoleAt(SqlTemplate::HoleKind::kPlaceholder, node->ordinal);
  } else {
    Put("?");
  }
}

void Printer::Print(const Hole* node) {
  if (template_ != nullptr) {
    HoleAt(SqlTemplate::HoleKind::kCustom, node->id);
  } else {
    Put(":hole" + std::to_string(node->id));
  }
}

void Printer::Print(const ColumnRef* node) {
  Qualifier(node->schema);
  Qualifier(node->table);
  Name(node->column);
}

void Printer::Print(const Star* node) {
  Qualifier(node->schema);
  Qualifier(node->table);
  Put("*");
}

void Printer::Print(const UserVariable* node) {
  Put("@");
  AtName(node->name);
  if (node->assigned != nullptr) {
    Put(" := ");
    Expr_(node->assigned);
  }
}

void Printer::Scope(VariableScope scope) {
  switch (scope) {
    case VariableScope::kNone:
      return;
    case VariableScope::kGlobal:
      Put("GLOBAL ");
      return;
    case VariableScope::kSession:
      Put("SESSION ");
      return;
    case VariableScope::kLocal:
      Put("LOCAL ");
      return;
    case VariableScope::kPersist:
      Put("PERSIST ");
      return;
    case VariableScope::kPersistOnly:
      Put("PERSIST_ONLY ");
      return;
  }
}

void Printer::Print(const SystemVariable* node) {
  Put("@@");
  PutIf(node->scope == VariableScope::kGlobal, "GLOBAL.");
  PutIf(node->scope == VariableScope::kSession, "SESSION.");
  PutIf(node->scope == VariableScope::kLocal, "LOCAL.");
  if (node->base.given()) {
    VariableName(node->base);
    Put(".");
  }
  VariableName(node->name);
}

void Printer::Print(const Unary* node) {
  switch (node->op) {
    case UnaryOp::kMinus:
      Put("-");
      break;
    case UnaryOp::kPlus:
      Put("+");
      break;
    case UnaryOp::kBitNot:
      Put("~");
      break;
    case UnaryOp::kBang:
      Put("!");
      break;
    case UnaryOp::kNot:
      Put("NOT ");
      Expr_(node->operand, Binding::kNot);
      return;
    case UnaryOp::kBinary:
      Put("BINARY ");
      break;
  }
  // Two signs in a row could read as something else: -- as a comment, !! as one !.
  const bool sign = Is<Unary>(static_cast<const Node*>(node->operand));
  Expr_(node->operand, sign ? Binding::kPrimary : Binding::kUnary);
}

void Printer::Print(const Logical* node) {
  bool first = true;
  for (const Expr* operand : node->operands) {
    PutIf(!first, node->is_or ? " OR " : " AND ");
    first = false;
    Expr_(operand, node->is_or ? Binding::kXor : Binding::kNot);
  }
}

void Printer::Print(const IsExpr* node) {
  Expr_(node->operand, Binding::kComparison);
  Put(node->negated ? " IS NOT " : " IS ");
  constexpr std::string_view kTests[] = {"NULL", "TRUE", "FALSE", "UNKNOWN"};
  Put(kTests[static_cast<size_t>(node->test)]);
}

void Printer::Print(const InExpr* node) {
  Expr_(node->operand, Binding::kBitOr);
  Put(node->negated ? " NOT IN " : " IN ");
  if (node->subquery != nullptr) {
    Subquery(node->subquery);
    return;
  }
  Put("(");
  Comma(node->list);
  Put(")");
}

void Printer::Print(const BetweenExpr* node) {
  Expr_(node->operand, Binding::kBitOr);
  Put(node->negated ? " NOT BETWEEN " : " BETWEEN ");
  Expr_(node->low, Binding::kBitOr);
  Put(" AND ");
  Expr_(node->high, Binding::kPredicate);
}

void Printer::Print(const LikeExpr* node) {
  Expr_(node->operand, Binding::kBitOr);
  Put(node->negated ? " NOT LIKE " : " LIKE ");
  Expr_(node->pattern, Binding::kConcat);
  if (node->escape != nullptr) {
    Put(" ESCAPE ");
    Expr_(node->escape, Binding::kConcat);
  }
}

void Printer::Print(const QuantifiedComparison* node) {
  Expr_(node->left, Binding::kComparison);
  Put(TextOf(node->op));
  Put(node->all ? "ALL " : "ANY ");
  Subquery(node->subquery);
}

void Printer::Print(const ExistsExpr* node) {
  Put("EXISTS ");
  Subquery(node->subquery);
}

void Printer::Print(const SubqueryExpr* node) { Subquery(node->query); }

void Printer::Print(const RowExpr* node) {
  Put(node->with_keyword ? "ROW(" : "(");
  Comma(node->items);
  Put(")");
}

void Printer::Print(const CaseWhen* node) {
  Put("WHEN ");
  Expr_(node->condition);
  Put(" THEN ");
  Expr_(node->result);
}

void Printer::Print(const CaseExpr* node) {
  Put("CASE ");
  if (node->operand != nullptr) {
    Expr_(node->operand);
    Put(" ");
  }
  for (const CaseWhen* when : node->whens) {
    Print(when);
    Put(" ");
  }
  if (node->otherwise != nullptr) {
    Put("ELSE ");
    Expr_(node->otherwise);
    Put(" ");
  }
  Put("END");
}

void Printer::Print(const KeywordArg* node) { Put(node->word); }

void Printer::Print(const IntervalExpr* node) {
  Put("INTERVAL ");
  Expr_(node->value);
  Put(" ");
  Put(node->unit);
}

void Printer::Print(const CastExpr* node) {
  Put("CAST(");
  Expr_(node->operand);
  if (node->at_time_zone != nullptr) {
    Put(" AT TIME ZONE ");
    Print(node->at_time_zone);
  }
  Put(" AS ");
  Print(node->type);
  PutIf(node->is_array, " ARRAY");
  Put(")");
}

void Printer::Print(const ConvertUsing* node) {
  Put("CONVERT(");
  Expr_(node->operand);
  Put(" USING ");
  Charset(node->charset);
  Put(")");
}

void Printer::Print(const CollateExpr* node) {
  Expr_(node->operand, Binding::kCollate);
  Put(" COLLATE ");
  Name(node->collation);
}

void Printer::Print(const DefaultExpr* node) {
  Put("DEFAULT");
  if (node->column != nullptr) {
    Put("(");
    Print(node->column);
    Put(")");
  }
}

void Printer::Print(const InsertedValue* node) {
  Put("VALUES(");
  Print(node->column);
  Put(")");
}

void Printer::Print(const MatchExpr* node) {
  Put("MATCH (");
  Comma(node->columns);
  Put(") AGAINST (");
  Expr_(node->against, Binding::kBitOr);
  constexpr std::string_view kModes[] = {"", " IN NATURAL LANGUAGE MODE",
                                         " IN NATURAL LANGUAGE MODE WITH QUERY EXPANSION",
                                         " WITH QUERY EXPANSION", " IN BOOLEAN MODE"};
  Put(kModes[static_cast<size_t>(node->mode)]);
  Put(")");
}

}  // namespace keyspan::parser
