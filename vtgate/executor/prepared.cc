#include <fmt/format.h>

#include "mysql/protocol/wire.h"
#include "vtgate/executor/cursor.h"
#include "vtgate/executor/describe.h"
#include "vtgate/executor/diagnose.h"
#include "vtgate/executor/handlers.h"
#include "vtgate/executor/routing.h"
#include "vtgate/executor/running.h"
#include "vtgate/executor/statement_executor.h"
#include "vtgate/executor/values.h"
#include "vtgate/txn/finish.h"

namespace keyspan::vtgate {
namespace {

constexpr uint8_t kCursorReadOnly = 1;  // CURSOR_TYPE_READ_ONLY

mysql::Field ParameterField() {
  mysql::Field field;
  field.name = "?";
  field.type = mysql::FieldType::kVarString;
  field.collation = mysql::kBinaryCollation;
  return field;
}

// What can be told without asking: parameters without types, and columns of the gateway's own.
StatementDescription Guess(const Statement& statement) {
  StatementDescription out;
  out.parameters.assign(statement.plan->parameter_count, ParameterField());
  out.columns = OwnColumns(statement);
  return out;
}

// CALL may give several results, EXPLAIN's mysqld keeps in no cursor either.
bool MayHaveCursor(const Plan& plan) {
  return plan.kind == PlanKind::kShow || plan.kind == PlanKind::kNextValue ||
         (plan.kind == PlanKind::kRouted && plan.routed.is_query);
}

Status CursorTooLarge() {
  return Status(StatusCode::kResourceExhausted,
                fmt::format("the rows of this session's open cursors exceed {} MiB: read the "
                            "result without a cursor",
                            kMaxCursorBytes >> 20));
}

// What mysqld does not prepare; clients then send it as text.
bool IsPreparable(const Plan& plan) {
  if (plan.kind == PlanKind::kUse) return false;
  const parser::Statement* root = plan.statement != nullptr ? plan.statement->root() : nullptr;
  if (const auto* transaction = parser::As<parser::Transaction>(root)) {
    return transaction->verb == parser::TransactionVerb::kCommit ||
           transaction->verb == parser::TransactionVerb::kRollback;
  }
  if (const auto* show = parser::As<parser::Show>(root)) {
    return show->show != parser::ShowKind::kWarnings && show->show != parser::ShowKind::kErrors &&
           show->show != parser::ShowKind::kCountWarnings &&
           show->show != parser::ShowKind::kCountErrors;
  }
  if (const auto* other = parser::As<parser::OtherStatement>(root)) {
    return other->other != parser::OtherKind::kUnlockTables &&
           other->other != parser::OtherKind::kHelp &&
           other->other != parser::OtherKind::kCheckTable;
  }
  return !parser::Is<parser::PrepareStatement>(root);
}

// Statements about which a shard knows more than the gateway.
bool AsksShard(const Plan& plan, const StatementDescription& guess) {
  switch (plan.kind) {
    case PlanKind::kRouted:
    case PlanKind::kInsert:
      return true;
    case PlanKind::kShow:
    case PlanKind::kExplain:
      return guess.columns.empty();
    default:
      return false;
  }
}

// While it lives, the session is in the database in which its statement was prepared: as in mysqld,
// USE does not change what the names of a prepared statement mean, nor its DATABASE().
class InItsDatabase {
 public:
  InItsDatabase(Session& session, const Target& prepared) : session_(session) {
    Target& target = session_.target;
    if (target.keyspace == prepared.keyspace && target.shard == prepared.shard) return;
    own_ = target;
    target.keyspace = prepared.keyspace;
    target.shard = prepared.shard;
  }
  ~InItsDatabase() {
    if (own_) session_.target = std::move(*own_);
  }
  InItsDatabase(const InItsDatabase&) = delete;

