#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "common/status.h"
#include "topo/server.h"
#include "topo/watcher.h"

namespace keyspan::vttablet {

// The tablet's dealings with the topology, on a thread of its own because the store blocks: opens
// the store (as often as it takes), writes the tablet's record, announces its presence, watches,
// and keeps the type in the record true. The tablet serves on with the last snapshot while the
// store is gone.
class TopoAgent {
 public:
  using OpenStore = std::function<Result<std::unique_ptr<topo::Store>>()>;
  using ChangeFn = std::function<void(std::shared_ptr<const topo::TopoSnapshot>)>;

  // `on_change` runs on a thread of the watcher and must only post.
  TopoAgent(OpenStore open_store, std::string root, topo::Tablet record, ChangeFn on_change);
  ~TopoAgent();  // gives up the presence
  TopoAgent(const TopoAgent&) = delete;

  // Any thread. The record follows as soon as the store can be reached.
  void SetType(topo::TabletType type, int64_t primary_term);
  // What is wrong with the registration; OK when the tablet is registered and announced.
  Status Health() const;

 private:
  void Run();
  Status Register();
  Status WriteType(topo::TabletType type, int64_t term);
  void SetHealth(Status status);

  const OpenStore open_store_;
  const std::string root_;
  topo::Tablet record_;
  const ChangeFn on_change_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stop_ = false;
  bool type_changed_ = false;
  topo::TabletType type_;
  int64_t term_ = 0;
  Status health_;

  // Of the thread.
  std::unique_ptr<topo::Store> store_;
  std::unique_ptr<topo::Server> server_;
  std::unique_ptr<topo::Ephemeral> presence_;
  std::unique_ptr<topo::Watcher> watcher_;
  std::thread thread_;
};

}  // namespace keyspan::vttablet
