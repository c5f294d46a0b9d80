#include <fmt/format.h>

#include "vtctl/commands/commands.h"
#include "vtctl/output.h"
#include "vtctl/reparent.h"

namespace keyspan::vtctl {
namespace {

using Kind = FlagSpec::Kind;

Status PrintPrimary(Context& context, const topo::KeyspaceShard& shard) {
  ASSIGN_OR_RETURN(const auto record, context.topo.GetShard(shard.keyspace, shard.shard));
  if (context.json) {
    PrintJson(
        context.out,
        {{"keyspace", shard.keyspace}, {"name", shard.shard}, {"shard", ToJson(record.record)}});
  } else {
    context.out << fmt::format("The primary of {}/{} is {}, term {}\n", shard.keyspace, shard.shard,
                               topo::AliasToString(record.record.primary_alias()),
                               record.record.primary_term());
  }
  return Status::Ok();
}

Status InitShardPrimary(Context& context) {
  ASSIGN_OR_RETURN(auto shard, topo::ParseKeyspaceShard(context.arg(0)));
  ASSIGN_OR_RETURN(const auto primary, topo::ParseAlias(context.arg(1)));
  Reparent reparent(context.topo, context.tablets, context.progress, shard);
  RETURN_IF_ERROR(reparent.Init(primary, context.args.Bool("force"),
                                context.args.Duration("wait_replicas_timeout")));
  return PrintPrimary(context, shard);
}

Status ReadAlias(Context& context, const char* flag, std::optional<topo::TabletAlias>* alias) {
  if (!context.args.Has(flag)) return Status::Ok();
  ASSIGN_OR_RETURN(*alias, topo::ParseAlias(context.args.String(flag)));
  return Status::Ok();
}

Status PlannedReparentShard(Context& context) {
  ASSIGN_OR_RETURN(auto shard, topo::ParseKeyspaceShard(context.arg(0)));
  ReparentOptions options;
  RETURN_IF_ERROR(ReadAlias(context, "new_primary", &options.new_primary));
  RETURN_IF_ERROR(ReadAlias(context, "avoid_primary", &options.avoid_primary));
  RETURN_IF_ERROR(ReadAlias(context, "expected_primary", &options.expected_primary));
  if (options.new_primary && options.avoid_primary) {
    return InvalidArgument("--new_primary and --avoid_primary exclude each other");
  }
  options.wait_replicas_timeout = context.args.Duration("wait_replicas_timeout");
  Reparent reparent(context.topo, context.tablets, context.progress, shard);
  RETURN_IF_ERROR(reparent.Planned(options));
  return PrintPrimary(context, shard);
}

}  // namespace

std::vector<Command> ReparentCommands() {
  const std::string group = "Reparents";
  const FlagSpec wait = {"wait_replicas_timeout", Kind::kDuration,
                         "how long replicas may take to catch up", "15s"};
  return {
      {.name = "InitShardPrimary",
       .group = group,
       .usage = "KEYSPACE/SHARD ALIAS",
       .help = "Gives a fresh shard its first primary: creates the keyspace's database on it, "
               "points the shard's other tablets at it, with semi-sync as the keyspace's "
               "durability policy wants, and waits until they have all that it has. Refuses when "
               "a tablet cannot be reached or has transactions that the primary lacks.",
       .example = "InitShardPrimary customer/-80 zone1-0000000200",
       .flags = {{"force", Kind::kBool,
                  "also when this tablet is the primary already: finishes an interrupted run",
                  "false"},
                 wait},
       .min_args = 2,
       .max_args = 2,
       .run = InitShardPrimary},
      {.name = "PlannedReparentShard",
       .group = group,
       .usage = "KEYSPACE/SHARD",
       .help = "Moves the primary of a healthy shard to another tablet. The new one catches up, "
               "the old one stops taking statements, the rest is waited for, then the roles "
               "change; if that cannot be done, the old primary goes on. On a shard without a "
               "primary it does what InitShardPrimary does. Every tablet of the shard must be "
               "reachable.",
       .example = "PlannedReparentShard --new_primary=zone1-0000000201 customer/-80",
       .flags = {{"new_primary", Kind::kString, "the tablet to move it to; default: any replica",
                  ""},
                 {"avoid_primary", Kind::kString,
                  "move it away from this tablet, if that is the primary", ""},
                 {"expected_primary", Kind::kString, "fail unless this is the primary now", ""},
                 wait},
       .min_args = 1,
       .max_args = 1,
       .run = PlannedReparentShard},
  };
}

}  // namespace keyspan::vtctl
