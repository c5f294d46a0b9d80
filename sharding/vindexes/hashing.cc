#include "sharding/vindexes/hashing.h"

#include <glog/logging.h>
#include <openssl/evp.h>
#include <xxhash.h>

#include <memory>

namespace keyspan::sharding {
namespace {

struct CipherFree {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, CipherFree>;

// Single DES is in OpenSSL's legacy provider, which may not be installed; triple DES with one key
// is the same function.
Cipher NewZeroKeyDes() {
  static constexpr unsigned char kKey[24] = {};
  Cipher cipher(EVP_CIPHER_CTX_new());
  CHECK(cipher != nullptr);
  CHECK_EQ(EVP_EncryptInit_ex(cipher.get(), EVP_des_ede3_ecb(), nullptr, kKey, nullptr), 1);
  EVP_CIPHER_CTX_set_padding(cipher.get(), 0);
  return cipher;
}

}  // namespace

std::string XxHash64(std::string_view bytes) {
  uint64_t hash = XXH64(bytes.data(), bytes.size(), 0);
  std::string out(8, '\0');
  for (char& byte : out) {
    byte = static_cast<char>(hash);
    hash >>= 8;
  }
  return out;
}

std::string Md5(std::string_view bytes) {
  std::string out(16, '\0');
  unsigned size = 0;
  CHECK_EQ(EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(out.data()),
                      &size, EVP_md5(), nullptr),
           1);
  return out;
}

std::string DesHash(uint64_t number) {
  // ECB keeps no state between blocks, so one prepared key serves a thread for ever.
  thread_local const Cipher cipher = NewZeroKeyDes();
  unsigned char in[8];
  for (int i = 7; i >= 0; --i) {
    in[i] = static_cast<unsigned char>(number);
    number >>= 8;
  }
  std::string out(8, '\0');
  int size = 0;
  CHECK_EQ(EVP_EncryptUpdate(cipher.get(), reinterpret_cast<unsigned char*>(out.data()), &size, in,
                             sizeof(in)),
           1);
  CHECK_EQ(size, 8);
  return out;
}

}  // namespace keyspan::sharding
