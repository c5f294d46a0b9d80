// Each packet as bytes, both ways, and with every possible truncation.
#include <gtest/gtest.h>

#include "mysql/protocol/handshake_packets.h"
#include "mysql/protocol/ok_packet.h"
#include "mysql/protocol/row.h"
#include "mysql/protocol/statement.h"
#include "mysql/protocol/wire.h"
#include "test/unit/mysql/protocol/packet_bytes.h"

namespace keyspan::mysql {
namespace {

// No prefix of `bytes` shorter than `needed` may decode; all must be safe to try.
template <typename Decode>
void ExpectTruncationsFail(const std::string& bytes, size_t needed, Decode decode) {
  for (size_t n = 0; n < bytes.size(); ++n) {
    std::string exact(bytes, 0, n);  // a buffer of its own, so that ASan sees reads past it
    bool ok = decode(exact);
    EXPECT_FALSE(ok && n < needed) << n << " of " << bytes.size() << " bytes";
  }
}

TEST(Wire, Lenenc) {
  for (auto [v, text] : std::initializer_list<std::pair<uint64_t, const char*>>{
           {0, "00"},
           {250, "fa"},
           {251, "fc fb00"},
           {65535, "fc ffff"},
           {65536, "fd 000001"},
           {16777215, "fd ffffff"},
           {16777216, "fe 0000000100000000"},
           {UINT64_MAX, "fe ffffffffffffffff"}}) {
    std::string out;
    AppendLenenc(&out, v);
    EXPECT_EQ(out, Bytes(text));
    EXPECT_EQ(LenencSize(v), out.size());
    ByteReader reader(out);
    EXPECT_EQ(reader.Lenenc(), v);
    EXPECT_FALSE(reader.failed());
    EXPECT_TRUE(reader.empty());
    ExpectTruncationsFail(out, out.size(), [](const std::string& cut) {
      ByteReader r(cut);
      r.Lenenc();
      return !r.failed();
    });
  }
  std::string lie = Bytes("fe ffffffffffffffff 00");
  ByteReader huge(lie);
  EXPECT_EQ(huge.LenencString(), "");
  EXPECT_TRUE(huge.failed());
}

TEST(OkPacket, Plain) {
  OkPacket ok{.affected_rows = 3, .last_insert_id = 300, .status = 2, .warnings = 1};
  std::string bytes;
  EncodeOk(ok, kClientProtocol41, 0x00, &bytes);
  EXPECT_EQ(bytes, Bytes("00 03 fc2c01 0200 0100"));
  Result<OkPacket> back = DecodeOk(bytes, kClientProtocol41);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(*back, ok);
  Result<OkHead> head = ParseOkHead(bytes);
  ASSERT_TRUE(head.ok());
  EXPECT_EQ(head->status_offset, 5u);
  ExpectTruncationsFail(bytes, bytes.size(),
                        [](const std::string& cut) { return DecodeOk(cut, 0).ok(); });
}

TEST(OkPacket, SessionChanges) {
  OkPacket ok{.status = kStatusAutocommit, .info = "hi"};
  ok.changes.schema = "customer";
  ok.changes.system_variables = {{"autocommit", "OFF"}};
  ok.changes.transaction_state = "T_______";
  ok.changes.transaction_characteristics = "";
  ok.changes.gtids = "x:1";
  ok.changes.state_changed = true;
  std::string bytes;
  EncodeOk(ok, kClientSessionTrack, 0x00, &bytes);
  OkPacket expected = ok;
  expected.status |= kStatusSessionStateChanged;
  Result<OkPacket> back = DecodeOk(bytes, kClientSessionTrack);
  ASSERT_TRUE(back.ok()) << back.status().ToString();
  EXPECT_EQ(*back, expected);
  ExpectTruncationsFail(
      bytes, 0, [](const std::string& cut) { return DecodeOk(cut, kClientSessionTrack).ok(); });
  // The schema alone, byte by byte.
  OkPacket schema{.status = kStatusAutocommit};
  schema.changes.schema = "db";
  bytes.clear();
  EncodeOk(schema, kClientSessionTrack, 0x00, &bytes);
  EXPECT_EQ(bytes, Bytes("00 00 00 0240 0000 00 05 01 03 02 'db'"));
  // All kinds in mysqld's order; what has changed and changed back leaves an empty block.
  OkPacket others{.status = kStatusAutocommit};
  others.changes.state_changed = true;
  others.changes.transaction_state = "T_______";
  others.changes.transaction_characteristics = "";
  bytes.clear();
  EncodeOk(others, kClientSessionTrack, 0x00, &bytes);
  EXPECT_EQ(bytes, Bytes("00 00 00 0240 0000 00 11 02 01 '1' 05 09 08 'T_______' 04 01 00"));
  OkPacket nothing{.status = kStatusAutocommit};
  nothing.changes.even_if_empty = true;
  bytes.clear();
  EncodeOk(nothing, kClientSessionTrack, 0x00, &bytes);
  EXPECT_EQ(bytes, Bytes("00 00 00 0240 0000 00 00"));
  // To a client that does not track, nothing of it goes.
  bytes.clear();
  EncodeOk(schema, 0, 0x00, &bytes);
  EXPECT_EQ(bytes, Bytes("00 00 00 0200 0000"));
}

TEST(ErrPacket, BothWays) {
  std::string bytes;
  EncodeError(Status::Mysql(1146, "42S02", "no such table"), kClientProtocol41, &bytes);
  EXPECT_EQ(bytes, Bytes("ff 7a04 '#42S02' 'no such table'"));
  Status back = DecodeError(bytes);
  EXPECT_EQ(back.code(), StatusCode::kMysql);
  EXPECT_EQ(back.mysql_errno(), 1146);
  EXPECT_EQ(back.sqlstate(), "42S02");
  EXPECT_EQ(back.message(), "no such table");
  EXPECT_EQ(DecodeError(Bytes("ff 1004 'Too many'")).message(), "Too many");
  EXPECT_EQ(DecodeError(Bytes("ff 10")).code(), StatusCode::kMalformed);
  bytes.clear();
  EncodeError(Status::Mysql(1064, "42000", std::string(510, 'x') + "é"), kClientProtocol41, &bytes);
  EXPECT_EQ(bytes.size(), 9u + 510u);
}

TEST(EofPacket, BothWays) {
  std::string bytes;
  EncodeEof({1, 0x22}, &bytes);
  EXPECT_EQ(bytes, Bytes("fe 0100 2200"));
  EXPECT_TRUE(IsEof(bytes));
  EXPECT_EQ(DecodeEof(bytes)->status, 0x22);
  ExpectTruncationsFail(bytes, bytes.size(),
                        [](const std::string& cut) { return DecodeEof(cut).ok(); });
}

TEST(ColumnDefinition, BothWays) {
  Field field;
  field.schema = "test";
  field.table = "T";
  field.org_table = "t";
  field.name = "Id";
  field.org_name = "id";
  field.collation = 63;
  field.length = 11;
  field.type = FieldType::kLong;
  field.flags = kNotNullFlag | kPrimaryKeyFlag;
  std::string bytes;
  EncodeColumnDefinition(field, &bytes);
  EXPECT_EQ(bytes, Bytes("03'def' 04'test' 01'T' 01't' 02'Id' 02'id' 0c 3f00 0b000000 03 0300 00"
                         "0000"));
  Result<Field> back = DecodeColumnDefinition(bytes);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(*back, field);
  ExpectTruncationsFail(bytes, bytes.size(),
                        [](const std::string& cut) { return DecodeColumnDefinition(cut).ok(); });
}

TEST(Greeting, BothWays) {
  Greeting greeting;
  greeting.server_version = "9.7.0-Keyspan";
  greeting.connection_id = 7;
  greeting.nonce = "abcdefghijklmnopqrst";
  greeting.capabilities = kClientProtocol41 | kClientPluginAuth | kClientSecureConnection;
  greeting.auth_plugin = kCachingSha2Plugin;
  std::string bytes;
  EncodeGreeting(greeting, &bytes);
  EXPECT_EQ(bytes, Bytes("0a '9.7.0-Keyspan' 00 07000000 'abcdefgh' 00 0082 ff 0200 0800 15"
                         "00000000000000000000 'ijklmnopqrst' 00 'caching_sha2_password' 00"));
  Result<Greeting> back = DecodeGreeting(bytes);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->nonce, greeting.nonce);
  EXPECT_EQ(back->server_version, greeting.server_version);
  EXPECT_EQ(back->capabilities, greeting.capabilities);
  EXPECT_EQ(back->auth_plugin, greeting.auth_plugin);
  ExpectTruncationsFail(bytes, bytes.size() - 22,
                        [](const std::string& cut) { return DecodeGreeting(cut).ok(); });
}

TEST(HandshakeResponse, BothWaysWithEachCapability) {
  constexpr uint32_t kAll = kClientProtocol41 | kClientSecureConnection | kClientConnectWithDb |
                            kClientPluginAuth | kClientPluginAuthLenencData | kClientConnectAttrs;
  for (uint32_t without : {0u, uint32_t{kClientConnectWithDb}, uint32_t{kClientPluginAuth},
                           uint32_t{kClientPluginAuthLenencData}, uint32_t{kClientConnectAttrs}}) {
    HandshakeResponse response;
    response.capabilities = kAll & ~without;
    response.max_packet = 1 << 24;
    response.collation = 45;
    response.user = "app";
    response.auth_response = std::string("\0secret", 7);
    response.database = without == kClientConnectWithDb ? "" : "customer";
    response.auth_plugin = without == kClientPluginAuth ? "" : std::string(kCachingSha2Plugin);
    if (without != kClientConnectAttrs) response.attributes = {{"_os", "Linux"}, {"p", ""}};
    std::string bytes;
    EncodeHandshakeResponse(response, &bytes);
    Result<HandshakeResponse> back = DecodeHandshakeResponse(bytes, kAll);
    ASSERT_TRUE(back.ok()) << back.status().ToString();
    EXPECT_EQ(back->user, response.user);
    EXPECT_EQ(back->auth_response, response.auth_response);
    EXPECT_EQ(back->database, response.database);
    EXPECT_EQ(back->auth_plugin, response.auth_plugin);
    EXPECT_EQ(back->attributes, response.attributes);
    ExpectTruncationsFail(
        bytes, 44, [](const std::string& cut) { return DecodeHandshakeResponse(cut, kAll).ok(); });
  }
}

TEST(HandshakeResponse, SslRequestAndOldClients) {
  HandshakeResponse response;
  response.capabilities = kClientProtocol41 | kClientSsl;
  std::string bytes;
  EncodeSslRequest(response, &bytes);
  EXPECT_EQ(bytes.size(), 32u);
  EXPECT_TRUE(DecodeHandshakeResponse(bytes, kClientSsl)->is_ssl_request);
  EXPECT_FALSE(DecodeHandshakeResponse(bytes, 0).ok());  // not offered
  EXPECT_FALSE(DecodeHandshakeResponse(std::string(40, '\0'), kClientSsl).ok());
}

TEST(ChangeUser, BothWays) {
  constexpr uint32_t kCapabilities =
      kClientSecureConnection | kClientPluginAuth | kClientConnectAttrs;
  ChangeUserRequest request{"u", "answer", "d", 45, "mysql_native_password", {{"a", "b"}}};
  std::string bytes;
  EncodeChangeUser(request, kCapabilities, &bytes);
  EXPECT_EQ(bytes, Bytes("11 'u' 00 06'answer' 'd' 00 2d00 'mysql_native_password' 00"
                         "04 01'a' 01'b'"));
  Result<ChangeUserRequest> back =
      DecodeChangeUser(std::string_view(bytes).substr(1), kCapabilities);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->auth_response, "answer");
  EXPECT_EQ(back->database, "d");
  EXPECT_EQ(back->attributes, request.attributes);
  ExpectTruncationsFail(bytes.substr(1), 9, [](const std::string& cut) {
    return DecodeChangeUser(cut, kCapabilities).ok();
  });
}

