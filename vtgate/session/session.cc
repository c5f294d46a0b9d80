#include "vtgate/session/session.h"

#include "common/ascii.h"
#include "mysql/protocol/constants.h"
#include "topo/names.h"

namespace keyspan::vtgate {

std::string Target::ToString() const {
  std::string out = keyspace;
  if (!shard.empty()) out += ":" + shard;
  if (type != topo::TabletType::PRIMARY) out += "@" + topo::TabletTypeName(type);
  return out;
}

uint16_t Session::status() const {
  uint16_t status = 0;
  if (autocommit) status |= mysql::kStatusAutocommit;
  if (in_transaction()) status |= mysql::kStatusInTransaction;
  if (in_transaction() && transaction.read_only()) status |= mysql::kStatusInReadOnlyTransaction;
  if ((sql_mode_bits & parser::kModeNoBackslashEscapes) != 0) {
    status |= mysql::kStatusNoBackslashEscapes;
  }
  return status;
}

bool Session::read_only_by_default() const {
  const std::string* value = settings.Find("transaction_read_only");
  if (value == nullptr) return false;
  const std::string text = AsciiLower(*value);
  return text == "1" || text == "'on'" || text == "'1'" || text == "true";
}

std::string Session::TransactionState() const {
  std::string state = "________";
  if (!in_transaction()) return state;
  const Transaction::Use& use = transaction.use();
  state[0] = transaction.start().by_statement ? 'T' : 'I';
  if (use.read) state[2] = 'R';
  if (use.written) state[4] = 'W';
  if (use.result_sent) state[6] = 'S';
  return state;
}

std::string Session::TransactionReplay() const {
  const TransactionStart& start = transaction.start();
  const bool open = in_transaction();
  const TransactionCharacteristics& once = open ? start.once : next_transaction;
  const bool begun = open && start.by_statement;
  std::string text;
  if (!once.isolation.empty()) {
    text += "SET TRANSACTION ISOLATION LEVEL " + once.isolation + "; ";
  }
  if (!begun && !once.access.empty()) text += "SET TRANSACTION " + once.access + "; ";
  if (begun) {
    const std::string& access = start.access.empty() ? once.access : start.access;
    text += "START TRANSACTION";
    if (start.consistent_snapshot) text += " WITH CONSISTENT SNAPSHOT";
    if (!access.empty()) text += (start.consistent_snapshot ? ", " : " ") + access;
    text += "; ";
  }
  if (!text.empty()) text.pop_back();
  return text;
}

mysql::OkPacket Session::MakeOk(bool ends_rows) {
  mysql::OkPacket ok;
  ok.status = status();
  if (!tracks_state()) return ok;
  if (ends_rows && (capabilities & mysql::kClientDeprecateEof) == 0) return ok;
  if (auto changes = tracker.Pending(*this)) ok.changes = std::move(*changes);
  tracker.Reported(*this);
  return ok;
}

size_t Session::CursorBytes() const {
  size_t bytes = 0;
  for (const auto& [id, statement] : prepared) {
    if (statement->cursor != nullptr) bytes += statement->cursor->rows.size();
  }
  return bytes;
}

size_t Session::LongDataBytes() const {
  size_t bytes = 0;
  for (const auto& [id, statement] : prepared) {
    for (const auto& data : statement->long_data) {
      if (data != nullptr) bytes += data->size();
    }
  }
  return bytes;
}

void Session::BeginImplicitly() {
  if (autocommit || transaction.open()) return;
  TransactionStart start;
  start.once = std::exchange(next_transaction, {});
  start.read_only_by_default = read_only_by_default();
  transaction.Begin(std::move(start));
}

void Session::ClearWarnings() {
  last_error_count = warnings.error_count();
  last_warning_count = warnings.count();
  warnings.Clear();
}

void Session::Reset() {
  settings.Clear();
  gateway_variables.clear();
  user_variables.clear();
  autocommit = true;
  sql_mode_bits = 0;
  charset = parser::TextCharset::kOther;
  charset_is_utf8 = true;
  no_auto_value_on_zero = false;
  transaction.Forget();
  next_transaction = {};
  tracker = {};
  last_insert_id = 0;
  row_count = 0;
  found_rows = 0;
  warnings.Clear();
  prepared.clear();
  named_statements.clear();
}

}  // namespace keyspan::vtgate
