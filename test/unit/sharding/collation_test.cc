#include "sharding/collations/collation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sharding/keyspace_id.h"

namespace keyspan::sharding {
namespace {

std::string Key(std::string_view collation, std::string_view text) {
  const auto key = CollationKey(collation, text);
  return key ? KeyspaceId(*key).ToHex() : "-";
}

// What WEIGHT_STRING() of MySQL 9.7 prints. The test sharding.weights compares all characters with
// a live server.
TEST(CollationKey, KnownWeightStrings) {
  EXPECT_EQ(Key("utf8mb4_0900_ai_ci", "aÀß가😀"), "1c471c471e711e713bf53c7315fb");
  EXPECT_EQ(Key("utf8mb4_0900_as_cs", "aÀ"), "1c471c4700000020002000250000000200080002");
  EXPECT_EQ(Key("utf8mb4_0900_ai_ci", "a "), "1c470209");
  EXPECT_EQ(Key("utf8mb4_unicode_ci", "aß "), "0e330fea0fea");
  EXPECT_EQ(Key("utf8mb4_unicode_520_ci", "aß😀 "), "120f14101410fbc3f600");
  EXPECT_EQ(Key("utf8mb4_general_ci", "a  "), "0041");
  EXPECT_EQ(Key("latin1_swedish_ci", "a "), "41");
  EXPECT_EQ(Key("utf8mb4_0900_bin", "a😀 "), "61f09f988020");
  EXPECT_EQ(Key("utf8mb4_bin", "a😀 "), "61f09f9880");
  EXPECT_EQ(Key("utf8mb4_0900_ai_ci", ""), "");
}

TEST(CollationKey, EqualOrNot) {
  struct Case {
    const char* collation;
    const char* a;
    const char* b;
    bool equal;
  };
  const Case cases[] = {
      {"utf8mb4_0900_ai_ci", "a", "A", true},
      {"utf8mb4_0900_ai_ci", "a", "á", true},
      {"utf8mb4_0900_ai_ci", "a", "a ", false},
      {"utf8mb4_0900_ai_ci", "ss", "ß", true},
      {"utf8mb4_0900_ai_ci", "각", "\u1100\u1161\u11a8", true},
      {"utf8mb4_0900_as_ci", "a", "A", true},
      {"utf8mb4_0900_as_ci", "a", "á", false},
      {"utf8mb4_0900_as_cs", "a", "A", false},
      {"utf8mb4_0900_as_cs", "á", "a\u0301", true},
      {"utf8mb4_0900_bin", "a", "a ", false},
      {"utf8mb4_bin", "a", "a  ", true},
      {"utf8mb4_bin", "a", "A", false},
      {"utf8mb4_general_ci", "a", "Á ", true},
      {"utf8mb4_general_ci", "ß", "s", true},
      {"utf8mb4_general_ci", "ß", "ss", false},
      {"utf8mb4_unicode_ci", "ß", "ss", true},
      {"utf8mb4_unicode_ci", "😀", "😁", true},
      {"utf8mb4_unicode_520_ci", "😀", "😁", false},
      {"latin1_swedish_ci", "a", "A ", true},
      {"latin1_general_cs", "a", "A", false},
      {"ascii_general_ci", "a", "A", true},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Key(c.collation, c.a) == Key(c.collation, c.b), c.equal)
        << c.collation << ": " << c.a << ", " << c.b;
  }
}

TEST(CollationKey, WhatTheCharacterSetCannotHold) {
  EXPECT_EQ(Key("latin1_swedish_ci", "日"), "-");
  EXPECT_EQ(Key("latin1_bin", "日"), "-");
  EXPECT_EQ(Key("latin1_bin", "€é"), "e282acc3a9");
  EXPECT_EQ(Key("ascii_bin", "é"), "-");
  EXPECT_EQ(Key("ascii_general_ci", "é"), "-");
  EXPECT_EQ(Key("utf8mb3_general_ci", "😀"), "-");
  EXPECT_EQ(Key("utf8mb3_bin", "😀"), "-");
}

TEST(CollationKey, RefusesWhatIsNotUtf8) {
  for (const char* text : {"\xff", "\x80", "\xc0\x80", "\xc3", "\xe0\x80\x80", "\xed\xa0\x80",
                           "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf0\x9f\x98", "a\xe2\x82"}) {
    EXPECT_EQ(Key("utf8mb4_0900_ai_ci", text), "-");
    EXPECT_EQ(Key("utf8mb4_bin", text), "-");
  }
}

TEST(CheckShardingCollation, RefusalNamesTheCollationAndTheChoice) {
  EXPECT_TRUE(CheckShardingCollation("utf8mb4_0900_ai_ci").ok());
  const Status status = CheckShardingCollation("utf8mb4_ja_0900_as_cs");
  EXPECT_EQ(status.mysql_errno(), 1235);
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("'utf8mb4_ja_0900_as_cs'"));
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("utf8mb4_general_ci"));
  EXPECT_FALSE(CollationKey("utf8mb4_ja_0900_as_cs", "a").has_value());
}

}  // namespace
}  // namespace keyspan::sharding
