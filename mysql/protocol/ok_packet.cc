#include "mysql/protocol/ok_packet.h"

#include "mysql/protocol/wire.h"

namespace keyspan::mysql {
namespace {

// Entry types of the session state block (enum_session_state_type).
enum TrackType : uint8_t {
  kTrackSystemVariables = 0,
  kTrackSchema = 1,
  kTrackStateChange = 2,
  kTrackGtids = 3,
  kTrackTransactionCharacteristics = 4,
  kTrackTransactionState = 5,
};

constexpr size_t kMaxErrorMessage = 511;  // MYSQL_ERRMSG_SIZE less its NUL

void AppendEntry(TrackType type, std::string_view data, std::string* out) {
  Append8(out, type);
  AppendLenencString(out, data);
}

void AppendStringEntry(TrackType type, std::string_view text, std::string* out) {
  std::string data;
  AppendLenencString(&data, text);
  AppendEntry(type, data, out);
}

// At most `max` bytes, not ending within a UTF-8 character.
std::string_view CutUtf8(std::string_view text, size_t max) {
  if (text.size() <= max) return text;
  while (max > 0 && (static_cast<uint8_t>(text[max]) & 0xc0) == 0x80) --max;
  return text.substr(0, max);
}

}  // namespace

bool SessionChanges::empty() const {
  return !schema && system_variables.empty() && !transaction_characteristics &&
         !transaction_state && !gtids && !state_changed && !even_if_empty;
}

void EncodeSessionChanges(const SessionChanges& changes, std::string* out) {
  for (const auto& [name, value] : changes.system_variables) {
    std::string data;
    AppendLenencString(&data, name);
    AppendLenencString(&data, value);
    AppendEntry(kTrackSystemVariables, data, out);
  }
  if (changes.schema) AppendStringEntry(kTrackSchema, *changes.schema, out);
  if (changes.state_changed) AppendEntry(kTrackStateChange, "1", out);
  if (changes.gtids) {
    std::string data(1, '\0');  // the only encoding there is
    AppendLenencString(&data, *changes.gtids);
    AppendEntry(kTrackGtids, data, out);
  }
  if (changes.transaction_state) {
    AppendStringEntry(kTrackTransactionState, *changes.transaction_state, out);
  }
  if (changes.transaction_characteristics) {
    AppendStringEntry(kTrackTransactionCharacteristics, *changes.transaction_characteristics, out);
  }
}

Result<SessionChanges> DecodeSessionChanges(std::string_view bytes) {
  SessionChanges changes;
  ByteReader reader(bytes);
  while (!reader.empty() && !reader.failed()) {
    uint8_t type = reader.Int8();
    ByteReader data(reader.LenencString());
    if (reader.failed()) break;
    switch (type) {
      case kTrackSystemVariables:
        while (!data.empty() && !data.failed()) {
          std::string name(data.LenencString());
          std::string value(data.LenencString());
          changes.system_variables.emplace_back(std::move(name), std::move(value));
        }
        break;
      case kTrackSchema:
        changes.schema = data.LenencString();
        break;
      case kTrackStateChange:
        changes.state_changed = data.Rest() == "1";
        break;
      case kTrackGtids:
        data.Skip(1);
        changes.gtids = data.LenencString();
        break;
      case kTrackTransactionCharacteristics:
        changes.transaction_characteristics = data.LenencString();
        break;
      case kTrackTransactionState:
        changes.transaction_state = data.LenencString();
        break;
      default:
        break;  // a tracker of a later version
    }
    if (data.failed()) return Malformed("broken session state entry in an OK packet");
  }
  if (reader.failed()) return Malformed("broken session state block in an OK packet");
  return changes;
}

Result<OkHead> ParseOkHead(std::string_view payload) {
  ByteReader reader(payload);
  OkHead head;
  uint8_t header = reader.Int8();
  head.affected_rows = reader.Lenenc();
  head.last_insert_id = reader.Lenenc();
  head.status_offset = static_cast<size_t>(reader.position() - payload.data());
  head.status = reader.Int16();
  head.warnings = reader.Int16();
  if (reader.failed() || (header != 0x00 && header != 0xfe)) return Malformed("broken OK packet");
  head.tail = reader.Rest();
  return head;
}

Result<OkPacket> DecodeOk(std::string_view payload, uint32_t capabilities) {
  ASSIGN_OR_RETURN(OkHead head, ParseOkHead(payload));
  OkPacket ok;
  ok.affected_rows = head.affected_rows;
  ok.last_insert_id = head.last_insert_id;
  ok.status = head.status;
  ok.warnings = head.warnings;
  if (head.tail.empty()) return ok;
  // The documentation calls the info of clients without session tracking "rest of packet", but
  // servers put its length before it for everybody.
  ByteReader reader(head.tail);
  ok.info = reader.LenencString();
  if (reader.failed()) return Malformed("broken info in an OK packet");
  if ((capabilities & kClientSessionTrack) && (head.status & kStatusSessionStateChanged)) {
    std::string_view block = reader.LenencString();
    if (reader.failed()) return Malformed("broken session state in an OK packet");
    ASSIGN_OR_RETURN(ok.changes, DecodeSessionChanges(block));
  }
  return ok;
}

void EncodeOk(const OkPacket& ok, uint32_t capabilities, uint8_t header, std::string* payload) {
  bool send_changes = (capabilities & kClientSessionTrack) && !ok.changes.empty();
  auto status = static_cast<uint16_t>(ok.status & ~kStatusSessionStateChanged);
  if (send_changes) status |= kStatusSessionStateChanged;
  Append8(payload, header);
  AppendLenenc(payload, ok.affected_rows);
  AppendLenenc(payload, ok.last_insert_id);
  Append16(payload, status);
  Append16(payload, ok.warnings);
  if (!ok.info.empty() || send_changes) AppendLenencString(payload, ok.info);
  if (send_changes) {
    std::string block;
    EncodeSessionChanges(ok.changes, &block);
    AppendLenencString(payload, block);
  }
}

bool IsEof(std::string_view payload) {
  return payload.size() < 9 && !payload.empty() && static_cast<uint8_t>(payload[0]) == 0xfe;
}

Result<EofPacket> DecodeEof(std::string_view payload) {
  ByteReader reader(payload);
  uint8_t header = reader.Int8();
  EofPacket eof;
  eof.warnings = reader.Int16();
  eof.status = reader.Int16();
  if (reader.failed() || header != 0xfe) return Malformed("broken EOF packet");
  return eof;
}

void EncodeEof(const EofPacket& eof, std::string* payload) {
  Append8(payload, 0xfe);
  Append16(payload, eof.warnings);
  Append16(payload, eof.status);
}

Status DecodeError(std::string_view payload) {
  ByteReader reader(payload);
  uint8_t header = reader.Int8();
  uint16_t code = reader.Int16();
  if (reader.failed() || header != 0xff || code == 0) return Malformed("broken ERR packet");
  std::string_view rest = reader.Rest();
  std::string_view sqlstate = "HY000";
  if (rest.size() >= 6 && rest[0] == '#') {
    sqlstate = rest.substr(1, 5);
    rest.remove_prefix(6);
  }
  return Status::Mysql(code, sqlstate, std::string(rest));
}

void EncodeError(const Status& status, uint32_t capabilities, std::string* payload) {
  Append8(payload, 0xff);
  Append16(payload, status.mysql_errno());
  if (capabilities & kClientProtocol41) {
    payload->push_back('#');
    payload->append(status.sqlstate());
  }
  payload->append(CutUtf8(status.message(), kMaxErrorMessage));
}

}  // namespace keyspan::mysql
