#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

namespace keyspan::vtgate {

// How many prepared statements the sessions of the process hold, and how many they may:
// max_prepared_stmt_count. Any thread.
class PreparedCount {
 public:
  explicit PreparedCount(uint32_t limit) : limit_(limit) {}

  struct Leave {
    void operator()(PreparedCount* count) const {
      count->held_.fetch_sub(1, std::memory_order_relaxed);
    }
  };
  // Given back when destroyed.
  using Place = std::unique_ptr<PreparedCount, Leave>;

  // Null when there is none left.
  Place Enter() {
    Place place(this);
    if (held_.fetch_add(1, std::memory_order_relaxed) >= limit_) place.reset();
    return place;
  }
  uint32_t limit() const { return limit_; }

 private:
  const uint32_t limit_;
  std::atomic<uint32_t> held_{0};
};

}  // namespace keyspan::vtgate
