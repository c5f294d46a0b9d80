#include "sharding/keyspace_id.h"

#include <gtest/gtest.h>

namespace keyspan::sharding {
namespace {

TEST(KeyspaceId, NumbersAreBigEndian) {
  EXPECT_EQ(KeyspaceId::FromUint64(0x0102030405060708).ToHex(), "0102030405060708");
  EXPECT_EQ(KeyspaceId::FromUint64(1).bytes().size(), 8u);
}

TEST(KeyspaceId, HexBothWays) {
  for (const char* hex : {"", "00", "80", "ff00", "166b40b44aba4bd6"}) {
    const auto id = KeyspaceId::FromHex(hex);
    ASSERT_TRUE(id.ok()) << hex;
    EXPECT_EQ(id->ToHex(), hex);
  }
  EXPECT_EQ(KeyspaceId::FromHex("AbCd")->ToHex(), "abcd");
}

TEST(KeyspaceId, RefusesWhatIsNotHex) {
  for (const char* text : {"8", "8g", "0x80", " 80", "80 ", "-1"}) {
    EXPECT_FALSE(KeyspaceId::FromHex(text).ok()) << text;
  }
}

TEST(KeyspaceId, OrdersByUnsignedBytes) {
  const auto id = [](const char* hex) { return *KeyspaceId::FromHex(hex); };
  EXPECT_LT(id("7f"), id("80"));
  EXPECT_LT(id("7fffff"), id("80"));
  EXPECT_LT(id("80"), id("8000"));
  EXPECT_LT(id(""), id("00"));
  EXPECT_EQ(id("ff"), id("FF"));
}

}  // namespace
}  // namespace keyspan::sharding
