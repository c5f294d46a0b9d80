#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include "common/async/awaitable.h"

namespace keyspan {

// One coroutine waits, one Wake() resumes it, on the caller's stack: the cheap sibling of Event for
// the hot path, without timer or post. Lives on one io_context. A Wake() without a waiter is
// remembered once. Whoever calls Wake() must expect anything to have changed when it returns, its
// own object's destruction included. Destroying a Waiter that is waited for is allowed only when
// the io_context no longer runs.
class Waiter {
 public:
  // Requires: nobody else waits.
  Awaitable<void> Wait() {
    if (signalled_) {
      signalled_ = false;
      co_return;
    }
    // Hoisted: the initiation must not refer to a temporary across the suspension.
    auto initiate = [this](auto handler) { handler_.emplace(std::move(handler)); };
    co_await boost::asio::async_initiate<const Token, void()>(initiate, token_);
  }

  void Wake() {
    if (!handler_) {
      signalled_ = true;
      return;
    }
    Handler handler = std::move(*handler_);
    handler_.reset();
    std::move(handler)();
  }

  bool waiting() const { return handler_.has_value(); }
  // Forgets a Wake() that nobody waited for.
  void Reset() { signalled_ = false; }

 private:
  using Token = boost::asio::use_awaitable_t<Executor>;
  using Handler = boost::asio::async_result<Token, void()>::handler_type;

  Token token_;
  std::optional<Handler> handler_;
  bool signalled_ = false;
};

}  // namespace keyspan
