// Replies of a server, scanned, read and rewritten, cut into pieces at every place.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "mysql/protocol/result_reader.h"
#include "mysql/protocol/result_rewriter.h"
#include "mysql/protocol/result_scanner.h"
#include "mysql/protocol/wire.h"
#include "test/unit/mysql/protocol/packet_bytes.h"

namespace keyspan::mysql {
namespace {

std::string ColumnDefinition(const char* name) {
  Field field;
  field.name = name;
  std::string payload;
  EncodeColumnDefinition(field, &payload);
  return payload;
}

std::string EndOfRows(uint16_t status, uint16_t warnings = 0) {
  std::string payload;
  EncodeOk({.status = status, .warnings = warnings}, 0, 0xfe, &payload);
  return payload;
}

std::string PlainOk(uint16_t status) {
  std::string payload;
  EncodeOk({.affected_rows = 1, .last_insert_id = 300, .status = status}, 0, 0x00, &payload);
  return payload;
}

std::string Eof(uint16_t status, uint16_t warnings = 0) {
  std::string payload;
  EncodeEof({warnings, status}, &payload);
  return payload;
}

const std::string kError = Bytes("ff 7a04 '#42S02' 'no table'");
constexpr uint16_t kMore = kStatusAutocommit | kStatusMoreResults;

// Two result sets, then an OK, as a CALL answers.
std::string ThreeResults() {
  return Frames({Bytes("02"), ColumnDefinition("a"), ColumnDefinition("b"), Bytes("01'1' 01'x'"),
                 Bytes("fb fb"), EndOfRows(kMore, 1), Bytes("01"), ColumnDefinition("c"),
                 EndOfRows(kMore), PlainOk(kStatusAutocommit)});
}

// Feeds `reply` in pieces that end at `cut` and at the end, as a connection would.
void ScanInTwo(ResultScanner* scanner, const std::string& reply, size_t cut) {
  std::string kept = reply.substr(0, cut);
  Result<size_t> used = scanner->Feed(kept);
  ASSERT_TRUE(used.ok()) << used.status().ToString();
  std::string rest = kept.substr(*used) + reply.substr(cut);
  used = scanner->Feed(rest);
  ASSERT_TRUE(used.ok()) << used.status().ToString();
  EXPECT_EQ(*used, rest.size());
}

TEST(ResultScanner, SeveralResultsCutAnywhere) {
  std::string reply = ThreeResults();
  for (size_t cut = 0; cut <= reply.size(); ++cut) {
    ResultScanner scanner;
    ScanInTwo(&scanner, reply, cut);
    EXPECT_TRUE(scanner.done()) << cut;
    EXPECT_EQ(scanner.result_sets(), 3u);
    EXPECT_EQ(scanner.total_rows(), 2u);
    EXPECT_EQ(scanner.offset(), reply.size());
    EXPECT_EQ(scanner.last_insert_id(), 300u);
    EXPECT_EQ(scanner.status(), kStatusAutocommit);
    EXPECT_EQ(scanner.next_sequence(), 11);
  }
}

TEST(ResultScanner, OffsetsOfTheParts) {
  std::string head = Frames({Bytes("01"), ColumnDefinition("a")});
  std::string rows = Frames({Bytes("01'1'"), Bytes("01'2'")}, 3);
  std::string end = Frames({EndOfRows(kStatusInTransaction, 7)}, 5);
  ResultScanner scanner;
  ASSERT_TRUE(scanner.Feed(head).ok());
  EXPECT_EQ(scanner.phase(), ResultScanner::Phase::kRows);
  EXPECT_EQ(scanner.rows_offset(), head.size());
  EXPECT_EQ(scanner.column_count(), 1u);
  ASSERT_TRUE(scanner.Feed(rows).ok());
  EXPECT_EQ(scanner.row_count(), 2u);
  ASSERT_TRUE(scanner.Feed(end).ok());
  EXPECT_TRUE(scanner.done());
  EXPECT_EQ(scanner.ok_offset(), head.size() + rows.size());
  EXPECT_EQ(scanner.warnings(), 7);
  EXPECT_EQ(scanner.status(), kStatusInTransaction);
}

TEST(ResultScanner, RowsOverSeveralFrames) {
  std::string row = Bytes("fd 000000");
  row += std::string(kMaxFramePayload, 'x');
  std::string reply = Frames({Bytes("01"), ColumnDefinition("a"), row,
                              std::string(kMaxFramePayload, '\xfe'), EndOfRows(2)});
  for (size_t piece : {size_t{1 << 20}, reply.size()}) {
    ResultScanner scanner;
    std::string pending;
    for (size_t at = 0; at < reply.size(); at += piece) {
      pending += reply.substr(at, piece);
      Result<size_t> used = scanner.Feed(pending);
      ASSERT_TRUE(used.ok()) << used.status().ToString();
      pending.erase(0, *used);
      EXPECT_LT(pending.size(), 16u);
    }
    EXPECT_TRUE(scanner.done());
    EXPECT_EQ(scanner.row_count(), 2u);
  }
}

TEST(ResultScanner, OtherReplies) {
  ResultScanner error;
  ASSERT_TRUE(error.Feed(Frames({kError})).ok());
  EXPECT_TRUE(error.done());
  EXPECT_EQ(error.error().mysql_errno(), 1146);
  ResultScanner late;
  ASSERT_TRUE(late.Feed(Frames({Bytes("01"), ColumnDefinition("a"), Bytes("01'1'"), kError})).ok());
  EXPECT_TRUE(late.failed());
  EXPECT_EQ(late.row_count(), 1u);
  std::string prepare = Frames({Bytes("00 05000000 0100 0200 00 0000"), ColumnDefinition("?"),
                                ColumnDefinition("?"), ColumnDefinition("c")});
  for (size_t cut = 0; cut <= prepare.size(); ++cut) {
    ResultScanner scanner(ReplyKind::kPrepare);
    ScanInTwo(&scanner, prepare, cut);
    EXPECT_TRUE(scanner.done()) << cut;
    EXPECT_EQ(scanner.statement_id(), 5u);
    EXPECT_EQ(scanner.parameter_count(), 2);
    EXPECT_EQ(scanner.column_count(), 1u);
  }
  ResultScanner nothing(ReplyKind::kPrepare);
  ASSERT_TRUE(nothing.Feed(Frames({Bytes("00 05000000 0000 0000 00 0000")})).ok());
  EXPECT_TRUE(nothing.done());
  ResultScanner text(ReplyKind::kSimple);
  ASSERT_TRUE(text.Feed(Frames({"Uptime: 1"})).ok());
  EXPECT_TRUE(text.done());
  ResultScanner fields(ReplyKind::kFieldList);
  ASSERT_TRUE(fields.Feed(Frames({ColumnDefinition("a"), EndOfRows(2)})).ok());
  EXPECT_TRUE(fields.done());
  EXPECT_EQ(fields.row_count(), 1u);
}

TEST(ResultScanner, BrokenRepliesAreRefused) {
  for (const std::string& reply :
       {Frames({""}), Frames({Bytes("fb 'file'")}), Frames({Bytes("01 02")}),
        Frames({Bytes("fd ffffff")}), Frames({Bytes("00 00")}), Frames({Bytes("ff 00")}),
        Frames({Bytes("01"), ColumnDefinition("a"), Bytes("fe 00")}),
        Frames({Bytes("01")}) + Frames({ColumnDefinition("a")}, 3)}) {
    ResultScanner scanner;
    EXPECT_EQ(scanner.Feed(reply).status().code(), StatusCode::kMalformed);
  }
}

TEST(ResultReader, ItemByItemCutAnywhere) {
  std::string reply = ThreeResults();
  for (size_t cut = 0; cut <= reply.size(); ++cut) {
    ResultReader reader;
    std::string pieces[] = {reply.substr(0, cut), reply.substr(cut)};
    std::string log;
    for (const std::string& piece : pieces) {
      reader.Append(piece);
      for (auto item = reader.Next(); item != ResultReader::Item::kNeedMore; item = reader.Next()) {
        if (item == ResultReader::Item::kEnd) {
          log += "end";
          break;
        }
        switch (item) {
          case ResultReader::Item::kColumns:
            log += fmt::format("columns {};", reader.columns().size());
            break;
          case ResultReader::Item::kRow:
            log += fmt::format("row {};", reader.row().size());
            break;
          case ResultReader::Item::kResultEnd:
            log += fmt::format("ok {};", reader.ok().last_insert_id);
            break;
          default:
            log += "?";
        }
        if (item == ResultReader::Item::kMalformed) break;
      }
    }
    if (log.ends_with("endend")) log.resize(log.size() - 3);  // the last piece was empty
    EXPECT_EQ(log, "columns 2;row 4;row 2;ok 0;columns 1;ok 0;ok 300;end") << cut;
  }
}

TEST(ResultReader, ErrorsAndNonsense) {
  ResultReader reader;
  std::string reply = Frames({Bytes("01"), ColumnDefinition("a"), kError});
  reader.Append(reply);
  EXPECT_EQ(reader.Next(), ResultReader::Item::kColumns);
  EXPECT_EQ(reader.Next(), ResultReader::Item::kError);
  EXPECT_EQ(reader.error().mysql_errno(), 1146);
  EXPECT_EQ(reader.Next(), ResultReader::Item::kEnd);
  ResultReader broken;
  std::string empty_packet = Bytes("000000 01");
  broken.Append(empty_packet);
  EXPECT_EQ(broken.Next(), ResultReader::Item::kMalformed);
}

// What a client gets when `reply` comes in two pieces.
std::string Rewritten(const ResultRewriter::Options& options, std::string reply, size_t cut,
                      ResultRewriter* keep = nullptr) {
  ResultRewriter local(options);
  ResultRewriter* rewriter = keep ? keep : &local;
  OutputBuffer out;
  Status first = rewriter->Rewrite({reply.data(), cut}, &out);
  EXPECT_TRUE(first.ok()) << first.ToString();
  Status second = rewriter->Rewrite({reply.data() + cut, reply.size() - cut}, &out);
  EXPECT_TRUE(second.ok()) << second.ToString();
  EXPECT_TRUE(rewriter->done()) << cut;
  return out.Flatten();
}

TEST(ResultRewriter, StatusAndSequenceInPlace) {
  std::string reply = ThreeResults();
  constexpr uint16_t kSession = kStatusInTransaction;
  std::string expected =
      Frames({Bytes("02"), ColumnDefinition("a"), ColumnDefinition("b"), Bytes("01'1' 01'x'"),
              Bytes("fb fb"), EndOfRows(kSession | kStatusMoreResults, 1), Bytes("01"),
              ColumnDefinition("c"), EndOfRows(kSession | kStatusMoreResults),
              PlainOk(kSession | kStatusMoreResults)},
             5);
  ResultRewriter::Options options;
  options.client_capabilities = kClientProtocol41 | kClientDeprecateEof;
  options.first_sequence = 5;
  options.status = kSession;
  options.more_results_follow = true;
  for (size_t cut = 0; cut <= reply.size(); ++cut) {
    EXPECT_EQ(Rewritten(options, reply, cut), expected) << cut;
  }
  ResultRewriter owned(options);
  OutputBuffer out;
  ASSERT_TRUE(owned.RewriteOwned(reply, &out).ok());
  EXPECT_EQ(out.Flatten(), expected);
  EXPECT_EQ(owned.next_sequence(), 15);
  EXPECT_EQ(owned.row_count(), 2u);
}

TEST(ResultRewriter, OldClientsGetEofPackets) {
  std::string reply = ThreeResults();
  constexpr uint16_t kAc = kStatusAutocommit;
  std::string expected =
      Frames({Bytes("02"), ColumnDefinition("a"), ColumnDefinition("b"), Eof(kAc),
              Bytes("01'1' 01'x'"), Bytes("fb fb"), Eof(kMore, 1), Bytes("01"),
              ColumnDefinition("c"), Eof(kAc), Eof(kMore), PlainOk(kAc)});
  ResultRewriter::Options options;
  options.client_capabilities = kClientProtocol41;
  for (size_t cut = 0; cut <= reply.size(); ++cut) {
    EXPECT_EQ(Rewritten(options, reply, cut), expected) << cut;
  }
}

TEST(ResultRewriter, CursorsHaveOneEof) {
  std::string reply =
      Frames({Bytes("01"), ColumnDefinition("a"), EndOfRows(2 | kStatusCursorExists)});
  ResultRewriter::Options options;
  options.client_capabilities = kClientProtocol41;
  EXPECT_EQ(Rewritten(options, reply, 0),
            Frames({Bytes("01"), ColumnDefinition("a"), Eof(2 | kStatusCursorExists)}));
}

TEST(ResultRewriter, ErrorsAreHeldBack) {
  ResultRewriter::Options options;
  options.client_capabilities = kClientProtocol41;
  for (bool with_row : {false, true}) {
    std::string reply =
        with_row ? Frames({Bytes("01"), ColumnDefinition("a"), "\1x", kError}) : Frames({kError});
    for (size_t cut = 0; cut <= reply.size(); ++cut) {
      ResultRewriter rewriter(options);
      std::string out = Rewritten(options, reply, cut, &rewriter);
      EXPECT_EQ(rewriter.error().mysql_errno(), 1146);
      EXPECT_EQ(rewriter.started(), with_row);
      EXPECT_EQ(out, with_row ? Frames({Bytes("01"), ColumnDefinition("a"), Eof(2), "\1x"}) : "");
      EXPECT_EQ(rewriter.next_sequence(), with_row ? 5 : 1);
    }
  }
}

TEST(ResultRewriter, SessionChangesAreReplaced) {
  OkPacket from_server{.affected_rows = 2, .status = kStatusAutocommit, .info = "Rows matched: 2"};
  from_server.changes.schema = "customer";
  std::string payload;
  EncodeOk(from_server, kClientSessionTrack, 0x00, &payload);
  SessionChanges ours;
  ours.transaction_state = "T_______";
  for (bool tracks : {false, true}) {
    ResultRewriter::Options options;
    options.client_capabilities = kClientDeprecateEof | (tracks ? kClientSessionTrack : 0u);
    options.source_capabilities |= kClientSessionTrack;
    options.changes = &ours;
    OkPacket expected = from_server;
    expected.changes = tracks ? ours : SessionChanges();
    std::string expected_payload;
    EncodeOk(expected, options.client_capabilities, 0x00, &expected_payload);
    EXPECT_EQ(Rewritten(options, Frames({payload}), 3), Frames({expected_payload}));
  }
}

TEST(ResultRewriter, BigChunksAreNotCopied) {
  std::string row(100000, 'x');
  std::string reply =
      Frames({Bytes("01"), ColumnDefinition("a"), Bytes("fd a08601") + row, EndOfRows(2)});
  const char* data = reply.data();
  ResultRewriter::Options options;
  options.client_capabilities = kClientDeprecateEof;
  ResultRewriter rewriter(options);
  OutputBuffer out;
  ASSERT_TRUE(rewriter.RewriteOwned(std::move(reply), &out).ok());
  std::string_view piece;
  ASSERT_EQ(out.Pieces(&piece, 1), 1u);
  EXPECT_EQ(piece.data(), data);
}

TEST(ResultRewriter, BrokenRepliesAreRefused) {
  ResultRewriter::Options options;
  for (std::string reply : {Frames({""}), Frames({Bytes("fb 'file'")}), Frames({Bytes("01 02")}),
                            Frames({PlainOk(2)}) + "x"}) {
    ResultRewriter rewriter(options);
    OutputBuffer out;
    EXPECT_EQ(rewriter.Rewrite({reply.data(), reply.size()}, &out).code(), StatusCode::kMalformed);
  }
}

TEST(ResultWriter, BothForms) {
  std::vector<Field> fields(1);
  fields[0].name = "a";
  for (uint32_t capabilities : {uint32_t{kClientDeprecateEof}, 0u}) {
    OutputBuffer out;
    uint8_t sequence = 1;
    ResultWriter writer(capabilities, &sequence, &out);
    writer.Columns(fields, 2);
    writer.TextRow(Row{Value::Int(1)});
    writer.End({.status = 2, .warnings = 3});
    EXPECT_EQ(
        out.Flatten(),
        capabilities
            ? Frames({Bytes("01"), ColumnDefinition("a"), Bytes("01'1'"), EndOfRows(2, 3)})
            : Frames({Bytes("01"), ColumnDefinition("a"), Eof(2), Bytes("01'1'"), Eof(2, 3)}));
  }
}

TEST(OutputBuffer, PiecesComeOutInOrderHoweverTheyAreConsumed) {
  for (size_t step : {size_t{1}, size_t{7}, size_t{16 << 10}, size_t{1} << 20}) {
    OutputBuffer out;
    std::string expected;
    for (int i = 0; i < 5; ++i) {
      std::string small = fmt::format("small {};", i);
      std::string big(20000 + static_cast<size_t>(i), static_cast<char>('a' + i));
      out.Append(small);
      out.AppendOwned(big);
      expected += small + big;
    }
    out.Append("end");
    expected += "end";
    EXPECT_EQ(out.size(), expected.size());
    EXPECT_EQ(out.Flatten(), expected);
    std::string got;
    while (!out.empty()) {
      std::string_view pieces[2];
      size_t n = out.Pieces(pieces, 2);
      ASSERT_GT(n, 0u);
      size_t take = std::min(step, pieces[0].size());
      got += pieces[0].substr(0, take);
      out.Consume(take);
    }
    EXPECT_EQ(got, expected);
  }
}

TEST(OutputBuffer, PacketsOf16MibAreSplit) {
  for (size_t size : {size_t{0xfffffe}, size_t{0xffffff}, size_t{0x1000005}}) {
    OutputBuffer out;
    uint8_t sequence = 255;
    out.BeginPacket()->append(size, 'x');
    out.EndPacket(&sequence);
    EXPECT_EQ(sequence, size < 0xffffff ? 0 : 1);
    std::string bytes = out.Flatten();
    EXPECT_EQ(bytes.size(), out.size());
    FrameScan scan = ScanFrames(bytes, size_t{1} << 30);
    EXPECT_EQ(scan.state, FrameScan::State::kComplete);
    EXPECT_EQ(scan.payload_size, size);
    EXPECT_EQ(scan.size, bytes.size());
    EXPECT_EQ(JoinFrames(bytes).size(), size);
    EXPECT_EQ(ScanFrames(bytes, size - 1).state, FrameScan::State::kTooLarge);
    EXPECT_EQ(ScanFrames(std::string_view(bytes).substr(0, bytes.size() - 1), size).state,
              FrameScan::State::kNeedMore);
  }
}

}  // namespace
}  // namespace keyspan::mysql
