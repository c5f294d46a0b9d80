#include "vtgate/executor/forward.h"

#include "mysql/protocol/result_rewriter.h"
#include "vtgate/executor/handlers.h"
#include "vtgate/txn/finish.h"

namespace keyspan::vtgate {
namespace {

void NoteResult(const mysql::ResultRewriter& rewriter, const Plan& plan, Session& session) {
  if (rewriter.column_count() > 0) {
    session.row_count = -1;
    if (!KeepsFoundRows(plan)) session.found_rows = rewriter.row_count();
    return;
  }
  session.row_count = static_cast<int64_t>(rewriter.ok().affected_rows);
}

bool GivesRows(const Plan& plan) {
  return plan.routed.is_query || plan.kind == PlanKind::kShow || plan.kind == PlanKind::kExplain;
}

}  // namespace

Awaitable<Status> ForwardToShard(Gateway& gateway, Statement& statement,
                                 const Destinations& destinations, ShardCallOptions options,
                                 std::string_view sql, std::string_view params) {
  Session& session = statement.session;
  mysql::ServerConnection& client = statement.client;
  options.select_limit = true;
  ShardCall call(gateway, session);
  const KeyspaceInfo& keyspace = *destinations.keyspace;
  const ShardInfo& shard = destinations.shard(0);
  auto started = call.TryStart(keyspace, shard, destinations.type, options, sql, params);
  if (!started) {
    started = co_await call.Start(keyspace, shard, destinations.type, options, sql, params);
  }
  if (!started->ok() && call.lost_transaction()) co_await RollbackTransaction(session);
  CO_RETURN_IF_ERROR(std::move(*started));
  session.cancel_statement = [&call](Session::Cancel how) { call.End(how); };

  mysql::ResultRewriter::Options rewrite;
  rewrite.client_capabilities = session.capabilities;
  rewrite.first_sequence = *client.sequence();
  rewrite.status = session.status();
  rewrite.more_results_follow = statement.more_follow;
  std::optional<mysql::SessionChanges> changes;
  const bool result_sent = session.transaction.use().result_sent;
  if (session.tracks_state()) {
    session.transaction.use().result_sent |= GivesRows(*statement.plan);
    changes = session.tracker.Pending(session);
  }
  if (changes) rewrite.changes = &*changes;
  mysql::ResultRewriter rewriter(rewrite);
  Status failure;
  do {
    while (!call.Ready()) co_await call.Arrival();
    auto chunk = call.TakeMutable();
    if (!chunk.ok()) {
      failure = std::move(chunk).status();
      break;
    }
    if (chunk->empty()) break;
    if (!rewriter.failed()) {
      failure =
          rewriter.Rewrite({reinterpret_cast<char*>(chunk->data()), chunk->size()}, &client.out());
      if (!failure.ok()) break;
    }
    if (client.WantsFlush()) {
      failure = co_await client.Flush();
      if (!failure.ok()) break;
    }
  } while (!call.ended());
  session.cancel_statement = nullptr;
  *client.sequence() = rewriter.next_sequence();
  session.warnings.AddShard(call.Warnings(), rewriter.ok().warnings);
  if (call.lost_transaction()) co_await RollbackTransaction(session);
  if (!failure.ok() || rewriter.failed()) session.transaction.use().result_sent = result_sent;
  if (!failure.ok()) {
    // An error would be read as a part of the row.
    if (rewriter.inside_packet() && !client.capturing()) client.Close();
    co_return failure;
  }
  if (rewriter.failed()) co_return rewriter.error();
  if (!rewriter.done()) {
    co_return Malformed(call.where() + ": the reply ended too early");
  }
  NoteResult(rewriter, *statement.plan, session);
  // Not from the OK packet: that has the ids of rows which brought theirs along, too.
  if (auto id = call.InsertId()) session.last_insert_id = *id;
  const bool eof_form = (session.capabilities & mysql::kClientDeprecateEof) == 0;
  if (changes && !(eof_form && rewriter.column_count() > 0)) session.tracker.Reported(session);
  co_return Status::Ok();
}

}  // namespace keyspan::vtgate
