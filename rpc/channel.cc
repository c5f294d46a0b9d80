#include "rpc/channel.h"

#include <fmt/format.h>
#include <glog/logging.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <utility>
#include <vector>

#include "common/async/deadline.h"
#include "common/async/spawn.h"

namespace keyspan::rpc {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;

constexpr size_t kReadSize = 64u << 10;

std::span<const uint8_t> AsBytes(const uint32_t& value, uint8_t (&out)[4]) {
  for (int i = 0; i < 4; ++i) out[i] = static_cast<uint8_t>(value >> (8 * i));
  return out;
}

// For what this side has not chosen: each side's log then says its half of the story.
Status LogLoss(const Hello& peer, std::string why) {
  LOG(INFO) << "lost the connection with " << peer.name() << ": " << why;
  return Unavailable(std::move(why));
}

}  // namespace

Channel::Channel(StreamSocket socket, ChannelOptions options, bool server)
    : socket_(std::move(socket)),
      options_(std::move(options)),
      server_(server),
      keep_alive_timer_(socket_.get_executor()) {}

Channel::~Channel() { Close(Unavailable("the connection was given up")); }

Awaitable<Result<std::shared_ptr<Channel>>> Channel::Connect(Executor executor, std::string host,
                                                             uint16_t port,
                                                             ChannelOptions options) {
  const auto when = std::chrono::steady_clock::now() + options.connect_timeout;
  const std::string where = fmt::format("{}:{}", host, port);
  asio::ip::basic_resolver<Tcp, Executor> resolver(executor);
  StreamSocket socket(executor);
  Deadline connecting(executor, when, [&] {
    resolver.cancel();
    boost::system::error_code ignored;
    socket.close(ignored);
  });
  boost::system::error_code error;
  Tcp::endpoint endpoint(asio::ip::make_address(host, error), port);
  if (error) {
    auto [resolve_error, found] =
        co_await resolver.async_resolve(host, std::to_string(port), kTuple);
    if (resolve_error || found.empty()) {
      co_return Unavailable(fmt::format("cannot resolve {}: {}", where, resolve_error.message()));
    }
    endpoint = *found.begin();
  }
  auto [connect_error] =
      co_await socket.async_connect(asio::generic::stream_protocol::endpoint(endpoint), kTuple);
  if (connecting.expired()) {
    co_return Unavailable(
        fmt::format("cannot connect to {} within {} ms", where, options.connect_timeout.count()));
  }
  if (connect_error) {
    co_return Unavailable(fmt::format("cannot connect to {}: {}", where, connect_error.message()));
  }
  connecting.Disarm();

  auto channel =
      std::shared_ptr<Channel>(new Channel(std::move(socket), std::move(options), false));
  channel->Run();
  Deadline greeting(executor, when, [&] {
    channel->Close(Unavailable(fmt::format("{} did not answer the greeting in time", where)));
  });
  if (!channel->hello_received_) co_await channel->hello_waiter_.Wait();
  if (channel->closed_) co_return channel->close_reason_;
  co_return channel;
}

std::shared_ptr<Channel> Channel::Accept(StreamSocket socket, ChannelOptions options,
                                         RequestHandler on_request) {
  auto channel = std::shared_ptr<Channel>(new Channel(std::move(socket), std::move(options), true));
  channel->on_request_ = std::move(on_request);
  channel->Run();
  return channel;
}

