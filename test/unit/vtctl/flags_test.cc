#include "vtctl/flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace keyspan::vtctl {
namespace {

using namespace std::chrono_literals;
using Kind = FlagSpec::Kind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<FlagSpec> kSpecs = {
    {"sql_file", Kind::kString, "", "none"},
    {"force", Kind::kBool, "", "false"},
    {"count", Kind::kInt, "", "3"},
    {"wait", Kind::kDuration, "", "15s"},
};

TEST(FlagsTest, TakesAllForms) {
  const auto args = ParseArguments(kSpecs, {"--sql-file=a.sql", "x", "--force", "--count", "7",
                                            "-80", "--wait=250ms", "--", "--force=false"});
  ASSERT_TRUE(args.ok()) << args.status().ToString();
  EXPECT_EQ(args->String("sql_file"), "a.sql");
  EXPECT_TRUE(args->Bool("force"));
  EXPECT_EQ(args->Int("count"), 7);
  EXPECT_EQ(args->Duration("wait"), 250ms);
  EXPECT_THAT(args->positional(), ElementsAre("x", "-80", "--force=false"));
}

TEST(FlagsTest, FallbacksAndRepetition) {
  const auto args = ParseArguments(kSpecs, {"--sql_file=a", "--sql_file", "b=c", "--force=no"});
  ASSERT_TRUE(args.ok());
  EXPECT_THAT(args->Strings("sql_file"), ElementsAre("a", "b=c"));
  EXPECT_EQ(args->String("sql_file"), "b=c");
  EXPECT_FALSE(args->Bool("force"));
  EXPECT_TRUE(args->Has("force"));
  EXPECT_FALSE(args->Has("count"));
  EXPECT_EQ(args->Int("count"), 3);
  EXPECT_EQ(args->Duration("wait"), 15s);
}

TEST(FlagsTest, ErrorsNameTheFlag) {
  const auto error = [](std::vector<std::string> words) {
    return ParseArguments(kSpecs, words).status().ToString();
  };
  EXPECT_THAT(error({"--nothing"}), HasSubstr("unknown flag --nothing"));
  EXPECT_THAT(error({"--count"}), HasSubstr("--count needs a value"));
  EXPECT_THAT(error({"--count=x"}), HasSubstr("--count: 'x' is not a number"));
  EXPECT_THAT(error({"--force=maybe"}), HasSubstr("neither true nor false"));
  EXPECT_THAT(error({"--wait=5 days"}), HasSubstr("not a duration"));
}

TEST(FlagsTest, Durations) {
  EXPECT_EQ(*ParseDuration("2"), 2s);
  EXPECT_EQ(*ParseDuration("2m"), 120s);
  EXPECT_EQ(*ParseDuration("1h"), 3600s);
  for (const char* text : {"", "s", "-1s", "1.5s", "99999999999h"}) {
    EXPECT_FALSE(ParseDuration(text).ok()) << text;
  }
}

}  // namespace
}  // namespace keyspan::vtctl
