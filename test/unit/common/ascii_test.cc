#include "common/ascii.h"

#include <gtest/gtest.h>

namespace keyspan {
namespace {

TEST(AsciiLower, TouchesNothingButLetters) {
  EXPECT_EQ(AsciiLower("Time_ZONE@[`{09"), "time_zone@[`{09");
  EXPECT_EQ(AsciiLower("\xc3\x84"), "\xc3\x84");
  EXPECT_EQ(AsciiLower(""), "");
}

}  // namespace
}  // namespace keyspan
