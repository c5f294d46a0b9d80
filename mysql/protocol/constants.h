#pragma once

#include <cstdint>
#include <string_view>

namespace keyspan::mysql {

// Capability bits of the handshake (MySQL source documentation, "Capabilities Flags").
enum Capability : uint32_t {
  kClientLongPassword = 1u << 0,
  kClientFoundRows = 1u << 1,
  kClientLongFlag = 1u << 2,
  kClientConnectWithDb = 1u << 3,
  kClientNoSchema = 1u << 4,
  kClientCompress = 1u << 5,
  kClientOdbc = 1u << 6,
  kClientLocalFiles = 1u << 7,
  kClientIgnoreSpace = 1u << 8,
  kClientProtocol41 = 1u << 9,
  kClientInteractive = 1u << 10,
  kClientSsl = 1u << 11,
  kClientIgnoreSigpipe = 1u << 12,
  kClientTransactions = 1u << 13,
  kClientReserved = 1u << 14,
  kClientSecureConnection = 1u << 15,
  kClientMultiStatements = 1u << 16,
  kClientMultiResults = 1u << 17,
  kClientPsMultiResults = 1u << 18,
  kClientPluginAuth = 1u << 19,
  kClientConnectAttrs = 1u << 20,
  kClientPluginAuthLenencData = 1u << 21,
  kClientCanHandleExpiredPasswords = 1u << 22,
  kClientSessionTrack = 1u << 23,
  kClientDeprecateEof = 1u << 24,
  kClientOptionalResultsetMetadata = 1u << 25,
  kClientZstdCompression = 1u << 26,
  kClientQueryAttributes = 1u << 27,
  kClientMultiFactorAuthentication = 1u << 28,
  kClientCapabilityExtension = 1u << 29,
  kClientSslVerifyServerCert = 1u << 30,
  kClientRememberOptions = 1u << 31,
};

// Status flags of OK and EOF packets.
enum ServerStatus : uint16_t {
  kStatusInTransaction = 1,
  kStatusAutocommit = 2,
  kStatusMoreResults = 8,
  kStatusNoGoodIndexUsed = 16,
  kStatusNoIndexUsed = 32,
  kStatusCursorExists = 64,
  kStatusLastRowSent = 128,
  kStatusDatabaseDropped = 256,
  kStatusNoBackslashEscapes = 512,
  kStatusMetadataChanged = 1024,
  kStatusQueryWasSlow = 2048,
  kStatusPsOutParams = 4096,
  kStatusInReadOnlyTransaction = 8192,
  kStatusSessionStateChanged = 16384,
};

// First byte of a command packet.
enum class CommandType : uint8_t {
  kSleep = 0x00,
  kQuit = 0x01,
  kInitDb = 0x02,
  kQuery = 0x03,
  kFieldList = 0x04,
  kCreateDb = 0x05,
  kDropDb = 0x06,
  kRefresh = 0x07,
  kStatistics = 0x09,
  kProcessInfo = 0x0a,
  kProcessKill = 0x0c,
  kDebug = 0x0d,
  kPing = 0x0e,
  kChangeUser = 0x11,
  kBinlogDump = 0x12,
  kStmtPrepare = 0x16,
  kStmtExecute = 0x17,
  kStmtSendLongData = 0x18,
  kStmtClose = 0x19,
  kStmtReset = 0x1a,
  kSetOption = 0x1b,
  kStmtFetch = 0x1c,
  kBinlogDumpGtid = 0x1e,
  kResetConnection = 0x1f,
};

// "Query", "Init DB", ... as SHOW PROCESSLIST writes them; "Error" for others.
std::string_view CommandName(CommandType type);

inline constexpr uint32_t kMaxFramePayload = 0xffffff;
inline constexpr size_t kFrameHeaderSize = 4;
inline constexpr std::string_view kCachingSha2Plugin = "caching_sha2_password";
inline constexpr std::string_view kNativePlugin = "mysql_native_password";
inline constexpr std::string_view kClearTextPlugin = "mysql_clear_password";

}  // namespace keyspan::mysql
