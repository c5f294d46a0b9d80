#include "vtgate/planner/expression_class.h"

#include <algorithm>
#include <array>

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
    return of == ExpressionClass::kEnum ? ExpressionClass::kText : of;
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

}  // namespace keyspan::vtgate
