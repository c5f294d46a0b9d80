#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "common/async/awaitable.h"

namespace keyspan {

// Calls `on_expiry` once on the executor unless it is destroyed or disarmed first. The usual action
// is to close a socket: the operation that awaits it then fails, and the connection is never pooled
// again, because a timed-out read may have consumed bytes. Not thread-safe; one io_context.
class Deadline {
 public:
  Deadline(Executor executor, std::chrono::steady_clock::time_point when,
           std::function<void()> on_expiry)
      : state_(std::make_shared<State>(executor, std::move(on_expiry))) {
    state_->timer.expires_at(when);
    state_->timer.async_wait([state = state_](boost::system::error_code error) {
      if (error || !state->armed) return;
      state->armed = false;
      state->expired = true;
      state->on_expiry();
    });
  }
  ~Deadline() { Disarm(); }
  Deadline(const Deadline&) = delete;

  void Disarm() {
    state_->armed = false;
    state_->timer.cancel();
  }
  bool expired() const { return state_->expired; }

 private:
  struct State {
    State(Executor executor, std::function<void()> action)
        : timer(executor), on_expiry(std::move(action)) {}
    SteadyTimer timer;
    std::function<void()> on_expiry;
    bool armed = true;
    bool expired = false;
  };
  std::shared_ptr<State> state_;
};

}  // namespace keyspan
