#include "vttablet/replication/replication.h"

#include <fmt/format.h>

#include <cstdio>
#include <tuple>
#include <utility>

namespace keyspan::vttablet {
namespace {

bool IsOn(const std::string& value) { return value == "1" || value == "ON"; }

std::string WithoutNewlines(std::string text) {
  std::erase(text, '\n');
  return text;
}

Awaitable<Result<rpc::ReplicationStatus>> ReadReplication(ControlConnection& sql) {
  CO_ASSIGN_OR_RETURN(auto status, co_await sql.Query("SHOW REPLICA STATUS"));
  rpc::ReplicationStatus out;
  out.set_lag_s(-1);
  if (status.rows.empty()) co_return out;
  out.set_configured(true);
  out.set_source_host(Cell(status, 0, "Source_Host"));
  out.set_source_port(static_cast<uint32_t>(IntCell(status, 0, "Source_Port", 0)));
  out.set_io_running(Cell(status, 0, "Replica_IO_Running") == "Yes");
  out.set_io_connecting(Cell(status, 0, "Replica_IO_Running") == "Connecting");
  out.set_sql_running(Cell(status, 0, "Replica_SQL_Running") == "Yes");
  out.set_last_io_error(Cell(status, 0, "Last_IO_Error"));
  out.set_last_sql_error(Cell(status, 0, "Last_SQL_Error"));
  out.set_lag_s(IntCell(status, 0, "Seconds_Behind_Source", -1));
  out.set_retrieved_gtids(WithoutNewlines(Cell(status, 0, "Retrieved_Gtid_Set")));
  co_return out;
}

}  // namespace

Awaitable<Result<MysqlFacts>> ReadFacts(ControlConnection& sql) {
  CO_ASSIGN_OR_RETURN(
      auto base,
      co_await sql.Query("SELECT @@global.version AS version, @@global.server_uuid AS uuid, "
                         "@@global.server_id AS id, @@global.read_only AS read_only, "
                         "@@global.super_read_only AS super_read_only, "
                         "@@global.gtid_executed AS gtid_executed, "
                         "@@global.gtid_purged AS gtid_purged"));
  MysqlFacts facts;
  facts.version = Cell(base, 0, "version");
  facts.server_uuid = Cell(base, 0, "uuid");
  facts.server_id = static_cast<uint32_t>(IntCell(base, 0, "id", 0));
  facts.read_only = IsOn(Cell(base, 0, "read_only"));
  facts.super_read_only = IsOn(Cell(base, 0, "super_read_only"));
  facts.gtid_executed = WithoutNewlines(Cell(base, 0, "gtid_executed"));
  facts.gtid_purged = WithoutNewlines(Cell(base, 0, "gtid_purged"));
  CO_ASSIGN_OR_RETURN(
      auto semi_sync,
      co_await sql.Query(
          "SELECT VARIABLE_NAME AS name, VARIABLE_VALUE AS value FROM "
          "performance_schema.global_variables WHERE VARIABLE_NAME IN "
          "('rpl_semi_sync_source_enabled', 'rpl_semi_sync_replica_enabled') UNION ALL SELECT "
          "VARIABLE_NAME, VARIABLE_VALUE FROM performance_schema.global_status WHERE VARIABLE_NAME "
          "IN ('Rpl_semi_sync_source_status', 'Rpl_semi_sync_source_clients')"));
  int plugins = 0;
  for (size_t i = 0; i < semi_sync.rows.size(); ++i) {
    const std::string name = Cell(semi_sync, i, "name");
    const std::string value = Cell(semi_sync, i, "value");
    if (name == "rpl_semi_sync_source_enabled") {
      facts.semi_sync_source_enabled = IsOn(value);
      ++plugins;
    } else if (name == "rpl_semi_sync_replica_enabled") {
      facts.semi_sync_replica_enabled = IsOn(value);
      ++plugins;
    } else if (name == "Rpl_semi_sync_source_status") {
      facts.semi_sync_source_active = IsOn(value);
    } else {
      facts.semi_sync_source_clients = static_cast<uint32_t>(IntCell(semi_sync, i, "value", 0));
    }
  }
  facts.semi_sync_available = plugins == 2;
  CO_ASSIGN_OR_RETURN(facts.replication, co_await ReadReplication(sql));
  co_return facts;
}

Awaitable<Result<MysqlChecks>> CheckSettings(ControlConnection& sql, bool semi_sync) {
  CO_ASSIGN_OR_RETURN(
      auto values,
      co_await sql.Query(
          "SELECT @@global.version AS version, @@global.gtid_mode AS gtid_mode, @@global.log_bin "
          "AS "
          "log_bin, @@global.binlog_format AS binlog_format, @@global.binlog_row_image AS "
          "binlog_row_image, @@global.sync_binlog AS sync_binlog, "
          "@@global.innodb_flush_log_at_trx_commit AS flush_log, @@global.enforce_gtid_consistency "
          "AS enforce_gtid, @@global.binlog_error_action AS binlog_error_action, "
          "@@global.replica_preserve_commit_order AS commit_order, @@global.event_scheduler AS "
          "event_scheduler, @@global.xa_detach_on_prepare AS xa_detach"));
  MysqlChecks checks;
  const std::string version = Cell(values, 0, "version");
  if (!VersionAtLeast(version, 8, 0, 30)) {
    checks.refusal = fmt::format(
        "MySQL {} is too old: 8.0.30 is the oldest whose XA survives a "
        "crash",
        version);
    co_return checks;
  }
  if (Cell(values, 0, "log_bin") != "1") {
    checks.refusal = "the binary log is off (log_bin), replicas and recovery need it";
  } else if (Cell(values, 0, "gtid_mode") != "ON") {
    checks.refusal = "gtid_mode is not ON";
  } else if (Cell(values, 0, "binlog_format") != "ROW") {
    checks.refusal = "binlog_format is not ROW";
  }
  struct Expected {
    const char* name;
    const char* column;
    const char* value;
  };
  constexpr Expected kExpected[] = {
      {"binlog_row_image", "binlog_row_image", "FULL"},
      {"sync_binlog", "sync_binlog", "1"},
      {"innodb_flush_log_at_trx_commit", "flush_log", "1"},
      {"enforce_gtid_consistency", "enforce_gtid", "ON"},
      {"binlog_error_action", "binlog_error_action", "ABORT_SERVER"},
      {"replica_preserve_commit_order", "commit_order", "1"},
      {"event_scheduler", "event_scheduler", "OFF"},
      {"xa_detach_on_prepare", "xa_detach", "1"},
  };
  for (const Expected& expected : kExpected) {
    const std::string value = Cell(values, 0, expected.column);
    if (value != expected.value) {
      checks.warnings.push_back(
          fmt::format("{} is {}, should be {}", expected.name, value, expected.value));
    }
  }
  if (semi_sync) {
    CO_ASSIGN_OR_RETURN(auto facts, co_await ReadFacts(sql));
    if (!facts.semi_sync_available) {
      checks.refusal =
          "the keyspace's durability policy needs the semi-sync plugins, which are not "
          "loaded";
    }
  }
  co_return checks;
}

Awaitable<Status> EnableSemiSyncSource(ControlConnection& sql) {
  // The timeout is the largest there is: a commit waits rather than be answered without a replica.
  co_return co_await sql.Run(
      "SET GLOBAL rpl_semi_sync_source_timeout = 4294967295, GLOBAL "
      "rpl_semi_sync_source_wait_for_replica_count = 1, GLOBAL "
      "rpl_semi_sync_source_wait_no_replica = ON, GLOBAL rpl_semi_sync_source_wait_point = "
      "AFTER_SYNC, GLOBAL rpl_semi_sync_source_enabled = ON");
}

Awaitable<Status> DisableSemiSyncSource(ControlConnection& sql) {
  co_return co_await sql.Run("SET GLOBAL rpl_semi_sync_source_enabled = OFF");
}

Awaitable<Status> SetSemiSyncReplica(ControlConnection& sql, bool on) {
  co_return co_await sql.Run(
      fmt::format("SET GLOBAL rpl_semi_sync_replica_enabled = {}", on ? "ON" : "OFF"));
}

Awaitable<Status> EnsureReplicationUser(ControlConnection& sql, const ReplicationUser& user) {
  CO_ASSIGN_OR_RETURN(
      auto found, co_await sql.Query(fmt::format(
                      "SELECT 1 FROM mysql.user WHERE User = {} AND Host = '%' AND Repl_slave_priv "
                      "= 'Y'",
                      Quoted(user.name))));
  if (!found.rows.empty()) co_return Status();
  // Each server has its own accounts, so they are no part of what replicas must receive.
  CO_RETURN_IF_ERROR(co_await sql.Run("SET SESSION sql_log_bin = 0"));
  Status status = co_await sql.Run(fmt::format("CREATE USER IF NOT EXISTS {}@'%' IDENTIFIED BY {}",
                                               Quoted(user.name), Quoted(user.password)));
  if (status.ok()) {
    status = co_await sql.Run(
        fmt::format("GRANT REPLICATION SLAVE ON *.* TO {}@'%'", Quoted(user.name)));
  }
  Status restored = co_await sql.Run("SET SESSION sql_log_bin = 1");
  if (!status.ok()) co_return status;
  co_return restored;
}

Awaitable<Status> SetReadOnly(ControlConnection& sql) {
  co_return co_await sql.Run("SET GLOBAL super_read_only = ON");
}

Awaitable<Status> SetReadWrite(ControlConnection& sql) {
  CO_RETURN_IF_ERROR(co_await sql.Run("SET GLOBAL super_read_only = OFF"));
  co_return co_await sql.Run("SET GLOBAL read_only = OFF");
}

Awaitable<Status> FollowSource(ControlConnection& sql, const ReplicationSource& source,
                               const ReplicationUser& user, bool semi_sync) {
  CO_RETURN_IF_ERROR(co_await StopReplication(sql, false));
  CO_RETURN_IF_ERROR(co_await sql.Run(fmt::format(
      "CHANGE REPLICATION SOURCE TO SOURCE_HOST = {}, SOURCE_PORT = {}, SOURCE_USER = {}, "
      "SOURCE_PASSWORD = {}, SOURCE_AUTO_POSITION = 1, GET_SOURCE_PUBLIC_KEY = 1, "
      "SOURCE_CONNECT_RETRY = 1, SOURCE_RETRY_COUNT = 1000000, SOURCE_HEARTBEAT_PERIOD = 2",
      Quoted(source.host), source.port, Quoted(user.name), Quoted(user.password))));
  co_return co_await StartReplication(sql, semi_sync);
}

Awaitable<Status> StartReplication(ControlConnection& sql, bool semi_sync) {
  CO_ASSIGN_OR_RETURN(auto facts, co_await ReadFacts(sql));
  if (semi_sync && !facts.semi_sync_available) {
    co_return Status(StatusCode::kFailedPrecondition,
                     "the semi-sync plugins are not loaded in this mysqld");
  }
  if (facts.semi_sync_available && facts.semi_sync_replica_enabled != semi_sync) {
    CO_RETURN_IF_ERROR(co_await SetSemiSyncReplica(sql, semi_sync));
    // The receiver takes it over when it starts.
    if (facts.replication.io_running()) CO_RETURN_IF_ERROR(co_await StopReplication(sql, true));
  }
  co_return co_await sql.Run("START REPLICA");
}

Awaitable<Status> StopReplication(ControlConnection& sql, bool io_thread_only) {
  co_return co_await sql.Run(io_thread_only ? "STOP REPLICA IO_THREAD" : "STOP REPLICA");
}

Awaitable<Status> LeaveSource(ControlConnection& sql, std::chrono::milliseconds timeout) {
  CO_ASSIGN_OR_RETURN(auto before, co_await ReadFacts(sql));
  if (!before.replication.configured()) co_return Status();
  CO_RETURN_IF_ERROR(co_await StopReplication(sql, true));
  CO_ASSIGN_OR_RETURN(auto facts, co_await ReadFacts(sql));
  const std::string& received = facts.replication.retrieved_gtids();
  if (!received.empty()) {
    if (!facts.replication.sql_running()) {
      CO_RETURN_IF_ERROR(co_await sql.Run("START REPLICA SQL_THREAD"));
    }
    CO_RETURN_IF_ERROR(co_await WaitForPosition(sql, received, timeout));
  }
  CO_RETURN_IF_ERROR(co_await StopReplication(sql, false));
  co_return co_await sql.Run("RESET REPLICA ALL");
}

Awaitable<Status> WaitForPosition(ControlConnection& sql, const std::string& gtids,
                                  std::chrono::milliseconds timeout) {
  sql.set_timeout(timeout + std::chrono::seconds(2));
  auto result = co_await sql.Query(fmt::format("SELECT WAIT_FOR_EXECUTED_GTID_SET({}, {}) AS late",
                                               Quoted(gtids), timeout.count() / 1000.0));
  sql.set_timeout(std::chrono::seconds(5));
  if (!result.ok()) co_return std::move(result).status();
  if (Cell(*result, 0, "late") == "0") co_return Status();
  co_return Status(StatusCode::kDeadlineExceeded,
                   fmt::format("position {} was not reached within {} ms", gtids, timeout.count()));
}

Awaitable<Result<std::string>> ReadPosition(ControlConnection& sql) {
  CO_ASSIGN_OR_RETURN(auto result,
                      co_await sql.Query("SELECT @@global.gtid_executed AS gtid_executed"));
  co_return WithoutNewlines(Cell(result, 0, "gtid_executed"));
}

bool VersionAtLeast(const std::string& version, int major, int minor, int patch) {
  int a = 0, b = 0, c = 0;
  if (std::sscanf(version.c_str(), "%d.%d.%d", &a, &b, &c) < 2) return false;
  return std::tie(a, b, c) >= std::tie(major, minor, patch);
}

}  // namespace keyspan::vttablet
