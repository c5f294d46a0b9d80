#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "parser/printer.h"
#include "topo/names.h"
#include "vtgate/executor/forward.h"
#include "vtgate/executor/handlers.h"
#include "vtgate/executor/statement_executor.h"
#include "vtgate/executor/values.h"
#include "vtgate/session/variables.h"

namespace keyspan::vtgate {
namespace {

using mysql::Value;
using parser::Show;
using parser::ShowKind;

struct Table {
  std::vector<OwnColumn> columns;
  std::vector<std::vector<Value>> rows;
};

Value Text(std::string_view text) { return Value::Text(std::string(text)); }

// A table of ours as a derived table, so that MySQL itself applies LIKE and WHERE.
std::string FilteringSql(const Table& table, const Show& node, const Session& session) {
  std::string sql = "SELECT * FROM (";
  for (size_t r = 0; r < table.rows.size(); ++r) {
    sql += r == 0 ? "SELECT " : " UNION ALL SELECT ";
    for (size_t c = 0; c < table.columns.size(); ++c) {
      if (c > 0) sql += ", ";
      sql += LiteralOf(table.rows[r][c], session);
      if (r == 0) sql += " AS " + parser::QuoteIdent(table.columns[c].name, true);
    }
  }
  sql += ") AS shown WHERE ";
  if (node.like != nullptr) {
    sql += parser::QuoteIdent(table.columns[0].name, true) + " LIKE " + parser::Print(node.like);
  } else {
    sql += parser::Print(node.where);
  }
  return sql;
}

Awaitable<Status> ReplyTable(StatementExecutor& executor, Statement& statement, const Show& node,
                             Table table) {
  if ((node.like == nullptr && node.where == nullptr) || table.rows.empty()) {
    co_return ReplyRows(statement, table.columns, table.rows);
  }
  std::string sql = FilteringSql(table, node, statement.session);
  CO_ASSIGN_OR_RETURN(mysql::QueryResult result,
                      co_await executor.Fetch(statement.session, statement.client, sql));
  co_return ReplyRows(statement, table.columns, result.rows);
}

Table Databases(const Cluster& cluster, const Show& node) {
  std::string column = "Database";
  if (node.like != nullptr && node.show == ShowKind::kDatabases) {
    column = fmt::format("Database ({})", node.like->value);
  }
  std::vector<std::string> names = {"information_schema", "mysql", "performance_schema", "sys"};
  for (const auto& [name, keyspace] : cluster.keyspaces) names.push_back(name);
  std::sort(names.begin(), names.end());
  Table table{{OwnColumn(column)}, {}};
  for (const auto& name : names) table.rows.push_back({Text(name)});
  return table;
}

Table Keyspaces(const Cluster& cluster) {
  Table table{{"Database"}, {}};
  for (const auto& [name, keyspace] : cluster.keyspaces) table.rows.push_back({Text(name)});
  return table;
}

Table VitessShards(const Cluster& cluster) {
  Table table{{"Shards"}, {}};
  for (const auto& [name, keyspace] : cluster.keyspaces) {
    for (const auto& shard : keyspace->shards) {
      table.rows.push_back({Text(name + "/" + shard.name)});
    }
  }
  return table;
}

Table VitessTablets(const Cluster& cluster) {
  Table table{{"Alias", "Keyspace", "Shard", "TabletType", "Hostname", "Port"}, {}};
  auto add = [&table](const KeyspaceInfo& keyspace, const ShardInfo& shard,
                      const TabletAddress& tablet, std::string_view type) {
    table.rows.push_back({Text(tablet.alias), Text(keyspace.name), Text(shard.name), Text(type),
                          Text(tablet.host), Text(fmt::format("{}", tablet.port))});
  };
  for (const auto& [name, keyspace] : cluster.keyspaces) {
    for (const auto& shard : keyspace->shards) {
      if (shard.has_primary) add(*keyspace, shard, shard.primary, "PRIMARY");
      for (const auto& replica : shard.replicas) {
        std::string type = topo::TabletTypeName(replica.type);
        std::transform(type.begin(), type.end(), type.begin(), ::toupper);
        add(*keyspace, shard, replica, type);
      }
    }
  }
  return table;
}

Result<Table> VschemaTable(const Statement& statement, std::string_view verb) {
  const std::string& name = statement.session.target.keyspace;
  const bool keyspaces = verb.find("KEYSPACES") != std::string_view::npos;
  if (keyspaces) {
    Table table{{"Keyspace", "Sharded"}, {}};
    for (const auto& [keyspace_name, keyspace] : statement.cluster->keyspaces) {
      table.rows.push_back({Text(keyspace_name), Text(keyspace->sharded ? "true" : "false")});
    }
    return table;
  }
  const KeyspaceInfo* keyspace = statement.cluster->FindKeyspace(name);
  if (keyspace == nullptr || keyspace->vschema == nullptr) {
    return Status::Mysql(1046, "3D000", "No database selected");
  }
  if (verb.find("VINDEXES") != std::string_view::npos) {
    Table table{{"Table", "Columns", "Name", "Type", "Params", "Owner"}, {}};
    for (const auto& [table_name, definition] : keyspace->vschema->tables()) {
      for (const auto& use : definition.column_vindexes) {
        std::string columns;
        for (const auto& column : use.columns) columns += (columns.empty() ? "" : ", ") + column;
        const auto& defs = keyspace->vschema->def().vindexes;
        auto def = defs.find(use.vindex->name());
        std::string params;
        if (def != defs.end()) {
          for (const auto& [key, value] : def->second.params) {
            params += fmt::format("{}{}={}", params.empty() ? "" : "; ", key, value);
          }
        }
        table.rows.push_back({Text(table_name), Text(columns), Text(use.vindex->name()),
                              Text(use.vindex->type()), Text(params),
                              Text(def == defs.end() ? "" : def->second.owner)});
      }
    }
    return table;
  }
  if (verb.find("TABLES") != std::string_view::npos) {
    Table table{{"Tables"}, {}};
    for (const auto& [table_name, definition] : keyspace->vschema->tables()) {
      table.rows.push_back({Text(table_name)});
    }
    return table;
  }
  return Unsupported(fmt::format("SHOW {}", verb));
}

Table Warnings(const Session& session, bool errors_only) {
  using Kind = OwnColumn::Kind;
  Table table{
      {{"Level", Kind::kText, 7}, {"Code", Kind::kUint32, 5}, {"Message", Kind::kText, 512}}, {}};
  for (const Warning& warning : session.warnings.kept()) {
    if (errors_only && warning.level != "Error") continue;
    table.rows.push_back({Text(warning.level), Value::Uint(warning.code), Text(warning.message)});
  }
  return table;
}

void ApplyLimit(const Show& node, Table* table) {
  if (node.limit == nullptr) return;
  auto number = [](const parser::Expr* expr, size_t otherwise) -> size_t {
    const auto* literal = parser::As<parser::Literal>(expr);
    return literal == nullptr ? otherwise
                              : std::strtoull(std::string(literal->text).c_str(), nullptr, 10);
  };
  size_t offset = std::min(number(node.limit->offset, 0), table->rows.size());
  size_t count = std::min(number(node.limit->count, SIZE_MAX), table->rows.size() - offset);
  table->rows.erase(table->rows.begin(), table->rows.begin() + static_cast<ptrdiff_t>(offset));
  table->rows.resize(count);
}

std::vector<OwnColumn> ProcesslistColumns() {
  using Kind = OwnColumn::Kind;
  return {{"Id", Kind::kInt, 22},           {"User", Kind::kText, 32},
          {"Host", Kind::kText, 255},       {"db", Kind::kText, 64, true},
          {"Command", Kind::kText, 16},     {"Time", Kind::kInt32, 8},
          {"State", Kind::kText, 30, true}, {"Info", Kind::kText, 100, true}};
}

Awaitable<Table> Processlist(StatementExecutor& executor) {
  Table table{ProcesslistColumns(), {}};
  const auto sessions = co_await executor.services().sessions->List();
  for (const SessionInfo& info : sessions) {
    const bool idle = info.statement.empty();
    table.rows.push_back({Value::Uint(info.connection_id), Text(info.user), Text(info.host),
                          info.database.empty() ? Value::Null() : Text(info.database),
                          Text(idle ? "Sleep" : "Query"), Value::Int(info.seconds),
                          Text(idle ? "" : "executing"),
                          idle ? Value::Null() : Text(info.statement)});
  }
  co_return table;
}

// The schema that a SHOW is about, if it names one.
std::string_view SchemaOf(const Show& node) {
  if (!node.schema.empty()) return node.schema.text;
  if (node.show == ShowKind::kCreateDatabase && node.name != nullptr) return node.name->name.text;
  return node.name != nullptr ? node.name->schema.text : std::string_view();
}

bool NeedsDatabase(const Show& node) {
  switch (node.show) {
    case ShowKind::kTables:
    case ShowKind::kTableStatus:
    case ShowKind::kTriggers:
    case ShowKind::kEvents:
    case ShowKind::kOpenTables:
    case ShowKind::kColumns:
    case ShowKind::kIndex:
    case ShowKind::kCreateTable:
    case ShowKind::kCreateView:
      return true;
    default:
      return false;
  }
}

// What one server's answer would misrepresent.
bool IsAboutOneServer(ShowKind kind) {
  switch (kind) {
    case ShowKind::kBinaryLogs:
    case ShowKind::kBinaryLogStatus:
    case ShowKind::kBinlogEvents:
    case ShowKind::kEngineLogs:
    case ShowKind::kEngineMutex:
    case ShowKind::kEngineStatus:
    case ShowKind::kRelaylogEvents:
    case ShowKind::kReplicaStatus:
    case ShowKind::kReplicas:
      return true;
    default:
      return false;
  }
}

// SHOW VARIABLES and SHOW STATUS as the SELECT that MySQL makes of them, with the values that are
// not those of a shard's connection. Empty for other kinds.
std::string SystemRowsSql(const Statement& statement, const Show& node) {
  const bool variables = node.show == ShowKind::kVariables;
  if (!variables && node.show != ShowKind::kStatus) return "";
  const bool global = node.scope == parser::VariableScope::kGlobal;
  std::string values;
  auto replace = [&values](std::string_view name, std::string_view value) {
    values += " WHEN " + parser::QuoteString(name) + " THEN " + parser::QuoteString(value);
  };
  if (variables) {
    const ValueScope scope = global ? ValueScope::kGlobal : ValueScope::kSession;
    for (std::string_view name : GatewayVariableNames(scope)) {
      replace(name, GatewayVariableText(name, statement.session, scope));
    }
  } else if (!global) {
    replace("Ssl_cipher", statement.client.stream().tls_cipher());
    replace("Ssl_version", statement.client.stream().tls_version());
  }
  if (values.empty()) return "";
  const std::string table =
      fmt::format("{}_{}", global ? "global" : "session", variables ? "variables" : "status");
  std::string sql = fmt::format(
      "SELECT * FROM (SELECT VARIABLE_NAME AS Variable_name, CASE VARIABLE_NAME{} ELSE "
      "VARIABLE_VALUE END AS Value FROM performance_schema.{}) {}",
      values, table, table);
  parser::PrintOptions print;
  print.sql_mode = statement.session.sql_mode_bits;
  print.charset = statement.session.charset;
  if (node.like != nullptr) sql += " WHERE Variable_name LIKE " + parser::Print(node.like, print);
  if (node.where != nullptr) sql += " WHERE " + parser::Print(node.where, print);
  return sql;
}

// Everything that a shard can tell: every shard of a keyspace has the same tables.
Awaitable<Status> ForwardShow(StatementExecutor& executor, Statement& statement, const Show& node) {
  Session& session = statement.session;
  if (IsAboutOneServer(node.show) && session.target.shard.empty()) {
    co_return Unsupported(
        fmt::format("SHOW {} is about one server: choose it first with USE keyspace:shard",
                    parser::ShowKindName(node.show)));
  }
  Route route;
  route.opcode =
      session.target.shard.empty() ? RouteOpcode::kAnyShard : RouteOpcode::kByDestination;
  std::string_view schema = SchemaOf(node);
  if (!schema.empty() && !IsSystemSchema(schema)) {
    if (statement.cluster->FindKeyspace(schema) == nullptr) {
      co_return Status::Mysql(1049, "42000", fmt::format("Unknown database '{}'", schema));
    }
    route.keyspace = schema;
  } else if (schema.empty() && session.target.keyspace.empty() && NeedsDatabase(node)) {
    co_return Status::Mysql(1046, "3D000", "No database selected");
  }
  CO_ASSIGN_OR_RETURN(Destinations destinations, FindDestinations(route, statement));
  session.transaction.use().read = true;  // of the dictionary
  ShardCallOptions options;
  options.binary = statement.binary;
  options.user_variables = &statement.plan->user_variables;
  std::string_view sql = statement.sql;
  const std::string system_rows = SystemRowsSql(statement, node);
  if (!system_rows.empty()) sql = system_rows;
  co_return co_await ForwardToShard(*executor.services().gateway, statement, destinations, options,
                                    sql, statement.parameter_block);
}

// What the gateway knows by itself, without asking anybody; empty when SHOW is about other things.
std::optional<Result<Table>> OwnTable(const Statement& statement, const Show& node) {
  const Session& session = statement.session;
  switch (node.show) {
    case ShowKind::kDatabases:
      return Databases(*statement.cluster, node);
    case ShowKind::kKeyspaces:
      return Keyspaces(*statement.cluster);
    case ShowKind::kVschema:
      return VschemaTable(statement, node.verb);
    case ShowKind::kVitess:
      if (node.verb == "VITESS_SHARDS") return VitessShards(*statement.cluster);
      if (node.verb == "VITESS_TABLETS") return VitessTablets(*statement.cluster);
      if (node.verb == "VITESS_TARGET") {
        return Table{{"Target"}, {{Text(session.target.ToString())}}};
      }
      return Unsupported(fmt::format("SHOW {}", node.verb));
    case ShowKind::kGrants:
      return Table{{OwnColumn(fmt::format("Grants for {}@%", session.user))},
                   {{Text(fmt::format("GRANT ALL PRIVILEGES ON *.* TO `{}`@`%`", session.user))}}};
    default:
      return std::nullopt;
  }
}

}  // namespace

std::vector<OwnColumn> OwnShowColumns(const Statement& statement) {
  const auto& node = *parser::Cast<Show>(statement.plan->statement->root());
  if (node.show == ShowKind::kProcesslist) return ProcesslistColumns();
  auto table = OwnTable(statement, node);
  return table && table->ok() ? (*table)->columns : std::vector<OwnColumn>();
}

Awaitable<Status> RunShow(StatementExecutor& executor, Statement& statement) {
  const auto& node = *parser::Cast<Show>(statement.plan->statement->root());
  Session& session = statement.session;
  switch (node.show) {
    case ShowKind::kWarnings:
    case ShowKind::kErrors: {
      Table table = Warnings(session, node.show == ShowKind::kErrors);
      ApplyLimit(node, &table);
      co_return ReplyRows(statement, table.columns, table.rows);
    }
    case ShowKind::kCountWarnings:
    case ShowKind::kCountErrors: {
      const bool errors = node.show == ShowKind::kCountErrors;
      const std::string_view name = errors ? "@@session.error_count" : "@@session.warning_count";
      const uint64_t count = errors ? session.warnings.error_count() : session.warnings.count();
      co_return ReplyRows(statement, {{name, OwnColumn::Kind::kUint}}, {{Value::Uint(count)}});
    }
    default:
      break;
  }
  session.ClearWarnings();
  if (auto table = OwnTable(statement, node)) {
    CO_RETURN_IF_ERROR(table->status());
    co_return co_await ReplyTable(executor, statement, node, std::move(**table));
  }
  switch (node.show) {
    case ShowKind::kProcesslist: {
      Table table = co_await Processlist(executor);
      co_return ReplyRows(statement, table.columns, table.rows);
    }
    case ShowKind::kTransactionStatus:
    case ShowKind::kUnresolvedTransactions:
      co_return Unsupported(fmt::format("SHOW {}", parser::ShowKindName(node.show)));
    default:
      co_return co_await ForwardShow(executor, statement, node);
  }
}

}  // namespace keyspan::vtgate
