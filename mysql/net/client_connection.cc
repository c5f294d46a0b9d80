#include "mysql/net/client_connection.h"

#include <fmt/format.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include "common/async/spawn.h"
#include "mysql/protocol/wire.h"

namespace keyspan::mysql {
namespace {

using boost::asio::generic::stream_protocol;
using boost::asio::ip::tcp;
using Resolver = boost::asio::ip::basic_resolver<tcp, Executor>;

constexpr size_t kBufferSize = 16 << 10;
constexpr size_t kMaxHandshakePacket = 64 << 10;
constexpr size_t kMaxUnixPath = 107;

std::string Describe(const ClientOptions& options) {
  return options.unix_socket.empty() ? fmt::format("{}:{}", options.host, options.port)
                                     : options.unix_socket;
}

Awaitable<Result<StreamSocket>> OpenUnix(Executor executor, std::string path,
                                         std::chrono::steady_clock::time_point until) {
  if (path.size() > kMaxUnixPath) co_return InvalidArgument("path of the unix socket is too long");
  stream_protocol::endpoint endpoint{boost::asio::local::stream_protocol::endpoint(path)};
  while (true) {
    StreamSocket socket(executor);
    auto [error] = co_await socket.async_connect(endpoint, kTuple);
    if (!error) co_return std::move(socket);
    // The server's backlog is full; a unix socket does not wait for it by itself.
    if (error != boost::asio::error::try_again || std::chrono::steady_clock::now() > until) {
      co_return Unavailable(error.message());
    }
    SteadyTimer timer(executor, std::chrono::milliseconds(5));
    co_await timer.async_wait(kTuple);
  }
}

Awaitable<Result<StreamSocket>> OpenTcp(Executor executor, std::string host, uint16_t port) {
  std::vector<tcp::endpoint> endpoints;
  boost::system::error_code error;
  auto address = boost::asio::ip::make_address(host, error);
  if (!error) {
    endpoints.emplace_back(address, port);
  } else {
    Resolver resolver(executor);
    auto [failure, results] = co_await resolver.async_resolve(host, std::to_string(port), kTuple);
    if (failure) co_return Unavailable(failure.message());
    for (const auto& entry : results) endpoints.push_back(entry.endpoint());
  }
  Status last = Unavailable("the host has no address");
  for (const tcp::endpoint& endpoint : endpoints) {
    StreamSocket socket(executor);
    auto [failure] = co_await socket.async_connect(stream_protocol::endpoint(endpoint), kTuple);
    if (failure) {
      last = Unavailable(failure.message());
      continue;
    }
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    socket.set_option(boost::asio::socket_base::keep_alive(true), ignored);
    co_return std::move(socket);
  }
  co_return last;
}

// Whichever finishes first, the socket or the time.
struct OpenRace {
  explicit OpenRace(Executor executor) : done(executor) {}
  SteadyTimer done;
  std::optional<Result<StreamSocket>> result;
};

Awaitable<void> RunOpen(std::shared_ptr<OpenRace> race, Executor executor, std::string unix_socket,
                        std::string host, uint16_t port) {
  if (unix_socket.empty()) {
    race->result.emplace(co_await OpenTcp(executor, std::move(host), port));
  } else {
    race->result.emplace(co_await OpenUnix(executor, std::move(unix_socket), race->done.expiry()));
  }
  race->done.cancel();
}

}  // namespace

ClientConnection::ClientConnection(StreamSocket socket, ClientOptions options)
    : options_(std::move(options)),
      stream_(std::move(socket)),
      deadline_(stream_.executor(), [this] { stream_.Close(); }) {}

ClientConnection::~ClientConnection() = default;

Awaitable<Result<std::unique_ptr<ClientConnection>>> ClientConnection::Connect(
    Executor executor, ClientOptions options) {
  auto when = std::chrono::steady_clock::now() + options.connect_timeout;
  auto race = std::make_shared<OpenRace>(executor);
  race->done.expires_at(when);
  Spawn("mysql connect", executor,
        [race, executor, unix_socket = options.unix_socket, host = options.host,
         port = options.port] { return RunOpen(race, executor, unix_socket, host, port); });
  co_await race->done.async_wait(kTuple);
  if (!race->result) {
    co_return Unavailable(fmt::format("cannot connect to {}: timed out", Describe(options)));
  }
  if (!race->result->ok()) {
    co_return std::move(*race->result)
        .status()
        .WithPrefix(fmt::format("cannot connect to {}", Describe(options)));
  }
  std::unique_ptr<ClientConnection> connection(
      new ClientConnection(std::move(*race->result).value(), std::move(options)));
  connection->deadline_.Set(when);
  Status status = co_await connection->Login();
  if (!status.ok()) {
    connection->Close();
    if (connection->deadline_.expired()) {
      co_return Unavailable(
          fmt::format("cannot log in to {}: timed out", Describe(connection->options_)));
    }
    if (status.code() == StatusCode::kMysql) co_return status;
    co_return Unavailable(
        fmt::format("cannot log in to {}: {}", Describe(connection->options_), status.message()));
  }
  connection->deadline_.Clear();
  co_return std::move(connection);
}

Awaitable<Status> ClientConnection::Login() {
  using Step = ClientHandshake::Step;
  ClientHandshakeOptions login = options_.login;
  bool is_unix = !options_.unix_socket.empty();
  login.secure_transport = login.secure_transport || is_unix;
  if (is_unix || options_.tls == nullptr) {
    if (login.tls == ClientHandshakeOptions::Tls::kRequired && !is_unix) {
      co_return InvalidArgument("TLS is required but there is no TLS context");
    }
    login.tls = ClientHandshakeOptions::Tls::kNever;
  }
  ClientHandshake handshake(&login);
  while (true) {
    Result<FrameScan> scan = co_await ReadHandshakePacket();
    CO_RETURN_IF_ERROR(scan.status());
    std::string_view payload(buffer_.get() + begin_ + kFrameHeaderSize, scan->payload_size);
    Step step = handshake.OnPacket(payload, scan->last_sequence, &out_);
    begin_ += scan->size;
    if (step == Step::kFailed) co_return handshake.error();
    if (step == Step::kDone) break;
    CO_RETURN_IF_ERROR(co_await stream_.WriteAll(&out_));
    if (step != Step::kStartTls) continue;
    if (begin_ != end_) co_return Malformed("bytes of the server before TLS");
    CO_RETURN_IF_ERROR(co_await stream_.ConnectTls(*options_.tls));
    if (handshake.OnTlsStarted(&out_) == Step::kFailed) co_return handshake.error();
    CO_RETURN_IF_ERROR(co_await stream_.WriteAll(&out_));
  }
  if (begin_ != end_) co_return Malformed("bytes of the server after the login");
  greeting_ = handshake.greeting();
  capabilities_ = handshake.capabilities();
  status_ = handshake.ok().status;
  if (!(capabilities_ & kClientDeprecateEof)) {
    co_return Unavailable("the server is older than MySQL 5.7.5");
  }
  co_return Status::Ok();
}

Awaitable<Result<FrameScan>> ClientConnection::ReadHandshakePacket() {
  while (true) {
    FrameScan scan = ScanFrames({buffer_.get() + begin_, end_ - begin_}, kMaxHandshakePacket);
    if (scan.state == FrameScan::State::kComplete) co_return scan;
    if (scan.state != FrameScan::State::kNeedMore) co_return Malformed("broken packet at login");
    CO_RETURN_IF_ERROR(co_await Fill(std::max(kBufferSize, scan.size)));
  }
}

// Moves what is unread to the front and reads once more; grows to `capacity` if need be.
Awaitable<Status> ClientConnection::Fill(size_t capacity) {
  size_t have = end_ - begin_;
  capacity = std::max(capacity, have == buffer_capacity_ ? 2 * buffer_capacity_ : kBufferSize);
  if (buffer_capacity_ < capacity) {
    auto larger = std::make_unique_for_overwrite<char[]>(capacity);
    if (have != 0) std::memcpy(larger.get(), buffer_.get() + begin_, have);
    buffer_ = std::move(larger);
    buffer_capacity_ = capacity;
  } else if (begin_ != 0 && have != 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, have);
  }
  begin_ = 0;
  end_ = have;
  Result<size_t> n = co_await stream_.ReadSome(buffer_.get() + end_, buffer_capacity_ - end_);
  CO_RETURN_IF_ERROR(n.status());
  if (*n == 0) co_return Unavailable("the server closed the connection");
  end_ += *n;
  co_return Status::Ok();
}

