#include "vtgate/engine/rows/shard_rows.h"

#include <gmock/gmock.h>

#include "test/unit/vtgate/engine/rows/fake_shard_reply.h"

namespace keyspan::vtgate {
namespace {

using mysql::FieldType;
using mysql::Value;
using testing::ElementsAre;
using testing::HasSubstr;

class ShardRowsTest : public testing::TestWithParam<RowFormat> {
 protected:
  const std::vector<mysql::Field> fields_ = {
      TestField("id", FieldType::kLongLong),
      TestField("name", FieldType::kVarString, 0, mysql::kUtf8mb40900AiCi)};
  const std::vector<mysql::Row> rows_ = {{Value::Int(1), Value::Text("one")},
                                         {Value::Int(2), Value::Null()},
                                         {Value::Int(-3), Value::Text("")}};
};

TEST_P(ShardRowsTest, ReadsColumnsAndRowsOverChunks) {
  // Every packet in a chunk of its own.
  ResultBytes one(fields_, GetParam());
  const std::string bytes = one.Rows(rows_, 100).End(7, 0x22).chunks()[0];
  FakeShardReply::Script script;
  for (size_t at = 0; at < bytes.size();) {
    const size_t size = 4 + mysql::Load24(bytes.data() + at);
    script.chunks.push_back(bytes.substr(at, size));
    at += size;
  }
  auto log = std::make_shared<FakeReplyLog>();
  auto source = Shard(script, GetParam(), log);
  const Drained drained = DrainNow(*source);
  ASSERT_TRUE(drained.status.ok()) << drained.status.ToString();
  EXPECT_THAT(Texts(drained.rows), ElementsAre("1|one", "2|NULL", "-3|"));
  EXPECT_EQ(source->columns().fields, fields_);
  std::string definition;
  mysql::EncodeColumnDefinition(fields_[1], &definition);
  EXPECT_EQ(source->columns().definitions[1], definition);
  EXPECT_EQ(source->summary().warnings, 7u);
  EXPECT_EQ(source->summary().status, 0x22);
  EXPECT_EQ(source->summary().ended, 1u);
  EXPECT_TRUE(log->ended);
}

TEST_P(ShardRowsTest, ErrorsOfTheServerComeThrough) {
  const Status error = Status::Mysql(1205, "HY000", "Lock wait timeout exceeded");
  for (int when = 0; when < 3; ++when) {
    FakeShardReply::Script script;
    ResultBytes bytes(fields_, GetParam());
    if (when == 0) {
      std::string payload;
      mysql::EncodeError(error, mysql::kClientProtocol41, &payload);
      uint8_t sequence = 1;
      script.chunks.emplace_back();
      mysql::AppendFrames(payload, &sequence, &script.chunks[0]);
    } else {
      if (when == 2) bytes.Rows(rows_).NextChunk();
      script.chunks = bytes.Error(error).chunks();
    }
    auto log = std::make_shared<FakeReplyLog>();
    auto source = Shard(script, GetParam(), log);
    const Drained drained = DrainNow(*source);
    EXPECT_EQ(drained.status.code(), StatusCode::kMysql);
    EXPECT_EQ(drained.status.mysql_errno(), 1205);
    EXPECT_EQ(drained.status.message(), "Lock wait timeout exceeded");
    EXPECT_TRUE(log->ended);
    EXPECT_EQ(drained.rows.size(), when == 2 ? 3u : 0u);
  }
}

TEST_P(ShardRowsTest, BreaksOfTheStreamAreErrors) {
  const auto chunks = ResultBytes(fields_, GetParam()).Rows(rows_).End().chunks();
  ASSERT_EQ(chunks.size(), 1u);
  const std::string& whole = chunks[0];
  for (size_t cut = 0; cut < whole.size(); ++cut) {
    FakeShardReply::Script script;
    if (cut > 0) script.chunks = {whole.substr(0, cut)};
    const Drained drained = DrainNow(Shard(script, GetParam()));
    EXPECT_EQ(drained.status.code(), StatusCode::kMalformed) << cut;
  }
  FakeShardReply::Script failing;
  failing.chunks = {whole.substr(0, 5)};
  failing.failure = Unavailable("tablet went away");
  EXPECT_EQ(DrainNow(Shard(failing, GetParam())).status.code(), StatusCode::kUnavailable);
  FakeShardReply::Script trailing;
  trailing.chunks = {whole + whole};
  EXPECT_EQ(DrainNow(Shard(trailing, GetParam())).status.code(), StatusCode::kMalformed);
  trailing.chunks = {whole, whole};
  EXPECT_EQ(DrainNow(Shard(trailing, GetParam())).status.code(), StatusCode::kMalformed);
}

TEST_P(ShardRowsTest, AnswerWithoutRows) {
  mysql::OkPacket ok;
  ok.affected_rows = 5;
  ok.last_insert_id = 9;
  ok.warnings = 1;
  std::string payload;
  mysql::EncodeOk(ok, mysql::kClientProtocol41 | mysql::kClientDeprecateEof, 0x00, &payload);
  FakeShardReply::Script script;
  script.chunks.emplace_back();
  uint8_t sequence = 1;
  mysql::AppendFrames(payload, &sequence, &script.chunks[0]);
  auto source = Shard(script, GetParam());
  const Drained drained = DrainNow(*source);
  ASSERT_TRUE(drained.status.ok()) << drained.status.ToString();
  EXPECT_EQ(source->columns().size(), 0u);
  EXPECT_EQ(source->summary().affected_rows, 5u);
  EXPECT_EQ(source->summary().last_insert_id, 9u);
}

TEST_P(ShardRowsTest, SeveralResultsAreRefused) {
  FakeShardReply::Script script;
  script.chunks = ResultBytes(fields_, GetParam()).End(0, mysql::kStatusMoreResults).chunks();
  const Drained drained = DrainNow(Shard(script, GetParam()));
  EXPECT_EQ(drained.status.mysql_errno(), 1235);
  EXPECT_THAT(std::string(drained.status.message()), HasSubstr("several results"));
}

TEST_P(ShardRowsTest, RowOfMoreThanOnePacket) {
  for (size_t extra : {0, 17}) {
    // With 0 the payload is a whole number of frames, so an empty frame ends it.
    std::vector<mysql::Field> fields = {TestField("blob", FieldType::kLongBlob),
                                        TestField("n", FieldType::kLong)};
    const size_t overhead = GetParam() == RowFormat::kText ? 4 + 2 : 1 + 1 + 4 + 4;
    const std::string big(mysql::kMaxFramePayload - overhead + extra, 'x');
    FakeShardReply::Script script;
    script.chunks = ResultBytes(fields, GetParam())
                        .Row({Value::Bytes("small"), Value::Int(1)})
                        .Row({Value::Bytes(big), Value::Int(2)})
                        .Row({Value::Bytes("small"), Value::Int(3)})
                        .End()
                        .chunks();
    // The frames of one row in two chunks.
    const std::string whole = script.chunks[0];
    size_t at = 0;
    while (mysql::Load24(whole.data() + at) != mysql::kMaxFramePayload) {
      at += 4 + mysql::Load24(whole.data() + at);
    }
    const size_t cut = at + 4 + mysql::kMaxFramePayload;
    script.chunks = {whole.substr(0, cut), whole.substr(cut)};
    const Drained drained = DrainNow(Shard(script, GetParam()));
    ASSERT_TRUE(drained.status.ok()) << drained.status.ToString();
    ASSERT_EQ(drained.rows.size(), 3u);
    EXPECT_TRUE(drained.rows[1][0].str() == big);
    EXPECT_EQ(drained.rows[1][1].int64(), 2);
    EXPECT_EQ(drained.rows[2][1].int64(), 3);
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, ShardRowsTest,
                         testing::Values(RowFormat::kText, RowFormat::kBinary), FormatName);

}  // namespace
}  // namespace keyspan::vtgate
