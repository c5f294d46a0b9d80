#include "vttablet/replication/control_sql.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "mysql/types/value.h"

namespace keyspan::vttablet {

Awaitable<Result<std::unique_ptr<ControlConnection>>> ControlConnection::Open(
    Executor executor, mysql::ClientOptions options, std::chrono::milliseconds timeout) {
  options.connect_timeout = timeout;
  auto connection = co_await mysql::ClientConnection::Connect(executor, std::move(options));
  if (!connection.ok()) {
    co_return std::move(connection).status().WithPrefix("cannot connect to mysqld");
  }
  co_return std::unique_ptr<ControlConnection>(
      new ControlConnection(std::move(connection).value(), timeout));
}

Awaitable<Result<mysql::QueryResult>> ControlConnection::Query(std::string sql) {
  connection_->SetDeadline(std::chrono::steady_clock::now() + timeout_);
  auto result = co_await connection_->QueryBuffered(sql);
  connection_->ClearDeadline();
  if (!result.ok()) {
    co_return std::move(result).status().WithPrefix(
        fmt::format("\"{}\"", sql.size() > 200 ? sql.substr(0, 200) + "..." : sql));
  }
  co_return std::move(result).value();
}

Awaitable<Status> ControlConnection::Run(std::string sql) {
  auto result = co_await Query(std::move(sql));
  co_return std::move(result).status();
}

std::string Cell(const mysql::QueryResult& result, size_t row, std::string_view column) {
  if (row >= result.rows.size()) return "";
  for (size_t i = 0; i < result.fields.size(); ++i) {
    if (result.fields[i].name != column) continue;
    const mysql::Value& value = result.rows[row][i];
    return value.is_null() ? "" : value.ToText();
  }
  return "";
}

int64_t IntCell(const mysql::QueryResult& result, size_t row, std::string_view column,
                int64_t otherwise) {
  const std::string text = Cell(result, row, column);
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : otherwise;
}

std::string Quoted(std::string_view text) {
  std::string out;
  mysql::AppendQuoted(text, &out);
  return out;
}

std::string Identifier(std::string_view name) {
  std::string out;
  mysql::AppendIdentifier(name, &out);
  return out;
}

}  // namespace keyspan::vttablet
