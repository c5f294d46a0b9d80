#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/status.h"

namespace keyspan::topo {

// Counts the changes of one node, from 0. It restarts when a node is deleted and created again.
using Version = int64_t;
inline constexpr Version kAnyVersion = -1;

struct Node {
  std::string value;
  Version version = 0;
};

// Called at most once, when the watched thing has changed or may have changed (a new session). It
// says nothing about what happened: read again, and arm a new watch with the same call. It runs on
// a thread of the store, so it must only post: no store call, no lock that is held over one.
using WatchFn = std::function<void()>;

// A lock in the topology. Destruction releases it.
//
// A lock cannot be held over a cut: when the store cannot be reached for two thirds of the session
// timeout, somebody else may get the lock soon, and Check() fails from then on for ever. Work that
// is done under a lock calls Check() before each step that must not be done by two.
class HeldLock {
 public:
  virtual ~HeldLock() = default;
  virtual Status Check() const = 0;
  // Idempotent. An error means that the store could not be told; the lock then ends with the
  // session.
  virtual Status Release() = 0;
};

// A node that lives as long as this object and the process do. The store creates it anew after a
// lost session. Destruction deletes it.
class Ephemeral {
 public:
  virtual ~Ephemeral() = default;
  // OK while the node is known to exist; Unavailable during a cut, and kAlreadyExists when another
  // process took the place.
  virtual Status Check() const = 0;
};

// A tree of small versioned nodes with watches, ephemeral nodes and locks: the part of ZooKeeper
// that Keyspan uses. Paths are absolute, as ZooKeeper writes them. A value is at most 1 MiB.
//
// Thread-safety: all functions may be called from any thread (but not from a WatchFn), and block:
// call them from control threads, never from an event loop. Objects that a store returned
// (HeldLock, Ephemeral) must be destroyed before the store.
//
// Errors: kNotFound, kAlreadyExists, kFailedPrecondition (the version is not the expected one),
// kUnavailable (the store cannot be reached; a write was not done, or nobody can tell yet: the
// store has already re-read until its operation timeout).
class Store {
 public:
  virtual ~Store() = default;

  // With `watch`, it is armed if the call returns OK or kNotFound, and fires when the value changes
  // or the node appears or goes away.
  virtual Result<Node> Get(const std::string& path, WatchFn watch = {}) = 0;

  // Names of the children, sorted. kNotFound when there is no such node. The watch is as in Get,
  // and fires when the list changes.
  virtual Result<std::vector<std::string>> List(const std::string& path, WatchFn watch = {}) = 0;

  // Creates the node and the parents that are missing (with empty values).
  virtual Status Create(const std::string& path, const std::string& value) = 0;

  // Returns the new version. `expected` may be kAnyVersion.
  virtual Result<Version> Set(const std::string& path, const std::string& value,
                              Version expected) = 0;

  // The node must not have children (kInvalidArgument otherwise).
  virtual Status Delete(const std::string& path, Version expected) = 0;

  // Creates an ephemeral node; missing parents become ordinary nodes. `value` names the process and
  // its place (host:port): a node with the same value, left over by an earlier run whose session
  // has not yet ended, is replaced; one with another value is a rival (kAlreadyExists).
  virtual Result<std::unique_ptr<Ephemeral>> CreateEphemeral(const std::string& path,
                                                             const std::string& value) = 0;

  // Waits up to `wait` for the lock of `path` (whose lock nodes lie in <path>/locks) and brings
  // this client up to date, so that reads under the lock see what the earlier holder wrote.
  // kDeadlineExceeded names the holder. `info` is a serialized LockInfo. kNotFound when `path`
  // does not exist.
  virtual Result<std::unique_ptr<HeldLock>> AcquireLock(const std::string& path,
                                                        const std::string& info,
                                                        std::chrono::milliseconds wait) = 0;

  // True while the store answers. After a cut it turns false within the session timeout.
  virtual bool Connected() const = 0;
};

}  // namespace keyspan::topo