TEST(AuthSwitch, BothWays) {
  std::string bytes;
  EncodeAuthSwitch({"mysql_native_password", "abcdefghijklmnopqrst"}, &bytes);
  EXPECT_EQ(bytes, Bytes("fe 'mysql_native_password' 00 'abcdefghijklmnopqrst' 00"));
  EXPECT_EQ(DecodeAuthSwitch(bytes)->nonce, "abcdefghijklmnopqrst");
  EXPECT_FALSE(DecodeAuthSwitch(Bytes("fe")).ok());
}

std::vector<Field> RowFields() {
  std::vector<Field> fields(12);
  FieldType types[] = {FieldType::kTiny,       FieldType::kShort,     FieldType::kLong,
                       FieldType::kLongLong,   FieldType::kFloat,     FieldType::kDouble,
                       FieldType::kNewDecimal, FieldType::kDate,      FieldType::kDatetime,
                       FieldType::kTime,       FieldType::kVarString, FieldType::kBlob};
  for (size_t i = 0; i < fields.size(); ++i) {
    fields[i].type = types[i];
    fields[i].collation = types[i] == FieldType::kVarString ? 255 : 63;
  }
  fields[3].flags = kUnsignedFlag;
  fields[8].decimals = 3;
  return fields;
}

Row SampleRow() {
  return {Value::Int(-1),
          Value::Int(258),
          Value::Null(),
          Value::Uint(UINT64_MAX),
          Value::Float(1.5f),
          Value::Double(-2.25),
          Value::Decimal("10.50"),
          Value::Date({.year = 2026, .month = 11, .day = 20}),
          Value::Datetime({.year = 2026,
                           .month = 1,
                           .day = 2,
                           .hour = 3,
                           .minute = 4,
                           .second = 5,
                           .microsecond = 250000,
                           .decimals = 3}),
          Value::Time({.hour = 100, .minute = 1, .second = 2, .negative = true}),
          Value::Text("é"),
          Value::Bytes(std::string("\0", 1))};
}

