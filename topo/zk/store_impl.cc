#include "topo/zk/store_impl.h"

#include <fmt/format.h>
#include <glog/logging.h>

#include <algorithm>
#include <utility>

namespace keyspan::topo {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

// ZooKeeper's own limit for a node.
constexpr size_t kMaxValueSize = 1 << 20;
constexpr size_t kFirstReadSize = 16 << 10;

std::string ParentOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

// The answer got lost, or never came to be; the request may have been carried out.
bool IsLost(int code) {
  return code == ZCONNECTIONLOSS || code == ZOPERATIONTIMEOUT || code == ZSESSIONEXPIRED ||
         code == ZSESSIONMOVED || code == ZINVALIDSTATE || code == ZCLOSING;
}

class ZkEphemeral : public Ephemeral {
 public:
  ZkEphemeral(ZkStoreImpl* store, std::shared_ptr<ZkStoreImpl::EphemeralState> state)
      : store_(store), state_(std::move(state)) {}
  ~ZkEphemeral() override { store_->RemoveEphemeral(state_); }
  Status Check() const override { return store_->CheckEphemeral(*state_); }

 private:
  ZkStoreImpl* const store_;
  const std::shared_ptr<ZkStoreImpl::EphemeralState> state_;
};

}  // namespace

ZkStoreImpl::ZkStoreImpl(ZkOptions options) : options_(std::move(options)) {}

ZkStoreImpl::~ZkStoreImpl() {
  events_->Stop();
  if (keeper_.joinable()) keeper_.join();
}

Status ZkStoreImpl::Start() {
  ASSIGN_OR_RETURN(session_, ZkSession::Open(options_, 1, events_));
  keeper_ = std::thread([this] { Keep(); });
  const Clock::time_point deadline = Clock::now() + options_.connect_timeout;
  while (Clock::now() < deadline) {
    if (Connected()) return Status::Ok();
    std::unique_lock lock(mutex_);
    session_changed_.wait_for(lock, 5ms);
  }
  return Unavailable(fmt::format("no ZooKeeper server answers at {} ({} ms)", options_.servers,
                                 options_.connect_timeout.count()));
}

std::shared_ptr<ZkSession> ZkStoreImpl::session() const {
  const std::lock_guard lock(mutex_);
  return session_;
}

bool ZkStoreImpl::Connected() const {
  const auto current = session();
  return current->connected() && current->Alive();
}

// --- Calls
// -----------------------------------------------------------------------------------------

int ZkStoreImpl::Retry(const Operation& operation) const {
  const Clock::time_point deadline = Clock::now() + options_.operation_timeout;
  bool interrupted = false;
  for (;;) {
    // Held during the operation, so that the handle cannot be closed meanwhile.
    const std::shared_ptr<ZkSession> current = session();
    const int code = operation(*current, interrupted);
    if (!IsLost(code)) return code;
    interrupted = true;
    std::unique_lock lock(mutex_);
    if (Clock::now() >= deadline || events_->stopped()) return code;
    session_changed_.wait_until(lock, std::min(deadline, Clock::now() + 100ms));
  }
}

Status ZkStoreImpl::Failure(int code, const std::string& path) const {
  switch (code) {
    case ZOK:
      return Status::Ok();
    case ZNONODE:
      return NotFound(path + " does not exist");
    case ZNODEEXISTS:
      return Status(StatusCode::kAlreadyExists, path + " exists already");
    case ZBADVERSION:
      return Status(StatusCode::kFailedPrecondition, path + " was changed by somebody else");
    case ZNOTEMPTY:
      return InvalidArgument(path + " has children");
    case ZBADARGUMENTS:
      return InvalidArgument(path + " is not a path of a node");
    default:
      break;
  }
  if (IsLost(code)) {
    return Unavailable(fmt::format("ZooKeeper at {} cannot be reached ({}: {})", options_.servers,
                                   path, zerror(code)));
  }
  return InternalError(fmt::format("ZooKeeper: {}: {}", path, zerror(code)));
}

uint64_t ZkStoreImpl::RegisterWatch(const ZkSession& session, WatchFn watch) {
  if (!watch) return 0;
  const std::lock_guard lock(mutex_);
  watches_[++last_watch_id_] = {session.number(), std::move(watch)};
  return last_watch_id_;
}

void ZkStoreImpl::DropWatch(uint64_t id) {
  const std::lock_guard lock(mutex_);
  watches_.erase(id);
}

