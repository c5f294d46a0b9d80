// vttablet: serves one mysqld to the gateways. See design.md, "Processes".

#include <gflags/gflags.h>
#include <glog/logging.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <thread>

#include "topo/names.h"
#include "topo/zk/zk_store.h"
#include "vttablet/server/tablet.h"

DEFINE_string(topo_server, "127.0.0.1:21811", "ZooKeeper servers, host:port[,host:port...]");
DEFINE_string(topo_root, "/keyspan", "path under which the topology lies");
DEFINE_string(cell, "", "cell of this tablet; must be that of --alias when given");
DEFINE_string(alias, "", "cell-uid, for example zone1-0000000100");
DEFINE_string(keyspace, "", "keyspace that this tablet's mysqld belongs to");
DEFINE_string(shard, "", "shard that this tablet's mysqld belongs to");
DEFINE_string(tablet_type, "replica", "replica or rdonly: what it is when it is not the primary");
DEFINE_string(hostname, "127.0.0.1", "where others reach this tablet and its mysqld");
DEFINE_string(listen_host, "127.0.0.1", "IP address to listen on");
DEFINE_int32(rpc_port, 0, "port for gateways and vtctl; 0 takes a free one");
DEFINE_int32(http_port, 0, "port for /healthz, /metrics, /debug/vars; 0 takes a free one, -1 none");
DEFINE_string(mysql_socket, "", "unix socket of mysqld; strongly preferred to TCP");
DEFINE_string(mysql_host, "127.0.0.1", "host of mysqld, when there is no --mysql_socket");
DEFINE_int32(mysql_port, 3306, "TCP port of mysqld: for replicas, and when there is no socket");
DEFINE_string(mysql_user, "root", "account with all privileges");
DEFINE_string(mysql_password, "", "its password");
DEFINE_string(replication_user, "vt_repl", "account that replicas use on their source");
DEFINE_string(replication_password, "vt_repl", "its password");
DEFINE_int32(pool_size, 64, "connections to mysqld for statements outside of transactions");
DEFINE_int32(transaction_pool_size, 300,
             "connections to mysqld for transactions and reserved connections");
DEFINE_int32(pool_max_waiters, 5000, "statements that may wait for a connection, per thread");
DEFINE_int32(pool_wait_timeout_ms, 5000, "how long a statement waits for a connection");
DEFINE_int32(query_timeout, 900, "seconds after which a statement is killed (DDL is not)");
DEFINE_int32(transaction_timeout, 1800,
             "seconds after which an open transaction is rolled back; 0 never");
DEFINE_int32(transaction_idle_timeout, 600,
             "seconds without a statement after which a transaction is rolled back; 0 never");
DEFINE_int32(threads, 0, "event loops (0: one for two cores)");
DEFINE_int32(max_replication_lag, 7200,
             "seconds behind the source at which a replica stops serving");

namespace keyspan::vttablet {
namespace {

Result<TabletOptions> OptionsFromFlags() {
  TabletOptions options;
  topo::Tablet& record = options.record;
  ASSIGN_OR_RETURN(*record.mutable_alias(), topo::ParseAlias(FLAGS_alias));
  if (!FLAGS_cell.empty() && FLAGS_cell != record.alias().cell()) {
    return InvalidArgument("--cell=" + FLAGS_cell + " is not the cell of --alias=" + FLAGS_alias);
  }
  RETURN_IF_ERROR(topo::CheckName("--keyspace", FLAGS_keyspace));
  ASSIGN_OR_RETURN(*record.mutable_key_range(), topo::ParseShardName(FLAGS_shard));
  ASSIGN_OR_RETURN(topo::TabletType type, topo::ParseTabletType(FLAGS_tablet_type));
  if (type != topo::REPLICA && type != topo::RDONLY) {
    return InvalidArgument("--tablet_type must be replica or rdonly, not " + FLAGS_tablet_type);
  }
  record.set_type(type);
  record.set_hostname(FLAGS_hostname);
  record.set_mysql_hostname(FLAGS_hostname);
  record.set_mysql_port(FLAGS_mysql_port);
  record.set_keyspace(FLAGS_keyspace);
  record.set_shard(FLAGS_shard);
  if (FLAGS_pool_size < 1 || FLAGS_transaction_pool_size < 1) {
    return InvalidArgument("--pool_size and --transaction_pool_size must be positive");
  }
  options.topo_root = FLAGS_topo_root;
  options.open_store = [] {
    topo::ZkOptions zk;
    zk.servers = FLAGS_topo_server;
    return topo::OpenZkStore(zk);
  };
  options.mysql.unix_socket = FLAGS_mysql_socket;
  options.mysql.host = FLAGS_mysql_host;
  options.mysql.port = static_cast<uint16_t>(FLAGS_mysql_port);
  options.mysql.login.user = FLAGS_mysql_user;
  options.mysql.login.password = FLAGS_mysql_password;
  options.mysql.login.secure_transport = !FLAGS_mysql_socket.empty();
  options.replication_user = {FLAGS_replication_user, FLAGS_replication_password};
  QueryOptions& query = options.query;
  query.query_pool.name = "query";
  query.query_pool.size = FLAGS_pool_size;
  query.transaction_pool.name = "transaction";
  query.transaction_pool.size = FLAGS_transaction_pool_size;
  for (PoolOptions* pool : {&query.query_pool, &query.transaction_pool}) {
    pool->max_waiters = FLAGS_pool_max_waiters;
    pool->wait_timeout = std::chrono::milliseconds(FLAGS_pool_wait_timeout_ms);
  }
  query.query_timeout = std::chrono::seconds(FLAGS_query_timeout);
  query.transaction_timeout = std::chrono::seconds(FLAGS_transaction_timeout);
  query.transaction_idle_timeout = std::chrono::seconds(FLAGS_transaction_idle_timeout);
  // mysqld, beside which it runs, needs most of the cores, and fewer loops find more to do at once.
  options.threads = FLAGS_threads > 0
                        ? FLAGS_threads
                        : static_cast<int>(std::max(1u, std::thread::hardware_concurrency() / 2));
  options.listen_host = FLAGS_listen_host;
  options.rpc_port = static_cast<uint16_t>(FLAGS_rpc_port);
  options.http = FLAGS_http_port >= 0;
  options.http_port = static_cast<uint16_t>(std::max(0, FLAGS_http_port));
  options.max_replication_lag_s = static_cast<uint32_t>(FLAGS_max_replication_lag);
  return options;
}

int Main() {
  // Before any thread: all of them inherit the mask, so that only sigwait sees these.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  auto options = OptionsFromFlags();
  if (!options.ok()) {
    LOG(ERROR) << options.status().message();
    return 2;
  }
  Tablet tablet(std::move(options).value());
  if (Status status = tablet.Start(); !status.ok()) {
    LOG(ERROR) << "cannot start: " << status.message();
    return 1;
  }
  LOG(INFO) << "tablet " << FLAGS_alias << " of " << FLAGS_keyspace << "/" << FLAGS_shard
            << " listens on port " << tablet.rpc_port() << ", http " << tablet.http_port();
  int signal = 0;
  sigwait(&signals, &signal);
  LOG(INFO) << "stopping on signal " << signal;
  tablet.Stop();
  return 0;
}

}  // namespace
}  // namespace keyspan::vttablet

int main(int argc, char** argv) {
  gflags::SetUsageMessage("serves one mysqld to the gateways");
  gflags::ParseCommandLineFlags(&argc, &argv, true);
  FLAGS_logtostderr = true;
  google::InitGoogleLogging(argv[0]);
  return keyspan::vttablet::Main();
}
