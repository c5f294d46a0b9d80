#include "vttablet/server/tablet.h"

#include <fmt/format.h>
#include <glog/logging.h>

#include <boost/asio/post.hpp>
#include <future>
#include <utility>

#include "common/async/spawn.h"
#include "topo/names.h"

namespace keyspan::vttablet {

Tablet::Tablet(TabletOptions options)
    : options_(std::move(options)),
      alias_(topo::AliasToString(options_.record.alias())),
      database_(options_.record.keyspace()),
      serving_threads_(std::make_unique<IoThreads>(options_.threads)),
      control_thread_(std::make_unique<IoThreads>(1)),
      control_(control_thread_->context(0).get_executor()),
      health_timer_(control_),
      role_mutex_(control_),
      schema_mutex_(control_),
      sequence_mutex_(control_),
      lock_waits_mutex_(control_),
      configured_type_(options_.record.type() == topo::RDONLY ? rpc::RDONLY : rpc::REPLICA),
      schema_(database_),
      sequences_(database_) {
  decision_.type = configured_type_;
  decision_.reason = "it is starting";
}

Tablet::~Tablet() { Stop(); }

Status Tablet::Start() {
  // What is per tablet in the options is per thread from here on.
  QueryOptions per_thread = options_.query;
  for (PoolOptions* pool : {&per_thread.query_pool, &per_thread.transaction_pool}) {
    pool->size = std::max(1, (pool->size + options_.threads - 1) / options_.threads);
    pool->mysql = options_.mysql;
  }
  for (int i = 0; i < options_.threads; ++i) {
    threads_.push_back(
        std::make_unique<TabletThread>(serving_threads_->context(i), per_thread, this));
  }
  serving_threads_->RunOnAll([this](int i) { threads_[i]->Start(); });

  rpc::ChannelOptions channel;
  // A thread of a gateway may be busy with one long statement for many seconds, more so on a loaded
  // machine; that is no reason to roll back what its other clients have open.
  channel.keep_alive = std::chrono::seconds(15);
  channel.name = fmt::format("vttablet {}", alias_);
  server_ = std::make_unique<rpc::Server>(
      *serving_threads_, channel, [this](int thread, const std::shared_ptr<rpc::Channel>& channel) {
        return threads_[thread]->MakeHandler(channel);
      });
  RETURN_IF_ERROR(server_->Listen(options_.listen_host, options_.rpc_port));

  Status http_status;
  control_thread_->RunOnAll([&](int) {
    if (options_.http) {
      http_ = std::make_unique<HttpServer>(control_);
      AddPages();
      http_status = http_->Listen(options_.listen_host, options_.http_port);
      if (!http_status.ok()) return;
    }
    Publish(true);
    Spawn("health loop", control_, [this] { return HealthLoop(); });
  });
  RETURN_IF_ERROR(std::move(http_status));

  topo::Tablet record = options_.record;
  record.set_rpc_port(server_->port());
  record.set_http_port(http_port());
  control_thread_->RunOnAll([&](int) {
    topo_ = std::make_unique<TopoAgent>(options_.open_store, options_.topo_root, record,
                                        [this](std::shared_ptr<const topo::TopoSnapshot> snapshot) {
                                          boost::asio::post(
                                              control_, [this, snapshot] { OnSnapshot(snapshot); });
                                        });
  });
  return Status();
}

void Tablet::Stop(std::chrono::milliseconds grace) {
  if (stopping_.exchange(true) || threads_.empty()) return;
  // Nobody new comes here from now on; those who are here may finish.
  std::unique_ptr<TopoAgent> topo;
  control_thread_->RunOnAll([&](int) { topo = std::move(topo_); });
  topo.reset();
  std::promise<void> drained;
  Spawn("drain", control_, [this, grace, &drained]() -> Awaitable<void> {
    draining_ = true;
    Publish(true);
    co_await WaitUntilDrained(Clock::now() + grace);
    drained.set_value();
  });
  drained.get_future().wait();
  server_->Stop();
  // Once more through every queue: closed channels have told their sessions by then.
  serving_threads_->RunOnAll([this](int i) { threads_[i]->Stop(); });
  serving_threads_->RunOnAll([](int) {});
  control_thread_->RunOnAll([this](int) {
    if (http_) http_->Stop();
    LookSoon();
  });
  // It ends after at most one look at mysqld.
  health_ended_.get_future().wait_for(std::chrono::seconds(5));
  serving_threads_->Stop();
  control_thread_->Stop();
}

void Tablet::KillQuery(uint32_t connection_id, std::function<void()> done) {
  boost::asio::post(control_, [this, connection_id, done = std::move(done)] {
    Spawn("kill query", control_,
          [this, connection_id, done] { return RunKill(connection_id, done); });
  });
}

void Tablet::SchemaChanged(std::function<void()> done) {
  boost::asio::post(control_, [this, done = std::move(done)] {
    Spawn("schema changed", control_, [this, done] { return RunSchemaChanged(done); });
  });
}

void Tablet::HandleCall(rpc::FrameKind method, std::string request,
                        std::function<void(Result<std::string>)> done) {
  boost::asio::post(control_, [this, method, request = std::move(request), done = std::move(done)] {
    Spawn("control call", control_,
          [this, method, request, done] { return RunCall(method, request, done); });
  });
}

}  // namespace keyspan::vttablet
