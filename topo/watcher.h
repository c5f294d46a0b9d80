#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "topo/records.pb.h"
#include "topo/server.h"

namespace keyspan::topo {

// The whole topology as a gateway needs it, at one moment. Immutable, so any thread may read it for
// as long as it holds the pointer.
struct TopoSnapshot {
  struct KeyspaceEntry {
    Keyspace record;
    std::map<std::string, Shard> shards;  // by name
    std::string vschema_json;             // empty: none yet
    Version vschema_version = -1;         // rises with each change; -1: none yet
  };
  struct TabletEntry {
    Tablet record;
    bool present = false;  // its vttablet runs (as ZooKeeper knows)
  };

  uint64_t generation = 0;  // rises with each snapshot of one Watcher
  std::vector<std::string> cells;
  std::map<std::string, KeyspaceEntry> keyspaces;
  std::map<std::string, TabletEntry> tablets;  // by alias
};

// Keeps a TopoSnapshot true through watches. It has one thread of its own, which reads what the
// watches say has changed and publishes a new snapshot; changes that come together are one
// snapshot. While the store cannot be reached, the last snapshot stays, and reading starts again
// by itself. A record that cannot be decoded keeps its last good value, with an error in the log.
//
// Thread-safety: Current() from any thread. The callback runs on the watcher's thread, in order of
// generations, and should only post. It is not called after the destructor has returned. The
// server must outlive the watcher. Destruction waits for a read that is under way, so a gateway's
// store should have an operation timeout of a second or two.
class Watcher {
 public:
  using ChangeFn = std::function<void(std::shared_ptr<const TopoSnapshot>)>;
  struct Options {
    // Cells whose tablets are read; empty: all that there are.
    std::vector<std::string> cells;
    // How long to wait after a failed read before the next one.
    std::chrono::milliseconds retry_delay{500};
    // How long to wait after a change for others that belong to it.
    std::chrono::milliseconds settle_delay{5};
  };

  // Does not wait for the first snapshot: see WaitReady.
  static std::unique_ptr<Watcher> Start(Server* server, Options options, ChangeFn on_change);
  virtual ~Watcher() = default;

  // Never null; generation 0 (empty) until the first read is complete.
  virtual std::shared_ptr<const TopoSnapshot> Current() const = 0;
  // kDeadlineExceeded when the first snapshot is not complete in time.
  virtual Status WaitReady(std::chrono::milliseconds timeout) = 0;
};

}  // namespace keyspan::topo