void Channel::Run() {
  boost::system::error_code ignored;
  socket_.set_option(Tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
  if (!server_) {
    Hello hello;
    hello.set_version(kProtocolVersion);
    hello.set_min_version(kProtocolVersion);
    hello.set_stream_window(options_.stream_window);
    hello.set_name(options_.name);
    (void)Queue({.kind = FrameKind::kHello, .head = &hello});
  }
  StartKeepAliveTimer();
  auto self = shared_from_this();
  Spawn("channel read loop", executor(), [self] { return self->ReadLoop(); });
}

Awaitable<void> Channel::ReadLoop() {
  auto self = shared_from_this();
  while (!closed_) {
    auto space = input_.Reserve(kReadSize);
    auto [error, n] =
        co_await socket_.async_read_some(asio::buffer(space.data(), space.size()), kTuple);
    if (closed_) break;
    if (error) {
      Close(LogLoss(peer_, error == asio::error::eof
                               ? std::string("the other side closed the connection")
                               : fmt::format("reading failed: {}", error.message())));
      break;
    }
    input_.Commit(n);
    received_ = true;
    if (Status status = HandleInput(); !status.ok()) {
      LOG(WARNING) << "closing the connection with " << peer_.name() << ": " << status.ToString();
      Flush();  // what explains it, such as our Hello
      Close(std::move(status));
    }
  }
}

Status Channel::HandleInput() {
  while (!closed_) {
    ASSIGN_OR_RETURN(std::optional<Frame> frame, ParseFrame(input_.data()));
    if (!frame) break;
    const size_t length = frame->header.length;
    RETURN_IF_ERROR(HandleFrame(*frame));
    input_.Consume(length);
  }
  return Status();
}

Status Channel::HandleFrame(const Frame& frame) {
  const FrameHeader& header = frame.header;
  if (!hello_received_ && header.kind != FrameKind::kHello) {
    return Malformed("the first frame is not a greeting");
  }
  switch (header.kind) {
    case FrameKind::kHello:
      return HandleHello(frame);
    case FrameKind::kPing:
      return Queue({.kind = FrameKind::kPong});
    case FrameKind::kPong:
      return Status();
    case FrameKind::kCredit:
      if (!server_ || frame.payload.size() != 4) return Malformed("unexpected credit frame");
      HandleCredit(frame);
      return Status();
    case FrameKind::kCancel:
      if (!server_) return Malformed("unexpected cancel frame");
      HandleCancel(header.stream_id);
      return Status();
    case FrameKind::kStop:
      if (!server_) return Malformed("unexpected stop frame");
      HandleStop(header.stream_id);
      return Status();
    default:
      break;
  }
  if (server_) return HandleRequestFrame(frame);
  if (header.kind != FrameKind::kData) return Malformed("the server opened a stream");
  auto found = client_streams_.find(header.stream_id);
  if (found == client_streams_.end()) return Status();  // it was cancelled
  ClientStream* stream = found->second;
  if (header.end()) client_streams_.erase(found);
  stream->Deliver(frame);  // may destroy the stream
  return Status();
}

Status Channel::HandleHello(const Frame& frame) {
  if (hello_received_) return Malformed("a second greeting");
  if (!peer_.ParseFromArray(frame.head.data(), static_cast<int>(frame.head.size()))) {
    return Malformed("the greeting cannot be decoded");
  }
  if (server_) {
    Hello hello;
    hello.set_version(kProtocolVersion);
    hello.set_min_version(kProtocolVersion);
    hello.set_stream_window(options_.stream_window);
    hello.set_name(options_.name);
    RETURN_IF_ERROR(Queue({.kind = FrameKind::kHello, .head = &hello}));
  }
  if (peer_.version() < kProtocolVersion || peer_.min_version() > kProtocolVersion) {
    return Status(
        StatusCode::kFailedPrecondition,
        fmt::format("{} speaks versions {} to {} of the tablet protocol, we speak {}", peer_.name(),
                    peer_.min_version(), peer_.version(), kProtocolVersion));
  }
  hello_received_ = true;
  hello_waiter_.Wake();
  return Status();
}

Status Channel::HandleRequestFrame(const Frame& frame) {
  const FrameHeader& header = frame.header;
  auto found = incoming_.find(header.stream_id);
  if (OpensStream(header.kind)) {
    if (found != incoming_.end() || server_streams_.contains(header.stream_id)) {
      return Malformed("a stream was opened twice");
    }
    if (server_streams_.size() + incoming_.size() >= options_.max_streams) {
      return Status(StatusCode::kResourceExhausted,
                    fmt::format("more than {} streams on one connection", options_.max_streams));
    }
    auto stream = std::make_unique<ServerStream>(shared_from_this(), header);
    stream->request_.Append(frame.head);
    stream->request_.Append(frame.payload);
    stream->head_length_ = frame.head.size();
    if (!header.end()) {
      incoming_.emplace(header.stream_id, std::move(stream));
      return Status();
    }
    server_streams_.emplace(header.stream_id, stream.get());
    on_request_(std::move(stream));
    return Status();
  }
  if (header.kind != FrameKind::kData) {
    return Malformed(fmt::format("frame of unknown kind {}", static_cast<int>(header.kind)));
  }
  if (found == incoming_.end()) return Malformed("data for a stream that is not open");
  if (found->second->request_.size() + frame.payload.size() > options_.max_request_size) {
    return Status(StatusCode::kResourceExhausted,
                  fmt::format("a request is longer than {} bytes", options_.max_request_size));
  }
  found->second->request_.Append(frame.payload);
  if (!header.end()) return Status();
  auto stream = std::move(found->second);
  incoming_.erase(found);
  server_streams_.emplace(header.stream_id, stream.get());
  on_request_(std::move(stream));
  return Status();
}

void Channel::HandleCredit(const Frame& frame) {
  auto found = server_streams_.find(frame.header.stream_id);
  if (found == server_streams_.end()) return;
  const uint8_t* p = frame.payload.data();
  ServerStream* stream = found->second;
  stream->credit_ += p[0] | p[1] << 8 | p[2] << 16 | static_cast<uint32_t>(p[3]) << 24;
  if (!stream->writable_.waiting()) return;
  if (stream->writable()) {
    stream->writable_.Wake();
  } else if (stream->credit_ > 0) {
    senders_wait_ = true;  // now for room in the queue
  }
}

// One that is not here has ended, or its request is still on the way: as with KILL QUERY, it is
// then not stopped.
void Channel::HandleStop(uint32_t stream_id) {
  auto found = server_streams_.find(stream_id);
  if (found == server_streams_.end()) return;
  ServerStream* stream = found->second;
  stream->stop_asked_ = true;
  if (auto action = std::exchange(stream->on_cancel_, nullptr)) action();
}

void Channel::HandleCancel(uint32_t stream_id) {
  if (incoming_.erase(stream_id) > 0) return;
  auto found = server_streams_.find(stream_id);
  if (found == server_streams_.end()) {
    if (on_late_cancel_) on_late_cancel_(stream_id);
    return;
  }
  ServerStream* stream = found->second;
  stream->cancelled_ = true;
  if (auto action = std::exchange(stream->on_cancel_, nullptr)) action();
  // The action may have ended the stream.
  found = server_streams_.find(stream_id);
  if (found != server_streams_.end() && found->second->writable_.waiting()) {
    found->second->writable_.Wake();
  }
}

Result<uint32_t> Channel::AddStream(ClientStream* stream) {
  if (closed_) return Unavailable(std::string(close_reason_.message()));
  if (client_streams_.size() >= options_.max_streams) {
    return Status(
        StatusCode::kResourceExhausted,
        fmt::format("more than {} statements under way on one connection", options_.max_streams));
  }
  do {
    if (next_stream_id_ == 0) next_stream_id_ = 1;
  } while (!client_streams_.try_emplace(next_stream_id_++, stream).second);
  return next_stream_id_ - 1;
}

Status Channel::Queue(FrameParts parts, bool split) {
  if (closed_) return close_reason_;
  const size_t before = pending_.size();
  if (!split || parts.payload.size() + parts.more_payload.size() <= kChunkSize) {
    RETURN_IF_ERROR(AppendFrame(parts, pending_));
  } else {
    FrameParts piece = parts;
    const uint8_t last_flags = parts.flags;
    for (;;) {
      piece.payload = parts.payload.first(std::min(parts.payload.size(), kChunkSize));
      parts.payload = parts.payload.subspan(piece.payload.size());
      const size_t rest = kChunkSize - piece.payload.size();
      piece.more_payload = parts.payload.empty()
                               ? parts.more_payload.first(std::min(parts.more_payload.size(), rest))
                               : std::span<const uint8_t>();
      parts.more_payload = parts.more_payload.subspan(piece.more_payload.size());
      const bool last = parts.payload.empty() && parts.more_payload.empty();
      piece.flags = last ? last_flags : 0;
      RETURN_IF_ERROR(AppendFrame(piece, pending_));
      if (last) break;
      piece.kind = FrameKind::kData;
      piece.head = nullptr;
    }
  }
  queued_ += pending_.size() - before;
  ScheduleFlush();
  return Status();
}

void Channel::ScheduleFlush() {
  if (flush_scheduled_ || write_blocked_) return;
  flush_scheduled_ = true;
  // Behind everything that is ready in this turn, so that one write carries what all of it sends.
  asio::post(executor(), [self = shared_from_this()] {
    self->flush_scheduled_ = false;
    self->Flush();
  });
}

void Channel::Flush() {
  while (!closed_ && !write_blocked_) {
    if (writing_.empty()) {
      if (pending_.empty()) break;
      std::swap(writing_, pending_);
    }
    auto data = writing_.data();
    boost::system::error_code error;
    const size_t n = socket_.write_some(asio::buffer(data.data(), data.size()), error);
    writing_.Consume(n);
    written_ += n;
    if (error == asio::error::would_block || error == asio::error::try_again) {
      write_blocked_ = true;
      socket_.async_wait(StreamSocket::wait_write,
                         [self = shared_from_this()](boost::system::error_code) {
                           self->write_blocked_ = false;
                           self->Flush();
                         });
    } else if (error) {
      Close(LogLoss(peer_, fmt::format("writing failed: {}", error.message())));
    }
  }
  if (!closed_ && senders_wait_ && queued_bytes() < options_.write_high_water) WakeSenders();
}

void Channel::WakeSenders() {
  senders_wait_ = false;
  std::vector<uint32_t> ids;
  for (const auto& [id, stream] : server_streams_) {
    if (stream->writable_.waiting()) ids.push_back(id);
  }
  for (uint32_t id : ids) {
    auto found = server_streams_.find(id);
    if (found == server_streams_.end() || !found->second->writable_.waiting()) continue;
    if (found->second->writable()) found->second->writable_.Wake();
  }
  for (const auto& [id, stream] : server_streams_) {
    if (stream->writable_.waiting()) senders_wait_ = true;
  }
}

void Channel::StartKeepAliveTimer() {
  keep_alive_timer_.expires_after(options_.keep_alive);
  keep_alive_timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    auto self = weak.lock();
    if (error || !self || self->closed_) return;
    if (!std::exchange(self->received_, false)) {
      if (self->ping_outstanding_ || !self->hello_received_) {
        self->Close(LogLoss(self->peer_, fmt::format("the other side was silent for {} ms",
                                                     2 * self->options_.keep_alive.count())));
        return;
      }
      self->ping_outstanding_ = true;
      (void)self->Queue({.kind = FrameKind::kPing});
    } else {
      self->ping_outstanding_ = false;
    }
    self->StartKeepAliveTimer();
  });
}

