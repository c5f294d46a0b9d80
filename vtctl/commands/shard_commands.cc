#include <fmt/format.h>

#include "sharding/vschema.h"
#include "vtctl/commands/commands.h"
#include "vtctl/output.h"

namespace keyspan::vtctl {
namespace {

using Kind = FlagSpec::Kind;
using NamedShard = std::pair<topo::KeyspaceShard, topo::Shard>;

Json ShardJson(const NamedShard& shard) {
  return {{"keyspace", shard.first.keyspace},
          {"name", shard.first.shard},
          {"shard", ToJson(shard.second)}};
}

void PrintShards(Context& context, const std::vector<NamedShard>& shards) {
  Table table({"Shard", "Primary", "Term", "Since", "Serving"});
  for (const auto& [name, record] : shards) {
    table.Add({name.keyspace + "/" + name.shard,
               record.has_primary_alias() ? topo::AliasToString(record.primary_alias()) : "(none)",
               fmt::to_string(record.primary_term()),
               TimeToString(record.primary_term_start_time_ms()),
               record.is_primary_serving() ? "yes" : "no"});
  }
  table.Print(context.out);
}

// Every id of a keyspace must have one shard.
Status CheckNewShard(Context& context, const topo::KeyspaceShard& name) {
  ASSIGN_OR_RETURN(const topo::KeyRange range, topo::ParseShardName(name.shard));
  const auto json = context.topo.GetVSchema(name.keyspace);
  if (json.ok() && name.shard.find('-') == std::string::npos) {
    const auto vschema = sharding::KeyspaceVSchema::FromJson(name.keyspace, json->record);
    if (vschema.ok() && (*vschema)->sharded()) {
      return InvalidArgument(
          fmt::format("{} is not a key range such as -80, and keyspace {} is sharded", name.shard,
                      name.keyspace));
    }
  }
  ASSIGN_OR_RETURN(const auto others, context.topo.GetShards(name.keyspace));
  for (const auto& [other, record] : others) {
    if (other == name.shard || !topo::KeyRangesOverlap(record.key_range(), range)) continue;
    return Status(StatusCode::kFailedPrecondition,
                  fmt::format("{}/{} would hold ids of shard {}, which exists", name.keyspace,
                              name.shard, other));
  }
  return Status::Ok();
}

Status CreateShard(Context& context) {
  ASSIGN_OR_RETURN(const auto name, topo::ParseKeyspaceShard(context.arg(0)));
  if (context.args.Bool("include_parent")) {
    const Status created = context.topo.CreateKeyspace(name.keyspace, {});
    if (!created.ok() && created.code() != StatusCode::kAlreadyExists) return created;
  }
  // Whether a shard serves depends on the others, so two must not be created at once.
  ASSIGN_OR_RETURN(const auto lock, context.topo.LockKeyspace(name.keyspace, "CreateShard"));
  RETURN_IF_ERROR(CheckNewShard(context, name));
  const Status created = context.topo.CreateShard(name.keyspace, name.shard);
  if (created.code() == StatusCode::kAlreadyExists && context.args.Bool("force")) {
    context.progress << created.message() << std::endl;
    return Status::Ok();
  }
  RETURN_IF_ERROR(created);
  ASSIGN_OR_RETURN(const auto record, context.topo.GetShard(name.keyspace, name.shard));
  const NamedShard shard{name, record.record};
  if (context.json) {
    PrintJson(context.out, ShardJson(shard));
  } else {
    PrintShards(context, {shard});
  }
  return Status::Ok();
}

Status DeleteOneShard(Context& context, const topo::KeyspaceShard& name) {
  const std::string full = name.keyspace + "/" + name.shard;
  const auto refuse = [&](std::string_view why) {
    return Status(StatusCode::kFailedPrecondition, fmt::format("shard {} {}", full, why));
  };
  ASSIGN_OR_RETURN(const auto record, context.topo.GetShard(name.keyspace, name.shard));
  if (record.record.is_primary_serving() && record.record.has_primary_alias() &&
      !context.args.Bool("even_if_serving")) {
    return refuse("serves: --even_if_serving deletes it all the same");
  }
  ASSIGN_OR_RETURN(const auto tablets, context.topo.GetTabletsByShard(name.keyspace, name.shard));
  if (!tablets.empty() && !context.args.Bool("recursive")) {
    return refuse(fmt::format("has {} tablets: --recursive deletes their records", tablets.size()));
  }
  for (const topo::Tablet& tablet : tablets) {
    RETURN_IF_ERROR(context.topo.DeleteTablet(tablet.alias()));
  }
  return context.topo.DeleteShard(name.keyspace, name.shard);
}

Status DeleteShards(Context& context) {
  std::vector<topo::KeyspaceShard> names;
  for (const std::string& text : context.args.positional()) {
    ASSIGN_OR_RETURN(auto name, topo::ParseKeyspaceShard(text));
    names.push_back(std::move(name));
  }
  for (const topo::KeyspaceShard& name : names) {
    ASSIGN_OR_RETURN(const auto lock, context.topo.LockKeyspace(name.keyspace, "DeleteShards"));
    RETURN_IF_ERROR(DeleteOneShard(context, name));
  }
  return Status::Ok();
}

Status GetShard(Context& context) {
  ASSIGN_OR_RETURN(const auto name, topo::ParseKeyspaceShard(context.arg(0)));
  ASSIGN_OR_RETURN(const auto record, context.topo.GetShard(name.keyspace, name.shard));
  const NamedShard shard{name, record.record};
  if (context.json) {
    PrintJson(context.out, ShardJson(shard));
  } else {
    PrintShards(context, {shard});
  }
  return Status::Ok();
}

Result<std::vector<NamedShard>> ReadShards(Context& context,
                                           const std::vector<std::string>& keyspaces) {
  std::vector<NamedShard> all;
  for (const std::string& keyspace : keyspaces) {
    ASSIGN_OR_RETURN(const auto shards, context.topo.GetShards(keyspace));
    for (const auto& [name, record] : shards) all.push_back({{keyspace, name}, record});
  }
  return all;
}

Status GetShards(Context& context) {
  std::vector<std::string> keyspaces = context.args.positional();
  if (keyspaces.empty()) {
    ASSIGN_OR_RETURN(keyspaces, context.topo.GetKeyspaceNames());
  }
  ASSIGN_OR_RETURN(const auto shards, ReadShards(context, keyspaces));
  if (!context.json) {
    PrintShards(context, shards);
    return Status::Ok();
  }
  Json list = Json::array();
  for (const NamedShard& shard : shards) list.push_back(ShardJson(shard));
  PrintJson(context.out, list);
  return Status::Ok();
}

Status FindAllShardsInKeyspace(Context& context) {
  ASSIGN_OR_RETURN(const auto shards, ReadShards(context, {context.arg(0)}));
  if (!context.json) {
    PrintShards(context, shards);
    return Status::Ok();
  }
  Json by_name = Json::object();
  for (const NamedShard& shard : shards) by_name[shard.first.shard] = ShardJson(shard);
  PrintJson(context.out, by_name);
  return Status::Ok();
}

Status GenerateShardRanges(Context& context) {
  const auto count = ParseDuration(context.arg(0) + "ms");  // a plain number, with a limit
  if (!count.ok() || count->count() > 65536) {
    return InvalidArgument(
        fmt::format("'{}' is not a number of shards from 1 to 65536", context.arg(0)));
  }
  ASSIGN_OR_RETURN(const auto names,
                   topo::GenerateShardRanges(static_cast<int>(count->count()),
                                             static_cast<int>(context.args.Int("chars"))));
  if (context.json) {
    PrintJson(context.out, names);
  } else {
    for (const std::string& name : names) context.out << name << '\n';
  }
  return Status::Ok();
}

}  // namespace

std::vector<Command> ShardCommands() {
  const std::string group = "Shards";
  return {
      {.name = "CreateShard",
       .group = group,
       .usage = "KEYSPACE/SHARD",
       .help = "Creates a shard. Its name is its key range in hex (-80, 40-80, 80-), or any other "
               "name, by custom 0, for the one shard of an unsharded keyspace. Refused where the "
               "range overlaps another shard's.",
       .example = "CreateShard customer/-80",
       .flags = {{"force", Kind::kBool, "succeed if the shard exists", "false"},
                 {"include_parent", Kind::kBool, "create the keyspace if it does not exist",
                  "false"}},
       .min_args = 1,
       .max_args = 1,
       .run = CreateShard},
      {.name = "DeleteShards",
       .group = group,
       .usage = "KEYSPACE/SHARD...",
       .help = "Deletes shards from the topology. Data in MySQL is left alone.",
       .example = "DeleteShards --recursive customer/-80 customer/80-",
       .flags = {{"recursive", Kind::kBool, "delete their tablets' records as well", "false"},
                 {"even_if_serving", Kind::kBool, "delete shards that have a primary and serve",
                  "false"}},
       .min_args = 1,
       .max_args = kAnyNumber,
       .run = DeleteShards},
      {.name = "GetShard",
       .group = group,
       .usage = "KEYSPACE/SHARD",
       .help = "Shows one shard: its primary, the primary's term, and whether it serves.",
       .example = "GetShard --json customer/-80",
       .min_args = 1,
       .max_args = 1,
       .run = GetShard},
      {.name = "GetShards",
       .group = group,
       .usage = "[KEYSPACE...]",
       .help = "Shows the shards of the named keyspaces, or of all.",
       .example = "GetShards",
       .max_args = kAnyNumber,
       .run = GetShards},
      {.name = "FindAllShardsInKeyspace",
       .group = group,
       .usage = "KEYSPACE",
       .help = "Shows the shards of a keyspace; with --json as a map by name.",
       .example = "FindAllShardsInKeyspace customer",
       .min_args = 1,
       .max_args = 1,
       .run = FindAllShardsInKeyspace},
      {.name = "GenerateShardRanges",
       .group = group,
       .usage = "NUMBER",
       .help = "Prints the names of that many shards of equal size.",
       .example = "GenerateShardRanges 4",
       .flags = {{"chars", Kind::kInt, "hex digits per bound; 0: as few as fit", "0"}},
       .min_args = 1,
       .max_args = 1,
       .run = GenerateShardRanges,
       .needs_topo = false},
  };
}

}  // namespace keyspan::vtctl
