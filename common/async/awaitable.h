#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace keyspan {

// All code of one client runs on one single-threaded io_context, so the executor type is fixed and
// never type-erased.
using Executor = boost::asio::io_context::executor_type;

template <typename T>
using Awaitable = boost::asio::awaitable<T, Executor>;

// A TCP or unix stream socket.
using StreamSocket =
    boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, Executor>;
using SteadyTimer = boost::asio::basic_waitable_timer<
    std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

// Completion token of every network operation: `auto [error, n] = co_await op(kTuple);`
inline constexpr auto kTuple = boost::asio::as_tuple(boost::asio::use_awaitable_t<Executor>());

}  // namespace keyspan