TEST(Row, TextBothWays) {
  std::string bytes;
  EncodeTextRow(SampleRow(), &bytes);
  EXPECT_EQ(bytes,
            Bytes("02'-1' 03'258' fb 14'18446744073709551615' 03'1.5' 05'-2.25' 05'10.50'"
                  "0a'2026-11-20' 17'2026-01-02 03:04:05.250' 0a'-100:01:02' 02 c3a9 01 00"));
  Row row;
  ASSERT_TRUE(DecodeTextRow(bytes, RowFields(), &row).ok());
  EXPECT_EQ(row, SampleRow());
  std::vector<std::optional<std::string_view>> cells;
  ASSERT_TRUE(SplitTextRow(bytes, 12, &cells).ok());
  EXPECT_EQ(cells[1], "258");
  EXPECT_EQ(cells[2], std::nullopt);
  EXPECT_FALSE(SplitTextRow(bytes, 11, &cells).ok());
  ExpectTruncationsFail(bytes, bytes.size(), [](const std::string& cut) {
    Row r;
    return DecodeTextRow(cut, RowFields(), &r).ok();
  });
}

TEST(Row, BinaryBothWays) {
  std::string bytes;
  ASSERT_TRUE(EncodeBinaryRow(SampleRow(), RowFields(), &bytes).ok());
  EXPECT_EQ(bytes, Bytes("00 1000 ff 0201 ffffffffffffffff 0000c03f 00000000000002c0 05'10.50'"
                         "04 ea070b14 0b ea070102030405 90d00300 08 01 04000000 04 01 02"
                         "02 c3a9 01 00"));
  Row row;
  ASSERT_TRUE(DecodeBinaryRow(bytes, RowFields(), &row).ok());
  EXPECT_EQ(row, SampleRow());
  ExpectTruncationsFail(bytes, bytes.size(), [](const std::string& cut) {
    Row r;
    return DecodeBinaryRow(cut, RowFields(), &r).ok();
  });
}

