#include <fmt/format.h>

#include "parser/printer.h"
#include "vtgate/executor/handlers.h"
#include "vtgate/executor/scatter.h"
#include "vtgate/txn/finish.h"

namespace keyspan::vtgate {
namespace {

using parser::TransactionVerb;

void Begin(Session& session, const parser::Transaction& node) {
  TransactionStart start;
  start.by_statement = true;
  start.consistent_snapshot = node.consistent_snapshot;
  if (node.access == parser::AccessMode::kReadOnly) start.access = "READ ONLY";
  if (node.access == parser::AccessMode::kReadWrite) start.access = "READ WRITE";
  start.once = std::exchange(session.next_transaction, {});
  start.read_only_by_default = session.read_only_by_default();
  session.transaction.Begin(std::move(start));
  session.tracker.NoteCharacteristics();
}

// WITH CONSISTENT SNAPSHOT: every shard that the session can read takes its snapshot now, not when
// a statement first goes there.
Awaitable<Status> TakeSnapshots(const Services& services, Statement& statement) {
  Session& session = statement.session;
  if (session.target.type != topo::TabletType::PRIMARY) co_return Status::Ok();
  for (const auto& [name, keyspace] : statement.cluster->keyspaces) {
    if (!session.target.keyspace.empty() && name != session.target.keyspace) continue;
    std::vector<ShardWork> work;
    for (size_t i = 0; i < keyspace->shards.size(); ++i) {
      const bool chosen =
          session.target.shard.empty() || keyspace->shards[i].name == session.target.shard;
      if (chosen) work.push_back({static_cast<int>(i), "DO 0"});
    }
    if (work.empty()) continue;
    auto outcome =
        co_await ScatterWrite(*services.gateway, statement, *keyspace, std::move(work), true);
    if (!outcome.status.ok()) {
      co_await RollbackTransaction(session);
      co_return outcome.status;
    }
  }
  co_return Status::Ok();
}

// AND CHAIN: the next transaction has the isolation level and the access mode of this one.
TransactionStart Successor(const Session& session) {
  TransactionStart start = session.transaction.start();
  start.by_statement = true;
  start.consistent_snapshot = false;
  return start;
}

// Runs one savepoint statement on every shard whose part of the transaction has savepoint `number`.
Awaitable<Status> OnEveryPart(const Services& services, Statement& statement, uint64_t number,
                              const std::string& sql) {
  Session& session = statement.session;
  struct Place {
    const KeyspaceInfo* keyspace;
    int shard;
  };
  std::vector<Place> places;
  for (auto& part : session.transaction.parts()) {
    if (number < part->first_savepoint) continue;
    const KeyspaceInfo* keyspace = statement.cluster->FindKeyspace(part->keyspace);
    int shard = keyspace != nullptr ? keyspace->FindShard(std::string_view(part->shard)) : -1;
    if (shard < 0) {
      std::string where = part->keyspace + "/" + part->shard;
      co_await RollbackTransaction(session);
      co_return Status(StatusCode::kAborted,
                       fmt::format("the transaction was rolled back: shard {} is gone", where));
    }
    places.push_back({keyspace, shard});
  }
  for (const Place& place : places) {
    std::vector<ShardWork> work(1, ShardWork{place.shard, sql});
    auto outcome =
        co_await ScatterWrite(*services.gateway, statement, *place.keyspace, std::move(work), true);
    if (outcome.lost_transaction) co_await RollbackTransaction(session);
    CO_RETURN_IF_ERROR(outcome.status);
  }
  co_return Status::Ok();
}

Status NoSavepoint(std::string_view name) {
  return Status::Mysql(1305, "42000", fmt::format("SAVEPOINT {} does not exist", name));
}

Awaitable<Status> RunSavepoint(const Services& services, Statement& statement,
                               const parser::Transaction& node) {
  Session& session = statement.session;
  Transaction& transaction = session.transaction;
  const std::string name(node.savepoint.text);
  const std::string quoted = parser::QuoteIdent(name, true);
  if (node.verb == TransactionVerb::kSavepoint) {
    session.BeginImplicitly();
    // Outside a transaction MySQL sets it and forgets it with the statement.
    if (transaction.open()) {
      const std::string sql = "SAVEPOINT " + quoted;
      CO_RETURN_IF_ERROR(
          co_await OnEveryPart(services, statement, transaction.next_savepoint(), sql));
      transaction.AddSavepoint(name);
    }
    ReplyOk(statement);
    co_return Status::Ok();
  }
  auto& savepoints = transaction.savepoints();
  auto found = std::find_if(savepoints.begin(), savepoints.end(), [&name](const Savepoint& other) {
    return parser::EqualsIgnoreCase(name, other.name);
  });
  if (found == savepoints.end()) co_return NoSavepoint(name);
  const ptrdiff_t index = found - savepoints.begin();
  const uint64_t number = found->number;
  if (node.verb == TransactionVerb::kRollbackTo) {
    const std::string sql = "ROLLBACK TO SAVEPOINT " + quoted;
    CO_RETURN_IF_ERROR(co_await OnEveryPart(services, statement, number, sql));
    // All that a shard has done since it joined after the savepoint is undone with its part.
    co_await RollbackParts(session, number);
    savepoints.erase(savepoints.begin() + index + 1, savepoints.end());
  } else {
    const std::string sql = "RELEASE SAVEPOINT " + quoted;
    CO_RETURN_IF_ERROR(co_await OnEveryPart(services, statement, number, sql));
    // Releasing one releases those that were set after it.
    savepoints.erase(savepoints.begin() + index, savepoints.end());
  }
  ReplyOk(statement);
  co_return Status::Ok();
}

}  // namespace

Awaitable<Status> RunTransaction(const Services& services, Statement& statement) {
  const auto& node = *parser::Cast<parser::Transaction>(statement.plan->statement->root());
  Session& session = statement.session;
  switch (node.verb) {
    case TransactionVerb::kBegin:
      // A second BEGIN commits the first.
      CO_RETURN_IF_ERROR(co_await CommitTransaction(session));
      Begin(session, node);
      if (node.consistent_snapshot) {
        CO_RETURN_IF_ERROR(co_await TakeSnapshots(services, statement));
      }
      break;
    case TransactionVerb::kCommit:
    case TransactionVerb::kRollback: {
      TransactionStart successor = Successor(session);
      if (node.verb == TransactionVerb::kCommit) {
        CO_RETURN_IF_ERROR(co_await CommitTransaction(session));
      } else {
        co_await RollbackTransaction(session);
      }
      session.next_transaction = {};
      if (node.chain == parser::TriState::kYes) {
        session.transaction.Begin(std::move(successor));
        session.tracker.NoteCharacteristics();
      }
      break;
    }
    default:
      co_return co_await RunSavepoint(services, statement, node);
  }
  ReplyOk(statement);
  if (node.release == parser::TriState::kYes) {
    (void)co_await statement.client.Flush();
    statement.client.Close();
  }
  co_return Status::Ok();
}

}  // namespace keyspan::vtgate
