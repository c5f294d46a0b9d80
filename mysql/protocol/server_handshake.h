#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/status.h"
#include "mysql/protocol/auth.h"
#include "mysql/protocol/handshake_packets.h"
#include "mysql/protocol/output_buffer.h"

namespace keyspan::mysql {

// What a server offers and how it knows its users. Immutable, shared by all connections.
struct ServerHandshakeOptions {
  std::string server_version = "9.7.0-Keyspan";
  uint32_t capabilities =
      0;  // DefaultServerCapabilities(); kClientSsl follows from `tls_available`
  uint8_t collation = 255;
  bool tls_available = false;
  bool tls_required = false;
  std::string default_plugin = std::string(kCachingSha2Plugin);
  std::shared_ptr<const Credentials> credentials;
  std::shared_ptr<const RsaKey> rsa_key;  // null: no full authentication without TLS
};
uint32_t DefaultServerCapabilities();

// Who a client is, once it is in.
struct ClientIdentity {
  std::string user;
  std::string host;
  std::string database;       // asked for at login; not checked by the protocol layer
  uint32_t capabilities = 0;  // agreed by both sides
  uint32_t max_packet = 0;
  uint16_t collation = 255;
  ConnectAttributes attributes;
  std::string nonce;  // that COM_CHANGE_USER answers may be computed from
};

// The server's side of a login, or of a COM_CHANGE_USER, without I/O: feed it each packet of the
// client, send what it appended. It does not send the final OK: the caller does, when the session
// is ready (and may send an error instead, for example for an unknown database). Wrong user and
// wrong password are the same error, 1045, after the same steps.
class ServerHandshake {
 public:
  enum class Step : uint8_t {
    kRead,      // send what is in `out`, then feed the next packet
    kStartTls,  // do the TLS handshake, then feed the next packet
    kDone,      // authenticated; the OK packet has next_sequence()
    kFailed,    // send what is in `out` (an ERR packet), then close
  };

  // `options` must outlive this. `host` is the client's address ("localhost" for unix sockets),
  // `secure` whether a password may come in clear (unix socket).
  ServerHandshake(const ServerHandshakeOptions* options, uint32_t connection_id, std::string host,
                  bool secure);

  // Appends the greeting.
  void Start(OutputBuffer* out);
  // Begins a COM_CHANGE_USER instead; `previous` keeps its capabilities.
  Step StartChangeUser(std::string_view body, uint8_t sequence, const ClientIdentity& previous,
                       OutputBuffer* out);
  // One logical packet, with the sequence id of its last frame.
  Step OnPacket(std::string_view payload, uint8_t sequence, OutputBuffer* out);

  uint8_t next_sequence() const { return sequence_; }
  // Requires kDone, or kFailed (then for logs: the user as far as it is known).
  const ClientIdentity& identity() const { return identity_; }
  // Why it failed; also what the client got.
  const Status& error() const { return error_; }

 private:
  enum class State : uint8_t {
    kGreeted,
    kAfterTls,
    kSwitchAnswer,
    kFullAuth,
    kRsaPassword,
    kFinished
  };
  Step OnResponse(std::string_view payload, OutputBuffer* out);
  Step BeginAuth(std::string_view plugin, std::string_view answer, OutputBuffer* out);
  Step SwitchTo(std::string_view plugin, OutputBuffer* out);
  Step CheckNative(std::string_view answer, OutputBuffer* out);
  Step CheckSha2(std::string_view answer, OutputBuffer* out);
  Step OnFullAuth(std::string_view payload, OutputBuffer* out);
  bool HasEmptyPassword() const;
  Step CheckPassword(std::string_view password, OutputBuffer* out);
  Step Deny(bool with_password, OutputBuffer* out);
  Step Fail(Status status, OutputBuffer* out);
  Step Done();

  const ServerHandshakeOptions* options_;
  const uint32_t connection_id_;
  const std::string host_;
  bool secure_;
  State state_ = State::kGreeted;
  uint32_t offered_ = 0;
  uint8_t sequence_ = 0;
  std::string nonce_;
  std::string plugin_;
  bool switched_ = false;
  bool change_user_ = false;
  std::vector<PasswordVerifier> verifiers_;
  ClientIdentity identity_;
  Status error_;
};

}  // namespace keyspan::mysql
