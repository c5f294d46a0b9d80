#include "vttablet/query/tablet_thread.h"

#include <glog/logging.h>

#include <boost/asio/post.hpp>
#include <random>
#include <utility>

#include "common/async/spawn.h"
#include "vttablet/query/channel_session.h"
#include "vttablet/query/statement_run.h"

namespace keyspan::vttablet {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kTick{50};
constexpr size_t kMaxIdleWorkers = 512;

uint64_t FirstId() {
  // Microseconds since 1970 as even or odd numbers: ids of an earlier run never come again.
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const uint64_t micros = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  return (micros << 8) + (std::random_device()() & 0xff);
}

}  // namespace

struct TabletThread::Worker {
  std::shared_ptr<ChannelSession> session;
  std::unique_ptr<rpc::ServerStream> stream;
  RequestScratch scratch;
  Waiter wake;
};

TabletThread::TabletThread(boost::asio::io_context& context, QueryOptions options,
                           ControlThread* control)
    : executor_(context.get_executor()),
      options_(std::move(options)),
      control_(control),
      query_pool_(executor_, options_.query_pool),
      transaction_pool_(executor_, options_.transaction_pool),
      next_id_(FirstId()),
      tick_timer_(executor_),
      alive_(std::make_shared<TabletThread*>(this)) {
  auto state = std::make_shared<TabletState>();
  state->reason = "it is starting";
  state_ = std::move(state);
}

TabletThread::~TabletThread() { *alive_ = nullptr; }

void TabletThread::Start() { ScheduleTick(); }

void TabletThread::Stop() {
  stopped_ = true;
  tick_timer_.cancel();
  for (auto& worker : std::exchange(idle_workers_, {})) worker->wake.Wake();
}

rpc::Channel::RequestHandler TabletThread::MakeHandler(
    const std::shared_ptr<rpc::Channel>& channel) {
  auto session = std::make_shared<ChannelSession>(*this, channel);
  channel->OnLateCancel([weak = std::weak_ptr(session)](uint32_t stream_id) {
    if (auto session = weak.lock()) session->OnLateCancel(stream_id);
  });
  return [this, session](std::unique_ptr<rpc::ServerStream> stream) {
    if (stream == nullptr) {
      session->OnChannelClosed();
    } else {
      session->OnRequest(std::move(stream));
    }
  };
}

void TabletThread::Dispatch(std::shared_ptr<ChannelSession> session,
                            std::unique_ptr<rpc::ServerStream> stream) {
  if (idle_workers_.empty()) {
    auto worker = std::make_shared<Worker>();
    worker->session = std::move(session);
    worker->stream = std::move(stream);
    Spawn("statement worker", executor_, [this, worker] { return WorkerLoop(worker); });
    return;
  }
  auto worker = std::move(idle_workers_.back());
  idle_workers_.pop_back();
  worker->session = std::move(session);
  worker->stream = std::move(stream);
  worker->wake.Wake();
}

Awaitable<void> TabletThread::WorkerLoop(std::shared_ptr<Worker> worker) {
  for (;;) {
    ++stats_.running;
    const rpc::FrameKind method = worker->stream->method();
    if (method == rpc::FrameKind::kExecute || method == rpc::FrameKind::kPrepare) {
      StatementRun run(*this, *worker->session, *worker->stream, worker->scratch);
      co_await run.Run();
    } else {
      co_await worker->session->Run(*worker->stream);
    }
    --stats_.running;
    worker->stream.reset();
    worker->session.reset();
    if (stopped_ || idle_workers_.size() >= kMaxIdleWorkers) co_return;
    idle_workers_.push_back(worker);
    co_await worker->wake.Wait();
    if (stopped_) co_return;
  }
}

void TabletThread::PostState(TabletStatePtr state, std::string health) {
  boost::asio::post(
      executor_, [alive = alive_, state = std::move(state), health = std::move(health)]() mutable {
        TabletThread* self = *alive;
        if (self == nullptr) return;
        self->state_ = std::move(state);
        self->health_ = std::move(health);
        const auto sessions = self->sessions_;
        for (ChannelSession* session : sessions) {
          if (self->sessions_.contains(session)) session->SendHealth();
        }
      });
}

