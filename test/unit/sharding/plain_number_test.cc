#include "sharding/plain_number.h"

#include <gtest/gtest.h>

namespace keyspan::sharding {
namespace {

TEST(PlainNumber, ParsesTheBeginningOfText) {
  struct Case {
    const char* text;
    const char* number;
    bool clean;
    bool exponent;
  };
  const Case cases[] = {
      {"1", "1", true, false},
      {"007", "7", true, false},
      {" 1 ", "1", true, false},
      {"\t-1.50\n", "-1.5", true, false},
      {"+5", "5", true, false},
      {"-0", "0", true, false},
      {"-0.00", "0", true, false},
      {".5", "0.5", true, false},
      {"5.", "5", true, false},
      {"", "0", false, false},
      {".", "0", false, false},
      {"-", "0", false, false},
      {"--5", "0", false, false},
      {"1abc", "1", false, false},
      {"1e2", "1", false, true},
      {"abc", "0", false, false},
      {"e5", "0", false, false},
      {"1 2", "1", false, false},
      {"0x10", "0", false, false},
      {"1.2.3", "1.2", false, false},
      {"123456789012345678901234567890.125", "123456789012345678901234567890.125", true, false},
  };
  for (const Case& c : cases) {
    const PlainNumber number = PlainNumber::Parse(c.text);
    EXPECT_EQ(number.ToString(), c.number) << c.text;
    EXPECT_EQ(number.clean, c.clean) << c.text;
    EXPECT_EQ(number.exponent, c.exponent) << c.text;
  }
}

TEST(PlainNumber, RoundsHalfAwayFromZero) {
  const auto rounded = [](const char* text, size_t digits) {
    return PlainNumber::Parse(text).RoundedTo(digits).ToString();
  };
  EXPECT_EQ(rounded("1.5", 0), "2");
  EXPECT_EQ(rounded("2.5", 0), "3");
  EXPECT_EQ(rounded("-2.5", 0), "-3");
  EXPECT_EQ(rounded("-0.4", 0), "0");
  EXPECT_EQ(rounded("1.49999999999999999999", 0), "1");
  EXPECT_EQ(rounded("999.5", 0), "1000");
  EXPECT_EQ(rounded("0.995", 2), "1");
  EXPECT_EQ(rounded("1.555", 2), "1.56");
  EXPECT_EQ(rounded("1.5", 3), "1.5");
}

TEST(PlainNumber, IntegersAtTheEdges) {
  EXPECT_EQ(PlainNumber::Parse("9223372036854775807").AsInt(INT64_MIN, INT64_MAX), INT64_MAX);
  EXPECT_EQ(PlainNumber::Parse("9223372036854775808").AsInt(INT64_MIN, INT64_MAX), std::nullopt);
  EXPECT_EQ(PlainNumber::Parse("-9223372036854775808").AsInt(INT64_MIN, INT64_MAX), INT64_MIN);
  EXPECT_EQ(PlainNumber::Parse("-9223372036854775809").AsInt(INT64_MIN, INT64_MAX), std::nullopt);
  EXPECT_EQ(PlainNumber::Parse("18446744073709551615").AsUint(UINT64_MAX), UINT64_MAX);
  EXPECT_EQ(PlainNumber::Parse("18446744073709551616").AsUint(UINT64_MAX), std::nullopt);
  EXPECT_EQ(PlainNumber::Parse("-1").AsUint(UINT64_MAX), std::nullopt);
  EXPECT_EQ(PlainNumber::Parse("-128").AsInt(-128, 127), -128);
  EXPECT_EQ(PlainNumber::Parse("-129").AsInt(-128, 127), std::nullopt);
  EXPECT_EQ(PlainNumber::Parse("0").AsInt(0, 0), 0);
  EXPECT_EQ(PlainNumber::FromInt(INT64_MIN).ToString(), "-9223372036854775808");
}

}  // namespace
}  // namespace keyspan::sharding
