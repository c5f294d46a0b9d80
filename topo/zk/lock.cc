#include <fmt/format.h>
#include <glog/logging.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <utility>

#include "topo/records.pb.h"
#include "topo/zk/store_impl.h"

// The lock recipe. Each contender creates <path>/locks/<guid>-lock-<sequence>, ephemeral; the one
// with the lowest sequence number has the lock, every other one watches the node before its own.
// The guid tells whether a node whose creation was interrupted is there.

namespace keyspan::topo {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr size_t kSequenceDigits = 10;

std::string NewGuid() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

std::string SequenceOf(const std::string& name) {
  return name.size() < kSequenceDigits ? name : name.substr(name.size() - kSequenceDigits);
}

class ZkLock : public HeldLock {
 public:
  ZkLock(ZkStoreImpl* store, std::shared_ptr<ZkSession> session, std::string path)
      : store_(store), session_(std::move(session)), path_(std::move(path)) {}

  ~ZkLock() override {
    const Status released = Release();
    LOG_IF(WARNING, !released.ok()) << "lock " << path_ << ": " << released.ToString();
  }

  Status Check() const override {
    if (released_) return Status(StatusCode::kFailedPrecondition, path_ + " was released");
    // A lost lock stays lost: what was done meanwhile was done without it.
    if (!session_->Alive()) lost_ = true;
    if (!lost_) return Status::Ok();
    return Status(StatusCode::kAborted,
                  path_ + ": the lock is lost, ZooKeeper could not be reached for too long");
  }

  Status Release() override {
    if (released_.exchange(true)) return Status::Ok();
    return store_->DeleteOwned(session_, path_);
  }

 private:
  ZkStoreImpl* const store_;
  const std::shared_ptr<ZkSession> session_;
  const std::string path_;
  mutable std::atomic<bool> lost_{false};
  std::atomic<bool> released_{false};
};

}  // namespace

int ZkStoreImpl::CreateLockNode(const std::shared_ptr<ZkSession>& session,
                                const std::string& folder, const std::string& info,
                                Deadline deadline, std::string* name) {
  const std::string prefix = NewGuid() + "-lock-";
  const std::string path = folder + "/" + prefix;
  for (;;) {
    char created[1024] = {};
    int code =
        zoo_create(session->handle(), path.c_str(), info.data(), static_cast<int>(info.size()),
                   &ZOO_OPEN_ACL_UNSAFE, ZOO_EPHEMERAL | ZOO_SEQUENCE, created, sizeof(created));
    if (code == ZOK) {
      *name = std::string(created).substr(folder.size() + 1);
      return ZOK;
    }
    if (code == ZNONODE) {
      code = zoo_create(session->handle(), folder.c_str(), "", 0, &ZOO_OPEN_ACL_UNSAFE,
                        ZOO_PERSISTENT, nullptr, 0);
      if (code == ZOK || code == ZNODEEXISTS) continue;
    }
    // After a lost connection the node may be there all the same.
    while (code == ZCONNECTIONLOSS || code == ZOPERATIONTIMEOUT) {
      if (session->expired() || Clock::now() >= deadline) return code;
      std::vector<std::string> names;
      code = ReadChildren(session->handle(), folder, 0, &names);
      if (code == ZNONODE) break;
      if (code != ZOK) {
        std::unique_lock lock(mutex_);
        session_changed_.wait_for(lock, 100ms);
        continue;
      }
      const auto own = std::find_if(names.begin(), names.end(),
                                    [&](const std::string& n) { return n.starts_with(prefix); });
      if (own != names.end()) {
        *name = *own;
        return ZOK;
      }
    }
    if (code != ZOK && code != ZNONODE) return code;
    if (code == ZNONODE) {
      Stat stat{};
      const std::string parent = folder.substr(0, folder.rfind('/'));
      const int exists = zoo_exists(session->handle(), parent.c_str(), 0, &stat);
      if (exists != ZOK) return exists;
    }
  }
}

int ZkStoreImpl::WaitForChange(const std::shared_ptr<ZkSession>& session, const std::string& path,
                               Deadline deadline) {
  // Shared with the watch, which may fire after this call has given up.
  struct Signal {
    std::mutex mutex;
    std::condition_variable fired;
    bool done = false;
  };
  const auto signal = std::make_shared<Signal>();
  const uint64_t id = RegisterWatch(*session, [signal] {
    const std::lock_guard lock(signal->mutex);
    signal->done = true;
    signal->fired.notify_all();
  });
  Stat stat{};
  const int code = zoo_wexists(session->handle(), path.c_str(), ZkSession::watch_function(),
                               ZkSession::watch_context(id), &stat);
  if (code == ZOK) {
    std::unique_lock lock(signal->mutex);
    signal->fired.wait_until(lock, deadline, [&] { return signal->done; });
  }
  DropWatch(id);
  return code;
}

Result<std::unique_ptr<HeldLock>> ZkStoreImpl::AcquireLock(const std::string& path,
                                                           const std::string& info,
                                                           std::chrono::milliseconds wait) {
  const Clock::time_point deadline = Clock::now() + wait;
  // Creating one's own node may take a reconnection even if the lock is free.
  const Clock::time_point create_deadline = Clock::now() + options_.operation_timeout;
  const std::string folder = path + "/locks";
  const std::shared_ptr<ZkSession> session = this->session();
  std::string own;
  int code = CreateLockNode(session, folder, info, create_deadline, &own);
  if (code != ZOK) return Failure(code, path);
  const std::string own_path = folder + "/" + own;

  Clock::time_point give_up = create_deadline;
  for (;;) {
    std::vector<std::string> names;
    code = ReadChildren(session->handle(), folder, 0, &names);
    std::string before;
    if (code == ZOK) {
      give_up = Clock::now() + options_.operation_timeout;
      const std::string sequence = SequenceOf(own);
      bool found = false;
      for (const std::string& name : names) {
        if (name == own) found = true;
        if (SequenceOf(name) < sequence &&
            (before.empty() || SequenceOf(before) < SequenceOf(name)))
          before = name;
      }
      if (!found) return Unavailable(path + ": the lock node was deleted while waiting");
      // The server that showed us a list without the earlier holder also shows us all that the
      // holder wrote before, so the lock is enough to read under.
      if (before.empty()) {
        session->Heartbeat();
        while (!session->Alive() && Clock::now() < create_deadline) {
          if (session->expired()) break;
          std::unique_lock lock(mutex_);
          session_changed_.wait_for(lock, 10ms);
        }
        return std::unique_ptr<HeldLock>(std::make_unique<ZkLock>(this, session, own_path));
      }
      if (Clock::now() < deadline) code = WaitForChange(session, folder + "/" + before, deadline);
    }
    if (session->expired() || (code != ZOK && code != ZNONODE && Clock::now() >= give_up)) {
      (void)DeleteOwned(session, own_path).ok();
      return Failure(ZCONNECTIONLOSS, path);
    }
    if (Clock::now() >= deadline) {
      LockInfo holder;
      if (!before.empty()) {
        const auto node = Get(folder + "/" + before, {});
        if (node.ok()) holder.ParseFromString(node->value);
      }
      (void)DeleteOwned(session, own_path).ok();
      return Status(StatusCode::kDeadlineExceeded,
                    fmt::format("held by '{}' (process {} on {}), waited {} ms", holder.action(),
                                holder.process_id(), holder.hostname(), wait.count()));
    }
    if (code != ZOK && code != ZNONODE) {
      std::unique_lock lock(mutex_);
      session_changed_.wait_for(lock, 100ms);
    }
  }
}

}  // namespace keyspan::topo