 private:
  Session& session_;
  std::optional<Target> own_;
};

}  // namespace

Awaitable<Result<StatementDescription>> StatementExecutor::Describe(Statement& statement) {
  const Session& session = statement.session;
  const Plan& plan = *statement.plan;
  StatementDescription guess = Guess(statement);
  if (!AsksShard(plan, guess)) co_return guess;
  Route route;
  route.opcode =
      session.target.shard.empty() ? RouteOpcode::kAnyShard : RouteOpcode::kByDestination;
  route.keyspace =
      plan.kind == PlanKind::kInsert ? plan.insert->keyspace : plan.routed.route.keyspace;
  CO_ASSIGN_OR_RETURN(Destinations destinations, FindDestinations(route, statement));
  std::string rendered;
  std::string_view text = statement.sql;
  if (plan.kind == PlanKind::kRouted && plan.routed.sql &&
      PlaceholdersInOrder(*plan.routed.sql, plan.parameter_count)) {
    CO_ASSIGN_OR_RETURN(rendered, RenderKeepingPlaceholders(*plan.routed.sql, statement));
    text = rendered;
  }
  auto described = co_await DescribeOnShard(*services_.gateway, session, session.settings,
                                            destinations, text, plan.user_variables);
  // Statements with words of our own a shard cannot describe.
  if (!described.ok() && plan.kind != PlanKind::kRouted && plan.kind != PlanKind::kInsert) {
    co_return guess;
  }
  CO_RETURN_IF_ERROR(described.status());
  if (described->parameters.size() != plan.parameter_count) {
    co_return InternalError("the shard counts other parameters than the gateway");
  }
  co_return std::move(*described);
}

Awaitable<Result<StatementDescription>> StatementExecutor::PlanPrepared(
    Statement& statement, PreparedStatement* prepared) {
  Session& session = statement.session;
  prepared->place = services_.prepared_statements->Enter();
  if (prepared->place == nullptr) {
    co_return Status::Mysql(1461, "42000",
                            fmt::format("Can't create more than max_prepared_stmt_count statements "
                                        "(current value: {})",
                                        services_.prepared_statements->limit()));
  }
  auto made = MakePlan(statement, nullptr, nullptr);
  if (!made.ok() && !session.target.keyspace.empty() && MayLookAgain(made.status())) {
    (void)co_await services_.tracker->RefreshSchema(session.target.keyspace);
    statement.cluster = services_.gateway->cluster();
    made = MakePlan(statement, nullptr, nullptr);
  }
  if (!made.ok()) co_return co_await Diagnose(*services_.gateway, statement, made.status());
  statement.plan = std::move(*made);
  if (!IsPreparable(*statement.plan)) {
    co_return Status::Mysql(1295, "HY000",
                            "This command is not supported in the prepared statement protocol yet");
  }
  prepared->sql_mode_bits = session.sql_mode_bits;
  prepared->parameter_count = statement.plan->parameter_count;
  prepared->plan = statement.plan;
  prepared->plan_generation = statement.cluster->plan_generation;
  prepared->target = session.target;
  co_return co_await Describe(statement);
}

Awaitable<Status> StatementExecutor::RunPrepared(Statement& statement,
                                                 PreparedStatement* prepared) {
  const InItsDatabase there(statement.session, prepared->target);
  // mysqld has read it once; here shards read its text again.
  if (prepared->sql_mode_bits != statement.session.sql_mode_bits) {
    co_return Unsupported(
        "not supported yet: to execute a statement that was prepared under another sql_mode "
        "(prepare it again)");
  }
  if (prepared->plan_generation != statement.cluster->plan_generation) {
    CO_ASSIGN_OR_RETURN(prepared->plan, MakePlan(statement, nullptr, nullptr));
    prepared->plan_generation = statement.cluster->plan_generation;
  }
  statement.plan = prepared->plan;
  const PlanKind kind = statement.plan->kind;
  const bool has_text_of_client =
      kind != PlanKind::kRouted && kind != PlanKind::kInsert && kind != PlanKind::kSet;
  if (statement.named && has_text_of_client && prepared->parameter_count > 0) {
    co_return Unsupported("parameters of EXECUTE ... USING in a statement of this kind");
  }
  Status status = co_await Run(statement);
  if (!status.ok()) status = co_await Diagnose(*services_.gateway, statement, std::move(status));
  co_return status;
}

Awaitable<Status> StatementExecutor::Prepare(Session& session, mysql::ServerConnection& client,
                                             std::string_view sql) {
  Running running(session, sql);
  session.ClearWarnings();
  auto prepared = std::make_unique<PreparedStatement>();
  Statement statement(session, client, services_.gateway->cluster(), sql);
  auto described = co_await PlanPrepared(statement, prepared.get());
  if (!described.ok()) co_return running.Finish(std::move(described).status());
  prepared->id = session.next_statement_id++;
  prepared->sql = sql;
  mysql::AppendPrepareReply(prepared->id, described->parameters, described->columns,
                            described->warnings, session.status(), session.capabilities,
                            client.sequence(), &client.out());
  session.prepared.emplace(prepared->id, std::move(prepared));
  co_return Status::Ok();
}

namespace {

Awaitable<Status> ExecuteBody(StatementExecutor& executor, Session& session,
                              mysql::ServerConnection& client, std::string_view body,
                              Running* running) {
  session.ClearWarnings();
  CO_ASSIGN_OR_RETURN(uint32_t id, mysql::PeekStatementId(body));
  auto found = session.prepared.find(id);
  if (found == session.prepared.end()) {
    co_return Status::Mysql(
        1243, "HY000",
        fmt::format("Unknown prepared statement handler ({}) given to mysql_stmt_precheck", id));
  }
  PreparedStatement& prepared = *found->second;
  if (std::exchange(prepared.long_data_too_long, false)) {
    prepared.long_data.clear();
    co_return Status::Mysql(1105, "HY000",
                            "Parameter of prepared statement which is set through "
                            "mysql_send_long_data() is longer than 'max_allowed_packet' bytes");
  }
  std::vector<const std::string*> long_data;
  for (const auto& data : prepared.long_data) long_data.push_back(data.get());
  CO_ASSIGN_OR_RETURN(mysql::ExecuteRequest request,
                      mysql::ParseExecute(body, prepared.parameter_count, prepared.bound_types,
                                          long_data, session.capabilities));
  if (request.types_sent) prepared.bound_types = request.types;
  prepared.cursor = nullptr;

  Statement statement(session, client, executor.services().gateway->cluster(), prepared.sql);
  statement.binary = true;
  statement.parameters = request.parameters;
  request.AppendBlock(&statement.parameter_block);
  running->set_statement(prepared.sql);
  const bool cursor = (request.flags & kCursorReadOnly) != 0 && MayHaveCursor(*prepared.plan);
  Status status;
  if (cursor) {
    status = co_await executor.RunIntoCursor(statement, &prepared);
  } else {
    status = co_await executor.RunPrepared(statement, &prepared);
  }
  // Long data is used up by one EXECUTE.
  prepared.long_data.clear();
  co_return status;
}

}  // namespace

Awaitable<Status> StatementExecutor::ExecutePrepared(Session& session,
                                                     mysql::ServerConnection& client,
                                                     std::string_view body) {
  Running running(session, {});
  Status status = co_await ExecuteBody(*this, session, client, body, &running);
  if (!status.ok() && session.deadlock_victim) co_await RollbackTransaction(session);
  co_return running.Finish(std::move(status));
}

Awaitable<Status> StatementExecutor::RunIntoCursor(Statement& statement,
                                                   PreparedStatement* prepared) {
  Session& session = statement.session;
  const size_t limit = kMaxCursorBytes - std::min(session.CursorBytes(), kMaxCursorBytes);
  statement.client.Capture(limit);
  session.opening_cursor = true;
  Status status = co_await RunPrepared(statement, prepared);
  session.opening_cursor = false;
  std::string reply = statement.client.TakeCaptured();
  if (reply.size() > limit) co_return CursorTooLarge();
  CO_RETURN_IF_ERROR(std::move(status));
  co_return OpenCursor(statement.client, session.capabilities, std::move(reply), prepared);
}

Awaitable<Status> StatementExecutor::FieldList(Session& session, mysql::ServerConnection& client,
                                               std::string_view body) {
  // table NUL wildcard
  std::string table(body.substr(0, body.find('\0')));
  const size_t rest = table.size() + 1;
  const std::string wildcard(rest < body.size() ? body.substr(rest) : std::string_view());
  if (session.target.keyspace.empty()) {
    co_return Status::Mysql(1046, "3D000", "No database selected");
  }
  CO_ASSIGN_OR_RETURN(
      mysql::QueryResult result,
      co_await Fetch(session, client,
                     "SELECT * FROM " + parser::QuoteIdent(table, true) + " LIMIT 0"));
  for (const mysql::Field& field : result.fields) {
    if (!wildcard.empty() && wildcard != "%" && wildcard != field.name) continue;
    std::string payload;
    mysql::EncodeColumnDefinition(field, &payload);
    payload.push_back(static_cast<char>(0xfb));  // no default value
    client.out().AppendPacket(payload, client.sequence());
  }
  if ((session.capabilities & mysql::kClientDeprecateEof) != 0) {
    mysql::OkPacket ok = session.MakeOk(/*ends_rows=*/true);
    mysql::EncodeOk(ok, session.capabilities, 0xfe, client.out().BeginPacket());
    client.out().EndPacket(client.sequence());
  } else {
    mysql::AppendEof({0, session.status()}, client.sequence(), &client.out());
  }
  co_return Status::Ok();
}

}  // namespace keyspan::vtgate
