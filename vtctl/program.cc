#include "vtctl/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "topo/zk/zk_store.h"

namespace keyspan::vtctl {
namespace {

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

using Kind = FlagSpec::Kind;

// Accepted before and after the command's name.
std::vector<FlagSpec> GlobalFlags() {
  return {
      {"topo_server", Kind::kString, "ZooKeeper's host:port, several with commas",
       "127.0.0.1:21811"},
      {"topo_root", Kind::kString, "path in ZooKeeper under which everything lies", "/keyspan"},
      {"topo_timeout", Kind::kDuration, "how long to wait for ZooKeeper", "15s"},
      {"remote_operation_timeout", Kind::kDuration, "how long to wait for one call to a tablet",
       "15s"},
      {"json", Kind::kBool, "print JSON", "false"},
      {"help", Kind::kBool, "print help", "false"},
  };
}

std::vector<FlagSpec> FlagsOf(const Command* command) {
  std::vector<FlagSpec> flags = GlobalFlags();
  if (command != nullptr) {
    flags.insert(flags.end(), command->flags.begin(), command->flags.end());
  }
  return flags;
}

void AppendFlags(const std::vector<FlagSpec>& flags, std::string* text) {
  for (const FlagSpec& flag : flags) {
    std::string line = "  --" + flag.name;
    switch (flag.kind) {
      case Kind::kBool:
        break;
      case Kind::kString:
        line += "=TEXT";
        break;
      case Kind::kInt:
        line += "=N";
        break;
      case Kind::kDuration:
        line += "=TIME";
        break;
    }
    *text += fmt::format("{:<34} {}", line, flag.help);
    if (!flag.fallback.empty() && flag.fallback != "false") {
      *text += fmt::format(" (default {})", flag.fallback);
    }
    *text += '\n';
  }
}

// The first word that is neither a flag nor the value of a global flag.
std::optional<size_t> FindCommandWord(const std::vector<std::string>& words) {
  const std::vector<FlagSpec> globals = GlobalFlags();
  for (size_t i = 0; i < words.size(); ++i) {
    if (!words[i].starts_with("-")) return i;
    std::string name = words[i].substr(std::min<size_t>(2, words[i].size()));
    std::replace(name.begin(), name.end(), '-', '_');
    const auto flag = std::find_if(globals.begin(), globals.end(),
                                   [&](const FlagSpec& spec) { return spec.name == name; });
    if (flag != globals.end() && flag->kind != Kind::kBool) ++i;
  }
  return std::nullopt;
}

const Command* FindCommand(const std::vector<Command>& commands, const std::string& name) {
  const auto found = std::find_if(commands.begin(), commands.end(),
                                  [&](const Command& command) { return command.name == name; });
  return found == commands.end() ? nullptr : &*found;
}

Status CheckArgumentCount(const Command& command, const Arguments& arguments) {
  const size_t count = arguments.positional().size();
  if (count >= command.min_args && count <= command.max_args) return Status::Ok();
  const std::string form = (command.name + " " + command.usage);
  return InvalidArgument(fmt::format("{} arguments, expected: {}", count, form));
}

Status Execute(const Command& command, const Arguments& arguments, std::ostream& out,
               std::ostream& err) {
  topo::ZkOptions options;
  options.servers = arguments.String("topo_server");
  options.connect_timeout = options.operation_timeout = arguments.Duration("topo_timeout");
  std::unique_ptr<topo::Store> store;
  if (command.needs_topo) {
    ASSIGN_OR_RETURN(store, topo::OpenZkStore(options));
  }
  topo::Server server(store.get(), arguments.String("topo_root"));
  const auto tablets = NewRpcTabletDialer();
  tablets->default_timeout = arguments.Duration("remote_operation_timeout");
  Context context{.topo = server,
                  .tablets = *tablets,
                  .args = arguments,
                  .out = out,
                  .progress = err,
                  .json = arguments.Bool("json"),
                  .topo_server = options.servers};
  return command.run(context);
}

}  // namespace

std::string HelpOf(const Command& command) {
  std::string text = command.help + "\n\nUsage:\n  vtctl [flags] " + command.name;
  if (!command.flags.empty()) text += " [flags]";
  if (!command.usage.empty()) text += " " + command.usage;
  text += "\n\n";
  if (!command.flags.empty()) {
    text += "Flags:\n";
    AppendFlags(command.flags, &text);
    text += '\n';
  }
  text += "Flags of every command:\n";
  AppendFlags(GlobalFlags(), &text);
  text += "\nExample:\n  vtctl " + command.example + "\n";
  return text;
}

std::string HelpOfAll(const std::vector<Command>& commands) {
  std::string text =
      "vtctl sets up and looks after a Keyspan cluster.\n\n"
      "Usage:\n  vtctl [flags] COMMAND [flags] [arguments]\n  vtctl COMMAND --help\n\n";
  std::vector<std::string> groups;
  for (const Command& command : commands) {
    if (std::find(groups.begin(), groups.end(), command.group) == groups.end()) {
      groups.push_back(command.group);
    }
  }
  for (const std::string& group : groups) {
    text += group + ":\n";
    for (const Command& command : commands) {
      if (command.group != group) continue;
      // The first sentence, or what is before its colon.
      const size_t end = std::min(command.help.find(". "), command.help.find(": "));
      std::string summary = command.help.substr(0, end);
      if (!summary.empty() && summary.back() == '.') summary.pop_back();
      text += fmt::format("  {:<28} {}\n", command.name, summary);
    }
    text += '\n';
  }
  text += "Flags of every command:\n";
  AppendFlags(GlobalFlags(), &text);
  return text;
}

Status RunCommand(const Command& command, const std::vector<std::string>& words, topo::Server& topo,
                  TabletDialer& tablets, std::ostream& out, std::ostream& progress) {
  ASSIGN_OR_RETURN(const Arguments arguments, ParseArguments(FlagsOf(&command), words));
  RETURN_IF_ERROR(CheckArgumentCount(command, arguments));
  Context context{.topo = topo,
                  .tablets = tablets,
                  .args = arguments,
                  .out = out,
                  .progress = progress,
                  .json = arguments.Bool("json"),
                  .topo_server = arguments.String("topo_server")};
  return command.run(context);
}

int RunCommandLine(const std::vector<Command>& commands, const std::vector<std::string>& words,
                   std::ostream& out, std::ostream& err) {
  const auto is_help = [](const std::string& word) { return word == "-h" || word == "--help"; };
  std::vector<std::string> rest = words;
  const bool wants_help = std::erase_if(rest, is_help) > 0;
  auto at = FindCommandWord(rest);
  if (at && rest[*at] == "help") {
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(*at));
    at = FindCommandWord(rest);
    if (!at) {
      out << HelpOfAll(commands);
      return kDone;
    }
    rest.push_back("--help");
  }
  if (!at) {
    (wants_help ? out : err) << HelpOfAll(commands);
    return wants_help ? kDone : kWrongUsage;
  }
  const std::string name = rest[*at];
  rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(*at));
  const Command* command = FindCommand(commands, name);
  if (command == nullptr) {
    err << fmt::format("vtctl: unknown command {} (vtctl --help lists them)\n", name);
    return kWrongUsage;
  }
  if (wants_help || std::find(rest.begin(), rest.end(), "--help") != rest.end()) {
    out << HelpOf(*command);
    return kDone;
  }
  const auto arguments = ParseArguments(FlagsOf(command), rest);
  Status status = arguments.status();
  if (status.ok()) status = CheckArgumentCount(*command, *arguments);
  if (!status.ok()) {
    err << fmt::format("vtctl {}: {} (vtctl {} --help)\n", name, status.message(), name);
    return kWrongUsage;
  }
  status = Execute(*command, *arguments, out, err);
  out.flush();
  if (status.ok()) return kDone;
  err << fmt::format("vtctl {}: {}\n", name, status.message());
  return kFailed;
}

}  // namespace keyspan::vtctl
