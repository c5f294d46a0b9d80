// Multi-byte character sets of the connection whose second bytes may be quotes, backquotes or
// backslashes, and what becomes of half characters. Each expectation is what MySQL 9.7 answered.

#include <gtest/gtest.h>

#include "parser/digest.h"
#include "parser/parse.h"
#include "parser/printer.h"
#include "parser/walker.h"

namespace keyspan::parser {
namespace {

constexpr TextCharset kBig5 = TextCharset::kBig5;
constexpr TextCharset kSjis = TextCharset::kSjis;
constexpr TextCharset kCp932 = TextCharset::kCp932;
constexpr TextCharset kGbk = TextCharset::kGbk;
constexpr TextCharset kGb18030 = TextCharset::kGb18030;

struct Case {
  TextCharset charset;
  std::string_view sql;
  std::string_view printed;  // or the text of the error from "near" on
};

void Check(const Case& test) {
  ParseOptions options;
  options.charset = test.charset;
  Result<ParsedStatement> parsed = Parse(test.sql, options);
  if (!parsed.ok()) {
    const std::string message(parsed.status().message());
    EXPECT_EQ(message.substr(message.find("near")), test.printed) << test.sql;
    return;
  }
  PrintOptions print;
  print.charset = test.charset;
  const std::string printed = Print(parsed->root(), print);
  EXPECT_EQ(printed, test.printed) << test.sql;
  Result<ParsedStatement> again = Parse(printed, options);
  ASSERT_TRUE(again.ok()) << test.sql << ": " << printed;
  EXPECT_TRUE(Equal(parsed->root(), again->root())) << test.sql << ": " << printed;
}

TEST(Charset, SecondBytesAreNoQuotes) {
  for (const Case& test : {
           Case{kGbk, "SELECT '\xBF\x5C' FROM t", "SELECT '\xBF\x5C' FROM t"},
           Case{kBig5, "SELECT \"\xA5\x5C'\\n\"", "SELECT '\xA5\x5C''\\n'"},
           Case{kSjis, "SELECT `\x83\x60`", "SELECT `\x83\x60`"},
           Case{kSjis, "SELECT `\x83\x60```", "SELECT `\x83\x60```"},
           Case{kCp932, "SELECT `a\x83\x60``b`.c", "SELECT `a\x83\x60``b`.c"},
           Case{kGbk, "SELECT 1 AS \xB0\x7C", "SELECT 1 AS `\xB0\x7C`"},
           Case{kGb18030, "SELECT `\x81\x30\x81\x30\x81\x60`", "SELECT `\x81\x30\x81\x30\x81\x60`"},
       }) {
    Check(test);
  }
}

// A bare name takes bytes that may begin a character, whether or not one follows; MySQL's
// conversion of names to utf8 then drops the half at the end and replaces others.
TEST(Charset, HalfCharactersInNames) {
  for (const Case& test : {
           Case{kBig5, "SELECT 1 AS a\xA4", "SELECT 1 AS a"},
           Case{kBig5,
                "SELECT !S\xF6"
                "E22\xBC",
                "SELECT !`S\xF6"
                "E22`"},
           Case{kBig5, "SELECT 1 AS a\xA4,2", "SELECT 1 AS a, 2"},
           Case{kBig5, "SELECT 1 AS a\xA4@,2", "SELECT 1 AS `a\xA4@`, 2"},
           Case{kBig5,
                "SELECT 1 AS a\xA4"
                "1",
                "SELECT 1 AS `a?`"},
           Case{kBig5,
                "SELECT 1 AS `a\xA4"
                "1`",
                "SELECT 1 AS `a?`"},
           Case{kBig5, "SELECT 1 AS 'a\xA4'", "SELECT 1 AS a"},
           Case{kBig5, "SELECT 1 AS `a\x80z`", "SELECT 1 AS `a?`"},
           Case{kGbk,
                "SELECT 1 AS a\xB0"
                "1",
                "SELECT 1 AS `a?`"},
           Case{kSjis,
                "SELECT 1 AS a\x82"
                "1",
                "SELECT 1 AS `a?1`"},
           Case{kSjis, "SELECT 1 AS `\xB1`", "SELECT 1 AS `\xB1`"},
           Case{kSjis, "SELECT 1 AS `a\xFFz`", "SELECT 1 AS `a?z`"},
           Case{kGb18030,
                "SELECT 1 AS a\xB0"
                "1",
                "SELECT 1 AS a"},
           Case{kGb18030, "SELECT a\x80z", "SELECT `a?z`"},
           Case{kGb18030, "SELECT \x80 + 1", "SELECT `?` + 1"},
           Case{kGb18030, "SELECT `z\x80`", "SELECT `z?`"},
           Case{kBig5, "SELECT 1a\xA4 FROM t", "SELECT `1a` FROM t"},
           Case{kBig5, "SELECT 1a\xA4@ FROM t", "SELECT `1a\xA4@` FROM t"},
           Case{kBig5, "SELECT $\xA4", "SELECT `$`"},
           Case{kBig5, "SELECT count\xA4(1)", "SELECT `count`(1)"},
       }) {
    Check(test);
  }
}

TEST(Charset, HalfCharactersBeginNoName) {
  for (const Case& test : {
           Case{kBig5,
                "SELECT 1 AS \xA4"
                "1",
                "near '\xA4"
                "1' at line 1"},
           Case{kSjis,
                "SELECT 1 AS \x82"
                "1",
                "near '\x82"
                "1' at line 1"},
           Case{kBig5,
                "SELECT 1 AS a\x80"
                "b",
                "near '\x80"
                "b' at line 1"},
           Case{kSjis, "SELECT 1 AS a\xB1", "near '\xB1' at line 1"},
           Case{kGbk,
                "SELECT 1 AS a\xFF"
                "b",
                "near '\xFF"
                "b' at line 1"},
           Case{kBig5, "SELECT 1\xA4@", "near '@' at line 1"},  // after digits it is no character
           Case{kBig5, "SELECT $\xF6\\a$", "near '$\xF6\\a$' at line 1"},  // an open $tag$
           Case{kGb18030,
                "SELECT 1 AS a\xFF"
                "b",
                "near '\xFF"
                "b' at line 1"},
       }) {
    Check(test);
  }
}

TEST(Charset, BrokenCharactersInAliasesThatAreText) {
  ParseOptions options;
  options.charset = kBig5;
  const Status status = Parse(
                            "SELECT 1 AS 'a\xA4"
                            "12345'",
                            options)
                            .status();
  EXPECT_EQ(status.mysql_errno(), 3854);
  EXPECT_EQ(status.message(), "Cannot convert string 'a\\xA41234...' from big5 to utf8mb3");
  EXPECT_TRUE(Parse("SELECT @'a\xA4"
                    "1'",
                    options)
                  .ok());
}

// There MySQL looks at single bytes, and each set has its own idea of what a letter is.
TEST(Charset, BareNamesOfUserVariables) {
  for (const Case& test : {
           Case{kBig5, "SELECT @a\xA4", "SELECT @a"},
           Case{kBig5, "SELECT @a\xA4@", "near '@' at line 1"},
           Case{kBig5, "SELECT @`a\xA4@`", "SELECT @`a\xA4@`"},
           Case{kGbk, "SELECT @\xB0\xA1", "SELECT @`\xB0\xA1`"},
           Case{kGbk, "SELECT @\x81\xA1", "SELECT @`` AS `\x81\xA1`"},
           Case{kSjis, "SELECT @a\x82\xA0", "SELECT @a AS `\x82\xA0`"},
           Case{kSjis, "SELECT @a\x82", "near '\x82' at line 1"},
           Case{kGb18030, "SELECT @\xB0\xA1", "SELECT @`\xB0\xA1`"},
       }) {
    Check(test);
  }
}

TEST(Charset, StringsAreDecodedByCharacters) {
  const auto value = [](TextCharset charset, std::string_view sql) {
    ParseOptions options;
    options.charset = charset;
    static Arena arena;
    return DecodeString(sql, options, arena);
  };
  EXPECT_EQ(value(kBig5, "'\xA5\x5C'"), "\xA5\x5C");
  EXPECT_EQ(value(kBig5, "'\xA5\x5C\\n'"), "\xA5\x5C\n");
  EXPECT_EQ(value(kSjis, "'\xB1\\n'"), "\xB1\n");    // a katakana of one byte
  EXPECT_EQ(value(kBig5, "'\\\xA4\\n'"), "\xA4\n");  // the backslash takes the first half
  EXPECT_EQ(value(kBig5, "'\xA4'''"), "\xA4'");      // no second byte
  EXPECT_EQ(value(kGb18030, "'\x81\x30\x81\x30\\t'"), "\x81\x30\x81\x30\t");
}

TEST(Charset, QuotingKeepsHalfCharactersApart) {
  EXPECT_EQ(QuoteString("\xA5\x5C\n", kBig5), "'\xA5\x5C\\n'");
  EXPECT_EQ(QuoteString("\xA4\n'", kBig5), "'\xA4\n'''");
  EXPECT_EQ(QuoteString("\xA4\n"), "'\xA4\\n'");
  EXPECT_EQ(QuoteString("\xB1\\", kSjis), "'\xB1\\\\'");
  EXPECT_EQ(QuoteIdent("\x83\x60", true, kSjis), "`\x83\x60`");
  EXPECT_EQ(QuoteIdent("\x83\x60", true), "`\x83```");
}

TEST(Charset, DigestsTellThemApart) {
  Digester digester;
  ParseOptions big5;
  big5.charset = kBig5;
  const DigestResult first = digester.Compute("SELECT a FROM t WHERE b = '\xA5\x5C'", big5);
  ASSERT_TRUE(first.cacheable);
  ASSERT_EQ(first.literals.size(), 1u);
  EXPECT_EQ(first.literals[0].length, 4u);
  EXPECT_FALSE(digester.Compute("SELECT a FROM t WHERE b = '\xA5\x5C'").cacheable);
  const Digest128 digest = digester.Compute("SELECT a FROM t WHERE b = 'x'", big5).digest;
  EXPECT_FALSE(digest == digester.Compute("SELECT a FROM t WHERE b = 'x'").digest);
}

}  // namespace
}  // namespace keyspan::parser
