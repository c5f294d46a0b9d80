#include "vtgate/executor/shard_query.h"

#include <utility>

#include "vtgate/txn/finish.h"

namespace keyspan::vtgate {
namespace {

constexpr size_t kMaxFetchedRows = 100000;

Status AppendRow(std::string_view payload, mysql::QueryResult* result) {
  if (result->rows.size() >= kMaxFetchedRows) {
    return Status(StatusCode::kResourceExhausted, "an internal query returned too many rows");
  }
  return mysql::DecodeTextRow(payload, result->fields, &result->rows.emplace_back());
}

Awaitable<Result<mysql::QueryResult>> ReadAll(ShardCall& call) {
  using Item = mysql::ResultReader::Item;
  mysql::QueryResult result;
  mysql::ResultReader reader;
  Status failure;
  while (true) {
    CO_ASSIGN_OR_RETURN(auto chunk, co_await call.Next());
    if (chunk.empty()) break;
    reader.Append({reinterpret_cast<const char*>(chunk.data()), chunk.size()});
    for (Item item = reader.Next(); item != Item::kNeedMore && failure.ok(); item = reader.Next()) {
      if (item == Item::kColumns) result.fields = reader.columns();
      if (item == Item::kRow) failure = AppendRow(reader.row(), &result);
      if (item == Item::kResultEnd) result.ok = reader.ok();
      if (item == Item::kError || item == Item::kMalformed) failure = reader.error();
      if (item == Item::kEnd) break;
    }
  }
  if (!failure.ok()) co_return failure;
  co_return result;
}

}  // namespace

Awaitable<Result<mysql::QueryResult>> QueryShard(Gateway& gateway, Session& session,
                                                 const KeyspaceInfo& keyspace,
                                                 const ShardInfo& shard, topo::TabletType type,
                                                 ShardCallOptions options, std::string_view sql,
                                                 std::vector<Warning>* warnings) {
  ShardCall call(gateway, session);
  Status started = co_await call.Start(keyspace, shard, type, options, sql);
  if (!started.ok() && call.lost_transaction()) co_await RollbackTransaction(session);
  CO_RETURN_IF_ERROR(std::move(started));
  auto outer =
      std::exchange(session.cancel_statement, [&call](Session::Cancel how) { call.End(how); });
  auto result = co_await ReadAll(call);
  session.cancel_statement = std::move(outer);
  if (call.lost_transaction()) co_await RollbackTransaction(session);
  if (result.ok() && warnings != nullptr) *warnings = call.Warnings();
  co_return result;
}

}  // namespace keyspan::vtgate
