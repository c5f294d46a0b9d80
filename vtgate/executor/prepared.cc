#include <fmt/format.h>

#include "mysql/protocol/result_reader.h"
#include "mysql/protocol/wire.h"
#include "vtgate/executor/handlers.h"
#include "vtgate/executor/routing.h"
#include "vtgate/executor/statement_executor.h"
#include "vtgate/executor/values.h"

namespace keyspan::vtgate {
namespace {

// As max_prepared_stmt_count, but per session: each costs memory here.
constexpr size_t kMaxPreparedPerSession = 16382;

struct Description {
  std::vector<mysql::Field> parameters;
  std::vector<mysql::Field> columns;
  uint16_t warnings = 0;
};

mysql::Field ParameterField() {
  mysql::Field field;
  field.name = "?";
  field.type = mysql::FieldType::kVarString;
  field.collation = mysql::kBinaryCollation;
  return field;
}

// Cuts mysqld's reply to COM_STMT_PREPARE into its packets. A first packet of ERR is the error.
Result<Description> ReadDescription(std::string_view bytes) {
  Description out;
  auto next = [&bytes](std::string_view* payload) {
    auto scan = mysql::ScanFrames(bytes, 64u << 20);
    if (scan.state != mysql::FrameScan::State::kComplete || scan.split) return false;
    *payload = bytes.substr(mysql::kFrameHeaderSize, scan.payload_size);
    bytes.remove_prefix(scan.size);
    return true;
  };
  std::string_view payload;
  if (!next(&payload)) return Malformed("a tablet's reply to PREPARE is incomplete");
  if (!payload.empty() && static_cast<uint8_t>(payload[0]) == 0xff) {
    return mysql::DecodeError(payload);
  }
  ASSIGN_OR_RETURN(mysql::PrepareOk ok, mysql::DecodePrepareOk(payload));
  out.warnings = ok.warnings;
  for (uint32_t i = 0; i < uint32_t{ok.parameters} + ok.columns; ++i) {
    if (!next(&payload)) return Malformed("a tablet's reply to PREPARE is incomplete");
    ASSIGN_OR_RETURN(mysql::Field field, mysql::DecodeColumnDefinition(payload));
    (i < ok.parameters ? out.parameters : out.columns).push_back(std::move(field));
  }
  return out;
}

// Asks a shard what the statement's parameters and columns are.
Awaitable<Result<Description>> DescribeOnShard(Gateway& gateway, const Session& session,
                                               const Destinations& destinations,
                                               std::string_view sql) {
  CO_ASSIGN_OR_RETURN(
      auto client, gateway.Pick(*destinations.keyspace, destinations.shard(0), destinations.type));
  if (!client->connected()) CO_RETURN_IF_ERROR((co_await client->GetChannel()).status());
  rpc::ExecuteRequest request;
  request.mutable_target()->set_keyspace(destinations.keyspace->name);
  request.mutable_target()->set_shard(destinations.shard(0).name);
  const bool primary = destinations.type == topo::TabletType::PRIMARY;
  request.mutable_target()->set_tablet_type(primary ? rpc::PRIMARY : rpc::REPLICA);
  if (primary) request.mutable_target()->set_primary_term(destinations.shard(0).term);
  if (IsSystemSchema(session.target.keyspace)) request.set_database(session.target.keyspace);
  vttablet::ExecuteStream stream;
  CO_RETURN_IF_ERROR(stream.StartPrepareNow(*client, request, &session.settings.rpc(), sql));
  std::string reply;
  while (!stream.ended()) {
    CO_ASSIGN_OR_RETURN(auto chunk, co_await stream.Next());
    reply.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
  }
  co_return ReadDescription(reply);
}

// What can be told without asking: parameters without types, no columns.
Description Guess(uint32_t parameters) {
  Description out;
  out.parameters.assign(parameters, ParameterField());
  return out;
}

}  // namespace

Awaitable<Status> StatementExecutor::Prepare(Session& session, mysql::ServerConnection& client,
                                             std::string_view sql) {
  session.warnings.clear();
  if (session.prepared.size() >= kMaxPreparedPerSession) {
    co_return Status::Mysql(1461, "42000",
                            fmt::format("Can't create more than max_prepared_stmt_count statements "
                                        "(current value: {})",
                                        kMaxPreparedPerSession));
  }
  Statement statement(session, client, services_.gateway->cluster(), sql);
  auto made = MakePlan(statement, nullptr, nullptr);
  if (!made.ok() && !session.target.keyspace.empty() && MayLookAgain(made.status())) {
    (void)co_await services_.tracker->RefreshSchema(session.target.keyspace);
    statement.cluster = services_.gateway->cluster();
    made = MakePlan(statement, nullptr, nullptr);
  }
  CO_ASSIGN_OR_RETURN(statement.plan, std::move(made));
  const Plan& plan = *statement.plan;
  if (plan.kind == PlanKind::kTransaction || plan.kind == PlanKind::kUse) {
    // As MySQL: clients then send it as text.
    co_return Status::Mysql(1295, "HY000",
                            "This command is not supported in the prepared statement protocol yet");
  }
  Description description = Guess(plan.parameter_count);
  const bool asks = plan.kind == PlanKind::kRouted || plan.kind == PlanKind::kInsert ||
                    plan.kind == PlanKind::kShow || plan.kind == PlanKind::kExplain;
  if (asks) {
    Route route;
    route.opcode =
        session.target.shard.empty() ? RouteOpcode::kAnyShard : RouteOpcode::kByDestination;
    route.keyspace =
        plan.kind == PlanKind::kInsert ? plan.insert->keyspace : plan.routed.route.keyspace;
    CO_ASSIGN_OR_RETURN(Destinations destinations, FindDestinations(route, statement));
    std::string rendered;
    std::string_view text = sql;
    if (plan.kind == PlanKind::kRouted && plan.routed.sql &&
        PlaceholdersInOrder(*plan.routed.sql, plan.parameter_count)) {
      CO_ASSIGN_OR_RETURN(rendered, RenderKeepingPlaceholders(*plan.routed.sql, statement));
      text = rendered;
    }
    auto described = co_await DescribeOnShard(*services_.gateway, session, destinations, text);
    if (described.ok()) {
      description = std::move(*described);
    } else if (plan.kind != PlanKind::kShow && plan.kind != PlanKind::kExplain) {
      // What MySQL does not prepare (1295), or statements of our own, it cannot describe either.
      co_return std::move(described).status();
    }
  }
  auto prepared = std::make_unique<PreparedStatement>();
  prepared->id = session.next_statement_id++;
  prepared->sql = sql;
  prepared->parameter_count = plan.parameter_count;
  prepared->plan = statement.plan;
  prepared->plan_generation = statement.cluster->plan_generation;
  prepared->plan_keyspace = session.target.ToString();
  if (description.parameters.size() != plan.parameter_count) {
    co_return InternalError("the shard counts other parameters than the gateway");
  }
  mysql::AppendPrepareReply(prepared->id, description.parameters, description.columns,
                            description.warnings, session.status(), session.capabilities,
                            client.sequence(), &client.out());
  session.prepared.emplace(prepared->id, std::move(prepared));
  co_return Status::Ok();
}

Awaitable<Status> StatementExecutor::ExecutePrepared(Session& session,
                                                     mysql::ServerConnection& client,
                                                     std::string_view body) {
  CO_ASSIGN_OR_RETURN(uint32_t id, mysql::PeekStatementId(body));
  auto found = session.prepared.find(id);
  if (found == session.prepared.end()) {
    co_return Status::Mysql(
        1243, "HY000",
        fmt::format("Unknown prepared statement handler ({}) given to mysqld_stmt_execute", id));
  }
  PreparedStatement& prepared = *found->second;
  std::vector<const std::string*> long_data;
  for (const auto& data : prepared.long_data) long_data.push_back(data.get());
  CO_ASSIGN_OR_RETURN(mysql::ExecuteRequest request,
                      mysql::ParseExecute(body, prepared.parameter_count, prepared.bound_types,
                                          long_data, session.capabilities));
  if (request.types_sent) prepared.bound_types = request.types;
  if ((request.flags & 1) != 0) {
    co_return Unsupported("server-side cursors (read the whole result, or fetch unbuffered)");
  }

  Statement statement(session, client, services_.gateway->cluster(), prepared.sql);
  const std::string target = session.target.ToString();
  if (prepared.plan == nullptr || prepared.plan_generation != statement.cluster->plan_generation ||
      prepared.plan_keyspace != target) {
    CO_ASSIGN_OR_RETURN(prepared.plan, MakePlan(statement, nullptr, nullptr));
    prepared.plan_generation = statement.cluster->plan_generation;
    prepared.plan_keyspace = target;
  }
  statement.plan = prepared.plan;
  statement.binary = true;
  statement.parameters = request.parameters;
  request.AppendBlock(&statement.parameter_block);
  session.query_killed = false;
  session.current_statement = prepared.sql;
  session.state_since = std::chrono::steady_clock::now();
  Status status = co_await Run(statement);
  session.current_statement = {};
  session.state_since = std::chrono::steady_clock::now();
  // Long data is used up by one EXECUTE.
  prepared.long_data.clear();
  if (!status.ok()) {
    if (session.query_killed) {
      status = Status::Mysql(1317, "70100", "Query execution was interrupted");
    }
    session.warnings.push_back({"Error", status.mysql_errno(), std::string(status.message())});
  }
  co_return status;
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
    mysql::OkPacket ok;
    ok.status = session.status();
    mysql::EncodeOk(ok, session.capabilities, 0xfe, client.out().BeginPacket());
    client.out().EndPacket(client.sequence());
  } else {
    mysql::AppendEof({0, session.status()}, client.sequence(), &client.out());
  }
  co_return Status::Ok();
}

}  // namespace keyspan::vtgate
