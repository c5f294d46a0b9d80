#include "mysql/net/tls.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace keyspan::mysql {
namespace {

constexpr long kTenYears = 10L * 365 * 24 * 3600;

Status OpenSslError(std::string what) {
  char text[256] = "unknown error";
  if (unsigned long code = ERR_get_error()) ERR_error_string_n(code, text, sizeof(text));
  ERR_clear_error();
  return InvalidArgument(what + ": " + text);
}

// A fresh RSA key and a certificate for it, signed by itself.
Status UseSelfSigned(SSL_CTX* context) {
  EVP_PKEY* key = EVP_RSA_gen(2048);
  X509* certificate = X509_new();
  bool ok = key != nullptr && certificate != nullptr;
  if (ok) {
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), kTenYears);
    X509_set_pubkey(certificate, key);
    X509_NAME* name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const uint8_t*>("keyspan self-signed"), -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    ok = X509_sign(certificate, key, EVP_sha256()) > 0 &&
         SSL_CTX_use_certificate(context, certificate) == 1 &&
         SSL_CTX_use_PrivateKey(context, key) == 1;
  }
  X509_free(certificate);
  EVP_PKEY_free(key);
  return ok ? Status::Ok() : OpenSslError("cannot make a self-signed certificate");
}

Status UseFiles(SSL_CTX* context, const std::string& cert_file, const std::string& key_file) {
  if (SSL_CTX_use_certificate_chain_file(context, cert_file.c_str()) != 1) {
    return OpenSslError("cannot use the certificate " + cert_file);
  }
  if (SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return OpenSslError("cannot use the key " + key_file);
  }
  if (SSL_CTX_check_private_key(context) != 1) {
    return OpenSslError("the key " + key_file + " does not belong to " + cert_file);
  }
  return Status::Ok();
}

void SetCommon(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  // Partial writes: the output buffer moves on between attempts. Released buffers: an idle TLS
  // connection costs no read buffer.
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
}

}  // namespace

Result<std::shared_ptr<const TlsContext>> TlsContext::Server(const ServerFiles& files) {
  std::shared_ptr<TlsContext> tls(new TlsContext);
  tls->context_ = SSL_CTX_new(TLS_server_method());
  if (tls->context_ == nullptr) return OpenSslError("cannot make a TLS context");
  SetCommon(tls->context_);
  if (files.cert_file.empty() != files.key_file.empty()) {
    return InvalidArgument("a TLS certificate and its key go together");
  }
  RETURN_IF_ERROR(files.cert_file.empty()
                      ? UseSelfSigned(tls->context_)
                      : UseFiles(tls->context_, files.cert_file, files.key_file));
  if (!files.ca_file.empty()) {
    if (SSL_CTX_load_verify_locations(tls->context_, files.ca_file.c_str(), nullptr) != 1) {
      return OpenSslError("cannot use the CA file " + files.ca_file);
    }
    SSL_CTX_set_verify(tls->context_, SSL_VERIFY_PEER, nullptr);
  }
  static constexpr unsigned char kSessionContext[] = "keyspan";
  SSL_CTX_set_session_id_context(tls->context_, kSessionContext, sizeof(kSessionContext) - 1);
  return std::shared_ptr<const TlsContext>(std::move(tls));
}

Result<std::shared_ptr<const TlsContext>> TlsContext::Client(const ClientFiles& files) {
  std::shared_ptr<TlsContext> tls(new TlsContext);
  tls->context_ = SSL_CTX_new(TLS_client_method());
  if (tls->context_ == nullptr) return OpenSslError("cannot make a TLS context");
  SetCommon(tls->context_);
  tls->verify_host_ = files.verify_host;
  if (!files.cert_file.empty()) {
    RETURN_IF_ERROR(UseFiles(tls->context_, files.cert_file, files.key_file));
  }
  if (!files.ca_file.empty()) {
    if (SSL_CTX_load_verify_locations(tls->context_, files.ca_file.c_str(), nullptr) != 1) {
      return OpenSslError("cannot use the CA file " + files.ca_file);
    }
    SSL_CTX_set_verify(tls->context_, SSL_VERIFY_PEER, nullptr);
  }
  return std::shared_ptr<const TlsContext>(std::move(tls));
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

}  // namespace keyspan::mysql
