#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>

#include "common/async/awaitable.h"
#include "common/status.h"
#include "mysql/net/tls.h"
#include "mysql/protocol/output_buffer.h"

namespace keyspan::mysql {

// A connected TCP or unix socket, in clear or under TLS. It tries each read and write directly and
// awaits the reactor only when the kernel says that it would block, so a flush is one system call.
// TLS works on the socket itself (no buffer of ours in between; OpenSSL frees its own when idle).
//
// One reader and one writer at a time, on the socket's io_context. After any failure the stream is
// useless. Close() may be called while an operation is pending; that operation then fails with
// kUnavailable.
class Stream {
 public:
  explicit Stream(StreamSocket socket);
  ~Stream();
  Stream(Stream&&) noexcept;

  // At least one byte, at most `size`. 0 = the peer closed in an orderly way.
  Awaitable<Result<size_t>> ReadSome(char* data, size_t size);
  // Writes without waiting what the kernel takes. kFailed leaves the reason in errno.
  enum class TryState : uint8_t { kDone, kWouldBlock, kFailed };
  TryState TryWrite(OutputBuffer* out);
  // Writes all of `out` and leaves it empty.
  Awaitable<Status> WriteAll(OutputBuffer* out);

  // Requires: nothing was read past the packet after which TLS begins.
  Awaitable<Status> AcceptTls(const TlsContext& context);
  Awaitable<Status> ConnectTls(const TlsContext& context);

  // Whether the peer has closed its side, found without reading or waiting.
  bool PeerClosed();
  // Whether bytes, or the end, can be read now.
  bool Readable();
  void Close();
  bool is_open() const { return socket_.is_open(); }
  bool tls() const { return ssl_ != nullptr; }
  // "TLSv1.3" and "TLS_AES_256_GCM_SHA384"; empty without TLS.
  std::string tls_version() const;
  std::string tls_cipher() const;
  Executor executor() { return socket_.get_executor(); }
  StreamSocket& socket() { return socket_; }

 private:
  Awaitable<Status> RunTlsHandshake();
  Awaitable<bool> WaitFor(int ssl_error);
  Status Failure(const char* what, int error_number) const;

  StreamSocket socket_;
  SSL* ssl_ = nullptr;
  bool drained_ = true;  // the last read took all that the kernel had
};

}  // namespace keyspan::mysql
