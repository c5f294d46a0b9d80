#include <fmt/format.h>

#include <algorithm>

#include "mysql/types/collation.h"
#include "parser/printer.h"
#include "vtgate/executor/handlers.h"
#include "vtgate/executor/statement_executor.h"
#include "vtgate/session/variables.h"
#include "vtgate/txn/finish.h"

namespace keyspan::vtgate {
namespace {

using parser::SetItem;
using parser::SetKind;
using parser::VariableScope;

std::string Lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return tolower(c); });
  return out;
}

// What one SET statement changes; it takes effect only when every item is fine, as in MySQL.
struct Changes {
  Settings settings;
  std::map<std::string, std::string, std::less<>> gateway_variables;
  std::map<std::string, UserVariable, std::less<>> user_variables;
  std::optional<bool> autocommit;
  std::optional<uint64_t> last_insert_id;
  std::optional<TransactionCharacteristics> next_transaction;
  std::string client_charset;  // empty: unchanged
  bool settings_changed = false;
};

Status WrongValue(std::string_view name, std::string_view value) {
  return Status::Mysql(1231, "42000",
                       fmt::format("Variable '{}' can't be set to the value of '{}'", name, value));
}

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

std::string LiteralOf(const mysql::Value& value) {
  std::string out;
  value.AppendSqlLiteral(&out);
  return out;
}

// The literal that an expression comes to.
Awaitable<Result<std::string>> Evaluate(StatementExecutor& executor, Statement& statement,
                                        const parser::Expr* value) {
  std::string constant = ConstantText(value);
  if (!constant.empty()) co_return constant;
  CO_ASSIGN_OR_RETURN(mysql::QueryResult result,
                      co_await executor.Fetch(statement.session, statement.client,
                                              "SELECT " + parser::Print(value)));
  if (result.rows.size() > 1) {
    co_return Status::Mysql(1242, "21000", "Subquery returns more than 1 row");
  }
  if (result.rows.empty() || result.rows[0].empty()) co_return std::string("NULL");
  co_return LiteralOf(result.rows[0][0]);
}

std::string Unquoted(std::string_view literal) {
  if (literal.size() >= 2 && (literal.front() == '\'' || literal.front() == '"')) {
    return std::string(literal.substr(1, literal.size() - 2));
  }
  return std::string(literal);
}

Result<bool> BooleanOf(std::string_view name, std::string_view literal) {
  std::string text = Lower(Unquoted(literal));
  if (text == "1" || text == "on" || text == "true") return true;
  if (text == "0" || text == "off" || text == "false") return false;
  return WrongValue(name, text);
}

Status SetGatewayVariable(const std::string& name, std::string literal, Changes* changes) {
  if (name == "autocommit") {
    ASSIGN_OR_RETURN(changes->autocommit, BooleanOf(name, literal));
    return Status::Ok();
  }
  if (name == "last_insert_id" || name == "identity") {
    changes->last_insert_id = std::strtoull(literal.c_str(), nullptr, 10);
    return Status::Ok();
  }
  if (name == "version" || name == "version_comment" || name == "session_uuid") {
    return Status::Mysql(1238, "HY000", fmt::format("Variable '{}' is a read only variable", name));
  }
  if (name == "transaction_mode") {
    std::string mode = Lower(Unquoted(literal));
    if (mode == "twopc") return Unsupported("transaction_mode 'twopc' is not supported yet");
    if (mode == "single") return Unsupported("transaction_mode 'single' is not supported yet");
    if (mode != "multi" && mode != "unspecified") return WrongValue(name, mode);
  }
  if (name == "ddl_strategy") {
    std::string strategy = Lower(Unquoted(literal));
    if (!strategy.empty() && strategy != "direct") {
      return Unsupported(fmt::format("ddl_strategy '{}' is not supported yet", strategy));
    }
  }
  changes->gateway_variables.insert_or_assign(name, std::move(literal));
  return Status::Ok();
}

