#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "common/async/awaitable.h"
#include "vtgate/session/session.h"

namespace keyspan::vtgate {

// One line of SHOW PROCESSLIST.
struct SessionInfo {
  uint32_t connection_id = 0;
  std::string user;
  std::string host;
  std::string database;
  std::string statement;  // empty: idle
  int64_t seconds = 0;    // in this state
};

// All sessions of the process, over all threads, for KILL and SHOW PROCESSLIST. The lock is taken
// when clients come and go, never for a statement.
class SessionRegistry {
 public:
  // The session must be removed, on the same thread, before it is destroyed. `close` ends its
  // connection.
  void Add(Executor executor, Session* session, std::function<void()> close);
  void Remove(uint32_t connection_id);
  size_t size() const;

  // Ends the session's statement (and its connection), on the session's own thread, some time after
  // this returns. False when there is no such session.
  bool Kill(uint32_t connection_id, bool connection);

  // Whether a transaction with parts on several shards has waited for its statement that long.
  Awaitable<bool> AnyWaits(std::chrono::milliseconds at_least);
  // Ends the statement of a transaction that others wait for in a circle, if it still runs, on the
  // session's own thread, some time after this returns.
  void EndDeadlocked(uint32_t connection_id, uint64_t begun_ns);

  // A picture of all sessions, each read on its own thread.
  Awaitable<std::vector<SessionInfo>> List();

 private:
  struct Entry {
    Executor executor;
    Session* session;
    std::function<void()> close;
  };
  // The threads that have sessions.
  std::vector<Executor> Executors() const;
  // Runs `work` with the session on its thread, some time after this returns. False when there is
  // no such session now.
  bool OnItsThread(uint32_t connection_id, std::function<void(Entry&)> work);

  mutable std::mutex mutex_;
  std::map<uint32_t, Entry> entries_;
};

}  // namespace keyspan::vtgate
