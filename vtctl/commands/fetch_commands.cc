#include <fmt/format.h>

#include "vtctl/commands/commands.h"
#include "vtctl/commands/lookup.h"
#include "vtctl/output.h"

namespace keyspan::vtctl {
namespace {

using Kind = FlagSpec::Kind;

void PrintRows(Context& context, const rpc::ExecuteFetchResponse& result) {
  if (context.json) {
    Json rows = Json::array();
    for (const auto& row : result.rows()) {
      Json values = Json::array();
      for (int i = 0; i < row.values_size(); ++i) {
        values.push_back(row.nulls(i) ? Json() : Json(row.values(i)));
      }
      rows.push_back(std::move(values));
    }
    PrintJson(
        context.out,
        {{"fields", std::vector<std::string>(result.columns().begin(), result.columns().end())},
         {"rows", rows},
         {"rows_affected", result.affected_rows()},
         {"insert_id", result.last_insert_id()}});
    return;
  }
  if (result.columns().empty()) {
    context.out << fmt::format("{} rows affected\n", result.affected_rows());
    return;
  }
  Table table({result.columns().begin(), result.columns().end()});
  for (const auto& row : result.rows()) {
    std::vector<std::string> cells;
    for (int i = 0; i < row.values_size(); ++i) {
      cells.push_back(row.nulls(i) ? "NULL" : row.values(i));
    }
    table.Add(std::move(cells));
  }
  table.Print(context.out);
}

Status ExecuteFetch(Context& context, rpc::ExecuteFetchRequest request) {
  ASSIGN_OR_RETURN(const topo::Tablet tablet, TabletArgument(context, 0));
  const int64_t max_rows = context.args.Int("max_rows");
  if (max_rows < 1) return InvalidArgument("--max_rows must be at least 1");
  request.set_sql(context.arg(1));
  request.set_max_rows(static_cast<uint64_t>(max_rows));
  ASSIGN_OR_RETURN(const auto result, context.tablets.Dial(tablet)->ExecuteFetch(request));
  PrintRows(context, result);
  return Status::Ok();
}

Status ExecuteFetchAsDba(Context& context) {
  rpc::ExecuteFetchRequest request;
  request.set_disable_binlog(context.args.Bool("disable_binlogs"));
  request.set_reload_schema(context.args.Bool("reload_schema"));
  return ExecuteFetch(context, std::move(request));
}

Status ExecuteFetchAsApp(Context& context) { return ExecuteFetch(context, {}); }

}  // namespace

std::vector<Command> FetchCommands() {
  const std::string group = "Queries";
  const FlagSpec max_rows = {"max_rows", Kind::kInt, "how many rows to fetch at most", "10000"};
  return {
      {.name = "ExecuteFetchAsDBA",
       .group = group,
       .usage = "ALIAS SQL",
       .help = "Runs one statement on a tablet's MySQL, past the gateway and whatever the tablet's "
               "role is.",
       .example = "ExecuteFetchAsDBA zone1-0000000100 'SHOW BINARY LOG STATUS'",
       .flags = {max_rows,
                 {"disable_binlogs", Kind::kBool, "do not write it to the binary log", "false"},
                 {"reload_schema", Kind::kBool, "let the tablet read its schema again afterwards",
                  "false"}},
       .min_args = 2,
       .max_args = 2,
       .run = ExecuteFetchAsDba},
      {.name = "ExecuteFetchAsApp",
       .group = group,
       .usage = "ALIAS SQL",
       .help = "Runs one statement on a tablet's MySQL in the keyspace's database, as the tablet's "
               "own user (there is no separate application user).",
       .example = "ExecuteFetchAsApp zone1-0000000100 'SELECT COUNT(*) FROM corder'",
       .flags = {max_rows},
       .min_args = 2,
       .max_args = 2,
       .run = ExecuteFetchAsApp},
  };
}

}  // namespace keyspan::vtctl
