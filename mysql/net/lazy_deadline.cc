#include "mysql/net/lazy_deadline.h"

namespace keyspan::mysql {

struct LazyDeadline::State : std::enable_shared_from_this<State> {
  State(Executor executor, std::function<void()> action)
      : timer(executor), on_expiry(std::move(action)) {}

  void Arm(Clock::time_point at) {
    pending = true;
    pending_at = at;
    timer.expires_at(at);
    timer.async_wait([state = shared_from_this()](boost::system::error_code error) {
      if (error) return;  // moved to an earlier time, or destroyed
      state->pending = false;
      if (!state->alive || !state->set) return;
      if (state->when > Clock::now()) return state->Arm(state->when);
      state->set = false;
      state->expired = true;
      state->on_expiry();
    });
  }

  SteadyTimer timer;
  std::function<void()> on_expiry;
  Clock::time_point when;
  Clock::time_point pending_at;
  bool alive = true;
  bool set = false;
  bool pending = false;
  bool expired = false;
};

LazyDeadline::LazyDeadline(Executor executor, std::function<void()> on_expiry)
    : state_(std::make_shared<State>(executor, std::move(on_expiry))) {}

LazyDeadline::~LazyDeadline() {
  state_->alive = false;
  state_->on_expiry = nullptr;
  state_->timer.cancel();
}

void LazyDeadline::Set(Clock::time_point when) {
  state_->when = when;
  state_->set = true;
  state_->expired = false;
  if (!state_->pending || when < state_->pending_at) state_->Arm(when);
}

void LazyDeadline::Clear() { state_->set = false; }

bool LazyDeadline::expired() const { return state_->expired; }

}  // namespace keyspan::mysql
