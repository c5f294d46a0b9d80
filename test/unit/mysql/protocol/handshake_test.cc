// The two machines of a login, talking to each other in memory, and to a peer that fails at each
// step in turn.
#include <gtest/gtest.h>

#include <functional>

#include "mysql/protocol/client_handshake.h"
#include "mysql/protocol/result_rewriter.h"
#include "mysql/protocol/server_handshake.h"
#include "mysql/protocol/wire.h"
#include "test/unit/mysql/protocol/packet_bytes.h"

namespace keyspan::mysql {
namespace {

class Users : public Credentials {
 public:
  std::vector<PasswordVerifier> Find(const std::string& user,
                                     const std::string& /*host*/) const override {
    if (user == "app") {
      return {PasswordVerifier::FromPassword("old"), PasswordVerifier::FromPassword("secret")};
    }
    if (user == "hashed") {
      PasswordVerifier verifier;
      verifier.native = PasswordVerifier::FromPassword("secret").native;
      verifier.sha2 = remembered_;
      return {verifier};
    }
    if (user == "empty") return {PasswordVerifier::FromPassword("")};
    return {};
  }
  void RememberSha2(const std::string&, const PasswordVerifier&,
                    const Sha256Digest& digest) const override {
    remembered_ = digest;
  }
  mutable std::optional<Sha256Digest> remembered_;
};

std::shared_ptr<const RsaKey> Key() {
  static const std::shared_ptr<const RsaKey> key = *RsaKey::Generate();
  return key;
}

ServerHandshakeOptions ServerSide() {
  ServerHandshakeOptions options;
  options.credentials = std::make_shared<Users>();
  options.rsa_key = Key();
  return options;
}

ClientHandshakeOptions ClientSide(std::string user, std::string password) {
  ClientHandshakeOptions options;
  options.user = std::move(user);
  options.password = std::move(password);
  options.database = "customer";
  options.attributes = {{"program_name", "test"}};
  return options;
}

// Runs both machines; every packet passes through `tamper`, which may change its payload.
class Conversation {
 public:
  using Tamper = std::function<void(int step, bool to_client, std::string* payload)>;

  Conversation(const ServerHandshakeOptions& server, const ClientHandshakeOptions& client,
               bool secure = false, Tamper tamper = nullptr)
      : server_(&server, 42, "10.0.0.1", secure), client_(&client), tamper_(std::move(tamper)) {
    server_.Start(&to_client_);
    for (int i = 0; i < 20 && !over_; ++i) {
      if (!to_client_.empty()) {
        DeliverToClient();
      } else if (!to_server_.empty()) {
        DeliverToServer();
      } else {
        break;
      }
    }
  }

  bool server_ok() const { return server_step_ == ServerHandshake::Step::kDone; }
  bool client_ok() const { return client_step_ == ClientHandshake::Step::kDone; }
  const ServerHandshake& server() const { return server_; }
  const ClientHandshake& client() const { return client_; }
  int packets() const { return step_; }
  bool used_tls() const { return used_tls_; }

 private:
  // The first packet waiting in `buffer`.
  bool Take(OutputBuffer* buffer, bool to_client, std::string* payload, uint8_t* sequence) {
    FrameScan scan = ScanFrames(buffer->Flatten(), 1 << 20);
    if (scan.state != FrameScan::State::kComplete) return false;
    *payload = buffer->Flatten().substr(kFrameHeaderSize, scan.payload_size);
    *sequence = scan.last_sequence;
    buffer->Consume(scan.size);
    if (tamper_) tamper_(step_, to_client, payload);
    ++step_;
    return true;
  }
  void DeliverToClient() {
    std::string payload;
    uint8_t sequence = 0;
    ASSERT_TRUE(Take(&to_client_, true, &payload, &sequence));
    client_step_ = client_.OnPacket(payload, sequence, &to_server_);
    if (client_step_ == ClientHandshake::Step::kStartTls) {
      DeliverToServer();
      if (over_) return;
      if (server_step_ != ServerHandshake::Step::kStartTls) {
        over_ = true;
        return;
      }
      used_tls_ = true;
      client_step_ = client_.OnTlsStarted(&to_server_);
    }
    over_ = client_step_ != ClientHandshake::Step::kRead;
  }
  void DeliverToServer() {
    std::string payload;
    uint8_t sequence = 0;
    ASSERT_TRUE(Take(&to_server_, false, &payload, &sequence));
    server_step_ = server_.OnPacket(payload, sequence, &to_client_);
    if (server_step_ == ServerHandshake::Step::kDone) {
      uint8_t next = server_.next_sequence();
      AppendOk({}, server_.identity().capabilities, &next, &to_client_);
    }
  }

