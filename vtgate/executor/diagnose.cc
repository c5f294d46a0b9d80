#include "vtgate/executor/diagnose.h"

#include <optional>
#include <utility>
#include <vector>

#include "common/ascii.h"
#include "parser/parse.h"
#include "parser/walker.h"
#include "vtgate/executor/describe.h"
#include "vtgate/semantics/semantics.h"

namespace keyspan::vtgate {
namespace {

constexpr int kParseError = 1064;
constexpr int kLockWaitTimeout = 1205;

bool MayDiffer(const Statement& statement, const Status& failure) {
  const Session& session = statement.session;
  if (session.query_killed || session.deadlock_victim) return false;
  // A session on one shard has all of its statements run there as they are.
  if (!session.target.shard.empty()) return false;
  if (failure.code() == StatusCode::kUnsupported) return true;
  if (failure.code() != StatusCode::kMysql) return false;
  if (statement.plan == nullptr) return failure.mysql_errno() != kParseError;
  const RoutedPlan& plan = statement.plan->routed;
  return plan.is_query &&
         (plan.multi_shard.code() == StatusCode::kMysql || !plan.merge.sql.texts.empty());
}

struct Question {
  std::string keyspace;  // the one whose tables the statement names
  std::vector<std::string> user_variables;
};

// Nothing when it is not a statement to prepare, or names tables of several keyspaces.
std::optional<Question> QuestionOf(const Statement& statement) {
  const Session& session = statement.session;
  parser::ParseOptions options;
  options.sql_mode = session.sql_mode_bits;
  options.charset = session.charset;
  auto parsed = parser::Parse(statement.sql, options);
  if (!parsed.ok()) return std::nullopt;
  const parser::Node* root = parsed->root();
  if (!IsQuery(root) && !parser::Is<parser::Insert>(root) && !parser::Is<parser::Update>(root) &&
      !parser::Is<parser::Delete>(root)) {
    return std::nullopt;
  }
  std::optional<std::string> keyspace;
  std::vector<std::string> user_variables;
  const bool one = parser::Walk(root, [&](const parser::Node* node) {
    if (const auto* variable = parser::As<parser::UserVariable>(node)) {
      user_variables.push_back(AsciiLower(variable->name.text));
    }
    const parser::TableName* name = nullptr;
    if (const auto* factor = parser::As<parser::TableFactor>(node)) name = factor->table;
    if (const auto* insert = parser::As<parser::Insert>(node)) name = insert->table;
    if (name == nullptr) return parser::Visit::kContinue;
    const bool known = statement.cluster->FindKeyspace(name->schema.text) != nullptr;
    std::string used(known ? name->schema.text : std::string_view(session.target.keyspace));
    if (keyspace.has_value() && *keyspace != used) return parser::Visit::kStop;
    keyspace = std::move(used);
    return parser::Visit::kContinue;
  });
  if (!one) return std::nullopt;
  return Question{keyspace.value_or(session.target.keyspace), std::move(user_variables)};
}

}  // namespace

Awaitable<Status> Diagnose(Gateway& gateway, const Statement& statement, Status failure) {
  if (!MayDiffer(statement, failure)) co_return failure;
  auto question = QuestionOf(statement);
  if (!question.has_value() || statement.cluster->FindKeyspace(question->keyspace) == nullptr) {
    co_return failure;
  }
  Route route;
  route.opcode = RouteOpcode::kAnyShard;
  route.keyspace = question->keyspace;
  auto destinations = FindDestinations(route, statement);
  if (!destinations.ok()) co_return failure;
  // A DDL statement may wait for the session's transaction, which waits here.
  Settings settings = statement.session.settings;
  settings.Set("lock_wait_timeout", "1");
  auto described = co_await DescribeOnShard(gateway, statement.session, settings, *destinations,
                                            statement.sql, question->user_variables);
  const Status asked = described.status();
  // What Keyspan's parser takes is no syntax error, even where only Keyspan has a word for it.
  if (asked.code() != StatusCode::kMysql || asked.mysql_errno() == kParseError ||
      asked.mysql_errno() == kLockWaitTimeout) {
    co_return failure;
  }
  co_return asked;
}

}  // namespace keyspan::vtgate