Status ClientConnection::Break(Status why) {
  bool expired = deadline_.expired();
  Close();
  if (expired) {
    return Status(StatusCode::kDeadlineExceeded, 3024, "HY000",
                  "Query execution was interrupted, maximum statement execution time exceeded");
  }
  return why;
}

void ClientConnection::Close() {
  broken_ = true;
  stream_.Close();
}

Awaitable<Status> ClientConnection::Send(ReplyKind kind) {
  if (broken_) {
    out_.Clear();
    co_return Unavailable("the connection to MySQL is closed");
  }
  if (replying_) {
    co_return Break(InternalError("a statement was started before the last reply was read"));
  }
  scanner_.Reset(kind);
  replying_ = true;
  begin_ = end_ = 0;
  size_t before = out_.size();
  Status status = co_await stream_.WriteAll(&out_);
  if (status.ok()) co_return status;
  bool untouched = out_.size() == before;
  out_.Clear();
  co_return Break(untouched ? std::move(status)
                            : Status(StatusCode::kUnknownOutcome, std::string(status.message())));
}

Awaitable<Status> ClientConnection::StartQuery(std::string_view sql) {
  uint8_t sequence = 0;
  EncodeQuery(sql, capabilities_, out_.BeginPacket());
  out_.EndPacket(&sequence);
  co_return co_await Send(ReplyKind::kQuery);
}

