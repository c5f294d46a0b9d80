#include "mysql/net/stream.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <boost/asio/buffer.hpp>
#include <cerrno>
#include <cstring>

namespace keyspan::mysql {
namespace {

constexpr size_t kMaxPieces = 64;

// OpenSSL's own socket BIO writes without MSG_NOSIGNAL, so a peer that went away would raise
// SIGPIPE. This one differs only in that.
int BioWrite(BIO* bio, const char* data, int size) {
  auto fd = static_cast<int>(reinterpret_cast<intptr_t>(BIO_get_data(bio)));
  BIO_clear_retry_flags(bio);
  ssize_t n = ::send(fd, data, static_cast<size_t>(size), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
  return static_cast<int>(n);
}

int BioRead(BIO* bio, char* data, int size) {
  auto fd = static_cast<int>(reinterpret_cast<intptr_t>(BIO_get_data(bio)));
  BIO_clear_retry_flags(bio);
  ssize_t n = ::recv(fd, data, static_cast<size_t>(size), MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
  if (n == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return static_cast<int>(n);
}

long BioControl(BIO* bio, int command, long, void*) {
  switch (command) {
    case BIO_CTRL_FLUSH:
      return 1;
    case BIO_CTRL_EOF:
      return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
    default:
      return 0;
  }
}

const BIO_METHOD* SocketBioMethod() {
  static const BIO_METHOD* method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_TYPE_SOURCE_SINK | BIO_get_new_index(), "keyspan socket");
    BIO_meth_set_write(made, BioWrite);
    BIO_meth_set_read(made, BioRead);
    BIO_meth_set_ctrl(made, BioControl);
    return made;
  }();
  return method;
}

SSL* NewSsl(const TlsContext& context, int fd) {
  SSL* ssl = SSL_new(context.get());
  BIO* bio = BIO_new(SocketBioMethod());
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<intptr_t>(fd)));
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl, bio, bio);
  return ssl;
}

}  // namespace

Stream::Stream(StreamSocket socket) : socket_(std::move(socket)) {
  boost::system::error_code ignored;
  socket_.native_non_blocking(true, ignored);
}

Stream::~Stream() { Close(); }

Stream::Stream(Stream&& other) noexcept
    : socket_(std::move(other.socket_)),
      ssl_(std::exchange(other.ssl_, nullptr)),
      drained_(other.drained_) {}

void Stream::Close() {
  boost::system::error_code ignored;
  if (ssl_ != nullptr) {
    // A best-effort close_notify; the answer is not waited for.
    if (socket_.is_open() && SSL_is_init_finished(ssl_)) SSL_shutdown(ssl_);
    ERR_clear_error();
    SSL_free(ssl_);
    ssl_ = nullptr;
  }
  socket_.close(ignored);
}

Status Stream::Failure(const char* what, int error_number) const {
  if (!socket_.is_open()) return Unavailable(fmt::format("{}: connection closed here", what));
  return Unavailable(fmt::format("{}: {}", what, std::strerror(error_number)));
}

Awaitable<Result<size_t>> Stream::ReadSome(char* data, size_t size) {
  if (ssl_ != nullptr) {
    while (ssl_ != nullptr) {
      int n = SSL_read(ssl_, data, static_cast<int>(size));
      if (n > 0) co_return static_cast<size_t>(n);
      int error = SSL_get_error(ssl_, n);
      ERR_clear_error();
      if (error == SSL_ERROR_ZERO_RETURN) co_return size_t{0};
      if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
        if (error == SSL_ERROR_SYSCALL && errno == 0) co_return size_t{0};
        co_return Unavailable("TLS read failed");
      }
      bool ready = co_await WaitFor(error);
      if (!ready) break;
    }
    co_return Failure("read", ECANCELED);
  }
  // Where the last read filled the buffer there is likely more; otherwise Asio's own attempt before
  // it waits is enough.
  if (!drained_) {
    ssize_t n = ::recv(socket_.native_handle(), data, size, MSG_DONTWAIT);
    if (n >= 0) {
      drained_ = static_cast<size_t>(n) < size;
      co_return static_cast<size_t>(n);
    }
    if (errno != EAGAIN && errno != EINTR) co_return Failure("read", errno);
  }
  auto [error, n] = co_await socket_.async_read_some(boost::asio::buffer(data, size), kTuple);
  if (error == boost::asio::error::eof) co_return size_t{0};
  if (error) co_return Failure("read", error.value());
  drained_ = n < size;
  co_return n;
}

