#include "vtgate/gateway/gateway.h"

#include <fmt/format.h>

#include "topo/names.h"

namespace keyspan::vtgate {
namespace {

// A replica further behind than this gets no reads while another one is nearer.
constexpr uint32_t kMaxLagSeconds = 30;

}  // namespace

Gateway::Gateway(Executor executor, std::string process_name, uint64_t process_id)
    : executor_(executor), process_name_(std::move(process_name)), process_id_(process_id) {}

Gateway::~Gateway() {
  for (auto& [alias, entry] : entries_) entry->client->Close();
}

void Gateway::SetCluster(std::shared_ptr<const Cluster> cluster) { cluster_ = std::move(cluster); }

Gateway::Entry& Gateway::EntryFor(const TabletAddress& address, bool watch) {
  auto it = entries_.find(address.alias);
  if (it != entries_.end() && it->second->address.port == address.port &&
      it->second->address.host == address.host) {
    return *it->second;
  }
  if (it != entries_.end()) {
    it->second->client->Close();
    entries_.erase(it);
  }
  vttablet::TabletClientOptions options;
  options.channel.name = process_name_;
  auto entry = std::make_unique<Entry>();
  entry->address = address;
  entry->client =
      vttablet::TabletClient::Create(executor_, address.host, address.port, std::move(options));
  if (watch) {
    entry->serving = true;  // until its health says otherwise
    entry->client->WatchHealth(
        [raw = entry.get()](const rpc::StreamHealth& health) {
          raw->serving = health.serving();
          raw->lag_s = health.replication_lag_s();
        },
        [raw = entry.get()](const Status&) { raw->serving = false; });
  }
  entry->client->Start();
  return *entries_.emplace(address.alias, std::move(entry)).first->second;
}

Result<Gateway::ClientPtr> Gateway::Pick(const KeyspaceInfo& keyspace, const ShardInfo& shard,
                                         topo::TabletType type) {
  if (type == topo::TabletType::PRIMARY) {
    if (!shard.has_primary) {
      return Unavailable(
          fmt::format("shard {}/{} has no primary tablet now (see: vtctl GetShard {}/{})",
                      keyspace.name, shard.name, keyspace.name, shard.name));
    }
    return EntryFor(shard.primary, false).client;
  }
  Entry* best = nullptr;
  const size_t count = shard.replicas.size();
  ++turn_;
  for (size_t i = 0; i < count; ++i) {
    const TabletAddress& address = shard.replicas[(turn_ + i) % count];
    if (address.type != type) continue;
    Entry& entry = EntryFor(address, true);
    if (!entry.serving) continue;
    if (entry.lag_s <= kMaxLagSeconds) return entry.client;
    if (best == nullptr || entry.lag_s < best->lag_s) best = &entry;
  }
  if (best != nullptr) return best->client;
  return Unavailable(fmt::format("shard {}/{} has no healthy {} tablet now", keyspace.name,
                                 shard.name, topo::TabletTypeName(type)));
}

rpc::ExecuteRequest& Gateway::NewRequest() {
  // Clear() would delete the target.
  rpc::Target* target = request_.release_target();
  if (target == nullptr) target = new rpc::Target();
  request_.Clear();
  target->Clear();
  request_.set_allocated_target(target);
  return request_;
}

}  // namespace keyspan::vtgate
