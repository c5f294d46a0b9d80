#include "vtgate/planner/expression_class.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "parser/walker.h"

namespace keyspan::vtgate {
namespace {

using parser::As;
using parser::BinaryOp;
using parser::EqualsIgnoreCase;
using parser::LiteralKind;
using parser::TypeKind;

ExpressionClass OfColumn(const TableColumn& column) {
  std::string type = LowerCase(column.column_type);
  if (type.starts_with("enum") || type.starts_with("set")) return ExpressionClass::kEnum;
  if (type.starts_with("float")) return ExpressionClass::kFloat;
  return column.IsText() ? ExpressionClass::kText : ExpressionClass::kPlain;
}

ExpressionClass OfLiteral(const parser::Literal& literal) {
  switch (literal.literal) {
    case LiteralKind::kString:
    case LiteralKind::kNString:
      return ExpressionClass::kText;
    default:
      return ExpressionClass::kPlain;
  }
}

ExpressionClass OfCall(const parser::FunctionCall& call, const Semantics& semantics, int block) {
  constexpr std::array<std::string_view, 14> kNumeric{
      "COUNT",       "SUM",  "AVG",        "BIT_AND", "BIT_OR", "BIT_XOR", "LENGTH",
      "CHAR_LENGTH", "YEAR", "ROW_NUMBER", "RANK",    "MONTH",  "FLOOR",   "DENSE_RANK"};
  auto is = [&](std::string_view name) { return EqualsIgnoreCase(call.name.text, name); };
  if (!call.schema.empty()) return ExpressionClass::kUnknown;
  if (std::any_of(kNumeric.begin(), kNumeric.end(), is)) return ExpressionClass::kPlain;
  if ((is("MIN") || is("MAX")) && call.args.size() == 1) {
    // MIN and MAX of an ENUM compare and give text.
    auto of = ClassifyExpression(call.args[0], semantics, block);
    if (of == ExpressionClass::kEnum) return ExpressionClass::kText;
    if (of == ExpressionClass::kBits) return ExpressionClass::kPlain;  // a true DECIMAL
    return of == ExpressionClass::kMaybeBits ? ExpressionClass::kUnknown : of;
  }
  return ExpressionClass::kUnknown;
}

ExpressionClass OfCast(const parser::CastExpr& cast) {
  switch (cast.type->type) {
    case TypeKind::kSigned:
    case TypeKind::kUnsigned:
    case TypeKind::kDecimal:
    case TypeKind::kDouble:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kDateTime:
    case TypeKind::kYear:
      return ExpressionClass::kPlain;
    case TypeKind::kFloat:
      return ExpressionClass::kFloat;
    default:
      return ExpressionClass::kUnknown;
  }
}

bool IsNumber(const parser::Literal& literal) {
  switch (literal.literal) {
    case LiteralKind::kNull:
    case LiteralKind::kTrue:
    case LiteralKind::kFalse:
    case LiteralKind::kInteger:
    case LiteralKind::kDecimal:
    case LiteralKind::kFloat:
      return true;
    default:
      return false;
  }
}

bool IsNumber(const TableColumn& column) {
  constexpr std::array<std::string_view, 9> kTypes{
      "tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "double", "float", "bit"};
  const std::string type = LowerCase(column.column_type);
  return std::any_of(kTypes.begin(), kTypes.end(),
                     [&](std::string_view name) { return type.starts_with(name); });
}

// The expressions of which one is the value of `expr`; empty for other expressions.
std::vector<const parser::Expr*> BranchesOf(const parser::Expr* expr) {
  std::vector<const parser::Expr*> branches;
  if (const auto* choice = As<parser::CaseExpr>(expr)) {
    for (const parser::CaseWhen* when : choice->whens) branches.push_back(when->result);
    if (choice->otherwise != nullptr) branches.push_back(choice->otherwise);
    return branches;
  }
  const auto* call = As<parser::FunctionCall>(expr);
  if (call == nullptr || !call->schema.empty()) return branches;
  auto is = [&](std::string_view name) { return EqualsIgnoreCase(call->name.text, name); };
  if (!is("IF") && !is("IFNULL") && !is("COALESCE") && !is("GREATEST") && !is("LEAST")) {
    return branches;
  }
  branches.assign(call->args.begin() + (is("IF") && !call->args.empty() ? 1 : 0), call->args.end());
  return branches;
}

// kBits, kMaybeBits, or kUnknown when no branch is a BIT or one is text.
ExpressionClass OfBranches(const std::vector<const parser::Expr*>& branches,
                           const Semantics& semantics, int block) {
  bool bits = false;
  bool numbers = true;
  for (const parser::Expr* branch : branches) {
    const ExpressionClass of = ClassifyExpression(branch, semantics, block);
    if (of == ExpressionClass::kText || of == ExpressionClass::kEnum) {
      return ExpressionClass::kUnknown;
    }
    if (of == ExpressionClass::kBits || of == ExpressionClass::kMaybeBits) {
      bits = true;
      numbers &= of == ExpressionClass::kBits;
    } else if (const auto* ref = As<parser::ColumnRef>(branch)) {
      auto id = semantics.Resolve(block, *ref);
      const TableColumn* column = id.has_value() ? semantics.Describe(*id) : nullptr;
      numbers &= column != nullptr && IsNumber(*column);
      bits |= column != nullptr && LowerCase(column->column_type).starts_with("bit");
    } else if (const auto* literal = As<parser::Literal>(branch)) {
      numbers &= IsNumber(*literal);
    } else {
      numbers &= parser::Is<parser::Binary>(branch) && of == ExpressionClass::kPlain;
    }
  }
  if (!bits) return ExpressionClass::kUnknown;
  return numbers ? ExpressionClass::kBits : ExpressionClass::kMaybeBits;
}

bool IsInterval(const parser::Expr* expr) { return parser::Is<parser::IntervalExpr>(expr); }

}  // namespace

ExpressionClass ClassifyExpression(const parser::Expr* expr, const Semantics& semantics,
                                   int block) {
  if (const auto* ref = As<parser::ColumnRef>(expr)) {
    auto id = semantics.Resolve(block, *ref);
    const TableColumn* column = id.has_value() ? semantics.Describe(*id) : nullptr;
    return column != nullptr ? OfColumn(*column) : ExpressionClass::kUnknown;
  }
  if (const auto* literal = As<parser::Literal>(expr)) return OfLiteral(*literal);
  if (auto branches = BranchesOf(expr); !branches.empty()) {
    return OfBranches(branches, semantics, block);
  }
  if (const auto* call = As<parser::FunctionCall>(expr)) return OfCall(*call, semantics, block);
  if (const auto* cast = As<parser::CastExpr>(expr)) return OfCast(*cast);
  if (const auto* binary = As<parser::Binary>(expr)) {
    switch (binary->op) {
      case BinaryOp::kConcat:
      case BinaryOp::kJsonExtract:
      case BinaryOp::kJsonUnquote:
        return ExpressionClass::kUnknown;
      default:
        return IsInterval(binary->left) || IsInterval(binary->right) ? ExpressionClass::kUnknown
                                                                     : ExpressionClass::kPlain;
    }
  }
  if (parser::Is<parser::Logical>(expr) || parser::Is<parser::IsExpr>(expr) ||
      parser::Is<parser::InExpr>(expr) || parser::Is<parser::BetweenExpr>(expr) ||
      parser::Is<parser::LikeExpr>(expr) || parser::Is<parser::ExistsExpr>(expr)) {
    return ExpressionClass::kPlain;
  }
  return ExpressionClass::kUnknown;
}

namespace {

bool IsExactNumber(const TableColumn* column) {
  constexpr std::array<std::string_view, 6> kTypes{"tinyint", "smallint", "mediumint",
                                                   "int",     "bigint",   "decimal"};
  if (column == nullptr) return false;
  std::string type = LowerCase(column->column_type);
  return std::any_of(kTypes.begin(), kTypes.end(),
                     [&](std::string_view name) { return type.starts_with(name); });
}

// What gives the same value whenever its operands have the same values.
bool IsOperator(const parser::Node* node) {
  return parser::Is<parser::Literal>(node) || parser::Is<parser::Placeholder>(node) ||
         parser::Is<parser::Unary>(node) || parser::Is<parser::Binary>(node) ||
         parser::Is<parser::Logical>(node) || parser::Is<parser::IsExpr>(node) ||
         parser::Is<parser::InExpr>(node) || parser::Is<parser::BetweenExpr>(node) ||
         parser::Is<parser::CaseExpr>(node) || parser::Is<parser::CaseWhen>(node);
}

}  // namespace

bool IsOfExactNumbers(const parser::Expr* expr, const Semantics& semantics, int block) {
  return parser::Walk(expr, [&](const parser::Node* node) {
    const auto* ref = As<parser::ColumnRef>(node);
    if (ref == nullptr) return IsOperator(node) ? parser::Visit::kContinue : parser::Visit::kStop;
    auto id = semantics.Resolve(block, *ref);
    const bool exact = id.has_value() && IsExactNumber(semantics.Describe(*id));
    return exact ? parser::Visit::kContinue : parser::Visit::kStop;
  });
}

namespace {

bool Pads(std::string_view collation) {
  return !collation.empty() && collation != "binary" &&
         collation.find("_0900_") == std::string_view::npos;
}

// Whether each character has one weight. Elsewhere (in utf8mb4_unicode_ci, 'ß' = 'ss') texts that
// are padded to the same number of characters have different numbers of weights.
bool IsOneToOne(std::string_view collation) {
  return collation.ends_with("_general_ci") || collation.ends_with("_bin") ||
         collation == "latin1_swedish_ci";
}

// Functions whose result has the collation of their text arguments.
bool KeepsCollation(const parser::FunctionCall& call) {
  constexpr std::array<std::string_view, 20> kNames{
      "LOWER", "LCASE",  "UPPER",    "UCASE",  "CONCAT", "SUBSTRING", "SUBSTR",
      "MID",   "LEFT",   "RIGHT",    "TRIM",   "LTRIM",  "RTRIM",     "REPLACE",
      "IF",    "IFNULL", "COALESCE", "NULLIF", "MIN",    "MAX"};
  return std::any_of(kNames.begin(), kNames.end(),
                     [&](std::string_view name) { return EqualsIgnoreCase(call.name.text, name); });
}

TextPadding PaddingOfColumn(const TableColumn& column) {
  TextPadding padding;
  padding.pads = Pads(column.collation);
  std::string type = LowerCase(column.column_type);
  size_t open = type.find("char(");
  if (open != std::string::npos && IsOneToOne(column.collation)) {
    const char* digits = type.data() + open + 5;
    std::from_chars(digits, type.data() + type.size(), padding.length);
  }
  return padding;
}

}  // namespace

TextPadding PaddingOf(const parser::Expr* expr, const Semantics& semantics, int block) {
  auto describe = [&](const parser::ColumnRef& ref) {
    auto id = semantics.Resolve(block, ref);
    return id.has_value() ? semantics.Describe(*id) : nullptr;
  };
  if (const auto* ref = As<parser::ColumnRef>(expr)) {
    const TableColumn* column = describe(*ref);
    return column != nullptr ? PaddingOfColumn(*column) : TextPadding{};
  }
  if (const auto* collate = As<parser::CollateExpr>(expr)) {
    std::string_view name = collate->collation.text;
    TextPadding padding = PaddingOf(collate->operand, semantics, block);
    return {Pads(name), IsOneToOne(name) ? padding.length : 0};
  }
  const auto* call = As<parser::FunctionCall>(expr);
  if (call == nullptr || !KeepsCollation(*call)) return {};
  if (call->is_aggregate) return PaddingOf(call->args[0], semantics, block);
  TextPadding padding;
  parser::Walk(expr, [&](const parser::Node* node) {
    if (IsQuery(node)) return parser::Visit::kSkip;
    const auto* inner = As<parser::FunctionCall>(node);
    if (inner != nullptr && !KeepsCollation(*inner)) return parser::Visit::kSkip;
    if (const auto* ref = As<parser::ColumnRef>(node)) {
      const TableColumn* column = describe(*ref);
      if (column != nullptr && Pads(column->collation)) padding.pads = true;
    }
    return parser::Visit::kContinue;
  });
  return padding;
}

}  // namespace keyspan::vtgate
