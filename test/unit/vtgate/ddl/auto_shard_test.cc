#include "vtgate/ddl/auto_shard.h"

#include <gtest/gtest.h>

#include "parser/parse.h"

namespace keyspan::vtgate {
namespace {

class AutoShardTest : public ::testing::Test {
 protected:
  AutoShardTest() {
    AddKeyspace("app", R"({"sharded": true, "vindexes": {"xx": {"type": "xxhash"}}, "tables": {
        "parent": {"column_vindexes": [{"column": "id", "name": "xx"}]},
        "country": {"type": "reference"}}})");
    AddKeyspace("global", "{}");
  }

  void AddKeyspace(const std::string& name, const std::string& json) {
    auto keyspace = std::make_shared<KeyspaceInfo>();
    keyspace->name = name;
    auto vschema = sharding::KeyspaceVSchema::FromJson(name, json);
    ASSERT_TRUE(vschema.ok()) << vschema.status().ToString();
    keyspace->vschema = *vschema;
    keyspace->sharded = keyspace->vschema->sharded();
    keyspace->shards.emplace_back();
    cluster_.keyspaces[name] = std::move(keyspace);
  }

  const KeyspaceInfo& app() { return *cluster_.FindKeyspace("app"); }

  TableShape Shape(const std::string& sql) {
    auto parsed = parser::Parse(sql);
    EXPECT_TRUE(parsed.ok()) << parsed.status().ToString();
    return ShapeOf(*parser::Cast<parser::CreateTable>(parsed->root()));
  }

  Result<AutoSharding> Shard(const std::string& columns) {
    return ShardAutomatically("t", Shape("CREATE TABLE t (" + columns + ")"), app(), cluster_);
  }

  // What CREATE TABLE would be refused with; OK when it would be done.
  Status Check(const std::string& columns) {
    const TableShape shape = Shape("CREATE TABLE t (" + columns + ")");
    auto automatic = ShardAutomatically("t", shape, app(), cluster_);
    if (!automatic.ok()) return automatic.status();
    auto vschema = app().vschema;
    if (automatic->vindex)
      vschema = *vschema->AddVindex(automatic->vindex_name, *automatic->vindex);
    vschema = *vschema->AddTable("t", automatic->table);
    return CheckShardable(*vschema->FindTable("t"), shape, app());
  }

  Cluster cluster_;
};

TEST_F(AutoShardTest, NumbersShardByXxhashOfTheFirstPrimaryKeyColumn) {
  auto sharding = Shard("a INT, b BIGINT UNSIGNED, PRIMARY KEY (b, a)");
  ASSERT_TRUE(sharding.ok()) << sharding.status().ToString();
  EXPECT_EQ(sharding->vindex->type, "xxhash");
  ASSERT_EQ(sharding->table.column_vindexes.size(), 1u);
  EXPECT_EQ(sharding->table.column_vindexes[0].columns, std::vector<std::string>{"b"});
  EXPECT_FALSE(sharding->sequence);
}

TEST_F(AutoShardTest, TextShardsByItsCollation) {
  auto sharding = Shard("name VARCHAR(50) PRIMARY KEY");
  ASSERT_TRUE(sharding.ok()) << sharding.status().ToString();
  EXPECT_EQ(sharding->vindex->type, "unicode_loose_xxhash");
}

TEST_F(AutoShardTest, AutoIncrementGetsASequenceInTheUnshardedKeyspace) {
  auto sharding = Shard("id INT AUTO_INCREMENT PRIMARY KEY");
  ASSERT_TRUE(sharding.ok()) << sharding.status().ToString();
  ASSERT_TRUE(sharding->sequence);
  EXPECT_EQ(sharding->sequence->keyspace, "global");
  EXPECT_EQ(sharding->sequence->table, "t_seq");
  EXPECT_EQ(sharding->table.auto_increment->sequence, "global.t_seq");
}

TEST_F(AutoShardTest, WithoutPrimaryKeyTheTableIsPinnedWithAWarning) {
  auto sharding = Shard("a INT");
  ASSERT_TRUE(sharding.ok());
  EXPECT_EQ(sharding->table.pinned.size(), 16u);
  EXPECT_NE(sharding->warning.find("no primary key"), std::string::npos);
  EXPECT_TRUE(Check("a INT, UNIQUE (a)").ok());
}

TEST_F(AutoShardTest, ColumnsThatCannotBeShardedByAreRefused) {
  Status status = Shard("a FLOAT PRIMARY KEY").status();
  EXPECT_EQ(status.mysql_errno(), 1235);
  EXPECT_NE(status.message().find("column a"), std::string::npos) << status.message();
}

TEST_F(AutoShardTest, UniqueKeysMustContainTheShardingColumn) {
  EXPECT_TRUE(Check("id INT PRIMARY KEY, a INT, UNIQUE (a, id)").ok());
  EXPECT_EQ(Check("id INT PRIMARY KEY, a INT UNIQUE").mysql_errno(), 1235);
  EXPECT_EQ(
      Check("id INT PRIMARY KEY, a INT, UNIQUE KEY k (a)").message(),
      "UNIQUE key 'k' of sharded table app.t does not contain the sharding column 'id', so no "
      "shard alone can guarantee it");
  // Equal prefixes do not mean equal values, so a prefix of the sharding column does not count.
  EXPECT_FALSE(Check("s VARCHAR(20) PRIMARY KEY, a INT, UNIQUE (a, s(3))").ok());
}

TEST_F(AutoShardTest, ForeignKeysMustStayOnTheShard) {
  EXPECT_EQ(
      Check("id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES parent (id)").mysql_errno(),
      1235);
  EXPECT_TRUE(Check("id INT PRIMARY KEY, c INT, FOREIGN KEY (c) REFERENCES country (id)").ok());
  EXPECT_EQ(Check("id INT PRIMARY KEY, FOREIGN KEY (id) REFERENCES global.x (id)").mysql_errno(),
            1235);
}

TEST_F(AutoShardTest, AKnownTableNeedsASequenceForAutoIncrement) {
  const TableShape shape = Shape("CREATE TABLE parent (id INT AUTO_INCREMENT PRIMARY KEY)");
  Status status = CheckShardable(*app().vschema->FindTable("parent"), shape, app());
  EXPECT_EQ(status.mysql_errno(), 1235);
  EXPECT_NE(status.message().find("sequence"), std::string::npos);
}

TEST(TableShape, ReadsTypesCollationsAndTheCounter) {
  auto parsed = parser::Parse(
      "CREATE TABLE t (id SERIAL, a VARCHAR(10) CHARACTER SET latin1, b CHAR(3) COLLATE "
      "utf8mb4_bin, c VARCHAR(5)) COLLATE utf8mb4_general_ci AUTO_INCREMENT=77");
  ASSERT_TRUE(parsed.ok()) << parsed.status().ToString();
  TableShape shape = ShapeOf(*parser::Cast<parser::CreateTable>(parsed->root()));
  ASSERT_EQ(shape.columns.size(), 4u);
  EXPECT_EQ(shape.columns[0].column_type, "bigint unsigned");
  EXPECT_TRUE(shape.columns[0].auto_increment);
  EXPECT_EQ(shape.columns[1].column_type, "varchar(10)");
  EXPECT_EQ(shape.columns[1].collation, "latin1_swedish_ci");
  EXPECT_EQ(shape.columns[2].collation, "utf8mb4_bin");
  EXPECT_EQ(shape.columns[3].collation, "utf8mb4_general_ci");
  EXPECT_EQ(shape.auto_increment_start, 77u);
}

}  // namespace
}  // namespace keyspan::vtgate