void TabletThread::PostNewEpoch() {
  boost::asio::post(executor_, [alive = alive_] {
    if (*alive == nullptr) return;
    (*alive)->query_pool_.StartNewEpoch();
    (*alive)->transaction_pool_.StartNewEpoch();
  });
}

void TabletThread::PostEndTransactions(std::string reason, std::function<void()> done) {
  boost::asio::post(executor_, [alive = alive_, reason = std::move(reason), done] {
    if (*alive != nullptr) {
      const auto sessions = (*alive)->sessions_;
      for (ChannelSession* session : sessions) session->EndTransactions(reason);
    }
    done();
  });
}

void TabletThread::PostListTransactions(std::function<void(TransactionNames)> done) {
  boost::asio::post(executor_, [alive = alive_, done] {
    TransactionNames names;
    if (TabletThread* self = *alive; self != nullptr) {
      for (const ChannelSession* session : self->sessions_) session->ListTransactions(names);
      for (const RunningStatement* statement : self->running_) {
        if (statement->opens == nullptr) continue;
        names[statement->backend->connection_id()] = *statement->opens;
      }
    }
    done(std::move(names));
  });
}

void TabletThread::Add(RunningStatement& statement) {
  statement.index = running_.size();
  running_.push_back(&statement);
}

void TabletThread::Remove(RunningStatement& statement) {
  running_.back()->index = statement.index;
  running_[statement.index] = running_.back();
  running_.pop_back();
}

void TabletThread::Interrupt(RunningStatement& statement, RunningStatement::Interruption why) {
  if (statement.interruption != RunningStatement::Interruption::kNone) return;
  statement.interruption = why;
  statement.interrupted_at = Clock::now();
  if (statement.killable) SendPendingKill(statement);
  // Last: it can resume the coroutine that waits for its reader.
  if (statement.stream != nullptr && why != RunningStatement::Interruption::kStopped) {
    statement.stream->Interrupt();
  }
}

void TabletThread::SendPendingKill(RunningStatement& statement) {
  if (statement.interruption == RunningStatement::Interruption::kNone || statement.kill_sent) {
    return;
  }
  statement.kill_sent = true;
  statement.kill_pending = true;
  Count(stats_.kills);
  // The statement stays in running_ while the KILL is pending, see StatementRun.
  RunningStatement* pointer = &statement;
  control_->KillQuery(statement.backend->connection_id(),
                      [alive = alive_, pointer, executor = executor_] {
                        boost::asio::post(executor, [alive, pointer] {
                          if (*alive == nullptr) return;
                          pointer->kill_pending = false;
                          pointer->kill_done.Wake();
                        });
                      });
}

void TabletThread::ScheduleTick() {
  tick_timer_.expires_after(kTick);
  tick_timer_.async_wait([alive = alive_](boost::system::error_code error) {
    if (error || *alive == nullptr || (*alive)->stopped_) return;
    (*alive)->Tick();
    (*alive)->ScheduleTick();
  });
}

void TabletThread::Tick() {
  const auto now = Clock::now();
  std::vector<RunningStatement*> late;
  for (RunningStatement* statement : running_) {
    if (statement->interruption == RunningStatement::Interruption::kNone) {
      if (now >= statement->deadline) late.push_back(statement);
    } else if (now - statement->interrupted_at > options_.kill_grace &&
               !statement->backend->broken()) {
      LOG(WARNING) << "a statement did not end when it was killed; its connection "
                   << statement->backend->connection_id() << " is closed";
      statement->backend->Close();
    }
  }
  // None of them can end meanwhile but by the interruption itself, which touches only that one.
  for (RunningStatement* statement : late) {
    Interrupt(*statement, RunningStatement::Interruption::kTimedOut);
  }
  const auto sessions = sessions_;
  for (ChannelSession* session : sessions) session->CheckTimeouts(now);
  query_pool_.DropIdle(now);
  transaction_pool_.DropIdle(now);
  BackendPool* pools[] = {&query_pool_, &transaction_pool_};
  for (int i = 0; i < 2; ++i) {
    stats_.pool_open[i].store(pools[i]->open(), std::memory_order_relaxed);
    stats_.pool_in_use[i].store(pools[i]->in_use(), std::memory_order_relaxed);
    stats_.pool_waits[i].store(pools[i]->waits(), std::memory_order_relaxed);
  }
}

}  // namespace keyspan::vttablet
