#include "vtgate/gateway/cluster_tracker.h"

#include <fmt/format.h>
#include <glog/logging.h>

#include <atomic>
#include <boost/asio/post.hpp>

#include "common/async/run_on.h"
#include "common/async/spawn.h"

namespace keyspan::vtgate {
namespace {

TableInfo ConvertTable(const rpc::TableSchema& table) {
  TableInfo info;
  info.name = table.name();
  info.view = table.view();
  for (const auto& column : table.columns()) {
    TableColumn& out = info.columns.emplace_back();
    out.name = column.name();
    out.column_type = column.column_type();
    out.collation = column.collation();
    out.type = sharding::ParseMysqlColumnType(column.column_type(), column.collation());
    out.nullable = column.nullable();
    out.has_default = column.has_default();
    out.auto_increment = column.auto_increment();
    out.generated = column.extra().find("GENERATED") != std::string::npos &&
                    column.extra().find("DEFAULT_GENERATED") == std::string::npos;
    out.invisible = column.invisible();
  }
  info.primary_key.assign(table.primary_key().begin(), table.primary_key().end());
  for (const auto& index : table.indexes()) {
    info.indexes.push_back(
        {index.name(), index.unique(), {index.columns().begin(), index.columns().end()}});
  }
  return info;
}

}  // namespace

ClusterTracker::ClusterTracker(topo::Server* topo, std::vector<std::string> cells)
    : topo_(topo),
      cells_(std::move(cells)),
      control_(1),
      changed_(control_.context(0).get_executor()) {}

ClusterTracker::~ClusterTracker() { Stop(); }

void ClusterTracker::Subscribe(Executor executor, Subscriber on_cluster) {
  subscribers_.emplace_back(executor, std::move(on_cluster));
}

Status ClusterTracker::Start(std::chrono::milliseconds timeout) {
  topo::Watcher::Options options;
  options.cells = cells_;
  auto& context = control_.context(0);
  watcher_ = topo::Watcher::Start(topo_, options, [this, &context](auto snapshot) {
    boost::asio::post(context, [this, snapshot] { OnSnapshot(snapshot); });
  });
  return watcher_->WaitReady(timeout);
}

void ClusterTracker::Stop() {
  if (watcher_ == nullptr) return;
  watcher_.reset();
  control_.RunOnAll([this](int) {
    stopped_ = true;
    for (auto& [name, source] : sources_) {
      if (source.client != nullptr) source.client->Close();
    }
    changed_.NotifyAll();
  });
  control_.Stop();
}

void ClusterTracker::OnSnapshot(std::shared_ptr<const topo::TopoSnapshot> snapshot) {
  if (stopped_) return;
  for (const auto& [name, entry] : snapshot->keyspaces) {
    vschema_versions_[name] = entry.vschema_version;
  }
  Publish(BuildCluster(*snapshot, cluster_.get()));
  FollowPrimaries();
}

void ClusterTracker::FollowPrimaries() {
  for (const auto& [name, keyspace] : cluster_->keyspaces) {
    const ShardInfo* shard = nullptr;
    for (const auto& candidate : keyspace->shards) {
      if (candidate.has_primary) {
        shard = &candidate;
        break;
      }
    }
    if (shard == nullptr) continue;
    SchemaSource& source = sources_[name];
    if (source.client != nullptr && source.address.alias == shard->primary.alias &&
        source.address.host == shard->primary.host && source.address.port == shard->primary.port) {
      continue;
    }
    if (source.client != nullptr) source.client->Close();
    source.address = shard->primary;
    source.seen_version = 0;
    source.client = vttablet::TabletClient::Create(control_.context(0).get_executor(),
                                                   shard->primary.host, shard->primary.port);
    source.client->WatchHealth(
        [this, name = name](const rpc::StreamHealth& health) { OnHealth(name, health); },
        [](const Status&) {});
    source.client->Start();
  }
}

void ClusterTracker::OnHealth(const std::string& keyspace, const rpc::StreamHealth& health) {
  auto it = sources_.find(keyspace);
  if (stopped_ || it == sources_.end()) return;
  SchemaSource& source = it->second;
  source.wanted_version = health.schema_version();
  if (source.wanted_version == 0 || source.wanted_version == source.seen_version ||
      source.loading) {
    return;
  }
  source.loading = true;
  Spawn("load schema", control_.context(0).get_executor(),
        [this, keyspace] { return FollowSchema(keyspace); });
}

// Loads, and once more when the tablet has announced another version in the meantime.
Awaitable<void> ClusterTracker::FollowSchema(std::string keyspace) {
  uint64_t announced = 0;
  while (!stopped_ && announced != sources_[keyspace].wanted_version) {
    announced = sources_[keyspace].wanted_version;
    Status status = co_await LoadSchema(keyspace);
    if (status.ok()) continue;
    LOG(WARNING) << "reading the tables of keyspace " << keyspace
                 << " failed: " << status.message();
    break;  // the next health message tries again
  }
  sources_[keyspace].loading = false;
}

Awaitable<Status> ClusterTracker::LoadSchema(std::string keyspace) {
  auto client = sources_[keyspace].client;
  if (client == nullptr) {
    co_return Unavailable(fmt::format("keyspace {} has no primary tablet to ask", keyspace));
  }
  CO_ASSIGN_OR_RETURN(auto response, co_await client->GetSchema(rpc::GetSchemaRequest()));
  if (stopped_) co_return Unavailable("the gateway is stopping");
  auto schema = std::make_shared<KeyspaceSchema>();
  schema->version = response.schema_version();
  for (const auto& table : response.tables()) {
    schema->tables.emplace(table.name(), ConvertTable(table));
  }
  sources_[keyspace].seen_version = response.schema_version();
  auto it = cluster_->keyspaces.find(keyspace);
  if (it == cluster_->keyspaces.end()) co_return Status::Ok();
  auto changed = std::make_shared<KeyspaceInfo>(*it->second);
  changed->schema = std::move(schema);
  auto cluster = std::make_shared<Cluster>(*cluster_);
  cluster->keyspaces[keyspace] = std::move(changed);
  ++cluster->generation;
  ++cluster->plan_generation;
  Publish(std::move(cluster));
  co_return Status::Ok();
}

Awaitable<Status> ClusterTracker::RefreshSchema(std::string keyspace) {
  co_return co_await RunOn(control_.context(0).get_executor(),
                           RefreshOnControl(std::move(keyspace)));
}

Awaitable<Status> ClusterTracker::RefreshOnControl(std::string keyspace) {
  CO_RETURN_IF_ERROR(co_await LoadSchema(std::move(keyspace)));
  co_await AwaitAcknowledged(cluster_->generation);
  co_return Status::Ok();
}

Awaitable<Status> ClusterTracker::AwaitVSchema(std::string keyspace, topo::Version version,
                                               std::chrono::milliseconds timeout) {
  co_return co_await RunOn(control_.context(0).get_executor(),
                           AwaitVSchemaOnControl(std::move(keyspace), version, timeout));
}

Awaitable<Status> ClusterTracker::AwaitVSchemaOnControl(std::string keyspace, topo::Version version,
                                                        std::chrono::milliseconds timeout) {
  auto deadline = std::chrono::steady_clock::now() + timeout;
  SteadyTimer poll(control_.context(0).get_executor());
  while (vschema_versions_[keyspace] < version) {
    if (stopped_ || std::chrono::steady_clock::now() >= deadline) {
      co_return Status(StatusCode::kDeadlineExceeded,
                       fmt::format("the VSchema of keyspace {} was written, but did not come back "
                                   "from the topology in time",
                                   keyspace));
    }
    poll.expires_after(std::chrono::milliseconds(5));
    co_await poll.async_wait(kTuple);
  }
  co_await AwaitAcknowledged(cluster_->generation);
  co_return Status::Ok();
}

Awaitable<void> ClusterTracker::AwaitAcknowledged(uint64_t generation) {
  while (acknowledged_ < generation && !stopped_) co_await changed_.Wait();
}

void ClusterTracker::Publish(std::shared_ptr<const Cluster> cluster) {
  cluster_ = cluster;
  auto waiting = std::make_shared<std::atomic<size_t>>(subscribers_.size());
  auto acknowledge = [this, generation = cluster->generation] {
    boost::asio::post(control_.context(0), [this, generation] {
      acknowledged_ = std::max(acknowledged_, generation);
      changed_.NotifyAll();
    });
  };
  if (subscribers_.empty()) acknowledge();
  for (auto& [executor, subscriber] : subscribers_) {
    boost::asio::post(executor, [&subscriber = subscriber, cluster, waiting, acknowledge] {
      subscriber(cluster);
      if (waiting->fetch_sub(1) == 1) acknowledge();
    });
  }
}

}  // namespace keyspan::vtgate
