// vtgate: the MySQL server that applications connect to.

#include <gflags/gflags.h>
#include <glog/logging.h>
#include <sys/resource.h>

#include <csignal>
#include <thread>

#include "vtgate/server/gateway_process.h"

DEFINE_string(topo_server, "127.0.0.1:21811", "ZooKeeper servers, host:port[,host:port...]");
DEFINE_string(topo_root, "/keyspan", "path in ZooKeeper under which the topology lies");
DEFINE_string(cell, "", "cells whose tablets are used, comma-separated (empty: all)");
DEFINE_string(mysql_host, "127.0.0.1", "address to listen on for MySQL clients");
DEFINE_int32(mysql_port, 15306, "port to listen on for MySQL clients");
DEFINE_string(http_host, "127.0.0.1", "address of /metrics and /healthz");
DEFINE_int32(http_port, 15001, "port of /metrics and /healthz (0: none)");
DEFINE_string(auth_file, "", "JSON file with users: {\"user\": [{\"Password\": \"...\"}]}");
DEFINE_string(tls_cert, "", "PEM certificate (empty: a self-signed one is made)");
DEFINE_string(tls_key, "", "PEM key of --tls_cert");
DEFINE_string(tls_ca, "", "PEM certificates that clients must be signed by (empty: none asked)");
DEFINE_bool(require_tls, false, "refuse clients without TLS");
DEFINE_int32(threads, 0, "event loops (0: one per core)");
DEFINE_int32(plan_cache_entries, 5000, "plans kept per event loop");
DEFINE_uint32(max_connections, 10000, "clients at the same time; more get error 1040");
DEFINE_uint32(max_allowed_packet, 64u << 20,
              "longest command in bytes; longer ones get error 1153");
DEFINE_uint32(max_prepared_stmt_count, 16382,
              "prepared statements of all clients together; one more gets error 1461");
DEFINE_uint32(wait_timeout, 28800,
              "seconds after which a client that sends nothing is closed, unless its session says "
              "otherwise (SET wait_timeout)");
DEFINE_uint32(interactive_timeout, 28800,
              "the same for clients that say that somebody sits before them");
DEFINE_string(mysql_server_version, "9.7.4-Keyspan", "version that clients are told");

namespace {

std::vector<std::string> SplitByComma(const std::string& text) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = std::min(text.find(',', begin), text.size());
    if (end > begin) parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

// One client is one file descriptor: take what the hard limit gives.
void RaiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
  gflags::SetUsageMessage("vtgate --auth_file=FILE [flags]: the MySQL server of a Keyspan cluster");
  gflags::SetVersionString("0.1");
  FLAGS_logtostderr = true;
  gflags::ParseCommandLineFlags(&argc, &argv, true);
  google::InitGoogleLogging(argv[0]);
  if (FLAGS_auth_file.empty()) {
    LOG(ERROR) << "--auth_file is required: without it nobody could log in";
    return 2;
  }
  RaiseFileLimit();

  // Signals are waited for below; threads inherit the mask.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  keyspan::vtgate::GatewayOptions options;
  options.topo_servers = FLAGS_topo_server;
  options.topo_root = FLAGS_topo_root;
  options.cells = SplitByComma(FLAGS_cell);
  options.mysql_host = FLAGS_mysql_host;
  options.mysql_port = static_cast<uint16_t>(FLAGS_mysql_port);
  options.http_host = FLAGS_http_host;
  options.http_port = static_cast<uint16_t>(FLAGS_http_port);
  options.threads = FLAGS_threads > 0
                        ? FLAGS_threads
                        : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  options.plan_cache_entries = static_cast<size_t>(FLAGS_plan_cache_entries);
  options.max_connections = FLAGS_max_connections;
  options.max_packet = FLAGS_max_allowed_packet;
  options.max_prepared_statements = FLAGS_max_prepared_stmt_count;
  options.wait_timeout = std::chrono::seconds(std::max(1u, FLAGS_wait_timeout));
  options.interactive_timeout = std::chrono::seconds(std::max(1u, FLAGS_interactive_timeout));
  options.server_version = FLAGS_mysql_server_version;
  options.auth_file = FLAGS_auth_file;
  options.tls_cert = FLAGS_tls_cert;
  options.tls_key = FLAGS_tls_key;
  options.tls_ca = FLAGS_tls_ca;
  options.tls_required = FLAGS_require_tls;

  keyspan::vtgate::GatewayProcess process(std::move(options));
  keyspan::Status status = process.Start();
  if (!status.ok()) {
    LOG(ERROR) << "vtgate cannot start: " << status.message();
    process.Stop();
    return 1;
  }
  LOG(INFO) << "vtgate serves MySQL on " << FLAGS_mysql_host << ":" << FLAGS_mysql_port;
  int received = 0;
  sigwait(&signals, &received);
  LOG(INFO) << "stopping on signal " << received;
  process.Stop();
  return 0;
}
