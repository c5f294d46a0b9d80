#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mysql/protocol/statement.h"
#include "parser/parse.h"
#include "topo/records.pb.h"
#include "vtgate/session/prepared_count.h"
#include "vtgate/session/session_tracker.h"
#include "vtgate/session/settings.h"
#include "vtgate/session/transaction.h"
#include "vtgate/session/user_variable.h"
#include "vtgate/session/warning_list.h"

namespace keyspan::vtgate {

struct Plan;

// Lower-case name to SQL literal.
using VariableLiterals = std::map<std::string, std::string, std::less<>>;

// What USE chose: a keyspace, or one shard of it, and which kind of tablet answers.
struct Target {
  std::string keyspace;  // empty: none chosen
  std::string shard;     // empty: by vindex
  topo::TabletType type = topo::TabletType::PRIMARY;

  // "customer:-80@replica", as USE takes it.
  std::string ToString() const;
};

// The rows of a result that the client fetches piece by piece: whole packets, whose sequence
// numbers are set when they are sent.
struct Cursor {
  std::string rows;
  size_t sent = 0;  // bytes
};

// A statement that the client has prepared.
struct PreparedStatement {
  uint32_t id = 0;  // 0: by PREPARE name FROM
  std::string sql;
  uint32_t sql_mode_bits = 0;  // under which it was read
  uint32_t parameter_count = 0;
  // Planned anew when the cluster's plan_generation has moved on.
  std::shared_ptr<const Plan> plan;
  uint64_t plan_generation = 0;
  Target target;  // what its names were resolved in
  // Types of the last EXECUTE, for one that does not send them.
  std::vector<mysql::ParameterType> bound_types;
  // COM_STMT_SEND_LONG_DATA by parameter; null where none came.
  std::vector<std::unique_ptr<std::string>> long_data;
  // More came than is kept: EXECUTE fails.
  bool long_data_too_long = false;
  std::unique_ptr<Cursor> cursor;  // null: none is open
  PreparedCount::Place place;      // among those of the process
};

// Everything that one client's session is, but its socket and its coroutine. Lives on one
// io_context; used by one statement at a time, except `Cancel` and the fields that SHOW PROCESSLIST
// reads, which are read on the session's own thread too.
struct Session {
  uint32_t connection_id = 0;
  std::string user;
  std::string host;  // as the client's address
  uint32_t capabilities = 0;
  std::string server_version;  // VERSION(), as the greeting says

  Target target;
  Settings settings;
  // Variables that the gateway keeps for itself, where this session has other values than those of
  // the process; and these where they are not MySQL's defaults (null: none).
  VariableLiterals gateway_variables;
  const VariableLiterals* global_variables = nullptr;
  UserVariables user_variables;
  bool autocommit = true;
  uint32_t sql_mode_bits = 0;  // of parser::SqlModeBit
  parser::TextCharset charset = parser::TextCharset::kOther;
  // Client text is UTF-8 (or pure bytes), so string literals can be routed by as they are.
  bool charset_is_utf8 = true;
  bool no_auto_value_on_zero = false;

  Transaction transaction;
  // SET TRANSACTION ...: for the next transaction only, which a statement on its own is, too.
  TransactionCharacteristics next_transaction;
  bool next_transaction_used = false;  // by the statement that runs now, should it succeed
  SessionTracker tracker;

  uint64_t last_insert_id = 0;
  int64_t row_count = 0;
  uint64_t found_rows = 0;
  WarningList warnings;
  // @@error_count and @@warning_count in a statement: those of the statement before.
  uint64_t last_error_count = 0;
  uint64_t last_warning_count = 0;

  std::map<uint32_t, std::unique_ptr<PreparedStatement>> prepared;
  // PREPARE name FROM ...; lower-case name
  std::map<std::string, std::unique_ptr<PreparedStatement>, std::less<>> named_statements;
  uint32_t next_statement_id = 1;

  // The statement that runs is one whose rows wait in a cursor: as with mysqld, no packet of it
  // tells of changes.
  bool opening_cursor = false;

  // For SHOW PROCESSLIST.
  std::string_view current_statement;
  std::chrono::steady_clock::time_point state_since = std::chrono::steady_clock::now();

  // Ends the statement that runs now, if one does; set by the executor.
  enum class Cancel : uint8_t {
    kStop,     // KILL QUERY: the statement fails, its transaction stays
    kAbandon,  // nobody waits for its end; its transaction is lost
  };
  std::function<void(Cancel)> cancel_statement;
  bool killed = false;  // by KILL CONNECTION, or the statement by KILL QUERY
  bool query_killed = false;
  // The statement was ended because its transaction was in a deadlock over several shards.
  bool deadlock_victim = false;

  // Status bits of OK and EOF packets.
  uint16_t status() const;
  bool in_transaction() const { return transaction.open() && !transaction.internal(); }
  // Whether transactions are READ ONLY unless they say otherwise.
  bool read_only_by_default() const;
  // "T_R_W___" and "SET TRANSACTION ...; START TRANSACTION ...;", as session_track_transaction_info
  // reports them.
  std::string TransactionState() const;
  std::string TransactionReplay() const;
  // An OK packet with the session's status, and with the changes that the client is to be told of.
  // `ends_rows`: it ends a result set, where the old form has no room for them.
  mysql::OkPacket MakeOk(bool ends_rows);
  // A statement begins: those of the one before are forgotten, but for their number.
  void ClearWarnings();
  // Bytes of rows that open cursors hold, and of parameters that came as long data.
  size_t CursorBytes() const;
  size_t LongDataBytes() const;
  bool tracks_state() const {
    return (capabilities & mysql::kClientSessionTrack) != 0 && !opening_cursor;
  }
  // A statement is about to run: with autocommit off it opens a transaction.
  void BeginImplicitly();
  // COM_RESET_CONNECTION and COM_CHANGE_USER; the transaction must have been rolled back.
  void Reset();
};

}  // namespace keyspan::vtgate
