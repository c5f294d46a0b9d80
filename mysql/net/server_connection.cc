#include "mysql/net/server_connection.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "common/async/deadline.h"
#include "mysql/net/lazy_deadline.h"

namespace keyspan::mysql {
namespace {

constexpr size_t kIdleBuffer = 2 << 10;
constexpr size_t kKeptBuffer = 4 << 10;
constexpr size_t kFirstGrowth = 64 << 10;
// Nobody needs more before being logged in; bounds what strangers can make us hold.
constexpr size_t kMaxHandshakePacket = 128 << 10;
// An SSLRequest with its header. Reading no more at first leaves the TLS bytes behind it to
// OpenSSL.
constexpr size_t kSslRequestSize = 36;

Status TooLarge() {
  return Status(StatusCode::kResourceExhausted, 1153, "08S01",
                "Got a packet bigger than 'max_allowed_packet' bytes");
}

Status OutOfOrder() {
  return Status(StatusCode::kMalformed, 1156, "08S01", "Got packets out of order");
}

Status Inactive() {
  return Status::Mysql(4031, "HY000",
                       "The client was disconnected by the server because of inactivity. See "
                       "wait_timeout and interactive_timeout for configuring this behavior.");
}

Status ReadTimedOut() {
  return Status::Mysql(1159, "08S01", "Got timeout reading communication packets");
}

struct Peer {
  std::string host;
  std::string address;
  bool is_unix = false;
};

Peer DescribePeer(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof(storage);
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return {"", "", false};
  char text[INET6_ADDRSTRLEN] = "";
  if (storage.ss_family == AF_INET) {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
    ::inet_ntop(AF_INET, &v4->sin_addr, text, sizeof(text));
    return {text, fmt::format("{}:{}", text, ntohs(v4->sin_port)), false};
  }
  if (storage.ss_family == AF_INET6) {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
    ::inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof(text));
    std::string_view host = text;
    if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) host.remove_prefix(host.rfind(':') + 1);
    return {std::string(host), fmt::format("{}:{}", host, ntohs(v6->sin6_port)), false};
  }
  return {"localhost", "localhost", true};
}

}  // namespace

Status PrepareServerOptions(ServerOptions* options, bool disable_tls) {
  if (!options->handshake.capabilities) {
    options->handshake.capabilities = DefaultServerCapabilities();
  }
  if (disable_tls) {
    options->tls = nullptr;
  } else if (!options->tls) {
    ASSIGN_OR_RETURN(options->tls, TlsContext::Server({}));
  }
  options->handshake.tls_available = options->tls != nullptr;
  if (!options->handshake.rsa_key) {
    ASSIGN_OR_RETURN(options->handshake.rsa_key, RsaKey::Generate());
  }
  if (!options->handshake.credentials) return InvalidArgument("a server needs users");
  return Status::Ok();
}

ServerConnection::ServerConnection(StreamSocket socket, const ServerOptions* options,
                                   uint32_t connection_id, PeerWatch* watch)
    : stream_(std::move(socket)), options_(options), connection_id_(connection_id), watch_(watch) {
  if (stream_.is_open()) {
    Peer peer = DescribePeer(stream_.socket().native_handle());
    host_ = std::move(peer.host);
    peer_ = std::move(peer.address);
    unix_socket_ = peer.is_unix;
    if (!unix_socket_) {
      int on = 1;
      int fd = stream_.socket().native_handle();
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
      ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
    }
  }
  if (watch_ != nullptr) watch_->Add(this);
}

ServerConnection::~ServerConnection() {
  if (watch_ != nullptr) watch_->Remove(this);
}

Awaitable<Status> ServerConnection::Handshake() {
  ServerHandshake handshake(&options_->handshake, connection_id_, host_, unix_socket_);
  handshake.Start(&out_);
  co_return co_await RunHandshake(&handshake, ServerHandshake::Step::kRead);
}

Awaitable<Status> ServerConnection::ChangeUser(std::string_view body) {
  ServerHandshake handshake(&options_->handshake, connection_id_, host_,
                            unix_socket_ || stream_.tls());
  ServerHandshake::Step step =
      handshake.StartChangeUser(body, static_cast<uint8_t>(sequence_ - 1), identity_, &out_);
  co_return co_await RunHandshake(&handshake, step);
}

