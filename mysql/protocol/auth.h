#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"

namespace keyspan::mysql {

using Sha1Digest = std::array<uint8_t, 20>;
using Sha256Digest = std::array<uint8_t, 32>;
inline constexpr size_t kNonceSize = 20;

// 20 random bytes without NUL, as a greeting needs them.
std::string MakeNonce();

// What a server keeps of a password; either may be missing.
struct PasswordVerifier {
  std::optional<Sha1Digest> native;  // SHA1(SHA1(password))
  std::optional<Sha256Digest> sha2;  // SHA256(SHA256(password))
  bool empty_password = false;

  static PasswordVerifier FromPassword(std::string_view password);
  // "*" and 40 hexadecimal digits, as mysql.user shows it.
  static Result<PasswordVerifier> FromNativeHash(std::string_view text);
};

// What a client sends. Empty for an empty password.
std::string NativeScramble(std::string_view password, std::string_view nonce);
std::string Sha2Scramble(std::string_view password, std::string_view nonce);

// Constant-time checks of a client's answer.
bool CheckNativeScramble(const Sha1Digest& stored, std::string_view scramble,
                         std::string_view nonce);
bool CheckSha2Scramble(const Sha256Digest& stored, std::string_view scramble,
                       std::string_view nonce);
bool CheckCleartext(const PasswordVerifier& stored, std::string_view password);
bool ConstantTimeEqual(std::string_view a, std::string_view b);

// The key pair with which caching_sha2_password protects a password on a connection without TLS.
// Immutable and shared by all threads.
class RsaKey {
 public:
  static Result<std::shared_ptr<const RsaKey>> Generate();
  ~RsaKey();
  const std::string& public_pem() const { return public_pem_; }
  // The bytes under OAEP padding; fails for what was not made with this key.
  Result<std::string> Decrypt(std::string_view cipher) const;

 private:
  RsaKey() = default;
  void* key_ = nullptr;  // EVP_PKEY
  std::string public_pem_;
};

// Client side: password (with its NUL) XOR nonce, under the server's public key.
Result<std::string> RsaEncryptPassword(std::string_view public_pem, std::string_view password,
                                       std::string_view nonce);
// bytes XOR nonce repeated; its own inverse.
std::string XorWithNonce(std::string_view bytes, std::string_view nonce);

// Who may log in. Implementations are shared by all threads and must be thread-safe.
class Credentials {
 public:
  virtual ~Credentials() = default;
  // All verifiers of the user (several passwords may be valid during a rotation); empty when there
  // is no such user or `host` is not allowed. `host` is an address, or "localhost" for unix
  // sockets.
  virtual std::vector<PasswordVerifier> Find(const std::string& user,
                                             const std::string& host) const = 0;
  // A password was proven in full; keep SHA256(SHA256(password)) so that the fast path works next
  // time. The default forgets it.
  virtual void RememberSha2(const std::string& /*user*/, const PasswordVerifier& /*proven*/,
                            const Sha256Digest& /*digest*/) const {}
};

}  // namespace keyspan::mysql
