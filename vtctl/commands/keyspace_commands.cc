#include <fmt/format.h>

#include "vtctl/commands/commands.h"
#include "vtctl/output.h"

namespace keyspan::vtctl {
namespace {

using Kind = FlagSpec::Kind;

const FlagSpec kDurabilityFlag = {
    "durability_policy", Kind::kString,
    "none, semi_sync, semi_sync_with_rdonly_ack, cross_cell or cross_cell_with_rdonly_ack", "none"};

Json KeyspaceJson(const std::string& name, const topo::Keyspace& record) {
  return {{"name", name}, {"keyspace", ToJson(record)}};
}

Status PrintKeyspaces(Context& context, const std::vector<std::string>& names, bool as_list) {
  Json list = Json::array();
  Table table({"Keyspace", "Durability policy", "Shards"});
  for (const std::string& name : names) {
    ASSIGN_OR_RETURN(const auto record, context.topo.GetKeyspace(name));
    ASSIGN_OR_RETURN(const auto shards, context.topo.GetShardNames(name));
    list.push_back(KeyspaceJson(name, record.record));
    table.Add(
        {name,
         record.record.durability_policy().empty() ? "none" : record.record.durability_policy(),
         fmt::format("{}", fmt::join(shards, " "))});
  }
  if (!context.json) {
    table.Print(context.out);
  } else {
    PrintJson(context.out, as_list ? list : list[0]);
  }
  return Status::Ok();
}

Status CreateKeyspace(Context& context) {
  const std::string& name = context.arg(0);
  topo::Keyspace record;
  record.set_durability_policy(context.args.String("durability_policy"));
  const Status created = context.topo.CreateKeyspace(name, record);
  if (created.code() == StatusCode::kAlreadyExists && context.args.Bool("force")) {
    context.progress << created.message() << std::endl;
    return Status::Ok();
  }
  RETURN_IF_ERROR(created);
  return PrintKeyspaces(context, {name}, /*as_list=*/false);
}

Status DeleteKeyspace(Context& context) {
  const std::string& name = context.arg(0);
  ASSIGN_OR_RETURN(const auto lock, context.topo.LockKeyspace(name, "DeleteKeyspace"));
  if (context.args.Bool("recursive")) {
    ASSIGN_OR_RETURN(const auto tablets, context.topo.GetTablets());
    for (const topo::Tablet& tablet : tablets) {
      if (tablet.keyspace() != name) continue;
      RETURN_IF_ERROR(context.topo.DeleteTablet(tablet.alias()));
    }
    ASSIGN_OR_RETURN(const auto shards, context.topo.GetShardNames(name));
    for (const std::string& shard : shards) {
      RETURN_IF_ERROR(context.topo.DeleteShard(name, shard));
    }
  }
  return context.topo.DeleteKeyspace(name);
}

Status GetKeyspace(Context& context) {
  return PrintKeyspaces(context, {context.arg(0)}, /*as_list=*/false);
}

Status GetKeyspaces(Context& context) {
  ASSIGN_OR_RETURN(const auto names, context.topo.GetKeyspaceNames());
  return PrintKeyspaces(context, names, /*as_list=*/true);
}

Status SetKeyspaceDurabilityPolicy(Context& context) {
  const std::string policy = context.args.String("durability_policy");
  RETURN_IF_ERROR(topo::CheckDurabilityPolicy(policy));
  ASSIGN_OR_RETURN(const auto lock,
                   context.topo.LockKeyspace(context.arg(0), "SetKeyspaceDurabilityPolicy"));
  RETURN_IF_ERROR(context.topo.UpdateKeyspace(context.arg(0), [&](topo::Keyspace& record) {
    record.set_durability_policy(policy);
    return Status::Ok();
  }));
  return PrintKeyspaces(context, {context.arg(0)}, /*as_list=*/false);
}

}  // namespace

std::vector<Command> KeyspaceCommands() {
  const std::string group = "Keyspaces";
  return {
      {.name = "CreateKeyspace",
       .group = group,
       .usage = "KEYSPACE",
       .help = "Creates a keyspace: what an application sees as a database. It has no "
               "shards yet; the MySQL database of the same name is created with each shard's "
               "primary. Whether it is sharded is said by its VSchema.",
       .example = "CreateKeyspace --durability_policy=semi_sync customer",
       .flags = {kDurabilityFlag,
                 {"force", Kind::kBool, "succeed if the keyspace exists", "false"}},
       .min_args = 1,
       .max_args = 1,
       .run = CreateKeyspace},
      {.name = "DeleteKeyspace",
       .group = group,
       .usage = "KEYSPACE",
       .help = "Deletes a keyspace and its VSchema from the topology. It must not have shards. "
               "Data in MySQL is left alone.",
       .example = "DeleteKeyspace --recursive customer",
       .flags = {{"recursive", Kind::kBool, "delete its shards' and tablets' records as well",
                  "false"}},
       .min_args = 1,
       .max_args = 1,
       .run = DeleteKeyspace},
      {.name = "GetKeyspace",
       .group = group,
       .usage = "KEYSPACE",
       .help = "Shows one keyspace.",
       .example = "GetKeyspace --json customer",
       .min_args = 1,
       .max_args = 1,
       .run = GetKeyspace},
      {.name = "GetKeyspaces",
       .group = group,
       .help = "Shows all keyspaces.",
       .example = "GetKeyspaces",
       .run = GetKeyspaces},
      {.name = "SetKeyspaceDurabilityPolicy",
       .group = group,
       .usage = "KEYSPACE",
       .help = "Changes how many tablets must acknowledge a commit. The record changes at once; a "
               "shard's MySQL servers follow with its next reparent.",
       .example = "SetKeyspaceDurabilityPolicy --durability_policy=semi_sync customer",
       .flags = {kDurabilityFlag},
       .min_args = 1,
       .max_args = 1,
       .run = SetKeyspaceDurabilityPolicy},
  };
}

}  // namespace keyspan::vtctl