Stream::TryState Stream::TryWrite(OutputBuffer* out) {
  while (!out->empty()) {
    if (!socket_.is_open()) {
      errno = ECANCELED;
      return TryState::kFailed;
    }
    std::string_view pieces[kMaxPieces];
    size_t count = out->Pieces(pieces, kMaxPieces);
    ssize_t n = 0;
    if (ssl_ != nullptr) {
      n = SSL_write(ssl_, pieces[0].data(), static_cast<int>(pieces[0].size()));
      if (n <= 0) {
        int error = SSL_get_error(ssl_, static_cast<int>(n));
        int saved = errno;
        ERR_clear_error();
        errno = saved;
        if (error == SSL_ERROR_WANT_WRITE) return TryState::kWouldBlock;
        return TryState::kFailed;
      }
    } else if (count == 1) {
      n = ::send(socket_.native_handle(), pieces[0].data(), pieces[0].size(),
                 MSG_NOSIGNAL | MSG_DONTWAIT);
    } else {
      iovec vectors[kMaxPieces];
      for (size_t i = 0; i < count; ++i) {
        vectors[i] = {const_cast<char*>(pieces[i].data()), pieces[i].size()};
      }
      msghdr message{};
      message.msg_iov = vectors;
      message.msg_iovlen = count;
      n = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    if (n < 0) {
      if (errno == EINTR) continue;
      return errno == EAGAIN ? TryState::kWouldBlock : TryState::kFailed;
    }
    out->Consume(static_cast<size_t>(n));
  }
  return TryState::kDone;
}

Awaitable<Status> Stream::WriteAll(OutputBuffer* out) {
  TryState state = TryWrite(out);
  while (state == TryState::kWouldBlock) {
    bool ready = co_await WaitFor(SSL_ERROR_WANT_WRITE);
    if (!ready) co_return Failure("write", ECANCELED);
    state = TryWrite(out);
  }
  if (state == TryState::kFailed) co_return Failure("write", errno);
  co_return Status::Ok();
}

Awaitable<bool> Stream::WaitFor(int ssl_error) {
  auto kind =
      ssl_error == SSL_ERROR_WANT_WRITE ? StreamSocket::wait_write : StreamSocket::wait_read;
  auto [error] = co_await socket_.async_wait(kind, kTuple);
  co_return !error && socket_.is_open();
}

Awaitable<Status> Stream::AcceptTls(const TlsContext& context) {
  ssl_ = NewSsl(context, socket_.native_handle());
  SSL_set_accept_state(ssl_);
  co_return co_await RunTlsHandshake();
}

Awaitable<Status> Stream::ConnectTls(const TlsContext& context) {
  ssl_ = NewSsl(context, socket_.native_handle());
  SSL_set_connect_state(ssl_);
  if (!context.verify_host().empty()) {
    SSL_set_tlsext_host_name(ssl_, context.verify_host().c_str());
    SSL_set1_host(ssl_, context.verify_host().c_str());
  }
  co_return co_await RunTlsHandshake();
}

Awaitable<Status> Stream::RunTlsHandshake() {
  while (ssl_ != nullptr) {
    int n = SSL_do_handshake(ssl_);
    if (n == 1) co_return Status::Ok();
    int error = SSL_get_error(ssl_, n);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
      char text[256] = "the peer closed the connection";
      if (unsigned long code = ERR_get_error()) ERR_error_string_n(code, text, sizeof(text));
      ERR_clear_error();
      co_return Status(StatusCode::kUnavailable, 2026, "HY000",
                       fmt::format("TLS handshake failed: {}", text));
    }
    bool ready = co_await WaitFor(error);
    if (!ready) break;
  }
  co_return Failure("TLS handshake", ECANCELED);
}

bool Stream::PeerClosed() {
  if (!socket_.is_open()) return true;
  pollfd fd{socket_.native_handle(), POLLRDHUP, 0};
  return ::poll(&fd, 1, 0) == 1 && (fd.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

bool Stream::Readable() {
  if (!socket_.is_open()) return true;
  if (ssl_ != nullptr && SSL_pending(ssl_) > 0) return true;
  pollfd fd{socket_.native_handle(), POLLIN, 0};
  return ::poll(&fd, 1, 0) == 1;
}

std::string Stream::tls_version() const { return ssl_ ? SSL_get_version(ssl_) : ""; }

std::string Stream::tls_cipher() const {
  const char* name = ssl_ ? SSL_get_cipher_name(ssl_) : nullptr;
  return name ? name : "";
}

}  // namespace keyspan::mysql