void Channel::Close(Status reason) {
  if (closed_) return;
  closed_ = true;
  close_reason_ = std::move(reason);
  boost::system::error_code ignored;
  socket_.close(ignored);
  keep_alive_timer_.cancel();
  // Only the destructor of a channel that never ran gets here without an owner.
  auto self = weak_from_this().lock();
  hello_waiter_.Wake();
  // Each of these may destroy others.
  while (!client_streams_.empty()) {
    ClientStream* stream = client_streams_.begin()->second;
    client_streams_.erase(client_streams_.begin());
    stream->Fail(close_reason_);
  }
  incoming_.clear();
  std::vector<uint32_t> ids;
  for (const auto& [id, stream] : server_streams_) ids.push_back(id);
  for (uint32_t id : ids) HandleCancel(id);
  if (!self) return;
  if (auto on_request = std::exchange(on_request_, nullptr)) {
    asio::post(executor(), [on_request = std::move(on_request)] { on_request(nullptr); });
  }
  if (auto on_close = std::exchange(on_close_, nullptr)) {
    asio::post(executor(),
               [on_close = std::move(on_close), self] { on_close(self->close_reason_); });
  }
}

// --- ClientStream ---

ClientStream::~ClientStream() { Cancel(); }

Status ClientStream::Start(std::shared_ptr<Channel> channel, FrameKind method,
                           const google::protobuf::MessageLite* head,
                           std::span<const uint8_t> payload,
                           std::span<const uint8_t> more_payload) {
  CHECK(id_ == 0) << "a stream is still under way";
  if (payload.size() + more_payload.size() > channel->options().max_request_size) {
    return InvalidArgument(
        fmt::format("a statement of {} bytes is too long, at most {} are allowed",
                    payload.size() + more_payload.size(), channel->options().max_request_size));
  }
  ASSIGN_OR_RETURN(uint32_t id, channel->AddStream(this));
  Status queued = channel->Queue({.kind = method,
                                  .stream_id = id,
                                  .flags = kEndFlag,
                                  .head = head,
                                  .payload = payload,
                                  .more_payload = more_payload},
                                 /*split=*/true);
  if (!queued.ok()) {
    channel->client_streams_.erase(id);
    return queued;
  }
  id_ = id;
  request_end_ = channel->queued_;
  channel_ = std::move(channel);
  arrived_.Clear();
  current_.Clear();
  unacknowledged_ = 0;
  ended_ = false;
  error_told_ = false;
  failure_ = Status();
  end_.Clear();
  waiter_.Reset();
  return Status();
}

