#include "vtgate/planner/value_source.h"

#include <charconv>
#include <cstdlib>
#include <limits>
#include <string>

namespace keyspan::vtgate {
namespace {

using parser::Literal;
using parser::LiteralKind;
using sharding::RoutingValue;

RoutingValue IntegerValue(std::string_view digits, bool negated) {
  uint64_t number = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  constexpr uint64_t kMinMagnitude = uint64_t{1} << 63;
  if (error != std::errc() || end != digits.data() + digits.size() ||
      (negated && number > kMinMagnitude)) {
    return RoutingValue::Decimal((negated ? "-" : "") + std::string(digits));
  }
  if (negated) return RoutingValue::Int(static_cast<int64_t>(0 - number));
  if (number < kMinMagnitude) return RoutingValue::Int(static_cast<int64_t>(number));
  return RoutingValue::Uint(number);
}

// 0xAB, x'AB', 0b01, b'01'.
RoutingValue BitsValue(std::string_view text, bool hex) {
  std::string digits;
  if (text.size() > 2 && text[0] == '0') {
    digits = text.substr(2);
  } else {
    size_t open = text.find('\'');
    size_t close = text.rfind('\'');
    if (open != std::string_view::npos && close > open) {
      digits = text.substr(open + 1, close - open - 1);
    }
  }
  size_t per_byte = hex ? 2 : 8;
  digits.insert(0, (per_byte - digits.size() % per_byte) % per_byte, '0');
  std::string bytes;
  for (size_t i = 0; i < digits.size(); i += per_byte) {
    bytes.push_back(
        static_cast<char>(std::strtoul(digits.substr(i, per_byte).c_str(), nullptr, hex ? 16 : 2)));
  }
  return RoutingValue::Bits(std::move(bytes));
}

bool IsNumber(LiteralKind kind) {
  return kind == LiteralKind::kInteger || kind == LiteralKind::kDecimal ||
         kind == LiteralKind::kFloat;
}

std::optional<ValueSource> OfLiteral(const Literal& literal, bool negated) {
  if (!literal.introducer.empty() || literal.literal == LiteralKind::kNString) return std::nullopt;
  ValueSource source;
  if (literal.slot >= 0) {
    source.kind = ValueSource::Kind::kLiteral;
    source.index = static_cast<uint32_t>(literal.slot);
    source.negated = negated;
  } else {
    source.constant = LiteralValue(literal, negated);
  }
  return source;
}

}  // namespace

RoutingValue LiteralValue(const Literal& literal, bool negated) {
  switch (literal.literal) {
    case LiteralKind::kNull:
      return RoutingValue::Null();
    case LiteralKind::kTrue:
      return RoutingValue::Int(1);
    case LiteralKind::kFalse:
      return RoutingValue::Int(0);
    case LiteralKind::kInteger:
      return IntegerValue(literal.text, negated);
    case LiteralKind::kDecimal:
      return RoutingValue::Decimal((negated ? "-" : "") + std::string(literal.text));
    case LiteralKind::kFloat: {
      double number = std::strtod(std::string(literal.text).c_str(), nullptr);
      return RoutingValue::Double(negated ? -number : number);
    }
    case LiteralKind::kString:
    case LiteralKind::kNString:  // not reached through ConstantOf
      return RoutingValue::Text(std::string(literal.value));
    case LiteralKind::kHex:
      return BitsValue(literal.text, true);
    case LiteralKind::kBit:
      return BitsValue(literal.text, false);
    case LiteralKind::kDate:
    case LiteralKind::kTime:
    case LiteralKind::kTimestamp:
      return RoutingValue::Temporal(std::string(literal.value));
  }
  return RoutingValue::Null();
}

std::optional<ValueSource> ConstantOf(const parser::Expr* expr) {
  if (const auto* literal = parser::As<Literal>(expr)) return OfLiteral(*literal, false);
  if (const auto* placeholder = parser::As<parser::Placeholder>(expr)) {
    ValueSource source;
    source.kind = ValueSource::Kind::kParameter;
    source.index = placeholder->ordinal;
    return source;
  }
  if (const auto* hole = parser::As<parser::Hole>(expr)) {
    ValueSource source;
    source.kind = ValueSource::Kind::kHole;
    source.index = hole->id;
    return source;
  }
  if (const auto* unary = parser::As<parser::Unary>(expr)) {
    const auto* literal = parser::As<Literal>(unary->operand);
    if (literal == nullptr || !IsNumber(literal->literal)) return std::nullopt;
    if (unary->op == parser::UnaryOp::kMinus) return OfLiteral(*literal, true);
    if (unary->op == parser::UnaryOp::kPlus) return OfLiteral(*literal, false);
  }
  return std::nullopt;
}

bool SameSource(const ValueSource& a, const ValueSource& b) {
  return a.kind == b.kind && a.negated == b.negated && a.index == b.index &&
         a.constant == b.constant;
}

}  // namespace keyspan::vtgate
