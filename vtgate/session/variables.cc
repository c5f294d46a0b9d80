#include "vtgate/session/variables.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "common/ascii.h"
#include "parser/printer.h"

namespace keyspan::vtgate {
namespace {

enum class Kept : uint8_t { kBoth, kOnlySession, kOnlyGlobal };

struct GatewayVariable {
  std::string_view name;
  std::string_view initial;  // SQL literal; empty: see GatewayVariableLiteral
  Kept kept = Kept::kBoth;
};

// Sorted by name. Defaults are MySQL 9.7's own where it has the variable; those of the process go
// before.
constexpr std::array kGatewayVariables = {
    GatewayVariable{"autocommit", "1"},
    GatewayVariable{"ddl_strategy", "'direct'"},
    GatewayVariable{"error_count", "", Kept::kOnlySession},
    GatewayVariable{"identity", "", Kept::kOnlySession},
    GatewayVariable{"interactive_timeout", "28800"},
    GatewayVariable{"last_insert_id", "", Kept::kOnlySession},
    GatewayVariable{"max_allowed_packet", "67108864"},
    GatewayVariable{"max_prepared_stmt_count", "16382", Kept::kOnlyGlobal},
    GatewayVariable{"migration_context", "''"},
    GatewayVariable{"net_read_timeout", "30"},
    GatewayVariable{"net_write_timeout", "60"},
    GatewayVariable{"pseudo_thread_id", "", Kept::kOnlySession},
    GatewayVariable{"query_timeout", "0"},
    GatewayVariable{"session_track_gtids", "'OFF'"},
    GatewayVariable{"session_track_schema", "1"},
    GatewayVariable{"session_track_state_change", "0"},
    GatewayVariable{"session_track_system_variables",
                    "'time_zone,autocommit,character_set_client,character_set_results,"
                    "character_set_connection'"},
    GatewayVariable{"session_track_transaction_info", "'OFF'"},
    GatewayVariable{"session_uuid", "''"},
    GatewayVariable{"sql_select_limit", "18446744073709551615"},
    GatewayVariable{"transaction_mode", "'multi'"},
    GatewayVariable{"transaction_timeout", "0"},
    GatewayVariable{"version", "", Kept::kOnlyGlobal},
    GatewayVariable{"version_comment", "'Keyspan'", Kept::kOnlyGlobal},
    GatewayVariable{"wait_timeout", "28800"},
    GatewayVariable{"warning_count", "", Kept::kOnlySession},
    GatewayVariable{"workload", "'unspecified'"},
};

constexpr std::array<std::string_view, 8> kRefusedVariables = {
    "binlog_format",       "binlog_row_image",  "gtid_next",   "gtid_next_list",
    "pseudo_replica_mode", "pseudo_slave_mode", "sql_log_bin", "xa_detach_on_prepare",
};

const GatewayVariable* FindGatewayVariable(std::string_view name) {
  auto it = std::lower_bound(
      kGatewayVariables.begin(), kGatewayVariables.end(), name,
      [](const GatewayVariable& variable, std::string_view key) { return variable.name < key; });
  return it != kGatewayVariables.end() && it->name == name ? &*it : nullptr;
}

Result<std::string> GlobalLiteral(std::string_view name, const Session& session) {
  if (name == "version") return parser::QuoteString(session.server_version);
  if (session.global_variables != nullptr) {
    auto of_process = session.global_variables->find(name);
    if (of_process != session.global_variables->end()) return of_process->second;
  }
  const GatewayVariable* variable = FindGatewayVariable(name);
  if (variable == nullptr) {
    return Status::Mysql(1193, "HY000", fmt::format("Unknown system variable '{}'", name));
  }
  return std::string(variable->initial);
}

}  // namespace

VariableHome HomeOf(std::string_view name) {
  if (FindGatewayVariable(name) != nullptr) return VariableHome::kGateway;
  if (std::find(kRefusedVariables.begin(), kRefusedVariables.end(), name) !=
      kRefusedVariables.end()) {
    return VariableHome::kRefused;
  }
  return VariableHome::kShard;
}

std::vector<std::string_view> GatewayVariableNames(ValueScope scope) {
  std::vector<std::string_view> names;
  for (const GatewayVariable& variable : kGatewayVariables) {
    const bool listed = scope == ValueScope::kSession || variable.kept != Kept::kOnlySession;
    if (listed) names.push_back(variable.name);
  }
  return names;
}

Result<std::string> GatewayVariableLiteral(std::string_view name, const Session& session) {
  if (name == "autocommit") return std::string(session.autocommit ? "1" : "0");
  if (name == "identity" || name == "last_insert_id") {
    return fmt::format("{}", session.last_insert_id);
  }
  if (name == "error_count") return fmt::format("{}", session.last_error_count);
  if (name == "warning_count") return fmt::format("{}", session.last_warning_count);
  if (name == "pseudo_thread_id") return fmt::format("{}", session.connection_id);
  auto set = session.gateway_variables.find(name);
  if (set != session.gateway_variables.end()) return set->second;
  return GlobalLiteral(name, session);
}

Result<std::string> VariableReferenceLiteral(std::string_view reference, const Session& session) {
  const size_t dot = reference.find('.');
  if (dot == std::string_view::npos) return GatewayVariableLiteral(reference, session);
  const bool global = reference.substr(0, dot) == "global";
  const std::string_view name = reference.substr(dot + 1);
  const GatewayVariable* variable = FindGatewayVariable(name);
  const Kept other = global ? Kept::kOnlySession : Kept::kOnlyGlobal;
  if (variable != nullptr && variable->kept == other) {
    return Status::Mysql(
        1238, "HY000",
        fmt::format("Variable '{}' is a {} variable", name, global ? "SESSION" : "GLOBAL"));
  }
  return global ? GlobalLiteral(name, session) : GatewayVariableLiteral(name, session);
}

std::string GatewayVariableText(std::string_view name, const Session& session, ValueScope scope) {
  auto literal = scope == ValueScope::kGlobal ? GlobalLiteral(name, session)
                                              : GatewayVariableLiteral(name, session);
  if (!literal.ok() || *literal == "NULL") return "";
  const bool is_boolean = name == "autocommit" || name == "session_track_schema" ||
                          name == "session_track_state_change";
  if (is_boolean) return *literal == "1" ? "ON" : "OFF";
  return UnquotedLiteral(*literal);
}

uint64_t GatewayVariableNumber(std::string_view name, const Session& session) {
  auto literal = GatewayVariableLiteral(name, session);
  uint64_t number = 0;
  if (literal.ok()) std::from_chars(literal->data(), literal->data() + literal->size(), number);
  return number;
}

uint64_t SelectLimit(const Session& session) {
  auto set = session.gateway_variables.find("sql_select_limit");
  if (set == session.gateway_variables.end()) return kNoSelectLimit;
  uint64_t limit = kNoSelectLimit;
  std::from_chars(set->second.data(), set->second.data() + set->second.size(), limit);
  return limit;
}

std::string UnquotedLiteral(std::string_view literal) {
  // _utf8mb4'...', as user variables are written
  if (const size_t quote = literal.find('\''); literal.starts_with('_') && quote != literal.npos) {
    literal.remove_prefix(quote);
  }
  if (literal.size() >= 2 && (literal.front() == '\'' || literal.front() == '"')) {
    return std::string(literal.substr(1, literal.size() - 2));
  }
  return std::string(literal);
}

Status WrongValue(std::string_view name, std::string_view value) {
  return Status::Mysql(1231, "42000",
                       fmt::format("Variable '{}' can't be set to the value of '{}'", name, value));
}

Result<bool> BooleanOfLiteral(std::string_view name, std::string_view literal) {
  const std::string given = UnquotedLiteral(literal);
  const std::string text = AsciiLower(given);
  if (text == "1" || text == "on" || text == "true") return true;
  if (text == "0" || text == "off" || text == "false") return false;
  return WrongValue(name, given);
}

}  // namespace keyspan::vtgate
