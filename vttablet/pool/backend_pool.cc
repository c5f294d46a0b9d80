#include "vttablet/pool/backend_pool.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "common/async/deadline.h"

namespace keyspan::vttablet {
namespace {

using Clock = std::chrono::steady_clock;

// For each of the small commands that prepare a session, and for all of them.
constexpr std::chrono::seconds kApplyTimeout{5};

uint64_t IdOf(const SettingsPtr& settings) { return settings ? settings->id : 0; }

// Reads the reply to a command that answers OK or ERR.
Awaitable<Status> ReadOk(Backend& backend, mysql::ReplyKind kind) {
  CO_RETURN_IF_ERROR(co_await backend.SkipReply(kind));
  if (backend.scanner().failed()) co_return backend.scanner().error();
  co_return Status();
}

}  // namespace

// Somebody in the queue.
struct BackendPool::Waiting {
  Waiter waiter;
  bool woken = false;
};

BackendPool::BackendPool(Executor executor, PoolOptions options)
    : executor_(executor), options_(std::move(options)) {}

std::unique_ptr<Backend> BackendPool::TakeIdle(const BackendTraits& traits, bool any_settings) {
  for (size_t i = idle_.size(); i-- > 0;) {
    Backend& candidate = *idle_[i];
    if (candidate.found_rows != traits.found_rows) continue;
    if (!any_settings && (candidate.dirty || IdOf(candidate.settings) != IdOf(traits.settings) ||
                          candidate.database != traits.database)) {
      continue;
    }
    auto taken = std::move(idle_[i]);
    idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(i));
    return taken;
  }
  return nullptr;
}

std::unique_ptr<Backend> BackendPool::TryAcquire(const BackendTraits& traits) {
  // Who came earlier goes first.
  if (!waiters_.empty() || promised_ > 0) return nullptr;
  return TakeIdle(traits, /*any_settings=*/false);
}

Awaitable<Result<std::unique_ptr<Backend>>> BackendPool::Acquire(BackendTraits traits) {
  if (!waiters_.empty() || idle() + options_.size - open_ <= promised_) {
    CO_RETURN_IF_ERROR(co_await WaitForTurn());
  }
  for (;;) {
    auto backend = TakeIdle(traits, /*any_settings=*/false);
    // A connection without settings is made to fit more cheaply than a new one is opened.
    if (!backend && (traits.settings || open_ >= options_.size)) {
      backend = TakeIdle(traits, /*any_settings=*/open_ >= options_.size);
    }
    if (!backend) {
      for (size_t i = 0; i < idle_.size() && !backend; ++i) {
        if (idle_[i]->found_rows == traits.found_rows && !idle_[i]->settings && !idle_[i]->dirty) {
          backend = std::move(idle_[i]);
          idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(i));
        }
      }
    }
    if (!backend) {
      if (open_ >= options_.size && !idle_.empty()) Drop(std::exchange(idle_.front(), nullptr));
      std::erase(idle_, nullptr);
      co_return co_await Open(std::move(traits));
    }
    Status status = co_await ApplyTraits(*backend, traits, /*keep_state=*/false);
    if (status.ok()) co_return backend;
    const bool refused = status.code() == StatusCode::kMysql && !backend->broken();
    Release(std::move(backend));
    if (refused) co_return status;
    // It had died while it was idle: nothing of the caller was sent, take another.
  }
}

Awaitable<Result<std::unique_ptr<Backend>>> BackendPool::Open(BackendTraits traits) {
  ++open_;  // before the wait, so that the limit holds
  mysql::ClientOptions options = options_.mysql;
  if (options.login.capabilities == 0) {
    options.login.capabilities = mysql::DefaultClientCapabilities();
  }
  if (traits.found_rows) options.login.capabilities |= mysql::kClientFoundRows;
  const uint64_t epoch = epoch_;
  auto opened = co_await Backend::Connect(executor_, std::move(options));
  if (!opened.ok()) {
    --open_;
    WakeOne();
    co_return std::move(opened).status().WithPrefix("cannot connect to mysqld");
  }
  auto backend = std::move(opened).value();
  backend->epoch = epoch;
  Status status = co_await ApplyTraits(*backend, traits, /*keep_state=*/false);
  if (!status.ok()) {
    Release(std::move(backend));
    co_return status;
  }
  co_return backend;
}

Awaitable<Status> BackendPool::WaitForTurn() {
  if (static_cast<int>(waiters_.size()) >= options_.max_waiters) {
    co_return Status(StatusCode::kResourceExhausted, 1040, "08004",
                     fmt::format("the {} pool is exhausted: all {} connections are in use and {} "
                                 "statements wait already",
                                 options_.name, options_.size, waiters_.size()));
  }
  ++waits_;
  auto me = std::make_shared<Waiting>();
  waiters_.push_back(me);
  Deadline deadline(executor_, Clock::now() + options_.wait_timeout, [me] { me->waiter.Wake(); });
  co_await me->waiter.Wait();
  if (me->woken) {
    --promised_;
    co_return Status();
  }
  std::erase(waiters_, me);
  co_return Status(StatusCode::kResourceExhausted, 1040, "08004",
                   fmt::format("the {} pool is exhausted: none of its {} connections became free "
                               "within {} ms",
                               options_.name, options_.size, options_.wait_timeout.count()));
}

