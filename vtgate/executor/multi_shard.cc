#include "vtgate/executor/multi_shard.h"

#include "vtgate/executor/handlers.h"
#include "vtgate/executor/values.h"
#include "vtgate/txn/finish.h"

namespace keyspan::vtgate {
namespace {

constexpr const char* kStatementSavepoint = "_keyspan_statement";

std::vector<ShardWork> SameOnEach(const std::vector<ShardWork>& work, const std::string& sql) {
  std::vector<ShardWork> same;
  for (const ShardWork& item : work) same.push_back({item.shard, sql});
  return same;
}

Awaitable<ShardOutcome> WriteInOwnTransaction(Gateway& gateway, Statement& statement,
                                              const KeyspaceInfo& keyspace,
                                              std::vector<ShardWork> work) {
  Session& session = statement.session;
  session.transaction.BeginInternal(session.next_transaction);
  session.next_transaction_used = true;
  ShardOutcome outcome = co_await ScatterWrite(gateway, statement, keyspace, std::move(work), true);
  if (outcome.status.ok()) {
    outcome.status = co_await CommitTransaction(session);
  } else {
    co_await RollbackTransaction(session);
  }
  co_return outcome;
}

Awaitable<ShardOutcome> WriteInClientTransaction(Gateway& gateway, Statement& statement,
                                                 const KeyspaceInfo& keyspace,
                                                 std::vector<ShardWork> work) {
  Session& session = statement.session;
  const std::string name(kStatementSavepoint);
  auto saved = co_await ScatterWrite(gateway, statement, keyspace,
                                     SameOnEach(work, "SAVEPOINT " + name), true);
  if (!saved.status.ok()) {
    if (saved.lost_transaction) co_await RollbackTransaction(session);
    co_return saved;
  }
  auto undo = SameOnEach(work, "ROLLBACK TO SAVEPOINT " + name);
  ShardOutcome outcome = co_await ScatterWrite(gateway, statement, keyspace, std::move(work), true);
  if (outcome.lost_transaction) {
    co_await RollbackTransaction(session);
  } else if (!outcome.status.ok()) {
    auto undone = co_await ScatterWrite(gateway, statement, keyspace, std::move(undo), true);
    if (!undone.status.ok()) co_await RollbackTransaction(session);
  }
  co_return outcome;
}

}  // namespace

Awaitable<ShardOutcome> WriteOnShards(const Services& services, Statement& statement,
                                      const KeyspaceInfo& keyspace, std::vector<ShardWork> work) {
  Gateway& gateway = *services.gateway;
  Session& session = statement.session;
  if (work.size() == 1) {
    ShardOutcome outcome = co_await ScatterWrite(gateway, statement, keyspace, std::move(work),
                                                 session.transaction.open());
    if (outcome.lost_transaction) co_await RollbackTransaction(session);
    co_return outcome;
  }
  if (session.transaction.open()) {
    co_return co_await WriteInClientTransaction(gateway, statement, keyspace, std::move(work));
  }
  co_return co_await WriteInOwnTransaction(gateway, statement, keyspace, std::move(work));
}

Awaitable<Status> RunMultiShardDml(const Services& services, Statement& statement,
                                   const Destinations& destinations) {
  const RoutedPlan& plan = statement.plan->routed;
  // MySQL compares a parameter otherwise than a literal, e.g. text with a number's column.
  ShardText text(statement, KeepParameters::kAll);
  if (!plan.merge.sql.texts.empty()) {
    CO_RETURN_IF_ERROR(text.Append(plan.merge.sql));
  } else if (plan.sql) {
    CO_RETURN_IF_ERROR(text.Append(*plan.sql));
  } else if (statement.binary && !statement.parameters.empty()) {
    co_return InternalError("a prepared statement over several shards without a template");
  } else {
    text.Append(statement.sql);
  }
  const std::string params = text.Params();
  const std::string sql = text.TakeSql();
  std::vector<ShardWork> work;
  for (int shard : destinations.shards) work.push_back({shard, sql, statement.binary, params});
  ShardOutcome outcome =
      co_await WriteOnShards(services, statement, *destinations.keyspace, std::move(work));
  statement.session.warnings = std::move(outcome.warnings);
  if (!outcome.status.ok()) co_return outcome.status;
  ReplyOk(statement, outcome.affected_rows, 0, statement.session.warnings.packet_count(),
          outcome.info);
  co_return Status::Ok();
}

}  // namespace keyspan::vtgate
