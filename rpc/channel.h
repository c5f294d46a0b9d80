#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "common/async/awaitable.h"
#include "common/async/waiter.h"
#include "common/status.h"
#include "rpc/frame.h"
#include "rpc/tablet_messages.pb.h"

namespace keyspan::rpc {

class Channel;

struct ChannelOptions {
  std::string name;  // who we are, for the Hello
  uint32_t stream_window = kDefaultStreamWindow;
  size_t max_request_size = 80u << 20;  // a reassembled request or unary response
  size_t write_high_water = 4u << 20;   // senders wait while more than this is queued
  uint32_t max_streams = 100'000;
  std::chrono::milliseconds connect_timeout{2000};
  // A ping is sent after this silence, and the channel fails when the answer stays out as long.
  std::chrono::milliseconds keep_alive{3000};
};

// One request and its response on a channel: the client's half. It belongs to one coroutine of the
// channel's io_context and keeps the channel alive. Destroying it before the end sends a cancel;
// what still arrives for it is dropped.
class ClientStream {
 public:
  ClientStream() = default;
  ~ClientStream();
  ClientStream(const ClientStream&) = delete;
  ClientStream& operator=(const ClientStream&) = delete;

  // Queues the request, without waiting: it leaves with the next flush of the channel. Requires: no
  // stream is under way on this object. Fails with Unavailable when the channel is closed, and with
  // ResourceExhausted when it has too many streams.
  Status Start(std::shared_ptr<Channel> channel, FrameKind method,
               const google::protobuf::MessageLite* head, std::span<const uint8_t> payload,
               std::span<const uint8_t> more_payload = {});

  // Waits for the next piece of the response; empty after the last one. The view lives until the
  // next call of Next(), Start() or Cancel(). Pieces end where the server's sends ended. Fails when
  // the server ended the stream with an error, or when the channel died: kUnavailable if the
  // request never left this process, else kUnknownOutcome.
  Awaitable<Result<std::span<uint8_t>>> Next();
  // The same in steps, with one coroutine less: while it is not Ready(), await Arrival(); Take() is
  // what Next() gives. Arrival() requires a stream under way.
  bool Ready() const;
  Awaitable<void> Arrival();
  Result<std::span<uint8_t>> Take();

  // The last piece was handed out; end() is valid.
  bool ended() const { return ended_ && arrived_.empty() && (error_told_ || !end_.has_error()); }
  const StreamEnd& end() const { return end_; }

  // Asks the server to end the stream soon. What it still sends, and the end, come as ever.
  void Stop();
  // Gives up: asks the server to stop. A Next() that is being awaited fails soon with kCancelled,
  // as does every later one. Also done by the destructor, which may not run while Next() is
  // awaited.
  void Cancel();

 private:
  friend class Channel;
  void Deliver(const Frame& frame);
  void Fail(const Status& reason);

  std::shared_ptr<Channel> channel_;
  uint32_t id_ = 0;
  uint64_t request_end_ = 0;  // position in the channel's output at which the request ends
  ByteQueue arrived_;
  ByteQueue current_;
  uint32_t unacknowledged_ = 0;
  bool ended_ = false;
  bool error_told_ = false;
  Status failure_;
  StreamEnd end_;
  Waiter waiter_;
};

// The server's half: handed to the service when a request is complete. Owned by the service; the
// channel only points to it. Destroying it before Finish() ends the stream with an error.
class ServerStream {
 public:
  ServerStream(std::shared_ptr<Channel> channel, const FrameHeader& opening);
  ~ServerStream();
  ServerStream(const ServerStream&) = delete;

  FrameKind method() const { return method_; }
  Channel& channel() const { return *channel_; }
  std::span<const uint8_t> head() const { return request_.data().first(head_length_); }
  std::span<const uint8_t> payload() const { return request_.data().subspan(head_length_); }

  // True when Send() would not wait.
  bool writable() const;
  // Queues response bytes; waits while the client's window or the channel's queue is full. Fails
  // with kCancelled once the client has cancelled, kUnavailable once the channel is gone.
  Awaitable<Status> Send(std::span<const uint8_t> payload);
  // As Send() without the wait; for responses that are bounded otherwise.
  Status SendNow(std::span<const uint8_t> payload);
  // Ends the stream; `last` are the last bytes, `end` may be null. Nothing more may be sent.
  void Finish(const StreamEnd* end, std::span<const uint8_t> last = {});
  void FinishWithError(const Status& status);

