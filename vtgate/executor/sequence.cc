#include "vtgate/executor/sequence.h"

#include <fmt/format.h>

#include "vtgate/executor/handlers.h"
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
                               const sharding::QualifiedName& sequence, uint64_t at_least) {
  CO_ASSIGN_OR_RETURN(Place place, PlaceOf(services, statement, sequence));
  rpc::BumpSequenceRequest request;
  *request.mutable_target() = place.target;
  request.set_table(sequence.table);
  request.set_at_least(at_least);
  Status status = co_await place.client->BumpSequence(std::move(request));
  if (status.ok()) co_return status;
  co_return std::move(status).WithPrefix(
      fmt::format("sequence {}.{}", sequence.keyspace, sequence.table));
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
