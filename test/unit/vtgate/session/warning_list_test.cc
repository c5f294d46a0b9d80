#include "vtgate/session/warning_list.h"

#include <gtest/gtest.h>

namespace keyspan::vtgate {
namespace {

Warning Of(uint32_t code, std::string message) { return {"Warning", code, std::move(message)}; }

TEST(WarningList, AddsTheShardsInTheirOrder) {
  WarningList list;
  list.AddShard({Of(1292, "a"), Of(1292, "b")}, 2);
  list.AddShard({Of(1292, "a")}, 1);
  EXPECT_EQ(list.count(), 3u);
  EXPECT_EQ(list.kept(), (std::vector<Warning>{Of(1292, "a"), Of(1292, "b"), Of(1292, "a")}));
}

TEST(WarningList, CountsWhatIsAboutTheTextOnce) {
  WarningList list;
  list.AddShard({Of(1287, "'BINARY expr'"), Of(1287, "'BINARY expr'"), Of(1292, "a")}, 3);
  list.AddShard({Of(1287, "'BINARY expr'"), Of(1287, "'BINARY expr'"), Of(1292, "a")}, 3);
  EXPECT_EQ(list.count(), 4u);
  // Of rows of their own in an INSERT.
  list.AddShard({Of(3719, "'utf8'")}, 1);
  EXPECT_EQ(list.count(), 5u);
}

TEST(WarningList, CountsMoreThanItKeeps) {
  WarningList list;
  list.AddShard(std::vector<Warning>(64, Of(1292, "a")), 40000);
  list.AddShard(std::vector<Warning>(64, Of(1292, "b")), 40000);
  EXPECT_EQ(list.count(), 80000u);
  EXPECT_EQ(list.packet_count(), 65535);
  EXPECT_EQ(list.kept(), std::vector<Warning>(64, Of(1292, "a")));
  list.Clear();
  EXPECT_EQ(list.count(), 0u);
  EXPECT_TRUE(list.kept().empty());
}

TEST(WarningList, KnowsErrors) {
  WarningList list;
  list.Add(Of(1292, "a"));
  list.Add({"Error", 1054, "b"});
  EXPECT_EQ(list.count(), 2u);
  EXPECT_EQ(list.error_count(), 1u);
}

}  // namespace
}  // namespace keyspan::vtgate
