#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "topo/zk/session.h"
#include "topo/zk/zk_store.h"

namespace keyspan::topo {

// The Store on ZooKeeper. Calls run on their callers' threads, on the current session. One thread
// of its own, the keeper, takes what the library posts: it fires watches, replaces an expired
// session, sends heartbeats, and sees to it that ephemeral nodes exist.
class ZkStoreImpl : public Store {
 public:
  explicit ZkStoreImpl(ZkOptions options);
  ~ZkStoreImpl() override;

  // Opens the first session and waits for the connection.
  Status Start();

  Result<Node> Get(const std::string& path, WatchFn watch) override;
  Result<std::vector<std::string>> List(const std::string& path, WatchFn watch) override;
  Status Create(const std::string& path, const std::string& value) override;
  Result<Version> Set(const std::string& path, const std::string& value, Version expected) override;
  Status Delete(const std::string& path, Version expected) override;
  Result<std::unique_ptr<Ephemeral>> CreateEphemeral(const std::string& path,
                                                     const std::string& value) override;
  Result<std::unique_ptr<HeldLock>> AcquireLock(const std::string& path, const std::string& info,
                                                std::chrono::milliseconds wait) override;
  bool Connected() const override;

  // --- For the locks and ephemeral nodes that were handed out ---

  struct EphemeralState {
    std::string path;
    std::string value;
    std::mutex mutex;  // guards what follows
    uint64_t session_number = 0;
    Status status;
  };
  Status CheckEphemeral(EphemeralState& state) const;
  void RemoveEphemeral(const std::shared_ptr<EphemeralState>& state);

  // Deletes a node that belongs to `session`, now if the server can be reached, else as soon as it
  // can be (unless the session's end does it).
  Status DeleteOwned(const std::shared_ptr<ZkSession>& session, const std::string& path);

  std::shared_ptr<ZkSession> session() const;

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  struct ArmedWatch {
    uint64_t session_number;
    WatchFn fire;
  };

  // A watch that is armed by the call within; Disarm() if that call fails. Null function: none.
  uint64_t RegisterWatch(const ZkSession& session, WatchFn watch);
  void DropWatch(uint64_t id);

  // Runs `operation` on the current session until its return code says something about the node,
  // over lost connections and sessions, up to the operation timeout. `interrupted` tells the
  // operation that an earlier attempt may have been carried out.
  using Operation = std::function<int(ZkSession& session, bool interrupted)>;
  int Retry(const Operation& operation) const;
  Status Failure(int code, const std::string& path) const;

  static int ReadValue(zhandle_t* handle, const std::string& path, uint64_t watch, Node* node,
                       Stat* stat);
  static int ReadChildren(zhandle_t* handle, const std::string& path, uint64_t watch,
                          std::vector<std::string>* names);
  // Creates the parents that are missing.
  static int CreateParents(zhandle_t* handle, const std::string& path);
  // One attempt to have the ephemeral node in this session.
  static int EnsureEphemeral(ZkSession& session, const EphemeralState& state);

  // One lock node of ours, created under `folder`; empty name when the session was lost.
  int CreateLockNode(const std::shared_ptr<ZkSession>& session, const std::string& folder,
                     const std::string& info, Deadline deadline, std::string* name);
  // Waits until `path` has changed, the session has ended, or the deadline.
  int WaitForChange(const std::shared_ptr<ZkSession>& session, const std::string& path,
                    Deadline deadline);

  // --- The keeper ---
  void Keep();
  void FireWatch(uint64_t id);
  void ReplaceSession();
  void MaintainEphemerals();
  void DeleteLeftovers();

  const ZkOptions options_;
  const std::shared_ptr<ZkEventQueue> events_ = std::make_shared<ZkEventQueue>();

  mutable std::mutex mutex_;
  // Set when a session connects or is replaced.
  mutable std::condition_variable session_changed_;
  std::shared_ptr<ZkSession> session_;  // never null after Start
  uint64_t last_watch_id_ = 0;
  std::map<uint64_t, ArmedWatch> watches_;
  std::set<std::shared_ptr<EphemeralState>> ephemerals_;
  struct Leftover {
    std::weak_ptr<ZkSession> session;
    std::string path;
  };
  std::vector<Leftover> leftovers_;

  std::thread keeper_;
};

}  // namespace keyspan::topo