Awaitable<Status> ServerConnection::RunHandshake(ServerHandshake* handshake,
                                                 ServerHandshake::Step step) {
  using Step = ServerHandshake::Step;
  Deadline deadline(stream_.executor(),
                    std::chrono::steady_clock::now() + options_->handshake_timeout,
                    [this] { stream_.Close(); });
  Status status;
  while (status.ok() && (step == Step::kRead || step == Step::kStartTls)) {
    status = co_await stream_.WriteAll(&out_);
    if (!status.ok()) break;
    if (step == Step::kStartTls) {
      // Plain bytes behind an SSLRequest would be taken for part of the encrypted session.
      if (begin_ + consumed_on_next_read_ != end_ || options_->tls == nullptr) {
        status = Malformed("bytes between SSLRequest and TLS");
        break;
      }
      status = co_await stream_.AcceptTls(*options_->tls);
      if (!status.ok()) break;
    }
    Result<std::string_view> packet = co_await ReadPacket(kMaxHandshakePacket, true);
    if (!packet.ok()) {
      status = std::move(packet).status();
      break;
    }
    // ReadPacket set sequence_ to the one after the packet's.
    step = handshake->OnPacket(*packet, static_cast<uint8_t>(sequence_ - 1), &out_);
  }
  if (status.ok() && step == Step::kDone) {
    identity_ = handshake->identity();
    sequence_ = handshake->next_sequence();
    co_return Status::Ok();
  }
  if (step == Step::kFailed) {
    // The error packet is in out_ already.
    status = handshake->error();
    (void)stream_.TryWrite(&out_);
  } else if (deadline.expired()) {
    status = Status(StatusCode::kDeadlineExceeded, 1159, "08S01", "handshake timed out");
  } else if (status.code() == StatusCode::kResourceExhausted) {
    sequence_ = handshake->next_sequence();
    co_return co_await FailWith(std::move(status));
  }
  stream_.Close();
  co_return status;
}

Awaitable<Result<Command>> ServerConnection::ReadCommand() {
  sequence_ = 0;
  Result<std::string_view> payload = co_await ReadPacket(options_->max_packet, false);
  if (!payload.ok()) {
    Status status = std::move(payload).status();
    if (status.code() == StatusCode::kMalformed ||
        status.code() == StatusCode::kResourceExhausted) {
      co_return co_await FailWith(std::move(status));
    }
    stream_.Close();
    co_return status;
  }
  if (payload->empty()) co_return Command{};
  co_return Command{static_cast<CommandType>((*payload)[0]), payload->substr(1)};
}

Awaitable<Result<std::string_view>> ServerConnection::ReadPacket(size_t max_payload,
                                                                 bool handshake) {
  begin_ += consumed_on_next_read_;
  consumed_on_next_read_ = 0;
  if (joined_.capacity() > 0) std::string().swap(joined_);
  while (true) {
    FrameScan scan = ScanFrames(buffered(), max_payload);
    if (scan.state == FrameScan::State::kTooLarge) co_return TooLarge();
    if (scan.state == FrameScan::State::kBadSequence) co_return OutOfOrder();
    if (scan.state == FrameScan::State::kComplete) {
      std::string_view payload = buffered().substr(kFrameHeaderSize, scan.payload_size);
      if (scan.split) {
        joined_ = JoinFrames(buffered());
        payload = joined_;
      }
      if (!handshake && static_cast<uint8_t>(buffered()[3]) != 0) co_return OutOfOrder();
      consumed_on_next_read_ = scan.size;
      sequence_ = static_cast<uint8_t>(scan.last_sequence + 1);
      // A client that pipelines without reading must not make us hold its replies.
      if (WantsFlush()) CO_RETURN_IF_ERROR(co_await Flush());
      co_return payload;
    }
    size_t have = end_ - begin_;
    size_t limit = SIZE_MAX;
    if (handshake) {
      limit = have < kFrameHeaderSize ? kSslRequestSize - have : scan.size - have;
    }
    if (!out_.empty() && stream_.TryWrite(&out_) != Stream::TryState::kDone) {
      CO_RETURN_IF_ERROR(co_await Flush());
    }
    if (have == 0) ReleaseMemory();
    const std::span<char> room = RoomFor(scan.size);
    const size_t most = std::min(room.size(), limit);
    Result<size_t> n = co_await stream_.ReadSome(room.data(), most);
    CO_RETURN_IF_ERROR(n.status());
    if (*n == 0) {
      if (end_ == 0) co_return Status(StatusCode::kCancelled, "the client closed the connection");
      co_return Unavailable("the client closed the connection within a packet");
    }
    end_ += *n;
  }
}

