#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "test/unit/vtctl/cluster_fixture.h"

namespace keyspan::vtctl {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class CommandsTest : public ClusterTest {
 protected:
  json RunJson(std::vector<std::string> words) {
    words.push_back("--json");
    const Status status = Run(words);
    EXPECT_TRUE(status.ok()) << status.ToString();
    return json::parse(out(), nullptr, false);
  }
};

TEST_F(CommandsTest, Cells) {
  EXPECT_TRUE(Run({"AddCellInfo", "--root=/keyspan/zone2", "zone2"}).ok());
  EXPECT_TRUE(Run({"AddCellInfo", "--server_address=127.0.0.1:21811", "zone3"}).ok());
  EXPECT_EQ(Run({"AddCellInfo", "--server-address=elsewhere:2181", "zone4"}).mysql_errno(), 1235);
  EXPECT_FALSE(Run({"AddCellInfo", "zone2"}).ok());
  EXPECT_FALSE(Run({"AddCellInfo", "a/b"}).ok());
  EXPECT_FALSE(Run({"AddCellInfo", "--root=keyspan", "zone5"}).ok());
  ASSERT_TRUE(Run({"GetCellInfoNames"}).ok());
  EXPECT_EQ(out(), "zone1\nzone2\nzone3\n");
  EXPECT_EQ(RunJson({"GetCellInfo", "zone2"})["root"], "/keyspan/zone2");
  EXPECT_TRUE(Run({"UpdateCellInfo", "--root=/other", "zone2"}).ok());
  EXPECT_THAT(Run({"UpdateCellInfo", "--root=/other", "zone1"}).ToString(),
              HasSubstr("has 3 tablets"));
  EXPECT_TRUE(Run({"DeleteCellInfo", "zone2"}).ok());
  EXPECT_THAT(Run({"DeleteCellInfo", "zone1"}).ToString(), HasSubstr("still has 3 tablets"));
}

TEST_F(CommandsTest, Keyspaces) {
  EXPECT_TRUE(Run({"CreateKeyspace", "--durability-policy=none", "commerce"}).ok());
  EXPECT_FALSE(Run({"CreateKeyspace", "commerce"}).ok());
  EXPECT_TRUE(Run({"CreateKeyspace", "--force", "commerce"}).ok());
  EXPECT_FALSE(Run({"CreateKeyspace", "--durability_policy=hope", "x"}).ok());
  const json all = RunJson({"GetKeyspaces"});
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0]["name"], "commerce");
  EXPECT_EQ(all[1]["keyspace"]["durability_policy"], "semi_sync");
  ASSERT_TRUE(Run({"GetKeyspaces"}).ok());
  EXPECT_EQ(out(),
            "Keyspace  Durability policy  Shards\n"
            "commerce  none\n"
            "customer  semi_sync          -\n");
  EXPECT_TRUE(Run({"DeleteKeyspace", "commerce"}).ok());
  EXPECT_THAT(Run({"GetKeyspace", "commerce"}).ToString(), HasSubstr("does not exist"));
  EXPECT_FALSE(Run({"DeleteKeyspace", "customer"}).ok());
  EXPECT_TRUE(Run({"DeleteKeyspace", "--recursive", "customer"}).ok());
  EXPECT_EQ(RunJson({"GetTablets"}).size(), 0u);
}

TEST_F(CommandsTest, Shards) {
  EXPECT_TRUE(Run({"CreateShard", "--include_parent", "commerce/0"}).ok());
  EXPECT_FALSE(Run({"CreateShard", "commerce/0"}).ok());
  EXPECT_FALSE(Run({"CreateShard", "nothing/0"}).ok());
  EXPECT_FALSE(Run({"CreateShard", "commerce"}).ok());
  EXPECT_THAT(Run({"CreateShard", "commerce/-80"}).ToString(), HasSubstr("ids of shard 0"));
  EXPECT_THAT(Run({"CreateShard", "customer/zz"}).ToString(), HasSubstr("ids of shard -"));
  EXPECT_TRUE(Run({"CreateShard", "--include_parent", "split/-80"}).ok());
  EXPECT_THAT(Run({"CreateShard", "split/40-c0"}).ToString(), HasSubstr("ids of shard -80"));
  EXPECT_THAT(Run({"CreateShard", "split/0"}).ToString(), HasSubstr("ids of shard -80"));
  EXPECT_TRUE(Run({"CreateShard", "split/80-"}).ok());
  EXPECT_TRUE(Run({"CreateShard", "--force", "split/80-"}).ok());
  EXPECT_TRUE(Run({"DeleteKeyspace", "--recursive", "split"}).ok());
  EXPECT_TRUE(Run({"CreateKeyspace", "fresh"}).ok());
  EXPECT_TRUE(Run({"ApplyVSchema", "--vschema={\"sharded\": true}", "fresh"}).ok());
  EXPECT_THAT(Run({"CreateShard", "fresh/zz"}).ToString(), HasSubstr("not a key range"));
  EXPECT_TRUE(Run({"CreateShard", "fresh/-"}).ok());
  EXPECT_TRUE(Run({"DeleteKeyspace", "--recursive", "fresh"}).ok());
  const json shard = RunJson({"GetShard", "commerce/0"});
  EXPECT_EQ(shard["name"], "0");
  EXPECT_TRUE(shard["shard"]["primary_alias"].is_null());
  EXPECT_EQ(shard["shard"]["is_primary_serving"], true);
  EXPECT_EQ(RunJson({"GetShards"}).size(), 2u);
  EXPECT_TRUE(RunJson({"FindAllShardsInKeyspace", "customer"}).contains("-"));
  EXPECT_THAT(Run({"DeleteShards", "customer/-"}).ToString(), HasSubstr("has 3 tablets"));
  EXPECT_TRUE(Run({"InitShardPrimary", "customer/-", "zone1-1"}).ok());
  EXPECT_THAT(Run({"DeleteShards", "--recursive", "customer/-"}).ToString(), HasSubstr("serves"));
  EXPECT_TRUE(Run({"DeleteShards", "--recursive", "--even-if-serving", "customer/-"}).ok());
  ASSERT_TRUE(Run({"GenerateShardRanges", "2"}).ok());
  EXPECT_EQ(out(), "-80\n80-\n");
  EXPECT_FALSE(Run({"GenerateShardRanges", "0"}).ok());
  EXPECT_FALSE(Run({"GenerateShardRanges", "two"}).ok());
}

