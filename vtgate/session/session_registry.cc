#include "vtgate/session/session_registry.h"

#include <boost/asio/post.hpp>

#include "common/async/run_on.h"

namespace keyspan::vtgate {
namespace {

SessionInfo InfoOf(const Session& session) {
  SessionInfo info;
  info.connection_id = session.connection_id;
  info.user = session.user;
  info.host = session.host;
  info.database = session.target.ToString();
  info.statement = std::string(session.current_statement);
  info.seconds = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() -
                                                                  session.state_since)
                     .count();
  return info;
}

}  // namespace

void SessionRegistry::Add(Executor executor, Session* session, std::function<void()> close) {
  std::lock_guard lock(mutex_);
  entries_.insert_or_assign(session->connection_id, Entry{executor, session, std::move(close)});
}

void SessionRegistry::Remove(uint32_t connection_id) {
  std::lock_guard lock(mutex_);
  entries_.erase(connection_id);
}

size_t SessionRegistry::size() const {
  std::lock_guard lock(mutex_);
  return entries_.size();
}

bool SessionRegistry::Kill(uint32_t connection_id, bool connection) {
  std::lock_guard lock(mutex_);
  auto it = entries_.find(connection_id);
  if (it == entries_.end()) return false;
  boost::asio::post(it->second.executor, [this, connection_id, connection] {
    // The session lives on this thread: it cannot go away between the look-up and the use.
    Session* session = nullptr;
    std::function<void()> close;
    {
      std::lock_guard inner(mutex_);
      auto found = entries_.find(connection_id);
      if (found == entries_.end()) return;
      session = found->second.session;
      close = found->second.close;
    }
    session->query_killed = true;
    if (session->cancel_statement) session->cancel_statement();
    if (connection) {
      session->killed = true;
      close();
    }
  });
  return true;
}

Awaitable<std::vector<SessionInfo>> SessionRegistry::List() {
  std::vector<Executor> executors;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [id, entry] : entries_) {
      bool known = false;
      for (const Executor& executor : executors) known |= executor == entry.executor;
      if (!known) executors.push_back(entry.executor);
    }
  }
  std::vector<SessionInfo> all;
  for (const Executor& executor : executors) {
    auto read = [](SessionRegistry* registry,
                   Executor executor) -> Awaitable<std::vector<SessionInfo>> {
      std::vector<SessionInfo> infos;
      std::lock_guard lock(registry->mutex_);
      for (const auto& [id, entry] : registry->entries_) {
        if (entry.executor == executor) infos.push_back(InfoOf(*entry.session));
      }
      co_return infos;
    };
    auto infos = co_await RunOn(executor, read(this, executor));
    all.insert(all.end(), infos.begin(), infos.end());
  }
  co_return all;
}

}  // namespace keyspan::vtgate
