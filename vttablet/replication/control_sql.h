#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "common/async/awaitable.h"
#include "common/status.h"
#include "mysql/net/client_connection.h"

namespace keyspan::vttablet {

// A connection of the control path: decoded results, one statement at a time, each with a deadline.
// Lives on the control thread's io_context.
class ControlConnection {
 public:
  static Awaitable<Result<std::unique_ptr<ControlConnection>>> Open(
      Executor executor, mysql::ClientOptions options,
      std::chrono::milliseconds timeout = std::chrono::seconds(5));

  // How long each of the following statements may take.
  void set_timeout(std::chrono::milliseconds timeout) { timeout_ = timeout; }

  // Errors of mysqld are kMysql, with the statement in front of the message.
  Awaitable<Result<mysql::QueryResult>> Query(std::string sql);
  Awaitable<Status> Run(std::string sql);

  bool broken() const { return connection_->broken(); }
  mysql::ClientConnection& mysql() { return *connection_; }

 private:
  ControlConnection(std::unique_ptr<mysql::ClientConnection> connection,
                    std::chrono::milliseconds timeout)
      : connection_(std::move(connection)), timeout_(timeout) {}

  std::unique_ptr<mysql::ClientConnection> connection_;
  std::chrono::milliseconds timeout_;
};

// The text of a cell by the name of its column; "" for NULL and for a column that is not there.
std::string Cell(const mysql::QueryResult& result, size_t row, std::string_view column);
int64_t IntCell(const mysql::QueryResult& result, size_t row, std::string_view column,
                int64_t otherwise);
// 'text' and `name`.
std::string Quoted(std::string_view text);
std::string Identifier(std::string_view name);

}  // namespace keyspan::vttablet