TEST_F(CommandsTest, Tablets) {
  ASSERT_TRUE(Run({"InitShardPrimary", "customer/-", "zone1-1"}).ok());
  const json all = RunJson({"GetTablets", "--keyspace=customer"});
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0]["type"], "primary");
  EXPECT_EQ(all[0]["primary_term"], 1);
  EXPECT_EQ(all[0]["present"], false);
  EXPECT_EQ(RunJson({"GetTablets", "--tablet_type=replica"}).size(), 2u);
  EXPECT_EQ(RunJson({"GetTablets", "--shard=80-"}).size(), 0u);
  EXPECT_EQ(RunJson({"GetTablets", "--tablet-alias=zone1-2"}).size(), 1u);
  EXPECT_FALSE(Run({"GetTablets", "--keyspace=nothing"}).ok());
  EXPECT_EQ(RunJson({"GetTablet", "zone1-2"})["alias"]["uid"], 2);
  EXPECT_TRUE(Run({"ChangeTabletType", "zone1-2", "rdonly"}).ok());
  EXPECT_EQ(tablets_.tablet(kTwo).type, topo::RDONLY);
  EXPECT_FALSE(Run({"ChangeTabletType", "zone1-2", "primary"}).ok());
  EXPECT_FALSE(Run({"ChangeTabletType", "zone1-1", "rdonly"}).ok());
  EXPECT_TRUE(Run({"SetWritable", "zone1-1", "false"}).ok());
  EXPECT_FALSE(tablets_.tablet(kOne).writable);
  EXPECT_FALSE(Run({"SetWritable", "zone1-1", "maybe"}).ok());
  EXPECT_TRUE(Run({"PingTablet", "zone1-1"}).ok());
  EXPECT_FALSE(Run({"DeleteTablets", "zone1-1"}).ok());
  EXPECT_TRUE(Run({"DeleteTablets", "--allow_primary", "zone1-1"}).ok());
  EXPECT_EQ(Primary(), "");
  EXPECT_EQ(Record().primary_term(), 1);
}

TEST_F(CommandsTest, ApplySchemaRunsEachStatementOnThePrimaries) {
  EXPECT_THAT(Run({"ApplySchema", "--sql=create table t (a int)", "customer"}).ToString(),
              HasSubstr("has no primary yet"));
  ASSERT_TRUE(Run({"InitShardPrimary", "customer/-", "zone1-1"}).ok());
  tablets_.ClearCalls();
  ASSERT_TRUE(
      Run({"ApplySchema", "--sql=create table t (a int); insert into t values (1)", "customer"})
          .ok());
  EXPECT_THAT(tablets_.calls(),
              ElementsAre("ExecuteFetch zone1-0000000001 create table t (a int)",
                          "ExecuteFetch zone1-0000000001 insert into t values (1)"));
  tablets_.Fail("ExecuteFetch zone1-0000000001");
  EXPECT_THAT(Run({"ApplySchema", "--sql=drop table t", "customer"}).ToString(),
              HasSubstr("'drop table t' was applied on no shard"));
  EXPECT_FALSE(Run({"ApplySchema", "customer"}).ok());
  EXPECT_FALSE(Run({"ApplySchema", "--sql=;", "customer"}).ok());
  EXPECT_EQ(Run({"ApplySchema", "--sql=x", "--ddl_strategy=vitess", "customer"}).mysql_errno(),
            1235);
}