// The free end of the buffer, which grows towards `want` bytes as they come.
std::span<char> ServerConnection::RoomFor(size_t want) {
  if (begin_ != 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_capacity_) {
    size_t capacity = kIdleBuffer;
    if (want > kIdleBuffer || end_ >= kIdleBuffer) {
      capacity = std::min(std::max(want, 2 * kIdleBuffer), std::max(2 * end_, kFirstGrowth));
      capacity = std::max(capacity, end_ + kIdleBuffer);
    }
    Reserve(capacity);
  }
  return {buffer_.get() + end_, buffer_capacity_ - end_};
}

void ServerConnection::Reserve(size_t size) {
  auto larger = std::make_unique_for_overwrite<char[]>(size);
  if (end_ != 0) std::memcpy(larger.get(), buffer_.get(), end_);
  buffer_ = std::move(larger);
  buffer_capacity_ = size;
}

void ServerConnection::ReleaseMemory() {
  begin_ = end_ = 0;
  if (buffer_capacity_ <= kKeptBuffer) return;
  buffer_.reset();
  buffer_capacity_ = 0;
}

bool ServerConnection::HasPipelined() const {
  std::string_view rest = buffered().substr(consumed_on_next_read_);
  return ScanFrames(rest, options_->max_packet).state == FrameScan::State::kComplete;
}

void ServerConnection::SendOk(const OkPacket& ok) {
  AppendOk(ok, identity_.capabilities, &sequence_, &out());
}

void ServerConnection::SendError(const Status& status) {
  AppendError(status, identity_.capabilities, &sequence_, &out());
}

std::string ServerConnection::TakeCaptured() {
  sequence_ = capture_->first_sequence;
  std::string bytes = capture_->out.Take();
  capture_.reset();
  return bytes;
}

Awaitable<Status> ServerConnection::Flush() {
  if (capture_) {
    if (capture_->out.size() <= capture_->limit) co_return Status::Ok();
    co_return Status(StatusCode::kResourceExhausted,
                     fmt::format("a result of more than {} bytes cannot be kept", capture_->limit));
  }
  // Nearly always the kernel takes it all at once.
  if (stream_.TryWrite(&out_) == Stream::TryState::kDone) co_return Status::Ok();
  size_t left = out_.size();
  LazyDeadline deadline(stream_.executor(), [this, &left, &deadline] {
    // Slow is not stuck: a long reply may take any time.
    if (std::exchange(left, out_.size()) == out_.size()) return stream_.Close();
    deadline.Set(LazyDeadline::Clock::now() + write_timeout_);
  });
  deadline.Set(LazyDeadline::Clock::now() + write_timeout_);
  Status status = co_await stream_.WriteAll(&out_);
  if (deadline.expired()) {
    co_return Status(StatusCode::kDeadlineExceeded, 1161, "08S01",
                     "Got timeout writing communication packets");
  }
  if (!status.ok()) stream_.Close();
  co_return status;
}

bool ServerConnection::SilentTooLong(std::chrono::steady_clock::time_point now) {
  // What waits in out_ is the business of Flush().
  if (wait_timeout_.count() == 0 || !out_.empty()) return false;
  if (heard_.statement != statement_number_ || heard_.bytes != end_) {
    heard_ = {statement_number_, end_, now};
    return false;
  }
  return now - heard_.at >= wait_timeout_;
}

void ServerConnection::EndSilent() {
  const bool within_packet = buffered().size() >= kFrameHeaderSize;
  sequence_ = within_packet ? 1 : 0;
  SendError(within_packet ? ReadTimedOut() : Inactive());
  (void)stream_.TryWrite(&out_);
  stream_.Close();
}

Awaitable<Status> ServerConnection::FailWith(Status status) {
  SendError(status);
  (void)stream_.TryWrite(&out_);
  // Closing with unread bytes makes the kernel send a reset, which can overtake the error. Read a
  // little of what is on the way first.
  boost::system::error_code ignored;
  stream_.socket().shutdown(StreamSocket::shutdown_send, ignored);
  Deadline deadline(stream_.executor(), std::chrono::steady_clock::now() + std::chrono::seconds(2),
                    [this] { stream_.Close(); });
  if (!stream_.tls()) {
    Reserve(std::max(buffer_capacity_, kFirstGrowth));
    for (size_t total = 0; total < options_->max_packet + (size_t{1} << 20);) {
      Result<size_t> n = co_await stream_.ReadSome(buffer_.get(), buffer_capacity_);
      if (!n.ok() || *n == 0) break;
      total += *n;
    }
  }
  begin_ = end_ = 0;
  stream_.Close();
  co_return status;
}

}  // namespace keyspan::mysql
