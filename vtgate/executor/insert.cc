#include <fmt/format.h>

#include <map>
#include <optional>

#include "sharding/plain_number.h"
#include "vtgate/executor/forward.h"
#include "vtgate/executor/handlers.h"
#include "vtgate/executor/multi_shard.h"
#include "vtgate/executor/sequence.h"
#include "vtgate/executor/shard_query.h"
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

// What a row brings along for its AUTO_INCREMENT column.
struct GivenId {
  bool generate = false;
  uint64_t id = 0;  // the sequence goes on after it; 0 for a negative one, which does not move it
  // A strict sql_mode refuses the value: it is no number, or too high for the column. `id` is what
  // any other stores.
  bool strict_refuses = false;
};

GivenId GivenNumber(uint64_t number, const InsertPlan& plan, const Session& session) {
  GivenId given;
  given.generate = number == 0 && !session.no_auto_value_on_zero;
  given.id = std::min(number, plan.highest_id);
  given.strict_refuses = number > plan.highest_id;
  return given;
}

Result<GivenId> IdOfRow(const InsertPlan& plan, const InsertPlan::Row& row,
                        const Statement& statement) {
  GivenId generated;
  generated.generate = true;
  if (!row.explicit_id) return generated;
  ASSIGN_OR_RETURN(RoutingValue value, Evaluate(*row.explicit_id, statement));
  bool no_number = false;
  switch (value.kind) {
    case RoutingValue::Kind::kNull:
      return generated;
    case RoutingValue::Kind::kInt:
    case RoutingValue::Kind::kUint:
      break;
    default: {
      // '7' and 7.0 are ids too: what MySQL stores for them.
      no_number = value.kind == RoutingValue::Kind::kText &&
                  !sharding::PlainNumber::Parse(value.text).clean;
      sharding::ColumnType bigint;
      bigint.type = mysql::FieldType::kLongLong;
      auto normal = sharding::NormalizeForStorage(value, bigint);
      if (normal.outcome != sharding::ColumnValue::Outcome::kValue) {
        return Unsupported(
            fmt::format("the value {} for an AUTO_INCREMENT column", sharding::DebugString(value)));
      }
      value = std::move(normal.value);
    }
  }
  const bool is_unsigned = value.kind == RoutingValue::Kind::kUint;
  // A negative id does not move the counter.
  if (!is_unsigned && value.int_value < 0) return GivenId{false, 0, no_number};
  GivenId given =
      GivenNumber(is_unsigned ? value.uint_value : static_cast<uint64_t>(value.int_value), plan,
                  statement.session);
  given.strict_refuses |= no_number;
  return given;
}

// Whether the session's sql_mode is strict, as a shard says: where the client has not set it, it is
// the shards' own.
Awaitable<Result<bool>> IsStrict(Gateway& gateway, Session& session, const KeyspaceInfo& keyspace) {
  ShardCallOptions options;
  options.settings = &session.settings;
  CO_ASSIGN_OR_RETURN(mysql::QueryResult result,
                      co_await QueryShard(gateway, session, keyspace, keyspace.shards[0],
                                          topo::TabletType::PRIMARY, options, "SELECT @@sql_mode"));
  if (result.rows.size() != 1 || result.rows[0].size() != 1) {
    co_return InternalError("a shard did not tell its sql_mode");
  }
  co_return result.rows[0][0].ToText().find("STRICT_") != std::string::npos;
}

struct RowId {
  bool generated = false;
  uint64_t id = 0;
};

Awaitable<Status> AssignIds(const Services& services, Statement& statement, const InsertPlan& plan,
                            const KeyspaceInfo& keyspace, std::vector<RowId>* rows, Ids* ids) {
  rows->resize(plan.rows.size());
  if (!plan.sequence) co_return Status::Ok();
  for (size_t i = 0; i < plan.rows.size(); ++i) {
    CO_ASSIGN_OR_RETURN(GivenId given, IdOfRow(plan, plan.rows[i], statement));
    if (given.strict_refuses && !plan.ignore) {
      CO_ASSIGN_OR_RETURN(bool strict,
                          co_await IsStrict(*services.gateway, statement.session, keyspace));
      // Left to the shard, which refuses it: the sequence stays where it is.
      if (strict) given = GivenId();
    }
    if (given.generate) {
      (*rows)[i].generated = true;
      ++ids->generated;
    } else {
      ids->max_explicit = std::max(ids->max_explicit.value_or(0), given.id);
      ids->last_explicit = given.id;
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
  CO_RETURN_IF_ERROR(co_await AssignIds(services, statement, plan, *keyspace, &row_ids, &ids));

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
    options.user_variables = &statement.plan->user_variables;
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
