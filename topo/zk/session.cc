#include "topo/zk/session.h"

#include <fmt/format.h>
#include <glog/logging.h>

#include <utility>

namespace keyspan::topo {
namespace {

// What the library logs is mostly one line per failed attempt to connect.
void OnLog(const char* message) { VLOG(1) << message; }

}  // namespace

void ZkEventQueue::Post(Event event) {
  const std::lock_guard lock(mutex_);
  events_.push_back(event);
  posted_.notify_all();
}

void ZkEventQueue::Stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  posted_.notify_all();
}

std::deque<ZkEventQueue::Event> ZkEventQueue::Take(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  posted_.wait_for(lock, timeout, [&] { return stopped_ || !events_.empty(); });
  return std::exchange(events_, {});
}

bool ZkEventQueue::stopped() const {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

Result<std::shared_ptr<ZkSession>> ZkSession::Open(const ZkOptions& options, uint64_t number,
                                                   std::shared_ptr<ZkEventQueue> events,
                                                   const clientid_t* resume) {
  zoo_set_debug_level(ZOO_LOG_LEVEL_WARN);
  std::shared_ptr<ZkSession> session(new ZkSession(number, std::move(events)));
  session->wanted_timeout_ = options.session_timeout;
  // The raw pointer is safe: the destructor closes the handle, and no callback comes after that.
  session->handle_ =
      zookeeper_init2(options.servers.c_str(), &ZkSession::OnSession,
                      static_cast<int>(options.session_timeout.count()), resume, session.get(),
                      /*flags=*/0, &OnLog);
  if (session->handle_ == nullptr) {
    return Unavailable(
        fmt::format("cannot use ZooKeeper at {}: {}", options.servers, zerror(ZSYSTEMERROR)));
  }
  return session;
}

ZkSession::~ZkSession() {
  if (handle_ != nullptr) zookeeper_close(handle_);
}

int64_t ZkSession::id() const { return zoo_client_id(handle_)->client_id; }

bool ZkSession::connected() const { return zoo_state(handle_) == ZOO_CONNECTED_STATE; }

std::chrono::milliseconds ZkSession::timeout() const {
  // Until the first connection this is what was asked for.
  const int negotiated = zoo_recv_timeout(handle_);
  return negotiated > 0 ? std::chrono::milliseconds(negotiated) : wanted_timeout_;
}

std::chrono::milliseconds ZkSession::HeartbeatInterval() const { return timeout() / 6; }

bool ZkSession::Alive() const {
  const auto confirmed = heartbeats_->confirmed.load();
  if (expired_ || confirmed == 0) return false;
  const std::chrono::steady_clock::time_point since{std::chrono::steady_clock::duration(confirmed)};
  return std::chrono::steady_clock::now() - since < timeout() * 2 / 3;
}

void ZkSession::Heartbeat() {
  if (expired_ || heartbeats_->under_way.exchange(true)) return;
  auto* context = new HeartbeatContext{heartbeats_, std::chrono::steady_clock::now()};
  if (zoo_aexists(handle_, "/", /*watch=*/0, &ZkSession::OnHeartbeat, context) != ZOK) {
    delete context;
    heartbeats_->under_way = false;
  }
}

void ZkSession::OnHeartbeat(int rc, const Stat*, const void* context) {
  const std::unique_ptr<const HeartbeatContext> owned(
      static_cast<const HeartbeatContext*>(context));
  Heartbeats& heartbeats = *owned->heartbeats;
  if (rc == ZOK) heartbeats.confirmed = owned->sent.time_since_epoch().count();
  heartbeats.under_way = false;
}

void ZkSession::OnSession(zhandle_t* handle, int type, int state, const char*, void*) {
  if (type != ZOO_SESSION_EVENT) return;
  auto* session = static_cast<ZkSession*>(const_cast<void*>(zoo_get_context(handle)));
  if (state == ZOO_EXPIRED_SESSION_STATE || state == ZOO_AUTH_FAILED_STATE) {
    session->expired_ = true;
  }
  session->events_->Post({.session_number = session->number_});
}

void ZkSession::OnWatch(zhandle_t* handle, int type, int, const char*, void* context) {
  // Changes of the session's state come to every watch too; they leave it armed.
  if (type == ZOO_SESSION_EVENT) return;
  auto* session = static_cast<ZkSession*>(const_cast<void*>(zoo_get_context(handle)));
  session->events_->Post(
      {.is_watch = true, .watch_id = reinterpret_cast<uint64_t>(context), .session_number = 0});
}

}  // namespace keyspan::topo
