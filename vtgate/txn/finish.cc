#include "vtgate/txn/finish.h"

#include <fmt/format.h>
#include <glog/logging.h>

namespace keyspan::vtgate {
namespace {

template <typename Request>
Request RequestFor(const ShardTransaction& part) {
  Request request;
  rpc::Target* target = request.mutable_target();
  target->set_keyspace(part.keyspace);
  target->set_shard(part.shard);
  target->set_tablet_type(rpc::PRIMARY);
  target->set_primary_term(part.primary_term);
  request.set_transaction_id(part.id);
  return request;
}

bool IsLost(const ShardTransaction& part) {
  return !part.client->connected() || part.client->channel_generation() != part.channel_generation;
}

Status CheckConnected(const ShardTransaction& part) {
  if (!IsLost(part)) return Status::Ok();
  return Status(StatusCode::kAborted,
                fmt::format("{}/{}: the transaction was rolled back: the connection to the tablet "
                            "was lost",
                            part.keyspace, part.shard));
}

Awaitable<Status> CommitPart(const ShardTransaction& part) {
  CO_RETURN_IF_ERROR(CheckConnected(part));
  std::string where = part.keyspace + "/" + part.shard;
  Status status = co_await part.client->Commit(RequestFor<rpc::CommitRequest>(part));
  if (status.ok() || status.code() == StatusCode::kMysql) co_return status;
  co_return std::move(status).WithPrefix(where);
}

Awaitable<void> RollbackPart(const ShardTransaction& part) {
  if (part.id == 0 || IsLost(part)) co_return;
  Status status = co_await part.client->Rollback(RequestFor<rpc::RollbackRequest>(part));
  if (!status.ok()) {
    LOG(WARNING) << "rolling back on " << part.keyspace << "/" << part.shard << ": "
                 << status.ToString();
  }
}

}  // namespace

Awaitable<Status> CommitTransaction(Session& session) {
  if (!session.transaction.open()) co_return Status::Ok();
  // The session must be free of it even if this coroutine is dropped half-way.
  Transaction transaction = std::exchange(session.transaction, Transaction());
  Status failure;
  for (auto& part : transaction.parts()) {
    if (failure.ok()) failure = CheckConnected(*part);
  }
  std::string committed;
  for (auto& part : transaction.parts()) {
    if (!failure.ok()) {
      co_await RollbackPart(*part);
      continue;
    }
    failure = co_await CommitPart(*part);
    if (failure.ok())
      committed +=
          fmt::format("{}{}/{}", committed.empty() ? "" : ", ", part->keyspace, part->shard);
  }
  if (!failure.ok() && !committed.empty()) {
    LOG(ERROR) << "transaction of connection " << session.connection_id << " committed on "
               << committed << " only: " << failure.ToString();
    co_return Status(StatusCode::kUnknownOutcome, failure.mysql_errno(), failure.sqlstate(),
                     fmt::format("{} (the transaction had already committed on {})",
                                 failure.message(), committed));
  }
  co_return failure;
}

Awaitable<void> RollbackTransaction(Session& session) {
  Transaction transaction = std::exchange(session.transaction, Transaction());
  for (auto& part : transaction.parts()) co_await RollbackPart(*part);
}

Awaitable<void> RollbackParts(Session& session, uint64_t number) {
  auto& parts = session.transaction.parts();
  std::vector<std::unique_ptr<ShardTransaction>> late;
  for (auto& part : parts) {
    if (number < part->first_savepoint) late.push_back(std::move(part));
  }
  std::erase_if(parts, [](const auto& part) { return part == nullptr; });
  for (auto& part : late) co_await RollbackPart(*part);
}

}  // namespace keyspan::vtgate
