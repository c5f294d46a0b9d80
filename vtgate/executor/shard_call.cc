#include "vtgate/executor/shard_call.h"

#include <fmt/format.h>

#include "mysql/protocol/result_reader.h"
#include "mysql/protocol/wire.h"
#include "vtgate/executor/handlers.h"
#include "vtgate/session/variables.h"

namespace keyspan::vtgate {
namespace {

rpc::TabletType ToRpc(topo::TabletType type) {
  switch (type) {
    case topo::TabletType::PRIMARY:
      return rpc::PRIMARY;
    case topo::TabletType::RDONLY:
      return rpc::RDONLY;
    default:
      return rpc::REPLICA;
  }
}

// Of the packet in front; while its header is not complete, that of the header.
size_t FirstPacketSize(std::string_view bytes) {
  if (bytes.size() < mysql::kFrameHeaderSize) return mysql::kFrameHeaderSize;
  return mysql::kFrameHeaderSize + mysql::Load24(bytes.data());
}

// How many bytes from the front are whole packets.
size_t WholePackets(std::string_view bytes) {
  size_t end = 0;
  while (bytes.size() - end >= mysql::kFrameHeaderSize) {
    const size_t next = end + FirstPacketSize(bytes.substr(end));
    if (next > bytes.size()) break;
    end = next;
  }
  return end;
}

std::span<const uint8_t> AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

}  // namespace

WarningList CallGroup::Warnings(uint64_t count) const {
  WarningList all;
  uint64_t sent = 0;
  for (const std::vector<Warning>& list : warnings_) {
    sent += list.size();
    all.AddShard(list, list.size());
  }
  all.AddShard({}, count - std::min(count, sent));
  return all;
}

ShardCall::~ShardCall() {
  // A transaction that was being opened when the call was dropped: the session must not go on with
  // it. Either the tablet's answer has come and was not read, or the cancelled tablet rolls back.
  if (part_ != nullptr && part_->id == 0) {
    stream_.Cancel();
    part_->id = stream_.end().transaction_id();
    if (part_->id == 0) session_.transaction.Remove(part_);
    lost_transaction_ = true;
  }
  if (group_ != nullptr) group_->Leave(lost_transaction_);
}

Awaitable<Status> ShardCall::Start(const KeyspaceInfo& keyspace, const ShardInfo& shard,
                                   topo::TabletType type, const ShardCallOptions& options,
                                   std::string_view sql, std::string_view params) {
  std::optional<Status> started = TryStart(keyspace, shard, type, options, sql, params);
  while (!started) {
    CO_ASSIGN_OR_RETURN(Gateway::ClientPtr client, gateway_.Pick(keyspace, shard, type));
    (void)co_await client->GetChannel();
    started = TryStart(keyspace, shard, type, options, sql, params);
  }
  co_return std::move(*started);
}

std::optional<Status> ShardCall::TryStart(const KeyspaceInfo& keyspace, const ShardInfo& shard,
                                          topo::TabletType type, const ShardCallOptions& options,
                                          std::string_view sql, std::string_view params) {
  where_ = keyspace.name + "/" + shard.name;
  auto picked = gateway_.Pick(keyspace, shard, type);
  if (!picked.ok()) return std::move(picked).status();
  Gateway::ClientPtr client = std::move(*picked);
  if (client->connecting()) return std::nullopt;

  rpc::ExecuteRequest& request = gateway_.NewRequest();
  rpc::Target* target = request.mutable_target();
  target->set_keyspace(keyspace.name);
  target->set_shard(shard.name);
  target->set_tablet_type(ToRpc(type));
  target->set_primary_term(type == topo::TabletType::PRIMARY ? shard.term : 0);
  request.set_found_rows((session_.capabilities & mysql::kClientFoundRows) != 0);
  request.set_binary(options.binary);
  request.set_schema_change(options.schema_change);
  request.set_changes_session(options.changes_session);
  if (options.tells_insert_id) {
    request.set_tell_insert_id(true);
    request.set_insert_id(session_.last_insert_id);
  }
  if (IsSystemSchema(session_.target.keyspace)) request.set_database(session_.target.keyspace);

  if (options.in_transaction) {
    part_ = session_.transaction.Find(keyspace.name, shard.name);
    if (part_ != nullptr) {
      client = part_->client;
      if (client->channel_generation() != part_->channel_generation) {
        part_ = nullptr;
        lost_transaction_ = true;
        return Status(StatusCode::kAborted,
                      fmt::format("the transaction was rolled back: the connection to the tablet "
                                  "of {} was lost",
                                  where_));
      }
      request.set_transaction_id(part_->id);
      target->set_primary_term(part_->primary_term);
    } else {
      request.set_begin(true);
      request.set_begin_sql(session_.transaction.begin_sql());
      request.set_transaction_setup(session_.transaction.setup());
      rpc::TransactionName* name = request.mutable_transaction_name();
      name->set_gateway_id(gateway_.process_id());
      name->set_connection_id(session_.connection_id);
      name->set_begun_ns(session_.transaction.begun_ns());
      part_ = &session_.transaction.Add({keyspace.name, shard.name, client, 0, 0,
                                         target->primary_term(),
                                         session_.transaction.next_savepoint()});
    }
  }
  // With other settings than the session's it is a question of the gateway's own.
  if (!options.in_transaction && options.settings == nullptr && !options.only_computes &&
      !session_.next_transaction.empty()) {
    request.set_transaction_setup(session_.next_transaction.ToSql());
    session_.next_transaction_used = true;
  }
  const vttablet::SessionSettings* settings =
      options.settings != nullptr ? &options.settings->rpc() : &session_.settings.rpc();
  Settings limited;
  if (options.select_limit && SelectLimit(session_) != kNoSelectLimit) {
    limited = session_.settings;
    limited.Set("sql_select_limit", fmt::format("{}", SelectLimit(session_)));
    settings = &limited.rpc();
  }
  std::string with_variables;
  if (options.user_variables != nullptr && !options.user_variables->empty()) {
    with_variables =
        EncodeUserVariables(*options.user_variables, session_.user_variables, session_.charset);
    request.set_variables_length(static_cast<uint32_t>(with_variables.size()));
    with_variables += sql;
    sql = with_variables;
  }
  Status started = stream_.StartNow(*client, request, settings, sql, AsBytes(params));
  if (part_ != nullptr && part_->id == 0) {
    if (started.ok()) {
      part_->channel_generation = client->channel_generation();
    } else {
      session_.transaction.Remove(std::exchange(part_, nullptr));
    }
  }
  if (!started.ok()) return std::move(started).WithPrefix(where_);
  return Status::Ok();
}

Awaitable<Result<std::span<const uint8_t>>> ShardCall::Next() {
  while (true) {
    CO_ASSIGN_OR_RETURN(auto chunk, co_await NextMutable());
    if (chunk.empty()) {
      if (!partial_.empty()) co_return Malformed(where_ + ": the reply ends inside a packet");
      co_return std::span<const uint8_t>();
    }
    std::string_view bytes(reinterpret_cast<const char*>(chunk.data()), chunk.size());
    if (!partial_.empty()) {
      partial_.append(bytes);
      // A long packet comes in many chunks: each is copied once.
      const size_t first = FirstPacketSize(partial_);
      if (partial_.size() < first) {
        partial_.reserve(first);
        continue;
      }
      whole_.swap(partial_);
      bytes = whole_;
    }
    const size_t end = WholePackets(bytes);
    partial_.assign(bytes.substr(end));
    if (end > 0) co_return AsBytes(bytes.substr(0, end));
  }
}

Result<std::span<uint8_t>> ShardCall::TakeMutable() {
  if (stream_.ended()) {
    OnEnd();
    return std::span<uint8_t>();
  }
  auto chunk = stream_.Take();
  if (!chunk.ok()) {
    // Without an answer it is not known whether the transaction still is: it cannot go on.
    const bool in_doubt = part_ != nullptr && part_->id != 0 && !stream_.ended() &&
                          chunk.status().code() != StatusCode::kFailedPrecondition;
    OnEnd();
    lost_transaction_ |= in_doubt;
    Status failure = std::move(chunk).status();
    if (failure.code() == StatusCode::kMysql) return failure;
    return std::move(failure).WithPrefix(where_);
  }
  if (stream_.ended()) OnEnd();
  return chunk;
}

Awaitable<Result<std::span<uint8_t>>> ShardCall::NextMutable() {
  while (!Ready()) co_await Arrival();
  co_return TakeMutable();
}

std::optional<uint64_t> ShardCall::InsertId() const {
  if (!stream_.end().has_insert_id()) return std::nullopt;
  return stream_.end().insert_id();
}

std::vector<Warning> ShardCall::Warnings() const {
  std::vector<Warning> out;
  for (const auto& warning : stream_.end().warnings()) {
    out.push_back({warning.level(), warning.code(), warning.message()});
  }
  return out;
}

void ShardCall::OnEnd() {
  if (std::exchange(end_seen_, true)) return;
  const rpc::StreamEnd& end = stream_.end();
  if (group_ != nullptr && end.warnings_size() > 0) group_->SetWarnings(place_, Warnings());
  // From now on the session may end its transaction, while this call still lives.
  ShardTransaction* part = std::exchange(part_, nullptr);
  if (part == nullptr) return;
  if (end.transaction_id() != 0) part->id = end.transaction_id();
  if (end.transaction_ended() || part->id == 0) {
    lost_transaction_ = end.transaction_ended();
    session_.transaction.Remove(part);
  }
}

Awaitable<ShardOutcome> RunToEnd(ShardCall& call) {
  ShardOutcome outcome;
  mysql::ResultReader reader;
  uint16_t warning_count = 0;
  bool over = false;
  while (!over) {
    auto chunk = co_await call.Next();
    if (!chunk.ok()) {
      outcome.status = std::move(chunk).status();
      break;
    }
    if (chunk->empty()) break;
    reader.Append({reinterpret_cast<const char*>(chunk->data()), chunk->size()});
    for (auto item = reader.Next(); item != mysql::ResultReader::Item::kNeedMore;
         item = reader.Next()) {
      if (item == mysql::ResultReader::Item::kResultEnd) {
        outcome.affected_rows += reader.ok().affected_rows;
        outcome.last_insert_id = reader.ok().last_insert_id;
        warning_count = reader.ok().warnings;
        outcome.info = reader.ok().info;
      } else if (item == mysql::ResultReader::Item::kError ||
                 item == mysql::ResultReader::Item::kMalformed) {
        outcome.status = reader.error();
        if (item == mysql::ResultReader::Item::kMalformed) over = true;
        break;
      } else if (item == mysql::ResultReader::Item::kEnd) {
        break;
      }
    }
  }
  // The end of the stream carries the transaction's state; it follows the last packet.
  while (!over && !call.ended()) {
    auto chunk = co_await call.Next();
    if (!chunk.ok()) {
      if (outcome.status.ok()) outcome.status = std::move(chunk).status();
      break;
    }
    if (chunk->empty()) break;
  }
  outcome.warnings.AddShard(call.Warnings(), warning_count);
  outcome.lost_transaction = call.lost_transaction();
  co_return outcome;
}

}  // namespace keyspan::vtgate
