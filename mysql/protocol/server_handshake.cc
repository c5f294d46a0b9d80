#include "mysql/protocol/server_handshake.h"

#include <fmt/format.h>

#include "mysql/protocol/ok_packet.h"
#include "mysql/protocol/wire.h"

namespace keyspan::mysql {
namespace {

constexpr uint8_t kAuthMoreData = 0x01;
constexpr uint8_t kFastAuthOk = 0x03;
constexpr uint8_t kFullAuthWanted = 0x04;
constexpr std::string_view kPublicKeyRequest("\x02", 1);

// Clients write the empty password as nothing or as one NUL.
bool IsEmptyAnswer(std::string_view answer) {
  return answer.empty() || (answer.size() == 1 && answer[0] == '\0');
}

void AppendMoreData(std::string_view data, uint8_t* sequence, OutputBuffer* out) {
  std::string* payload = out->BeginPacket();
  Append8(payload, kAuthMoreData);
  payload->append(data);
  out->EndPacket(sequence);
}

}  // namespace

uint32_t DefaultServerCapabilities() {
  return kClientLongPassword | kClientFoundRows | kClientLongFlag | kClientConnectWithDb |
         kClientNoSchema | kClientOdbc | kClientIgnoreSpace | kClientProtocol41 |
         kClientInteractive | kClientIgnoreSigpipe | kClientTransactions | kClientReserved |
         kClientSecureConnection | kClientMultiStatements | kClientMultiResults |
         kClientPsMultiResults | kClientPluginAuth | kClientConnectAttrs |
         kClientPluginAuthLenencData | kClientCanHandleExpiredPasswords | kClientSessionTrack |
         kClientDeprecateEof | kClientQueryAttributes;
}

ServerHandshake::ServerHandshake(const ServerHandshakeOptions* options, uint32_t connection_id,
                                 std::string host, bool secure)
    : options_(options), connection_id_(connection_id), host_(std::move(host)), secure_(secure) {
  offered_ = options->capabilities ? options->capabilities : DefaultServerCapabilities();
  offered_ &= ~static_cast<uint32_t>(kClientSsl);
  if (options->tls_available) offered_ |= kClientSsl;
}

void ServerHandshake::Start(OutputBuffer* out) {
  nonce_ = MakeNonce();
  Greeting greeting;
  greeting.server_version = options_->server_version;
  greeting.connection_id = connection_id_;
  greeting.nonce = nonce_;
  greeting.capabilities = offered_;
  greeting.collation = options_->collation;
  greeting.auth_plugin = options_->default_plugin;
  EncodeGreeting(greeting, out->BeginPacket());
  out->EndPacket(&sequence_);
  identity_.host = host_;
}

ServerHandshake::Step ServerHandshake::StartChangeUser(std::string_view body, uint8_t sequence,
                                                       const ClientIdentity& previous,
                                                       OutputBuffer* out) {
  sequence_ = static_cast<uint8_t>(sequence + 1);
  change_user_ = true;
  nonce_ = previous.nonce;
  identity_ = previous;
  identity_.attributes.clear();
  Result<ChangeUserRequest> request = DecodeChangeUser(body, previous.capabilities);
  if (!request.ok()) return Fail(std::move(request).status(), out);
  identity_.user = request->user;
  identity_.database = request->database;
  identity_.collation = request->collation;
  identity_.attributes = std::move(request->attributes);
  verifiers_ = options_->credentials->Find(identity_.user, host_);
  return BeginAuth(request->auth_plugin, request->auth_response, out);
}

ServerHandshake::Step ServerHandshake::OnPacket(std::string_view payload, uint8_t sequence,
                                                OutputBuffer* out) {
  if (sequence != sequence_) {
    return Fail(Status(StatusCode::kMalformed, 1156, "08S01", "Got packets out of order"), out);
  }
  ++sequence_;
  switch (state_) {
    case State::kGreeted:
    case State::kAfterTls:
      return OnResponse(payload, out);
    case State::kSwitchAnswer:
      return plugin_ == kNativePlugin ? CheckNative(payload, out) : CheckSha2(payload, out);
    case State::kFullAuth:
    case State::kRsaPassword:
      return OnFullAuth(payload, out);
    case State::kFinished:
      break;
  }
  return Fail(InternalError("packet after the end of the handshake"), out);
}

ServerHandshake::Step ServerHandshake::OnResponse(std::string_view payload, OutputBuffer* out) {
  Result<HandshakeResponse> response = DecodeHandshakeResponse(payload, offered_);
  if (!response.ok()) return Fail(std::move(response).status(), out);
  identity_.capabilities = response->capabilities & offered_;
  if (response->is_ssl_request) {
    if (state_ == State::kAfterTls) {
      return Fail(Status(StatusCode::kMalformed, 1043, "08S01", "Bad handshake"), out);
    }
    state_ = State::kAfterTls;
    secure_ = true;
    return Step::kStartTls;
  }
  if (options_->tls_required && !secure_) {
    return Fail(Status(StatusCode::kPermissionDenied, 3159, "HY000",
                       "Connections using insecure transport are prohibited while "
                       "--require_secure_transport=ON."),
                out);
  }
  identity_.max_packet = response->max_packet;
  identity_.collation = response->collation;
  identity_.user = response->user;
  identity_.database = response->database;
  identity_.attributes = std::move(response->attributes);
  verifiers_ = options_->credentials->Find(identity_.user, host_);
  return BeginAuth(response->auth_plugin, response->auth_response, out);
}

ServerHandshake::Step ServerHandshake::BeginAuth(std::string_view plugin, std::string_view answer,
                                                 OutputBuffer* out) {
  if (!(identity_.capabilities & kClientPluginAuth)) {
    // A client from before plugins knows only this one and cannot be asked again.
    plugin_ = kNativePlugin;
    switched_ = true;
    return CheckNative(answer, out);
  }
  plugin_ = plugin;
  if (plugin != kNativePlugin && plugin != kCachingSha2Plugin) {
    return SwitchTo(options_->default_plugin, out);
  }
  if (IsEmptyAnswer(answer)) {
    if (HasEmptyPassword()) return Done();
    // A client that could not use the greeting's nonce for its plugin sends nothing and waits to be
    // asked.
    if (change_user_ || plugin != options_->default_plugin) return SwitchTo(plugin, out);
    return Deny(false, out);
  }
  return plugin == kNativePlugin ? CheckNative(answer, out) : CheckSha2(answer, out);
}

ServerHandshake::Step ServerHandshake::SwitchTo(std::string_view plugin, OutputBuffer* out) {
  plugin_ = plugin;
  switched_ = true;
  nonce_ = MakeNonce();
  state_ = State::kSwitchAnswer;
  EncodeAuthSwitch({plugin_, nonce_}, out->BeginPacket());
  out->EndPacket(&sequence_);
  return Step::kRead;
}

ServerHandshake::Step ServerHandshake::CheckNative(std::string_view answer, OutputBuffer* out) {
  if (IsEmptyAnswer(answer)) return HasEmptyPassword() ? Done() : Deny(false, out);
  bool good = false;
  for (const PasswordVerifier& verifier : verifiers_) {
    if (verifier.native && !verifier.empty_password) {
      good |= CheckNativeScramble(*verifier.native, answer, nonce_);
    }
  }
  if (good) return Done();
  // The answer may have been computed from another plugin's idea of the nonce: ask once.
  if (!switched_) return SwitchTo(kNativePlugin, out);
  return Deny(true, out);
}

ServerHandshake::Step ServerHandshake::CheckSha2(std::string_view answer, OutputBuffer* out) {
  if (IsEmptyAnswer(answer)) return HasEmptyPassword() ? Done() : Deny(false, out);
  bool good = false;
  for (const PasswordVerifier& verifier : verifiers_) {
    if (verifier.sha2 && !verifier.empty_password) {
      good |= CheckSha2Scramble(*verifier.sha2, answer, nonce_);
    }
  }
  if (good) {
    AppendMoreData(std::string(1, kFastAuthOk), &sequence_, out);
    return Done();
  }
  if (change_user_ && !switched_) return SwitchTo(kCachingSha2Plugin, out);
  // Unknown users take the same way, so that the way does not tell who exists.
  if (!secure_ && options_->rsa_key == nullptr) {
    return switched_ ? Deny(true, out) : SwitchTo(kNativePlugin, out);
  }
  AppendMoreData(std::string(1, kFullAuthWanted), &sequence_, out);
  state_ = State::kFullAuth;
  return Step::kRead;
}

ServerHandshake::Step ServerHandshake::OnFullAuth(std::string_view payload, OutputBuffer* out) {
  if (state_ == State::kFullAuth && payload == kPublicKeyRequest && options_->rsa_key) {
    state_ = State::kRsaPassword;
    AppendMoreData(options_->rsa_key->public_pem(), &sequence_, out);
    return Step::kRead;
  }
  std::string password(payload);
  if (state_ == State::kRsaPassword || !secure_) {
    if (options_->rsa_key == nullptr) return Deny(true, out);
    Result<std::string> plain = options_->rsa_key->Decrypt(payload);
    if (!plain.ok()) return Deny(true, out);
    password = XorWithNonce(*plain, nonce_);
  }
  if (password.empty() || password.back() != '\0') return Deny(true, out);
  password.pop_back();
  return CheckPassword(password, out);
}

ServerHandshake::Step ServerHandshake::CheckPassword(std::string_view password, OutputBuffer* out) {
  const PasswordVerifier* match = nullptr;
  for (const PasswordVerifier& verifier : verifiers_) {
    if (CheckCleartext(verifier, password)) match = &verifier;
  }
  if (match == nullptr) return Deny(!password.empty(), out);
  if (!match->sha2) {
    options_->credentials->RememberSha2(identity_.user, *match,
                                        *PasswordVerifier::FromPassword(password).sha2);
  }
  return Done();
}

bool ServerHandshake::HasEmptyPassword() const {
  for (const PasswordVerifier& verifier : verifiers_) {
    if (verifier.empty_password) return true;
  }
  return false;
}

ServerHandshake::Step ServerHandshake::Deny(bool with_password, OutputBuffer* out) {
  return Fail(Status(StatusCode::kPermissionDenied, 1045, "28000",
                     fmt::format("Access denied for user '{}'@'{}' (using password: {})",
                                 identity_.user, host_, with_password ? "YES" : "NO")),
              out);
}

ServerHandshake::Step ServerHandshake::Fail(Status status, OutputBuffer* out) {
  state_ = State::kFinished;
  // Before the client has said what it can, it understands the form without an SQLSTATE too.
  EncodeError(status, identity_.capabilities | kClientProtocol41, out->BeginPacket());
  out->EndPacket(&sequence_);
  error_ = std::move(status);
  return Step::kFailed;
}

ServerHandshake::Step ServerHandshake::Done() {
  state_ = State::kFinished;
  identity_.nonce = nonce_;
  return Step::kDone;
}

}  // namespace keyspan::mysql
