#include <boost/asio/io_context.hpp>

#include "test/vttablet/tablet_fixture.h"
#include "topo/names.h"

namespace keyspan::testing {
namespace {

using rpc::FrameKind;
using ::testing::HasSubstr;

class ControlTest : public TabletTest {
 protected:
  void SetUp() override {
    StartTablet();
    control_ = primary_->Control();
  }
  Result<uint64_t> Reserve(const std::string& table, uint64_t count) {
    rpc::ReserveSequenceRequest request;
    *request.mutable_target() = gateway().target();
    request.set_table(table);
    request.set_count(count);
    auto response =
        control_->Call<rpc::ReserveSequenceResponse>(FrameKind::kReserveSequence, request);
    if (!response.ok()) return response.status();
    return response->start();
  }
  std::unique_ptr<vttablet::BlockingTabletClient> control_;
};

TEST_F(ControlTest, RegistersInTheTopology) {
  EXPECT_TRUE(control_->Ping().ok());
  Eventually(
      [&] {
        const auto record = shard_->topo().GetTablet(primary_->record.alias());
        return record.ok() && record->record.type() == topo::PRIMARY &&
               record->record.rpc_port() == primary_->tablet->rpc_port();
      },
      "the record does not say PRIMARY");
  EXPECT_TRUE(*shard_->topo().IsTabletPresent(primary_->record.alias()));
}

TEST_F(ControlTest, TellsItsStatus) {
  const auto status = control_->GetFullStatus();
  ASSERT_TRUE(status.ok()) << status.status().ToString();
  EXPECT_TRUE(status->mysql_reachable());
  EXPECT_FALSE(status->read_only());
  EXPECT_TRUE(status->health().serving());
  EXPECT_EQ(status->health().target().tablet_type(), rpc::PRIMARY);
  EXPECT_EQ(status->health().target().primary_term(), 1u);
  EXPECT_FALSE(status->gtid_executed().empty());
  ASSERT_EQ(status->warnings_size(), 1) << status->DebugString();
  EXPECT_EQ(status->warnings(0), "binlog_row_image is MINIMAL, should be FULL");
}

TEST_F(ControlTest, KnowsTheSchema) {
  Must("DROP TABLE IF EXISTS child, parent");
  rpc::ExecuteRequest ddl;
  ddl.set_schema_change(true);
  Reply reply = gateway().Execute(
      "CREATE TABLE parent (id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT, name VARCHAR(30) COLLATE "
      "utf8mb4_bin DEFAULT 'x', PRIMARY KEY (id), UNIQUE KEY by_name (name, id)) COMMENT 'c'",
      ddl);
  ASSERT_TRUE(reply.good()) << reply.Describe();
  reply = gateway().Execute(
      "CREATE TABLE child (id INT PRIMARY KEY, p BIGINT UNSIGNED, FOREIGN KEY fk (p) REFERENCES "
      "parent (id))",
      ddl);
  ASSERT_TRUE(reply.good()) << reply.Describe();
  // At once, since DDL through the tablet reloads.
  const auto schema = control_->GetSchema();
  ASSERT_TRUE(schema.ok()) << schema.status().ToString();
  const rpc::TableSchema* parent = nullptr;
  const rpc::TableSchema* child = nullptr;
  for (const auto& table : schema->tables()) {
    if (table.name() == "parent") parent = &table;
    if (table.name() == "child") child = &table;
  }
  ASSERT_NE(parent, nullptr);
  ASSERT_NE(child, nullptr);
  ASSERT_EQ(parent->columns_size(), 2);
  EXPECT_EQ(parent->columns(0).column_type(), "bigint unsigned");
  EXPECT_TRUE(parent->columns(0).auto_increment());
  EXPECT_FALSE(parent->columns(0).nullable());
  EXPECT_EQ(parent->columns(1).collation(), "utf8mb4_bin");
  EXPECT_EQ(parent->columns(1).default_value(), "x");
  ASSERT_EQ(parent->primary_key_size(), 1);
  EXPECT_EQ(parent->primary_key(0), "id");
  ASSERT_EQ(parent->indexes_size(), 2);
  EXPECT_TRUE(parent->indexes(1).unique());
  ASSERT_EQ(parent->indexes(1).columns_size(), 2);
  EXPECT_EQ(parent->comment(), "c");
  ASSERT_EQ(child->foreign_keys_size(), 1);
  EXPECT_EQ(child->foreign_keys(0).referenced_table(), "parent");

  // What others do is seen by polling, and moves the version.
  rpc::ExecuteFetchRequest fetch;
  fetch.set_sql("ALTER TABLE child ADD COLUMN more INT");
  ASSERT_TRUE(control_->ExecuteFetch(fetch).ok());
  Eventually([&] { return control_->GetSchema()->schema_version() > schema->schema_version(); },
             "the schema version did not rise");
}

TEST_F(ControlTest, FetchesAsDba) {
  rpc::ExecuteFetchRequest request;
  request.set_sql("SELECT 1 AS one, NULL AS nothing");
  const auto response = control_->ExecuteFetch(request);
  ASSERT_TRUE(response.ok()) << response.status().ToString();
  ASSERT_EQ(response->columns_size(), 2);
  EXPECT_EQ(response->columns(0), "one");
  EXPECT_EQ(response->rows(0).values(0), "1");
  EXPECT_TRUE(response->rows(0).nulls(1));
  request.set_sql("SELECT * FROM nowhere");
  EXPECT_EQ(control_->ExecuteFetch(request).status().mysql_errno(), 1146);
}

TEST_F(ControlTest, GivesOutSequences) {
  Must("DROP TABLE IF EXISTS seq");
  Must(
      "CREATE TABLE seq (id INT PRIMARY KEY, next_id BIGINT, cache BIGINT) COMMENT "
      "'vitess_sequence'");
  EXPECT_EQ(Reserve("seq", 1).status().code(), StatusCode::kFailedPrecondition);
  Must("INSERT INTO seq VALUES (0, 1, 100)");
  EXPECT_EQ(*Reserve("seq", 1), 1u);
  EXPECT_EQ(*Reserve("seq", 10), 2u);
  EXPECT_EQ(Must("SELECT next_id FROM seq"), (Rows{{"101"}}));
  EXPECT_EQ(*Reserve("seq", 1000), 12u);  // what was left continues
  EXPECT_EQ(*Reserve("seq", 1), 1012u);
  rpc::BumpSequenceRequest bump;
  *bump.mutable_target() = gateway().target();
  bump.set_table("seq");
  for (const uint64_t at_least : {5u, 1020u, 50'000u}) {
    bump.set_at_least(at_least);
    ASSERT_TRUE(control_->Call<rpc::Empty>(FrameKind::kBumpSequence, bump).ok());
    EXPECT_GE(*Reserve("seq", 1), at_least);
  }
  bump.set_may_go_back(true);
  bump.set_at_least(7);
  ASSERT_TRUE(control_->Call<rpc::Empty>(FrameKind::kBumpSequence, bump).ok());
  EXPECT_EQ(*Reserve("seq", 2), 7u);
  bump.set_may_go_back(false);
  bump.set_at_least(uint64_t{1} << 63);
  ASSERT_TRUE(control_->Call<rpc::Empty>(FrameKind::kBumpSequence, bump).ok());
  EXPECT_EQ(Reserve("seq", 1).status().mysql_errno(), 1467);
  EXPECT_EQ(Reserve("no_such_seq", 1).status().mysql_errno(), 1146);
  gateway().mutable_target().set_primary_term(9);
  EXPECT_EQ(Reserve("seq", 1).status().code(), StatusCode::kFailedPrecondition);
}

TEST_F(ControlTest, StartsASequenceAgainThatWasMadeAgain) {
  rpc::ExecuteRequest ddl;
  ddl.set_schema_change(true);
  const auto change = [&](const std::string& sql) {
    const Reply reply = gateway().Execute(sql, ddl);
    ASSERT_TRUE(reply.good()) << reply.Describe();
  };
  const std::string create =
      "CREATE TABLE again (id INT PRIMARY KEY, next_id BIGINT, cache BIGINT)";
  Must("DROP TABLE IF EXISTS again, other");
  change(create);
  Must("INSERT INTO again VALUES (0, 1, 100)");
  EXPECT_EQ(*Reserve("again", 5), 1u);
  change("CREATE TABLE other (id INT PRIMARY KEY)");
  rpc::BumpSequenceRequest bump;
  *bump.mutable_target() = gateway().target();
  bump.set_table("again");
  bump.set_at_least(6);
  ASSERT_TRUE(control_->Call<rpc::Empty>(FrameKind::kBumpSequence, bump).ok());
  EXPECT_EQ(*Reserve("again", 1), 6u);  // no gap for another table's sake
  change("DROP TABLE again, other");
  change(create);
  Must("INSERT INTO again VALUES (0, 1000, 100)");
  EXPECT_EQ(*Reserve("again", 1), 1000u);
  change("DROP TABLE again");
  change(create);
  Must("INSERT INTO again VALUES (0, 1, 100)");
  bump.set_at_least(1050);
  ASSERT_TRUE(control_->Call<rpc::Empty>(FrameKind::kBumpSequence, bump).ok());
  EXPECT_EQ(*Reserve("again", 1), 1050u);
}

TEST_F(ControlTest, StreamsHealth) {
  std::vector<rpc::StreamHealth> seen;
  std::string down;
  gateway().client().WatchHealth([&](const rpc::StreamHealth& health) { seen.push_back(health); },
                                 [&](const Status& status) { down = status.message(); });
  for (int i = 0; i < 50 && seen.empty(); ++i) gateway().RunFor(std::chrono::milliseconds(100));
  ASSERT_FALSE(seen.empty());
  EXPECT_TRUE(seen.back().serving());
  EXPECT_EQ(seen.back().tablet_alias(), "zone1-0000000100");
  ASSERT_TRUE(control_->DemotePrimary(std::chrono::milliseconds(500)).ok());
  for (int i = 0; i < 50 && seen.back().serving(); ++i) {
    gateway().RunFor(std::chrono::milliseconds(100));
  }
  EXPECT_FALSE(seen.back().serving());
  EXPECT_THAT(seen.back().reason(), HasSubstr("demoted"));
  primary_->tablet.reset();
  for (int i = 0; i < 50 && down.empty(); ++i) gateway().RunFor(std::chrono::milliseconds(100));
  EXPECT_FALSE(down.empty());
}

TEST_F(ControlTest, DemotionEndsOpenTransactionsAndCanBeUndone) {
  Must("CREATE TABLE IF NOT EXISTS dem (id INT PRIMARY KEY)");
  const uint64_t id = gateway().Begin();
  EXPECT_TRUE(gateway().In(id, "INSERT INTO dem VALUES (1)").good());
  const auto response = control_->DemotePrimary(std::chrono::milliseconds(300));
  ASSERT_TRUE(response.ok()) << response.status().ToString();
  EXPECT_FALSE(response->position().empty());
  const Reply late = gateway().In(id, "SELECT 1");
  EXPECT_FALSE(late.good());
  EXPECT_TRUE(control_->GetFullStatus()->super_read_only());
  EXPECT_EQ(gateway().Execute("SELECT 1").status.code(), StatusCode::kUnavailable);
  ASSERT_TRUE(control_->SetReadOnly(false).ok());
  EXPECT_EQ(Must("SELECT COUNT(*) FROM dem"), (Rows{{"0"}}));
  Must("DROP TABLE dem");
}

TEST_F(ControlTest, IsThePrimaryAgainAfterARestart) {
  primary_->tablet.reset();
  primary_->Restart();
  gateway_ = NewGateway();
  Eventually([&] { return gateway().Execute("SELECT 1").good(); },
             "a restarted tablet did not become the primary again");
}

TEST_F(ControlTest, RefusesUnknownMethodsAndBrokenRequests) {
  rpc::Empty request;
  EXPECT_EQ(control_->Call<rpc::Empty>(static_cast<FrameKind>(200), request).status().mysql_errno(),
            1235);
  EXPECT_EQ(control_->ChangeType(rpc::PRIMARY).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(control_->ChangeType(rpc::DRAINED).code(), StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace keyspan::testing
