#include <fmt/format.h>

#include "vtctl/commands/commands.h"
#include "vtctl/commands/lookup.h"
#include "vtctl/output.h"

namespace keyspan::vtctl {
namespace {

std::string YesNo(bool value) { return value ? "yes" : "no"; }

Status StartReplication(Context& context) {
  ASSIGN_OR_RETURN(const topo::Tablet tablet, TabletArgument(context, 0));
  ASSIGN_OR_RETURN(const auto keyspace, context.topo.GetKeyspace(tablet.keyspace()));
  ASSIGN_OR_RETURN(const topo::Tablet primary,
                   PrimaryOfShard(context, tablet.keyspace(), tablet.shard()));
  if (topo::SameAlias(primary.alias(), tablet.alias())) {
    return Status(StatusCode::kFailedPrecondition,
                  fmt::format("{} is the primary", context.arg(0)));
  }
  const bool semi_sync = topo::CanAcknowledge(keyspace.record.durability_policy(), primary, tablet);
  return context.tablets.Dial(tablet)->StartReplication(semi_sync);
}

Status StopReplication(Context& context) {
  ASSIGN_OR_RETURN(const topo::Tablet tablet, TabletArgument(context, 0));
  return context.tablets.Dial(tablet)->StopReplication();
}

void PrintFullStatus(Context& context, const rpc::FullStatus& status) {
  const auto& health = status.health();
  const auto& replication = status.replication();
  Table table({"Property", "Value"});
  table.Add({"tablet", health.tablet_alias()});
  table.Add({"type", topo::TabletTypeName([&] {
               topo::TabletType type = topo::UNKNOWN;
               topo::TabletType_Parse(rpc::TabletType_Name(health.target().tablet_type()), &type);
               return type;
             }())});
  table.Add({"serving", health.serving() ? "yes" : "no: " + health.reason()});
  table.Add({"primary term", fmt::to_string(health.target().primary_term())});
  table.Add({"mysql", status.mysql_reachable()
                          ? fmt::format("{} at {}:{}", health.mysql_version(), status.mysql_host(),
                                        status.mysql_port())
                          : "not reachable: " + status.mysql_error()});
  table.Add({"server id, uuid", fmt::format("{}, {}", status.server_id(), status.server_uuid())});
  table.Add({"read only", status.super_read_only() ? "super" : YesNo(status.read_only())});
  table.Add({"gtid_executed", status.gtid_executed()});
  table.Add(
      {"semi-sync source",
       fmt::format("enabled {}, active {}, replicas {}", YesNo(status.semi_sync_source_enabled()),
                   YesNo(status.semi_sync_source_active()), status.semi_sync_source_clients())});
  table.Add({"semi-sync replica", YesNo(status.semi_sync_replica_enabled())});
  if (replication.configured()) {
    table.Add({"replicates from",
               fmt::format("{}:{}", replication.source_host(), replication.source_port())});
    table.Add(
        {"receiver",
         YesNo(replication.io_running()) +
             (replication.last_io_error().empty() ? "" : ": " + replication.last_io_error())});
    table.Add(
        {"applier",
         YesNo(replication.sql_running()) +
             (replication.last_sql_error().empty() ? "" : ": " + replication.last_sql_error())});
    table.Add(
        {"lag", replication.lag_s() < 0 ? "unknown" : fmt::format("{} s", replication.lag_s())});
  }
  for (const std::string& warning : status.warnings()) table.Add({"warning", warning});
  table.Print(context.out);
}

Status GetFullStatus(Context& context) {
  ASSIGN_OR_RETURN(const topo::Tablet tablet, TabletArgument(context, 0));
  ASSIGN_OR_RETURN(const auto status, context.tablets.Dial(tablet)->GetFullStatus());
  if (context.json) {
    PrintJson(context.out, MessageToJson(status));
  } else {
    PrintFullStatus(context, status);
  }
  return Status::Ok();
}

Status RunHealthCheck(Context& context) {
  ASSIGN_OR_RETURN(const topo::Tablet tablet, TabletArgument(context, 0));
  ASSIGN_OR_RETURN(const auto status, context.tablets.Dial(tablet)->GetFullStatus());
  const auto& health = status.health();
  if (context.json) {
    PrintJson(context.out, MessageToJson(health));
  } else if (health.serving() && status.mysql_reachable()) {
    context.out << context.arg(0) << " serves\n";
  }
  if (!status.mysql_reachable()) {
    return Unavailable(
        fmt::format("{} cannot reach its mysqld: {}", context.arg(0), status.mysql_error()));
  }
  if (!health.serving()) {
    return Status(StatusCode::kFailedPrecondition,
                  fmt::format("{} does not serve: {}", context.arg(0), health.reason()));
  }
  return Status::Ok();
}

}  // namespace

std::vector<Command> ReplicationCommands() {
  const std::string group = "Tablets";
  return {
      {.name = "StartReplication",
       .group = group,
       .usage = "ALIAS",
       .help = "Starts replication on a tablet that has a source.",
       .example = "StartReplication zone1-0000000101",
       .min_args = 1,
       .max_args = 1,
       .run = StartReplication},
      {.name = "StopReplication",
       .group = group,
       .usage = "ALIAS",
       .help = "Stops replication on a tablet.",
       .example = "StopReplication zone1-0000000101",
       .min_args = 1,
       .max_args = 1,
       .run = StopReplication},
      {.name = "GetFullStatus",
       .group = group,
       .usage = "ALIAS",
       .help = "Shows all that a tablet knows about itself and its MySQL.",
       .example = "GetFullStatus zone1-0000000100",
       .min_args = 1,
       .max_args = 1,
       .run = GetFullStatus},
      {.name = "RunHealthCheck",
       .group = group,
       .usage = "ALIAS",
       .help = "Succeeds if a tablet serves, and says why if it does not.",
       .example = "RunHealthCheck zone1-0000000100",
       .min_args = 1,
       .max_args = 1,
       .run = RunHealthCheck},
  };
}

}  // namespace keyspan::vtctl
