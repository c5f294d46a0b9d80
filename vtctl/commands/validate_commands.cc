#include <fmt/format.h>

#include <mutex>

#include "vtctl/commands/commands.h"
#include "vtctl/output.h"

namespace keyspan::vtctl {
namespace {

using Kind = FlagSpec::Kind;
using Problems = std::vector<std::string>;

struct ShardFacts {
  topo::Shard record;
  std::string policy;
  const topo::Tablet* primary = nullptr;
};

// Whether a tablet answers, and what it says about itself fits the shard record.
Problems AskTablet(TabletControl& control, const topo::Tablet& tablet, const ShardFacts& facts) {
  const topo::Shard& shard = facts.record;
  const topo::Tablet* const primary = facts.primary;
  const std::string alias = topo::AliasToString(tablet.alias());
  const auto status = control.GetFullStatus();
  if (!status.ok()) return {std::string(status.status().message())};
  Problems problems;
  const auto add = [&](std::string text) { problems.push_back(alias + " " + std::move(text)); };
  if (!status->mysql_reachable()) {
    add("cannot reach its mysqld: " + status->mysql_error());
    return problems;
  }
  for (const std::string& warning : status->warnings()) add("warns: " + warning);
  const bool is_primary =
      shard.has_primary_alias() && topo::SameAlias(shard.primary_alias(), tablet.alias());
  if (is_primary) {
    if (status->super_read_only()) add("is the primary, but its MySQL is read-only");
    if (topo::RequiredAcks(facts.policy) > 0 && !status->semi_sync_source_enabled()) {
      add(fmt::format("does not wait for acknowledgements, as durability policy {} wants",
                      facts.policy));
    }
    const auto term = status->health().target().primary_term();
    if (term != static_cast<uint64_t>(shard.primary_term())) {
      add(fmt::format("is the primary in term {}, but believes to be in term {}",
                      shard.primary_term(), term));
    }
  } else {
    if (!status->super_read_only()) add("is not the primary, but its MySQL is writable");
    const auto& replication = status->replication();
    if (primary != nullptr && (!replication.io_running() || !replication.sql_running())) {
      add(fmt::format("does not replicate: {}{}", replication.last_io_error(),
                      replication.last_sql_error()));
    } else if (primary != nullptr &&
               static_cast<int>(replication.source_port()) != primary->mysql_port()) {
      add(fmt::format("replicates from {}:{}, which is not the primary's MySQL",
                      replication.source_host(), replication.source_port()));
    }
  }
  if (!status->health().serving()) add("does not serve: " + status->health().reason());
  return problems;
}

Status CheckShard(Context& context, const std::string& keyspace, const std::string& name,
                  Problems* problems) {
  const std::string full = keyspace + "/" + name;
  ASSIGN_OR_RETURN(const auto shard, context.topo.GetShard(keyspace, name));
  ASSIGN_OR_RETURN(const auto policy, context.topo.GetKeyspace(keyspace));
  ASSIGN_OR_RETURN(const auto tablets, context.topo.GetTabletsByShard(keyspace, name));
  const topo::Shard& record = shard.record;
  const topo::Tablet* primary = nullptr;
  for (const topo::Tablet& tablet : tablets) {
    if (record.has_primary_alias() && topo::SameAlias(tablet.alias(), record.primary_alias())) {
      primary = &tablet;
    }
    ASSIGN_OR_RETURN(const bool present, context.topo.IsTabletPresent(tablet.alias()));
    if (!present) {
      problems->push_back(fmt::format("{}: the vttablet of {} does not run", full,
                                      topo::AliasToString(tablet.alias())));
    }
  }
  if (!record.has_primary_alias()) {
    problems->push_back(full + " has no primary");
  } else if (primary == nullptr) {
    problems->push_back(fmt::format("{}: its primary {} is not one of its tablets", full,
                                    topo::AliasToString(record.primary_alias())));
  } else {
    int able = 0;
    for (const topo::Tablet& tablet : tablets) {
      able += topo::CanAcknowledge(policy.record.durability_policy(), *primary, tablet) ? 1 : 0;
    }
    if (able < topo::RequiredAcks(policy.record.durability_policy())) {
      problems->push_back(
          fmt::format("{}: no tablet may acknowledge commits, as durability policy "
                      "{} wants",
                      full, policy.record.durability_policy()));
    }
  }
  if (!context.args.Bool("ping_tablets")) return Status::Ok();
  const ShardFacts facts{record, policy.record.durability_policy(), primary};
  std::mutex mutex;
  ForEachTablet(context.tablets, tablets,
                [&](size_t, const topo::Tablet& tablet, TabletControl& control) {
                  for (std::string& problem : AskTablet(control, tablet, facts)) {
                    const std::lock_guard lock(mutex);
                    problems->push_back(full + ": " + std::move(problem));
                  }
                  return Status::Ok();
                });
  return Status::Ok();
}

Status CheckKeyspace(Context& context, const std::string& keyspace, Problems* problems) {
  ASSIGN_OR_RETURN(const auto shards, context.topo.GetShards(keyspace));
  std::vector<topo::KeyRange> serving;
  for (const auto& [name, record] : shards) {
    if (record.is_primary_serving()) serving.push_back(record.key_range());
    RETURN_IF_ERROR(CheckShard(context, keyspace, name, problems));
  }
  if (const Status tiled = topo::CheckTiling(serving); !tiled.ok()) {
    problems->push_back(fmt::format("{}: {}", keyspace, tiled.message()));
  }
  return Status::Ok();
}

Status Report(Context& context, const Problems& problems) {
  if (context.json) {
    PrintJson(context.out, {{"results", problems}});
  } else {
    for (const std::string& problem : problems) context.out << problem << '\n';
    if (problems.empty()) context.out << "No problems found\n";
  }
  if (problems.empty()) return Status::Ok();
  return Status(StatusCode::kFailedPrecondition, fmt::format("{} problem(s)", problems.size()));
}

Status ValidateShard(Context& context) {
  ASSIGN_OR_RETURN(const auto name, topo::ParseKeyspaceShard(context.arg(0)));
  Problems problems;
  RETURN_IF_ERROR(CheckShard(context, name.keyspace, name.shard, &problems));
  return Report(context, problems);
}

Status ValidateKeyspace(Context& context) {
  Problems problems;
  RETURN_IF_ERROR(CheckKeyspace(context, context.arg(0), &problems));
  return Report(context, problems);
}

Status Validate(Context& context) {
  ASSIGN_OR_RETURN(const auto keyspaces, context.topo.GetKeyspaceNames());
  Problems problems;
  for (const std::string& keyspace : keyspaces) {
    RETURN_IF_ERROR(CheckKeyspace(context, keyspace, &problems));
  }
  ASSIGN_OR_RETURN(const auto tablets, context.topo.GetTablets());
  for (const topo::Tablet& tablet : tablets) {
    const auto shard = context.topo.GetShard(tablet.keyspace(), tablet.shard());
    if (shard.status().code() != StatusCode::kNotFound) continue;
    problems.push_back(fmt::format("tablet {} belongs to {}/{}, which does not exist",
                                   topo::AliasToString(tablet.alias()), tablet.keyspace(),
                                   tablet.shard()));
  }
  return Report(context, problems);
}

}  // namespace

std::vector<Command> ValidateCommands() {
  const std::string group = "Checks";
  const std::vector<FlagSpec> flags = {{"ping_tablets", Kind::kBool,
                                        "ask every tablet about itself, its MySQL and replication",
                                        "false"}};
  return {
      {.name = "Validate",
       .group = group,
       .help = "Checks the whole topology: that the serving shards of each keyspace cover every "
               "keyspace id once, that each shard has a primary, that tablets run. Prints the "
               "problems and fails if there are any.",
       .example = "Validate --ping_tablets",
       .flags = flags,
       .run = Validate},
      {.name = "ValidateKeyspace",
       .group = group,
       .usage = "KEYSPACE",
       .help = "Checks one keyspace, as Validate does.",
       .example = "ValidateKeyspace --ping_tablets customer",
       .flags = flags,
       .min_args = 1,
       .max_args = 1,
       .run = ValidateKeyspace},
      {.name = "ValidateShard",
       .group = group,
       .usage = "KEYSPACE/SHARD",
       .help = "Checks one shard, as Validate does.",
       .example = "ValidateShard --ping_tablets customer/-80",
       .flags = flags,
       .min_args = 1,
       .max_args = 1,
       .run = ValidateShard},
  };
}

}  // namespace keyspan::vtctl
