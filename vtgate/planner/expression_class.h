#pragma once

#include <cstdint>

#include "parser/ast/ast.h"
#include "vtgate/semantics/semantics.h"

namespace keyspan::vtgate {

// How the values of an expression are to be compared outside of MySQL.
enum class ExpressionClass : uint8_t {
  kPlain,    // by value: numbers, dates, binary strings
  kText,     // by a collation: WEIGHT_STRING(expr)
  kFloat,    // text rows show six digits only: CAST(expr AS DOUBLE)
  kEnum,     // ENUM and SET order by number: CAST(expr AS UNSIGNED)
  kUnknown,  // by WEIGHT_STRING(expr) if it turns out to be text
  // CASE and its kind over BIT and other numbers: mysqld announces a DECIMAL and sends the bytes of
  // the BIT. By expr + 0.
  kBits,
  kMaybeBits,  // over BIT and what may be no number: not known how
};

ExpressionClass ClassifyExpression(const parser::Expr* expr, const Semantics& semantics, int block);

// Whether it is made of integer and DECIMAL columns and operators only, so that equal columns give
// equal values. Columns of other types have equal values that differ ('a' and 'A', 0e0 and -0e0).
bool IsOfExactNumbers(const parser::Expr* expr, const Semantics& semantics, int block);

// Whether the text that the expression gives is compared as if padded with spaces (every collation
// but the utf8mb4_0900 ones). WEIGHT_STRING does not pad, so 'a' and 'a ' would differ.
struct TextPadding {
  bool pads = false;  // false also when the collation is not known
  // The most characters it can have. 0: not known, or of no use, as padding to a number of
  // characters does not make weights of equal length in this collation.
  uint32_t length = 0;
};
TextPadding PaddingOf(const parser::Expr* expr, const Semantics& semantics, int block);

}  // namespace keyspan::vtgate
