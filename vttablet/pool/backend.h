#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/async/awaitable.h"
#include "common/status.h"
#include "mysql/net/client_connection.h"
#include "mysql/protocol/output_buffer.h"
#include "mysql/protocol/result_scanner.h"

namespace keyspan::vttablet {

// Session settings as they came from a gateway; shared by all that use them on one thread.
struct Settings {
  uint64_t id = 0;
  std::string text;  // assignments as they follow SET; empty for id 0
};
using SettingsPtr = std::shared_ptr<const Settings>;

// One connection to mysqld for the data path. Unlike mysql::ClientConnection it sends several
// commands in one write and hands out their replies one after the other as the bytes that came.
//
// Use: Queue*() any number of commands, Flush(), then for each of them in order BeginReply() and
// NextChunk() until it is empty (or SkipReply()). A failure of Flush() or NextChunk() makes
// broken() true: the connection is then only good for destruction. It belongs to one coroutine at a
// time, on the io_context of its thread; Close() may be called meanwhile.
class Backend {
 public:
  static Awaitable<Result<std::unique_ptr<Backend>>> Connect(Executor executor,
                                                             mysql::ClientOptions options);

  void QueueQuery(std::string_view sql);
  void QueueInitDb(std::string_view database);
  void QueueReset();
  void QueuePing();
  void QueuePrepare(std::string_view sql);
  void QueueExecute(uint32_t statement_id, std::string_view block);
  // kUnavailable: nothing can have been executed. Otherwise kUnknownOutcome.
  Awaitable<Status> Flush();
  // The same in two steps, the usual one without a coroutine: nothing when the kernel did not take
  // it all, and FinishFlush() has to follow.
  std::optional<Status> TryFlush();
  Awaitable<Status> FinishFlush();

  void BeginReply(mysql::ReplyKind kind) { scanner_.Reset(kind); }
  // Empty when the reply is over. The view lives until the next call. Requires: a Flush() after the
  // command was queued.
  Awaitable<Result<std::string_view>> NextChunk();
  // Reads a reply of which only scanner() matters.
  Awaitable<Status> SkipReply(mysql::ReplyKind kind);
  // Whether bytes of the reply are here already.
  bool buffered() const { return begin_ < end_; }
  const mysql::ResultScanner& scanner() const { return scanner_; }

  // Memory of the read buffer.
  size_t buffer_bytes() const { return capacity_; }

  // Prepared statements by text, the most recently used ones.
  struct Statement {
    uint32_t id = 0;
    uint16_t parameters = 0;
    std::string types;  // of the parameters that it was executed with; empty: not executed yet
  };
  // The statement, if it can be executed with the parameters of `block`. mysqld keeps to the types
  // of the first execution: a text would be read as a number after a number was there, so another
  // client's parameters must be of the same types (or NULL).
  const Statement* FindStatement(std::string_view sql, std::string_view block);
  void AddStatement(std::string_view sql, Statement statement);
  void ForgetStatement(std::string_view sql);
  // What mysqld has resolved under other settings or in another database holds no more.
  void CloseAllStatements();
  // Nor does what it has resolved with other tables: it keeps the parameter types that their
  // columns had.
  void SetSchemaVersion(uint64_t version) {
    if (version == std::exchange(schema_version_, version)) return;
    CloseAllStatements();
  }
  // After COM_RESET_CONNECTION.
  void ForgetAllStatements();

  // What the session on it is like now. The pool reads it, whoever changes the session writes it.
  SettingsPtr settings;  // null: as after connecting
  std::string database;  // empty: none, or not known
  bool found_rows = false;
  // The user variables that a statement has set, as their names follow @.
  std::vector<std::string> user_variables;
  // Another session must not get it without COM_RESET_CONNECTION.
  bool dirty = false;
  uint64_t epoch = 0;  // of the pool; an older one is not reused
  std::chrono::steady_clock::time_point last_used;

  uint32_t connection_id() const { return connection_->connection_id(); }
  bool broken() const { return broken_; }
  Executor executor() { return connection_->stream().executor(); }
  void Close();
  bool Stale() { return connection_->Stale(); }

 private:
  explicit Backend(std::unique_ptr<mysql::ClientConnection> connection);
  Status Break(Status why);

  static constexpr size_t kMaxStatements = 128;

  struct Cached {
    Statement statement;
    std::list<std::string>::iterator age;
  };

  std::unique_ptr<mysql::ClientConnection> connection_;
  uint64_t schema_version_ = 0;  // of the prepared statements
  mysql::OutputBuffer out_;
  mysql::ResultScanner scanner_;
  std::unique_ptr<char[]> buffer_;
  size_t capacity_ = 0;
  size_t begin_ = 0;
  size_t end_ = 0;
  bool broken_ = false;
  std::list<std::string> ages_;                                     // the front was used last
  boost::unordered_flat_map<std::string_view, Cached> statements_;  // keys point into ages_
};

}  // namespace keyspan::vttablet
