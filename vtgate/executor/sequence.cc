#include "vtgate/executor/sequence.h"

#include <fmt/format.h>

#include "parser/printer.h"
#include "vtgate/executor/handlers.h"
#include "vtgate/executor/shard_query.h"
#include "vtgate/executor/values.h"

namespace keyspan::vtgate {
namespace {

struct Place {
  Gateway::ClientPtr client;
  rpc::Target target;
};

Result<Place> PlaceOf(const Services& services, const Statement& statement,
                      const sharding::QualifiedName& sequence) {
  const KeyspaceInfo* keyspace = statement.cluster->FindKeyspace(sequence.keyspace);
  if (keyspace == nullptr || keyspace->shards.empty()) {
    return Unavailable(fmt::format("the keyspace of sequence {}.{} has no serving shard",
                                   sequence.keyspace, sequence.table));
  }
  const ShardInfo* shard = &keyspace->shards[0];
  const sharding::Table* table =
      keyspace->vschema != nullptr ? keyspace->vschema->FindTable(sequence.table) : nullptr;
  if (table != nullptr && table->pinned) {
    int index = keyspace->FindShard(*table->pinned);
    if (index >= 0) shard = &keyspace->shards[index];
  }
  Place place;
  ASSIGN_OR_RETURN(place.client,
                   services.gateway->Pick(*keyspace, *shard, topo::TabletType::PRIMARY));
  place.target.set_keyspace(keyspace->name);
  place.target.set_shard(shard->name);
  place.target.set_tablet_type(rpc::PRIMARY);
  place.target.set_primary_term(shard->term);
  return place;
}

// Whether no other table takes its ids from a sequence.
bool IsOnlyUser(const Cluster& cluster, const sharding::Table* sequence) {
  int users = 0;
  for (const auto& [name, keyspace] : cluster.keyspaces) {
    if (keyspace->vschema == nullptr) continue;
    for (const auto& [table_name, table] : keyspace->vschema->tables()) {
      if (!table.auto_increment) continue;
      auto used = cluster.vschema->FindSequence(table);
      if (used.ok() && *used == sequence) ++users;
    }
  }
  return users == 1;
}

}  // namespace

Awaitable<Result<uint64_t>> TakeFromSequence(const Services& services, const Statement& statement,
                                             const sharding::QualifiedName& sequence,
                                             uint64_t count) {
  CO_ASSIGN_OR_RETURN(Place place, PlaceOf(services, statement, sequence));
  rpc::ReserveSequenceRequest request;
  *request.mutable_target() = place.target;
  request.set_table(sequence.table);
  request.set_count(count);
  auto response = co_await place.client->ReserveSequence(std::move(request));
  if (!response.ok()) {
    co_return std::move(response).status().WithPrefix(
        fmt::format("sequence {}.{}", sequence.keyspace, sequence.table));
  }
  co_return response->start();
}

Awaitable<Status> BumpSequence(const Services& services, const Statement& statement,
                               const sharding::QualifiedName& sequence, uint64_t at_least,
                               bool may_go_back) {
  CO_ASSIGN_OR_RETURN(Place place, PlaceOf(services, statement, sequence));
  rpc::BumpSequenceRequest request;
  *request.mutable_target() = place.target;
  request.set_table(sequence.table);
  request.set_at_least(at_least);
  request.set_may_go_back(may_go_back);
  Status status = co_await place.client->BumpSequence(std::move(request));
  if (status.ok()) co_return status;
  co_return std::move(status).WithPrefix(
      fmt::format("sequence {}.{}", sequence.keyspace, sequence.table));
}

Awaitable<Status> SetNextId(const Services& services, Statement& statement,
                            const KeyspaceInfo& keyspace, const sharding::Table& table,
                            uint64_t next) {
  CO_ASSIGN_OR_RETURN(const sharding::Table* sequence,
                      statement.cluster->vschema->FindSequence(table));
  const std::string highest =
      fmt::format("SELECT MAX({}) FROM {}", parser::QuoteIdent(table.auto_increment->column, true),
                  parser::QuoteIdent(table.name, true));
  const ShardCallOptions options;
  for (const ShardInfo& shard : keyspace.shards) {
    CO_ASSIGN_OR_RETURN(mysql::QueryResult result,
                        co_await QueryShard(*services.gateway, statement.session, keyspace, shard,
                                            topo::TabletType::PRIMARY, options, highest));
    if (result.rows.size() != 1 || result.rows[0].size() != 1) {
      co_return InternalError("a shard did not tell the highest id of a table");
    }
    const mysql::Value& value = result.rows[0][0];
    if (value.is_null() || value.ToText().starts_with('-')) continue;
    next = std::max<uint64_t>(next, std::strtoull(value.ToText().c_str(), nullptr, 10) + 1);
  }
  const sharding::QualifiedName name{sequence->keyspace, sequence->name};
  co_return co_await BumpSequence(services, statement, name, next,
                                  IsOnlyUser(*statement.cluster, sequence));
}

std::vector<OwnColumn> NextValueColumns() { return {{"nextval", OwnColumn::Kind::kInt}}; }

Awaitable<Status> RunNextValue(const Services& services, Statement& statement) {
  const auto& next = *statement.plan->next_value;
  CO_ASSIGN_OR_RETURN(uint64_t count, EvaluateCount(next.count, statement));
  if (count == 0) co_return InvalidArgument("NEXT 0 VALUES: at least one value must be asked for");
  CO_ASSIGN_OR_RETURN(uint64_t first,
                      co_await TakeFromSequence(services, statement, next.sequence, count));
  co_return ReplyRows(statement, NextValueColumns(),
                      {{mysql::Value::Int(static_cast<int64_t>(first))}});
}

}  // namespace keyspan::vtgate
