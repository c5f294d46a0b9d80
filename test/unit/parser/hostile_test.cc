// Sizes that only an attacker sends: time stays linear, memory a small multiple of the text, and
// depth ends in error 1436 instead of the end of the stack.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <ctime>
#include <functional>

#include "parser/digest.h"
#include "parser/parse.h"
#include "parser/printer.h"
#include "parser/walker.h"

namespace keyspan::parser {
namespace {

constexpr uint16_t kTooDeep = 1436;

std::string Repeat(std::string_view piece, size_t times) {
  std::string text;
  text.reserve(piece.size() * times);
  for (size_t i = 0; i < times; ++i) {
    text += piece;
  }
  return text;
}

// Of this thread, so that other processes do not count.
double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// The best of three, as noise only ever adds.
double Cost(const std::function<void()>& work) {
  double best = 1e9;
  for (int round = 0; round < 3; ++round) {
    const double begin = CpuSeconds();
    work();
    best = std::min(best, CpuSeconds() - begin);
  }
  return best;
}

uint16_t ParseErrno(std::string_view sql) {
  const Result<ParsedStatement> parsed = Parse(sql);
  return parsed.ok() ? 0 : parsed.status().mysql_errno();
}

// A statement that can be made of any length.
struct Growing {
  std::string_view name;
  std::string_view head;
  std::string_view piece;
  std::string_view tail;
  size_t pieces;
  uint16_t mysql_errno = 0;
  double arena_bytes_per_byte = 16;

