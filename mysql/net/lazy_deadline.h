#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "common/async/awaitable.h"

namespace keyspan::mysql {

// A deadline that is set and cleared for every statement but costs a timer operation only now and
// then: a pending timer is left alone when the deadline moves to later, and looks again when it
// fires. `on_expiry` runs on the executor, at most once per Set(), never after destruction.
class LazyDeadline {
 public:
  using Clock = std::chrono::steady_clock;

  LazyDeadline(Executor executor, std::function<void()> on_expiry);
  ~LazyDeadline();
  LazyDeadline(const LazyDeadline&) = delete;

  void Set(Clock::time_point when);
  void Clear();
  bool expired() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace keyspan::mysql
