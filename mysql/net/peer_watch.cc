#include "mysql/net/peer_watch.h"

#include <boost/unordered/unordered_flat_set.hpp>

#include "mysql/net/server_connection.h"

namespace keyspan::mysql {

struct PeerWatch::State : std::enable_shared_from_this<State> {
  State(Executor executor, std::chrono::milliseconds look_every)
      : timer(executor), period(look_every) {}

  void Arm() {
    armed = true;
    timer.expires_after(period);
    timer.async_wait([state = shared_from_this()](boost::system::error_code error) {
      state->armed = false;
      if (error || !state->alive) return;
      state->Look();
      if (!state->connections.empty()) state->Arm();
    });
  }

  void Look() {
    std::vector<ServerConnection*> closed;
    std::vector<ServerConnection*> silent;
    const auto now = std::chrono::steady_clock::now();
    for (ServerConnection* connection : connections) {
      if (!connection->busy_) {
        if (connection->SilentTooLong(now)) silent.push_back(connection);
        continue;
      }
      if (!connection->on_peer_closed_) continue;
      uint64_t statement = connection->statement_number_ + 1;
      if (connection->watched_statement_ != statement) {
        connection->watched_statement_ = statement;
      } else if (connection->stream_.PeerClosed()) {
        closed.push_back(connection);
      }
    }
    // What waits for the client sees the end later, on the loop.
    for (ServerConnection* connection : silent) connection->EndSilent();
    for (ServerConnection* connection : closed) {
      // A callback may have destroyed another connection of the list.
      if (!connections.contains(connection)) continue;
      // Told once.
      auto on_closed = std::exchange(connection->on_peer_closed_, nullptr);
      if (on_closed) on_closed();
    }
  }

  SteadyTimer timer;
  const std::chrono::milliseconds period;
  boost::unordered_flat_set<ServerConnection*> connections;
  bool alive = true;
  bool armed = false;
};

PeerWatch::PeerWatch(Executor executor, std::chrono::milliseconds period)
    : state_(std::make_shared<State>(executor, period)) {}

PeerWatch::~PeerWatch() {
  state_->alive = false;
  state_->timer.cancel();
}

void PeerWatch::Add(ServerConnection* connection) {
  state_->connections.insert(connection);
  if (!state_->armed) state_->Arm();
}

void PeerWatch::Remove(ServerConnection* connection) { state_->connections.erase(connection); }

}  // namespace keyspan::mysql
