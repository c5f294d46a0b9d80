#include "vtgate/session/user_variable.h"

#include <gtest/gtest.h>

#include "rpc/tablet_messages.pb.h"

namespace keyspan::vtgate {
namespace {

using mysql::Value;

std::string DefinitionOf(Value value, std::string_view collation = {}) {
  return MakeUserVariable(std::move(value), collation).Definition();
}

TEST(UserVariable, IsDefinedByAnExpressionOfItsTypeAndCollation) {
  EXPECT_EQ(DefinitionOf(Value::Int(-7)), "-7");
  EXPECT_EQ(DefinitionOf(Value::Uint(5)), "CAST(5 AS UNSIGNED)");
  EXPECT_EQ(DefinitionOf(Value::Decimal("1.50")), "1.50");
  EXPECT_EQ(DefinitionOf(Value::Double(2)), "2e0");
  EXPECT_EQ(DefinitionOf(Value::Float(2.5F)), "2.5e0");
  EXPECT_EQ(DefinitionOf(Value::Bytes("a\x01")), "_binary x'6101'");
  EXPECT_EQ(DefinitionOf(Value::Text("a b"), "utf8mb4_bin"), "_utf8mb4 'a b' COLLATE utf8mb4_bin");
  EXPECT_EQ(DefinitionOf(Value::Text("a'"), "utf8mb4_bin"), "_utf8mb4 x'6127' COLLATE utf8mb4_bin");
  EXPECT_EQ(DefinitionOf(Value::Text("\\"), "utf8mb4_bin"), "_utf8mb4 x'5c' COLLATE utf8mb4_bin");
  EXPECT_EQ(DefinitionOf(Value::Text(""), "latin1_bin"),
            "CONVERT(_utf8mb4 '' USING latin1) COLLATE latin1_bin");
  const uint16_t latin1_swedish_ci = 8;
  EXPECT_EQ(DefinitionOf(Value::Text("\xe4", latin1_swedish_ci), "latin1_swedish_ci"),
            "_latin1 x'e4' COLLATE latin1_swedish_ci");
  mysql::Temporal date;
  date.year = 2020;
  date.month = 1;
  date.day = 2;
  EXPECT_EQ(DefinitionOf(Value::Date(date), "utf8mb4_bin"),
            "_utf8mb4 '2020-01-02' COLLATE utf8mb4_bin");
}

TEST(UserVariable, KnowsTextThatItsCharacterSetDoesNotHave) {
  auto is_valid = [](std::string text, std::string_view collation) {
    return MakeUserVariable(Value::Text(std::move(text)), collation).IsValid();
  };
  for (std::string_view text : {"", "a", "\xc3\xa9", "\xe6\x97\xa5", "\xf0\x9f\x98\x80"}) {
    EXPECT_TRUE(is_valid(std::string(text), "utf8mb4_bin")) << text;
  }
  EXPECT_FALSE(is_valid("\xf0\x9f\x98\x80", "utf8mb3_bin"));
  for (std::string_view text :
       {"\xff", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "a\x80"}) {
    EXPECT_FALSE(is_valid(std::string(text), "utf8mb4_bin")) << text;
  }
  EXPECT_TRUE(MakeUserVariable(Value::Bytes("\xff"), {}).IsValid());
}

TEST(UserVariable, TravelsByNameWithWhatNullHasKept) {
  UserVariables variables;
  variables["a"] = MakeUserVariable(Value::Int(1), {});
  variables["b`"] = MakeUserVariable(Value::Uint(1), {});
  variables["b`"].value = Value();
  rpc::UserVariables sent;
  ASSERT_TRUE(sent.ParseFromString(
      EncodeUserVariables({"b`", "unknown", "a"}, variables, parser::TextCharset::kOther)));
  ASSERT_EQ(sent.variables_size(), 2);
  EXPECT_EQ(sent.variables(0).name(), "`b```");
  EXPECT_EQ(sent.variables(0).value(), "CAST(1 AS UNSIGNED)");
  EXPECT_TRUE(sent.variables(0).null());
  EXPECT_EQ(sent.variables(1).name(), "`a`");
  EXPECT_FALSE(sent.variables(1).null());
  EXPECT_EQ(EncodeUserVariables({"unknown"}, variables, parser::TextCharset::kOther), "");
}

}  // namespace
}  // namespace keyspan::vtgate