Awaitable<Status> ClientConnection::StartExecute(uint32_t statement_id, uint8_t flags,
                                                 std::string_view block) {
  uint8_t sequence = 0;
  EncodeExecute(statement_id, flags, block, out_.BeginPacket());
  out_.EndPacket(&sequence);
  co_return co_await Send(ReplyKind::kQuery);
}

Awaitable<Status> ClientConnection::StartCommand(std::string_view payload, ReplyKind kind) {
  uint8_t sequence = 0;
  out_.AppendPacket(payload, &sequence);
  co_return co_await Send(kind);
}

Awaitable<Result<std::string_view>> ClientConnection::NextChunk(size_t max) {
  if (!replying_) {
    if (broken_) co_return Unavailable("the connection to MySQL is closed");
    co_return std::string_view();
  }
  while (true) {
    if (begin_ != end_) {
      Result<size_t> used = scanner_.Feed({buffer_.get() + begin_, end_ - begin_});
      if (!used.ok()) co_return Break(std::move(used).status());
      std::string_view chunk(buffer_.get() + begin_, *used);
      begin_ += *used;
      if (scanner_.done()) {
        if (begin_ != end_) co_return Break(Malformed("bytes of the server after a reply"));
        replying_ = false;
        if (!scanner_.failed() && scanner_.result_sets() > 0) status_ = scanner_.status();
      }
      if (!chunk.empty()) co_return chunk;
    }
    // A reply that fills the buffer is long: fewer and bigger reads from now on.
    bool full = end_ == buffer_capacity_ && buffer_capacity_ != 0;
    Status status = co_await Fill(full ? std::max(max, kBufferSize) : kBufferSize);
    if (!status.ok()) {
      co_return Break(Status(
          StatusCode::kUnknownOutcome, 2013, "HY000",
          fmt::format("Lost connection to MySQL server during query ({})", status.message())));
    }
  }
}

Awaitable<Status> ClientConnection::Drain() {
  while (replying_) {
    Result<std::string_view> chunk = co_await NextChunk();
    CO_RETURN_IF_ERROR(chunk.status());
  }
  co_return Status::Ok();
}

Awaitable<Status> ClientConnection::ReadSimple() {
  CO_RETURN_IF_ERROR(co_await Drain());
  co_return scanner_.error();
}

Awaitable<Result<ClientConnection::Prepared>> ClientConnection::Prepare(std::string_view sql) {
  uint8_t sequence = 0;
  std::string* payload = out_.BeginPacket();
  Append8(payload, static_cast<uint8_t>(CommandType::kStmtPrepare));
  payload->append(sql);
  out_.EndPacket(&sequence);
  CO_RETURN_IF_ERROR(co_await Send(ReplyKind::kPrepare));
  std::string reply;
  while (true) {
    Result<std::string_view> chunk = co_await NextChunk();
    CO_RETURN_IF_ERROR(chunk.status());
    if (chunk->empty()) break;
    reply.append(*chunk);
  }
  if (scanner_.failed()) co_return scanner_.error();
  Prepared prepared;
  prepared.id = scanner_.statement_id();
  prepared.warnings = scanner_.warnings();
  std::string_view rest = reply;
  for (size_t i = 0; !rest.empty(); ++i) {
    std::string_view packet = rest.substr(kFrameHeaderSize, Load24(rest.data()));
    rest.remove_prefix(kFrameHeaderSize + packet.size());
    if (i == 0) continue;
    Result<Field> field = DecodeColumnDefinition(packet);
    if (!field.ok()) co_return Break(std::move(field).status());
    bool is_parameter = i <= scanner_.parameter_count();
    (is_parameter ? prepared.parameters : prepared.columns).push_back(std::move(*field));
  }
  co_return prepared;
}

