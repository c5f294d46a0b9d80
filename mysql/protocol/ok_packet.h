#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/status.h"
#include "mysql/protocol/constants.h"

namespace keyspan::mysql {

// Session state changes that an OK packet reports to clients with kClientSessionTrack.
struct SessionChanges {
  std::optional<std::string> schema;
  std::vector<std::pair<std::string, std::string>> system_variables;
  std::optional<std::string> transaction_characteristics;
  std::optional<std::string> transaction_state;  // 8 characters, "T_______"
  std::optional<std::string> gtids;
  bool state_changed = false;  // session_track_state_change
  // MySQL sends a block without entries for what has changed and changed back.
  bool even_if_empty = false;

  bool empty() const;
  friend bool operator==(const SessionChanges&, const SessionChanges&) = default;
};

struct OkPacket {
  uint64_t affected_rows = 0;
  uint64_t last_insert_id = 0;
  uint16_t status = 0;  // ServerStatus bits; kStatusSessionStateChanged is set by the encoder
  uint16_t warnings = 0;
  std::string info = {};
  SessionChanges changes = {};

  friend bool operator==(const OkPacket&, const OkPacket&) = default;
};

// The fixed part of an OK payload, without allocation. `status_offset` is where the two status
// bytes lie in the payload; `tail` is info and session changes, undecoded.
struct OkHead {
  uint64_t affected_rows = 0;
  uint64_t last_insert_id = 0;
  uint16_t status = 0;
  uint16_t warnings = 0;
  size_t status_offset = 0;
  std::string_view tail;
};

// `payload` starts with 0x00, or with 0xfe for the OK that ends rows (kClientDeprecateEof).
Result<OkHead> ParseOkHead(std::string_view payload);
Result<OkPacket> DecodeOk(std::string_view payload, uint32_t capabilities);
// `header` is 0x00, or 0xfe for the end of rows. Session changes are sent only to clients that have
// kClientSessionTrack.
void EncodeOk(const OkPacket& ok, uint32_t capabilities, uint8_t header, std::string* payload);
void EncodeSessionChanges(const SessionChanges& changes, std::string* out);
Result<SessionChanges> DecodeSessionChanges(std::string_view bytes);

// Old end-of-rows packet: 0xfe, warnings, status.
struct EofPacket {
  uint16_t warnings = 0;
  uint16_t status = 0;
};
bool IsEof(std::string_view payload);
Result<EofPacket> DecodeEof(std::string_view payload);
void EncodeEof(const EofPacket& eof, std::string* payload);

// An ERR payload as a Status of code kMysql (never OK), or kMalformed.
Status DecodeError(std::string_view payload);
// Any failed Status as an ERR payload. A message is cut at 512 characters as MySQL does.
void EncodeError(const Status& status, uint32_t capabilities, std::string* payload);

}  // namespace keyspan::mysql
