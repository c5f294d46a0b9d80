#include <fmt/format.h>

#include "parser/lexer.h"
#include "parser/printer.h"
#include "vtgate/executor/forward.h"
#include "vtgate/executor/handlers.h"
#include "vtgate/executor/statement_executor.h"
#include "vtgate/semantics/statement_words.h"

namespace keyspan::vtgate {
namespace {

using parser::OtherKind;
using parser::OtherStatement;

Awaitable<Status> RunKill(StatementExecutor& executor, Statement& statement,
                          const OtherStatement& node) {
  CO_ASSIGN_OR_RETURN(mysql::QueryResult result,
                      co_await executor.Fetch(statement.session, statement.client,
                                              "SELECT " + parser::Print(node.value)));
  uint32_t id = 0;
  if (!result.rows.empty() && !result.rows[0].empty()) {
    // As MySQL: the lower half of whatever number it is.
    id = static_cast<uint32_t>(std::strtoull(result.rows[0][0].ToText().c_str(), nullptr, 10));
  }
  const bool query_only = !node.words.empty() && node.words[0] == "QUERY";
  if (id == statement.session.connection_id) {
    // The statement that is killed is this one, and a connection closes when it has the answer.
    statement.session.query_killed = true;
    statement.session.killed |= !query_only;
    co_return Status::Mysql(1317, "70100", "Query execution was interrupted");
  }
  if (!executor.services().sessions->Kill(id, !query_only)) {
    co_return Status::Mysql(1094, "HY000", fmt::format("Unknown thread id: {}", id));
  }
  ReplyOk(statement);
  co_return Status::Ok();
}

// A statement that one server can answer for a whole unsharded keyspace.
Awaitable<Status> ForwardUnsharded(StatementExecutor& executor, Statement& statement) {
  Session& session = statement.session;
  Route route;
  route.opcode = RouteOpcode::kUnsharded;
  if (session.target.shard.empty()) {
    const KeyspaceInfo* keyspace = statement.cluster->FindKeyspace(session.target.keyspace);
    if (keyspace == nullptr) co_return Status::Mysql(1046, "3D000", "No database selected");
    if (keyspace->sharded) {
      co_return Unsupported(fmt::format("{} in a sharded keyspace",
                                        StatementWords(*statement.plan->statement->root())));
    }
  } else {
    route.opcode = RouteOpcode::kByDestination;
  }
  CO_ASSIGN_OR_RETURN(Destinations destinations, FindDestinations(route, statement));
  ShardCallOptions options;
  options.binary = statement.binary;
  options.user_variables = &statement.plan->user_variables;
  options.in_transaction = session.transaction.open();
  co_return co_await ForwardToShard(*executor.services().gateway, statement, destinations, options,
                                    statement.sql, statement.parameter_block);
}

bool ChangesLocks(std::string_view function) {
  return parser::EqualsIgnoreCase(function, "GET_LOCK") ||
         parser::EqualsIgnoreCase(function, "RELEASE_LOCK") ||
         parser::EqualsIgnoreCase(function, "RELEASE_ALL_LOCKS");
}

// What a stored program uses or changes of the session that runs it, in words; empty: nothing. That
// session is the shard's connection, which other clients use, too.
std::string_view SessionUseOf(const OtherStatement& program, std::string_view text,
                              const Session& session) {
  parser::ParseOptions options;
  options.sql_mode = session.sql_mode_bits;
  options.charset = session.charset;
  parser::Lexer lexer(text, options);
  std::string_view use = program.session_effect;
  uint32_t end_of_name = UINT32_MAX;
  for (parser::Token token = lexer.Next();
       token.kind != parser::TokenKind::kEnd && token.kind != parser::TokenKind::kInvalid;
       token = lexer.Next()) {
    using Kind = parser::TokenKind;
    // The @ of an account name follows the name at once.
    if (token.kind == Kind::kSymbol && token.symbol == '@' && token.begin != end_of_name) {
      return "user variables";
    }
    const bool name = token.kind == Kind::kIdent || token.kind == Kind::kQuotedIdent ||
                      token.kind == Kind::kString;
    end_of_name = name ? token.end : UINT32_MAX;
    if (token.kind == Kind::kIdent &&
        ChangesLocks(text.substr(token.begin, token.end - token.begin))) {
      use = "GET_LOCK() and its kind";
    }
  }
  return use;
}

Awaitable<Status> RunOtherStatement(StatementExecutor& executor, Statement& statement,
                                    const OtherStatement& node) {
  switch (node.other) {
    case OtherKind::kKill:
      co_return co_await RunKill(executor, statement, node);
    case OtherKind::kUnlockTables:
      // No session has a table lock: LOCK TABLES is refused.
      ReplyOk(statement);
      co_return Status::Ok();
    case OtherKind::kHelp: {
      Route route;
      route.opcode = RouteOpcode::kAnyShard;
      CO_ASSIGN_OR_RETURN(Destinations destinations, FindDestinations(route, statement));
      const ShardCallOptions options;
      co_return co_await ForwardToShard(*executor.services().gateway, statement, destinations,
                                        options, statement.sql, std::string_view());
    }
    case OtherKind::kCreateProcedure:
    case OtherKind::kCreateFunction:
    case OtherKind::kCreateTrigger:
    case OtherKind::kCreateEvent:
      if (auto use = SessionUseOf(node, statement.sql, statement.session); !use.empty()) {
        co_return Unsupported(fmt::format("not supported yet: {} in stored programs", use));
      }
      co_return co_await ForwardUnsharded(executor, statement);
    case OtherKind::kAnalyzeTable:
    case OtherKind::kCheckTable:
    case OtherKind::kOptimizeTable:
    case OtherKind::kChecksumTable:
    case OtherKind::kDropProcedure:
    case OtherKind::kDropFunction:
    case OtherKind::kDropTrigger:
    case OtherKind::kDropEvent:
      co_return co_await ForwardUnsharded(executor, statement);
    default:
      co_return Unsupported(StatementWords(node));
  }
}

}  // namespace

Awaitable<Status> RunUse(StatementExecutor& executor, Statement& statement) {
  const auto& node = *parser::Cast<parser::Use>(statement.plan->statement->root());
  CO_RETURN_IF_ERROR(executor.Use(statement.session, node.target.text));
  ReplyOk(statement);
  co_return Status::Ok();
}

Awaitable<Status> RunOther(StatementExecutor& executor, Statement& statement) {
  const parser::Statement* root = statement.plan->statement->root();
  if (const auto* other = parser::As<OtherStatement>(root)) {
    co_return co_await RunOtherStatement(executor, statement, *other);
  }
  if (parser::Is<parser::PrepareStatement>(root)) {
    co_return co_await RunPrepareStatement(executor, statement);
  }
  if (parser::Is<parser::Do>(root) || parser::Is<parser::Call>(root)) {
    co_return co_await ForwardUnsharded(executor, statement);
  }
  co_return Unsupported(StatementWords(*root));
}

}  // namespace keyspan::vtgate
