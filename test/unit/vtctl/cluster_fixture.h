#pragma once

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "test/unit/vtctl/fake_tablets.h"
#include "topo/memory/memory_store.h"
#include "topo/server.h"
#include "vtctl/commands/commands.h"
#include "vtctl/program.h"

namespace keyspan::vtctl {

// A keyspace "customer" (semi_sync) with one shard "-", which has the tablets zone1-1 to zone1-3,
// in memory.
class ClusterTest : public ::testing::Test {
 protected:
  static constexpr const char* kOne = "zone1-0000000001";
  static constexpr const char* kTwo = "zone1-0000000002";
  static constexpr const char* kThree = "zone1-0000000003";

  ClusterTest() : store_(topo::MemoryStore::New()), topo_(store_.get(), "/keyspan") {}

  void SetUp() override {
    topo::Keyspace keyspace;
    keyspace.set_durability_policy("semi_sync");
    ASSERT_TRUE(topo_.CreateCell("zone1", {}).ok());
    ASSERT_TRUE(topo_.CreateKeyspace("customer", keyspace).ok());
    ASSERT_TRUE(topo_.CreateShard("customer", "-").ok());
    for (int i = 1; i <= 3; ++i) AddTablet(i);
  }

  void AddTablet(uint32_t uid) {
    topo::Tablet tablet;
    tablet.mutable_alias()->set_cell("zone1");
    tablet.mutable_alias()->set_uid(uid);
    tablet.set_keyspace("customer");
    tablet.set_shard("-");
    tablet.set_hostname("localhost");
    tablet.set_rpc_port(static_cast<int>(16100 + uid));
    tablet.set_mysql_port(static_cast<int>(17100 + uid));
    tablet.set_type(topo::REPLICA);
    ASSERT_TRUE(topo_.CreateTablet(tablet).ok());
    tablets_.tablet(topo::AliasToString(tablet.alias())).mysql_port = tablet.mysql_port();
  }

  // Runs a command; its output is in out() afterwards.
  Status Run(std::vector<std::string> words) {
    out_.str("");
    const std::string name = words.front();
    words.erase(words.begin());
    for (const Command& command : AllCommands()) {
      if (command.name == name) {
        return RunCommand(command, words, topo_, tablets_, out_, progress_);
      }
    }
    return NotFound("no command " + name);
  }
  std::string out() const { return out_.str(); }

  topo::Shard Record() { return topo_.GetShard("customer", "-")->record; }
  std::string Primary() {
    const topo::Shard record = Record();
    return record.has_primary_alias() ? topo::AliasToString(record.primary_alias()) : "";
  }

  std::unique_ptr<topo::MemoryStore> store_;
  topo::Server topo_;
  FakeDialer tablets_;
  std::ostringstream out_, progress_;
};

}  // namespace keyspan::vtctl
