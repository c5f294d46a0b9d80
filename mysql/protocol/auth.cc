#include "mysql/protocol/auth.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>

#include <cstring>

namespace keyspan::mysql {
namespace {

Sha1Digest Sha1(std::string_view a, std::string_view b = {}) {
  Sha1Digest digest;
  std::string bytes = std::string(a).append(b);
  SHA1(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(), digest.data());
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return digest;
}

Sha256Digest Sha256(std::string_view a, std::string_view b = {}) {
  Sha256Digest digest;
  std::string bytes = std::string(a).append(b);
  SHA256(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(), digest.data());
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return digest;
}

template <size_t N>
std::string_view View(const std::array<uint8_t, N>& digest) {
  return {reinterpret_cast<const char*>(digest.data()), N};
}

template <size_t N>
std::string Xor(const std::array<uint8_t, N>& a, std::string_view b) {
  std::string out(N, '\0');
  for (size_t i = 0; i < N; ++i) {
    out[i] = static_cast<char>(a[i] ^ static_cast<uint8_t>(b[i]));
  }
  return out;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// RSA operations share this: a context with the padding that MySQL uses.
struct PkeyContext {
  explicit PkeyContext(EVP_PKEY* key) : context(EVP_PKEY_CTX_new(key, nullptr)) {}
  ~PkeyContext() { EVP_PKEY_CTX_free(context); }
  bool SetPadding() const {
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) > 0;
  }
  EVP_PKEY_CTX* context;
};

}  // namespace

std::string MakeNonce() {
  std::string nonce(kNonceSize, '\0');
  RAND_bytes(reinterpret_cast<uint8_t*>(nonce.data()), static_cast<int>(nonce.size()));
  // Old clients read the nonce as text: 7 bits, no NUL.
  for (char& c : nonce) {
    c = static_cast<char>(c & 0x7f);
    if (c == '\0' || c == '$') ++c;
  }
  return nonce;
}

PasswordVerifier PasswordVerifier::FromPassword(std::string_view password) {
  PasswordVerifier verifier;
  verifier.empty_password = password.empty();
  verifier.native = Sha1(View(Sha1(password)));
  verifier.sha2 = Sha256(View(Sha256(password)));
  return verifier;
}

Result<PasswordVerifier> PasswordVerifier::FromNativeHash(std::string_view text) {
  Sha1Digest digest{};
  if (text.size() != 2 * digest.size() + 1 || text[0] != '*') {
    return InvalidArgument("a native password hash is '*' and 40 hexadecimal digits");
  }
  for (size_t i = 0; i < digest.size(); ++i) {
    int high = HexDigit(text[1 + 2 * i]);
    int low = HexDigit(text[2 + 2 * i]);
    if (high < 0 || low < 0) {
      return InvalidArgument("a native password hash is '*' and 40 hexadecimal digits");
    }
    digest[i] = static_cast<uint8_t>(high << 4 | low);
  }
  PasswordVerifier verifier;
  verifier.native = digest;
  return verifier;
}

std::string NativeScramble(std::string_view password, std::string_view nonce) {
  if (password.empty()) return {};
  Sha1Digest once = Sha1(password);
  return Xor(once, View(Sha1(nonce, View(Sha1(View(once))))));
}

std::string Sha2Scramble(std::string_view password, std::string_view nonce) {
  if (password.empty()) return {};
  Sha256Digest once = Sha256(password);
  return Xor(once, View(Sha256(View(Sha256(View(once))), nonce)));
}

bool CheckNativeScramble(const Sha1Digest& stored, std::string_view scramble,
                         std::string_view nonce) {
  if (scramble.size() != stored.size()) return false;
  std::string once = Xor(Sha1(nonce, View(stored)), scramble);
  return ConstantTimeEqual(View(Sha1(once)), View(stored));
}

bool CheckSha2Scramble(const Sha256Digest& stored, std::string_view scramble,
                       std::string_view nonce) {
  if (scramble.size() != stored.size()) return false;
  std::string once = Xor(Sha256(View(stored), nonce), scramble);
  return ConstantTimeEqual(View(Sha256(once)), View(stored));
}

bool CheckCleartext(const PasswordVerifier& stored, std::string_view password) {
  PasswordVerifier given = PasswordVerifier::FromPassword(password);
  if (stored.sha2) return ConstantTimeEqual(View(*given.sha2), View(*stored.sha2));
  if (stored.native) return ConstantTimeEqual(View(*given.native), View(*stored.native));
  return stored.empty_password && password.empty();
}

bool ConstantTimeEqual(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Result<std::shared_ptr<const RsaKey>> RsaKey::Generate() {
  std::shared_ptr<RsaKey> key(new RsaKey);
  EVP_PKEY* pkey = EVP_RSA_gen(2048);
  if (pkey == nullptr) return InternalError("cannot make an RSA key");
  key->key_ = pkey;
  BIO* bio = BIO_new(BIO_s_mem());
  if (PEM_write_bio_PUBKEY(bio, pkey) == 1) {
    char* data = nullptr;
    long size = BIO_get_mem_data(bio, &data);
    key->public_pem_.assign(data, static_cast<size_t>(size));
  }
  BIO_free(bio);
  if (key->public_pem_.empty()) return InternalError("cannot write an RSA key");
  return std::shared_ptr<const RsaKey>(std::move(key));
}

RsaKey::~RsaKey() { EVP_PKEY_free(static_cast<EVP_PKEY*>(key_)); }

Result<std::string> RsaKey::Decrypt(std::string_view cipher) const {
  PkeyContext context(static_cast<EVP_PKEY*>(key_));
  const auto* in = reinterpret_cast<const uint8_t*>(cipher.data());
  size_t size = 0;
  if (context.context == nullptr || EVP_PKEY_decrypt_init(context.context) <= 0 ||
      !context.SetPadding() ||
      EVP_PKEY_decrypt(context.context, nullptr, &size, in, cipher.size()) <= 0) {
    return InternalError("RSA decryption cannot start");
  }
  std::string plain(size, '\0');
  if (EVP_PKEY_decrypt(context.context, reinterpret_cast<uint8_t*>(plain.data()), &size, in,
                       cipher.size()) <= 0) {
    return Malformed("not encrypted with this RSA key");
  }
  plain.resize(size);
  return plain;
}

Result<std::string> RsaEncryptPassword(std::string_view public_pem, std::string_view password,
                                       std::string_view nonce) {
  std::string plain(password);
  plain.push_back('\0');
  plain = XorWithNonce(plain, nonce);
  BIO* bio = BIO_new_mem_buf(public_pem.data(), static_cast<int>(public_pem.size()));
  EVP_PKEY* pkey = PEM_read_bio_PUBKEY(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  if (pkey == nullptr) return Malformed("the server's public key cannot be read");
  PkeyContext context(pkey);
  EVP_PKEY_free(pkey);  // the context holds it
  const auto* in = reinterpret_cast<const uint8_t*>(plain.data());
  size_t size = 0;
  if (context.context == nullptr || EVP_PKEY_encrypt_init(context.context) <= 0 ||
      !context.SetPadding() ||
      EVP_PKEY_encrypt(context.context, nullptr, &size, in, plain.size()) <= 0) {
    return Malformed("the server's public key cannot be used");
  }
  std::string cipher(size, '\0');
  if (EVP_PKEY_encrypt(context.context, reinterpret_cast<uint8_t*>(cipher.data()), &size, in,
                       plain.size()) <= 0) {
    return InvalidArgument("the password is too long for the server's public key");
  }
  cipher.resize(size);
  return cipher;
}

std::string XorWithNonce(std::string_view bytes, std::string_view nonce) {
  std::string out(bytes);
  if (nonce.empty()) return out;
  for (size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<char>(out[i] ^ nonce[i % nonce.size()]);
  }
  return out;
}

}  // namespace keyspan::mysql
