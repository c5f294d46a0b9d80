#include "common/async/io_threads.h"

#include <glog/logging.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <latch>

namespace keyspan {

IoThreads::IoThreads(int count) {
  CHECK_GT(count, 0);
  for (int i = 0; i < count; ++i) {
    auto entry = std::make_unique<Thread>();
    // A concurrency hint of 1 spares the wake-up of other threads; posts from outside stay legal.
    entry->context = std::make_unique<boost::asio::io_context>(1);
    auto* context = entry->context.get();
    entry->thread = std::thread([this, context] {
      auto guard = boost::asio::make_work_guard(*context);
      context->run();
      // Clients of a loop that ends by itself would hang: better no process than half of one.
      CHECK(stopping_) << "an event loop has lost count of its work";
    });
    threads_.push_back(std::move(entry));
  }
}

IoThreads::~IoThreads() { Stop(); }

void IoThreads::RunOnAll(const std::function<void(int index)>& work) {
  std::latch done(size());
  for (int i = 0; i < size(); ++i) {
    boost::asio::post(context(i), [&, i] {
      work(i);
      done.count_down();
    });
  }
  done.wait();
}

void IoThreads::Stop() {
  stopping_ = true;
  for (auto& entry : threads_) entry->context->stop();
  for (auto& entry : threads_) {
    if (entry->thread.joinable()) entry->thread.join();
  }
}

}  // namespace keyspan
