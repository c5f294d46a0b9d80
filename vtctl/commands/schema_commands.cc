#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "vtctl/commands/commands.h"
#include "vtctl/commands/lookup.h"
#include "vtctl/output.h"
#include "vtctl/schema_diff.h"
#include "vtctl/sql_split.h"

namespace keyspan::vtctl {
namespace {

using Kind = FlagSpec::Kind;

// --- ApplySchema
// -----------------------------------------------------------------------------------

Result<std::vector<std::string>> StatementsToApply(Context& context) {
  const std::vector<std::string> given = context.args.Strings("sql");
  const std::string file = context.args.String("sql_file");
  if (given.empty() == file.empty()) {
    return InvalidArgument("exactly one of --sql and --sql_file is needed");
  }
  std::string script;
  for (const std::string& sql : given) script += sql + ";\n";
  if (!file.empty()) {
    ASSIGN_OR_RETURN(script, ReadFile(file));
  }
  ASSIGN_OR_RETURN(auto statements, SplitStatements(script));
  if (statements.empty()) return InvalidArgument("there is no statement to run");
  return statements;
}

std::string Shortened(const std::string& sql) {
  constexpr size_t kMax = 80;
  std::string line = sql.substr(0, kMax);
  std::replace(line.begin(), line.end(), '\n', ' ');
  return sql.size() > kMax ? line + "..." : line;
}

// Says on which shards the statement was applied and on which it was not: there is no undo.
Status DescribeFailure(const std::string& sql, const std::vector<topo::Tablet>& primaries,
                       const std::vector<Status>& statuses) {
  std::vector<std::string> done;
  const Status* first = nullptr;
  for (size_t i = 0; i < statuses.size(); ++i) {
    if (statuses[i].ok()) {
      done.push_back(primaries[i].shard());
    } else if (first == nullptr) {
      first = &statuses[i];
    }
  }
  if (first == nullptr) return Status::Ok();
  return Status(*first).WithPrefix(
      fmt::format("'{}' {}; the statements after it were not run", Shortened(sql),
                  done.empty() ? "was applied on no shard"
                               : fmt::format("was applied only on {}", fmt::join(done, ", "))));
}

Result<std::vector<topo::Tablet>> PrimariesOf(Context& context, const std::string& keyspace) {
  ASSIGN_OR_RETURN(const auto shards, context.topo.GetShardNames(keyspace));
  if (shards.empty()) return NotFound(fmt::format("keyspace {} has no shards", keyspace));
  std::vector<topo::Tablet> primaries;
  for (const std::string& shard : shards) {
    ASSIGN_OR_RETURN(auto primary, PrimaryOfShard(context, keyspace, shard));
    primaries.push_back(std::move(primary));
  }
  return primaries;
}

// Tells the shard's tablets to read their schema, the replicas once they have what the primary has.
Status ReloadShard(Context& context, const topo::Tablet& primary) {
  ASSIGN_OR_RETURN(auto tablets, TabletsOfShard(context, primary.keyspace(), primary.shard()));
  const auto control = context.tablets.Dial(primary);
  RETURN_IF_ERROR(control->ReloadSchema(""));
  ASSIGN_OR_RETURN(const std::string position, control->Position());
  std::erase_if(tablets, [&](const topo::Tablet& tablet) {
    return topo::SameAlias(tablet.alias(), primary.alias());
  });
  return Combine(ForEachTablet(context.tablets, tablets,
                               [&](size_t, const topo::Tablet&, TabletControl& replica) {
                                 return replica.ReloadSchema(position);
                               }));
}

Status ApplySchema(Context& context) {
  const std::string strategy = context.args.String("ddl_strategy");
  if (strategy != "direct") {
    return Unsupported(fmt::format("ddl_strategy {} (only direct)", strategy));
  }
  ASSIGN_OR_RETURN(const auto statements, StatementsToApply(context));
  const std::string& keyspace = context.arg(0);
  ASSIGN_OR_RETURN(const auto lock, context.topo.LockKeyspace(keyspace, "ApplySchema"));
  ASSIGN_OR_RETURN(const auto primaries, PrimariesOf(context, keyspace));
  // Better nothing than half: first see that all are there.
  RETURN_IF_ERROR(Combine(ForEachTablet(
      context.tablets, primaries,
      [](size_t, const topo::Tablet&, TabletControl& control) { return control.Ping(); })));

  const auto short_timeout = context.tablets.default_timeout;
  context.tablets.default_timeout = context.args.Duration("statement_timeout");
  for (const std::string& sql : statements) {
    RETURN_IF_ERROR(lock->Check());
    rpc::ExecuteFetchRequest request;
    request.set_sql(sql);
    request.set_database(keyspace);
    const auto statuses = ForEachTablet(context.tablets, primaries,
                                        [&](size_t, const topo::Tablet&, TabletControl& control) {
                                          return control.ExecuteFetch(request).status();
                                        });
    RETURN_IF_ERROR(DescribeFailure(sql, primaries, statuses));
  }
  context.tablets.default_timeout = short_timeout;
  for (const topo::Tablet& primary : primaries) {
    const Status reloaded = ReloadShard(context, primary);
    if (!reloaded.ok()) {
      // The change is made; who has not heard of it finds out at its next look.
      context.progress << "warning: " << reloaded.message() << std::endl;
    }
  }
  if (context.json) {
    std::vector<std::string> shards;
    for (const topo::Tablet& primary : primaries) shards.push_back(primary.shard());
    PrintJson(context.out, {{"statements", statements.size()}, {"shards", shards}});
  } else {
    context.out << fmt::format("Applied {} statement(s) on {} shard(s) of {}\n", statements.size(),
                               primaries.size(), keyspace);
  }
  return Status::Ok();
}

// --- GetSchema, ReloadSchema
// -----------------------------------------------------------------------

std::set<std::string> NameSet(const std::vector<std::string>& lists) {
  std::set<std::string> names;
  for (const std::string& list : lists) {
    for (size_t from = 0; from <= list.size();) {
      const size_t comma = std::min(list.find(',', from), list.size());
      if (comma > from) names.insert(list.substr(from, comma - from));
      from = comma + 1;
    }
  }
  return names;
}

Status GetSchema(Context& context) {
  ASSIGN_OR_RETURN(const topo::Tablet tablet, TabletArgument(context, 0));
  ASSIGN_OR_RETURN(const auto schema, context.tablets.Dial(tablet)->GetSchema());
  const std::set<std::string> only = NameSet(context.args.Strings("tables"));
  const std::set<std::string> without = NameSet(context.args.Strings("exclude_tables"));
  rpc::GetSchemaResponse chosen;
  chosen.set_schema_version(schema.schema_version());
  for (const rpc::TableSchema& table : schema.tables()) {
    if (!only.empty() && !only.contains(table.name())) continue;
    if (without.contains(table.name())) continue;
    if (table.view() && !context.args.Bool("include_views")) continue;
    *chosen.add_tables() = table;
  }
  if (context.args.Bool("table_names_only")) {
    std::vector<std::string> names;
    for (const auto& table : chosen.tables()) names.push_back(table.name());
    if (context.json) {
      PrintJson(context.out, names);
    } else {
      for (const std::string& name : names) context.out << name << '\n';
    }
    return Status::Ok();
  }
  if (context.json) {
    PrintJson(context.out, MessageToJson(chosen));
    return Status::Ok();
  }
  Table table({"Table", "Column", "Type", "Null", "Key", "Extra"});
  for (const auto& entry : chosen.tables()) {
    for (const auto& column : entry.columns()) {
      const auto& key = entry.primary_key();
      const bool primary = std::find(key.begin(), key.end(), column.name()) != key.end();
      table.Add({entry.name(), column.name(), column.column_type(),
                 column.nullable() ? "yes" : "no", primary ? "primary" : "", column.extra()});
    }
  }
  table.Print(context.out);
  return Status::Ok();
}

Status ReloadSchema(Context& context) {
  ASSIGN_OR_RETURN(const topo::Tablet tablet, TabletArgument(context, 0));
  return context.tablets.Dial(tablet)->ReloadSchema("");
}

Status ReloadSchemaShard(Context& context) {
  ASSIGN_OR_RETURN(const auto name, topo::ParseKeyspaceShard(context.arg(0)));
  ASSIGN_OR_RETURN(const auto primary, PrimaryOfShard(context, name.keyspace, name.shard));
  return ReloadShard(context, primary);
}

Status ReloadSchemaKeyspace(Context& context) {
  ASSIGN_OR_RETURN(const auto primaries, PrimariesOf(context, context.arg(0)));
  std::vector<Status> statuses;
  for (const auto& primary : primaries) statuses.push_back(ReloadShard(context, primary));
  return Combine(statuses);
}

// --- ValidateSchema
// --------------------------------------------------------------------------------

// Compares every tablet with the first.
Status CompareSchemas(Context& context, const std::vector<topo::Tablet>& tablets) {
  std::vector<rpc::GetSchemaResponse> schemas(tablets.size());
  RETURN_IF_ERROR(
      Combine(ForEachTablet(context.tablets, tablets,
                            [&](size_t i, const topo::Tablet&, TabletControl& control) -> Status {
                              ASSIGN_OR_RETURN(schemas[i], control.GetSchema());
                              return Status::Ok();
                            })));
  std::vector<std::string> differences;
  const std::string reference = topo::AliasToString(tablets.front().alias());
  for (size_t i = 1; i < tablets.size(); ++i) {
    for (std::string& difference : DiffSchemas(
             reference, schemas.front(), topo::AliasToString(tablets[i].alias()), schemas[i])) {
      differences.push_back(std::move(difference));
    }
  }
  if (context.json) {
    PrintJson(context.out, {{"results", differences}});
  } else {
    for (const std::string& difference : differences) context.out << difference << '\n';
  }
  if (differences.empty()) return Status::Ok();
  return Status(StatusCode::kFailedPrecondition,
                fmt::format("{} difference(s)", differences.size()));
}

// The primary first.
Result<std::vector<topo::Tablet>> TabletsByRole(Context& context, const topo::Tablet& primary) {
  ASSIGN_OR_RETURN(auto tablets, TabletsOfShard(context, primary.keyspace(), primary.shard()));
  std::stable_partition(tablets.begin(), tablets.end(), [&](const topo::Tablet& tablet) {
    return topo::SameAlias(tablet.alias(), primary.alias());
  });
  return tablets;
}

Status ValidateSchemaShard(Context& context) {
  ASSIGN_OR_RETURN(const auto name, topo::ParseKeyspaceShard(context.arg(0)));
  ASSIGN_OR_RETURN(const auto primary, PrimaryOfShard(context, name.keyspace, name.shard));
  ASSIGN_OR_RETURN(const auto tablets, TabletsByRole(context, primary));
  return CompareSchemas(context, tablets);
}

Status ValidateSchemaKeyspace(Context& context) {
  ASSIGN_OR_RETURN(const auto primaries, PrimariesOf(context, context.arg(0)));
  std::vector<topo::Tablet> all;
  for (const topo::Tablet& primary : primaries) {
    ASSIGN_OR_RETURN(auto tablets, TabletsByRole(context, primary));
    std::move(tablets.begin(), tablets.end(), std::back_inserter(all));
  }
  return CompareSchemas(context, all);
}

}  // namespace

std::vector<Command> SchemaCommands() {
  const std::string group = "Schema";
  return {
      {.name = "ApplySchema",
       .group = group,
       .usage = "KEYSPACE",
       .help = "Runs statements on every shard's primary, one statement after the other, each on "
               "all shards at once, then lets all tablets read their schema. It stops at the first "
               "failure and says where the statement was applied. Tables made this way are not "
               "sharded automatically: name them in the VSchema.",
       .example = "ApplySchema --sql_file=schema.sql customer",
       .flags = {{"sql", Kind::kString, "statements with semicolons; may be repeated", ""},
                 {"sql_file", Kind::kString, "a file of statements, - for standard input", ""},
                 {"ddl_strategy", Kind::kString, "only direct so far", "direct"},
                 {"statement_timeout", Kind::kDuration, "how long one statement may take", "10m"}},
       .min_args = 1,
       .max_args = 1,
       .run = ApplySchema},
      {.name = "GetSchema",
       .group = group,
       .usage = "ALIAS",
       .help = "Shows the tables of a tablet's keyspace as the tablet sees them.",
       .example = "GetSchema --tables=corder zone1-0000000200",
       .flags = {{"tables", Kind::kString, "only these, with commas", ""},
                 {"exclude_tables", Kind::kString, "not these, with commas", ""},
                 {"include_views", Kind::kBool, "views as well", "false"},
                 {"table_names_only", Kind::kBool, "only the names", "false"}},
       .min_args = 1,
       .max_args = 1,
       .run = GetSchema},
      {.name = "ReloadSchema",
       .group = group,
       .usage = "ALIAS",
       .help = "Lets a tablet read its schema again now.",
       .example = "ReloadSchema zone1-0000000200",
       .min_args = 1,
       .max_args = 1,
       .run = ReloadSchema},
      {.name = "ReloadSchemaShard",
       .group = group,
       .usage = "KEYSPACE/SHARD",
       .help = "Lets every tablet of a shard read its schema again, the replicas once they have "
               "caught up with the primary.",
       .example = "ReloadSchemaShard customer/-80",
       .min_args = 1,
       .max_args = 1,
       .run = ReloadSchemaShard},
      {.name = "ReloadSchemaKeyspace",
       .group = group,
       .usage = "KEYSPACE",
       .help = "Lets every tablet of a keyspace read its schema again.",
       .example = "ReloadSchemaKeyspace customer",
       .min_args = 1,
       .max_args = 1,
       .run = ReloadSchemaKeyspace},
      {.name = "ValidateSchemaShard",
       .group = group,
       .usage = "KEYSPACE/SHARD",
       .help = "Compares the schema of a shard's primary with that of its other tablets. Prints "
               "the differences and fails if there are any.",
       .example = "ValidateSchemaShard customer/-80",
       .min_args = 1,
       .max_args = 1,
       .run = ValidateSchemaShard},
      {.name = "ValidateSchemaKeyspace",
       .group = group,
       .usage = "KEYSPACE",
       .help = "Compares the schema of all tablets of a keyspace with that of the first shard's "
               "primary. Prints the differences and fails if there are any.",
       .example = "ValidateSchemaKeyspace customer",
       .min_args = 1,
       .max_args = 1,
       .run = ValidateSchemaKeyspace},
  };
}

}  // namespace keyspan::vtctl
