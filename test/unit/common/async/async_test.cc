#include <gtest/gtest.h>

#include <future>
#include <stdexcept>

#include "common/async/blocking.h"
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

Awaitable<void> CallBlocking(boost::asio::thread_pool& pool, int calls, std::promise<int>& sum) {
  int total = 0;
  for (int i = 0; i < calls; ++i) {
    auto work = [i] { return i; };
    total += co_await RunBlocking(pool, work);
  }
  sum.set_value(total);
}

TEST(RunBlocking, LeavesTheEventLoopRunning) {
  boost::asio::thread_pool pool(1);
  IoThreads threads(1);
  std::promise<int> sum;
  Spawn("caller", threads.context(0).get_executor(), [&] { return CallBlocking(pool, 100, sum); });
  auto result = sum.get_future();
  ASSERT_EQ(result.wait_for(std::chrono::seconds(10)), std::future_status::ready);
  EXPECT_EQ(result.get(), 4950);
  threads.RunOnAll([](int) {});  // a loop that has lost count of its work would have ended
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
