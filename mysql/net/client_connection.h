#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/async/awaitable.h"
#include "common/status.h"
#include "mysql/net/lazy_deadline.h"
#include "mysql/net/stream.h"
#include "mysql/net/tls.h"
#include "mysql/protocol/client_handshake.h"
#include "mysql/protocol/result_reader.h"
#include "mysql/protocol/result_scanner.h"
#include "mysql/protocol/statement.h"

namespace keyspan::mysql {

struct ClientOptions {
  std::string unix_socket;  // preferred when set
  std::string host = "127.0.0.1";
  uint16_t port = 3306;
  ClientHandshakeOptions login;           // capabilities 0 = DefaultClientCapabilities()
  std::shared_ptr<const TlsContext> tls;  // used as login.tls says; ignored on unix sockets
  std::chrono::milliseconds connect_timeout{10000};
};

// One connection to a MySQL server.
//
// A statement is: Start*(), then NextChunk() until it returns an empty view; the chunks are the raw
// reply (kClientDeprecateEof form) and scanner() tells what is in them. The whole reply must be
// read before the next statement. An ERR of the server is part of the reply (scanner().failed()),
// not a failure of the connection. The other functions read their whole reply themselves.
//
// One operation at a time, on the io_context of its executor. Any network failure, timeout or
// malformed reply closes the connection and makes broken() true for ever; it is then never to be
// pooled, and what the statement did is unknown (kUnknownOutcome, unless nothing had been sent:
// kUnavailable). Close() may be called while an operation is pending.
class ClientConnection {
 public:
  // Connects and logs in within options.connect_timeout. Errors of the server (1045, 1040, 1049...)
  // are kMysql, everything else is kUnavailable.
  static Awaitable<Result<std::unique_ptr<ClientConnection>>> Connect(Executor executor,
                                                                      ClientOptions options);
  ~ClientConnection();
  ClientConnection(const ClientConnection&) = delete;

  // A moment at which whatever runs is cut: the operation fails with kDeadlineExceeded (3024) and
  // the connection is broken; the statement may still run on the server (see KILL QUERY). Holds for
  // all following operations until changed.
  void SetDeadline(std::chrono::steady_clock::time_point when) { deadline_.Set(when); }
  void ClearDeadline() { deadline_.Clear(); }

  Awaitable<Status> StartQuery(std::string_view sql);
  // `block` as made by ExecuteRequest::AppendBlock or EncodeParameterBlock.
  Awaitable<Status> StartExecute(uint32_t statement_id, uint8_t flags, std::string_view block);
  // Any command whose payload (command byte first) the caller has built.
  Awaitable<Status> StartCommand(std::string_view payload, ReplyKind kind);
  // The next bytes of the reply, at least one whole packet's part; valid until the next operation.
  // Empty when the reply has ended. `max` bounds the size of a chunk.
  Awaitable<Result<std::string_view>> NextChunk(size_t max = 64 << 10);
  const ResultScanner& scanner() const { return scanner_; }
  // Reads and drops what is left of the reply.
  Awaitable<Status> Drain();

  struct Prepared {
    uint32_t id = 0;
    std::vector<Field> parameters;
    std::vector<Field> columns;
    uint16_t warnings = 0;
  };
  Awaitable<Result<Prepared>> Prepare(std::string_view sql);
  // No reply; sent with the next command, which saves a write.
  void CloseStatement(uint32_t statement_id);

  // Runs one statement and decodes its rows; with several results, those of the first one that has
  // columns, else of the last. An ERR of the server is a kMysql status and leaves the connection
  // usable.
  Awaitable<Result<QueryResult>> QueryBuffered(std::string_view sql);
  Awaitable<Result<QueryResult>> ExecuteBuffered(uint32_t statement_id, std::string_view block);
  // The same for answers that are only OK or ERR.
  Awaitable<Result<OkPacket>> Exec(std::string_view sql);
  Awaitable<Status> Ping();
  Awaitable<Status> InitDb(std::string_view schema);
  Awaitable<Status> ResetConnection();
  // Sends COM_QUIT as far as that works without waiting, and closes.
  void Quit();

  void Close();
  bool broken() const { return broken_; }
  bool idle() const { return !broken_ && (scanner_.done() || !replying_); }
  uint32_t connection_id() const { return greeting_.connection_id; }
  const Greeting& greeting() const { return greeting_; }
  const std::string& server_version() const { return greeting_.server_version; }
  uint32_t capabilities() const { return capabilities_; }
  // Of the last OK packet.
  uint16_t status() const { return status_; }
  bool in_transaction() const { return (status_ & kStatusInTransaction) != 0; }
  // The server has closed this idle connection (or sent bytes that nobody asked for).
  bool Stale();
  Stream& stream() { return stream_; }
  std::chrono::steady_clock::time_point created() const { return created_; }

 private:
  ClientConnection(StreamSocket socket, ClientOptions options);
  Awaitable<Status> Login();
  Awaitable<Result<FrameScan>> ReadHandshakePacket();
  Awaitable<Status> Send(ReplyKind kind);
  Awaitable<Result<QueryResult>> ReadBuffered(bool binary);
  Awaitable<Status> ReadSimple();
  // Closes and says how the operation ended.
  Status Break(Status why);
  Awaitable<Status> Fill(size_t capacity);

  const ClientOptions options_;
  Stream stream_;
  LazyDeadline deadline_;
  bool broken_ = false;
  bool replying_ = false;
  Greeting greeting_;
  uint32_t capabilities_ = 0;
  uint16_t status_ = 0;
  ResultScanner scanner_;
  OutputBuffer out_;
  std::unique_ptr<char[]> buffer_;
  size_t buffer_capacity_ = 0;
  size_t begin_ = 0;
  size_t end_ = 0;
  std::chrono::steady_clock::time_point created_ = std::chrono::steady_clock::now();
};

}  // namespace keyspan::mysql
