#include "parser/parse.h"

#include <gtest/gtest.h>

#include "parser/column_name.h"
#include "parser/digest.h"
#include "parser/printer.h"
#include "parser/token.h"
#include "parser/walker.h"

namespace keyspan::parser {
namespace {

std::string Reprint(std::string_view sql, uint32_t sql_mode = 0) {
  ParseOptions options;
  options.sql_mode = sql_mode;
  Result<ParsedStatement> parsed = Parse(sql, options);
  if (!parsed.ok()) {
    return parsed.status().ToString();
  }
  PrintOptions print;
  print.sql_mode = sql_mode;
  return Print(parsed->root(), print);
}

std::string FullyParenthesised(std::string_view expr, uint32_t sql_mode = 0) {
  ParseOptions options;
  options.sql_mode = sql_mode;
  Expr* root = nullptr;
  Result<ParsedStatement> parsed = ParseExpression(expr, options, &root);
  if (!parsed.ok()) {
    return parsed.status().ToString();
  }
  PrintOptions print;
  print.sql_mode = sql_mode;
  print.full_parentheses = true;
  return Print(root, print);
}

TEST(Parse, Precedence) {
  EXPECT_EQ(FullyParenthesised("1 + 2 * 3"), "(1 + (2 * 3))");
  EXPECT_EQ(FullyParenthesised("1 - 2 - 3"), "((1 - 2) - 3)");
  EXPECT_EQ(FullyParenthesised("a OR b AND NOT c = d"), "(a OR (b AND (NOT (c = d))))");
  EXPECT_EQ(FullyParenthesised("a XOR b OR c"), "((a XOR b) OR c)");
  EXPECT_EQ(FullyParenthesised("a | b & c << d + e"), "(a | (b & (c << (d + e))))");
  EXPECT_EQ(FullyParenthesised("2 ^ 3 * -4"), "((2 ^ 3) * (-4))");
  EXPECT_EQ(FullyParenthesised("d + INTERVAL 1 DAY * 2"), "((d + INTERVAL 1 DAY) * 2)");
  EXPECT_EQ(FullyParenthesised("NOT a IS NULL"), "(NOT (a IS NULL))");
}

TEST(Parse, SqlModes) {
  EXPECT_EQ(FullyParenthesised("a || b", kModePipesAsConcat), "(a || b)");
  EXPECT_EQ(FullyParenthesised("-a || b ^ c", kModePipesAsConcat), "(((-a) || b) ^ c)");
  EXPECT_EQ(FullyParenthesised("a || b"), "(a OR b)");
  EXPECT_EQ(FullyParenthesised("NOT a = b", kModeHighNotPrecedence), "((!a) = b)");
  EXPECT_EQ(Reprint("SELECT \"a\" FROM t", kModeAnsiQuotes), "SELECT a FROM t");
  EXPECT_EQ(Reprint("SELECT 'a\\' FROM t", kModeNoBackslashEscapes), "SELECT 'a\\' FROM t");
  EXPECT_EQ(Reprint("SELECT COUNT (*) FROM t", kModeIgnoreSpace), "SELECT COUNT(*) FROM t");
  EXPECT_EQ(Reprint("CREATE TABLE t (a REAL)", kModeRealAsFloat), "CREATE TABLE t (a FLOAT)");
  EXPECT_EQ(SqlModeBits("STRICT_TRANS_TABLES,ansi_quotes,IGNORE_SPACE"),
            kModeAnsiQuotes | kModeIgnoreSpace);
}

TEST(Parse, MultiByteCharsetsKeepTheirSecondBytes) {
  // 0xBF 0x5C is one gbk character, so the quote after it ends the string.
  const std::string_view sql = "SELECT '\xBF\x5C' FROM t";
  ParseOptions options;
  options.charset = TextCharset::kGbk;
  EXPECT_TRUE(Parse(sql, options).ok());
  EXPECT_FALSE(Parse(sql).ok());
}

TEST(Parse, NamesOfVariablesThatAreKeywords) {
  EXPECT_EQ(Reprint("SET `names` = 1, @@`global` = 2"), "SET `names` = 1, @@`global` = 2");
  EXPECT_EQ(Reprint("SET `default`.a = 1, default.b = 2"), "SET `default`.a = 1, DEFAULT.b = 2");
  EXPECT_EQ(Reprint("SET GLOBAL port = 1, @@port = 2"), "SET GLOBAL port = 1, @@port = 2");
}

TEST(Parse, LiteralsThatAreKeywordsHaveNoCase) {
  Result<ParsedStatement> lower = Parse("SELECT null, true, False");
  Result<ParsedStatement> upper = Parse("SELECT NULL, TRUE, FALSE");
  ASSERT_TRUE(lower.ok() && upper.ok());
  EXPECT_TRUE(Equal(lower->root(), upper->root()));
  EXPECT_EQ(Hash(lower->root()), Hash(upper->root()));
}

TEST(Parse, CommentsVanishFromTextThatIsKept) {
  EXPECT_EQ(Reprint("GRANT /* a */ SELECT ON *.* TO/*!80000 u */@h # end"),
            "GRANT SELECT ON *.* TO u @h");
  EXPECT_EQ(Reprint("KILL 5 --- comment\n1"), "KILL 5 - 1");
  EXPECT_EQ(Reprint("KILL 5 ---- comment\n1"), "KILL 5 - - 1");
}

TEST(Parse, InsertsKeepTheParenthesesOfInto) {
  EXPECT_EQ(Reprint("INSERT INTO t ((SELECT 1 INTO @a))"), "INSERT INTO t ((SELECT 1 INTO @a))");
  EXPECT_EQ(Reprint("INSERT INTO t (b) (SELECT 1 INTO @a)"),
            "INSERT INTO t (b) (SELECT 1 INTO @a)");
}

// MySQL's grammar takes them, and refuses most of them when it looks for the object.
TEST(Parse, NamesWithoutCharacters) {
  for (const std::string_view sql :
       {"SELECT ``.a FROM t", "SELECT d.``.a FROM t", "SELECT d.``.* FROM ``.t AS ``",
        "SELECT 1 FROM (SELECT 1) AS ``", "SELECT f(1 AS ``, 2)", "SELECT ``.f(1) AS ``",
        "SET ``.a = @@``.b", "SHOW TABLES FROM ``"}) {
    EXPECT_EQ(Reprint(sql), sql);
  }
}

TEST(Parse, ZeroBytesInNames) {
  const std::string_view quoted("SELECT 1 AS `a\0b`", 18);
  EXPECT_EQ(Parse(quoted).status().mysql_errno(), 1064);
  EXPECT_EQ(Reprint("SELECT 1 AS 'a\\0b', @'\\0', f(1 AS '\\0')"),
            "SELECT 1 AS 'a\\0b', @'\\0', f(1 AS '\\0')");
  EXPECT_EQ(Reprint(std::string_view("SELECT 1 AS 'a\0'", 16), kModeNoBackslashEscapes),
            std::string_view("SELECT 1 AS 'a\0'", 16));
}

TEST(Parse, ErrorsAreThoseOfMysql) {
  const Status status = Parse("SELECT 1\nFROM t\nWHERE ORDER BY 1").status();
  EXPECT_EQ(status.mysql_errno(), 1064);
  EXPECT_EQ(status.sqlstate(), "42000");
  EXPECT_EQ(status.message(),
            "You have an error in your SQL syntax; check the manual that corresponds to your MySQL "
            "server version for the right syntax to use near 'ORDER BY 1' at line 3");
  EXPECT_EQ(Parse("SELECT $$").status().mysql_errno(), 1064);
  EXPECT_EQ(Parse("SELECT -1e309 FROM t GROUP BY 7").status().mysql_errno(), 1367);
  EXPECT_TRUE(Parse("SELECT 1.7e308, 1e-400").ok());
  EXPECT_EQ(Parse("SELECT * FROM (SELECT 1)").status().mysql_errno(), 1248);
  EXPECT_EQ(Parse("SELECT DISTINCT ALL 1").status().mysql_errno(), 1221);
}

TEST(Parse, EmptyTextIsAnEmptyStatement) {
  for (const std::string_view sql : {"", "  ", "-- x", "/* x */", ";"}) {
    Result<ParsedStatement> parsed = Parse(sql);
    ASSERT_TRUE(parsed.ok()) << sql;
    EXPECT_EQ(parsed->root(), nullptr) << sql;
  }
}

TEST(Parse, DirectivesAndHints) {
  Result<ParsedStatement> parsed =
      Parse("/*vt+ ALLOW_SCATTER */ SELECT /*+ BKA(t) */ /*vt+ X=1 */ 1");
  ASSERT_TRUE(parsed.ok());
  ASSERT_EQ(parsed->directives().size(), 2u);
  EXPECT_EQ(parsed->directives()[0], " ALLOW_SCATTER ");
  EXPECT_EQ(As<Select>(static_cast<Node*>(parsed->root()))->hints, "/*+ BKA(t) */");
}

TEST(Parse, OurOwnVerbs) {
  for (const std::string_view sql :
       {"SHOW VITESS_SHARDS", "SHOW KEYSPACES LIKE 'x'", "SHOW VSCHEMA TABLES",
        "SHOW VSCHEMA VINDEXES ON t", "SHOW UNRESOLVED TRANSACTIONS FOR ks",
        "SHOW TRANSACTION STATUS FOR 'ks:0:1'", "VEXPLAIN SELECT 1", "VEXPLAIN PLAN SELECT 1",
        "ALTER VSCHEMA ADD TABLE ks.t", "ALTER VSCHEMA ON ks.t ADD VINDEX v (id) USING xxhash",
        "ALTER VSCHEMA CREATE VINDEX ks.v USING xxhash", "ALTER VSCHEMA ADD SEQUENCE ks.s",
        "ALTER VSCHEMA ON t ADD AUTO_INCREMENT id USING s", "ALTER VITESS_MIGRATION 'uuid' CANCEL",
        "REVERT VITESS_MIGRATION 'uuid'", "SELECT NEXT 5 VALUES FROM seq"}) {
    EXPECT_TRUE(Parse(sql).ok()) << sql << Parse(sql).status().message();
    EXPECT_EQ(Reprint(Reprint(sql)), Reprint(sql));
  }
  Result<ParsedStatement> use = Parse("USE ks:-80@replica|zone1-100");
  ASSERT_TRUE(use.ok()) << use.status().message();
  const auto* node = As<Use>(static_cast<Node*>(use->root()));
  EXPECT_EQ(node->keyspace, "ks");
  EXPECT_EQ(node->shard, "-80");
  EXPECT_EQ(node->type, "replica");
  EXPECT_EQ(node->alias, "zone1-100");
}

TEST(Parse, SplitsStatements) {
  const std::string_view sql =
      "SELECT ';' ; /* ; */ INSERT INTO t VALUES (1);; -- ;\nCREATE PROCEDURE p() BEGIN IF a THEN "
      "SELECT 1; END IF; END; SELECT 2";
  std::vector<std::string_view> parts;
  for (const StatementRange& range : SplitStatements(sql)) {
    parts.push_back(sql.substr(range.begin, range.end - range.begin));
  }
  ASSERT_EQ(parts.size(), 4u);
  EXPECT_EQ(parts[0], "SELECT ';'");
  EXPECT_EQ(parts[1], "/* ; */ INSERT INTO t VALUES (1)");
  EXPECT_TRUE(parts[2].ends_with("END IF; END")) << parts[2];
  EXPECT_EQ(parts[3], "SELECT 2");
}

TEST(Parse, SplitLeavesNothingBehindAnOpenComment) {
  const std::vector<StatementRange> ranges = SplitStatements("/*! SELECT 1; ");
  ASSERT_EQ(ranges.size(), 1u);
  EXPECT_EQ(ranges[0].end, 12u);
}

TEST(Parse, SplitKeepsControlCharacters) {
  const std::vector<StatementRange> ranges = SplitStatements("\x02;\n\x02 ;");
  ASSERT_EQ(ranges.size(), 2u);
  EXPECT_EQ(ranges[0].end, 1u);
  EXPECT_EQ(ranges[1].begin, 3u);
  EXPECT_EQ(ranges[1].end, 4u);
}

TEST(Parse, ColumnNames) {
  Result<ParsedStatement> parsed =
      Parse("SELECT a, t.b, 1+1 , 'x' 'y', COUNT( * ), c AS `d`, ( e ) FROM t");
  ASSERT_TRUE(parsed.ok());
  std::vector<std::string> names;
  for (const SelectItem* item : As<Select>(static_cast<Node*>(parsed->root()))->items) {
    names.push_back(DefaultColumnName(*item, parsed->text()));
  }
  EXPECT_EQ(names, (std::vector<std::string>{"a", "b", "1+1", "x", "COUNT( * )", "d", "e"}));
}

TEST(Parse, RewriteReplacesNodes) {
  Result<ParsedStatement> parsed = Parse("SELECT a + 1 FROM t WHERE a IN (1, 2)");
  ASSERT_TRUE(parsed.ok());
  Node* root = Rewrite(parsed->root(), [&](Node* node) -> Node* {
    if (Is<InExpr>(node)) {
      auto* in = Cast<InExpr>(node);
      Expr* hole[] = {parsed->arena().New<Hole>()};
      in->list = MakeList<Expr*>(parsed->arena(), std::basic_string_view<Expr*>(hole, 1));
    }
    if (auto* column = As<ColumnRef>(node)) {
      column->table.text = "t";
    }
    return node;
  });
  const SqlTemplate text = PrintTemplate(root);
  ASSERT_EQ(text.holes.size(), 1u);
  EXPECT_EQ(text.texts[0], "SELECT t.a + 1 FROM t WHERE t.a IN (");
  EXPECT_EQ(text.holes[0].kind, SqlTemplate::HoleKind::kCustom);
}

TEST(Parse, DepthIsLimited) {
  const std::string deep = "SELECT " + std::string(5000, '(') + "1" + std::string(5000, ')');
  EXPECT_EQ(Parse(deep).status().mysql_errno(), 1436);
  const std::string fine = "SELECT " + std::string(900, '(') + "1" + std::string(900, ')');
  EXPECT_TRUE(Parse(fine).ok());
  std::string nots = "SELECT ";
  for (int i = 0; i < 5000; ++i) {
    nots += "NOT ";
  }
  EXPECT_EQ(Parse(nots + "1").status().mysql_errno(), 1436);
  std::string sums = "SELECT 1";
  for (int i = 0; i < 100000; ++i) {
    sums += "+1";
  }
  EXPECT_EQ(Parse(sums).status().mysql_errno(), 1436);
}

TEST(Lexer, KeywordTableKnowsEachWord) {
  EXPECT_EQ(FindKeyword("select"), Kw::kSelect);
  EXPECT_EQ(FindKeyword("SeLeCt"), Kw::kSelect);
  EXPECT_EQ(FindKeyword("selec"), Kw::kNotKeyword);
  EXPECT_EQ(FindKeyword("a"), Kw::kNotKeyword);
  for (uint16_t i = 1; i < static_cast<uint16_t>(Kw::kCount_); ++i) {
    const auto keyword = static_cast<Kw>(i);
    EXPECT_EQ(FindKeyword(KeywordText(keyword)), keyword) << KeywordText(keyword);
  }
}

TEST(Digest, WhatStaysAndWhatGoes) {
  Digester digester;
  const auto text = [&](std::string_view sql) { return digester.NormalizedText(sql); };
  EXPECT_EQ(text("select a from t where id=5 and b='x'"), "SELECT a FROM t WHERE id = ? AND b = ?");
  EXPECT_EQ(text("select 5, a+1 from t where id in (1,2)"),
            "SELECT 5 , a + 1 FROM t WHERE id IN ( ? , ? )");
  EXPECT_EQ(text("select a from t group by 1 order by 2 limit 5"),
            "SELECT a FROM t GROUP BY 1 ORDER BY 2 LIMIT ?");
  EXPECT_EQ(text("select a from t where d > now() - interval 5 day"),
            "SELECT a FROM t WHERE d > now ( ) - INTERVAL 5 day");
  EXPECT_EQ(text("select a from t where cast(a as char(10)) = _utf8mb4'x'"),
            "SELECT a FROM t WHERE cast ( a AS CHAR ( 10 ) ) = _utf8mb4 ?");
  EXPECT_EQ(text("insert into t values (1, 'a' 'b', -2)"), "INSERT INTO t VALUES ( ? , ? , - ? )");
  EXPECT_EQ(text("set a = 5"), "SET a = 5");
  EXPECT_EQ(text("select a from t where f(a 'x', 1 'y', 'z')"),
            "SELECT a FROM t WHERE f ( a 'x' , ? 'y' , ? )");
  EXPECT_EQ(text("select a from t where j->'$.x' = date'2020-01-01'"),
            "SELECT a FROM t WHERE j -> '$.x' = date ?");
}

TEST(Digest, DependsOnModeAndHints) {
  Digester digester;
  ParseOptions ansi;
  ansi.sql_mode = kModeAnsiQuotes;
  const Digest128 plain = digester.Compute("SELECT a FROM t").digest;
  EXPECT_EQ(plain, digester.Compute("select  a /* c */ from t -- x").digest);
  EXPECT_FALSE(plain == digester.Compute("SELECT a FROM t", ansi).digest);
  EXPECT_FALSE(plain == digester.Compute("SELECT /*+ X */ a FROM t").digest);
  EXPECT_FALSE(plain == digester.Compute("/*vt+ X */ SELECT a FROM t").digest);
  EXPECT_FALSE(digester.Compute("SELECT /*+ X */ a FROM t").digest ==
               digester.Compute("SELECT /**/ /*+ X */ a FROM t").digest);
  EXPECT_FALSE(plain == digester.Compute("SELECT A FROM t").digest);
  // PRIMARY is no name: its letters do not count, in the digest and in the tree.
  EXPECT_EQ(digester.Compute("SELECT 1 FROM t USE KEY (PRIMARY)").digest,
            digester.Compute("SELECT 1 FROM t USE KEY (primary)").digest);
  EXPECT_EQ(Print(Parse("SELECT 1 FROM t USE KEY (primary)")->root()),
            "SELECT 1 FROM t USE INDEX (`PRIMARY`)");
  EXPECT_FALSE(digester.Compute("SHOW REPLICA STATUS FOR CHANNEL 'c'").digest ==
               digester.Compute("SHOW REPLICA STATUS for CHANNEL 'c'").digest);
  EXPECT_FALSE(digester.Compute("DROP USER a").digest == digester.Compute("DROP  USER a").digest);
  EXPECT_FALSE(digester.Compute("SELECT 'a").cacheable);
}

}  // namespace
}  // namespace keyspan::parser