void BackendPool::WakeOne() {
  if (waiters_.empty()) return;
  auto next = std::move(waiters_.front());
  waiters_.pop_front();
  next->woken = true;
  ++promised_;
  // Not on this stack: thousands who give up at once would nest in each other.
  boost::asio::post(executor_, [next] { next->waiter.Wake(); });
}

void BackendPool::Release(std::unique_ptr<Backend> backend) {
  if (backend->broken() || backend->epoch != epoch_) {
    Drop(std::move(backend));
  } else {
    backend->last_used = Clock::now();
    idle_.push_back(std::move(backend));
  }
  WakeOne();
}

void BackendPool::Drop(std::unique_ptr<Backend> backend) {
  if (!backend->broken()) backend->Close();
  --open_;
}

void BackendPool::StartNewEpoch() {
  ++epoch_;
  for (auto& backend : std::exchange(idle_, {})) Drop(std::move(backend));
}

void BackendPool::DropIdle(Clock::time_point now) {
  // The front was not used for the longest time.
  while (!idle_.empty() && now - idle_.front()->last_used > options_.idle_timeout) {
    Drop(std::move(idle_.front()));
    idle_.erase(idle_.begin());
  }
}

Awaitable<Status> ApplyTraits(Backend& backend, const BackendTraits& traits, bool keep_state) {
  const bool other_settings = IdOf(backend.settings) != IdOf(traits.settings);
  if ((keep_state || !backend.dirty) && !other_settings && backend.database == traits.database) {
    co_return Status();
  }
  Deadline deadline(backend.executor(), Clock::now() + kApplyTimeout,
                    [&backend] { backend.Close(); });
  if (!keep_state && (backend.dirty || (other_settings && backend.settings))) {
    backend.QueueReset();
    CO_RETURN_IF_ERROR(co_await backend.Flush());
    CO_RETURN_IF_ERROR(co_await ReadOk(backend, mysql::ReplyKind::kSimple));
    backend.ForgetAllStatements();
    backend.user_variables.clear();
    backend.settings = nullptr;
    backend.database.clear();
    backend.dirty = false;
  }
  backend.CloseAllStatements();
  if (IdOf(backend.settings) != IdOf(traits.settings)) {
    std::string set;
    if (backend.settings) {
      const auto kept = SettingNames(traits.settings ? traits.settings->text : std::string_view());
      for (const std::string& name : SettingNames(backend.settings->text)) {
        if (std::find(kept.begin(), kept.end(), name) == kept.end()) {
          const bool user_variable = name.starts_with("@") && !name.starts_with("@@");
          set += (set.empty() ? "" : ",") + name + (user_variable ? "=NULL" : "=DEFAULT");
        }
      }
    }
    if (traits.settings && !traits.settings->text.empty()) {
      set += (set.empty() ? "" : ",") + traits.settings->text;
    }
    if (!set.empty()) {
      backend.QueueQuery("SET " + set);
      CO_RETURN_IF_ERROR(co_await backend.Flush());
      // What a refused SET has changed is not known.
      backend.dirty = true;
      CO_RETURN_IF_ERROR(co_await ReadOk(backend, mysql::ReplyKind::kQuery));
      backend.dirty = keep_state;
    }
    backend.settings = traits.settings;
  }
  if (backend.database != traits.database) {
    backend.QueueInitDb(traits.database);
    CO_RETURN_IF_ERROR(co_await backend.Flush());
    CO_RETURN_IF_ERROR(co_await ReadOk(backend, mysql::ReplyKind::kSimple));
    backend.database = traits.database;
  }
  co_return Status();
}

std::vector<std::string> SettingNames(std::string_view text) {
  std::vector<std::string> names;
  std::string name;
  bool in_value = false;
  char quote = 0;
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == '\\' && quote != '`') {
        ++i;
      } else if (c == quote) {
        quote = 0;
      }
      continue;
    }
    if (in_value && (c == '\'' || c == '"' || c == '`')) {
      quote = c;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')') {
      --depth;
    } else if (c == '=' && !in_value) {
      in_value = true;
      if (!name.empty() && name.back() == ':') name.pop_back();
      names.push_back(name);
    } else if (c == ',' && in_value && depth == 0) {
      in_value = false;
      name.clear();
    } else if (!in_value && c != ' ') {
      name += c;
    }
  }
  return names;
}

}  // namespace keyspan::vttablet
