#include "mysql/protocol/client_handshake.h"

#include <fmt/format.h>

#include "mysql/protocol/wire.h"

namespace keyspan::mysql {
namespace {

constexpr uint8_t kAuthMoreData = 0x01;
constexpr uint8_t kPublicKeyRequest = 0x02;
constexpr uint8_t kFastAuthOk = 0x03;
constexpr uint8_t kFullAuthWanted = 0x04;

constexpr uint32_t kNeededCapabilities =
    kClientProtocol41 | kClientSecureConnection | kClientPluginAuth;

}  // namespace

uint32_t DefaultClientCapabilities() {
  return kClientLongPassword | kClientLongFlag | kClientProtocol41 | kClientTransactions |
         kClientSecureConnection | kClientMultiStatements | kClientMultiResults |
         kClientPsMultiResults | kClientPluginAuth | kClientConnectAttrs |
         kClientPluginAuthLenencData | kClientDeprecateEof;
}

ClientHandshake::Step ClientHandshake::OnPacket(std::string_view payload, uint8_t sequence,
                                                OutputBuffer* out) {
  if (sequence != sequence_) return Fail(Malformed("packets of the server out of order"));
  ++sequence_;
  if (payload.empty()) return Fail(Malformed("empty packet in the handshake"));
  if (static_cast<uint8_t>(payload[0]) == 0xff) return Fail(DecodeError(payload));
  switch (state_) {
    case State::kGreeting:
      return OnGreeting(payload, out);
    case State::kAuth:
    case State::kPublicKey:
      return OnAuthPacket(payload, out);
    case State::kTls:
    case State::kFinished:
      break;
  }
  return Fail(Malformed("the server sent a packet where none belongs"));
}

ClientHandshake::Step ClientHandshake::OnGreeting(std::string_view payload, OutputBuffer* out) {
  Result<Greeting> greeting = DecodeGreeting(payload);
  if (!greeting.ok()) return Fail(std::move(greeting).status());
  greeting_ = std::move(*greeting);
  if ((greeting_.capabilities & kNeededCapabilities) != kNeededCapabilities) {
    return Fail(Unavailable("the server is older than MySQL 5.6"));
  }
  uint32_t wanted = options_->capabilities ? options_->capabilities : DefaultClientCapabilities();
  wanted &= ~static_cast<uint32_t>(kClientSsl | kClientConnectWithDb);
  if (!options_->database.empty()) wanted |= kClientConnectWithDb;
  capabilities_ = (wanted & greeting_.capabilities) | kNeededCapabilities;
  nonce_ = greeting_.nonce;
  plugin_ = greeting_.auth_plugin;
  secure_ = options_->secure_transport;
  using Tls = ClientHandshakeOptions::Tls;
  bool offered = (greeting_.capabilities & kClientSsl) != 0;
  if (options_->tls == Tls::kRequired && !offered) {
    return Fail(Status(StatusCode::kUnavailable, 2026, "HY000",
                       "TLS is required but the server does not offer it"));
  }
  if (options_->tls == Tls::kNever || !offered) return SendResponse(out);
  capabilities_ |= kClientSsl;
  HandshakeResponse request;
  request.capabilities = capabilities_;
  request.collation = options_->collation;
  EncodeSslRequest(request, out->BeginPacket());
  out->EndPacket(&sequence_);
  state_ = State::kTls;
  return Step::kStartTls;
}

ClientHandshake::Step ClientHandshake::OnTlsStarted(OutputBuffer* out) {
  secure_ = true;
  return SendResponse(out);
}

ClientHandshake::Step ClientHandshake::SendResponse(OutputBuffer* out) {
  // A plugin that we do not know is named by us with the default one: the server then switches.
  if (plugin_ != kNativePlugin && plugin_ != kCachingSha2Plugin) plugin_ = kCachingSha2Plugin;
  Result<std::string> answer = Answer(plugin_);
  if (!answer.ok()) return Fail(std::move(answer).status());
  HandshakeResponse response;
  response.capabilities = capabilities_;
  response.max_packet = 1u << 30;
  response.collation = options_->collation;
  response.user = options_->user;
  response.auth_response = *answer;
  response.database = options_->database;
  response.auth_plugin = plugin_;
  response.attributes = options_->attributes;
  EncodeHandshakeResponse(response, out->BeginPacket());
  out->EndPacket(&sequence_);
  state_ = State::kAuth;
  return Step::kRead;
}

ClientHandshake::Step ClientHandshake::OnAuthPacket(std::string_view payload, OutputBuffer* out) {
  auto first = static_cast<uint8_t>(payload[0]);
  if (first == 0x00) {
    Result<OkPacket> ok = DecodeOk(payload, capabilities_);
    if (!ok.ok()) return Fail(std::move(ok).status());
    ok_ = std::move(*ok);
    state_ = State::kFinished;
    return Step::kDone;
  }
  if (first == 0xfe) {
    Result<AuthSwitchRequest> request = DecodeAuthSwitch(payload);
    if (!request.ok()) return Fail(std::move(request).status());
    plugin_ = request->plugin;
    nonce_ = request->nonce;
    Result<std::string> answer = Answer(plugin_);
    if (!answer.ok()) return Fail(std::move(answer).status());
    out->AppendPacket(*answer, &sequence_);
    state_ = State::kAuth;
    return Step::kRead;
  }
  if (first != kAuthMoreData || plugin_ != kCachingSha2Plugin) {
    return Fail(Malformed("unexpected packet during authentication"));
  }
  std::string_view data = payload.substr(1);
  if (state_ == State::kPublicKey) {
    Result<std::string> cipher = RsaEncryptPassword(data, options_->password, nonce_);
    if (!cipher.ok()) return Fail(std::move(cipher).status());
    out->AppendPacket(*cipher, &sequence_);
    state_ = State::kAuth;
    return Step::kRead;
  }
  if (data.size() == 1 && static_cast<uint8_t>(data[0]) == kFastAuthOk) return Step::kRead;
  if (data.size() != 1 || static_cast<uint8_t>(data[0]) != kFullAuthWanted) {
    return Fail(Malformed("unexpected packet during authentication"));
  }
  if (secure_) {
    out->AppendPacket(std::string(options_->password) + '\0', &sequence_);
  } else {
    out->AppendPacket(std::string(1, static_cast<char>(kPublicKeyRequest)), &sequence_);
    state_ = State::kPublicKey;
  }
  return Step::kRead;
}

Result<std::string> ClientHandshake::Answer(std::string_view plugin) const {
  if (plugin == kCachingSha2Plugin) return Sha2Scramble(options_->password, nonce_);
  if (plugin == kNativePlugin) return NativeScramble(options_->password, nonce_);
  if (plugin == kClearTextPlugin && secure_) return std::string(options_->password) + '\0';
  return Status(StatusCode::kPermissionDenied, 2059, "HY000",
                fmt::format("authentication plugin '{}' is not supported", plugin));
}

ClientHandshake::Step ClientHandshake::Fail(Status status) {
  error_ = std::move(status);
  state_ = State::kFinished;
  return Step::kFailed;
}

}  // namespace keyspan::mysql
