#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "parser/digest.h"
#include "vtgate/engine/plan.h"

namespace keyspan::vtgate {

// The plans of one thread, by digest and the session's traits. Bounded: plans live in two
// generations, and when the young one is full it becomes the old one, whose unused plans go. Not
// thread-safe; each thread has its own, so that a look-up takes no lock.
class PlanCache {
 public:
  struct Key {
    parser::Digest128 digest;
    // Hash of what else decides about a plan: the keyspace in use and whether it is a destination.
    uint64_t traits = 0;
    friend bool operator==(const Key&, const Key&) = default;
  };

  explicit PlanCache(size_t capacity) : half_(capacity / 2 + 1) {}

  // Null when not known.
  std::shared_ptr<const Plan> Find(const Key& key) {
    if (auto it = young_.find(key); it != young_.end()) return it->second;
    auto it = old_.find(key);
    if (it == old_.end()) return nullptr;
    auto plan = std::move(it->second);
    old_.erase(it);
    Insert(key, plan);
    return plan;
  }

  void Insert(const Key& key, std::shared_ptr<const Plan> plan) {
    if (young_.size() >= half_) {
      old_ = std::move(young_);
      young_.clear();
    }
    young_.insert_or_assign(key, std::move(plan));
  }

  // Plans of another plan_generation are worthless.
  void Clear() {
    young_.clear();
    old_.clear();
  }
  size_t size() const { return young_.size() + old_.size(); }

 private:
  struct KeyHash {
    size_t operator()(const Key& key) const { return key.digest.low ^ key.traits; }
  };
  using Map = boost::unordered_flat_map<Key, std::shared_ptr<const Plan>, KeyHash>;

  const size_t half_;
  Map young_;
  Map old_;
};

}  // namespace keyspan::vtgate
