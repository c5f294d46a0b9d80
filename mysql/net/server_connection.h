#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/async/awaitable.h"
#include "common/status.h"
#include "mysql/net/peer_watch.h"
#include "mysql/net/stream.h"
#include "mysql/net/tls.h"
#include "mysql/protocol/command.h"
#include "mysql/protocol/ok_packet.h"
#include "mysql/protocol/output_buffer.h"
#include "mysql/protocol/result_rewriter.h"
#include "mysql/protocol/server_handshake.h"

namespace keyspan::mysql {

// What all client connections of a server share; immutable while any of them lives.
struct ServerOptions {
  ServerHandshakeOptions handshake;  // tls_available is set from `tls` by PrepareServerOptions
  std::shared_ptr<const TlsContext> tls;
  std::chrono::milliseconds handshake_timeout{10000};
  uint32_t max_packet = 64u << 20;     // larger commands get error 1153 and the end
  size_t flush_threshold = 64u << 10;  // WantsFlush() above this
};
// Fills what is left open: capabilities, RSA key, self-signed TLS unless `disable_tls`.
Status PrepareServerOptions(ServerOptions* options, bool disable_tls = false);

// One client of a server: its socket, its read buffer, its waiting output.
//
// Life: construct with an accepted socket, co_await Handshake(), then loop over ReadCommand() until
// it fails. All on the socket's io_context, one operation at a time; only Close() may come in
// between (the pending operation then fails with kUnavailable). After any failure the connection is
// dead and is to be destroyed. An idle connection holds a 2 KiB read buffer and no output buffer.
//
// Replies go into out() (whole packets, sequence ids from sequence()) and are written by Flush(),
// or by ReadCommand() when it would have to wait for the client. Pipelined commands stay in the
// read buffer and come out in order.
class ServerConnection {
 public:
  // `options` must outlive this; `watch` may be null.
  ServerConnection(StreamSocket socket, const ServerOptions* options, uint32_t connection_id,
                   PeerWatch* watch = nullptr);
  ~ServerConnection();
  ServerConnection(const ServerConnection&) = delete;

  // Greeting, TLS, authentication; all within the handshake timeout. On success the client still
  // waits for its OK: send one (or an error) when the session is ready. On failure the client has
  // been told, the connection is closed.
  Awaitable<Status> Handshake();
  // COM_CHANGE_USER: the same, for the command just read.
  Awaitable<Status> ChangeUser(std::string_view body);
  const ClientIdentity& identity() const { return identity_; }
  uint32_t capabilities() const { return identity_.capabilities; }

  // The next command. Its body is valid until the next call. Flushes before it waits. Fails with
  // kCancelled when the client closed between two commands, kResourceExhausted (1153, the client
  // has been told) for an oversized packet, kMalformed for a broken one, kUnavailable for network
  // errors.
  Awaitable<Result<Command>> ReadCommand();
  // Whether a whole further command is in the buffer already.
  bool HasPipelined() const;

  OutputBuffer& out() { return capture_ ? capture_->out : out_; }
  // The sequence id of the next packet of the reply; pass it to what builds packets.
  uint8_t* sequence() { return &sequence_; }
  void SendOk(const OkPacket& ok);
  void SendError(const Status& status);
  bool WantsFlush() const {
    return capture_ ? capture_->out.size() > capture_->limit
                    : out_.size() >= options_->flush_threshold;
  }
  Awaitable<Status> Flush();

  // From now on replies are kept instead of sent, until TakeCaptured() returns them; the sequence
  // number is then what it was. More than about `limit` bytes make Flush() fail with
  // kResourceExhausted, which WantsFlush() asks for.
  void Capture(size_t limit) { capture_.emplace(limit, sequence_); }
  std::string TakeCaptured();
  bool capturing() const { return capture_.has_value(); }

  // While a statement runs, `on_closed` (set once) is called when the client closes its socket.
  // It runs on the io_context and must only start things (cancel, close), not wait.
  void set_on_peer_closed(std::function<void()> on_closed) {
    on_peer_closed_ = std::move(on_closed);
  }
  // A client that sends nothing for that long while the server waits for its command is told so
  // (4031, or 1159 within a packet) and closed, up to a second late; needs a PeerWatch. Zero:
  // never.
  void set_wait_timeout(std::chrono::seconds timeout) { wait_timeout_ = timeout; }
  // A client that takes nothing of its reply for that long is cut, at the latest after twice that.
  void set_write_timeout(std::chrono::seconds timeout) { write_timeout_ = timeout; }

  void BeginStatement() { busy_ = true; }
  void EndStatement() {
    busy_ = false;
    ++statement_number_;
  }

  void Close() { stream_.Close(); }
  bool is_open() const { return stream_.is_open(); }
  uint32_t connection_id() const { return connection_id_; }
  // "127.0.0.1:53812", or "localhost" for a unix socket.
  const std::string& peer() const { return peer_; }
  Stream& stream() { return stream_; }
  // Bytes of buffers held now, for the memory figures of a server.
  size_t memory() const { return buffer_capacity_ + out_.size() + joined_.capacity(); }

 private:
  friend class PeerWatch;
  Awaitable<Status> RunHandshake(ServerHandshake* handshake, ServerHandshake::Step step);
  std::span<char> RoomFor(size_t want);
  Awaitable<Result<std::string_view>> ReadPacket(size_t max_payload, bool handshake);
  Awaitable<Status> FailWith(Status status);
  // Of PeerWatch: whether the wait timeout has passed since the client was last heard of.
  bool SilentTooLong(std::chrono::steady_clock::time_point now);
  void EndSilent();
  void Reserve(size_t size);
  void ReleaseMemory();
  std::string_view buffered() const { return {buffer_.get() + begin_, end_ - begin_}; }

  Stream stream_;
  const ServerOptions* options_;
  const uint32_t connection_id_;
  PeerWatch* watch_;
  std::string peer_;
  std::string host_;
  bool unix_socket_ = false;
  ClientIdentity identity_;
  std::unique_ptr<char[]> buffer_;
  size_t buffer_capacity_ = 0;
  size_t begin_ = 0;
  size_t end_ = 0;
  size_t consumed_on_next_read_ = 0;
  std::string joined_;
  OutputBuffer out_;
  struct Captured {
    Captured(size_t most, uint8_t sequence) : limit(most), first_sequence(sequence) {}
    size_t limit;
    uint8_t first_sequence;
    OutputBuffer out;
  };
  std::optional<Captured> capture_;
  uint8_t sequence_ = 0;
  bool busy_ = false;
  uint64_t statement_number_ = 0;
  uint64_t watched_statement_ = 0;  // of PeerWatch
  std::chrono::seconds wait_timeout_{0};
  std::chrono::seconds write_timeout_{60};
  // What PeerWatch saw when the client was last heard of: how many statements, and bytes of the
  // next.
  struct Heard {
    uint64_t statement = 0;
    size_t bytes = 0;
    std::chrono::steady_clock::time_point at;
  };
  Heard heard_;
  std::function<void()> on_peer_closed_;
};

}  // namespace keyspan::mysql
