#include "vtgate/server/gateway_process.h"

#include <fmt/format.h>
#include <glog/logging.h>

#include <boost/asio/post.hpp>
#include <random>

#include "common/async/spawn.h"
#include "topo/zk/zk_store.h"

namespace keyspan::vtgate {
namespace {

// Connection ids are told apart between gateways behind one address by a random beginning, so that
// KILL with an id of another gateway misses instead of hitting the wrong client.
uint32_t FirstConnectionId() {
  std::random_device device;
  return (device() & 0x7fu) << 24 | 1;
}

uint64_t NewProcessId() {
  std::random_device device;
  return (uint64_t{device()} << 32 | device()) | 1;  // not 0
}

Awaitable<void> RefuseClient(StreamSocket socket) {
  // As MySQL: in place of the greeting, and without SQLSTATE, because nothing is agreed yet.
  std::string payload;
  mysql::EncodeError(Status::Mysql(1040, "08004", "Too many connections"), mysql::kClientProtocol41,
                     &payload);
  mysql::OutputBuffer out;
  uint8_t sequence = 0;
  out.AppendPacket(payload, &sequence);
  mysql::Stream stream(std::move(socket));
  stream.TryWrite(&out);
  stream.Close();
  co_return;
}

}  // namespace

GatewayProcess::GatewayProcess(GatewayOptions options)
    : options_(std::move(options)),
      prepared_statements_(options_.max_prepared_statements),
      threads_(options_.threads),
      next_connection_id_(FirstConnectionId()) {}

GatewayProcess::~GatewayProcess() { Stop(); }

Status GatewayProcess::Start() {
  RETURN_IF_ERROR(PrepareServer());
  topo::ZkOptions zk;
  zk.servers = options_.topo_servers;
  ASSIGN_OR_RETURN(store_, topo::OpenZkStore(zk));
  topo_ = std::make_unique<topo::Server>(store_.get(), options_.topo_root);
  tracker_ = std::make_unique<ClusterTracker>(topo_.get(), options_.cells);
  RETURN_IF_ERROR(StartWorkers());
  RETURN_IF_ERROR(tracker_->Start(std::chrono::seconds(30)));
  deadlocks_ = std::make_unique<DeadlockDetector>(workers_[0].gateway.get(), &sessions_);
  threads_.RunOnAll([this](int index) {
    workers_[index].listener->Start();
    if (index == 0) deadlocks_->Start();
  });
  if (options_.http_port != 0) StartHttp();
  return Status::Ok();
}

Status GatewayProcess::PrepareServer() {
  ASSIGN_OR_RETURN(server_.handshake.credentials, mysql::FileCredentials::Load(options_.auth_file));
  server_.handshake.server_version = options_.server_version;
  server_.handshake.tls_required = options_.tls_required;
  server_.max_packet = options_.max_packet;
  global_variables_ = {
      {"interactive_timeout", fmt::format("{}", options_.interactive_timeout.count())},
      {"max_allowed_packet", fmt::format("{}", options_.max_packet)},
      {"max_prepared_stmt_count", fmt::format("{}", options_.max_prepared_statements)},
      {"wait_timeout", fmt::format("{}", options_.wait_timeout.count())},
  };
  if (!options_.tls_cert.empty() || !options_.tls_key.empty()) {
    mysql::TlsContext::ServerFiles files{options_.tls_cert, options_.tls_key, options_.tls_ca};
    ASSIGN_OR_RETURN(server_.tls, mysql::TlsContext::Server(files));
  }
  return mysql::PrepareServerOptions(&server_);
}

Status GatewayProcess::StartWorkers() {
  const uint64_t process_id = NewProcessId();
  workers_.resize(threads_.size());
  std::vector<Status> results(threads_.size());
  threads_.RunOnAll([this, process_id, &results](int index) {
    Executor executor = threads_.context(index).get_executor();
    Worker& worker = workers_[index];
    worker.gateway = std::make_unique<Gateway>(
        executor, fmt::format("vtgate {}:{}", options_.mysql_host, options_.mysql_port),
        process_id);
    Services services{worker.gateway.get(), tracker_.get(), topo_.get(),
                      &blocking_,           &sessions_,     &prepared_statements_};
    worker.executor = std::make_unique<StatementExecutor>(services, options_.plan_cache_entries);
    worker.peer_watch = std::make_unique<mysql::PeerWatch>(executor);
    worker.context = std::make_unique<ClientContext>(ClientContext{
        &server_, worker.executor.get(), worker.peer_watch.get(), &global_variables_});
    worker.listener = std::make_unique<Listener>(
        executor, [this, index](StreamSocket socket) { OnAccept(index, std::move(socket)); });
    results[index] = worker.listener->Listen(options_.mysql_host, options_.mysql_port);
  });
  for (int i = 0; i < threads_.size(); ++i) {
    RETURN_IF_ERROR(results[i]);
    Gateway* gateway = workers_[i].gateway.get();
    tracker_->Subscribe(threads_.context(i).get_executor(),
                        [gateway](auto cluster) { gateway->SetCluster(std::move(cluster)); });
  }
  return Status::Ok();
}

void GatewayProcess::OnAccept(int index, StreamSocket socket) {
  Executor executor = threads_.context(index).get_executor();
  auto shared = std::make_shared<StreamSocket>(std::move(socket));
  if (connections_.load(std::memory_order_relaxed) >= options_.max_connections) {
    refused_.fetch_add(1, std::memory_order_relaxed);
    Spawn("refuse client", executor, [shared] { return RefuseClient(std::move(*shared)); });
    return;
  }
  connections_.fetch_add(1, std::memory_order_relaxed);
  uint32_t id = next_connection_id_.fetch_add(1, std::memory_order_relaxed);
  Spawn("client", executor, [this, index, shared, id]() -> Awaitable<void> {
    co_await ServeClient(workers_[index].context.get(), std::move(*shared), id);
    connections_.fetch_sub(1, std::memory_order_relaxed);
  });
}

std::string GatewayProcess::Metrics() const {
  std::string out;
  AppendMetric(out, "vtgate_mysql_server_conn_count", "gauge", "", connections_.load());
  AppendMetric(out, "vtgate_mysql_server_conn_refused", "counter", "",
               static_cast<double>(refused_.load()));
  AppendMetric(out, "vtgate_deadlocks", "counter", "", static_cast<double>(deadlocks_->ended()));
  AppendMetric(out, "vtgate_spawn_failures", "counter", "", static_cast<double>(SpawnFailures()));
  return out;
}

void GatewayProcess::StartHttp() {
  threads_.RunOnAll([this](int index) {
    if (index != 0) return;
    http_ = std::make_unique<HttpServer>(threads_.context(0).get_executor());
    http_->Handle("/healthz", [](const HttpRequest&) {
      return HttpResponse{200, "text/plain", "ok\n"};
    });
    http_->Handle("/metrics", [this](const HttpRequest&) {
      return HttpResponse{200, "text/plain; version=0.0.4", Metrics()};
    });
    Status status = http_->Listen(options_.http_host, options_.http_port);
    if (!status.ok()) LOG(ERROR) << "the HTTP page is off: " << status.message();
  });
}

void GatewayProcess::Stop() {
  if (std::exchange(stopped_, true)) return;
  threads_.RunOnAll([this](int index) {
    if (index == 0 && http_ != nullptr) http_->Stop();
    if (index == 0 && deadlocks_ != nullptr) deadlocks_->Stop();
    if (index < static_cast<int>(workers_.size()) && workers_[index].listener != nullptr) {
      workers_[index].listener->Stop();
    }
  });
  if (tracker_ != nullptr) tracker_->Stop();
  blocking_.join();
  threads_.Stop();
}

}  // namespace keyspan::vtgate
