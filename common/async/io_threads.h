#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "common/async/awaitable.h"

namespace keyspan {

// N threads, each running its own single-threaded io_context. A connection and all that it awaits
// stay on one of them, so session code needs no locks. Stop order is the owner's task: close
// acceptors and connections first, then Stop().
class IoThreads {
 public:
  explicit IoThreads(int count);
  ~IoThreads();  // Stop()s and joins
  IoThreads(const IoThreads&) = delete;

  int size() const { return static_cast<int>(threads_.size()); }
  boost::asio::io_context& context(int index) { return *threads_[index]->context; }

  // Runs `work(index)` once on every thread and waits until all are done. Requires: not called on
  // one of the threads.
  void RunOnAll(const std::function<void(int index)>& work);
  void Stop();

 private:
  struct Thread {
    std::unique_ptr<boost::asio::io_context> context;
    std::thread thread;
  };
  std::atomic<bool> stopping_ = false;
  std::vector<std::unique_ptr<Thread>> threads_;
};

}  // namespace keyspan
