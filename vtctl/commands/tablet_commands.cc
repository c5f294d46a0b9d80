#include <fmt/format.h>

#include <algorithm>

#include "vtctl/commands/commands.h"
#include "vtctl/commands/lookup.h"
#include "vtctl/output.h"

namespace keyspan::vtctl {
namespace {

using Kind = FlagSpec::Kind;

struct Listed {
  topo::Tablet tablet;
  topo::TabletType type = topo::UNKNOWN;  // PRIMARY only where the shard record says so
  int64_t primary_term = 0;
  bool present = false;
};

// What the shard record says counts, not what a tablet once wrote about itself.
Result<std::vector<Listed>> Describe(Context& context, std::vector<topo::Tablet> tablets) {
  std::vector<Listed> listed;
  for (topo::Tablet& tablet : tablets) {
    Listed entry;
    const auto shard = context.topo.GetShard(tablet.keyspace(), tablet.shard());
    if (!shard.ok() && shard.status().code() != StatusCode::kNotFound) return shard.status();
    const bool is_primary = shard.ok() && shard->record.has_primary_alias() &&
                            topo::SameAlias(shard->record.primary_alias(), tablet.alias());
    entry.type = is_primary                       ? topo::PRIMARY
                 : tablet.type() == topo::PRIMARY ? topo::REPLICA
                                                  : tablet.type();
    if (is_primary) entry.primary_term = shard->record.primary_term();
    ASSIGN_OR_RETURN(entry.present, context.topo.IsTabletPresent(tablet.alias()));
    entry.tablet = std::move(tablet);
    listed.push_back(std::move(entry));
  }
  return listed;
}

Json ListedJson(const Listed& entry) {
  Json json = ToJson(entry.tablet);
  json["type"] = topo::TabletTypeName(entry.type);
  json["primary_term"] = entry.primary_term;
  json["present"] = entry.present;
  return json;
}

void PrintTablets(Context& context, const std::vector<Listed>& tablets) {
  Table table({"Alias", "Keyspace", "Shard", "Type", "Address", "MySQL", "Running", "Term"});
  for (const Listed& entry : tablets) {
    table.Add({topo::AliasToString(entry.tablet.alias()), entry.tablet.keyspace(),
               entry.tablet.shard(), topo::TabletTypeName(entry.type), RpcAddress(entry.tablet),
               MysqlAddress(entry.tablet), entry.present ? "yes" : "no",
               entry.primary_term > 0 ? fmt::to_string(entry.primary_term) : ""});
  }
  table.Print(context.out);
}

Status GetTablets(Context& context) {
  const Arguments& args = context.args;
  const std::string keyspace = args.String("keyspace");
  const std::string shard = args.String("shard");
  std::vector<std::string> cells = args.Strings("cell");
  std::vector<topo::Tablet> tablets;
  if (cells.empty()) {
    ASSIGN_OR_RETURN(tablets, context.topo.GetTablets());
  }
  for (const std::string& cell : cells) {
    ASSIGN_OR_RETURN(auto of_cell, context.topo.GetTabletsByCell(cell));
    std::move(of_cell.begin(), of_cell.end(), std::back_inserter(tablets));
  }
  if (!keyspace.empty()) RETURN_IF_ERROR(context.topo.GetKeyspace(keyspace).status());
  std::vector<topo::TabletAlias> aliases;
  for (const std::string& text : args.Strings("tablet_alias")) {
    ASSIGN_OR_RETURN(auto alias, topo::ParseAlias(text));
    aliases.push_back(std::move(alias));
  }
  std::erase_if(tablets, [&](const topo::Tablet& tablet) {
    const auto is_it = [&](const auto& alias) { return topo::SameAlias(alias, tablet.alias()); };
    return (!keyspace.empty() && tablet.keyspace() != keyspace) ||
           (!shard.empty() && tablet.shard() != shard) ||
           (!aliases.empty() && std::none_of(aliases.begin(), aliases.end(), is_it));
  });
  ASSIGN_OR_RETURN(auto listed, Describe(context, std::move(tablets)));
  if (args.Has("tablet_type")) {
    ASSIGN_OR_RETURN(const auto type, topo::ParseTabletType(args.String("tablet_type")));
    std::erase_if(listed, [&](const Listed& entry) { return entry.type != type; });
  }
  if (!context.json) {
    PrintTablets(context, listed);
    return Status::Ok();
  }
  Json list = Json::array();
  for (const Listed& entry : listed) list.push_back(ListedJson(entry));
  PrintJson(context.out, list);
  return Status::Ok();
}

Status GetTablet(Context& context) {
  ASSIGN_OR_RETURN(topo::Tablet tablet, TabletArgument(context, 0));
  ASSIGN_OR_RETURN(const auto listed, Describe(context, {std::move(tablet)}));
  if (context.json) {
    PrintJson(context.out, ListedJson(listed.front()));
  } else {
    PrintTablets(context, listed);
  }
  return Status::Ok();
}

Status DeleteTablets(Context& context) {
  for (size_t i = 0; i < context.args.positional().size(); ++i) {
    ASSIGN_OR_RETURN(const topo::Tablet tablet, TabletArgument(context, i));
    const std::string alias = topo::AliasToString(tablet.alias());
    const auto shard = context.topo.GetShard(tablet.keyspace(), tablet.shard());
    const bool is_primary = shard.ok() && shard->record.has_primary_alias() &&
                            topo::SameAlias(shard->record.primary_alias(), tablet.alias());
    if (is_primary && !context.args.Bool("allow_primary")) {
      return Status(StatusCode::kFailedPrecondition,
                    fmt::format("{} is the primary of {}/{}: --allow_primary deletes it all the "
                                "same",
                                alias, tablet.keyspace(), tablet.shard()));
    }
    if (is_primary) {
      // The term stays, so that the next primary gets a higher one.
      const auto cleared = context.topo.UpdateShardFields(
          tablet.keyspace(), tablet.shard(), [&](topo::Shard& record) {
            if (record.has_primary_alias() &&
                topo::SameAlias(record.primary_alias(), tablet.alias())) {
              record.clear_primary_alias();
            }
            return Status::Ok();
          });
      RETURN_IF_ERROR(cleared.status());
    }
    RETURN_IF_ERROR(context.topo.DeleteTablet(tablet.alias()));
  }
  return Status::Ok();
}

Status PingTablet(Context& context) {
  ASSIGN_OR_RETURN(const topo::Tablet tablet, TabletArgument(context, 0));
  return context.tablets.Dial(tablet)->Ping();
}

Status RefreshState(Context& context) {
  ASSIGN_OR_RETURN(const topo::Tablet tablet, TabletArgument(context, 0));
  return context.tablets.Dial(tablet)->RefreshState();
}

Status RefreshStateByShard(Context& context) {
  ASSIGN_OR_RETURN(const auto name, topo::ParseKeyspaceShard(context.arg(0)));
  ASSIGN_OR_RETURN(const auto tablets, TabletsOfShard(context, name.keyspace, name.shard));
  return Combine(ForEachTablet(
      context.tablets, tablets,
      [](size_t, const topo::Tablet&, TabletControl& control) { return control.RefreshState(); }));
}

Status ChangeTabletType(Context& context) {
  ASSIGN_OR_RETURN(const topo::Tablet tablet, TabletArgument(context, 0));
  ASSIGN_OR_RETURN(const auto type, topo::ParseTabletType(context.arg(1)));
  const std::string alias = topo::AliasToString(tablet.alias());
  if (type == topo::PRIMARY) {
    return InvalidArgument("a tablet becomes primary by PlannedReparentShard");
  }
  ASSIGN_OR_RETURN(const auto shard, context.topo.GetShard(tablet.keyspace(), tablet.shard()));
  if (shard.record.has_primary_alias() &&
      topo::SameAlias(shard.record.primary_alias(), tablet.alias())) {
    return Status(StatusCode::kFailedPrecondition,
                  fmt::format("{} is the primary of {}/{}: move the primary away first", alias,
                              tablet.keyspace(), tablet.shard()));
  }
  if (context.args.Bool("dry_run")) {
    context.out << fmt::format("{}: {} -> {}\n", alias, topo::TabletTypeName(tablet.type()),
                               topo::TabletTypeName(type));
    return Status::Ok();
  }
  return context.tablets.Dial(tablet)->ChangeType(type);
}

Status SetWritable(Context& context) {
  ASSIGN_OR_RETURN(const topo::Tablet tablet, TabletArgument(context, 0));
  const std::string& wanted = context.arg(1);
  if (wanted != "true" && wanted != "false") {
    return InvalidArgument(fmt::format("'{}' is neither true nor false", wanted));
  }
  return context.tablets.Dial(tablet)->SetReadOnly(wanted == "false");
}

}  // namespace

std::vector<Command> TabletCommands() {
  const std::string group = "Tablets";
  return {
      {.name = "GetTablets",
       .group = group,
       .help = "Shows tablets: all of them, or those that all given flags name.",
       .example = "GetTablets --keyspace=customer",
       .flags = {{"keyspace", Kind::kString, "only of this keyspace", ""},
                 {"shard", Kind::kString, "only of shards of this name", ""},
                 {"cell", Kind::kString, "only of this cell; may be repeated", ""},
                 {"tablet_alias", Kind::kString, "only this one; may be repeated", ""},
                 {"tablet_type", Kind::kString, "only of this type", ""}},
       .run = GetTablets},
      {.name = "GetTablet",
       .group = group,
       .usage = "ALIAS",
       .help = "Shows one tablet.",
       .example = "GetTablet --json zone1-0000000100",
       .min_args = 1,
       .max_args = 1,
       .run = GetTablet},
      {.name = "DeleteTablets",
       .group = group,
       .usage = "ALIAS...",
       .help = "Deletes the records of tablets that are gone. One that still runs writes its "
               "record again when it is started anew.",
       .example = "DeleteTablets zone1-0000000102",
       .flags = {{"allow_primary", Kind::kBool, "also the primary of a shard, which then has none",
                  "false"}},
       .min_args = 1,
       .max_args = kAnyNumber,
       .run = DeleteTablets},
      {.name = "PingTablet",
       .group = group,
       .usage = "ALIAS",
       .help = "Checks that a tablet answers.",
       .example = "PingTablet zone1-0000000100",
       .min_args = 1,
       .max_args = 1,
       .run = PingTablet},
      {.name = "RefreshState",
       .group = group,
       .usage = "ALIAS",
       .help = "Makes a tablet read its topology records again now.",
       .example = "RefreshState zone1-0000000100",
       .min_args = 1,
       .max_args = 1,
       .run = RefreshState},
      {.name = "RefreshStateByShard",
       .group = group,
       .usage = "KEYSPACE/SHARD",
       .help = "Makes every tablet of a shard read its topology records again now.",
       .example = "RefreshStateByShard customer/-80",
       .min_args = 1,
       .max_args = 1,
       .run = RefreshStateByShard},
      {.name = "ChangeTabletType",
       .group = group,
       .usage = "ALIAS TYPE",
       .help = "Changes what a tablet is used for: replica and rdonly serve, spare and drained do "
               "not. A primary is made by PlannedReparentShard.",
       .example = "ChangeTabletType zone1-0000000102 rdonly",
       .flags = {{"dry_run", Kind::kBool, "only say what would change", "false"}},
       .min_args = 2,
       .max_args = 2,
       .run = ChangeTabletType},
      {.name = "SetWritable",
       .group = group,
       .usage = "ALIAS true|false",
       .help = "Makes a tablet's MySQL writable, or super_read_only.",
       .example = "SetWritable zone1-0000000100 false",
       .min_args = 2,
       .max_args = 2,
       .run = SetWritable},
  };
}

}  // namespace keyspan::vtctl
