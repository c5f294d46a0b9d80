#include <fmt/format.h>

#include "vtctl/commands/commands.h"
#include "vtctl/output.h"

namespace keyspan::vtctl {
namespace {

using Kind = FlagSpec::Kind;

const std::vector<FlagSpec> kCellFlags = {
    {"server_address", Kind::kString, "the cell's ZooKeeper; only the global one for now", ""},
    {"root", Kind::kString, "path of the cell's records (default: <topo_root>/<cell>)", ""},
};

Status FillCell(Context& context, topo::CellInfo* cell) {
  if (context.args.Has("server_address")) {
    const std::string address = context.args.String("server_address");
    if (!address.empty() && address != context.topo_server) {
      return Unsupported(
          fmt::format("a cell with a ZooKeeper of its own ({}, not {}) is not supported yet",
                      address, context.topo_server));
    }
    cell->set_server_address(address);
  }
  if (context.args.Has("root")) cell->set_root(context.args.String("root"));
  if (!cell->root().empty() && (!cell->root().starts_with("/") || cell->root().ends_with("/"))) {
    return InvalidArgument(fmt::format("'{}' is not a path such as /keyspan/zone1", cell->root()));
  }
  return Status::Ok();
}

Status AddCellInfo(Context& context) {
  topo::CellInfo cell;
  RETURN_IF_ERROR(FillCell(context, &cell));
  return context.topo.CreateCell(context.arg(0), cell);
}

Status UpdateCellInfo(Context& context) {
  ASSIGN_OR_RETURN(topo::CellInfo cell, context.topo.GetCell(context.arg(0)));
  const std::string old_root = cell.root();
  RETURN_IF_ERROR(FillCell(context, &cell));
  if (cell.root() != old_root) {
    ASSIGN_OR_RETURN(const auto tablets, context.topo.GetTabletsByCell(context.arg(0)));
    if (!tablets.empty()) {
      return Status(StatusCode::kFailedPrecondition,
                    fmt::format("cell {} has {} tablets under its present root", context.arg(0),
                                tablets.size()));
    }
  }
  return context.topo.UpdateCell(context.arg(0), cell);
}

Status DeleteCellInfo(Context& context) { return context.topo.DeleteCell(context.arg(0)); }

Status GetCellInfo(Context& context) {
  ASSIGN_OR_RETURN(const topo::CellInfo cell, context.topo.GetCell(context.arg(0)));
  if (context.json) {
    PrintJson(context.out, ToJson(cell));
    return Status::Ok();
  }
  Table table({"Cell", "Root", "Server address"});
  table.Add({context.arg(0),
             cell.root().empty() ? context.topo.DefaultCellRoot(context.arg(0)) : cell.root(),
             cell.server_address().empty() ? "(global)" : cell.server_address()});
  table.Print(context.out);
  return Status::Ok();
}

Status GetCellInfoNames(Context& context) {
  ASSIGN_OR_RETURN(const auto names, context.topo.GetCellNames());
  if (context.json) {
    PrintJson(context.out, {{"names", names}});
  } else {
    for (const std::string& name : names) context.out << name << '\n';
  }
  return Status::Ok();
}

}  // namespace

std::vector<Command> CellCommands() {
  const std::string group = "Cells";
  return {
      {.name = "AddCellInfo",
       .group = group,
       .usage = "CELL",
       .help = "Adds a cell. A cell is a failure domain (a zone, a data centre) with its own "
               "tablets, whose records lie under the cell's root.",
       .example = "AddCellInfo --root=/keyspan/zone1 zone1",
       .flags = kCellFlags,
       .min_args = 1,
       .max_args = 1,
       .run = AddCellInfo},
      {.name = "UpdateCellInfo",
       .group = group,
       .usage = "CELL",
       .help = "Changes a cell's record. Flags that are not given stay as they are; the root can "
               "change only while the cell has no tablets.",
       .example = "UpdateCellInfo --root=/keyspan/zone1 zone1",
       .flags = kCellFlags,
       .min_args = 1,
       .max_args = 1,
       .run = UpdateCellInfo},
      {.name = "DeleteCellInfo",
       .group = group,
       .usage = "CELL",
       .help = "Deletes a cell. It must not have tablets.",
       .example = "DeleteCellInfo zone1",
       .min_args = 1,
       .max_args = 1,
       .run = DeleteCellInfo},
      {.name = "GetCellInfo",
       .group = group,
       .usage = "CELL",
       .help = "Shows a cell's record.",
       .example = "GetCellInfo zone1",
       .min_args = 1,
       .max_args = 1,
       .run = GetCellInfo},
      {.name = "GetCellInfoNames",
       .group = group,
       .help = "Lists the names of all cells.",
       .example = "GetCellInfoNames",
       .run = GetCellInfoNames},
  };
}

}  // namespace keyspan::vtctl
