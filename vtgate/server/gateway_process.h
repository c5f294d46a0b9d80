#pragma once

#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "common/async/io_threads.h"
#include "common/http/http_server.h"
#include "mysql/net/credentials_file.h"
#include "topo/server.h"
#include "vtgate/server/client_session.h"
#include "vtgate/server/listener.h"
#include "vtgate/txn/deadlock_detector.h"

namespace keyspan::vtgate {

struct GatewayOptions {
  std::string topo_servers;
  std::string topo_root;
  std::vector<std::string> cells;  // empty: all
  std::string mysql_host;
  uint16_t mysql_port = 0;
  std::string http_host;
  uint16_t http_port = 0;
  int threads = 1;
  size_t plan_cache_entries = 5000;
  uint32_t max_connections = 10000;
  uint32_t max_packet = 64u << 20;
  uint32_t max_prepared_statements = 16382;
  std::chrono::seconds wait_timeout{28800};
  std::chrono::seconds interactive_timeout{28800};
  std::string server_version;
  std::string auth_file;
  std::string tls_cert;
  std::string tls_key;
  std::string tls_ca;
  bool tls_required = false;
};

// A running vtgate: the topology's watcher, and per thread a listener, the tablets' clients, and
// the executor of the clients that the kernel gave to that thread. Start() and Stop() from the main
// thread.
class GatewayProcess {
 public:
  explicit GatewayProcess(GatewayOptions options);
  ~GatewayProcess();

  // Returns when clients can connect. On failure nothing is left running.
  Status Start();
  // Stops accepting, closes all clients, and ends the threads.
  void Stop();

 private:
  struct Worker {
    std::unique_ptr<Gateway> gateway;
    std::unique_ptr<StatementExecutor> executor;
    std::unique_ptr<mysql::PeerWatch> peer_watch;
    std::unique_ptr<ClientContext> context;
    std::unique_ptr<Listener> listener;
  };

  Status PrepareServer();
  Status StartWorkers();
  void StartHttp();
  void OnAccept(int worker, StreamSocket socket);
  std::string Metrics() const;

  GatewayOptions options_;
  mysql::ServerOptions server_;
  std::unique_ptr<topo::Store> store_;
  std::unique_ptr<topo::Server> topo_;
  std::unique_ptr<ClusterTracker> tracker_;
  boost::asio::thread_pool blocking_{2};
  SessionRegistry sessions_;
  PreparedCount prepared_statements_;
  VariableLiterals global_variables_;
  IoThreads threads_;
  std::vector<Worker> workers_;
  std::unique_ptr<DeadlockDetector> deadlocks_;  // on the first thread
  std::unique_ptr<HttpServer> http_;
  std::atomic<uint32_t> next_connection_id_;
  std::atomic<uint32_t> connections_{0};
  std::atomic<uint64_t> refused_{0};
  bool stopped_ = false;
};

}  // namespace keyspan::vtgate