void ClientStream::Deliver(const Frame& frame) {
  arrived_.Append(frame.payload);
  if (frame.header.end()) {
    ended_ = true;
    id_ = 0;
    if (!frame.head.empty() &&
        !end_.ParseFromArray(frame.head.data(), static_cast<int>(frame.head.size()))) {
      failure_ = Malformed("the end of a stream cannot be decoded");
      ended_ = false;
    }
  }
  if (waiter_.waiting()) waiter_.Wake();
}

void ClientStream::Fail(const Status& reason) {
  id_ = 0;
  const bool sent = channel_->written_ >= request_end_;
  failure_ =
      Status(sent ? StatusCode::kUnknownOutcome : StatusCode::kUnavailable,
             fmt::format("lost the connection to {}: {}",
                         channel_->peer().name().empty() ? "the tablet" : channel_->peer().name(),
                         reason.message()));
  if (waiter_.waiting()) waiter_.Wake();
}

bool ClientStream::Ready() const { return !arrived_.empty() || ended_ || !failure_.ok(); }

Awaitable<void> ClientStream::Arrival() {
  CHECK(id_ != 0) << "no statement is under way on this stream";
  current_.Clear();
  // All that was handed out is consumed: give the server its window back in large steps.
  if (unacknowledged_ >= channel_->options().stream_window / 4) {
    uint8_t bytes[4];
    (void)channel_->Queue(
        {.kind = FrameKind::kCredit, .stream_id = id_, .payload = AsBytes(unacknowledged_, bytes)});
    unacknowledged_ = 0;
  }
  return waiter_.Wait();
}