Awaitable<Status> SetVariable(StatementExecutor& executor, Statement& statement,
                              const SetItem& item, Changes* changes) {
  std::string name = Lower(item.name.text);
  if (!item.base.empty()) name = Lower(item.base.text) + "." + name;
  if (item.scope == VariableScope::kGlobal || item.scope == VariableScope::kPersist ||
      item.scope == VariableScope::kPersistOnly) {
    co_return Unsupported(
        fmt::format("SET GLOBAL {}: set it on the MySQL servers (vtctl ExecuteFetchAsDBA)", name));
  }
  if (name == "tx_isolation") name = "transaction_isolation";
  const bool is_default = parser::Is<parser::DefaultExpr>(item.value);
  switch (HomeOf(name)) {
    case VariableHome::kRefused:
      co_return Unsupported(fmt::format("SET {}: replication relies on it", name));
    case VariableHome::kGateway: {
      if (is_default) {
        if (name == "autocommit") changes->autocommit = true;
        changes->gateway_variables.erase(name);
        co_return Status::Ok();
      }
      CO_ASSIGN_OR_RETURN(std::string literal, co_await Evaluate(executor, statement, item.value));
      co_return SetGatewayVariable(name, std::move(literal), changes);
    }
    case VariableHome::kShard:
      break;
  }
  changes->settings_changed = true;
  if (is_default) {
    changes->settings.Unset(name);
    co_return Status::Ok();
  }
  CO_ASSIGN_OR_RETURN(std::string literal, co_await Evaluate(executor, statement, item.value));
  if (name == "character_set_client") changes->client_charset = Unquoted(literal);
  changes->settings.Set(name, std::move(literal));
  co_return Status::Ok();
}

Status SetNames(const SetItem& item, Changes* changes) {
  changes->settings_changed = true;
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
  return Status::Ok();
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

Status SetTransaction(const SetItem& item, const Session& session, Changes* changes) {
  if (item.scope == VariableScope::kGlobal) {
    return Unsupported("SET GLOBAL TRANSACTION: set it on the MySQL servers");
  }
  const bool read_only = item.access == parser::AccessMode::kReadOnly;
  if (item.scope == VariableScope::kNone) {
    if (session.transaction.open()) {
      return Status::Mysql(1568, "25001",
                           "Transaction characteristics can't be changed while a transaction is "
                           "in progress");
    }
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
  if (item.isolation != parser::Isolation::kUnset) {
    changes->settings.Set("transaction_isolation",
                          parser::QuoteString(IsolationName(item.isolation, '-')));
  }
  if (item.access != parser::AccessMode::kUnset) {
    changes->settings.Set("transaction_read_only", read_only ? "1" : "0");
  }
  return Status::Ok();
}

Awaitable<Status> AddItem(StatementExecutor& executor, Statement& statement, const SetItem& item,
                          Changes* changes) {
  switch (item.set) {
    case SetKind::kUserVariable: {
      CO_ASSIGN_OR_RETURN(std::string literal, co_await Evaluate(executor, statement, item.value));
      changes->user_variables[Lower(item.name.text)] = {std::move(literal)};
      co_return Status::Ok();
    }
    case SetKind::kSystemVariable:
      co_return co_await SetVariable(executor, statement, item, changes);
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

void ApplyCharset(const std::string& name, Session* session) {
  session->charset = parser::TextCharsetOf(name);
  std::string charset = Lower(name);
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
  session.gateway_variables = std::move(changes.gateway_variables);
  session.user_variables = std::move(changes.user_variables);
  if (changes.last_insert_id) session.last_insert_id = *changes.last_insert_id;
  if (changes.next_transaction) session.next_transaction = *changes.next_transaction;
  if (changes.autocommit && *changes.autocommit != session.autocommit) {
    // Switching it on ends an open transaction.
    if (*changes.autocommit) CO_RETURN_IF_ERROR(co_await CommitTransaction(session));
    session.autocommit = *changes.autocommit;
  }
  ReplyOk(statement);
  co_return Status::Ok();
}

}  // namespace keyspan::vtgate
