#include "vtctl/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "vtctl/commands/commands.h"

namespace keyspan::vtctl {
namespace {

using ::testing::HasSubstr;

class ProgramTest : public ::testing::Test {
 protected:
  int Run(std::vector<std::string> words) {
    out_.str("");
    err_.str("");
    return RunCommandLine(AllCommands(), words, out_, err_);
  }
  std::ostringstream out_, err_;
};

TEST_F(ProgramTest, EveryCommandHasHelp) {
  std::set<std::string> names;
  for (const Command& command : AllCommands()) {
    EXPECT_TRUE(names.insert(command.name).second) << command.name << " is there twice";
    ASSERT_EQ(Run({command.name, "--help"}), 0);
    EXPECT_THAT(out_.str(), HasSubstr("Usage:\n  vtctl [flags] " + command.name));
    EXPECT_THAT(out_.str(), HasSubstr("Example:\n  vtctl " + command.name)) << command.name;
    EXPECT_TRUE(command.help.ends_with(".") || command.help.ends_with(").")) << command.name;
    EXPECT_TRUE(command.run) << command.name;
    for (const FlagSpec& flag : command.flags) EXPECT_FALSE(flag.help.empty()) << flag.name;
  }
  EXPECT_EQ(Run({"--help"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("PlannedReparentShard"));
  EXPECT_EQ(Run({"help", "GetShard"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("vtctl [flags] GetShard KEYSPACE/SHARD"));
}

TEST_F(ProgramTest, WrongUsageSaysHowItIsMeant) {
  EXPECT_EQ(Run({}), 2);
  EXPECT_EQ(Run({"Nonsense"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("unknown command Nonsense"));
  EXPECT_EQ(Run({"GetShard"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("0 arguments, expected: GetShard KEYSPACE/SHARD"));
  EXPECT_EQ(Run({"GetShard", "--nothing", "a/0"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("unknown flag --nothing"));
}

TEST_F(ProgramTest, GlobalFlagsStandBeforeAndAfterTheCommand) {
  EXPECT_EQ(Run({"--topo_root", "/x", "GenerateShardRanges", "2", "--json"}), 0);
  EXPECT_EQ(out_.str(), "[\n  \"-80\",\n  \"80-\"\n]\n");
  EXPECT_EQ(Run({"--json", "--topo-server=nowhere", "GenerateShardRanges", "2"}), 0);
}

TEST_F(ProgramTest, FailsWhenZooKeeperIsNotThere) {
  EXPECT_EQ(Run({"--topo_server=127.0.0.1:1", "--topo_timeout=200ms", "GetKeyspaces"}), 1);
  EXPECT_THAT(err_.str(), HasSubstr("no ZooKeeper server answers at 127.0.0.1:1"));
}

}  // namespace
}  // namespace keyspan::vtctl
