#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/async/event.h"
#include "common/async/io_threads.h"
#include "topo/watcher.h"
#include "vtgate/gateway/cluster.h"
#include "vttablet/client/tablet_client.h"

namespace keyspan::vtgate {

// Keeps the gateway's picture of the cluster true and hands it to every thread: topology and
// VSchema from a topo::Watcher, table schemas from one primary per keyspace, which says when they
// change.
//
// All state lives on one control thread of its own; the functions that return Awaitable may be
// called from any io_context and resume there. Create one per process; Stop() (or the destructor)
// before the threads that subscribe are stopped.
class ClusterTracker {
 public:
  using Subscriber = std::function<void(std::shared_ptr<const Cluster>)>;

  ClusterTracker(topo::Server* topo, std::vector<std::string> cells);
  ~ClusterTracker();
  ClusterTracker(const ClusterTracker&) = delete;

  // `on_cluster` runs on `executor` for every new cluster. Requires: not started yet.
  void Subscribe(Executor executor, Subscriber on_cluster);
  // Begins to watch, and waits until the topology was read once (the table schemas follow as the
  // primaries answer).
  Status Start(std::chrono::milliseconds timeout);
  void Stop();

  // Reads the tables of the keyspace from a primary now, and returns when every thread has them:
  // after DDL, so that the next statement of any session sees its effect.
  Awaitable<Status> RefreshSchema(std::string keyspace);
  // Returns when every thread has a VSchema of this keyspace at least as new as `version`.
  Awaitable<Status> AwaitVSchema(std::string keyspace, topo::Version version,
                                 std::chrono::milliseconds timeout);

 private:
  struct SchemaSource {
    TabletAddress address;
    std::shared_ptr<vttablet::TabletClient> client;
    uint64_t seen_version = 0;
    uint64_t wanted_version = 0;  // of the last health message
    bool loading = false;
  };

  void OnSnapshot(std::shared_ptr<const topo::TopoSnapshot> snapshot);
  void FollowPrimaries();
  void OnHealth(const std::string& keyspace, const rpc::StreamHealth& health);
  Awaitable<void> FollowSchema(std::string keyspace);
  Awaitable<Status> LoadSchema(std::string keyspace);
  Awaitable<Status> RefreshOnControl(std::string keyspace);
  Awaitable<Status> AwaitVSchemaOnControl(std::string keyspace, topo::Version version,
                                          std::chrono::milliseconds timeout);
  Awaitable<void> AwaitAcknowledged(uint64_t generation);
  void Publish(std::shared_ptr<const Cluster> cluster);

  topo::Server* topo_;
  const std::vector<std::string> cells_;
  IoThreads control_;
  std::unique_ptr<topo::Watcher> watcher_;
  std::vector<std::pair<Executor, Subscriber>> subscribers_;

  // Below: control thread only.
  std::shared_ptr<const Cluster> cluster_;
  std::map<std::string, topo::Version> vschema_versions_;
  std::map<std::string, SchemaSource> sources_;
  uint64_t acknowledged_ = 0;  // the newest generation that every subscriber has
  Event changed_;
  bool stopped_ = false;
};

}  // namespace keyspan::vtgate