int ZkStoreImpl::ReadValue(zhandle_t* handle, const std::string& path, uint64_t watch, Node* node,
                           Stat* stat) {
  node->value.resize(kFirstReadSize);
  for (;;) {
    int size = static_cast<int>(node->value.size());
    const int code =
        zoo_wget(handle, path.c_str(), watch != 0 ? ZkSession::watch_function() : nullptr,
                 ZkSession::watch_context(watch), node->value.data(), &size, stat);
    if (code == ZOK) {
      if (static_cast<size_t>(stat->dataLength) > node->value.size()) {
        node->value.resize(static_cast<size_t>(stat->dataLength));
        continue;
      }
      node->value.resize(static_cast<size_t>(std::max(size, 0)));
      node->version = stat->version;
      return ZOK;
    }
    if (code != ZNONODE || watch == 0) return code;
    // Reading a node that is not there arms nothing; asking whether it exists does.
    const int exists = zoo_wexists(handle, path.c_str(), ZkSession::watch_function(),
                                   ZkSession::watch_context(watch), stat);
    if (exists != ZOK) return exists;
  }
}

int ZkStoreImpl::ReadChildren(zhandle_t* handle, const std::string& path, uint64_t watch,
                              std::vector<std::string>* names) {
  for (;;) {
    String_vector children{};
    const int code =
        zoo_wget_children(handle, path.c_str(), watch != 0 ? ZkSession::watch_function() : nullptr,
                          ZkSession::watch_context(watch), &children);
    if (code == ZOK) {
      names->assign(children.data, children.data + children.count);
      deallocate_String_vector(&children);
      std::sort(names->begin(), names->end());
      return ZOK;
    }
    if (code != ZNONODE || watch == 0) return code;
    Stat stat{};
    const int exists = zoo_wexists(handle, path.c_str(), ZkSession::watch_function(),
                                   ZkSession::watch_context(watch), &stat);
    if (exists != ZOK) return exists;
  }
}

Result<Node> ZkStoreImpl::Get(const std::string& path, WatchFn watch) {
  Node node;
  const int code = Retry([&](ZkSession& session, bool) {
    Stat stat{};
    const uint64_t id = RegisterWatch(session, watch);
    const int result = ReadValue(session.handle(), path, id, &node, &stat);
    if (result != ZOK && result != ZNONODE) DropWatch(id);
    return result;
  });
  if (code != ZOK) return Failure(code, path);
  return node;
}

Result<std::vector<std::string>> ZkStoreImpl::List(const std::string& path, WatchFn watch) {
  std::vector<std::string> names;
  const int code = Retry([&](ZkSession& session, bool) {
    const uint64_t id = RegisterWatch(session, watch);
    const int result = ReadChildren(session.handle(), path, id, &names);
    if (result != ZOK && result != ZNONODE) DropWatch(id);
    return result;
  });
  if (code != ZOK) return Failure(code, path);
  return names;
}

int ZkStoreImpl::CreateParents(zhandle_t* handle, const std::string& path) {
  const std::string parent = ParentOf(path);
  if (parent.empty()) return ZOK;
  for (;;) {
    const int code =
        zoo_create(handle, parent.c_str(), "", 0, &ZOO_OPEN_ACL_UNSAFE, ZOO_PERSISTENT, nullptr, 0);
    if (code == ZNODEEXISTS) return ZOK;
    if (code != ZNONODE) return code;
    const int above = CreateParents(handle, parent);
    if (above != ZOK) return above;
  }
}

Status ZkStoreImpl::Create(const std::string& path, const std::string& value) {
  if (value.size() >= kMaxValueSize) {
    return InvalidArgument(fmt::format("{}: a value of {} bytes is too large", path, value.size()));
  }
  const int code = Retry([&](ZkSession& session, bool interrupted) {
    for (;;) {
      const int result =
          zoo_create(session.handle(), path.c_str(), value.data(), static_cast<int>(value.size()),
                     &ZOO_OPEN_ACL_UNSAFE, ZOO_PERSISTENT, nullptr, 0);
      if (result == ZNONODE) {
        const int parents = CreateParents(session.handle(), path);
        if (parents != ZOK) return parents;
        continue;
      }
      if (result != ZNODEEXISTS || !interrupted) return result;
      // Whose is it? An untouched node with our value is what the lost attempt wanted.
      Node node;
      Stat stat{};
      const int read = ReadValue(session.handle(), path, 0, &node, &stat);
      if (read != ZOK) return read == ZNONODE ? ZCONNECTIONLOSS : read;
      return int{node.version == 0 && node.value == value ? ZOK : ZNODEEXISTS};
    }
  });
  return Failure(code, path);
}