Result<std::span<uint8_t>> ClientStream::Take() {
  current_.Clear();
  if (!arrived_.empty()) {
    std::swap(current_, arrived_);
    unacknowledged_ += current_.size();
    return current_.mutable_data();
  }
  if (!failure_.ok()) return failure_;
  if (end_.has_error()) {
    error_told_ = true;
    const Error& error = end_.error();
    return Status(static_cast<StatusCode>(error.code()), error.mysql_errno(), error.sqlstate(),
                  error.message());
  }
  return std::span<uint8_t>();
}

Awaitable<Result<std::span<uint8_t>>> ClientStream::Next() {
  if (!Ready() && id_ == 0) co_return InternalError("no statement is under way on this stream");
  while (!Ready()) co_await Arrival();
  co_return Take();
}

void ClientStream::Stop() {
  if (id_ != 0) (void)channel_->Queue({.kind = FrameKind::kStop, .stream_id = id_});
}

void ClientStream::Cancel() {
  if (id_ == 0) return;
  channel_->client_streams_.erase(id_);
  (void)channel_->Queue({.kind = FrameKind::kCancel, .stream_id = id_});
  id_ = 0;
  arrived_.Clear();
  failure_ = Status(StatusCode::kCancelled, "the statement was cancelled");
  if (!waiter_.waiting()) return;
  // Not from here: who cancels may be destroyed by what Next() then goes on with. Nobody else wakes
  // this stream any more, so it lives until then.
  asio::post(channel_->executor(), [this] { waiter_.Wake(); });
}

