#include <gtest/gtest.h>

#include <stdexcept>

#include "common/async/deadline.h"
#include "common/async/event.h"
#include "common/async/io_threads.h"
#include "common/async/spawn.h"

namespace keyspan {
namespace {

Awaitable<void> WaitFor(Event& event, bool& flag, int& woken) {
  while (!flag) co_await event.Wait();
  ++woken;
}

TEST(Event, WakesAllWaiters) {
  boost::asio::io_context context(1);
  Event event(context.get_executor());
  bool flag = false;
  int woken = 0;
  for (int i = 0; i < 3; ++i) {
    Spawn("waiter", context.get_executor(), [&] { return WaitFor(event, flag, woken); });
  }
  context.poll();
  EXPECT_EQ(woken, 0);
  flag = true;
  event.NotifyAll();
  context.poll();
  EXPECT_EQ(woken, 3);
}

Awaitable<void> Throw() {
  throw std::runtime_error("planned");
  co_return;
}

TEST(Spawn, CountsAnEscapedExceptionAndGoesOn) {
  boost::asio::io_context context(1);
  uint64_t before = SpawnFailures();
  Spawn("thrower", context.get_executor(), Throw);
  context.run();
  EXPECT_EQ(SpawnFailures(), before + 1);
}

TEST(Deadline, FiresOnlyWhileArmed) {
  boost::asio::io_context context(1);
  int fired = 0;
  auto now = std::chrono::steady_clock::now();
  Deadline kept(context.get_executor(), now, [&] { ++fired; });
  {
    Deadline dropped(context.get_executor(), now, [&] { fired += 10; });
  }
  context.run();
  EXPECT_EQ(fired, 1);
  EXPECT_TRUE(kept.expired());
}

TEST(IoThreads, RunsWorkOnEveryThread) {
  IoThreads threads(3);
  std::vector<std::thread::id> ids(3);
  threads.RunOnAll([&](int index) { ids[index] = std::this_thread::get_id(); });
  EXPECT_NE(ids[0], ids[1]);
  EXPECT_NE(ids[1], ids[2]);
}

}  // namespace
}  // namespace keyspan
