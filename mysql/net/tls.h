#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "common/status.h"

namespace keyspan::mysql {

// An OpenSSL context, immutable after creation and shared by all threads.
class TlsContext {
 public:
  // Server: PEM files. When both are empty a key and a self-signed certificate (valid for ten
  // years) are made, so that TLS works out of the box; `ca_file` non-empty asks clients for
  // certificates.
  struct ServerFiles {
    std::string cert_file = {};
    std::string key_file = {};
    std::string ca_file = {};
  };
  static Result<std::shared_ptr<const TlsContext>> Server(const ServerFiles& files);
  // Client: verifies the server against `ca_file` unless that is empty; the host name too when
  // `verify_host` is not empty.
  struct ClientFiles {
    std::string ca_file = {};
    std::string cert_file = {};
    std::string key_file = {};
    std::string verify_host = {};
  };
  static Result<std::shared_ptr<const TlsContext>> Client(const ClientFiles& files);

  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  SSL_CTX* get() const { return context_; }
  const std::string& verify_host() const { return verify_host_; }

 private:
  TlsContext() = default;
  SSL_CTX* context_ = nullptr;
  std::string verify_host_;
};

}  // namespace keyspan::mysql
