// Logins: the input is a sequence of packets (length, payload) for one of the two machines.
#include "mysql/protocol/client_handshake.h"
#include "mysql/protocol/server_handshake.h"

using namespace keyspan::mysql;  // NOLINT

namespace {

class OneUser : public Credentials {
 public:
  std::vector<PasswordVerifier> Find(const std::string& user, const std::string&) const override {
    if (user != "app") return {};
    PasswordVerifier verifier;
    verifier.native = PasswordVerifier::FromPassword("secret").native;
    return {verifier};
  }
};

const ServerHandshakeOptions& ServerSide() {
  static const auto* options = [] {
    auto* made = new ServerHandshakeOptions;
    made->credentials = std::make_shared<OneUser>();
    made->rsa_key = *RsaKey::Generate();
    made->tls_available = true;
    return made;
  }();
  return *options;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  bool as_server = data[0] & 1;
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  ServerHandshake server(&ServerSide(), 1, "host", data[0] & 2);
  ClientHandshakeOptions client_options;
  client_options.user = "app";
  client_options.password = "secret";
  client_options.tls = ClientHandshakeOptions::Tls::kIfOffered;
  client_options.secure_transport = data[0] & 4;
  ClientHandshake client(&client_options);
  OutputBuffer out;
  if (as_server) server.Start(&out);
  uint8_t sequence = as_server ? 1 : 0;
  while (rest.size() >= 2) {
    size_t length =
        std::min<size_t>(static_cast<uint8_t>(rest[0]) | (rest[1] & 3) << 8, rest.size() - 2);
    std::string payload(rest.substr(2, length));
    rest.remove_prefix(2 + length);
    size_t before = out.size();
    if (as_server) {
      auto step = server.OnPacket(payload, sequence, &out);
      if (step == ServerHandshake::Step::kDone) __builtin_trap();  // nobody knows the nonce
      if (step == ServerHandshake::Step::kFailed) return 0;
      if (step == ServerHandshake::Step::kRead && out.size() == before) __builtin_trap();
    } else {
      auto step = client.OnPacket(payload, sequence, &out);
      if (step == ClientHandshake::Step::kStartTls) step = client.OnTlsStarted(&out);
      if (step != ClientHandshake::Step::kRead) return 0;
    }
    // As a well-behaved peer counts: one further for each packet either side sent.
    ++sequence;
    std::string sent = out.Flatten().substr(before);
    while (!sent.empty()) {
      FrameScan scan = ScanFrames(sent, 1 << 24);
      if (scan.state != FrameScan::State::kComplete) __builtin_trap();
      sequence = static_cast<uint8_t>(scan.last_sequence + 1);
      sent.erase(0, scan.size);
    }
  }
  return 0;
}
