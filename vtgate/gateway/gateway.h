#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <string>

#include "vtgate/gateway/cluster.h"
#include "vttablet/client/tablet_client.h"

namespace keyspan::vtgate {

// One thread's way to the tablets: the cluster as it knows it, and one client per tablet, made when
// first needed. Lives on its io_context; nothing is locked.
class Gateway {
 public:
  using ClientPtr = std::shared_ptr<vttablet::TabletClient>;

  // `process_id` tells this process from other gateways.
  Gateway(Executor executor, std::string process_name, uint64_t process_id);
  ~Gateway();
  Gateway(const Gateway&) = delete;

  Executor executor() const { return executor_; }
  uint64_t process_id() const { return process_id_; }
  // Never null; empty until the first SetCluster.
  const std::shared_ptr<const Cluster>& cluster() const { return cluster_; }
  void SetCluster(std::shared_ptr<const Cluster> cluster);

  // The tablet of the shard that takes statements for this type: the primary, or a healthy replica
  // chosen in turn. Fails with kUnavailable, naming the shard, when there is none.
  Result<ClientPtr> Pick(const KeyspaceInfo& keyspace, const ShardInfo& shard,
                         topo::TabletType type);

  // An empty request with an empty target, in memory that was used for the one before.
  rpc::ExecuteRequest& NewRequest();

 private:
  struct Entry {
    TabletAddress address;
    ClientPtr client;
    bool serving = false;  // by its health stream; only replicas are watched
    uint32_t lag_s = 0;
  };
  Entry& EntryFor(const TabletAddress& address, bool watch);

  Executor executor_;
  std::string process_name_;
  uint64_t process_id_;
  std::shared_ptr<const Cluster> cluster_ = std::make_shared<const Cluster>();
  boost::unordered_flat_map<std::string, std::unique_ptr<Entry>> entries_;  // by alias
  uint32_t turn_ = 0;
  rpc::ExecuteRequest request_;
};

}  // namespace keyspan::vtgate
