#include <fmt/format.h>

#include <map>
#include <optional>

#include "vtgate/executor/forward.h"
#include "vtgate/executor/handlers.h"
#include "vtgate/executor/multi_shard.h"
#include "vtgate/executor/sequence.h"
#include "vtgate/executor/values.h"

namespace keyspan::vtgate {
namespace {

using sharding::RoutingValue;

// What the rows of one INSERT need from the sequence.
struct Ids {
  uint64_t generated = 0;                // rows that get an id
  uint64_t first = 0;                    // of them
  std::optional<uint64_t> max_explicit;  // the highest id that the statement brings along
  uint64_t last_explicit = 0;            // that of the last row
};

// The id that a row brings along; empty when one is to be generated.
Result<std::optional<uint64_t>> ExplicitId(const InsertPlan::Row& row, const Statement& statement) {
  if (!row.explicit_id) return std::optional<uint64_t>();
  ASSIGN_OR_RETURN(RoutingValue value, Evaluate(*row.explicit_id, statement));
  const bool zero_is_a_value = statement.session.no_auto_value_on_zero;
  switch (value.kind) {
    case RoutingValue::Kind::kNull:
      return std::optional<uint64_t>();
    case RoutingValue::Kind::kInt:
      if (value.int_value == 0 && !zero_is_a_value) return std::optional<uint64_t>();
      // A negative id does not move the counter.
      return std::optional<uint64_t>(value.int_value > 0 ? value.int_value : 0);
    case RoutingValue::Kind::kUint:
      return std::optional<uint64_t>(value.uint_value);
    default: {
      // '7' and 7.0 are ids too: what MySQL stores for them.
      sharding::ColumnType bigint;
      bigint.type = mysql::FieldType::kLongLong;
      auto normal = sharding::NormalizeForStorage(value, bigint);
      if (normal.outcome != sharding::ColumnValue::Outcome::kValue) {
        return Unsupported(
            fmt::format("the value {} for an AUTO_INCREMENT column", sharding::DebugString(value)));
      }
      if (normal.value.kind == RoutingValue::Kind::kUint) {
        return std::optional<uint64_t>(normal.value.uint_value);
      }
      if (normal.value.int_value == 0 && !zero_is_a_value) return std::optional<uint64_t>();
      return std::optional<uint64_t>(std::max<int64_t>(normal.value.int_value, 0));
    }
  }
}

struct RowId {
  bool generated = false;
  uint64_t id = 0;
};

Awaitable<Status> AssignIds(const Services& services, Statement& statement, const InsertPlan& plan,
                            std::vector<RowId>* rows, Ids* ids) {
  rows->resize(plan.rows.size());
  if (!plan.sequence) co_return Status::Ok();
  for (size_t i = 0; i < plan.rows.size(); ++i) {
    CO_ASSIGN_OR_RETURN(auto id, ExplicitId(plan.rows[i], statement));
    if (!id) {
      (*rows)[i].generated = true;
      ++ids->generated;
    } else {
      ids->max_explicit = std::max(ids->max_explicit.value_or(0), *id);
      ids->last_explicit = *id;
    }
  }
  // First the explicit ones, so that the generated ones of this statement lie above them.
  if (ids->max_explicit && *ids->max_explicit > 0) {
    CO_RETURN_IF_ERROR(
        co_await BumpSequence(services, statement, *plan.sequence, *ids->max_explicit + 1));
  }
  if (ids->generated > 0) {
    CO_ASSIGN_OR_RETURN(
        ids->first, co_await TakeFromSequence(services, statement, *plan.sequence, ids->generated));
    uint64_t next = ids->first;
    for (RowId& row : *rows) {
      if (row.generated) row.id = next++;
    }
  }
  co_return Status::Ok();
}

Result<int> ShardOfRow(const InsertPlan& plan, const InsertPlan::Row& row, const RowId& id,
                       Statement& statement, const KeyspaceInfo& keyspace) {
  statement.generated_id = id.id;
  std::vector<RoutingValue> key;
  for (const ValueSource& source : row.key) {
    ASSIGN_OR_RETURN(RoutingValue value, Evaluate(source, statement));
    key.push_back(std::move(value));
  }
  if (row.key_is_id && id.generated) {
    key.assign(1, RoutingValue::Uint(id.id));
  }
  return FindRowShard(plan, key, keyspace);
}

// The INSERT for each shard, with its rows in their order.
Result<std::vector<ShardWork>> SplitByShard(Statement& statement, const InsertPlan& plan,
                                            const std::vector<RowId>& ids,
                                            const std::vector<int>& shard_of_row) {
  struct Part {
    explicit Part(const Statement& of) : text(of, KeepParameters::kNotLiteral) {}
    ShardText text;
    int rows = 0;
  };
  std::map<int, Part> by_shard;
  for (size_t i = 0; i < plan.rows.size(); ++i) {
    const InsertPlan::Row& row = plan.rows[i];
    statement.generated_id = ids[i].id;
    Part& part = by_shard.try_emplace(shard_of_row[i], statement).first->second;
    if (part.rows++ == 0) {
      RETURN_IF_ERROR(part.text.Append(plan.prefix));
    } else {
      part.text.Append(", ");
    }
    const bool replace_id = ids[i].generated && row.generated_values;
    RETURN_IF_ERROR(part.text.Append(replace_id ? *row.generated_values : row.values));
  }
  const bool found_rows = (statement.session.capabilities & mysql::kClientFoundRows) != 0;
  std::vector<ShardWork> all;
  for (auto& [shard, part] : by_shard) {
    RETURN_IF_ERROR(part.text.Append(plan.suffix));
    const std::string params = part.text.Params();
    ShardWork& work =
        all.emplace_back(ShardWork{shard, part.text.TakeSql(), !params.empty(), params});
    if (part.rows == 1) work.row = OneRow{plan.ignore, plan.upsert, found_rows};
  }
  return all;
}

}  // namespace

Awaitable<Status> RunInsert(const Services& services, Statement& statement) {
  const InsertPlan& plan = *statement.plan->insert;
  Session& session = statement.session;
  const KeyspaceInfo* keyspace = statement.cluster->FindKeyspace(plan.keyspace);
  if (keyspace == nullptr || keyspace->shards.empty()) {
    co_return Unavailable(fmt::format("keyspace {} has no serving shard", plan.keyspace));
  }
  if (session.target.type != topo::TabletType::PRIMARY) {
    co_return ReadOnlyTarget(session);
  }
  std::vector<RowId> row_ids;
  Ids ids;
  CO_RETURN_IF_ERROR(co_await AssignIds(services, statement, plan, &row_ids, &ids));

  std::vector<int> shard_of_row;
  bool one_shard = true;
  for (size_t i = 0; i < plan.rows.size(); ++i) {
    CO_ASSIGN_OR_RETURN(int shard,
                        ShardOfRow(plan, plan.rows[i], row_ids[i], statement, *keyspace));
    shard_of_row.push_back(shard);
    one_shard &= shard == shard_of_row[0];
  }
  session.BeginImplicitly();
  session.transaction.use().written = true;
  if (one_shard && ids.generated == 0 && plan.text_forwardable) {
    Destinations destinations{keyspace, {shard_of_row[0]}, topo::TabletType::PRIMARY};
    ShardCallOptions options;
    options.in_transaction = session.transaction.open();
    options.binary = statement.binary;
    options.tells_insert_id = statement.plan->routed.tells_insert_id;
    co_return co_await ForwardToShard(*services.gateway, statement, destinations, options,
                                      statement.sql, statement.parameter_block);
  }
  CO_ASSIGN_OR_RETURN(auto work, SplitByShard(statement, plan, row_ids, shard_of_row));
  const bool sets_id = statement.plan->routed.tells_insert_id;
  if (sets_id && work.size() > 1) {
    co_return Unsupported(
        "not supported yet over several shards: INSERT with LAST_INSERT_ID(expression)");
  }
  ShardOutcome outcome = co_await WriteOnShards(services, statement, *keyspace, std::move(work));
  session.warnings = std::move(outcome.warnings);
  if (!outcome.status.ok()) co_return outcome.status;
  // The OK packet has the first generated id or else that of the last row; LAST_INSERT_ID() only
  // the former.
  uint64_t id = outcome.last_insert_id;
  if (!sets_id && ids.generated > 0) id = ids.first;
  if (!sets_id && ids.generated == 0 && ids.last_explicit > 0) id = ids.last_explicit;
  if (sets_id || ids.generated > 0) session.last_insert_id = id;
  ReplyOk(statement, outcome.affected_rows, id, session.warnings.packet_count(), outcome.info);
  co_return Status::Ok();
}

}  // namespace keyspan::vtgate
