#include "vtgate/session/session.h"

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

std::string Session::TakeNextTransaction() {
  TransactionCharacteristics next = std::exchange(next_transaction, {});
  std::string sql;
  if (!next.isolation.empty()) sql = "SET TRANSACTION ISOLATION LEVEL " + next.isolation;
  if (!next.access.empty()) sql += (sql.empty() ? "SET TRANSACTION " : ", ") + next.access;
  return sql;
}

void Session::BeginImplicitly() {
  if (autocommit || transaction.open()) return;
  transaction.Begin("", TakeNextTransaction(), /*read_only=*/false);
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
  last_insert_id = 0;
  row_count = 0;
  found_rows = 0;
  warnings.clear();
  prepared.clear();
  prepared_names.clear();
}

}  // namespace keyspan::vtgate
