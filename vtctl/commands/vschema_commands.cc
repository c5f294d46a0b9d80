#include <fmt/format.h>

#include "sharding/vschema.h"
#include "vtctl/commands/commands.h"
#include "vtctl/commands/lookup.h"
#include "vtctl/output.h"

namespace keyspan::vtctl {
namespace {

using Kind = FlagSpec::Kind;

Json ParseOrQuote(const std::string& text) {
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  return json.is_discarded() ? Json(text) : json;
}

Status ApplyVSchema(Context& context) {
  const std::string& keyspace = context.arg(0);
  std::string json = context.args.String("vschema");
  const std::string file = context.args.String("vschema_file");
  if (json.empty() == file.empty()) {
    return InvalidArgument("exactly one of --vschema and --vschema_file is needed");
  }
  if (!file.empty()) {
    ASSIGN_OR_RETURN(json, ReadFile(file));
  }
  ASSIGN_OR_RETURN(const auto lock, context.topo.LockKeyspace(keyspace, "ApplyVSchema"));
  const auto checked = sharding::KeyspaceVSchema::FromJson(keyspace, json);
  if (!checked.ok()) {
    return checked.status().WithPrefix(fmt::format("VSchema of keyspace {}", keyspace));
  }
  const sharding::KeyspaceVSchema& vschema = **checked;
  ASSIGN_OR_RETURN(const auto shards, context.topo.GetShardNames(keyspace));
  if (!vschema.sharded() && shards.size() > 1) {
    return InvalidArgument(
        fmt::format("the VSchema says that keyspace {} is not sharded, but it has {} shards ({}): "
                    "\"sharded\": true is missing",
                    keyspace, shards.size(), fmt::join(shards, " ")));
  }
  const std::string normal = vschema.ToJson();
  if (context.args.Bool("dry_run")) {
    context.progress << "Dry run: the VSchema is valid and was not stored" << std::endl;
  } else {
    RETURN_IF_ERROR(lock->Check());
    RETURN_IF_ERROR(context.topo.SaveVSchema(keyspace, normal, topo::kAnyVersion).status());
  }
  PrintJson(context.out, ParseOrQuote(normal));
  return Status::Ok();
}

Status GetVSchema(Context& context) {
  ASSIGN_OR_RETURN(const auto vschema, context.topo.GetVSchema(context.arg(0)));
  PrintJson(context.out, ParseOrQuote(vschema.record));
  return Status::Ok();
}

Status GetSrvVSchema(Context& context) {
  if (!context.args.positional().empty()) {
    RETURN_IF_ERROR(context.topo.GetCell(context.arg(0)).status());
  }
  ASSIGN_OR_RETURN(const topo::SrvVSchema all, context.topo.GetSrvVSchema());
  const std::map<std::string, std::string> sorted(all.keyspaces().begin(), all.keyspaces().end());
  Json keyspaces = Json::object();
  for (const auto& [name, text] : sorted) keyspaces[name] = ParseOrQuote(text);
  PrintJson(context.out, {{"keyspaces", keyspaces}});
  return Status::Ok();
}

}  // namespace

std::vector<Command> VSchemaCommands() {
  const std::string group = "VSchema";
  return {
      {.name = "ApplyVSchema",
       .group = group,
       .usage = "KEYSPACE",
       .help = "Checks and stores the VSchema of a keyspace, in place of the one that it has, and "
               "prints it. Gateways use it as soon as they see it.",
       .example = "ApplyVSchema --vschema_file=customer.json customer",
       .flags = {{"vschema", Kind::kString, "the VSchema as JSON", ""},
                 {"vschema_file", Kind::kString, "a file with it, - for standard input", ""},
                 {"dry_run", Kind::kBool, "only check and print it", "false"}},
       .min_args = 1,
       .max_args = 1,
       .run = ApplyVSchema},
      {.name = "GetVSchema",
       .group = group,
       .usage = "KEYSPACE",
       .help = "Prints the VSchema of a keyspace as JSON.",
       .example = "GetVSchema customer",
       .min_args = 1,
       .max_args = 1,
       .run = GetVSchema},
      {.name = "GetSrvVSchema",
       .group = group,
       .usage = "[CELL]",
       .help = "Prints the VSchema of all keyspaces as JSON, as gateways see it. It is the same in "
               "all cells.",
       .example = "GetSrvVSchema",
       .max_args = 1,
       .run = GetSrvVSchema},
  };
}

}  // namespace keyspan::vtctl