Result<Version> ZkStoreImpl::Set(const std::string& path, const std::string& value,
                                 Version expected) {
  if (value.size() >= kMaxValueSize) {
    return InvalidArgument(fmt::format("{}: a value of {} bytes is too large", path, value.size()));
  }
  Version version = 0;
  const int code = Retry([&](ZkSession& session, bool interrupted) {
    Stat stat{};
    const int result = zoo_set2(session.handle(), path.c_str(), value.data(),
                                static_cast<int>(value.size()), static_cast<int>(expected), &stat);
    version = stat.version;
    if (result != ZBADVERSION || !interrupted) return result;
    Node node;
    const int read = ReadValue(session.handle(), path, 0, &node, &stat);
    if (read != ZOK) return read;
    version = node.version;
    return int{node.version == expected + 1 && node.value == value ? ZOK : ZBADVERSION};
  });
  if (code != ZOK) return Failure(code, path);
  return version;
}

Status ZkStoreImpl::Delete(const std::string& path, Version expected) {
  const int code = Retry([&](ZkSession& session, bool interrupted) {
    const int result = zoo_delete(session.handle(), path.c_str(), static_cast<int>(expected));
    return result == ZNONODE && interrupted ? ZOK : result;
  });
  return Failure(code, path);
}

// --- Ephemeral nodes
// -------------------------------------------------------------------------------

int ZkStoreImpl::EnsureEphemeral(ZkSession& session, const EphemeralState& state) {
  zhandle_t* const handle = session.handle();
  for (;;) {
    const int created = zoo_create(handle, state.path.c_str(), state.value.data(),
                                   static_cast<int>(state.value.size()), &ZOO_OPEN_ACL_UNSAFE,
                                   ZOO_EPHEMERAL, nullptr, 0);
    if (created == ZNONODE) {
      const int parents = CreateParents(handle, state.path);
      if (parents != ZOK) return parents;
      continue;
    }
    if (created != ZNODEEXISTS) return created;
    Node node;
    Stat stat{};
    const int read = ReadValue(handle, state.path, 0, &node, &stat);
    if (read == ZNONODE) continue;
    if (read != ZOK) return read;
    if (stat.ephemeralOwner == session.id()) return ZOK;
    if (stat.ephemeralOwner == 0 || node.value != state.value) return ZNODEEXISTS;
    // Left over by an earlier session of the same process or place.
    const int deleted = zoo_delete(handle, state.path.c_str(), stat.version);
    if (deleted != ZOK && deleted != ZNONODE && deleted != ZBADVERSION) return deleted;
  }
}

Result<std::unique_ptr<Ephemeral>> ZkStoreImpl::CreateEphemeral(const std::string& path,
                                                                const std::string& value) {
  auto state = std::make_shared<EphemeralState>();
  state->path = path;
  state->value = value;
  const int code = Retry([&](ZkSession& session, bool) {
    state->session_number = session.number();
    return EnsureEphemeral(session, *state);
  });
  if (code == ZNODEEXISTS) {
    const auto rival = Get(path, {});
    return Status(StatusCode::kAlreadyExists,
                  fmt::format("{} exists already ({})", path, rival.ok() ? rival->value : "gone"));
  }
  if (code != ZOK) return Failure(code, path);
  const std::lock_guard lock(mutex_);
  ephemerals_.insert(state);
  return std::unique_ptr<Ephemeral>(std::make_unique<ZkEphemeral>(this, std::move(state)));
}

Status ZkStoreImpl::CheckEphemeral(EphemeralState& state) const {
  const auto current = session();
  const std::lock_guard lock(state.mutex);
  if (!state.status.ok()) return state.status;
  if (state.session_number != current->number() || !current->Alive()) {
    return Unavailable(state.path + ": the session with ZooKeeper is interrupted");
  }
  return Status::Ok();
}

void ZkStoreImpl::RemoveEphemeral(const std::shared_ptr<EphemeralState>& state) {
  {
    const std::lock_guard lock(mutex_);
    ephemerals_.erase(state);
  }
  // Waits for the keeper, should it be creating the node right now.
  const std::lock_guard lock(state->mutex);
  const auto current = session();
  if (state->session_number != current->number() || !state->status.ok()) return;
  const Status deleted = DeleteOwned(current, state->path);
  LOG_IF(WARNING, !deleted.ok()) << deleted.ToString();
}

Status ZkStoreImpl::DeleteOwned(const std::shared_ptr<ZkSession>& session,
                                const std::string& path) {
  Stat stat{};
  int code = zoo_exists(session->handle(), path.c_str(), 0, &stat);
  if (code == ZOK && stat.ephemeralOwner == session->id()) {
    code = zoo_delete(session->handle(), path.c_str(), stat.version);
  }
  if (code == ZOK || code == ZNONODE || session->expired()) return Status::Ok();
  const std::lock_guard lock(mutex_);
  leftovers_.push_back({session, path});
  return Failure(code, path);
}

// --- The keeper
// ------------------------------------------------------------------------------------

