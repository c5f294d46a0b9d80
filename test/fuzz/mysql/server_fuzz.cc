// Packets as a server gets them after the login: frames, commands, their bodies.
#include "mysql/protocol/command.h"
#include "mysql/protocol/handshake_packets.h"
#include "mysql/protocol/output_buffer.h"
#include "mysql/protocol/statement.h"

using namespace keyspan::mysql;  // NOLINT

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 4) return 0;
  uint32_t capabilities = 0;
  __builtin_memcpy(&capabilities, data, 4);
  std::string_view rest(reinterpret_cast<const char*>(data) + 4, size - 4);
  while (true) {
    FrameScan scan = ScanFrames(rest, 1 << 20);
    if (scan.state != FrameScan::State::kComplete) break;
    std::string payload = scan.split
                              ? JoinFrames(rest)
                              : std::string(rest.substr(kFrameHeaderSize, scan.payload_size));
    if (payload.size() != scan.payload_size) __builtin_trap();
    rest.remove_prefix(scan.size);
    if (payload.empty()) continue;
    std::string_view body = std::string_view(payload).substr(1);
    (void)CommandName(static_cast<CommandType>(payload[0]));
    (void)ParseQuery(body, capabilities).ok();
    (void)ParseLongData(body).ok();
    (void)PeekStatementId(body).ok();
    (void)DecodeChangeUser(body, capabilities).ok();
  }
  return 0;
}