  ServerHandshake server_;
  ClientHandshake client_;
  Tamper tamper_;
  OutputBuffer to_client_;
  OutputBuffer to_server_;
  ServerHandshake::Step server_step_ = ServerHandshake::Step::kRead;
  ClientHandshake::Step client_step_ = ClientHandshake::Step::kRead;
  int step_ = 0;
  bool over_ = false;
  bool used_tls_ = false;
};

TEST(Auth, KnownVectors) {
  // SHA1(SHA1("password")) as every MySQL manual shows it.
  Result<PasswordVerifier> verifier =
      PasswordVerifier::FromNativeHash("*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19");
  ASSERT_TRUE(verifier.ok());
  EXPECT_EQ(verifier->native, PasswordVerifier::FromPassword("password").native);
  EXPECT_FALSE(PasswordVerifier::FromNativeHash("2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19").ok());
  EXPECT_FALSE(PasswordVerifier::FromNativeHash("*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E1G").ok());
  std::string nonce = MakeNonce();
  EXPECT_EQ(nonce.size(), kNonceSize);
  EXPECT_EQ(nonce.find('\0'), std::string::npos);
  EXPECT_TRUE(CheckNativeScramble(*verifier->native, NativeScramble("password", nonce), nonce));
  EXPECT_FALSE(CheckNativeScramble(*verifier->native, NativeScramble("Password", nonce), nonce));
  EXPECT_FALSE(CheckNativeScramble(*verifier->native, "short", nonce));
  PasswordVerifier sha2 = PasswordVerifier::FromPassword("password");
  EXPECT_TRUE(CheckSha2Scramble(*sha2.sha2, Sha2Scramble("password", nonce), nonce));
  EXPECT_FALSE(CheckSha2Scramble(*sha2.sha2, Sha2Scramble("password", MakeNonce()), nonce));
}

TEST(Auth, RsaBothWays) {
  Result<std::string> cipher = RsaEncryptPassword(Key()->public_pem(), "secret", "nonce");
  ASSERT_TRUE(cipher.ok());
  Result<std::string> plain = Key()->Decrypt(*cipher);
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(XorWithNonce(*plain, "nonce"), std::string("secret\0", 7));
  EXPECT_FALSE(Key()->Decrypt("garbage").ok());
  EXPECT_FALSE(Key()->Decrypt(std::string(256, 'x')).ok());
  EXPECT_FALSE(RsaEncryptPassword("not a key", "secret", "nonce").ok());
}

TEST(Handshake, FastPath) {
  Conversation talk(ServerSide(), ClientSide("app", "secret"));
  EXPECT_TRUE(talk.server_ok()) << talk.server().error().ToString();
  EXPECT_TRUE(talk.client_ok()) << talk.client().error().ToString();
  EXPECT_EQ(talk.packets(), 4);  // greeting, answer, fast, OK
  EXPECT_EQ(talk.server().identity().user, "app");
  EXPECT_EQ(talk.server().identity().host, "10.0.0.1");
  EXPECT_EQ(talk.server().identity().database, "customer");
  EXPECT_EQ(talk.server().identity().attributes[0].second, "test");
  EXPECT_EQ(talk.client().greeting().connection_id, 42u);
  EXPECT_TRUE(talk.client().capabilities() & kClientDeprecateEof);
  // The other password of a user in rotation.
  EXPECT_TRUE(Conversation(ServerSide(), ClientSide("app", "old")).server_ok());
}

TEST(Handshake, FullPathByRsaThenFastPath) {
  ServerHandshakeOptions server = ServerSide();
  Conversation full(server, ClientSide("hashed", "secret"));
  EXPECT_TRUE(full.client_ok()) << full.client().error().ToString();
  EXPECT_EQ(full.packets(), 7);  // greeting, answer, full, request, key, password, OK
  Conversation fast(server, ClientSide("hashed", "secret"));
  EXPECT_TRUE(fast.client_ok());
  EXPECT_EQ(fast.packets(), 4);
}

TEST(Handshake, FullPathInClearOverTls) {
  ServerHandshakeOptions server = ServerSide();
  server.tls_available = true;
  ClientHandshakeOptions client = ClientSide("hashed", "secret");
  client.tls = ClientHandshakeOptions::Tls::kRequired;
  Conversation talk(server, client);
  EXPECT_TRUE(talk.client_ok()) << talk.client().error().ToString();
  EXPECT_TRUE(talk.used_tls());
  EXPECT_EQ(talk.packets(), 6);  // greeting, SSLRequest, answer, full, password, OK
}

TEST(Handshake, TlsRules) {
  ClientHandshakeOptions client = ClientSide("app", "secret");
  client.tls = ClientHandshakeOptions::Tls::kRequired;
  EXPECT_EQ(Conversation(ServerSide(), client).client().error().mysql_errno(), 2026);
  client.tls = ClientHandshakeOptions::Tls::kIfOffered;
  EXPECT_TRUE(Conversation(ServerSide(), client).client_ok());
  ServerHandshakeOptions server = ServerSide();
  server.tls_available = true;
  server.tls_required = true;
  EXPECT_TRUE(Conversation(server, client).client_ok());
  client.tls = ClientHandshakeOptions::Tls::kNever;
  EXPECT_EQ(Conversation(server, client).client().error().mysql_errno(), 3159);
  EXPECT_TRUE(Conversation(server, client, true).client_ok());  // unix socket
}

TEST(Handshake, DeniedInTheSameWords) {
  for (const char* user : {"app", "hashed", "empty", "nobody", ""}) {
    for (bool secure : {false, true}) {
      Conversation talk(ServerSide(), ClientSide(user, "wrong"), secure);
      EXPECT_FALSE(talk.server_ok());
      EXPECT_EQ(talk.client().error().mysql_errno(), 1045);
      EXPECT_EQ(talk.client().error().sqlstate(), "28000");
      EXPECT_EQ(talk.client().error().message(), "Access denied for user '" + std::string(user) +
                                                     "'@'10.0.0.1' (using password: YES)");
    }
  }
  Conversation none(ServerSide(), ClientSide("app", ""));
  EXPECT_EQ(none.client().error().message(),
            "Access denied for user 'app'@'10.0.0.1' (using password: NO)");
  EXPECT_TRUE(Conversation(ServerSide(), ClientSide("empty", "")).client_ok());
}

TEST(Handshake, NativeServerAndSwitches) {
  ServerHandshakeOptions server = ServerSide();
  server.default_plugin = kNativePlugin;
  for (const char* user : {"app", "hashed"}) {
    EXPECT_TRUE(Conversation(server, ClientSide(user, "secret")).client_ok());
    EXPECT_FALSE(Conversation(server, ClientSide(user, "wrong")).client_ok());
  }
  // No RSA key, no TLS, only a native hash: the server falls back to the other plugin.
  ServerHandshakeOptions keyless = ServerSide();
  keyless.rsa_key = nullptr;
  EXPECT_TRUE(Conversation(keyless, ClientSide("hashed", "secret")).client_ok());
  EXPECT_FALSE(Conversation(keyless, ClientSide("hashed", "wrong")).client_ok());
}

// First packets as clients of other families send them: the plugin they name and their answer.
ServerHandshake::Step Respond(ServerHandshake* server, std::string plugin, std::string answer,
                              uint32_t capabilities, OutputBuffer* out) {
  HandshakeResponse response;
  response.capabilities = capabilities;
  response.user = "app";
  response.auth_plugin = std::move(plugin);
  response.auth_response = std::move(answer);
  std::string payload;
  EncodeHandshakeResponse(response, &payload);
  out->Clear();
  return server->OnPacket(payload, 1, out);
}

std::string NonceOf(const OutputBuffer& out) {
  std::string payload = out.Flatten().substr(kFrameHeaderSize);
  if (static_cast<uint8_t>(payload[0]) == 0xfe) return DecodeAuthSwitch(payload)->nonce;
  return DecodeGreeting(payload)->nonce;
}

TEST(Handshake, ClientsThatNameAnotherPlugin) {
  using Step = ServerHandshake::Step;
  constexpr uint32_t kModern = kClientProtocol41 | kClientSecureConnection | kClientPluginAuth;
  ServerHandshakeOptions options = ServerSide();
  for (const char* plugin : {"mysql_native_password", "client_ed25519", ""}) {
    ServerHandshake server(&options, 1, "h", false);
    OutputBuffer out;
    server.Start(&out);
    // Nothing to go on: the server asks again, by AuthSwitch.
    EXPECT_EQ(Respond(&server, plugin, "", kModern, &out), Step::kRead) << plugin;
    EXPECT_EQ(static_cast<uint8_t>(out.Flatten()[4]), 0xfe);
    std::string nonce = NonceOf(out);
    bool native = std::string_view(plugin) == kNativePlugin;
    out.Clear();
    EXPECT_EQ(
        server.OnPacket(native ? NativeScramble("secret", nonce) : Sha2Scramble("secret", nonce), 3,
                        &out),
        Step::kDone);
  }
  // A native answer to the greeting's own nonce is taken at once.
  ServerHandshake server(&options, 1, "h", false);
  OutputBuffer out;
  server.Start(&out);
  std::string nonce = NonceOf(out);
  EXPECT_EQ(
      Respond(&server, "mysql_native_password", NativeScramble("secret", nonce), kModern, &out),
      Step::kDone);
  // A client without plugins: the same, and no second chance.
  for (bool good : {true, false}) {
    ServerHandshake old(&options, 1, "h", false);
    out.Clear();
    old.Start(&out);
    nonce = NonceOf(out);
    EXPECT_EQ(Respond(&old, "", NativeScramble(good ? "secret" : "no", nonce),
                      kClientProtocol41 | kClientSecureConnection, &out),
              good ? Step::kDone : Step::kFailed);
  }
}

TEST(Handshake, ChangeUser) {
  using Step = ServerHandshake::Step;
  ServerHandshakeOptions options = ServerSide();
  Conversation login(options, ClientSide("app", "secret"));
  ClientIdentity before = login.server().identity();
  auto request = [&](std::string answer) {
    ChangeUserRequest change{"hashed", std::move(answer), "other", 45, "mysql_native_password", {}};
    std::string payload;
    EncodeChangeUser(change, before.capabilities, &payload);
    return payload.substr(1);
  };
  // With the nonce of the login it works at once, without an answer by AuthSwitch.
  ServerHandshake direct(&options, 1, "h", false);
  OutputBuffer out;
  EXPECT_EQ(
      direct.StartChangeUser(request(NativeScramble("secret", before.nonce)), 0, before, &out),
      Step::kDone);
  EXPECT_EQ(direct.next_sequence(), 1);
  EXPECT_EQ(direct.identity().user, "hashed");
  EXPECT_EQ(direct.identity().database, "other");
  EXPECT_EQ(direct.identity().capabilities, before.capabilities);
  ServerHandshake switched(&options, 1, "h", false);
  EXPECT_EQ(switched.StartChangeUser(request(""), 0, before, &out), Step::kRead);
  EXPECT_EQ(switched.OnPacket(NativeScramble("secret", NonceOf(out)), 2, &out), Step::kDone);
  ServerHandshake wrong(&options, 1, "h", false);
  out.Clear();
  EXPECT_EQ(wrong.StartChangeUser(request(""), 0, before, &out), Step::kRead);
  EXPECT_EQ(wrong.OnPacket(NativeScramble("wrong", NonceOf(out)), 2, &out), Step::kFailed);
  EXPECT_EQ(wrong.error().mysql_errno(), 1045);
}

// Every step of the longest conversation, with each way to spoil its packet.
TEST(Handshake, FailsCleanlyAtEveryStep) {
  ServerHandshakeOptions server = ServerSide();
  server.tls_available = true;
  for (bool tls : {false, true}) {
    ClientHandshakeOptions client = ClientSide("hashed", "secret");
    client.tls = tls ? ClientHandshakeOptions::Tls::kRequired : ClientHandshakeOptions::Tls::kNever;
    int steps = 0;
    {
      server.credentials = std::make_shared<Users>();
      steps = Conversation(server, client).packets();
    }
    using Spoil = std::function<void(std::string*)>;
    const std::pair<const char*, Spoil> kinds[] = {
        {"empty", [](std::string* p) { p->clear(); }},
        {"half", [](std::string* p) { p->resize(p->size() / 2); }},
        {"zeros", [](std::string* p) { p->assign(p->size(), '\0'); }},
        {"ones", [](std::string* p) { p->assign(p->size(), '\xff'); }},
        {"error", [](std::string* p) { *p = Bytes("ff 1904 '#08004' 'go away'"); }}};
    for (int step = 0; step < steps; ++step) {
      for (const auto& [name, spoil] : kinds) {
        server.credentials = std::make_shared<Users>();
        bool harmless = false;
        Conversation talk(server, client, false,
                          [&, step](int at, bool to_client, std::string* payload) {
                            if (at != step) return;
                            spoil(payload);
                            // Zeros read as an OK that came early, ones as an SSLRequest.
                            harmless = (to_client && payload->starts_with(std::string(7, '\0'))) ||
                                       (step == 1 && *payload == std::string(32, '\xff'));
                          });
        // Whoever was spoken to wrongly knows; nobody waits for ever (the conversation ended).
        EXPECT_TRUE(harmless || !talk.client_ok()) << name << " at step " << step;
        EXPECT_TRUE(harmless || !talk.server().error().ok() || !talk.client().error().ok())
            << name << " at step " << step;
      }
    }
  }
}

TEST(Handshake, PacketsOutOfOrder) {
  ServerHandshakeOptions options = ServerSide();
  ServerHandshake server(&options, 1, "h", false);
  OutputBuffer out;
  server.Start(&out);
  out.Clear();
  EXPECT_EQ(server.OnPacket("x", 2, &out), ServerHandshake::Step::kFailed);
  EXPECT_EQ(server.error().mysql_errno(), 1156);
  ClientHandshakeOptions client_options = ClientSide("a", "b");
  ClientHandshake client(&client_options);
  EXPECT_EQ(client.OnPacket("x", 1, &out), ClientHandshake::Step::kFailed);
  ClientHandshake refused(&client_options);
  EXPECT_EQ(refused.OnPacket(Bytes("ff 1004 'Too many connections'"), 0, &out),
            ClientHandshake::Step::kFailed);
  EXPECT_EQ(refused.error().mysql_errno(), 1040);
}

}  // namespace
}  // namespace keyspan::mysql
