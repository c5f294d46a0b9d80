#include "vttablet/query/statement_run.h"

#include <fmt/format.h>
#include <glog/logging.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "mysql/protocol/result_reader.h"
#include "mysql/protocol/row.h"

namespace keyspan::vttablet {
namespace {

using Clock = std::chrono::steady_clock;
using mysql::ReplyKind;
using Interruption = RunningStatement::Interruption;

// MySQL error numbers (manual, "Server Error Message Reference").
constexpr uint16_t kErUnknownStatement = 1243;  // ER_UNKNOWN_STMT_HANDLER
constexpr uint16_t kErQueryInterrupted = 1317;  // ER_QUERY_INTERRUPTED
constexpr uint16_t kErNeedReprepare = 1615;     // ER_NEED_REPREPARE
constexpr uint16_t kErQueryTimeout = 3024;      // ER_QUERY_TIMEOUT

constexpr int kMaxAttempts = 3;

std::span<const uint8_t> AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

}  // namespace

StatementRun::StatementRun(TabletThread& thread, ChannelSession& session, rpc::ServerStream& stream,
                           RequestScratch& scratch)
    : thread_(thread),
      session_(session),
      stream_(stream),
      request_(scratch.request),
      end_(scratch.end) {}

Awaitable<void> StatementRun::Run() {
  Count(thread_.mutable_stats().statements);
  end_.Clear();
  Status status = Parse();
  if (!status.ok()) {
    Finish(status);
    co_return;
  }
  running_.deadline = request_.schema_change() ? Clock::time_point::max()
                                               : Clock::now() + thread_.options().query_timeout;
  if (request_.timeout_ms() != 0) {
    running_.deadline = std::min(running_.deadline,
                                 Clock::now() + std::chrono::milliseconds(request_.timeout_ms()));
  }
  for (int attempt = 1;; ++attempt) {
    if (!TryTakeBackend()) status = co_await TakeBackend();
    if (!status.ok()) break;
    running_.backend = backend_;
    running_.stream = &stream_;
    running_.opens = request_.begin() ? &request_.transaction_name() : nullptr;
    thread_.Add(running_);
    if (bound_) bound_->running = &running_;
    stream_.OnCancel([this] {
      const bool reads_on = stream_.stop_asked() && !stream_.cancelled();
      thread_.Interrupt(running_, reads_on ? Interruption::kStopped : Interruption::kCancelled);
    });
    if (stream_.cancelled() || stream_.stop_asked()) {
      status = Status(StatusCode::kCancelled, "the statement was cancelled before it began");
    } else {
      status = co_await Execute();
      // An idle connection that mysqld had closed: nothing has happened, take another.
      const bool again = status.code() == StatusCode::kUnavailable && backend_->broken() &&
                         (pooled_ || bound_here_) && attempt < kMaxAttempts &&
                         running_.interruption == Interruption::kNone;
      if (again) {
        stream_.OnCancel(nullptr);
        thread_.Remove(running_);
        GiveBack();
        continue;
      }
      if (status.ok() && NothingToAsk()) {
        status = CheckSession(backend_->scanner().status());
        if (status.ok()) NoteEnd(backend_->scanner().status(), /*failed=*/false);
      } else if (status.ok()) {
        status = co_await LookAfter();
      }
      if (!status.ok()) backend_->Close();  // in the middle of a reply, or of what nobody asked for
    }
    running_.killable = false;
    stream_.OnCancel(nullptr);
    // A KILL that comes late would hit the next statement on this connection.
    while (running_.kill_pending) co_await running_.kill_done.Wait();
    thread_.Remove(running_);
    status = Verdict(std::move(status));
    break;
  }
  Finish(status);
  // A gateway that gave up before it was told the number of the transaction cannot end it.
  if (began_ && stream_.cancelled()) bound_->doomed = "its first statement was cancelled";
  GiveBack();
}

Status StatementRun::Parse() {
  const auto head = stream_.head();
  if (!request_.ParseFromArray(head.data(), static_cast<int>(head.size()))) {
    return Malformed("the head of a request cannot be decoded");
  }
  prepare_only_ = stream_.method() == rpc::FrameKind::kPrepare;
  const auto payload = stream_.payload();
  sql_ = std::string_view(reinterpret_cast<const char*>(payload.data()), payload.size());
  if (request_.variables_length() > sql_.size()) {
    return Malformed("a request is shorter than its user variables");
  }
  variables_ = sql_.substr(0, request_.variables_length());
  sql_.remove_prefix(variables_.size());
  if (request_.binary()) {
    if (request_.sql_length() > sql_.size()) {
      return Malformed("a request is shorter than its statement");
    }
    block_ = sql_.substr(request_.sql_length());
    sql_ = sql_.substr(0, request_.sql_length());
  }
  // Before anything can fail: the gateway sends their text only once.
  ASSIGN_OR_RETURN(settings_, session_.ResolveSettings(request_));
  const bool existing = request_.transaction_id() != 0;
  if (existing && request_.begin()) {
    return InvalidArgument(
        fmt::format("transaction {} is open already", request_.transaction_id()));
  }
  if (sql_.empty() && !request_.begin() && !request_.reserve()) {
    return InvalidArgument("a request without a statement");
  }
  return CheckTarget(*thread_.state(), request_.target(), existing);
}

BackendTraits StatementRun::Traits() const {
  BackendTraits traits;
  traits.settings = settings_;
  traits.found_rows = request_.found_rows();
  traits.database = request_.database().empty() ? thread_.state()->database : request_.database();
  return traits;
}

bool StatementRun::TryTakeBackend() {
  if (request_.transaction_id() != 0 || request_.reserved_id() != 0 || request_.begin() ||
      request_.reserve()) {
    return false;
  }
  pooled_ = thread_.query_pool().TryAcquire(Traits());
  backend_ = pooled_.get();
  return backend_ != nullptr;
}

Awaitable<Status> StatementRun::TakeBackend() {
  BackendTraits traits = Traits();
  bound_here_ = false;
  if (request_.transaction_id() != 0 || request_.reserved_id() != 0) {
    CO_ASSIGN_OR_RETURN(
        bound_, co_await session_.Take(stream_, request_.transaction_id(), request_.reserved_id()));
  }
  if (bound_) {
    backend_ = bound_->backend.get();
    Status status = co_await ApplyTraits(*backend_, traits, /*keep_state=*/true);
    if (!status.ok()) status = Verdict(std::move(status));
    co_return status;
  }
  const bool bind = request_.begin() || request_.reserve();
  BackendPool& pool = bind ? thread_.transaction_pool() : thread_.query_pool();
  pooled_ = pool.TryAcquire(traits);
  if (!pooled_) {
    CO_ASSIGN_OR_RETURN(pooled_, co_await pool.Acquire(std::move(traits)));
  }
  if (bind) {
    bound_ = std::make_shared<BoundBackend>();
    bound_->busy = true;
    bound_->backend = std::move(pooled_);
    bound_here_ = true;
    backend_ = bound_->backend.get();
  } else {
    backend_ = pooled_.get();
  }
  co_return Status();
}

Result<std::string> StatementRun::SetVariables() {
  std::string set;
  if (variables_.empty() && backend_->user_variables.empty()) return set;
  // Nobody else's statement runs on the connection of an open transaction.
  if (variables_.empty() && in_transaction()) return set;
  rpc::UserVariables given;
  if (!given.ParseFromArray(variables_.data(), static_cast<int>(variables_.size()))) {
    return Malformed("the user variables of a request cannot be decoded");
  }
  std::vector<std::string> old = std::exchange(backend_->user_variables, {});
  auto assign = [&set](const std::string& name, std::string_view value) {
    set += set.empty() ? "SET @" : ", @";
    set += name;
    set += " = ";
    set += value;
  };
  for (const rpc::UserVariable& variable : given.variables()) {
    assign(variable.name(), variable.value());
    // It keeps what it was (MySQL manual, "User-Defined Variables").
    if (variable.null()) assign(variable.name(), "NULL");
    backend_->user_variables.push_back(variable.name());
    std::erase(old, variable.name());
  }
  for (const std::string& name : old) {
    assign(name, "_binary ''");
    assign(name, "NULL");
  }
  return set;
}

Awaitable<Status> StatementRun::Execute() {
  int begin_replies = 0;
  CO_ASSIGN_OR_RETURN(const std::string set_variables, SetVariables());
  // What mysqld has prepared knows the variables by the types that they had then.
  if (!variables_.empty()) backend_->ForgetStatement(sql_);
  backend_->SetSchemaVersion(thread_.state()->schema_version);
  if (!request_.transaction_setup().empty()) {
    backend_->QueueQuery(request_.transaction_setup());
    ++begin_replies;
  }
  if (request_.begin()) {
    backend_->QueueQuery(request_.begin_sql().empty() ? "BEGIN" : request_.begin_sql());
    ++begin_replies;
  }
  if (request_.tell_insert_id()) {
    backend_->QueueQuery(fmt::format("SET last_insert_id = {}", request_.insert_id()));
    ++begin_replies;
  }
  // MySQL may refuse anything but a plain BEGIN (READ WRITE on a read-only server): the statement
  // must not be on its way then.
  const bool may_fail = !request_.transaction_setup().empty() || !request_.begin_sql().empty() ||
                        !set_variables.empty();
  if (begin_replies > 0 && may_fail) {
    CO_RETURN_IF_ERROR(co_await backend_->Flush());
    CO_RETURN_IF_ERROR(co_await ReadBegin(std::exchange(begin_replies, 0), false));
  }
  if (!set_variables.empty()) {
    backend_->QueueQuery(set_variables);
    CO_RETURN_IF_ERROR(co_await backend_->Flush());
    CO_RETURN_IF_ERROR(co_await ReadWhole(ReplyKind::kQuery));
    if (backend_->scanner().failed()) co_return Status();  // its ERR packet is in last_
    last_ = {};
  }
  bool prepared = false;
  if (sql_.empty()) {
    if (!request_.begin()) co_return Status();  // only a reservation
  } else if (prepare_only_) {
    backend_->QueuePrepare(sql_);
  } else if (!request_.binary()) {
    backend_->QueueQuery(sql_);
  } else if (const Backend::Statement* statement = backend_->FindStatement(sql_, block_)) {
    backend_->QueueExecute(statement->id, block_);
    prepared = true;
  } else {
    backend_->QueuePrepare(sql_);
  }
  std::optional<Status> flushed = backend_->TryFlush();
  if (!flushed) flushed = co_await backend_->FinishFlush();
  CO_RETURN_IF_ERROR(std::move(*flushed));
  if (begin_replies > 0) {
    CO_RETURN_IF_ERROR(co_await ReadBegin(begin_replies, !sql_.empty()));
  }
  running_.killable = true;
  thread_.SendPendingKill(running_);
  if (sql_.empty()) co_return Status();
  if (prepare_only_) co_return co_await Forward(ReplyKind::kPrepare);
  if (request_.binary() && !prepared) {
    CO_RETURN_IF_ERROR(co_await FinishPrepare());
    if (backend_->scanner().failed()) co_return Status();  // its ERR packet is in last_
  }
  CO_RETURN_IF_ERROR(co_await Forward(ReplyKind::kQuery));
  // The tables have changed under a prepared statement, or it is gone: once more from the text.
  const auto& scanner = backend_->scanner();
  if (prepared && scanner.failed() && !anything_sent_ &&
      (scanner.error().mysql_errno() == kErNeedReprepare ||
       scanner.error().mysql_errno() == kErUnknownStatement)) {
    backend_->ForgetStatement(sql_);
    backend_->QueuePrepare(sql_);
    last_ = {};
    CO_RETURN_IF_ERROR(co_await backend_->Flush());
    CO_RETURN_IF_ERROR(co_await FinishPrepare());
    if (!backend_->scanner().failed()) co_return co_await Forward(ReplyKind::kQuery);
  }
  co_return Status();
}

Awaitable<Status> StatementRun::ReadBegin(int replies, bool statement_sent) {
  Status failure;
  for (int i = 0; i < replies; ++i) {
    CO_RETURN_IF_ERROR(co_await backend_->SkipReply(ReplyKind::kQuery));
    if (failure.ok() && backend_->scanner().failed()) failure = backend_->scanner().error();
  }
  if (failure.ok()) {
    began_ = request_.begin();
    co_return Status();
  }
  // The statement behind it went out in the same write, and ran in the transaction (a KILL QUERY
  // that hits BEGIN fails it after it has taken effect), which ends with the connection; or on its
  // own.
  if (statement_sent) {
    const bool ran = request_.binary() && backend_->FindStatement(sql_, block_) == nullptr;
    const ReplyKind kind = ran || prepare_only_ ? ReplyKind::kPrepare : ReplyKind::kQuery;
    CO_RETURN_IF_ERROR(co_await backend_->SkipReply(kind));
    const bool outside = (backend_->scanner().status() & mysql::kStatusInTransaction) == 0;
    if (kind == ReplyKind::kQuery && !backend_->scanner().failed() && outside) {
      failure = Status(StatusCode::kUnknownOutcome,
                       fmt::format("the transaction could not begin ({}), its first statement ran "
                                   "without it",
                                   failure.message()));
    }
  }
  backend_->Close();
  co_return failure;
}

Awaitable<Status> StatementRun::ReadWhole(ReplyKind kind) {
  backend_->BeginReply(kind);
  std::string_view chunk;
  do {
    CO_ASSIGN_OR_RETURN(chunk, co_await backend_->NextChunk());
    if (!chunk.empty()) last_ = chunk;
  } while (!chunk.empty() && !backend_->scanner().done());
  co_return Status();
}

Awaitable<Status> StatementRun::FinishPrepare() {
  CO_RETURN_IF_ERROR(co_await ReadWhole(ReplyKind::kPrepare));
  const auto& scanner = backend_->scanner();
  if (scanner.failed()) co_return Status();
  last_ = {};
  backend_->AddStatement(sql_, {scanner.statement_id(), scanner.parameter_count(), {}});
  backend_->QueueExecute(backend_->FindStatement(sql_, block_)->id, block_);
  co_return co_await backend_->Flush();
}

Awaitable<Status> StatementRun::Forward(ReplyKind kind) {
  backend_->BeginReply(kind);
  for (;;) {
    CO_ASSIGN_OR_RETURN(std::string_view chunk, co_await backend_->NextChunk());
    Count(thread_.mutable_stats().result_bytes, chunk.size());
    if (backend_->scanner().done()) {
      last_ = chunk;
      break;
    }
    if (!forwarding_) continue;  // only to its end, which a KILL brings near
    anything_sent_ = true;
    Status sent;
    if (stream_.writable()) {
      sent = stream_.SendNow(AsBytes(chunk));
    } else {
      sent = co_await stream_.Send(AsBytes(chunk));
    }
    if (!sent.ok()) {
      forwarding_ = false;
      thread_.Interrupt(running_, Interruption::kCancelled);
    }
  }
  if (kind == ReplyKind::kPrepare && !backend_->scanner().failed()) {
    backend_->AddStatement(
        sql_, {backend_->scanner().statement_id(), backend_->scanner().parameter_count(), {}});
  }
  co_return Status();
}

void StatementRun::SendLast() {
  if (last_.empty()) return;
  if (forwarding_ && !stream_.SendNow(AsBytes(last_)).ok()) forwarding_ = false;
  last_ = {};
}

void StatementRun::SendLastRow() {
  const mysql::ResultScanner& scanner = backend_->scanner();
  if (anything_sent_ && scanner.done()) {
    last_.remove_suffix(std::min(last_.size(), scanner.offset() - scanner.ok_offset()));
    SendLast();
  }
  last_ = {};
}

bool StatementRun::NothingToAsk() const {
  const mysql::ResultScanner& scanner = backend_->scanner();
  return !sql_.empty() && !prepare_only_ && !scanner.failed() && scanner.warnings() == 0 &&
         !request_.tell_insert_id() && !request_.schema_change() && !running_.kill_pending;
}

Awaitable<Status> StatementRun::LookAfter() {
  const mysql::ResultScanner& scanner = backend_->scanner();
  const bool failed = !sql_.empty() && scanner.failed();
  const bool executed = !sql_.empty() && !prepare_only_;
  // A KILL QUERY would hit what is asked from here on.
  running_.killable = false;
  while (running_.kill_pending) co_await running_.kill_done.Wait();
  if (failed) Count(thread_.mutable_stats().mysql_errors);
  if (failed && running_.interruption != Interruption::kNone &&
      scanner.error().mysql_errno() == kErQueryInterrupted) {
    SendLastRow();
    forwarding_ = false;  // Verdict() says why it was interrupted
  }
  uint16_t flags = mysql::kStatusAutocommit;
  if (in_transaction()) flags |= mysql::kStatusInTransaction;
  if (executed && !failed) flags = scanner.status();
  CO_RETURN_IF_ERROR(CheckSession(flags));
  if (executed && !failed && scanner.warnings() > 0) {
    SendLast();
    CO_RETURN_IF_ERROR(co_await FetchWarnings());
  }
  if (executed && !failed && request_.tell_insert_id()) {
    SendLast();
    CO_RETURN_IF_ERROR(co_await FetchInsertId());
  }
  if (failed && in_transaction()) {
    // A deadlock, a failed DDL and others have ended the transaction; ERR has no status flags.
    SendLast();
    backend_->QueuePing();
    CO_RETURN_IF_ERROR(co_await backend_->Flush());
    CO_RETURN_IF_ERROR(co_await backend_->SkipReply(ReplyKind::kSimple));
    if (!backend_->scanner().failed()) flags = backend_->scanner().status();
  }
  NoteEnd(flags, failed);
  if (request_.schema_change() && executed && !failed) co_await WaitForSchema();
  co_return Status();
}

Status StatementRun::CheckSession(uint16_t flags) const {
  if (!in_transaction() && (flags & mysql::kStatusInTransaction) != 0) {
    return Unsupported(
        "not supported yet: a stored program that leaves a transaction open; the transaction was "
        "rolled back");
  }
  if ((flags & mysql::kStatusAutocommit) == 0) {
    return Unsupported("not supported yet: a stored program that changes autocommit");
  }
  return Status();
}

void StatementRun::NoteEnd(uint16_t flags, bool failed) {
  const bool in_trans = (flags & mysql::kStatusInTransaction) != 0;
  if (began_) {
    session_.AddTransaction(bound_, request_.transaction_name(), stream_.id());
    end_.set_transaction_id(bound_->transaction_id);
    end_used_ = true;
  }
  if (in_transaction() && !in_trans) {
    transaction_over_ = true;
    end_.set_transaction_ended(true);
    end_used_ = true;
  }
  if (request_.reserve() && bound_here_ && !failed) {
    session_.AddReservation(bound_);
    end_.set_reserved_id(bound_->reserved_id);
    end_used_ = true;
  }
  if (request_.changes_session()) backend_->dirty = true;
  // What SET TRANSACTION chose is used up by a statement that succeeds and reads tables.
  if (!request_.begin() && !request_.transaction_setup().empty()) backend_->dirty = true;
  if ((flags & mysql::kStatusDatabaseDropped) != 0) backend_->database.clear();
}

Awaitable<Result<std::vector<StatementRun::TextRow>>> StatementRun::Ask(std::string_view sql,
                                                                        size_t columns) {
  backend_->QueueQuery(sql);
  CO_RETURN_IF_ERROR(co_await backend_->Flush());
  backend_->BeginReply(ReplyKind::kQuery);
  mysql::ResultReader reader;
  std::vector<std::optional<std::string_view>> cells;
  std::vector<TextRow> rows;
  for (;;) {
    CO_ASSIGN_OR_RETURN(std::string_view chunk, co_await backend_->NextChunk());
    if (chunk.empty()) break;
    reader.Append(chunk);
    for (auto item = reader.Next(); item != mysql::ResultReader::Item::kNeedMore;
         item = reader.Next()) {
      if (item == mysql::ResultReader::Item::kRow) {
        CO_RETURN_IF_ERROR(mysql::SplitTextRow(reader.row(), reader.columns().size(), &cells));
        if (cells.size() != columns) {
          co_return Malformed(fmt::format("{} has other than {} columns", sql, columns));
        }
        TextRow& row = rows.emplace_back();
        for (const auto& cell : cells) row.emplace_back(cell.value_or(""));
      } else if (item == mysql::ResultReader::Item::kMalformed ||
                 item == mysql::ResultReader::Item::kError) {
        co_return reader.error();
      } else if (item == mysql::ResultReader::Item::kEnd) {
        break;
      }
    }
  }
  co_return rows;
}

Awaitable<Status> StatementRun::FetchWarnings() {
  CO_ASSIGN_OR_RETURN(const auto rows, co_await Ask("SHOW WARNINGS LIMIT 64", 3));
  for (const TextRow& row : rows) {
    rpc::Warning* warning = end_.add_warnings();
    warning->set_level(row[0]);
    warning->set_code(static_cast<uint32_t>(std::atoi(row[1].c_str())));
    // Together they must fit into the head of a frame.
    warning->set_message(row[2].substr(0, 768));
    end_used_ = true;
  }
  co_return Status();
}

Awaitable<Status> StatementRun::FetchInsertId() {
  CO_ASSIGN_OR_RETURN(const auto rows, co_await Ask("SELECT LAST_INSERT_ID()", 1));
  for (const TextRow& row : rows) {
    end_.set_insert_id(std::strtoull(row[0].c_str(), nullptr, 10));
    end_used_ = true;
  }
  co_return Status();
}

Awaitable<void> StatementRun::WaitForSchema() {
  // On the heap: the control thread may outlive the coroutine when everything stops.
  auto done = std::make_shared<Waiter>();
  SendLast();
  thread_.control().SchemaChanged([done, executor = thread_.executor()] {
    boost::asio::post(executor, [done] { done->Wake(); });
  });
  co_await done->Wait();
}

Status StatementRun::Verdict(Status status) {
  const bool broken = backend_->broken();
  const bool was_in_transaction = in_transaction();
  const uint64_t id = bound_ ? bound_->transaction_id : 0;
  if (broken && bound_) {
    if (was_in_transaction || request_.begin()) end_.set_transaction_ended(true);
    if (bound_->reserved_id != 0) end_.set_reserved_ended(true);
  }
  if (bound_ && !bound_->doomed.empty()) {
    end_.set_transaction_ended(true);
    // Also when mysqld said OK: nothing of it stays.
    return Status(StatusCode::kAborted,
                  fmt::format("transaction {} was rolled back: {}", id, bound_->doomed));
  }
  if (status.ok() && forwarding_) return status;
  const std::string& alias = thread_.state()->alias;
  if (running_.interruption == Interruption::kTimedOut) {
    const std::string message = fmt::format(
        "Query execution was interrupted, maximum statement execution time exceeded (tablet {})",
        alias);
    // Cut off before mysqld answered: what it did outside of a transaction is not known.
    const bool unknown = broken && !was_in_transaction;
    return Status(unknown ? StatusCode::kUnknownOutcome : StatusCode::kDeadlineExceeded,
                  kErQueryTimeout, "HY000",
                  unknown ? message + "; whether it has taken effect is not known" : message);
  }
  if (running_.interruption == Interruption::kCancelled ||
      running_.interruption == Interruption::kStopped) {
    return Status(StatusCode::kCancelled, kErQueryInterrupted, "70100",
                  "Query execution was interrupted");
  }
  if (status.code() == StatusCode::kMysql) return status;
  if (broken && was_in_transaction) {
    return Status(
        StatusCode::kAborted,
        fmt::format("transaction {} was rolled back: {} (tablet {})", id, status.message(), alias));
  }
  return std::move(status).WithPrefix(fmt::format("tablet {}", alias));
}

void StatementRun::Finish(const Status& status) {
  if (status.ok()) {
    stream_.Finish(end_used_ ? &end_ : nullptr, AsBytes(last_));
    return;
  }
  if (!last_.empty()) SendLastRow();
  Count(thread_.mutable_stats().tablet_errors);
  rpc::SetError(status, *end_.mutable_error());
  stream_.Finish(&end_);
}

void StatementRun::GiveBack() {
  backend_ = nullptr;
  if (pooled_) thread_.query_pool().Release(std::move(pooled_));
  if (!bound_) return;
  bound_->running = nullptr;
  // First of all: a connection whose session is gone may be in a transaction, and is closed.
  if (session_.closed_ || !bound_->doomed.empty()) {
    session_.Unbusy(bound_);
    bound_.reset();
    return;
  }
  if (transaction_over_) session_.EndTransaction(bound_);
  // A BEGIN or a reservation that did not come about.
  if (bound_->backend && bound_->transaction_id == 0 && bound_->reserved_id == 0) {
    session_.GiveBack(std::move(bound_->backend));
  }
  session_.Unbusy(bound_);
  bound_.reset();
}

}  // namespace keyspan::vttablet
