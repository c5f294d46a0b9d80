#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <type_traits>
#include <utility>

#include "common/async/awaitable.h"

namespace keyspan {

// Runs a blocking `work` on `pool` and resumes the caller on its own executor with the result. For
// control paths (topology, files), never for a query's way. If the pool is stopped before `work`
// ran, the caller is never resumed: stop event loops first.
template <typename Work>
Awaitable<std::invoke_result_t<Work>> RunBlocking(boost::asio::thread_pool& pool, Work work) {
  using T = std::invoke_result_t<Work>;
  using Token = boost::asio::use_awaitable_t<Executor>;
  auto executor = co_await boost::asio::this_coro::executor;
  auto guard = boost::asio::make_work_guard(executor);
  // Named, because GCC 12 destroys a lambda within `co_await` twice: the work guard that it holds
  // would then be counted off twice, and the event loop would end.
  auto initiate = [&pool, executor, guard](auto handler, Work inner) {
    boost::asio::post(
        pool, [executor, guard, handler = std::move(handler), inner = std::move(inner)]() mutable {
          boost::asio::post(executor, [handler = std::move(handler), result = inner()]() mutable {
            std::move(handler)(std::move(result));
          });
        });
  };
  Token token;
  co_return co_await boost::asio::async_initiate<const Token, void(T)>(initiate, token,
                                                                       std::move(work));
}

}  // namespace keyspan
