#pragma once

#include <chrono>
#include <deque>

#include "common/async/awaitable.h"

namespace keyspan {

// Wakes coroutines of one io_context. Wait() returns at the next Notify() after it began, so a
// waiter re-checks its condition in a loop, as with a condition variable. Not thread-safe: waiters
// and notifiers share the io_context.
class Event {
 public:
  explicit Event(Executor executor)
      : timer_(executor, std::chrono::steady_clock::time_point::max()) {}

  Awaitable<void> Wait() { co_await timer_.async_wait(kTuple); }
  void NotifyAll() { timer_.cancel(); }
  void NotifyOne() { timer_.cancel_one(); }

 private:
  SteadyTimer timer_;
};

}  // namespace keyspan
