#pragma once

#include <functional>

#include "common/async/awaitable.h"

namespace keyspan {

// Starts `body()` as a coroutine of `executor` and keeps `body` (with its captures) alive until the
// coroutine ends, which a capturing lambda that is itself a coroutine needs. An exception that
// leaves it is logged with `name` and counted, never rethrown. Requires: called on any thread;
// `name` is a string literal.
void Spawn(const char* name, Executor executor, std::function<Awaitable<void>()> body);

// How many spawned coroutines ended by an exception, for metrics and tests.
uint64_t SpawnFailures();

}  // namespace keyspan
