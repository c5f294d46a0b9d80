#include <fmt/format.h>

#include "common/ascii.h"
#include "vtgate/executor/handlers.h"
#include "vtgate/executor/statement_executor.h"

namespace keyspan::vtgate {
namespace {

using parser::PrepareStatement;
using parser::PrepareVerb;

Status UnknownName(std::string_view name, std::string_view verb) {
  return Status::Mysql(
      1243, "HY000",
      fmt::format("Unknown prepared statement handler ({}) given to {}", name, verb));
}

mysql::Value VariableOf(const Session& session, const parser::Expr* expr) {
  const auto* variable = parser::As<parser::UserVariable>(expr);
  if (variable == nullptr) return mysql::Value();
  auto found = session.user_variables.find(AsciiLower(variable->name.text));
  return found == session.user_variables.end() ? mysql::Value() : found->second.value;
}

Awaitable<Status> RunPrepare(StatementExecutor& executor, Statement& statement,
                             const PrepareStatement& node) {
  Session& session = statement.session;
  const std::string name = AsciiLower(node.name.text);
  // Also when the new one cannot be prepared.
  session.named_statements.erase(name);
  auto prepared = std::make_unique<PreparedStatement>();
  // As MySQL: a variable without a value is the word NULL, which is no statement.
  prepared->sql = node.text != nullptr ? std::string(node.text->value)
                                       : VariableOf(session, node.variable).ToText();
  Statement inner(session, statement.client, statement.cluster, prepared->sql);
  inner.named = true;
  auto described = co_await executor.PlanPrepared(inner, prepared.get());
  CO_RETURN_IF_ERROR(described.status());
  session.named_statements.insert_or_assign(name, std::move(prepared));
  session.tracker.NoteStateChange();
  ReplyOk(statement, 0, 0, 0, "Statement prepared");
  co_return Status::Ok();
}

Awaitable<Status> RunExecute(StatementExecutor& executor, Statement& statement,
                             const PrepareStatement& node) {
  Session& session = statement.session;
  auto found = session.named_statements.find(AsciiLower(node.name.text));
  if (found == session.named_statements.end()) co_return UnknownName(node.name.text, "EXECUTE");
  PreparedStatement& prepared = *found->second;
  if (node.arguments.size() != prepared.parameter_count) {
    co_return Status::Mysql(1210, "HY000", "Incorrect arguments to EXECUTE");
  }
  std::vector<mysql::Value> values;
  for (const parser::Expr* argument : node.arguments) {
    values.push_back(VariableOf(session, argument));
  }
  Statement inner(session, statement.client, statement.cluster, prepared.sql);
  inner.named = true;
  inner.more_follow = statement.more_follow;
  inner.values = values;
  co_return co_await executor.RunPrepared(inner, &prepared);
}

}  // namespace

Awaitable<Status> RunPrepareStatement(StatementExecutor& executor, Statement& statement) {
  const auto& node = *parser::Cast<PrepareStatement>(statement.plan->statement->root());
  Session& session = statement.session;
  if (node.verb == PrepareVerb::kPrepare) co_return co_await RunPrepare(executor, statement, node);
  if (node.verb == PrepareVerb::kExecute) co_return co_await RunExecute(executor, statement, node);
  if (session.named_statements.erase(AsciiLower(node.name.text)) == 0) {
    co_return UnknownName(node.name.text, "DEALLOCATE PREPARE");
  }
  session.tracker.NoteStateChange();
  ReplyOk(statement);
  co_return Status::Ok();
}

}  // namespace keyspan::vtgate