TEST(Row, TextBecomesBinary) {
  std::string text, binary, expected;
  EncodeTextRow(SampleRow(), &text);
  ASSERT_TRUE(EncodeBinaryRow(SampleRow(), RowFields(), &expected).ok());
  ASSERT_TRUE(ConvertTextRowToBinary(text, RowFields(), &binary).ok());
  EXPECT_EQ(binary, expected);
  ExpectTruncationsFail(text, text.size(), [](const std::string& cut) {
    std::string out;
    return ConvertTextRowToBinary(cut, RowFields(), &out).ok();
  });
}

TEST(Row, ZeroTemporalsAreEmpty) {
  std::vector<Field> fields(3);
  fields[0].type = FieldType::kDatetime;
  fields[1].type = FieldType::kTime;
  fields[2].type = FieldType::kDate;
  std::string binary;
  ASSERT_TRUE(ConvertTextRowToBinary(Bytes("13'0000-00-00 00:00:00' 08'00:00:00' 0a'0000-00-00'"),
                                     fields, &binary)
                  .ok());
  EXPECT_EQ(binary, Bytes("00 00 00 00 00"));
}

TEST(Row, ValuesOutOfTheColumnsRangeFail) {
  std::vector<Field> fields(1);
  fields[0].type = FieldType::kTiny;
  std::string out;
  EXPECT_FALSE(EncodeBinaryRow(Row{Value::Int(128)}, fields, &out).ok());
  EXPECT_FALSE(EncodeBinaryRow(Row{Value::Uint(200)}, fields, &out).ok());
  fields[0].flags = kUnsignedFlag;
  EXPECT_TRUE(EncodeBinaryRow(Row{Value::Uint(200)}, fields, &out).ok());
  EXPECT_FALSE(EncodeBinaryRow(Row{Value::Int(-1)}, fields, &out).ok());
  EXPECT_FALSE(EncodeBinaryRow(Row{Value::Text("x")}, fields, &out).ok());
}

