#include <fmt/format.h>

#include "common/ascii.h"
#include "parser/printer.h"
#include "vtgate/executor/forward.h"
#include "vtgate/executor/routing.h"
#include "vtgate/executor/shard_query.h"
#include "vtgate/executor/statement_executor.h"
#include "vtgate/executor/values.h"
#include "vtgate/txn/finish.h"

namespace keyspan::vtgate {
namespace {

constexpr size_t kMaxAcceptedSettings = 10000;
// On a shard's connection; clients' names have no control characters.
constexpr std::string_view kScratchVariable = "keyspan scratch\x01";

// FOUND_ROWS() of the statement that ran last in the session's transaction on the shard.
Awaitable<Result<uint64_t>> FoundRows(Gateway& gateway, Session& session,
                                      const Destinations& destinations) {
  ShardCallOptions options;
  options.in_transaction = true;
  options.select_limit = true;  // no SET in between
  CO_ASSIGN_OR_RETURN(
      mysql::QueryResult result,
      co_await QueryShard(gateway, session, *destinations.keyspace, destinations.shard(0),
                          destinations.type, options, "SELECT FOUND_ROWS() LIMIT 1"));
  if (result.rows.size() != 1 || result.rows[0].size() != 1) {
    co_return InternalError("a shard did not tell FOUND_ROWS()");
  }
  co_return std::strtoull(result.rows[0][0].ToText().c_str(), nullptr, 10);
}

}  // namespace

Awaitable<Status> ForwardCountingRows(Gateway& gateway, Statement& statement,
                                      const Destinations& destinations, ShardCallOptions options,
                                      std::string_view sql, std::string_view params) {
  Session& session = statement.session;
  if (destinations.type != topo::TabletType::PRIMARY) {
    co_return Unsupported("SQL_CALC_FOUND_ROWS on a replica");
  }
  // FOUND_ROWS() must be asked on the same connection: a transaction holds it.
  const bool own = !session.transaction.open();
  if (own) session.transaction.BeginInternal({});
  options.in_transaction = true;
  Status status = co_await ForwardToShard(gateway, statement, destinations, options, sql, params);
  if (status.ok()) {
    auto found = co_await FoundRows(gateway, session, destinations);
    if (found.ok()) session.found_rows = *found;
  }
  if (own) co_await RollbackTransaction(session);
  co_return status;
}

Awaitable<Result<mysql::QueryResult>> StatementExecutor::Fetch(Session& session,
                                                               mysql::ServerConnection& client,
                                                               std::string_view sql,
                                                               const Settings* settings) {
  Statement statement(session, client, services_.gateway->cluster(), sql);
  CO_RETURN_IF_ERROR(FindPlan(statement));
  if (statement.plan->kind != PlanKind::kRouted) {
    co_return Unsupported("an expression of this kind in SET");
  }
  CO_ASSIGN_OR_RETURN(Destinations destinations,
                      FindDestinations(statement.plan->routed.route, statement));
  if (destinations.shards.size() > 1)
    co_return Unsupported("a subquery over several shards in SET");
  std::string rendered;
  if (statement.plan->routed.sql) {
    CO_ASSIGN_OR_RETURN(rendered, Render(*statement.plan->routed.sql, statement));
    sql = rendered;
  }
  ShardCallOptions options;
  options.settings = settings;
  options.user_variables = &statement.plan->user_variables;
  options.only_computes = statement.plan->routed.only_computes;
  // It sees what the session's transaction has written.
  if (settings == nullptr && !statement.plan->routed.only_computes) {
    session.BeginImplicitly();
    session.transaction.use().read |= statement.plan->routed.reads;
    options.in_transaction =
        session.transaction.open() && destinations.type == topo::TabletType::PRIMARY;
  }
  std::vector<Warning> warnings;
  CO_ASSIGN_OR_RETURN(
      mysql::QueryResult result,
      co_await QueryShard(*services_.gateway, session, *destinations.keyspace,
                          destinations.shard(0), destinations.type, options, sql, &warnings));
  for (Warning& warning : warnings) session.warnings.Add(std::move(warning));
  co_return result;
}

Awaitable<Result<mysql::QueryResult>> StatementExecutor::FetchAssigned(
    Session& session, mysql::ServerConnection& client, const std::string& expression) {
  constexpr std::string_view kSelect = "SELECT ";
  constexpr std::string_view kAs = " AS ks";
  std::string sql = fmt::format("{}{}{}", kSelect, expression, kAs);
  Statement statement(session, client, services_.gateway->cluster(), sql);
  CO_RETURN_IF_ERROR(FindPlan(statement));
  const Plan& plan = *statement.plan;
  if (plan.kind != PlanKind::kRouted) co_return Unsupported("an expression of this kind in SET");
  CO_ASSIGN_OR_RETURN(Destinations destinations, FindDestinations(plan.routed.route, statement));
  if (destinations.shards.size() > 1) {
    co_return Unsupported("not supported yet: a subquery over several shards in SET");
  }
  if (destinations.type != topo::TabletType::PRIMARY && !plan.routed.only_computes) {
    co_return Unsupported("not supported yet: a query on a replica in SET");
  }
  if (plan.routed.sql) {
    CO_ASSIGN_OR_RETURN(sql, Render(*plan.routed.sql, statement));
  }
  const std::string value = sql.substr(kSelect.size(), sql.size() - kSelect.size() - kAs.size());

  // Both statements need the same connection: a transaction holds it. As in MySQL, what SET reads
  // is locked, which a SELECT would not do.
  if (!plan.routed.only_computes) session.BeginImplicitly();
  const bool own = !session.transaction.open();
  if (own) session.transaction.BeginInternal({});
  session.transaction.use().read |= plan.routed.reads;
  const std::string name = UserVariableReference(kScratchVariable, session.charset);
  std::vector<std::string> names = plan.user_variables;
  names.emplace_back(kScratchVariable);
  ShardCallOptions options;
  options.in_transaction = true;
  options.user_variables = &names;
  // Told about, so that the connection forgets it afterwards.
  session.user_variables.try_emplace(std::string(kScratchVariable));
  const std::string assign = fmt::format("SET {} = {}", name, value);
  std::vector<Warning> warnings;
  auto result = co_await QueryShard(*services_.gateway, session, *destinations.keyspace,
                                    destinations.shard(0), topo::TabletType::PRIMARY, options,
                                    assign, &warnings);
  session.user_variables.erase(session.user_variables.find(kScratchVariable));
  if (result.ok()) {
    options.user_variables = nullptr;
    const std::string read = fmt::format("SELECT {0}, COLLATION({0}), CAST({0} AS BINARY)", name);
    result = co_await QueryShard(*services_.gateway, session, *destinations.keyspace,
                                 destinations.shard(0), topo::TabletType::PRIMARY, options, read);
  }
  if (own && result.ok()) {
    CO_RETURN_IF_ERROR(co_await CommitTransaction(session));
  } else if (own) {
    co_await RollbackTransaction(session);
  }
  CO_RETURN_IF_ERROR(result.status());
  if (result->rows.size() != 1 || result->rows[0].size() != 3) {
    co_return InternalError("a shard did not tell the value of a user variable");
  }
  for (Warning& warning : warnings) session.warnings.Add(std::move(warning));
  co_return result;
}

Awaitable<Status> StatementExecutor::NoteSetWarnings(Statement& statement,
                                                     std::string assignments) {
  auto known = known_set_warnings_.find(assignments);
  if (known == known_set_warnings_.end()) {
    Route route;
    route.opcode = statement.session.target.shard.empty() ? RouteOpcode::kAnyShard
                                                          : RouteOpcode::kByDestination;
    CO_ASSIGN_OR_RETURN(Destinations destinations, FindDestinations(route, statement));
    const Settings once = Settings::Once(assignments);
    ShardCallOptions options;
    options.settings = &once;
    CO_ASSIGN_OR_RETURN(
        mysql::QueryResult result,
        co_await QueryShard(*services_.gateway, statement.session, *destinations.keyspace,
                            destinations.shard(0), destinations.type, options, "SHOW WARNINGS"));
    std::vector<Warning> warnings;
    for (const auto& row : result.rows) {
      if (row.size() != 3) co_return InternalError("a shard did not tell its warnings");
      const auto code = static_cast<uint32_t>(std::strtoul(row[1].ToText().c_str(), nullptr, 10));
      warnings.push_back({row[0].ToText(), code, row[2].ToText()});
    }
    if (known_set_warnings_.size() >= kMaxAcceptedSettings) known_set_warnings_.clear();
    known = known_set_warnings_.emplace(std::move(assignments), std::move(warnings)).first;
  }
  for (const Warning& warning : known->second) statement.session.warnings.Add(warning);
  co_return Status::Ok();
}

Awaitable<Result<VariableTexts>> StatementExecutor::FetchVariables(Statement& statement,
                                                                   const Settings& settings,
                                                                   std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  // `settings` may have a max_join_size, which is about the client's queries.
  const bool asks_limit = std::binary_search(names.begin(), names.end(), "sql_big_selects");
  std::string sql = asks_limit ? "SELECT " : "SELECT /*+ SET_VAR(sql_big_selects = ON) */ ";
  sql +=
      "variable_name, variable_value FROM performance_schema.session_variables "
      "WHERE variable_name IN (";
  for (const std::string& name : names) {
    sql += (name == names.front() ? "" : ", ") + parser::QuoteString(name);
  }
  // `settings` may have a sql_select_limit, which a LIMIT overrides.
  sql += fmt::format(") LIMIT {}", names.size());
  const std::pair<uint64_t, std::string> key(settings.id(), sql);
  auto known = known_variables_.find(key);
  if (known != known_variables_.end()) co_return known->second;
  CO_ASSIGN_OR_RETURN(mysql::QueryResult result,
                      co_await Fetch(statement.session, statement.client, sql, &settings));
  VariableTexts texts;
  for (const auto& row : result.rows) {
    if (row.size() == 2) texts[AsciiLower(row[0].ToText())] = row[1].ToText();
  }
  if (known_variables_.size() >= kMaxAcceptedSettings) known_variables_.clear();
  known_variables_[key] = texts;
  co_return texts;
}

Awaitable<Result<std::string>> StatementExecutor::CheckSettings(Statement& statement,
                                                                const Settings& settings) {
  auto known = accepted_settings_.find(settings.id());
  if (known != accepted_settings_.end()) co_return known->second;
  CO_ASSIGN_OR_RETURN(
      mysql::QueryResult result,
      co_await Fetch(statement.session, statement.client, "SELECT @@session.sql_mode", &settings));
  if (result.rows.size() != 1 || result.rows[0].empty()) {
    co_return InternalError("a shard did not tell its sql_mode");
  }
  std::string mode = result.rows[0][0].ToText();
  if (accepted_settings_.size() >= kMaxAcceptedSettings) accepted_settings_.clear();
  accepted_settings_[settings.id()] = mode;
  co_return mode;
}

}  // namespace keyspan::vtgate
