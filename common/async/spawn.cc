#include "common/async/spawn.h"

#include <glog/logging.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <memory>

namespace keyspan {
namespace {

std::atomic<uint64_t> spawn_failures{0};

Awaitable<void> Run(std::shared_ptr<std::function<Awaitable<void>()>> body) { co_await (*body)(); }

}  // namespace

void Spawn(const char* name, Executor executor, std::function<Awaitable<void>()> body) {
  auto kept = std::make_shared<std::function<Awaitable<void>()>>(std::move(body));
  boost::asio::co_spawn(executor, Run(std::move(kept)), [name](std::exception_ptr error) {
    if (!error) return;
    spawn_failures.fetch_add(1, std::memory_order_relaxed);
    try {
      std::rethrow_exception(error);
    } catch (const std::exception& e) {
      LOG(ERROR) << "coroutine " << name << " failed: " << e.what();
    } catch (...) {
      LOG(ERROR) << "coroutine " << name << " failed";
    }
  });
}

uint64_t SpawnFailures() { return spawn_failures.load(std::memory_order_relaxed); }

}  // namespace keyspan
