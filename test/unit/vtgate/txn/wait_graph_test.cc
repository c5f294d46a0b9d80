#include "vtgate/txn/wait_graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace keyspan::vtgate {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A transaction of gateway 1; a higher number is younger.
LockParty T(uint64_t number) { return {1, static_cast<uint32_t>(100 - number), number}; }
// Something on a tablet that no gateway has named.
LockParty Local(uint64_t connection) { return {0, 1, connection}; }

LockWait Wait(LockParty waiter, LockParty blocker) { return {waiter, blocker, "lock"}; }

TEST(WaitGraph, AChainHasNoVictim) {
  EXPECT_THAT(ChooseVictims({}), IsEmpty());
  EXPECT_THAT(ChooseVictims({Wait(T(1), T(2)), Wait(T(2), T(3)), Wait(T(1), T(3))}), IsEmpty());
}

TEST(WaitGraph, TheYoungestOfACycleGoes) {
  EXPECT_THAT(ChooseVictims({Wait(T(1), T(2)), Wait(T(2), T(1))}), ElementsAre(T(2)));
  EXPECT_THAT(ChooseVictims({Wait(T(1), T(3)), Wait(T(3), T(2)), Wait(T(2), T(1))}),
              ElementsAre(T(3)));
}

TEST(WaitGraph, WhoOnlyWaitsForACycleStays) {
  EXPECT_THAT(ChooseVictims({Wait(T(9), T(1)), Wait(T(1), T(2)), Wait(T(2), T(1))}),
              ElementsAre(T(2)));
}

TEST(WaitGraph, EachCycleLosesOne) {
  auto victims = ChooseVictims(
      {Wait(T(1), T(2)), Wait(T(2), T(1)), Wait(T(3), T(4)), Wait(T(4), T(3)), Wait(T(4), T(1))});
  EXPECT_THAT(victims, testing::UnorderedElementsAre(T(2), T(4)));
}

TEST(WaitGraph, OneVictimCanEndTwoCycles) {
  EXPECT_THAT(
      ChooseVictims({Wait(T(1), T(9)), Wait(T(9), T(1)), Wait(T(2), T(9)), Wait(T(9), T(2))}),
      ElementsAre(T(9)));
}

TEST(WaitGraph, ACycleMayPassThroughWhatNobodyHasNamed) {
  EXPECT_THAT(ChooseVictims({Wait(T(1), Local(99)), Wait(Local(99), T(2)), Wait(T(2), T(1))}),
              ElementsAre(T(2)));
  EXPECT_THAT(ChooseVictims({Wait(Local(5), Local(6)), Wait(Local(6), Local(5))}), IsEmpty());
}

TEST(WaitGraph, GatewaysThatSeeTheSameWaitsAgree) {
  std::vector<LockWait> waits;
  for (uint64_t i = 0; i < 40; ++i) {
    waits.push_back(Wait(T(i), T((i * 7 + 1) % 40)));
    waits.push_back(Wait(T(i), T((i * 13 + 5) % 40)));
  }
  const auto victims = ChooseVictims(waits);
  EXPECT_FALSE(victims.empty());
  std::reverse(waits.begin(), waits.end());
  EXPECT_EQ(ChooseVictims(waits), victims);
  std::erase_if(waits, [&victims](const LockWait& wait) {
    return std::count(victims.begin(), victims.end(), wait.waiter) > 0;
  });
  EXPECT_THAT(ChooseVictims(waits), IsEmpty());
}

TEST(WaitGraph, OnlyWaitsOfBothLooksStand) {
  LockWait again = Wait(T(2), T(1));
  again.lock_id = "another lock";
  EXPECT_THAT(StandingWaits({Wait(T(2), T(1)), Wait(T(1), T(2)), Wait(T(1), T(3))},
                            {Wait(T(1), T(2)), again}),
              ElementsAre(Wait(T(1), T(2))));
}

// Depth is no matter of the stack.
TEST(WaitGraph, ALongChainIsFollowedToItsEnd) {
  std::vector<LockWait> waits;
  for (uint64_t i = 0; i < 100'000; ++i) waits.push_back(Wait(T(i), T(i + 1)));
  EXPECT_THAT(ChooseVictims(waits), IsEmpty());
  waits.push_back(Wait(T(100'000), T(0)));
  EXPECT_THAT(ChooseVictims(waits), ElementsAre(T(100'000)));
}

}  // namespace
}  // namespace keyspan::vtgate
