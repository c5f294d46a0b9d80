#include "vtgate/planner/statement_time.h"

#include <algorithm>
#include <array>
#include <string>

#include "parser/walker.h"
#include "vtgate/engine/plan.h"

namespace keyspan::vtgate {
namespace {

using parser::As;
using parser::Cast;
using parser::EqualsIgnoreCase;
using parser::FunctionCall;
using parser::Is;
using parser::SqlTemplate;
using parser::Visit;

// Stands for the hole while the statement is printed. The hint is before everything that a client
// could write it into, common table expressions apart.
constexpr std::string_view kTimeMark = "\x01time\x01";

bool IsClockFunction(const FunctionCall& call) {
  constexpr std::array<std::string_view, 12> kNames{
      "NOW",           "CURRENT_TIMESTAMP", "LOCALTIME", "LOCALTIMESTAMP",
      "CURDATE",       "CURRENT_DATE",      "CURTIME",   "CURRENT_TIME",
      "UTC_TIMESTAMP", "UTC_DATE",          "UTC_TIME",  "UNIX_TIMESTAMP"};
  if (!call.schema.empty()) return false;
  if (EqualsIgnoreCase(call.name.text, "UNIX_TIMESTAMP") && !call.args.empty()) return false;
  return std::any_of(kNames.begin(), kNames.end(),
                     [&](std::string_view name) { return EqualsIgnoreCase(call.name.text, name); });
}

// DEFAULT CURRENT_TIMESTAMP and ON UPDATE CURRENT_TIMESTAMP are for these types only; a default
// that is an expression may be of any.
bool MayHaveClockColumn(const TableUse& use) {
  if (use.info == nullptr) return true;
  return std::any_of(use.info->columns.begin(), use.info->columns.end(),
                     [](const TableColumn& column) {
                       std::string type = LowerCase(column.column_type);
                       return type.starts_with("datetime") || type.starts_with("timestamp");
                     });
}

std::string_view* HintsOf(parser::Statement* statement) {
  if (Is<parser::Select>(statement)) return &Cast<parser::Select>(statement)->hints;
  if (Is<parser::Insert>(statement)) return &Cast<parser::Insert>(statement)->hints;
  if (Is<parser::Update>(statement)) return &Cast<parser::Update>(statement)->hints;
  if (Is<parser::Delete>(statement)) return &Cast<parser::Delete>(statement)->hints;
  return nullptr;
}

std::string AddHint(std::string_view hints) {
  std::string added = "SET_VAR(timestamp=" + std::string(kTimeMark) + ") */";
  if (hints.empty()) return "/*+ " + added;
  return std::string(hints.substr(0, hints.rfind("*/"))) + added;
}

void OpenHole(SqlTemplate* sql) {
  for (size_t i = 0; i < sql->texts.size(); ++i) {
    const size_t at = sql->texts[i].find(kTimeMark);
    if (at == std::string::npos) continue;
    std::string rest = sql->texts[i].substr(at + kTimeMark.size());
    sql->texts[i].resize(at);
    sql->texts.insert(sql->texts.begin() + i + 1, std::move(rest));
    sql->holes.insert(sql->holes.begin() + i, {SqlTemplate::HoleKind::kCustom, kHoleStatementTime});
    return;
  }
}

}  // namespace

bool UsesStatementTime(const parser::Statement* statement, std::span<const TableUse> tables) {
  const bool finds_none =
      parser::Walk(static_cast<const parser::Node*>(statement), [](const parser::Node* node) {
        const auto* call = As<FunctionCall>(node);
        return call != nullptr && IsClockFunction(*call) ? Visit::kStop : Visit::kContinue;
      });
  if (!finds_none) return true;
  if (!Is<parser::Insert>(statement) && !Is<parser::Update>(statement)) return false;
  return std::any_of(tables.begin(), tables.end(), MayHaveClockColumn);
}

SqlTemplate PrintWithStatementTime(parser::Statement* statement,
                                   const parser::PrintOptions& print) {
  std::string_view* hints = HintsOf(statement);
  if (hints == nullptr) return parser::PrintTemplate(statement, print);
  const std::string_view written = *hints;
  const std::string with_time = AddHint(written);
  *hints = with_time;
  SqlTemplate sql = parser::PrintTemplate(statement, print);
  *hints = written;
  OpenHole(&sql);
  return sql;
}

SqlTemplate PrintForShards(parser::Statement* statement, std::span<const TableUse> tables,
                           const parser::PrintOptions& print) {
  return UsesStatementTime(statement, tables) ? PrintWithStatementTime(statement, print)
                                              : parser::PrintTemplate(statement, print);
}

}  // namespace keyspan::vtgate