  std::string Text(size_t times) const {
    std::string text(head);
    text += Repeat(piece, times);
    return text += tail;
  }
};

void PrintTo(const Growing& growing, std::ostream* out) { *out << growing.name; }

class Hostile : public testing::TestWithParam<Growing> {};

// A quadratic step makes the ratio 16 every time; caches, the allocator and what else runs on the
// machine make 4 a little more, and much more now and then.
template <typename Work>
void ExpectLinear(const Work& work, const std::string& small, const std::string& large) {
  constexpr double kMostForFourTimes = 8;
  constexpr int kRounds = 10;
  double ratio = 0;
  for (int round = 0; round < kRounds; ++round) {
    const double of_small = Cost([&] { work(small); });
    const double of_large = Cost([&] { work(large); });
    if (of_large < of_small * kMostForFourTimes + 1e-3) return;
    ratio = of_large / of_small;
  }
  ADD_FAILURE() << "four times the text took " << ratio << " times as long, in each of " << kRounds
                << " rounds";
}

TEST_P(Hostile, FourTimesTheTextCostsFourTimesTheWork) {
  const Growing& growing = GetParam();
  const std::string small = growing.Text(growing.pieces / 4);
  const std::string large = growing.Text(growing.pieces);
  EXPECT_EQ(ParseErrno(large), growing.mysql_errno);
  ExpectLinear([](const std::string& sql) { ParseErrno(sql); }, small, large);

  Digester digester;
  const auto digest = [&digester](const std::string& sql) {
    digester.Compute(sql);
    SplitStatements(sql);
  };
  ExpectLinear(digest, small, large);
}

TEST_P(Hostile, TheTreeIsASmallMultipleOfTheText) {
  const Growing& growing = GetParam();
  const std::string sql = growing.Text(growing.pieces);
  Result<ParsedStatement> parsed = Parse(sql);
  if (!parsed.ok()) {
    return;
  }
  EXPECT_LT(static_cast<double>(parsed->arena().reserved()),
            static_cast<double>(sql.size()) * growing.arena_bytes_per_byte + 1e6);
  const std::string printed = Print(parsed->root());
  EXPECT_LT(printed.size(), sql.size() * 2);
  Arena arena;
  EXPECT_TRUE(Equal(parsed->root(), Clone(parsed->root(), arena)));
}

// Each text of some hundred kilobytes to some megabytes.
INSTANTIATE_TEST_SUITE_P(
    Statements, Hostile,
    testing::Values(
        Growing{"and_terms", "SELECT 1 FROM t WHERE a=1", " AND a=1", "", 200000, 0, 60},
        Growing{"or_terms", "SELECT 1 FROM t WHERE a=1", " OR a=1", "", 200000, 0, 60},
        Growing{"union_branches", "SELECT 1", " UNION SELECT 1", "", 20000, 0, 60},
        Growing{"in_list", "SELECT 1 FROM t WHERE a IN (1", ",1", ")", 200000, 0, 60},
        Growing{"rows", "INSERT INTO t VALUES (1,'a')", ",(2,'b''c')", "", 100000, 0, 60},
        Growing{"select_list", "SELECT 1", ",a", "", 200000, 0, 100},
        Growing{"tables", "SELECT 1 FROM t", ",t", "", 100000, 0, 100},
        Growing{"joined_strings", "SELECT 'a'", " 'b'", "", 200000, 0, 60},
        Growing{"when_branches", "SELECT CASE", " WHEN a THEN 1", " END", 100000, 0, 60},
        Growing{"arguments", "SELECT f(1", ",1", ")", 200000, 0, 60},
        Growing{"placeholders", "SELECT 1 FROM t WHERE a IN (?", ",?", ")", 200000, 0, 60},
        Growing{"comments", "SELECT ", "/* comment */ ", "1", 200000},
        Growing{"line_comments", "SELECT ", "-- comment\n", "1", 200000},
        Growing{"hints", "SELECT ", "/*+ BKA(t) */ ", "1", 100000},
        Growing{"directives", "SELECT ", "/*vt+ A */ ", "1", 100000},
        Growing{"executed_comments", "SELECT 1", "/*!80000 + 1 */ - 1 /*!", "", 5000, 1064},
        Growing{"skipped_comments", "SELECT ", "/*!99999 /* x */ y */ ", "1", 100000},
        Growing{"semicolons", "SELECT 1", ";", "", 500000},
        Growing{"set_list", "SET @a = 1", ", @a = 1", "", 100000, 0, 60},
        Growing{"open_quotes", "SELECT 'a", "''", "", 500000, 1064},
        Growing{"dollars", "SELECT ", "$a", "", 500000, 1064},
        Growing{"kept_pieces", "ALTER TABLE t FORCE", ", CHECK PARTITION p FAST /* c */", "", 20000,
                1064},
        Growing{"users", "DROP USER u", ", 'a'@'b' /* c */", "", 50000},
        Growing{"qualifiers", "SELECT a", ".a", "", 200000, 1064},
        Growing{"parentheses", "SELECT ", "(", "", 1000000, kTooDeep},
        Growing{"nots", "SELECT ", "NOT ", "1", 200000, kTooDeep},
        Growing{"minuses", "SELECT ", "- ", "1", 200000, kTooDeep},
        Growing{"bangs", "SELECT ", "! ", "1", 200000, kTooDeep},
        Growing{"cases", "SELECT ", "CASE ", "1", 200000, kTooDeep},
        Growing{"subqueries", "SELECT ", "(SELECT ", "1", 200000, kTooDeep},
        Growing{"derived_tables", "SELECT 1 FROM ", "(SELECT 1 FROM ", "t", 100000, kTooDeep},
        Growing{"parenthesised_queries", "", "(", "SELECT 1", 200000, kTooDeep},
        Growing{"joins_in_parentheses", "SELECT 1 FROM ", "(t JOIN ", "t", 100000, kTooDeep},
        Growing{"calls", "SELECT ", "f(", "1", 200000, kTooDeep},
        Growing{"intervals", "SELECT a", " + INTERVAL 1", " DAY", 100000, kTooDeep},
        Growing{"withs", "", "WITH a AS (", "SELECT 1", 100000, kTooDeep},
        Growing{"sums", "SELECT 1", "+1", "", 200000, kTooDeep},
        Growing{"comparisons", "SELECT 1", "=1", "", 200000, kTooDeep},
        Growing{"collates", "SELECT a", " COLLATE utf8mb4_bin", "", 100000, kTooDeep},
        Growing{"is_nulls", "SELECT a", " IS NULL", "", 100000, kTooDeep},
        Growing{"joins", "SELECT 1 FROM t", " JOIN t", "", 100000, kTooDeep},
        Growing{"unfinished_keywords", "", "SELECT ", "", 200000, 1064}),
    [](const testing::TestParamInfo<Growing>& info) { return std::string(info.param.name); });

// The sizes that the parser's README promises.
TEST(HostileSize, HundredMegabytesOfParentheses) {
  std::string parens = "SELECT ";
  parens.append(100 << 20, '(');
  EXPECT_EQ(ParseErrno(parens), kTooDeep);
  Digester digester;
  EXPECT_TRUE(digester.Compute(parens).literals.empty());
}

TEST(HostileSize, MillionTermsAndSixteenMegabytesOfRows) {
  const std::string ands = "SELECT 1 FROM t WHERE a=0" + Repeat(" AND a=1", 1000000);
  Result<ParsedStatement> parsed = Parse(ands);
  ASSERT_TRUE(parsed.ok());
  EXPECT_LT(parsed->arena().reserved(), ands.size() * 60);
  std::string insert = "INSERT INTO t VALUES (1,'abcdefgh',2.5)";
  insert += Repeat(",(12345,'abcdefghijklmnop',1.25)", (16 << 20) / 32);
  EXPECT_EQ(ParseErrno(insert), 0);
  Digester digester;
  EXPECT_GT(digester.Compute(insert).literals.size(), 1500000u);
}

TEST(HostileSize, OneTokenOfManyMegabytes) {
  const std::string filler(32 << 20, 'x');
  EXPECT_EQ(ParseErrno("SELECT 1 /*" + filler + "*/"), 0);
  EXPECT_EQ(ParseErrno("SELECT 1 /*" + filler), 1064);
  EXPECT_EQ(ParseErrno("SELECT 1 -- " + filler), 0);
  EXPECT_EQ(ParseErrno("SELECT '" + filler + "'"), 0);
  EXPECT_EQ(ParseErrno("SELECT " + filler), 0);
}

// A body with as many variables, conditions, cursors and handlers, each of them used.
std::string ProgramWithNames(size_t names) {
  std::string declared;
  std::string used;
  for (size_t i = 0; i < names; ++i) {
    declared += fmt::format("DECLARE v{} INT; DECLARE c{} CONDITION FOR {}; ", i, i, i + 1);
    used += fmt::format("FETCH k INTO v{}; ", i);
  }
  declared += "DECLARE k CURSOR FOR SELECT 1; ";
  for (size_t i = 0; i < names; ++i) {
    declared += fmt::format("DECLARE EXIT HANDLER FOR c{} BEGIN END; ", i);
  }
  return "CREATE PROCEDURE p() BEGIN " + declared + used + "END";
}

TEST(HostileSize, ManyNamesInOneProgram) {
  const std::string small = ProgramWithNames(5000);
  const std::string large = ProgramWithNames(20000);
  EXPECT_EQ(ParseErrno(large), 0);
  ExpectLinear([](const std::string& sql) { ParseErrno(sql); }, small, large);
}

// As deep and as high as is allowed: nothing but the parser recurses.
TEST(HostileSize, TheDeepestTreesThatAreAllowed) {
  ParseOptions options;
  for (const auto& [open, close] :
       {std::pair{"(", ")"}, std::pair{"NOT ", ""}, std::pair{"- ", ""}, std::pair{"(SELECT ", ")"},
        std::pair{"CASE WHEN ", " THEN 1 END"}, std::pair{"f(", ")"}}) {
    const size_t times = options.max_depth / 4;
    const std::string sql = "SELECT " + Repeat(open, times) + "1" + Repeat(close, times);
    Result<ParsedStatement> parsed = Parse(sql, options);
    ASSERT_TRUE(parsed.ok()) << open << parsed.status().message();
    const std::string printed = Print(parsed->root(), {.full_parentheses = true});
    Result<ParsedStatement> again = Parse(Print(parsed->root()), options);
    ASSERT_TRUE(again.ok()) << open << again.status().message();
    EXPECT_TRUE(Equal(parsed->root(), again->root())) << open;
    EXPECT_FALSE(DumpTree(parsed->root()).empty());
  }
  const std::string high = "SELECT 1" + Repeat("+1", options.max_height - 10);
  Result<ParsedStatement> parsed = Parse(high);
  ASSERT_TRUE(parsed.ok());
  Arena arena;
  EXPECT_TRUE(Equal(parsed->root(), Clone(parsed->root(), arena)));
  EXPECT_EQ(Print(parsed->root()).size(), high.size() + 2 * (options.max_height - 10));
}

}  // namespace
}  // namespace keyspan::parser
