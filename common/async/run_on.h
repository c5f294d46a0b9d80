#pragma once

#include <boost/asio/co_spawn.hpp>
#include <utility>

#include "common/async/awaitable.h"

namespace keyspan {

// Runs `work` on another io_context and resumes the caller on its own. Requires: the other context
// keeps running until then.
template <typename T>
Awaitable<T> RunOn(Executor other, Awaitable<T> work) {
  co_return co_await boost::asio::co_spawn(other, std::move(work),
                                           boost::asio::use_awaitable_t<Executor>());
}

}  // namespace keyspan
