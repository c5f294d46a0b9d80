#include "vtctl/sql_split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace keyspan::vtctl {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Split(std::string_view script) {
  const auto statements = SplitStatements(script);
  EXPECT_TRUE(statements.ok()) << statements.status().ToString();
  return statements.ok() ? *statements : std::vector<std::string>();
}

TEST(SplitStatementsTest, Statements) {
  EXPECT_THAT(Split("select 1; select 2"), ElementsAre("select 1", "select 2"));
  EXPECT_THAT(Split(";;\n ; "), IsEmpty());
  EXPECT_THAT(Split("  create table t (\n  a int\n);\n"),
              ElementsAre("create table t (\n  a int\n)"));
}

TEST(SplitStatementsTest, Quotes) {
  EXPECT_THAT(Split("select ';', \"a;b\", `c;d`; x"),
              ElementsAre("select ';', \"a;b\", `c;d`", "x"));
  EXPECT_THAT(Split("select 'it''s;', '\\';'; x"), ElementsAre("select 'it''s;', '\\';'", "x"));
  EXPECT_THAT(Split("select `a\\`; x"), ElementsAre("select `a\\`", "x"));
}

TEST(SplitStatementsTest, Comments) {
  EXPECT_THAT(Split("-- a; b\nselect 1; # c;\nselect 2 /* ; */ + 1;/* d; */"),
              ElementsAre("select 1", "select 2 /* ; */ + 1"));
  EXPECT_THAT(Split("select 1--1; --"), ElementsAre("select 1--1"));
  EXPECT_THAT(Split("/*!40101 set names utf8 */; x"),
              ElementsAre("/*!40101 set names utf8 */", "x"));
}

TEST(SplitStatementsTest, RefusesWhatDoesNotEnd) {
  for (const char* script : {"select 'a", "select \"a;", "`", "select /* 1", "select 'a\\'"}) {
    EXPECT_FALSE(SplitStatements(script).ok()) << script;
  }
}

}  // namespace
}  // namespace keyspan::vtctl