// --- ServerStream ---

ServerStream::ServerStream(std::shared_ptr<Channel> channel, const FrameHeader& opening)
    : channel_(std::move(channel)),
      id_(opening.stream_id),
      method_(opening.kind),
      credit_(channel_->peer().stream_window()) {}

ServerStream::~ServerStream() {
  if (!finished_) FinishWithError(InternalError("the tablet dropped a request"));
}

bool ServerStream::writable() const {
  return cancelled_ || interrupted_ || channel_->closed() ||
         (credit_ > 0 && channel_->queued_bytes() < channel_->options().write_high_water);
}

Awaitable<Status> ServerStream::Send(std::span<const uint8_t> payload) {
  while (!writable()) {
    if (credit_ > 0) channel_->senders_wait_ = true;
    co_await writable_.Wait();
  }
  co_return SendNow(payload);
}

Status ServerStream::SendNow(std::span<const uint8_t> payload) {
  if (channel_->closed()) return channel_->close_reason_;
  if (cancelled_) return Status(StatusCode::kCancelled, "the client cancelled the request");
  if (interrupted_) return Status(StatusCode::kCancelled, "the request was interrupted");
  credit_ -= static_cast<int64_t>(payload.size());
  return channel_->Queue({.stream_id = id_, .payload = payload});
}

void ServerStream::Interrupt() {
  interrupted_ = true;
  if (writable_.waiting()) writable_.Wake();
}

void ServerStream::Finish(const StreamEnd* end, std::span<const uint8_t> last) {
  if (std::exchange(finished_, true)) return;
  on_cancel_ = nullptr;
  channel_->server_streams_.erase(id_);
  if (channel_->closed()) return;
  Status status = channel_->Queue(
      {.stream_id = id_, .flags = kEndFlag, .head = end, .payload = last}, /*split=*/true);
  if (!status.ok()) LOG(ERROR) << "cannot end a stream: " << status.ToString();
}

void ServerStream::FinishWithError(const Status& status) {
  StreamEnd end;
  SetError(status, *end.mutable_error());
  Finish(&end);
}

void SetError(const Status& status, Error& error) {
  error.set_code(static_cast<uint32_t>(status.code()));
  error.set_mysql_errno(status.mysql_errno());
  error.set_sqlstate(std::string(status.sqlstate()));
  error.set_message(std::string(status.message()));
}

}  // namespace keyspan::rpc
