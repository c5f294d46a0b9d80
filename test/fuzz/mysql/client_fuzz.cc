// Packets as a client gets them from a server: every decoder, and what decodes must encode again.
#include "mysql/protocol/handshake_packets.h"
#include "mysql/protocol/ok_packet.h"
#include "mysql/protocol/row.h"
#include "mysql/protocol/statement.h"

using namespace keyspan::mysql;  // NOLINT

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string payload(reinterpret_cast<const char*>(data), size);
  (void)DecodeGreeting(payload).ok();
  (void)DecodeAuthSwitch(payload).ok();
  (void)DecodeEof(payload).ok();
  (void)DecodePrepareOk(payload).ok();
  if (DecodeError(payload).ok()) __builtin_trap();
  for (uint32_t capabilities : {0u, uint32_t{kClientSessionTrack}}) {
    auto ok = DecodeOk(payload, capabilities);
    if (!ok.ok() || ok->changes.system_variables.size() > 100) continue;
    ok->status &= static_cast<uint16_t>(~kStatusSessionStateChanged);
    std::string again;
    EncodeOk(*ok, capabilities, 0x00, &again);
    auto back = DecodeOk(again, capabilities);
    if (!back.ok()) __builtin_trap();
    back->status &= static_cast<uint16_t>(~kStatusSessionStateChanged);
    if (!(*back == *ok)) __builtin_trap();
  }
  if (auto field = DecodeColumnDefinition(payload); field.ok()) {
    std::string again;
    EncodeColumnDefinition(*field, &again);
    if (!(*DecodeColumnDefinition(again) == *field)) __builtin_trap();
  }
  // The first bytes choose the types of up to eight columns, the rest is a row.
  if (size < 9) return 0;
  std::vector<Field> fields(1 + data[0] % 8);
  for (size_t i = 0; i < fields.size(); ++i) {
    fields[i].type = static_cast<FieldType>(data[i + 1]);
    fields[i].flags = data[0] & 0x80 ? kUnsignedFlag : 0;
    fields[i].decimals = 6;
  }
  std::string_view bytes = std::string_view(payload).substr(9);
  std::vector<std::optional<std::string_view>> cells;
  (void)SplitTextRow(bytes, fields.size(), &cells).ok();
  Row row;
  std::string out;
  if (DecodeTextRow(bytes, fields, &row).ok()) {
    (void)EncodeBinaryRow(row, fields, &out).ok();
    for (const Value& value : row) value.AppendSqlLiteral(&out);
  }
  out.clear();
  (void)ConvertTextRowToBinary(bytes, fields, &out).ok();
  if (DecodeBinaryRow(bytes, fields, &row).ok()) {
    out.clear();
    if (!EncodeBinaryRow(row, fields, &out).ok()) return 0;  // INT24 has values beyond its range
    Row back;
    if (!DecodeBinaryRow(out, fields, &back).ok()) __builtin_trap();
    out.clear();
    EncodeTextRow(row, &out);
  }
  return 0;
}
