#include "vtgate/planner/value_source.h"

#include <gtest/gtest.h>

namespace keyspan::vtgate {
namespace {

using sharding::DebugString;
using sharding::RoutingValue;

// The constant that the expression is, or null when it is none.
std::string ConstantText(const std::string& sql) {
  parser::Expr* expr = nullptr;
  auto parsed = parser::ParseExpression(sql, {}, &expr);
  if (!parsed.ok()) return std::string(parsed.status().message());
  auto source = ConstantOf(expr);
  if (!source.has_value()) return "none";
  if (source->kind == ValueSource::Kind::kParameter) return "?" + std::to_string(source->index);
  return DebugString(source->constant);
}

TEST(ConstantOf, ReadsLiteralsAsMysqlDoes) {
  EXPECT_EQ(ConstantText("5"), DebugString(RoutingValue::Int(5)));
  EXPECT_EQ(ConstantText("-5"), DebugString(RoutingValue::Int(-5)));
  EXPECT_EQ(ConstantText("+5"), DebugString(RoutingValue::Int(5)));
  EXPECT_EQ(ConstantText("9223372036854775807"), DebugString(RoutingValue::Int(INT64_MAX)));
  EXPECT_EQ(ConstantText("9223372036854775808"),
            DebugString(RoutingValue::Uint(uint64_t{1} << 63)));
  EXPECT_EQ(ConstantText("-9223372036854775808"), DebugString(RoutingValue::Int(INT64_MIN)));
  EXPECT_EQ(ConstantText("18446744073709551615"), DebugString(RoutingValue::Uint(UINT64_MAX)));
  EXPECT_EQ(ConstantText("18446744073709551616"),
            DebugString(RoutingValue::Decimal("18446744073709551616")));
  EXPECT_EQ(ConstantText("-9223372036854775809"),
            DebugString(RoutingValue::Decimal("-9223372036854775809")));
  EXPECT_EQ(ConstantText("-1.50"), DebugString(RoutingValue::Decimal("-1.50")));
  EXPECT_EQ(ConstantText("1e3"), DebugString(RoutingValue::Double(1000)));
  EXPECT_EQ(ConstantText("'it''s'"), DebugString(RoutingValue::Text("it's")));
  EXPECT_EQ(ConstantText("TRUE"), DebugString(RoutingValue::Int(1)));
  EXPECT_EQ(ConstantText("NULL"), DebugString(RoutingValue::Null()));
  EXPECT_EQ(ConstantText("0x4A"), DebugString(RoutingValue::Bits("J")));
  EXPECT_EQ(ConstantText("x'4a4B'"), DebugString(RoutingValue::Bits("JK")));
  EXPECT_EQ(ConstantText("0xA4A"), DebugString(RoutingValue::Bits("\x0aJ")));
  EXPECT_EQ(ConstantText("b'101'"), DebugString(RoutingValue::Bits("\x05")));
  EXPECT_EQ(ConstantText("DATE'2024-02-29'"), DebugString(RoutingValue::Temporal("2024-02-29")));
}

TEST(ConstantOf, LeavesWhatOnlyMysqlCanSay) {
  EXPECT_EQ(ConstantText("_latin1'a'"), "none");
  EXPECT_EQ(ConstantText("N'a'"), "none");
  EXPECT_EQ(ConstantText("-'5'"), "none");
  EXPECT_EQ(ConstantText("1 + 1"), "none");
  EXPECT_EQ(ConstantText("'a' COLLATE utf8mb4_bin"), "none");
  EXPECT_EQ(ConstantText("NOW()"), "none");
  EXPECT_EQ(ConstantText("-?"), "none");
  EXPECT_EQ(ConstantText("?"), "?0");
}

}  // namespace
}  // namespace keyspan::vtgate
