#pragma once

// zookeeper.h declares the blocking calls only for the multi-threaded library.
#ifndef THREADED
#define THREADED
#endif
#include <zookeeper/zookeeper.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include "common/status.h"
#include "topo/zk/zk_store.h"

namespace keyspan::topo {

// What the ZooKeeper library's threads have to tell. They only post here; the store's own thread
// takes it from there.
class ZkEventQueue {
 public:
  struct Event {
    bool is_watch = false;
    uint64_t watch_id = 0;        // when is_watch
    uint64_t session_number = 0;  // otherwise: the state of this session has changed
  };

  void Post(Event event);
  void Stop();
  // Waits up to `timeout` for events. Returns what there is, in order.
  std::deque<Event> Take(std::chrono::milliseconds timeout);
  bool stopped() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable posted_;
  std::deque<Event> events_;
  bool stopped_ = false;
};

// One session with ZooKeeper: a handle of the C library from zookeeper_init to zookeeper_close. It
// is never revived: when it has expired, the store opens another one.
//
// Shared by the store and everything that is under way on it; the last one to let go closes the
// handle, on its thread (never one of the library's). All functions may be called from any thread.
class ZkSession {
 public:
  // Begins to connect; kUnavailable when not even that is possible (a name does not resolve).
  static Result<std::shared_ptr<ZkSession>> Open(const ZkOptions& options, uint64_t number,
                                                 std::shared_ptr<ZkEventQueue> events,
                                                 const clientid_t* resume = nullptr);
  ~ZkSession();
  ZkSession(const ZkSession&) = delete;

  zhandle_t* handle() const { return handle_; }
  uint64_t number() const { return number_; }
  int64_t id() const;
  bool connected() const;
  // The server has said that it is over (or that it will never be).
  bool expired() const { return expired_; }

  // True as long as the server cannot have ended the session, nor will very soon: it has answered
  // a request that was sent less than two thirds of the session timeout ago. A client that is cut
  // off is not told that its session has expired, so this clock is what locks rely on.
  bool Alive() const;
  // Sends a request whose answer renews Alive(). At most one is under way.
  void Heartbeat();
  // How often Heartbeat should be called.
  std::chrono::milliseconds HeartbeatInterval() const;

  // Pass these to the zoo_w* calls; the id is what the event queue will be told.
  static watcher_fn watch_function() { return &ZkSession::OnWatch; }
  static void* watch_context(uint64_t id) { return reinterpret_cast<void*>(id); }

 private:
  ZkSession(uint64_t number, std::shared_ptr<ZkEventQueue> events)
      : number_(number), events_(std::move(events)) {}

  // Shared with the request that is under way. (A reference to the session itself could be the last
  // one, and then close the handle on the library's thread.)
  struct Heartbeats {
    std::atomic<bool> under_way{false};
    std::atomic<std::chrono::steady_clock::rep> confirmed{0};  // 0: never
  };
  struct HeartbeatContext {
    std::shared_ptr<Heartbeats> heartbeats;
    std::chrono::steady_clock::time_point sent;
  };

  static void OnSession(zhandle_t* handle, int type, int state, const char* path, void* context);
  static void OnWatch(zhandle_t* handle, int type, int state, const char* path, void* context);
  static void OnHeartbeat(int rc, const Stat* stat, const void* context);
  std::chrono::milliseconds timeout() const;

  const uint64_t number_;
  const std::shared_ptr<ZkEventQueue> events_;
  zhandle_t* handle_ = nullptr;
  std::chrono::milliseconds wanted_timeout_{0};
  std::atomic<bool> expired_{false};
  const std::shared_ptr<Heartbeats> heartbeats_ = std::make_shared<Heartbeats>();
};

}  // namespace keyspan::topo
