#pragma once

#include <string>
#include <string_view>

#include "common/status.h"
#include "mysql/protocol/auth.h"
#include "mysql/protocol/handshake_packets.h"
#include "mysql/protocol/ok_packet.h"
#include "mysql/protocol/output_buffer.h"

namespace keyspan::mysql {

struct ClientHandshakeOptions {
  std::string user;
  std::string password;
  std::string database;
  uint32_t capabilities = 0;  // DefaultClientCapabilities(), what is wanted
  uint8_t collation = 255;
  enum class Tls : uint8_t { kNever, kIfOffered, kRequired } tls = Tls::kNever;
  bool secure_transport = false;  // unix socket: a password may be sent in clear
  ConnectAttributes attributes;
};
// Everything that a vttablet wants from mysqld: DEPRECATE_EOF, multi-results, no session tracking.
uint32_t DefaultClientCapabilities();

// The client's side of a login without I/O; the counterpart of ServerHandshake. Fails (Status of
// error()) on anything that the protocol does not allow here.
class ClientHandshake {
 public:
  enum class Step : uint8_t {
    kRead,      // send what is in `out` (may be nothing), then feed the next packet
    kStartTls,  // send `out`, do the TLS handshake, call OnTlsStarted
    kDone,
    kFailed,  // close
  };

  explicit ClientHandshake(const ClientHandshakeOptions* options) : options_(options) {}

  Step OnPacket(std::string_view payload, uint8_t sequence, OutputBuffer* out);
  Step OnTlsStarted(OutputBuffer* out);

  const Greeting& greeting() const { return greeting_; }
  uint32_t capabilities() const { return capabilities_; }  // agreed
  const OkPacket& ok() const { return ok_; }               // requires kDone
  const Status& error() const { return error_; }

 private:
  enum class State : uint8_t { kGreeting, kTls, kAuth, kPublicKey, kFinished };
  Step OnGreeting(std::string_view payload, OutputBuffer* out);
  Step OnAuthPacket(std::string_view payload, OutputBuffer* out);
  Step SendResponse(OutputBuffer* out);
  Result<std::string> Answer(std::string_view plugin) const;
  Step Fail(Status status);

  const ClientHandshakeOptions* options_;
  State state_ = State::kGreeting;
  uint8_t sequence_ = 0;
  uint32_t capabilities_ = 0;
  bool secure_ = false;
  std::string plugin_;
  std::string nonce_;
  Greeting greeting_;
  OkPacket ok_;
  Status error_;
};

}  // namespace keyspan::mysql
