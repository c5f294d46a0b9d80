#pragma once

#include <memory>

#include "topo/store.h"

namespace keyspan::topo {

// A Store in the memory of one process, for unit tests. Same rules as on ZooKeeper, except that
// watches fire on the thread that made the change, after the change.
class MemoryStore : public Store {
 public:
  static std::unique_ptr<MemoryStore> New();
  // While true, every call fails with kUnavailable, as in a cut. Turning it off again fires all
  // watches, as a new session does.
  virtual void SetUnavailable(bool unavailable) = 0;

 protected:
  MemoryStore() = default;
};

}  // namespace keyspan::topo