void ZkStoreImpl::Keep() {
  Clock::time_point next_round = Clock::now();
  while (!events_->stopped()) {
    const auto interval = session()->HeartbeatInterval();
    const auto wait =
        std::chrono::duration_cast<std::chrono::milliseconds>(next_round - Clock::now());
    for (const ZkEventQueue::Event& event : events_->Take(std::clamp(wait, 0ms, interval))) {
      if (event.is_watch) {
        FireWatch(event.watch_id);
        continue;
      }
      next_round = Clock::now();  // connected: there may be something to make up for
      const std::lock_guard lock(mutex_);
      session_changed_.notify_all();
    }
    if (events_->stopped()) return;
    if (session()->expired()) ReplaceSession();
    if (Clock::now() < next_round) continue;
    next_round = Clock::now() + interval;
    session()->Heartbeat();
    if (!session()->connected()) continue;
    MaintainEphemerals();
    DeleteLeftovers();
  }
}

void ZkStoreImpl::FireWatch(uint64_t id) {
  WatchFn fire;
  {
    const std::lock_guard lock(mutex_);
    const auto watch = watches_.find(id);
    if (watch == watches_.end()) return;
    fire = std::move(watch->second.fire);
    watches_.erase(watch);
  }
  fire();
}

void ZkStoreImpl::ReplaceSession() {
  const std::shared_ptr<ZkSession> old = session();
  auto opened = ZkSession::Open(options_, old->number() + 1, events_);
  if (!opened.ok()) {
    LOG(ERROR) << opened.status().ToString();
    return;  // again at the next round
  }
  LOG(WARNING) << "the session with ZooKeeper at " << options_.servers
               << " has expired; a new one begins";
  std::vector<WatchFn> due;
  {
    const std::lock_guard lock(mutex_);
    session_ = *std::move(opened);
    for (auto it = watches_.begin(); it != watches_.end();) {
      if (it->second.session_number >= session_->number()) {
        ++it;
        continue;
      }
      due.push_back(std::move(it->second.fire));
      it = watches_.erase(it);
    }
    session_changed_.notify_all();
  }
  for (const WatchFn& fire : due) fire();
}

void ZkStoreImpl::MaintainEphemerals() {
  const auto current = session();
  std::vector<std::shared_ptr<EphemeralState>> states;
  {
    const std::lock_guard lock(mutex_);
    states.assign(ephemerals_.begin(), ephemerals_.end());
  }
  for (const auto& state : states) {
    const std::lock_guard state_lock(state->mutex);
    {
      const std::lock_guard lock(mutex_);
      if (!ephemerals_.contains(state)) continue;
    }
    // In this session it should be there; look all the same, somebody may have deleted it.
    const int code = EnsureEphemeral(*current, *state);
    if (IsLost(code)) return;
    const bool was_ok = state->status.ok();
    state->session_number = current->number();
    state->status = Failure(code, state->path);
    LOG_IF(ERROR, was_ok && code != ZOK)
        << "ephemeral node taken over: " << state->status.ToString();
  }
}

void ZkStoreImpl::DeleteLeftovers() {
  std::vector<Leftover> leftovers;
  {
    const std::lock_guard lock(mutex_);
    leftovers.swap(leftovers_);
  }
  for (const Leftover& leftover : leftovers) {
    if (const auto owner = leftover.session.lock()) {
      (void)DeleteOwned(owner, leftover.path).ok();  // a failure queues it again
    }
  }
}

// --- Entry points
// ----------------------------------------------------------------------------------

Result<std::unique_ptr<Store>> OpenZkStore(const ZkOptions& options) {
  auto store = std::make_unique<ZkStoreImpl>(options);
  RETURN_IF_ERROR(store->Start());
  return std::unique_ptr<Store>(std::move(store));
}

ZkSessionId CurrentSession(Store* store) {
  const auto session = static_cast<ZkStoreImpl*>(store)->session();
  const clientid_t* id = zoo_client_id(session->handle());
  return {id->client_id, std::string(id->passwd, sizeof(id->passwd))};
}

Status ExpireSession(const std::string& servers, const ZkSessionId& session) {
  clientid_t resume{};
  resume.client_id = session.id;
  std::copy_n(session.password.begin(), std::min(session.password.size(), sizeof(resume.passwd)),
              resume.passwd);
  ZkOptions options;
  options.servers = servers;
  const auto events = std::make_shared<ZkEventQueue>();
  const Clock::time_point deadline = Clock::now() + options.connect_timeout;
  // Closing the handle ends the session, but the request may still be lost with the connection; so
  // once more, until the server says that there is no such session.
  while (Clock::now() < deadline) {
    ASSIGN_OR_RETURN(const auto second, ZkSession::Open(options, 1, events, &resume));
    while (!second->connected() && !second->expired() && Clock::now() < deadline) {
      events->Take(50ms);
    }
    if (second->expired()) return Status::Ok();
  }
  return Unavailable("the session could not be ended");
}

}  // namespace keyspan::topo