void ClientConnection::CloseStatement(uint32_t statement_id) {
  if (broken_) return;
  uint8_t sequence = 0;
  std::string* payload = out_.BeginPacket();
  Append8(payload, static_cast<uint8_t>(CommandType::kStmtClose));
  Append32(payload, statement_id);
  out_.EndPacket(&sequence);
}

Awaitable<Result<QueryResult>> ClientConnection::QueryBuffered(std::string_view sql) {
  CO_RETURN_IF_ERROR(co_await StartQuery(sql));
  co_return co_await ReadBuffered(false);
}

Awaitable<Result<QueryResult>> ClientConnection::ExecuteBuffered(uint32_t statement_id,
                                                                 std::string_view block) {
  CO_RETURN_IF_ERROR(co_await StartExecute(statement_id, 0, block));
  co_return co_await ReadBuffered(true);
}

Awaitable<Result<QueryResult>> ClientConnection::ReadBuffered(bool binary) {
  using Item = ResultReader::Item;
  ResultReader reader(capabilities_);
  QueryResult result;
  bool have_rows = false;  // a result with columns was read in full
  while (true) {
    Result<std::string_view> chunk = co_await NextChunk();
    CO_RETURN_IF_ERROR(chunk.status());
    if (chunk->empty()) break;
    reader.Append(*chunk);
    Item item = reader.Next();
    for (; item != Item::kNeedMore && item != Item::kEnd; item = reader.Next()) {
      if (item == Item::kMalformed) co_return Break(reader.error());
      if (item == Item::kColumns && !have_rows) result.fields = reader.columns();
      if (item == Item::kRow && !have_rows) {
        Row row;
        Status status = binary ? DecodeBinaryRow(reader.row(), result.fields, &row)
                               : DecodeTextRow(reader.row(), result.fields, &row);
        if (!status.ok()) co_return Break(std::move(status));
        result.rows.push_back(std::move(row));
      }
      if (item == Item::kResultEnd) {
        result.ok = reader.ok();
        have_rows = have_rows || !result.fields.empty();
      }
    }
  }
  if (scanner_.failed()) co_return scanner_.error();
  co_return result;
}

Awaitable<Result<OkPacket>> ClientConnection::Exec(std::string_view sql) {
  Result<QueryResult> result = co_await QueryBuffered(sql);
  CO_RETURN_IF_ERROR(result.status());
  co_return std::move(result->ok);
}

Awaitable<Status> ClientConnection::Ping() {
  const char command = static_cast<char>(CommandType::kPing);
  CO_RETURN_IF_ERROR(co_await StartCommand(std::string_view(&command, 1), ReplyKind::kSimple));
  co_return co_await ReadSimple();
}

Awaitable<Status> ClientConnection::InitDb(std::string_view schema) {
  std::string payload(1, static_cast<char>(CommandType::kInitDb));
  payload.append(schema);
  CO_RETURN_IF_ERROR(co_await StartCommand(payload, ReplyKind::kSimple));
  co_return co_await ReadSimple();
}

Awaitable<Status> ClientConnection::ResetConnection() {
  const char command = static_cast<char>(CommandType::kResetConnection);
  CO_RETURN_IF_ERROR(co_await StartCommand(std::string_view(&command, 1), ReplyKind::kSimple));
  co_return co_await ReadSimple();
}

void ClientConnection::Quit() {
  if (!broken_ && !replying_) {
    uint8_t sequence = 0;
    const char command = static_cast<char>(CommandType::kQuit);
    out_.AppendPacket({&command, 1}, &sequence);
    (void)stream_.TryWrite(&out_);
  }
  Close();
}

bool ClientConnection::Stale() { return broken_ || (!replying_ && stream_.Readable()); }

}  // namespace keyspan::mysql
