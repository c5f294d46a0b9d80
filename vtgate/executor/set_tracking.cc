#include "vtgate/executor/set_tracking.h"

#include <fmt/format.h>

#include <array>

#include "common/ascii.h"
#include "parser/printer.h"
#include "vtgate/executor/statement_executor.h"
#include "vtgate/session/variables.h"

namespace keyspan::vtgate {
namespace {

constexpr std::string_view kNames = "session_track_system_variables";
constexpr std::string_view kSchema = "session_track_schema";
constexpr std::string_view kStateChange = "session_track_state_change";
constexpr std::string_view kGtids = "session_track_gtids";
constexpr std::string_view kTransactionInfo = "session_track_transaction_info";

constexpr std::array<std::string_view, 3> kGtidKinds = {"OFF", "OWN_GTID", "ALL_GTIDS"};
constexpr std::array<std::string_view, 3> kInfoKinds = {"OFF", "STATE", "CHARACTERISTICS"};

// Enumerations are set by name, in any case, or by number.
Result<size_t> KindOf(const std::string& name, const std::string& literal,
                      std::span<const std::string_view> kinds) {
  const std::string text = UnquotedLiteral(literal);
  for (size_t i = 0; i < kinds.size(); ++i) {
    if (parser::EqualsIgnoreCase(text, kinds[i])) return i;
    if (text == literal && text == fmt::format("{}", i)) return i;
  }
  return WrongValue(name, text);
}

}  // namespace

Status CheckTracking(const std::string& name, std::string* literal) {
  if (name == kSchema || name == kStateChange) {
    ASSIGN_OR_RETURN(const bool on, BooleanOfLiteral(name, *literal));
    *literal = on ? "1" : "0";
  } else if (name == kGtids) {
    ASSIGN_OR_RETURN(const size_t kind, KindOf(name, *literal, kGtidKinds));
    if (kind != 0) {
      return Unsupported(fmt::format("session_track_gtids {}: every shard has GTIDs of its own",
                                     kGtidKinds[kind]));
    }
    *literal = "'OFF'";
  } else if (name == kTransactionInfo) {
    ASSIGN_OR_RETURN(const size_t kind, KindOf(name, *literal, kInfoKinds));
    *literal = parser::QuoteString(kInfoKinds[kind]);
  } else if (name == kNames && *literal != "NULL" && UnquotedLiteral(*literal) == *literal) {
    return Status::Mysql(1232, "42000",
                         fmt::format("Incorrect argument type to variable '{}'", name));
  }
  return Status::Ok();
}

void ApplyTracking(const std::string& name, Session* session) {
  if (!name.starts_with("session_track_")) return;
  auto literal = GatewayVariableLiteral(name, *session);
  if (!literal.ok()) return;
  SessionTracker& tracker = session->tracker;
  const std::string text = UnquotedLiteral(*literal);
  if (name == kSchema) tracker.set_schema(text == "1");
  if (name == kStateChange) tracker.set_state_change(text == "1");
  if (name != kTransactionInfo) return;
  using Info = SessionTracker::TransactionInfo;
  tracker.set_transaction_info(text == kInfoKinds[1]   ? Info::kState
                               : text == kInfoKinds[2] ? Info::kCharacteristics
                                                       : Info::kOff);
}

Awaitable<Status> DropUnknownNames(StatementExecutor& executor, Statement& statement,
                                   const Settings& settings, TrackedNames* names) {
  std::vector<std::string> of_shards;
  for (std::string& name : names->Names()) {
    if (HomeOf(name) != VariableHome::kGateway) of_shards.push_back(std::move(name));
  }
  if (of_shards.empty()) co_return Status::Ok();
  CO_ASSIGN_OR_RETURN(VariableTexts known,
                      co_await executor.FetchVariables(statement, settings, of_shards));
  for (const std::string& name : of_shards) {
    if (known.contains(name)) continue;
    statement.session.warnings.Add(
        {"Warning", 1231,
         fmt::format("{} is not a valid system variable and will be ignored.",
                     names->SpellingOf(name))});
    names->Remove(name);
  }
  co_return Status::Ok();
}

Awaitable<Status> NoteVariables(StatementExecutor& executor, Statement& statement,
                                const std::vector<std::string>& names) {
  Session& session = statement.session;
  std::vector<std::string> of_shards;
  for (const std::string& name : names) {
    if (session.tracker.names().SpellingOf(name).empty()) continue;
    if (HomeOf(name) == VariableHome::kGateway) {
      session.tracker.NoteVariable(name, GatewayVariableText(name, session));
    } else {
      of_shards.push_back(name);
    }
  }
  if (of_shards.empty()) co_return Status::Ok();
  CO_ASSIGN_OR_RETURN(VariableTexts texts,
                      co_await executor.FetchVariables(statement, session.settings, of_shards));
  for (auto& [name, text] : texts) session.tracker.NoteVariable(name, std::move(text));
  co_return Status::Ok();
}

}  // namespace keyspan::vtgate
