#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "common/async/awaitable.h"

namespace keyspan::mysql {

class ServerConnection;

// Looks, a few times a second, whether the clients of running statements are still there, and
// whether others have been silent for longer than they may. A short statement never notices it:
// only a connection that is in the same statement at two looks in a row is checked (one poll system
// call). One per io_context, made before the connections that use it
// and destroyed after them.
class PeerWatch {
 public:
  explicit PeerWatch(Executor executor,
                     std::chrono::milliseconds period = std::chrono::milliseconds(200));
  ~PeerWatch();
  PeerWatch(const PeerWatch&) = delete;

 private:
  friend class ServerConnection;
  struct State;
  void Add(ServerConnection* connection);
  void Remove(ServerConnection* connection);
  std::shared_ptr<State> state_;
};

}  // namespace keyspan::mysql
