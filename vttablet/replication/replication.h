#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "common/async/awaitable.h"
#include "common/status.h"
#include "rpc/tablet_messages.pb.h"
#include "vttablet/replication/control_sql.h"

namespace keyspan::vttablet {

struct ReplicationUser {
  std::string name = "vt_repl";
  std::string password = "vt_repl";
};

// What mysqld says about itself, read in one go by the health loop.
struct MysqlFacts {
  std::string version;
  std::string server_uuid;
  uint32_t server_id = 0;
  bool read_only = false;
  bool super_read_only = false;
  std::string gtid_executed;
  std::string gtid_purged;
  bool semi_sync_available = false;  // both plugins are loaded
  bool semi_sync_source_enabled = false;
  bool semi_sync_replica_enabled = false;
  bool semi_sync_source_active = false;
  uint32_t semi_sync_source_clients = 0;
  rpc::ReplicationStatus replication;
};

// Every function works on one control connection, and is idempotent: run again after a failure in
// the middle, it completes what is missing.

Awaitable<Result<MysqlFacts>> ReadFacts(ControlConnection& sql);
// Settings without which Keyspan's promises do not hold, each as a sentence; the first result is a
// refusal to serve at all (empty: none).
struct MysqlChecks {
  std::string refusal;
  std::vector<std::string> warnings;
};
Awaitable<Result<MysqlChecks>> CheckSettings(ControlConnection& sql, bool semi_sync);

// Commits wait for one replica, for ever (AFTER_SYNC). Requires the plugin.
Awaitable<Status> EnableSemiSyncSource(ControlConnection& sql);
// Requires: nobody can hear the OK of a commit that waits now.
Awaitable<Status> DisableSemiSyncSource(ControlConnection& sql);
Awaitable<Status> SetSemiSyncReplica(ControlConnection& sql, bool on);

// The account that replicas use; not written to the binary log.
Awaitable<Status> EnsureReplicationUser(ControlConnection& sql, const ReplicationUser& user);

Awaitable<Status> SetReadOnly(ControlConnection& sql);  // super_read_only too
Awaitable<Status> SetReadWrite(ControlConnection& sql);

struct ReplicationSource {
  std::string host;
  uint16_t port = 0;
};
Awaitable<Status> FollowSource(ControlConnection& sql, const ReplicationSource& source,
                               const ReplicationUser& user, bool semi_sync);
Awaitable<Status> StartReplication(ControlConnection& sql, bool semi_sync);
Awaitable<Status> StopReplication(ControlConnection& sql, bool io_thread_only);
// Applies what was received, then forgets the source. kDeadlineExceeded when applying takes longer;
// replication is then as it was but for the stopped receiver.
Awaitable<Status> LeaveSource(ControlConnection& sql, std::chrono::milliseconds timeout);
Awaitable<Status> WaitForPosition(ControlConnection& sql, const std::string& gtids,
                                  std::chrono::milliseconds timeout);
Awaitable<Result<std::string>> ReadPosition(ControlConnection& sql);

// "8.0.34-debian" at least as new as 8.0.30?
bool VersionAtLeast(const std::string& version, int major, int minor, int patch);

}  // namespace keyspan::vttablet