TEST(Query, AttributesStandBeforeTheText) {
  Result<QueryRequest> plain = ParseQuery("SELECT 1", 0);
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(plain->sql, "SELECT 1");
  EXPECT_EQ(ParseQuery(Bytes("00 01 'SELECT 1'"), kClientQueryAttributes)->sql, "SELECT 1");
  std::string bytes = Bytes("02 01 02 01 fe00 01'a' 0300 01'b' 01'x' 'SELECT 1'");
  Result<QueryRequest> request = ParseQuery(bytes, kClientQueryAttributes);
  ASSERT_TRUE(request.ok()) << request.status().ToString();
  EXPECT_EQ(request->sql, "SELECT 1");
  ASSERT_EQ(request->attributes.size(), 2u);
  EXPECT_EQ(request->attributes[0].name, "a");
  EXPECT_EQ(request->attributes[0].value.raw, "x");
  EXPECT_TRUE(request->attributes[1].value.is_null);
  ExpectTruncationsFail(bytes, bytes.size() - 8, [](const std::string& cut) {
    return ParseQuery(cut, kClientQueryAttributes).ok();
  });
}

TEST(Execute, ParametersBothWays) {
  Row values{Value::Int(5), Value::Null(), Value::Text("abc"), Value::Double(0.5)};
  std::string block, packet;
  ASSERT_TRUE(EncodeParameterBlock(values, &block).ok());
  EncodeExecute(9, 0, block, &packet);
  EXPECT_EQ(packet, Bytes("17 09000000 00 01000000 02 01 0800 0600 fd00 0500"
                          "0500000000000000 03'abc' 000000000000e03f"));
  std::string body = packet.substr(1);
  Result<ExecuteRequest> request = ParseExecute(body, 4, {}, {}, 0);
  ASSERT_TRUE(request.ok()) << request.status().ToString();
  EXPECT_EQ(request->statement_id, 9u);
  Row back;
  for (const ParameterView& parameter : request->parameters) {
    back.push_back(*DecodeParameter(parameter, 255));
  }
  EXPECT_EQ(back, values);
  std::string again;
  request->AppendBlock(&again);
  EXPECT_EQ(again, block);
  ExpectTruncationsFail(body, body.size(), [](const std::string& cut) {
    return ParseExecute(cut, 4, {}, {}, 0).ok();
  });
}

TEST(Execute, TypesOfTheLastTimeAreUsed) {
  std::string body = Bytes("01000000 00 01000000 00 00 05000000");
  ParameterType bound{FieldType::kLong, false};
  Result<ExecuteRequest> request = ParseExecute(body, 1, {&bound, 1}, {}, 0);
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(DecodeParameter(request->parameters[0], 255)->int64(), 5);
  std::string block;
  request->AppendBlock(&block);
  EXPECT_EQ(block, Bytes("00 01 0300 05000000"));  // complete again
  EXPECT_EQ(ParseExecute(body, 1, {}, {}, 0).status().mysql_errno(), 1210);
}

TEST(Execute, LongDataAndAttributes) {
  std::string body =
      Bytes("01000000 08 01000000 03 00 01 fc00 00 0300 00 fe00 01'k' 07000000 01'v'");
  std::string sent = "long";
  const std::string* long_data[] = {&sent, nullptr};
  Result<ExecuteRequest> request = ParseExecute(body, 2, {}, long_data, kClientQueryAttributes);
  ASSERT_TRUE(request.ok()) << request.status().ToString();
  EXPECT_EQ(DecodeParameter(request->parameters[0], 255)->str(), "long");
  EXPECT_EQ(DecodeParameter(request->parameters[1], 255)->int64(), 7);
  ASSERT_EQ(request->attributes.size(), 1u);
  EXPECT_EQ(request->attributes[0].name, "k");
  EXPECT_EQ(request->attributes[0].value.raw, "v");
  std::string block;
  request->AppendBlock(&block);
  EXPECT_EQ(block, Bytes("00 01 fc00 0300 04'long' 07000000"));
}

TEST(PrepareReply, BothForms) {
  std::vector<Field> fields(1);
  for (uint32_t capabilities : {uint32_t{kClientDeprecateEof}, 0u}) {
    OutputBuffer out;
    uint8_t sequence = 1;
    AppendPrepareReply(3, fields, fields, 0, 2, capabilities, &sequence, &out);
    EXPECT_EQ(sequence, capabilities ? 4 : 6);
    EXPECT_EQ(out.Flatten().substr(0, 16), Bytes("0c0000 01 00 03000000 0100 0100 00 0000"));
  }
  Result<PrepareOk> ok = DecodePrepareOk(Bytes("00 03000000 0200 0100 00 0500"));
  ASSERT_TRUE(ok.ok());
  EXPECT_EQ(ok->columns, 2);
  EXPECT_EQ(ok->parameters, 1);
  EXPECT_EQ(ok->warnings, 5);
}

}  // namespace
}  // namespace keyspan::mysql
