#include "vttablet/query/channel_session.h"

#include <fmt/format.h>
#include <glog/logging.h>

#include <boost/asio/post.hpp>
#include <utility>

#include "vttablet/client/tablet_client.h"

namespace keyspan::vttablet {
namespace {

using Clock = std::chrono::steady_clock;
using rpc::FrameKind;

constexpr size_t kMaxEndedRemembered = 1000;

void FinishUnary(rpc::ServerStream& stream, const std::string& response) {
  const std::span<const uint8_t> bytes(reinterpret_cast<const uint8_t*>(response.data()),
                                       response.size());
  stream.Finish(nullptr, bytes);
}

Status AlreadyOver(uint64_t id, const std::string& reason) {
  return Status(StatusCode::kAborted,
                fmt::format("transaction {} was rolled back: {}", id, reason));
}

}  // namespace

ChannelSession::ChannelSession(TabletThread& thread, const std::shared_ptr<rpc::Channel>& channel)
    : thread_(thread), thread_alive_(thread.alive()), channel_(channel) {
  thread_.sessions_.insert(this);
}

ChannelSession::~ChannelSession() {
  // The last of them go with the io_context, after the thread.
  if (*thread_alive_ != nullptr) thread_.sessions_.erase(this);
}

void ChannelSession::OnRequest(std::unique_ptr<rpc::ServerStream> stream) {
  switch (stream->method()) {
    case FrameKind::kExecute:
    case FrameKind::kPrepare:
    case FrameKind::kCommit:
    case FrameKind::kRollback:
    case FrameKind::kRelease:
      thread_.Dispatch(shared_from_this(), std::move(stream));
      break;
    case FrameKind::kStreamHealth:
      AddHealthStream(std::move(stream));
      break;
    default:
      HandleControl(std::move(stream));
      break;
  }
}

Awaitable<void> ChannelSession::Run(rpc::ServerStream& stream) {
  if (stream.method() == FrameKind::kCommit) return RunCommit(stream);
  if (stream.method() == FrameKind::kRollback) return RunRollback(stream);
  return RunRelease(stream);
}

void ChannelSession::OnChannelClosed() {
  closed_ = true;
  health_streams_.clear();
  const auto transactions = std::exchange(transactions_, {});
  const auto reservations = std::exchange(reservations_, {});
  for (const auto* table : {&transactions, &reservations}) {
    for (const auto& [id, bound] : *table) {
      if (bound->busy) {
        // Abandoned when its statement ends, see Unbusy().
        bound->doomed = "the connection of the gateway was lost";
        if (bound->running != nullptr) {
          thread_.Interrupt(*bound->running, RunningStatement::Interruption::kCancelled);
        }
      } else {
        // mysqld rolls back when it sees the closed socket, without a round trip of ours.
        Abandon(bound, "the connection of the gateway was lost");
      }
    }
  }
}

void ChannelSession::OnLateCancel(uint32_t stream_id) {
  for (const auto& [id, bound] : transactions_) {
    // Nobody has its number, so nobody uses it or could end it.
    if (bound->opened_by != stream_id || bound->busy) continue;
    const BoundBackendPtr held = bound;
    Abandon(held, "its first statement was cancelled");
    return;
  }
}

// --- Health and control ---

void ChannelSession::AddHealthStream(std::unique_ptr<rpc::ServerStream> stream) {
  rpc::ServerStream* pointer = stream.get();
  health_streams_.push_back(std::move(stream));
  pointer->OnCancel([this, pointer] {
    for (auto& held : health_streams_) {
      if (held.get() != pointer) continue;
      // The channel still looks at the stream when this returns.
      auto ended = std::make_shared<std::unique_ptr<rpc::ServerStream>>(std::move(held));
      std::erase(health_streams_, nullptr);
      boost::asio::post(thread_.executor(), [ended] { ended->reset(); });
      return;
    }
  });
  SendHealth();
}

void ChannelSession::SendHealth() {
  const std::string& health = thread_.health();
  if (health.empty()) return;
  const std::span<const uint8_t> bytes(reinterpret_cast<const uint8_t*>(health.data()),
                                       health.size());
  for (auto& stream : health_streams_) {
    // Who does not read misses messages, not the last one for long: they are repeated.
    if (stream->writable()) (void)stream->SendNow(bytes);
  }
}

void ChannelSession::HandleControl(std::unique_ptr<rpc::ServerStream> stream) {
  const auto method = stream->method();
  const auto payload = stream->payload();
  std::string request(payload.begin(), payload.end());
  // The stream must be finished on this thread.
  auto held = std::make_shared<std::unique_ptr<rpc::ServerStream>>(std::move(stream));
  thread_.control().HandleCall(method, std::move(request),
                               [held, executor = thread_.executor()](Result<std::string> result) {
                                 boost::asio::post(executor, [held, result = std::move(result)] {
                                   if (result.ok()) {
                                     FinishUnary(**held, *result);
                                   } else {
                                     (*held)->FinishWithError(result.status());
                                   }
                                   held->reset();
                                 });
                               });
}

// --- Settings ---

Result<SettingsPtr> ChannelSession::ResolveSettings(const rpc::ExecuteRequest& request) {
  const uint64_t id = request.settings_id();
  if (id == 0) return SettingsPtr();
  if (!request.settings().empty()) {
    auto settings = std::make_shared<Settings>();
    settings->id = id;
    settings->text = request.settings();
    if (settings_.size() >= kMaxChannelSettings) settings_.clear();
    settings_[id] = settings;
    return SettingsPtr(settings);
  }
  auto found = settings_.find(id);
  if (found != settings_.end()) return found->second;
  return InternalError(fmt::format("the text of settings {:x} was never sent", id));
}

// --- Transactions and reservations ---

Result<BoundBackendPtr> ChannelSession::Find(uint64_t transaction_id, uint64_t reserved_id) {
  BoundBackendPtr bound;
  if (transaction_id != 0) {
    auto found = transactions_.find(transaction_id);
    if (found == transactions_.end()) {
      auto ended = ended_.find(transaction_id);
      return AlreadyOver(transaction_id, ended != ended_.end()
                                             ? ended->second
                                             : "this connection of the gateway has not opened it");
    }
    bound = found->second;
  }
  if (reserved_id != 0) {
    auto found = reservations_.find(reserved_id);
    if (found == reservations_.end()) {
      return Status(StatusCode::kAborted,
                    fmt::format("reserved connection {} is lost, and with it its temporary tables "
                                "and locks",
                                reserved_id));
    }
    if (bound && found->second != bound) {
      return InvalidArgument(fmt::format("transaction {} is not on reserved connection {}",
                                         transaction_id, reserved_id));
    }
    bound = found->second;
    if (transaction_id == 0 && bound->transaction_id != 0) {
      return InvalidArgument(fmt::format("transaction {} is open on reserved connection {}",
                                         bound->transaction_id, reserved_id));
    }
  }
  if (bound && bound->busy) {
    return InvalidArgument(fmt::format("transaction {} still runs another statement",
                                       transaction_id != 0 ? transaction_id : reserved_id));
  }
  if (bound) bound->busy = true;
  return bound;
}

Awaitable<Result<BoundBackendPtr>> ChannelSession::Take(const rpc::ServerStream& stream,
                                                        uint64_t transaction_id,
                                                        uint64_t reserved_id) {
  while (transaction_id != 0 || reserved_id != 0) {
    const auto& table = transaction_id != 0 ? transactions_ : reservations_;
    auto found = table.find(transaction_id != 0 ? transaction_id : reserved_id);
    if (found == table.end()) break;
    BoundBackendPtr bound = found->second;
    const bool ends_soon = bound->busy && bound->busy_with != nullptr &&
                           bound->busy_with->cancelled() && !bound->idle.waiting();
    if (!ends_soon) break;
    bound->idle.Reset();
    co_await bound->idle.Wait();
  }
  auto taken = Find(transaction_id, reserved_id);
  if (taken.ok() && *taken) (*taken)->busy_with = &stream;
  co_return taken;
}

void ChannelSession::AddTransaction(const BoundBackendPtr& bound, const rpc::TransactionName& name,
                                    uint32_t opened_by) {
  bound->transaction_id = thread_.NewId();
  bound->name = name;
  bound->opened_by = opened_by;
  bound->begun = bound->last_used = Clock::now();
  transactions_[bound->transaction_id] = bound;
  Count(thread_.mutable_stats().transactions);
  thread_.mutable_stats().open_transactions++;
}

void ChannelSession::AddReservation(const BoundBackendPtr& bound) {
  bound->reserved_id = thread_.NewId();
  bound->backend->dirty = true;
  reservations_[bound->reserved_id] = bound;
}

void ChannelSession::EndTransaction(const BoundBackendPtr& bound) {
  if (bound->transaction_id != 0) {
    transactions_.erase(bound->transaction_id);
    thread_.mutable_stats().open_transactions--;
    bound->transaction_id = 0;
  }
  if (bound->reserved_id == 0 && bound->backend) GiveBack(std::move(bound->backend));
}

void ChannelSession::Abandon(const BoundBackendPtr& bound, const std::string& reason) {
  if (bound->transaction_id != 0) {
    RememberEnd(bound->transaction_id, reason);
    transactions_.erase(bound->transaction_id);
    Count(thread_.mutable_stats().lost_transactions);
    thread_.mutable_stats().open_transactions--;
    bound->transaction_id = 0;
  }
  if (bound->reserved_id != 0) {
    reservations_.erase(bound->reserved_id);
    bound->reserved_id = 0;
  }
  if (bound->backend) {
    bound->backend->Close();
    GiveBack(std::move(bound->backend));
  }
}

void ChannelSession::Unbusy(const BoundBackendPtr& bound) {
  bound->busy = false;
  bound->running = nullptr;
  bound->busy_with = nullptr;
  bound->last_used = Clock::now();
  if (bound->idle.waiting()) {
    boost::asio::post(thread_.executor(), [bound] { bound->idle.Wake(); });
  }
  if (bound->backend && (closed_ || bound->backend->broken() || !bound->doomed.empty())) {
    const std::string reason =
        !bound->doomed.empty() ? bound->doomed : std::string("the connection to mysqld was lost");
    Abandon(bound, reason);
  }
}

void ChannelSession::GiveBack(std::unique_ptr<Backend> backend) {
  thread_.transaction_pool().Release(std::move(backend));
}

void ChannelSession::RememberEnd(uint64_t transaction_id, std::string reason) {
  ended_[transaction_id] = std::move(reason);
  ended_order_.push_back(transaction_id);
  if (ended_order_.size() > kMaxEndedRemembered) {
    ended_.erase(ended_order_.front());
    ended_order_.pop_front();
  }
}

void ChannelSession::CheckTimeouts(Clock::time_point now) {
  const QueryOptions& options = thread_.options();
  std::vector<std::pair<BoundBackendPtr, std::string>> over;
  for (const auto& [id, bound] : transactions_) {
    if (options.transaction_timeout.count() > 0 &&
        now - bound->begun > options.transaction_timeout) {
      over.emplace_back(bound, fmt::format("it was open for more than {} ms",
                                           options.transaction_timeout.count()));
    } else if (!bound->busy && options.transaction_idle_timeout.count() > 0 &&
               now - bound->last_used > options.transaction_idle_timeout) {
      over.emplace_back(bound, fmt::format("it was idle for more than {} ms",
                                           options.transaction_idle_timeout.count()));
    }
  }
  for (auto& [bound, reason] : over) {
    if (!bound->busy) {
      Abandon(bound, reason);
    } else if (bound->doomed.empty()) {
      bound->doomed = reason;
      if (bound->running != nullptr) {
        thread_.Interrupt(*bound->running, RunningStatement::Interruption::kTransactionOver);
      }
    }
  }
}

void ChannelSession::ListTransactions(TransactionNames& names) const {
  for (const auto& [id, bound] : transactions_) {
    if (bound->backend) names[bound->backend->connection_id()] = bound->name;
  }
}

void ChannelSession::EndTransactions(const std::string& reason) {
  std::vector<BoundBackendPtr> all;
  for (const auto& [id, bound] : transactions_) all.push_back(bound);
  for (const auto& [id, bound] : reservations_) {
    if (bound->transaction_id == 0) all.push_back(bound);
  }
  for (const auto& bound : all) {
    if (!bound->busy) {
      Abandon(bound, reason);
    } else if (bound->doomed.empty()) {
      bound->doomed = reason;
      if (bound->running != nullptr) {
        thread_.Interrupt(*bound->running, RunningStatement::Interruption::kTransactionOver);
      }
    }
  }
}

// --- Commit, rollback, release ---

namespace {

template <typename Request>
bool ParseHead(rpc::ServerStream& stream, Request& request) {
  const auto head = stream.head();
  if (request.ParseFromArray(head.data(), static_cast<int>(head.size()))) return true;
  stream.FinishWithError(Malformed("the head of a request cannot be decoded"));
  return false;
}

void FinishWith(rpc::ServerStream& stream, const Status& status) {
  if (status.ok()) {
    stream.Finish(nullptr);
  } else {
    stream.FinishWithError(status);
  }
}

}  // namespace

Awaitable<void> ChannelSession::RunCommit(rpc::ServerStream& stream) {
  rpc::CommitRequest request;
  if (!ParseHead(stream, request)) co_return;
  const Status status = co_await Commit(stream, request);
  if (!status.ok()) Count(thread_.mutable_stats().tablet_errors);
  FinishWith(stream, status);
}

Awaitable<Status> ChannelSession::Commit(const rpc::ServerStream& stream,
                                         const rpc::CommitRequest& request) {
  if (request.transaction_id() == 0) co_return InvalidArgument("COMMIT without a transaction");
  CO_ASSIGN_OR_RETURN(BoundBackendPtr bound,
                      co_await Take(stream, request.transaction_id(), request.reserved_id()));
  if (Status status = CheckTarget(*thread_.state(), request.target(), true); !status.ok()) {
    // This is no longer the primary of that term: what the transaction did here must not stay.
    Abandon(bound, std::string(status.message()));
    Unbusy(bound);
    co_return Status(StatusCode::kAborted, fmt::format("transaction {} was rolled back: {}",
                                                       request.transaction_id(), status.message()));
  }
  Backend& backend = *bound->backend;
  RunningStatement running;
  running.backend = &backend;
  running.deadline = Clock::now() + thread_.options().commit_timeout;
  thread_.Add(running);
  bound->running = &running;
  backend.QueueQuery("COMMIT");
  Status status = co_await backend.Flush();
  const bool sent = status.code() != StatusCode::kUnavailable;
  if (status.ok()) status = co_await backend.SkipReply(mysql::ReplyKind::kQuery);
  thread_.Remove(running);
  bound->running = nullptr;
  if (!status.ok()) {
    Abandon(bound, "the connection to mysqld was lost");
    Unbusy(bound);
    if (!sent) {
      co_return AlreadyOver(request.transaction_id(), "the connection to mysqld was lost");
    }
    co_return Status(StatusCode::kUnknownOutcome,
                     fmt::format("transaction {}: no answer to COMMIT: {}",
                                 request.transaction_id(), status.message()));
  }
  if (backend.scanner().failed()) {
    status = backend.scanner().error();
    if (Status rolled_back = co_await RollBack(bound); !rolled_back.ok()) {
      Abandon(bound, std::string(status.message()));
    }
  } else {
    Count(thread_.mutable_stats().commits);
    bound->doomed.clear();  // too late
    EndTransaction(bound);
  }
  Unbusy(bound);
  co_return status;
}

Awaitable<Status> ChannelSession::RollBack(BoundBackendPtr bound) {
  Backend& backend = *bound->backend;
  RunningStatement running;
  running.backend = &backend;
  running.deadline = Clock::now() + thread_.options().commit_timeout;
  thread_.Add(running);
  bound->running = &running;
  backend.QueueQuery("ROLLBACK");
  Status status = co_await backend.Flush();
  if (status.ok()) status = co_await backend.SkipReply(mysql::ReplyKind::kQuery);
  thread_.Remove(running);
  bound->running = nullptr;
  CO_RETURN_IF_ERROR(std::move(status));
  if (backend.scanner().failed()) co_return backend.scanner().error();
  Count(thread_.mutable_stats().rollbacks);
  if (bound->doomed.empty()) EndTransaction(bound);
  co_return Status();
}

Awaitable<void> ChannelSession::RunRollback(rpc::ServerStream& stream) {
  rpc::RollbackRequest request;
  if (!ParseHead(stream, request)) co_return;
  auto bound = co_await Take(stream, request.transaction_id(), request.reserved_id());
  if (!bound.ok()) {
    // What is gone is rolled back already.
    const bool gone = bound.status().code() == StatusCode::kAborted;
    FinishWith(stream, gone ? Status() : bound.status());
    co_return;
  }
  if (!*bound || (*bound)->transaction_id == 0) {
    if (*bound) Unbusy(*bound);
    FinishWith(stream, *bound ? Status() : InvalidArgument("ROLLBACK without a transaction"));
    co_return;
  }
  // A connection that fails is closed, which rolls back too.
  if (Status status = co_await RollBack(*bound); !status.ok()) {
    Abandon(*bound, "it was rolled back");
  }
  Unbusy(*bound);
  FinishWith(stream, Status());
}

Awaitable<void> ChannelSession::RunRelease(rpc::ServerStream& stream) {
  rpc::ReleaseRequest request;
  if (!ParseHead(stream, request)) co_return;
  auto found = reservations_.find(request.reserved_id());
  if (found == reservations_.end()) {
    FinishWith(stream, Status());
    co_return;
  }
  BoundBackendPtr bound = found->second;
  if (bound->busy) {
    FinishWith(stream, InvalidArgument("the reserved connection still runs a statement"));
    co_return;
  }
  bound->busy = true;
  if (bound->transaction_id != 0) {
    if (!(co_await RollBack(bound)).ok()) Abandon(bound, "its connection was released");
  }
  if (bound->reserved_id != 0) {
    reservations_.erase(bound->reserved_id);
    bound->reserved_id = 0;
  }
  bound->busy = false;
  // Dirty, so the next user resets it; named locks and temporary tables must go now.
  if (bound->backend) {
    bound->backend->QueueReset();
    Status status = co_await bound->backend->Flush();
    if (status.ok()) status = co_await bound->backend->SkipReply(mysql::ReplyKind::kSimple);
    if (!status.ok() || bound->backend->scanner().failed()) {
      bound->backend->Close();
    } else {
      bound->backend->ForgetAllStatements();
      bound->backend->settings = nullptr;
      bound->backend->database.clear();
      bound->backend->dirty = false;
    }
    GiveBack(std::move(bound->backend));
  }
  FinishWith(stream, Status());
}

}  // namespace keyspan::vttablet
