#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "common/ascii.h"
#include "mysql/types/collation.h"
#include "parser/printer.h"
#include "vtgate/executor/handlers.h"
#include "vtgate/executor/set_tracking.h"
#include "vtgate/executor/statement_executor.h"
#include "vtgate/executor/timeouts.h"
#include "vtgate/executor/values.h"
#include "vtgate/semantics/user_variable_name.h"
#include "vtgate/session/variables.h"
#include "vtgate/txn/finish.h"

namespace keyspan::vtgate {
namespace {

using parser::SetItem;
using parser::SetKind;
using parser::VariableScope;

// What one SET statement changes; it takes effect only when every item is fine, as in MySQL.
struct Changes {
  Settings settings;
  VariableLiterals gateway_variables;
  UserVariables user_variables;
  std::optional<bool> autocommit;
  std::optional<uint64_t> last_insert_id;
  std::optional<TransactionCharacteristics> next_transaction;
  std::string client_charset;  // empty: unchanged
  // What mysqld is asked about for its warnings: assignments as they follow SET.
  std::string asked;
  bool settings_changed = false;
  bool state_changed = false;
  // Variables to report: those that were tracked when they were set.
  TrackedNames tracked;
  std::vector<std::string> touched;

  void Ask(std::string assignment) { asked += (asked.empty() ? "" : ",") + std::move(assignment); }
  void Touch(std::string name) {
    if (!tracked.SpellingOf(name).empty()) touched.push_back(std::move(name));
  }
};

// The text of a value that needs no server to evaluate; empty when it does.
std::string ConstantText(const parser::Expr* value) {
  if (const auto* literal = parser::As<parser::Literal>(value)) return parser::Print(literal);
  if (const auto* word = parser::As<parser::ColumnRef>(value)) {
    // ON, OFF, latin1: a bare word is a string.
    if (word->table.empty()) return parser::QuoteString(word->column.text);
  }
  if (const auto* unary = parser::As<parser::Unary>(value)) {
    if (unary->op == parser::UnaryOp::kMinus && parser::Is<parser::Literal>(unary->operand)) {
      return parser::Print(unary);
    }
  }
  return "";
}

// The text of an expression, with values for its parameters.
Result<std::string> TextOf(const parser::Expr* value, const Statement& statement) {
  parser::PrintOptions print;
  print.sql_mode = statement.session.sql_mode_bits;
  print.charset = statement.session.charset;
  return Render(parser::PrintTemplate(value, print), statement);
}

// What a shard says that an expression is.
Awaitable<Result<mysql::Value>> EvaluateOnShard(StatementExecutor& executor, Statement& statement,
                                                const std::string& text) {
  CO_ASSIGN_OR_RETURN(
      mysql::QueryResult result,
      co_await executor.Fetch(statement.session, statement.client, "SELECT " + text));
  if (result.rows.size() > 1) {
    co_return Status::Mysql(1242, "21000", "Subquery returns more than 1 row");
  }
  if (result.rows.empty() || result.rows[0].empty()) co_return mysql::Value();
  co_return std::move(result.rows[0][0]);
}

// The literal that an expression comes to.
Awaitable<Result<std::string>> Evaluate(StatementExecutor& executor, Statement& statement,
                                        const parser::Expr* value) {
  std::string constant = ConstantText(value);
  if (!constant.empty()) co_return constant;
  CO_ASSIGN_OR_RETURN(std::string text, TextOf(value, statement));
  CO_ASSIGN_OR_RETURN(mysql::Value result, co_await EvaluateOnShard(executor, statement, text));
  std::string literal;
  result.AppendSqlLiteral(&literal);
  co_return literal;
}

// The collation of string literals; empty when only a shard knows it.
std::string ConnectionCollation(const Session& session) {
  if (const std::string* name = session.settings.Find("collation_connection")) {
    const std::string collation = UnquotedLiteral(*name);
    return mysql::FindCollation(collation) == nullptr ? "" : collation;
  }
  return session.settings.Find("character_set_connection") == nullptr ? "utf8mb4_0900_ai_ci" : "";
}

// A constant of which the gateway knows value, type and collation.
std::optional<UserVariable> ConstantVariable(const parser::Expr* expr, const Session& session) {
  const auto* literal = parser::As<parser::Literal>(expr);
  if (literal == nullptr || !literal->introducer.empty()) return std::nullopt;
  switch (literal->literal) {
    case parser::LiteralKind::kDecimal:
      return MakeUserVariable(mysql::Value::Decimal(std::string(literal->text)), {});
    case parser::LiteralKind::kString: {
      const std::string collation = ConnectionCollation(session);
      if (!session.charset_is_utf8 || collation.empty()) return std::nullopt;
      UserVariable variable =
          MakeUserVariable(mysql::Value::Text(std::string(literal->value)), collation);
      if (!variable.IsValid()) return std::nullopt;
      return variable;
    }
    case parser::LiteralKind::kInteger: {
      int64_t number = 0;
      const char* end = literal->text.data() + literal->text.size();
      auto parsed = std::from_chars(literal->text.data(), end, number);
      if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
      return MakeUserVariable(mysql::Value::Int(number), {});
    }
    default:
      return std::nullopt;
  }
}

// The type of the user variable that a column of a shard's result shows.
UserVariable::Type TypeOf(const mysql::Field& field) {
  using Type = UserVariable::Type;
  switch (field.type) {
    case mysql::FieldType::kLongLong:
      return field.is_unsigned() ? Type::kUnsigned : Type::kSigned;
    case mysql::FieldType::kDouble:
      return Type::kDouble;
    case mysql::FieldType::kNewDecimal:
      return Type::kDecimal;
    default:
      return field.collation == mysql::kBinaryCollation ? Type::kBinary : Type::kText;
  }
}

// The collation of an expression, which is not evaluated for it.
Awaitable<Result<std::string>> CollationOnShard(StatementExecutor& executor, Statement& statement,
                                                const std::string& text) {
  const WarningList warnings = statement.session.warnings;
  CO_ASSIGN_OR_RETURN(mysql::Value collation,
                      co_await EvaluateOnShard(executor, statement, "COLLATION(" + text + ")"));
  statement.session.warnings = warnings;
  co_return collation.is_null() ? "" : collation.ToText();
}

// `before`: the variable's, or null.
Awaitable<Result<UserVariable>> EvaluateUserVariable(StatementExecutor& executor,
                                                     Statement& statement, const parser::Expr* expr,
                                                     const UserVariable* before) {
  const auto* literal = parser::As<parser::Literal>(expr);
  if (literal != nullptr && literal->literal == parser::LiteralKind::kNull) {
    UserVariable variable = before == nullptr ? UserVariable() : *before;
    variable.value = mysql::Value();
    co_return variable;
  }
  if (auto constant = ConstantVariable(expr, statement.session)) co_return std::move(*constant);
  const auto* mark = parser::As<parser::Placeholder>(expr);
  if (mark != nullptr && statement.named) {
    // Nothing here makes text of a binary string.
    CO_ASSIGN_OR_RETURN(mysql::Value value, ParameterValue(mark->ordinal, statement));
    const bool is_bytes =
        value.kind() == mysql::Value::Kind::kString && value.collation() == mysql::kBinaryCollation;
    if (is_bytes) co_return MakeUserVariable(std::move(value), {});
  }
  CO_ASSIGN_OR_RETURN(std::string text, TextOf(expr, statement));
  CO_ASSIGN_OR_RETURN(mysql::QueryResult result,
                      co_await executor.FetchAssigned(statement.session, statement.client, text));
  UserVariable variable;
  variable.type = TypeOf(result.fields[0]);
  mysql::Value& value = result.rows[0][0];
  const bool is_number =
      variable.type != UserVariable::Type::kText && variable.type != UserVariable::Type::kBinary;
  if (is_number) {
    variable.value = std::move(value);
    co_return variable;
  }
  std::string name = result.rows[0][1].ToText();
  if (value.is_null()) {
    // NULL leaves a variable its collation.
    if (before != nullptr && (before->type == UserVariable::Type::kText ||
                              before->type == UserVariable::Type::kBinary)) {
      variable = *before;
      variable.value = mysql::Value();
      co_return variable;
    }
    CO_ASSIGN_OR_RETURN(name, co_await CollationOnShard(executor, statement, text));
  }
  const mysql::Collation* collation = mysql::FindCollation(name);
  if (collation == nullptr) co_return InternalError("a shard told the unknown collation " + name);
  const bool is_text = collation->id != mysql::kBinaryCollation;
  variable.type = is_text ? UserVariable::Type::kText : UserVariable::Type::kBinary;
  if (is_text) variable.collation = std::move(name);
  if (value.is_null()) co_return variable;
  variable.value = mysql::Value::Text(result.rows[0][2].str(), collation->id);
  if (!variable.IsValid()) {
    co_return Unsupported("not supported yet: a user variable of text that is not valid " +
                          std::string(collation->charset));
  }
  co_return variable;
}

Status SetGatewayVariable(const std::string& name, std::string literal, Changes* changes) {
  if (name == "autocommit") {
    ASSIGN_OR_RETURN(changes->autocommit, BooleanOfLiteral(name, literal));
    return Status::Ok();
  }
  if (name == "last_insert_id" || name == "identity") {
    changes->last_insert_id = std::strtoull(literal.c_str(), nullptr, 10);
    return Status::Ok();
  }
  if (name == "version" || name == "version_comment" || name == "session_uuid" ||
      name == "warning_count" || name == "error_count") {
    return Status::Mysql(1238, "HY000", fmt::format("Variable '{}' is a read only variable", name));
  }
  if (name == "transaction_mode") {
    std::string mode = AsciiLower(UnquotedLiteral(literal));
    if (mode == "twopc") return Unsupported("transaction_mode 'twopc' is not supported yet");
    if (mode == "single") return Unsupported("transaction_mode 'single' is not supported yet");
    if (mode != "multi" && mode != "unspecified") return WrongValue(name, mode);
  }
  if (name == "ddl_strategy") {
    std::string strategy = AsciiLower(UnquotedLiteral(literal));
    if (!strategy.empty() && strategy != "direct") {
      return Unsupported(fmt::format("ddl_strategy '{}' is not supported yet", strategy));
    }
  }
  RETURN_IF_ERROR(CheckTracking(name, &literal));
  changes->gateway_variables.insert_or_assign(name, std::move(literal));
  return Status::Ok();
}

// What `name` is on a connection where it has been set to `literal`, or the shard's error.
Awaitable<Result<std::string>> ValueOnShard(StatementExecutor& executor, Statement& statement,
                                            const std::string& name, std::string literal) {
  Settings settings;
  settings.Set(name, std::move(literal));
  std::vector<std::string> names(1, name);
  CO_ASSIGN_OR_RETURN(VariableTexts texts,
                      co_await executor.FetchVariables(statement, settings, std::move(names)));
  auto found = texts.find(name);
  if (found == texts.end()) co_return InternalError("a shard did not tell its " + name);
  co_return found->second;
}

std::string VariableName(const SetItem& item) {
  std::string name = AsciiLower(item.name.text);
  if (!item.base.empty()) name = AsciiLower(item.base.text) + "." + name;
  return name == "tx_isolation" ? "transaction_isolation" : name;
}

// Another value than the default has no effect where sequences give the ids or where the server of
// the next statement is another one: SET that looks fine must not give other rows than one MySQL.
Status CheckOnlyDefault(const std::string& name, const std::string& literal) {
  bool is_default = true;
  if (name == "sql_auto_is_null") {
    ASSIGN_OR_RETURN(const bool on, BooleanOfLiteral(name, literal));
    is_default = !on;
  } else if (name == "auto_increment_increment" || name == "auto_increment_offset") {
    is_default = literal == "1";
  } else if (name == "insert_id") {
    is_default = literal == "0";
  } else if (name == "completion_type") {
    const std::string type = AsciiLower(UnquotedLiteral(literal));
    is_default = type == "0" || type == "no_chain";
  } else if (name == "rand_seed1" || name == "rand_seed2") {
    is_default = false;
  }
  if (is_default) return Status::Ok();
  return Unsupported(fmt::format("not supported yet: SET {} to {}", name, literal));
}

// Whether mysqld says which values it can have, and what becomes of others.
bool HasValuesOfMysql(const std::string& name) {
  return name == "sql_select_limit" || name == "wait_timeout" || name == "interactive_timeout" ||
         name == "net_read_timeout" || name == "net_write_timeout";
}

Status TransactionInProgress() {
  return Status::Mysql(
      1568, "25001",
      "Transaction characteristics can't be changed while a transaction is in progress");
}

std::string_view IsolationName(parser::Isolation isolation, char separator) {
  switch (isolation) {
    case parser::Isolation::kReadUncommitted:
      return separator == '-' ? "READ-UNCOMMITTED" : "READ UNCOMMITTED";
    case parser::Isolation::kReadCommitted:
      return separator == '-' ? "READ-COMMITTED" : "READ COMMITTED";
    case parser::Isolation::kRepeatableRead:
      return separator == '-' ? "REPEATABLE-READ" : "REPEATABLE READ";
    case parser::Isolation::kSerializable:
      return "SERIALIZABLE";
    case parser::Isolation::kUnset:
      break;
  }
  return "";
}

// SET @@transaction_isolation without SESSION: for the next transaction only.
Status SetNextTransaction(const std::string& name, const std::string& literal,
                          const Session& session, Changes* changes) {
  if (session.transaction.open()) return TransactionInProgress();
  TransactionCharacteristics next = changes->next_transaction.value_or(session.next_transaction);
  if (name == "transaction_read_only") {
    ASSIGN_OR_RETURN(const bool read_only, BooleanOfLiteral(name, literal));
    next.access = read_only ? "READ ONLY" : "READ WRITE";
  } else {
    using parser::Isolation;
    constexpr std::array kLevels = {Isolation::kReadUncommitted, Isolation::kReadCommitted,
                                    Isolation::kRepeatableRead, Isolation::kSerializable};
    const std::string given = UnquotedLiteral(literal);
    const auto level = std::find_if(kLevels.begin(), kLevels.end(), [&given](Isolation isolation) {
      return parser::EqualsIgnoreCase(given, IsolationName(isolation, '-'));
    });
    const bool number = literal.size() == 1 && literal[0] >= '0' && literal[0] <= '3';
    if (level == kLevels.end() && !number) return WrongValue(name, given);
    next.isolation = IsolationName(number ? kLevels[literal[0] - '0'] : *level, ' ');
  }
  changes->next_transaction = std::move(next);
  return Status::Ok();
}

Awaitable<Status> SetVariable(StatementExecutor& executor, Statement& statement,
                              const SetItem& item, Changes* changes) {
  const std::string name = VariableName(item);
  if (item.scope == VariableScope::kGlobal || item.scope == VariableScope::kPersist ||
      item.scope == VariableScope::kPersistOnly) {
    co_return Unsupported(
        fmt::format("SET GLOBAL {}: set it on the MySQL servers (vtctl ExecuteFetchAsDBA)", name));
  }
  const bool is_default = parser::Is<parser::DefaultExpr>(item.value);
  switch (HomeOf(name)) {
    case VariableHome::kRefused:
      co_return Unsupported(fmt::format("SET {}: replication relies on it", name));
    case VariableHome::kGateway: {
      if (name == "max_allowed_packet") {
        co_return Status::Mysql(1621, "HY000",
                                "SESSION variable 'max_allowed_packet' is read-only. Use SET "
                                "GLOBAL to assign the value");
      }
      if (name == "max_prepared_stmt_count") {
        co_return Status::Mysql(1229, "HY000",
                                "Variable 'max_prepared_stmt_count' is a GLOBAL variable and "
                                "should be set with SET GLOBAL");
      }
      if (is_default) {
        if (name == "autocommit") changes->autocommit = true;
        changes->gateway_variables.erase(name);
        co_return Status::Ok();
      }
      CO_ASSIGN_OR_RETURN(std::string literal, co_await Evaluate(executor, statement, item.value));
      if (HasValuesOfMysql(name)) {
        changes->Ask(fmt::format("@@session.{}={}", name, literal));
        CO_ASSIGN_OR_RETURN(literal, co_await ValueOnShard(executor, statement, name, literal));
      }
      co_return SetGatewayVariable(name, std::move(literal), changes);
    }
    case VariableHome::kShard:
      break;
  }
  const bool of_transaction = name == "transaction_isolation" || name == "transaction_read_only";
  if (of_transaction && item.at_syntax && item.scope == VariableScope::kNone && !is_default) {
    CO_ASSIGN_OR_RETURN(std::string literal, co_await Evaluate(executor, statement, item.value));
    co_return SetNextTransaction(name, literal, statement.session, changes);
  }
  changes->settings_changed = true;
  if (is_default) {
    changes->Ask(fmt::format("@@session.{}=DEFAULT", name));
    changes->settings.Unset(name);
    co_return Status::Ok();
  }
  CO_ASSIGN_OR_RETURN(std::string literal, co_await Evaluate(executor, statement, item.value));
  CO_RETURN_IF_ERROR(CheckOnlyDefault(name, literal));
  changes->Ask(fmt::format("@@session.{}={}", name, literal));
  if (name == "character_set_client") changes->client_charset = UnquotedLiteral(literal);
  changes->settings.Set(name, std::move(literal));
  co_return Status::Ok();
}

// The list of session_track_system_variables has changed: it counts for what follows it.
Awaitable<Status> TrackOthers(StatementExecutor& executor, Statement& statement, Changes* changes) {
  auto set = changes->gateway_variables.find("session_track_system_variables");
  if (set == changes->gateway_variables.end()) {
    changes->tracked = SessionTracker().names();
    co_return Status::Ok();
  }
  const bool none = set->second == "NULL";
  changes->tracked = TrackedNames::Parse(none ? "" : UnquotedLiteral(set->second));
  co_return co_await DropUnknownNames(executor, statement, changes->settings, &changes->tracked);
}

Status SetNames(const SetItem& item, Changes* changes) {
  changes->settings_changed = true;
  for (const char* name :
       {"character_set_client", "character_set_connection", "character_set_results"}) {
    changes->Touch(name);
  }
  if (item.is_default || item.name.empty()) {
    for (const char* name : {"character_set_client", "character_set_connection",
                             "character_set_results", "collation_connection"}) {
      changes->settings.Unset(name);
    }
    changes->client_charset = "utf8mb4";
    return Status::Ok();
  }
  const mysql::Charset* charset = mysql::FindCharset(item.name.text);
  if (charset == nullptr) {
    return Status::Mysql(1115, "42000", fmt::format("Unknown character set: '{}'", item.name.text));
  }
  std::string name(charset->name);
  changes->Ask(
      (item.set == SetKind::kNames ? "NAMES " : "CHARACTER SET ") +
      parser::QuoteString(item.name.text) +
      (item.collation.empty() ? "" : " COLLATE " + parser::QuoteString(item.collation.text)));
  if (name == "ucs2" || name == "utf16" || name == "utf16le" || name == "utf32") {
    return WrongValue("character_set_client", name);
  }
  changes->client_charset = name;
  changes->settings.Set("character_set_client", parser::QuoteString(name));
  changes->settings.Set("character_set_results", parser::QuoteString(name));
  if (item.set == SetKind::kCharacterSet) {
    // SET CHARACTER SET takes the connection's from the database.
    changes->settings.Unset("character_set_connection");
    changes->settings.Unset("collation_connection");
    return Status::Ok();
  }
  changes->settings.Set("character_set_connection", parser::QuoteString(name));
  changes->settings.Unset("collation_connection");
  if (item.collation.empty()) return Status::Ok();
  const mysql::Collation* collation = mysql::FindCollation(item.collation.text);
  if (collation == nullptr) {
    return Status::Mysql(1273, "HY000",
                         fmt::format("Unknown collation: '{}'", item.collation.text));
  }
  if (collation->charset != charset->name) {
    return Status::Mysql(1253, "42000",
                         fmt::format("COLLATION '{}' is not valid for CHARACTER SET '{}'",
                                     collation->name, charset->name));
  }
  changes->settings.Set("collation_connection", parser::QuoteString(collation->name));
  // By number: metadata names this collation, not the character set's default one.
  changes->settings.Set("character_set_results", fmt::format("{}", collation->id));
  return Status::Ok();
}

Status SetTransaction(const SetItem& item, const Session& session, Changes* changes) {
  if (item.scope == VariableScope::kGlobal) {
    return Unsupported("SET GLOBAL TRANSACTION: set it on the MySQL servers");
  }
  const bool read_only = item.access == parser::AccessMode::kReadOnly;
  if (item.scope == VariableScope::kNone) {
    if (session.transaction.open()) return TransactionInProgress();
    changes->next_transaction = changes->next_transaction.value_or(session.next_transaction);
    if (item.isolation != parser::Isolation::kUnset) {
      changes->next_transaction->isolation = IsolationName(item.isolation, ' ');
    }
    if (item.access != parser::AccessMode::kUnset) {
      changes->next_transaction->access = read_only ? "READ ONLY" : "READ WRITE";
    }
    return Status::Ok();
  }
  changes->settings_changed = true;
  changes->state_changed = true;
  if (item.isolation != parser::Isolation::kUnset) {
    changes->Touch("transaction_isolation");
    changes->settings.Set("transaction_isolation",
                          parser::QuoteString(IsolationName(item.isolation, '-')));
  }
  if (item.access != parser::AccessMode::kUnset) {
    changes->Touch("transaction_read_only");
    changes->settings.Set("transaction_read_only", read_only ? "1" : "0");
  }
  return Status::Ok();
}

Awaitable<Status> AddItem(StatementExecutor& executor, Statement& statement, const SetItem& item,
                          Changes* changes) {
  changes->state_changed |= item.set != SetKind::kTransaction;
  switch (item.set) {
    case SetKind::kUserVariable: {
      const std::string name = AsciiLower(item.name.text);
      CO_RETURN_IF_ERROR(CheckUserVariableName(name));
      auto before = changes->user_variables.find(name);
      const UserVariable* old = before == changes->user_variables.end() ? nullptr : &before->second;
      CO_ASSIGN_OR_RETURN(UserVariable variable,
                          co_await EvaluateUserVariable(executor, statement, item.value, old));
      changes->user_variables.insert_or_assign(name, std::move(variable));
      co_return Status::Ok();
    }
    case SetKind::kSystemVariable: {
      CO_RETURN_IF_ERROR(co_await SetVariable(executor, statement, item, changes));
      std::string name = VariableName(item);
      if (name == "session_track_system_variables") {
        CO_RETURN_IF_ERROR(co_await TrackOthers(executor, statement, changes));
      }
      changes->Touch(std::move(name));
      co_return Status::Ok();
    }
    case SetKind::kNames:
    case SetKind::kCharacterSet:
      co_return SetNames(item, changes);
    case SetKind::kTransaction:
      co_return SetTransaction(item, statement.session, changes);
    case SetKind::kPassword:
      co_return Unsupported("SET PASSWORD");
    case SetKind::kRole:
      co_return Unsupported("SET ROLE");
    case SetKind::kResourceGroup:
      co_return Unsupported("SET RESOURCE GROUP");
    case SetKind::kTriggerField:
      break;
  }
  co_return Unsupported("this form of SET");
}

Awaitable<Status> Track(StatementExecutor& executor, Statement& statement, const parser::Set& node,
                        Changes changes) {
  Session& session = statement.session;
  if (changes.state_changed) session.tracker.NoteStateChange();
  for (const SetItem* item : node.items) {
    if (item->set == SetKind::kSystemVariable) ApplyTracking(VariableName(*item), &session);
  }
  session.tracker.set_names(std::move(changes.tracked));
  if (!session.tracks_state()) co_return Status::Ok();
  co_return co_await NoteVariables(executor, statement, changes.touched);
}

void ApplyCharset(const std::string& name, Session* session) {
  session->charset = parser::TextCharsetOf(name);
  std::string charset = AsciiLower(name);
  session->charset_is_utf8 = charset == "utf8mb4" || charset == "utf8mb3" || charset == "utf8" ||
                             charset == "binary" || charset == "ascii";
}

}  // namespace

void ApplySqlMode(std::string_view mode, Session* session) {
  session->sql_mode_bits = parser::SqlModeBits(mode);
  session->no_auto_value_on_zero = mode.find("NO_AUTO_VALUE_ON_ZERO") != std::string_view::npos;
}

Awaitable<Status> RunSet(StatementExecutor& executor, Statement& statement) {
  Session& session = statement.session;
  const auto& node = *parser::Cast<parser::Set>(statement.plan->statement->root());
  Changes changes;
  changes.settings = session.settings;
  changes.gateway_variables = session.gateway_variables;
  changes.user_variables = session.user_variables;
  changes.tracked = session.tracker.names();
  for (const SetItem* item : node.items) {
    CO_RETURN_IF_ERROR(co_await AddItem(executor, statement, *item, &changes));
  }
  if (changes.settings_changed) {
    CO_ASSIGN_OR_RETURN(std::string mode,
                        co_await executor.CheckSettings(statement, changes.settings));
    session.settings = std::move(changes.settings);
    ApplySqlMode(mode, &session);
    if (!changes.client_charset.empty()) ApplyCharset(changes.client_charset, &session);
  }
  if (!changes.asked.empty()) {
    CO_RETURN_IF_ERROR(co_await executor.NoteSetWarnings(statement, std::move(changes.asked)));
  }
  session.gateway_variables = std::move(changes.gateway_variables);
  ApplyTimeouts(session, statement.client);
  session.user_variables = std::move(changes.user_variables);
  if (changes.last_insert_id) session.last_insert_id = *changes.last_insert_id;
  if (changes.next_transaction) session.next_transaction = *changes.next_transaction;
  if (changes.autocommit && *changes.autocommit != session.autocommit) {
    // Switching it on ends an open transaction.
    if (*changes.autocommit) CO_RETURN_IF_ERROR(co_await CommitTransaction(session));
    session.autocommit = *changes.autocommit;
  }
  CO_RETURN_IF_ERROR(co_await Track(executor, statement, node, std::move(changes)));
  ReplyOk(statement, 0, 0, session.warnings.packet_count());
  co_return Status::Ok();
}

}  // namespace keyspan::vtgate
