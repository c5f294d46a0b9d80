#include "vtgate/executor/statement_executor.h"

#include <fmt/format.h>
#include <xxhash.h>

#include "parser/parse.h"
#include "topo/names.h"
#include "vtgate/executor/diagnose.h"
#include "vtgate/executor/forward.h"
#include "vtgate/executor/handlers.h"
#include "vtgate/executor/running.h"
#include "vtgate/executor/scatter.h"
#include "vtgate/executor/values.h"
#include "vtgate/planner/planner.h"
#include "vtgate/session/variables.h"
#include "vtgate/txn/finish.h"

namespace keyspan::vtgate {
namespace {

constexpr std::chrono::milliseconds kLookAgainInterval{200};
constexpr int kErEmptyQuery = 1065;

// Of a text that holds no statement: MySQL takes it when there is a comment in it.
bool HasComment(std::string_view text) { return text.find_first_of("*#-") != text.npos; }

parser::ParseOptions ParseOptionsOf(const Session& session) {
  parser::ParseOptions options;
  options.sql_mode = session.sql_mode_bits;
  options.charset = session.charset;
  return options;
}

uint64_t TraitsOf(const Session& session) {
  const Target& target = session.target;
  return XXH3_64bits_withSeed(target.keyspace.data(), target.keyspace.size(),
                              target.shard.empty() ? 0 : 1);
}

}  // namespace

Awaitable<Status> StatementExecutor::Query(Session& session, mysql::ServerConnection& client,
                                           std::string_view sql) {
  const bool may_be_several = (session.capabilities & mysql::kClientMultiStatements) != 0 &&
                              sql.find(';') != std::string_view::npos;
  return may_be_several ? QuerySeveral(session, client, sql)
                        : QueryOne(session, client, sql, false);
}

Awaitable<Status> StatementExecutor::QuerySeveral(Session& session, mysql::ServerConnection& client,
                                                  std::string_view sql) {
  auto ranges = parser::SplitStatements(sql, ParseOptionsOf(session));
  if (ranges.size() <= 1) co_return co_await QueryOne(session, client, sql, false);
  for (size_t i = 0; i < ranges.size(); ++i) {
    std::string_view one = sql.substr(ranges[i].begin, ranges[i].end - ranges[i].begin);
    CO_RETURN_IF_ERROR(co_await QueryOne(session, client, one, i + 1 < ranges.size()));
  }
  co_return Status::Ok();
}

Awaitable<Status> StatementExecutor::QueryOne(Session& session, mysql::ServerConnection& client,
                                              std::string_view sql, bool more_follow) {
  Statement statement(session, client, services_.gateway->cluster(), sql);
  statement.more_follow = more_follow;
  Running running(session, sql);
  Status status = FindPlan(statement);
  if (!status.ok()) status = co_await FindPlanAgain(statement, std::move(status));
  if (status.ok()) {
    status = co_await Run(statement);
  } else {
    session.ClearWarnings();
  }
  if (status.mysql_errno() == kErEmptyQuery && HasComment(sql)) {
    ReplyOk(statement);
    status = Status();
  }
  if (!status.ok()) status = co_await Diagnose(*services_.gateway, statement, std::move(status));
  if (!status.ok() && session.deadlock_victim) co_await RollbackTransaction(session);
  co_return running.Finish(std::move(status));
}

bool StatementExecutor::MayLookAgain(const Status& status) {
  constexpr int kNoSuchTable = 1146;
  constexpr int kBadField = 1054;
  if (status.mysql_errno() != kNoSuchTable && status.mysql_errno() != kBadField) return false;
  // Applications probe for tables, too: not for each of them.
  const auto now = std::chrono::steady_clock::now();
  if (now - looked_again_ < kLookAgainInterval) return false;
  looked_again_ = now;
  return true;
}

Awaitable<Status> StatementExecutor::FindPlanAgain(Statement& statement, Status failure) {
  const std::string& keyspace = statement.session.target.keyspace;
  if (keyspace.empty() || !MayLookAgain(failure)) co_return failure;
  Status refreshed = co_await services_.tracker->RefreshSchema(keyspace);
  if (!refreshed.ok()) co_return failure;
  statement.cluster = services_.gateway->cluster();
  co_return FindPlan(statement);
}

Status StatementExecutor::FindPlan(Statement& statement) {
  const Session& session = statement.session;
  if (statement.cluster->plan_generation != plan_generation_) {
    plans_.Clear();
    plan_generation_ = statement.cluster->plan_generation;
  }
  const auto options = ParseOptionsOf(session);
  parser::DigestResult digest = digester_.Compute(statement.sql, options);
  statement.literals.assign(digest.literals.begin(), digest.literals.end());
  if (digest.placeholder_count > 0) {
    // As MySQL: a parameter mark outside a prepared statement is a syntax error.
    auto parsed = parser::Parse(statement.sql, options);
    if (!parsed.ok()) return std::move(parsed).status();
    return Status::Mysql(1064, "42000",
                         "You have an error in your SQL syntax; check the manual that corresponds "
                         "to your MySQL server version for the right syntax to use near '?' at "
                         "line 1");
  }
  const PlanCache::Key key{digest.digest, TraitsOf(session)};
  if (digest.cacheable) statement.plan = plans_.Find(key);
  if (statement.plan != nullptr) return Status::Ok();
  bool cacheable = digest.cacheable;
  ASSIGN_OR_RETURN(statement.plan, MakePlan(statement, &digest, &cacheable));
  if (cacheable) plans_.Insert(key, statement.plan);
  return Status::Ok();
}

Result<std::shared_ptr<const Plan>> StatementExecutor::MakePlan(const Statement& statement,
                                                                const parser::DigestResult* digest,
                                                                bool* cacheable) {
  parser::ParseOptions options = ParseOptionsOf(statement.session);
  options.digest = digest;
  ASSIGN_OR_RETURN(parser::ParsedStatement parsed, parser::Parse(statement.sql, options));
  if (parsed.root() == nullptr) return Status::Mysql(kErEmptyQuery, "42000", "Query was empty");
  if (cacheable != nullptr) *cacheable = *cacheable && parsed.slots_complete();
  return BuildPlan(std::make_unique<parser::ParsedStatement>(std::move(parsed)),
                   PlanContextOf(statement));
}

Awaitable<Status> StatementExecutor::Run(Statement& statement) {
  const Plan& plan = *statement.plan;
  Session& session = statement.session;
  // SHOW WARNINGS and its kind look at what the statement before has left. EXECUTE has cleared it.
  const bool executed = statement.binary || statement.named;
  if (plan.kind != PlanKind::kShow && !executed) session.ClearWarnings();
  switch (plan.kind) {
    case PlanKind::kRouted:
      return RunRouted(statement);
    case PlanKind::kInsert:
      return RunInsert(services_, statement);
    case PlanKind::kNextValue:
      return RunNextValue(services_, statement);
    case PlanKind::kTransaction:
      return RunTransaction(services_, statement);
    case PlanKind::kSet:
      return RunSet(*this, statement);
    case PlanKind::kUse:
      return RunUse(*this, statement);
    case PlanKind::kShow:
      return RunShow(*this, statement);
    case PlanKind::kDdl:
      return RunDdl(*this, statement);
    case PlanKind::kExplain:
      return RunExplain(*this, statement);
    case PlanKind::kOther:
      break;
  }
  return RunOther(*this, statement);
}

Awaitable<Status> StatementExecutor::RunRouted(Statement& statement) {
  const RoutedPlan& plan = statement.plan->routed;
  Session& session = statement.session;
  CO_ASSIGN_OR_RETURN(Destinations destinations, FindDestinations(plan.route, statement));
  if (destinations.type != topo::TabletType::PRIMARY && (plan.is_dml || plan.locking_read)) {
    co_return ReadOnlyTarget(session);
  }
  if (!plan.only_computes) {
    session.BeginImplicitly();
    session.transaction.use().read |= plan.reads;
    session.transaction.use().written |= plan.writes;
  }
  if (destinations.shards.size() > 1) {
    CO_RETURN_IF_ERROR(plan.multi_shard);
    if (plan.calc_found_rows) {
      co_return Unsupported("not supported yet over several shards: SQL_CALC_FOUND_ROWS");
    }
    if (plan.is_query) {
      co_return co_await ScatterSelect(*services_.gateway, statement, destinations);
    }
    co_return co_await RunMultiShardDml(services_, statement, destinations);
  }
  ShardCallOptions options;
  options.in_transaction = !plan.only_computes && session.transaction.open() &&
                           destinations.type == topo::TabletType::PRIMARY;
  options.binary = statement.binary;
  options.tells_insert_id = plan.tells_insert_id;
  options.changes_session = plan.changes_session;
  options.user_variables = &statement.plan->user_variables;
  options.only_computes = plan.only_computes;
  std::string_view sql = statement.sql;
  std::string_view params = statement.parameter_block;
  std::string rendered;
  if (plan.sql) {
    if (statement.binary && PlaceholdersInOrder(*plan.sql, statement.plan->parameter_count)) {
      CO_ASSIGN_OR_RETURN(rendered, RenderKeepingPlaceholders(*plan.sql, statement));
    } else {
      CO_ASSIGN_OR_RETURN(rendered, Render(*plan.sql, statement));
      params = {};
    }
    sql = rendered;
  }
  if (plan.calc_found_rows) {
    co_return co_await ForwardCountingRows(*services_.gateway, statement, destinations, options,
                                           sql, params);
  }
  co_return co_await ForwardToShard(*services_.gateway, statement, destinations, options, sql,
                                    params);
}

PlanContext PlanContextOf(const Statement& statement) {
  const Session& session = statement.session;
  PlanContext context;
  context.cluster = statement.cluster.get();
  context.keyspace = session.target.keyspace;
  context.by_destination = !session.target.shard.empty();
  context.is_gateway_variable = IsGatewayVariable;
  context.sql_mode = session.sql_mode_bits;
  const std::string* mode = session.settings.Find("sql_mode");
  context.strict = mode == nullptr || mode->find("STRICT_") != std::string::npos ||
                   mode->find("TRADITIONAL") != std::string::npos;
  context.parameters_in_text = statement.named;
  context.charset = session.charset;
  return context;
}

Status ReadOnlyTarget(const Session& session) {
  return Status::Mysql(
      1290, "HY000",
      fmt::format("The target '{}' is read-only, so it cannot execute this statement",
                  session.target.ToString()));
}

Status StatementExecutor::Use(Session& session, std::string_view text) {
  Target target;
  std::string_view rest = text;
  if (size_t at = rest.rfind('@'); at != std::string_view::npos) {
    auto type = topo::ParseTabletType(rest.substr(at + 1));
    if (!type.ok() || (*type != topo::PRIMARY && *type != topo::REPLICA && *type != topo::RDONLY)) {
      return Status::Mysql(1049, "42000", fmt::format("Unknown database '{}'", text));
    }
    target.type = *type;
    rest = rest.substr(0, at);
  }
  if (size_t colon = rest.find_first_of(":/"); colon != std::string_view::npos) {
    target.shard = rest.substr(colon + 1);
    rest = rest.substr(0, colon);
  }
  target.keyspace = rest;
  const auto& cluster = services_.gateway->cluster();
  if (target.keyspace.empty() && target.shard.empty()) {
    // "@replica" keeps the keyspace.
    target.keyspace = session.target.keyspace;
  } else if (!IsSystemSchema(target.keyspace)) {
    const KeyspaceInfo* keyspace = cluster->FindKeyspace(target.keyspace);
    if (keyspace == nullptr) {
      return Status::Mysql(1049, "42000", fmt::format("Unknown database '{}'", text));
    }
    if (!target.shard.empty() && keyspace->FindShard(std::string_view(target.shard)) < 0) {
      return Status::Mysql(1049, "42000",
                           fmt::format("Unknown database '{}': keyspace {} has no serving shard {}",
                                       text, target.keyspace, target.shard));
    }
  }
  // Tablets of the type may be away at this moment: statements say so, and a connection that is
  // kept for long works again when they are back.
  if (session.transaction.open() && target.type != session.target.type) {
    return Status::Mysql(1568, "25001",
                         "the tablet type cannot be changed while a transaction is in progress");
  }
  session.target = std::move(target);
  session.tracker.NoteSchema();
  session.tracker.NoteStateChange();
  return Status::Ok();
}

}  // namespace keyspan::vtgate
