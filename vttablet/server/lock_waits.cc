// Who waits for whom on this mysqld, for the gateways' search for deadlocks over several shards.

#include <boost/asio/post.hpp>

#include "vttablet/server/tablet.h"

namespace keyspan::vttablet {
namespace {

// Not from information_schema.innodb_trx, which shows a picture of up to 0.1 s ago (MySQL manual,
// "Persistence and Consistency of InnoDB Transaction and Locking Information").
constexpr const char* kLockWaitsSql =
    "SELECT waiter.processlist_id AS waiter, blocker.processlist_id AS blocker, "
    "waits.requesting_engine_lock_id AS lock_id "
    "FROM performance_schema.data_lock_waits waits "
    "JOIN performance_schema.threads waiter ON waiter.thread_id = waits.requesting_thread_id "
    "JOIN performance_schema.threads blocker ON blocker.thread_id = waits.blocking_thread_id";

rpc::LockParty MakeParty(uint32_t connection_id, const TransactionNames& names) {
  rpc::LockParty party;
  party.set_connection_id(connection_id);
  auto found = names.find(connection_id);
  if (found != names.end()) *party.mutable_name() = found->second;
  return party;
}

bool SameTransaction(uint32_t connection_id, const TransactionNames& before,
                     const TransactionNames& after) {
  return MakeParty(connection_id, before).name().SerializeAsString() ==
         MakeParty(connection_id, after).name().SerializeAsString();
}

}  // namespace

Awaitable<TransactionNames> Tablet::ListTransactions() {
  struct Answers {
    explicit Answers(Executor executor) : changed(executor) {}
    size_t missing = 0;
    TransactionNames names;
    Event changed;
  };
  auto answers = std::make_shared<Answers>(control_);
  answers->missing = threads_.size();
  for (auto& thread : threads_) {
    thread->PostListTransactions([answers, control = control_](TransactionNames names) {
      boost::asio::post(control, [answers, names = std::move(names)]() mutable {
        answers->names.merge(names);
        --answers->missing;
        answers->changed.NotifyAll();
      });
    });
  }
  while (answers->missing > 0) co_await answers->changed.Wait();
  co_return std::move(answers->names);
}

Awaitable<Result<rpc::GetLockWaitsResponse>> Tablet::GetLockWaits(rpc::GetLockWaitsRequest) {
  auto guard = co_await lock_waits_mutex_.Lock();
  if (!lock_waits_sql_ || lock_waits_sql_->broken()) {
    CO_ASSIGN_OR_RETURN(lock_waits_sql_, co_await Connect());
  }
  const TransactionNames before = co_await ListTransactions();
  CO_ASSIGN_OR_RETURN(mysql::QueryResult found, co_await lock_waits_sql_->Query(kLockWaitsSql));
  const TransactionNames after = co_await ListTransactions();
  rpc::GetLockWaitsResponse response;
  for (size_t row = 0; row < found.rows.size(); ++row) {
    const auto waiter = static_cast<uint32_t>(IntCell(found, row, "waiter", 0));
    const auto blocker = static_cast<uint32_t>(IntCell(found, row, "blocker", 0));
    // A connection that has changed hands meanwhile: which of the two waited is not known.
    if (!SameTransaction(waiter, before, after) || !SameTransaction(blocker, before, after)) {
      continue;
    }
    rpc::LockWait* wait = response.add_waits();
    *wait->mutable_waiter() = MakeParty(waiter, after);
    *wait->mutable_blocker() = MakeParty(blocker, after);
    wait->set_lock_id(Cell(found, row, "lock_id"));
  }
  co_return response;
}

}  // namespace keyspan::vttablet
