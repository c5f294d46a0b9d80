#include <fmt/format.h>

#include "parser/printer.h"
#include "vtgate/executor/forward.h"
#include "vtgate/executor/handlers.h"
#include "vtgate/executor/statement_executor.h"
#include "vtgate/planner/planner.h"

namespace keyspan::vtgate {
namespace {

std::vector<std::vector<mysql::Value>> Lines(std::string_view text) {
  std::vector<std::vector<mysql::Value>> rows;
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    rows.push_back({mysql::Value::Text(std::string(text.substr(0, end)))});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return rows;
}

// The statement inside, planned on its own.
Result<std::shared_ptr<const Plan>> PlanInner(const parser::Explain& node,
                                              const Statement& statement) {
  parser::PrintOptions print;
  print.sql_mode = statement.session.sql_mode_bits;
  print.charset = statement.session.charset;
  parser::ParseOptions parse;
  parse.sql_mode = print.sql_mode;
  parse.charset = print.charset;
  ASSIGN_OR_RETURN(parser::ParsedStatement parsed,
                   parser::Parse(parser::Print(node.statement, print), parse));
  return BuildPlan(std::make_unique<parser::ParsedStatement>(std::move(parsed)),
                   PlanContextOf(statement));
}

}  // namespace

std::vector<OwnColumn> VexplainColumns() { return {"VEXPLAIN"}; }

Awaitable<Status> RunExplain(StatementExecutor& executor, Statement& statement) {
  const auto& node = *parser::Cast<parser::Explain>(statement.plan->statement->root());
  if (node.vexplain) {
    if (node.statement == nullptr ||
        (node.vexplain_kind != "PLAN" && !node.vexplain_kind.empty())) {
      co_return Unsupported(
          fmt::format("VEXPLAIN {} (VEXPLAIN PLAN is there)", node.vexplain_kind));
    }
    CO_ASSIGN_OR_RETURN(auto plan, PlanInner(node, statement));
    co_return ReplyRows(statement, VexplainColumns(), Lines(plan->description));
  }
  Route route;
  route.opcode =
      statement.session.target.shard.empty() ? RouteOpcode::kAnyShard : RouteOpcode::kByDestination;
  if (!node.into_variable.empty()) co_return Unsupported("EXPLAIN ... INTO a user variable");
  if (node.explain == parser::ExplainKind::kConnection) {
    co_return Unsupported("EXPLAIN FOR CONNECTION");
  }
  if (node.explain == parser::ExplainKind::kTable && node.table != nullptr) {
    route.keyspace = node.table->schema.text;
    if (route.keyspace.empty() && statement.session.target.keyspace.empty()) {
      co_return Status::Mysql(1046, "3D000", "No database selected");
    }
    if (IsSystemSchema(route.keyspace)) route.keyspace.clear();
  } else if (node.statement != nullptr) {
    // MySQL's own EXPLAIN of what one shard does: every shard has the same tables.
    CO_ASSIGN_OR_RETURN(auto plan, PlanInner(node, statement));
    if (node.analyze && plan->kind == PlanKind::kRouted && plan->routed.is_dml) {
      co_return Unsupported("EXPLAIN ANALYZE of a statement that writes");
    }
    route.keyspace =
        plan->kind == PlanKind::kInsert ? plan->insert->keyspace : plan->routed.route.keyspace;
  }
  CO_ASSIGN_OR_RETURN(Destinations destinations, FindDestinations(route, statement));
  ShardCallOptions options;
  options.binary = statement.binary;
  options.user_variables = &statement.plan->user_variables;
  co_return co_await ForwardToShard(*executor.services().gateway, statement, destinations, options,
                                    statement.sql, statement.parameter_block);
}

}  // namespace keyspan::vtgate