TEST_F(CommandsTest, SchemasAreCompared) {
  ASSERT_TRUE(Run({"InitShardPrimary", "customer/-", "zone1-1"}).ok());
  for (const char* alias : {kOne, kTwo, kThree}) {
    auto* table = tablets_.tablet(alias).schema.add_tables();
    table->set_name("t");
    table->add_columns()->set_name("a");
  }
  EXPECT_TRUE(Run({"ValidateSchemaShard", "customer/-"}).ok());
  EXPECT_TRUE(Run({"ValidateSchemaKeyspace", "customer"}).ok());
  tablets_.tablet(kTwo).schema.mutable_tables(0)->mutable_columns(0)->set_name("b");
  tablets_.tablet(kThree).schema.add_tables()->set_name("extra");
  EXPECT_FALSE(Run({"ValidateSchemaShard", "customer/-"}).ok());
  EXPECT_THAT(out(), HasSubstr("table t is different on zone1-0000000001 and on "
                               "zone1-0000000002: modified: columns[0].name: \"a\" -> \"b\""));
  EXPECT_THAT(out(), HasSubstr("zone1-0000000003 has table extra, zone1-0000000001 does not"));
  ASSERT_TRUE(Run({"GetSchema", "--table_names_only", "zone1-3"}).ok());
  EXPECT_EQ(out(), "t\nextra\n");
}

TEST_F(CommandsTest, VSchemaIsChecked) {
  const std::string good =
      R"({"sharded": true, "vindexes": {"hash": {"type": "hash"}},
          "tables": {"t": {"column_vindexes": [{"column": "id", "name": "hash"}]}}})";
  EXPECT_TRUE(Run({"ApplyVSchema", "--dry_run", "--vschema=" + good, "customer"}).ok());
  EXPECT_FALSE(Run({"GetVSchema", "customer"}).ok());
  const Status applied = Run({"ApplyVSchema", "--vschema", good, "customer"});
  ASSERT_TRUE(applied.ok()) << applied.ToString();
  ASSERT_TRUE(Run({"GetVSchema", "customer"}).ok());
  EXPECT_EQ(json::parse(out())["tables"]["t"]["column_vindexes"][0]["column"], "id");
  EXPECT_EQ(RunJson({"GetSrvVSchema", "zone1"})["keyspaces"]["customer"]["sharded"], true);
  EXPECT_FALSE(Run({"ApplyVSchema", "--vschema={\"sharded\": tru}", "customer"}).ok());
  EXPECT_FALSE(Run({"ApplyVSchema", R"(--vschema={"sharded": true, "tables": {"t":
      {"column_vindexes": [{"column": "id", "name": "nothing"}]}}})",
                    "customer"})
                   .ok());
  EXPECT_FALSE(Run({"ApplyVSchema", "customer"}).ok());
  EXPECT_FALSE(Run({"ApplyVSchema", "--vschema={}", "nothing"}).ok());
}

TEST_F(CommandsTest, ValidateNamesTheProblems) {
  EXPECT_FALSE(Run({"Validate"}).ok());
  EXPECT_THAT(out(), HasSubstr("customer/- has no primary"));
  EXPECT_THAT(out(), HasSubstr("the vttablet of zone1-0000000001 does not run"));
  std::vector<std::unique_ptr<topo::Ephemeral>> presence;
  const auto tablets = topo_.GetTablets();
  for (const topo::Tablet& tablet : *tablets) {
    auto announced = topo_.AnnounceTablet(tablet);
    ASSERT_TRUE(announced.ok());
    presence.push_back(*std::move(announced));
  }
  ASSERT_TRUE(Run({"InitShardPrimary", "customer/-", "zone1-1"}).ok());
  const Status valid = Run({"Validate", "--ping_tablets"});
  EXPECT_TRUE(valid.ok()) << out();
  tablets_.tablet(kOne).semi_sync_source = false;
  tablets_.tablet(kTwo).writable = true;
  tablets_.tablet(kThree).source_port = 1;
  EXPECT_TRUE(Run({"ValidateShard", "customer/-"}).ok());
  EXPECT_FALSE(Run({"ValidateKeyspace", "--ping_tablets", "customer"}).ok());
  EXPECT_THAT(out(), HasSubstr("zone1-0000000002 is not the primary, but its MySQL is writable"));
  EXPECT_THAT(out(), HasSubstr("zone1-0000000003 replicates from"));
  EXPECT_THAT(out(), HasSubstr("zone1-0000000001 does not wait for acknowledgements"));
}

TEST_F(CommandsTest, TopologyPathsAreDecoded) {
  const json node = RunJson({"GetTopologyPath", "/keyspan/global/keyspaces/customer/Keyspace"});
  EXPECT_EQ(node["data"]["durability_policy"], "semi_sync");
  ASSERT_TRUE(Run({"GetTopologyPath", "/keyspan/global/keyspaces/"}).ok());
  EXPECT_EQ(out(), "customer\n");
  EXPECT_FALSE(Run({"GetTopologyPath", "global"}).ok());
}

}  // namespace
}  // namespace keyspan::vtctl
