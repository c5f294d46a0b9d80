#include "vttablet/pool/backend.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "mysql/protocol/statement.h"

namespace keyspan::vttablet {
namespace {

using mysql::CommandType;
using mysql::OutputBuffer;
using mysql::ReplyKind;

constexpr size_t kFirstBuffer = 8u << 10;
constexpr size_t kLargestBuffer = 128u << 10;

template <typename Fill>
void AppendCommand(OutputBuffer& out, Fill fill) {
  uint8_t sequence = 0;
  fill(out.BeginPacket());
  out.EndPacket(&sequence);
}

void AppendCommand(OutputBuffer& out, CommandType type, std::string_view body = {}) {
  AppendCommand(out, [&](std::string* payload) {
    payload->push_back(static_cast<char>(type));
    payload->append(body);
  });
}

constexpr size_t kTypeBytes = 2;  // a type and its flags

// Whether a statement that was executed with parameters of other types means the same with these.
// Notes their types.
bool Accept(Backend::Statement& statement, std::string_view block) {
  const size_t size = statement.parameters * kTypeBytes;
  const size_t begin = (statement.parameters + 7u) / 8 + 1;  // behind the NULL bitmap and a flag
  if (size == 0 || block.size() < begin + size) return true;
  const std::string_view types = block.substr(begin, size);
  if (statement.types == types) return true;
  if (statement.types.empty()) {
    statement.types = types;
    return true;
  }
  constexpr char kNull = static_cast<char>(mysql::FieldType::kNull);
  for (size_t i = 0; i < size; i += kTypeBytes) {
    const std::string_view known = std::string_view(statement.types).substr(i, kTypeBytes);
    const std::string_view now = types.substr(i, kTypeBytes);
    if (known != now && known[0] != kNull && now[0] != kNull) return false;
  }
  for (size_t i = 0; i < size; i += kTypeBytes) {
    if (types[i] != kNull) statement.types.replace(i, kTypeBytes, types.substr(i, kTypeBytes));
  }
  return true;
}

}  // namespace

Backend::Backend(std::unique_ptr<mysql::ClientConnection> connection)
    : connection_(std::move(connection)) {}

Awaitable<Result<std::unique_ptr<Backend>>> Backend::Connect(Executor executor,
                                                             mysql::ClientOptions options) {
  const bool found_rows = (options.login.capabilities & mysql::kClientFoundRows) != 0;
  CO_ASSIGN_OR_RETURN(auto connection,
                      co_await mysql::ClientConnection::Connect(executor, std::move(options)));
  auto backend = std::unique_ptr<Backend>(new Backend(std::move(connection)));
  backend->found_rows = found_rows;
  backend->last_used = std::chrono::steady_clock::now();
  co_return backend;
}

void Backend::QueueQuery(std::string_view sql) {
  AppendCommand(out_, [&](std::string* payload) {
    mysql::EncodeQuery(sql, connection_->capabilities(), payload);
  });
}

void Backend::QueueInitDb(std::string_view database) {
  AppendCommand(out_, CommandType::kInitDb, database);
}

void Backend::QueueReset() { AppendCommand(out_, CommandType::kResetConnection); }

void Backend::QueuePing() { AppendCommand(out_, CommandType::kPing); }

void Backend::QueuePrepare(std::string_view sql) {
  AppendCommand(out_, CommandType::kStmtPrepare, sql);
}

void Backend::QueueExecute(uint32_t statement_id, std::string_view block) {
  AppendCommand(
      out_, [&](std::string* payload) { mysql::EncodeExecute(statement_id, 0, block, payload); });
}

std::optional<Status> Backend::TryFlush() {
  if (broken_) return Unavailable("the connection to mysqld is closed");
  const size_t before = out_.size();
  switch (connection_->stream().TryWrite(&out_)) {
    case mysql::Stream::TryState::kDone:
      return Status();
    case mysql::Stream::TryState::kWouldBlock:
      return std::nullopt;
    case mysql::Stream::TryState::kFailed:
      break;
  }
  // Not a whole packet has reached the server if nothing was taken.
  if (out_.size() == before) return Break(Unavailable("mysqld closed the connection"));
  return Break(Status(StatusCode::kUnknownOutcome, "mysqld closed the connection"));
}

Awaitable<Status> Backend::FinishFlush() {
  Status status = co_await connection_->stream().WriteAll(&out_);
  if (status.ok()) co_return status;
  co_return Break(Status(StatusCode::kUnknownOutcome, std::string(status.message())));
}

Awaitable<Status> Backend::Flush() {
  std::optional<Status> done = TryFlush();
  if (!done) done = co_await FinishFlush();
  co_return std::move(*done);
}

Awaitable<Result<std::string_view>> Backend::NextChunk() {
  for (;;) {
    if (scanner_.done()) co_return std::string_view();
    if (begin_ < end_) {
      const std::string_view bytes(buffer_.get() + begin_, end_ - begin_);
      auto used = scanner_.Feed(bytes);
      if (!used.ok()) co_return Break(std::move(used).status());
      begin_ += *used;
      if (*used > 0) co_return bytes.substr(0, *used);
    }
    if (broken_)
      co_return Status(StatusCode::kUnknownOutcome, "the connection to mysqld is closed");
    // What is left is the head of a packet.
    if (begin_ > 0) {
      std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    if (capacity_ - end_ < capacity_ / 2 || capacity_ == 0) {
      const size_t capacity = capacity_ == 0 ? kFirstBuffer : capacity_ * 2;
      auto grown = std::make_unique_for_overwrite<char[]>(capacity);
      if (end_ > 0) std::memcpy(grown.get(), buffer_.get(), end_);
      buffer_ = std::move(grown);
      capacity_ = capacity;
    }
    const size_t space = capacity_ - end_;
    auto n = co_await connection_->stream().ReadSome(buffer_.get() + end_, space);
    if (!n.ok() || *n == 0) {
      co_return Break(Status(
          StatusCode::kUnknownOutcome,
          n.ok() ? std::string("mysqld closed the connection")
                 : fmt::format("the connection to mysqld failed: {}", n.status().message())));
    }
    end_ += *n;
    // A long result: fewer, larger reads.
    if (*n == space && capacity_ < kLargestBuffer) {
      const size_t capacity = std::min(capacity_ * 4, kLargestBuffer);
      auto grown = std::make_unique_for_overwrite<char[]>(capacity);
      std::memcpy(grown.get(), buffer_.get(), end_);
      buffer_ = std::move(grown);
      capacity_ = capacity;
    }
  }
}

Awaitable<Status> Backend::SkipReply(ReplyKind kind) {
  BeginReply(kind);
  for (;;) {
    CO_ASSIGN_OR_RETURN(std::string_view chunk, co_await NextChunk());
    if (chunk.empty()) co_return Status();
  }
}

const Backend::Statement* Backend::FindStatement(std::string_view sql, std::string_view block) {
  auto found = statements_.find(sql);
  if (found == statements_.end()) return nullptr;
  if (!Accept(found->second.statement, block)) return nullptr;
  ages_.splice(ages_.begin(), ages_, found->second.age);
  return &found->second.statement;
}

void Backend::AddStatement(std::string_view sql, Statement statement) {
  ForgetStatement(sql);
  if (statements_.size() >= kMaxStatements) ForgetStatement(std::string(ages_.back()));
  ages_.emplace_front(sql);
  statements_.emplace(ages_.front(), Cached{std::move(statement), ages_.begin()});
}

void Backend::ForgetStatement(std::string_view sql) {
  auto found = statements_.find(sql);
  if (found == statements_.end()) return;
  // No reply; it goes out with the next command.
  AppendCommand(out_, [&](std::string* payload) {
    const uint32_t id = found->second.statement.id;
    payload->push_back(static_cast<char>(CommandType::kStmtClose));
    for (int i = 0; i < 4; ++i) payload->push_back(static_cast<char>(id >> (8 * i)));
  });
  const auto age = found->second.age;
  statements_.erase(found);
  ages_.erase(age);
}

void Backend::CloseAllStatements() {
  while (!ages_.empty()) ForgetStatement(std::string(ages_.back()));
}

void Backend::ForgetAllStatements() {
  statements_.clear();
  ages_.clear();
}

void Backend::Close() {
  broken_ = true;
  connection_->Close();
}

Status Backend::Break(Status why) {
  Close();
  return why;
}

}  // namespace keyspan::vttablet