  // Of this stream on its channel; never used again.
  uint32_t id() const { return id_; }
  bool cancelled() const { return cancelled_; }
  bool stop_asked() const { return stop_asked_; }
  // Makes Send() fail from now on, also one that waits; Finish() still works. For a service that
  // gives up on a reader who does not read.
  void Interrupt();
  // Called at most once, when the client cancels or asks to stop, or the channel dies.
  void OnCancel(std::function<void()> action) { on_cancel_ = std::move(action); }

 private:
  friend class Channel;

  std::shared_ptr<Channel> channel_;
  uint32_t id_;
  FrameKind method_;
  ByteQueue request_;
  size_t head_length_ = 0;
  int64_t credit_;
  bool cancelled_ = false;
  bool stop_asked_ = false;
  bool interrupted_ = false;
  bool finished_ = false;
  std::function<void()> on_cancel_;
  Waiter writable_;
};

// Fills the wire form of a failure.
void SetError(const Status& status, Error& error);

// One connection with many streams. Lives on one single-threaded io_context; every call must come
// from it. Frames are queued and written in one system call at the end of the event-loop turn; one
// read can carry many frames. Once closed it stays closed: a new connection is a new Channel.
class Channel : public std::enable_shared_from_this<Channel> {
 public:
  using RequestHandler = std::function<void(std::unique_ptr<ServerStream>)>;

  // Client side: connects and exchanges Hello within options.connect_timeout.
  static Awaitable<Result<std::shared_ptr<Channel>>> Connect(Executor executor, std::string host,
                                                             uint16_t port, ChannelOptions options);
  // Server side: takes an accepted socket; `on_request` runs for each complete request, and once
  // with null when the channel has closed (it is dropped after that).
  static std::shared_ptr<Channel> Accept(StreamSocket socket, ChannelOptions options,
                                         RequestHandler on_request);
  ~Channel();

  bool closed() const { return closed_; }
  // Fails all streams and closes the socket. Idempotent.
  void Close(Status reason);
  // Client side: called once, in a fresh turn of the event loop, after the channel has closed.
  void OnClose(std::function<void(const Status&)> action) { on_close_ = std::move(action); }

  // Server side: called with the id of a stream that the client cancels although it has ended: the
  // client has not read the end, and never will.
  void OnLateCancel(std::function<void(uint32_t stream_id)> action) {
    on_late_cancel_ = std::move(action);
  }

  const ChannelOptions& options() const { return options_; }
  const Hello& peer() const { return peer_; }
  Executor executor() { return socket_.get_executor(); }
  size_t queued_bytes() const { return pending_.size() + writing_.size(); }
  // A tag of the owner (the service's state of this channel).
  std::shared_ptr<void>& context() { return context_; }

 private:
  friend class ClientStream;
  friend class ServerStream;

  Channel(StreamSocket socket, ChannelOptions options, bool server);

  void Run();
  Awaitable<void> ReadLoop();
  Status HandleInput();
  Status HandleFrame(const Frame& frame);
  Status HandleHello(const Frame& frame);
  Status HandleRequestFrame(const Frame& frame);
  void HandleCredit(const Frame& frame);
  void HandleCancel(uint32_t stream_id);
  void HandleStop(uint32_t stream_id);
  Result<uint32_t> AddStream(ClientStream* stream);
  // One frame; or, when `split` and long, several.
  Status Queue(FrameParts parts, bool split = false);
  void ScheduleFlush();
  void Flush();
  void WakeSenders();
  void StartKeepAliveTimer();

  StreamSocket socket_;
  ChannelOptions options_;
  const bool server_;
  bool closed_ = false;
  bool hello_received_ = false;
  bool flush_scheduled_ = false;
  bool write_blocked_ = false;
  bool ping_outstanding_ = false;
  bool senders_wait_ = false;
  uint32_t next_stream_id_ = 1;
  uint64_t written_ = 0;   // bytes that the kernel took
  uint64_t queued_ = 0;    // bytes ever queued
  bool received_ = false;  // anything since the last tick of the keep-alive timer
  ByteQueue pending_;
  ByteQueue writing_;
  ByteQueue input_;
  Hello peer_;
  Status close_reason_;
  RequestHandler on_request_;
  std::function<void(const Status&)> on_close_;
  std::function<void(uint32_t)> on_late_cancel_;
  std::shared_ptr<void> context_;
  boost::unordered_flat_map<uint32_t, ClientStream*> client_streams_;
  boost::unordered_flat_map<uint32_t, ServerStream*> server_streams_;
  // Requests that are still arriving.
  boost::unordered_flat_map<uint32_t, std::unique_ptr<ServerStream>> incoming_;
  SteadyTimer keep_alive_timer_;
  Waiter hello_waiter_;
};

}  // namespace keyspan::rpc
