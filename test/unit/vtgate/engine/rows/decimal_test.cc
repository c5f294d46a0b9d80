#include "vtgate/engine/rows/decimal.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace keyspan::vtgate {
namespace {

Decimal D(std::string_view text) {
  Result<Decimal> result = Decimal::Parse(text);
  EXPECT_TRUE(result.ok()) << text << ": " << result.status().ToString();
  return result.ok() ? *result : Decimal();
}

// The answers of a MySQL server, see make_decimal_cases.
TEST(Decimal, AgreesWithMySql) {
  std::ifstream file(KEYSPAN_SOURCE_DIR "/test/unit/vtgate/engine/rows/decimal_cases.txt");
  ASSERT_TRUE(file.good());
  std::string line;
  int cases = 0;
  while (std::getline(file, line)) {
    if (line.empty() || line[0] == '#') continue;
    SCOPED_TRACE(line);
    std::istringstream words(line);
    std::string what, a, b, expected;
    int decimals = 0;
    words >> what >> a >> b;
    if (what == "average") words >> decimals;
    words >> expected;
    ASSERT_FALSE(expected.empty());
    ++cases;
    EXPECT_EQ(D(a).ToString(), a);
    if (what == "average") {
      const Result<Decimal> average = D(a).DivideForAverage(std::stoull(b), decimals);
      ASSERT_TRUE(average.ok());
      EXPECT_EQ(average->ToString(), expected);
      continue;
    }
    if (what == "compare") {
      const auto order = D(a) <=> D(b);
      EXPECT_EQ(order < 0 ? "-1" : order > 0 ? "1" : "0", expected);
      continue;
    }
    ASSERT_EQ(what, "add");
    for (const auto& [x, y] : {std::pair(a, b), std::pair(b, a)}) {
      const Result<Decimal> sum = D(x).Add(D(y));
      ASSERT_TRUE(sum.ok());
      EXPECT_EQ(sum->ToString(), expected);
    }
  }
  EXPECT_EQ(cases, 600);
}

TEST(Decimal, ParsesAndPrints) {
  for (const auto& [text, printed] : {std::pair("0", "0"),
                                      {"-0", "0"},
                                      {"-0.00", "0.00"},
                                      {"007.50", "7.50"},
                                      {".5", "0.5"},
                                      {"+12", "12"},
                                      {"-1.", "-1"},
                                      {"1000000000", "1000000000"},
                                      {"-999999999.000000001", "-999999999.000000001"}}) {
    EXPECT_EQ(D(text).ToString(), printed);
  }
  for (const char* bad : {"", "-", ".", "1e5", "1.2.3", " 1", "1 ", "x", "--1"}) {
    EXPECT_EQ(Decimal::Parse(bad).status().code(), StatusCode::kMalformed) << bad;
  }
  EXPECT_EQ(D(std::string(500, '0') + "7").ToString(), "7");
}

TEST(Decimal, HoldsEightyOneDigits) {
  const std::string most(81, '9');
  EXPECT_EQ(D(most).ToString(), most);
  EXPECT_EQ(D("-0." + most).ToString(), "-0." + most);
  EXPECT_EQ(Decimal::Parse(most + "9").status().mysql_errno(), 1690);
  EXPECT_EQ(Decimal::Parse("0.0" + most).status().mysql_errno(), 1690);
  EXPECT_EQ(Decimal::Parse(std::string(5000, '9')).status().mysql_errno(), 1690);
  EXPECT_EQ(D(most).Add(D("1")).status().mysql_errno(), 1690);
  EXPECT_EQ(D(most).Add(D("-1"))->ToString(), std::string(80, '9') + "8");
  // The widest alignment there is.
  EXPECT_LT(D("0." + most), D(most));
  EXPECT_EQ(D(most).Add(D("0." + most)).status().mysql_errno(), 1690);
}

TEST(Decimal, FromIntegers) {
  EXPECT_EQ(Decimal::FromInt(INT64_MIN).ToString(), "-9223372036854775808");
  EXPECT_EQ(Decimal::FromUint(UINT64_MAX).ToString(), "18446744073709551615");
  EXPECT_EQ(Decimal::FromInt(0).ToString(), "0");
}

TEST(Decimal, RoundsHalfAwayFromZero) {
  const auto round = [](const char* text, int scale) { return D(text).Round(scale)->ToString(); };
  EXPECT_EQ(round("0.5", 0), "1");
  EXPECT_EQ(round("-0.5", 0), "-1");
  EXPECT_EQ(round("0.4999999999999", 0), "0");
  EXPECT_EQ(round("-0.4", 0), "0");
  EXPECT_EQ(round("999999999.999999999", 8), "1000000000.00000000");
  EXPECT_EQ(round("1.5", 4), "1.5000");
  EXPECT_EQ(round("123456789123456789.123456789123456789", 9), "123456789123456789.123456789");
}

}  // namespace
}  // namespace keyspan::vtgate
