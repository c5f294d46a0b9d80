#include "vtgate/session/session_registry.h"

#include <algorithm>
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

bool SessionRegistry::OnItsThread(uint32_t connection_id, std::function<void(Entry&)> work) {
  std::lock_guard lock(mutex_);
  auto it = entries_.find(connection_id);
  if (it == entries_.end()) return false;
  boost::asio::post(it->second.executor, [this, connection_id, work = std::move(work)] {
    // The session lives on this thread: it cannot go away between the look-up and the use.
    std::optional<Entry> entry;
    {
      std::lock_guard inner(mutex_);
      auto found = entries_.find(connection_id);
      if (found == entries_.end()) return;
      entry = found->second;
    }
    work(*entry);
  });
  return true;
}

bool SessionRegistry::Kill(uint32_t connection_id, bool connection) {
  return OnItsThread(connection_id, [connection](Entry& entry) {
    entry.session->query_killed = true;
    if (entry.session->cancel_statement) {
      entry.session->cancel_statement(connection ? Session::Cancel::kAbandon
                                                 : Session::Cancel::kStop);
    }
    if (connection) {
      entry.session->killed = true;
      entry.close();
    }
  });
}

void SessionRegistry::EndDeadlocked(uint32_t connection_id, uint64_t begun_ns) {
  OnItsThread(connection_id, [begun_ns](Entry& entry) {
    Session& session = *entry.session;
    const bool same = session.transaction.open() && session.transaction.begun_ns() == begun_ns;
    if (!same || !session.cancel_statement) return;
    session.deadlock_victim = true;
    session.cancel_statement(Session::Cancel::kAbandon);
  });
}

std::vector<Executor> SessionRegistry::Executors() const {
  std::vector<Executor> executors;
  std::lock_guard lock(mutex_);
  for (const auto& [id, entry] : entries_) {
    if (std::find(executors.begin(), executors.end(), entry.executor) == executors.end()) {
      executors.push_back(entry.executor);
    }
  }
  return executors;
}

Awaitable<bool> SessionRegistry::AnyWaits(std::chrono::milliseconds at_least) {
  auto read = [](SessionRegistry* registry, Executor executor,
                 std::chrono::milliseconds at_least) -> Awaitable<bool> {
    const auto since = std::chrono::steady_clock::now() - at_least;
    std::lock_guard lock(registry->mutex_);
    for (const auto& [id, entry] : registry->entries_) {
      if (entry.executor != executor) continue;
      const Session& session = *entry.session;
      const bool runs = session.cancel_statement && session.state_since <= since;
      if (runs && session.transaction.parts().size() > 1) co_return true;
    }
    co_return false;
  };
  for (const Executor& executor : Executors()) {
    Awaitable<bool> reading = read(this, executor, at_least);
    const bool any = co_await RunOn(executor, std::move(reading));
    if (any) co_return true;
  }
  co_return false;
}

Awaitable<std::vector<SessionInfo>> SessionRegistry::List() {
  auto read = [](SessionRegistry* registry,
                 Executor executor) -> Awaitable<std::vector<SessionInfo>> {
    std::vector<SessionInfo> infos;
    std::lock_guard lock(registry->mutex_);
    for (const auto& [id, entry] : registry->entries_) {
      if (entry.executor == executor) infos.push_back(InfoOf(*entry.session));
    }
    co_return infos;
  };
  std::vector<SessionInfo> all;
  for (const Executor& executor : Executors()) {
    auto infos = co_await RunOn(executor, read(this, executor));
    all.insert(all.end(), infos.begin(), infos.end());
  }
  co_return all;
}

}  // namespace keyspan::vtgate
