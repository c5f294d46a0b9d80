// A tiny server on ServerConnection, for tests with real clients. It prints "port N" when it
// listens. COM_QUERY is answered by one row with the text itself, except:
//   set ...        OK              error     error 1064
//   rows N         N rows          big N     one row of N bytes
//   wait           answers when the client has gone away, and then prints "gone"
// A prepared statement answers with its parameters, one column each.
#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <iostream>
#include <unordered_map>

#include "common/async/event.h"
#include "common/async/spawn.h"
#include "mysql/net/credentials_file.h"
#include "mysql/net/server_connection.h"
#include "mysql/protocol/statement.h"

namespace keyspan::mysql {
namespace {

using boost::asio::generic::stream_protocol;
using Acceptor = boost::asio::basic_socket_acceptor<stream_protocol, Executor>;

constexpr char kUsers[] = R"({
  "app": [{"Password": "app"}],
  "empty": [{"Password": ""}],
  "old": [{"MysqlNativePassword": "*9C774F8ECADE07E5287226DDDED1F62992C6954A"}],
  "local": [{"Password": "app", "SourceHost": "localhost"}]})";

Field TextColumn(std::string name) {
  Field field;
  field.name = std::move(name);
  field.collation = kUtf8mb40900AiCi;
  field.length = 4096;
  return field;
}

class Session {
 public:
  Session(StreamSocket socket, const ServerOptions* options, uint32_t id, PeerWatch* watch)
      : connection_(std::move(socket), options, id, watch) {}

  Awaitable<void> Run() {
    if (!(co_await connection_.Handshake()).ok()) co_return;
    if (connection_.identity().database == "nowhere") {
      connection_.SendError(Status::Mysql(1049, "42000", "Unknown database 'nowhere'"));
      (void)co_await connection_.Flush();
      co_return;
    }
    connection_.SendOk(Ok());
    while (true) {
      Result<Command> command = co_await connection_.ReadCommand();
      if (!command.ok() || command->type == CommandType::kQuit) co_return;
      connection_.BeginStatement();
      bool go_on = co_await Handle(*command);
      connection_.EndStatement();
      if (!go_on) co_return;
    }
  }

 private:
  static OkPacket Ok() {
    OkPacket ok;
    ok.status = kStatusAutocommit;
    return ok;
  }

  Awaitable<bool> Handle(Command command) {
    switch (command.type) {
      case CommandType::kQuery: {
        Result<QueryRequest> query = ParseQuery(command.body, connection_.capabilities());
        if (!query.ok()) {
          connection_.SendError(query.status());
          co_return true;
        }
        co_return co_await Query(std::string(query->sql));
      }
      case CommandType::kInitDb: {
        OkPacket ok = Ok();
        ok.changes.schema = std::string(command.body);
        connection_.SendOk(ok);
        co_return true;
      }
      case CommandType::kPing:
      case CommandType::kResetConnection:
        connection_.SendOk(Ok());
        co_return true;
      case CommandType::kSetOption:
        AppendEof({0, kStatusAutocommit}, connection_.sequence(), &connection_.out());
        co_return true;
      case CommandType::kStatistics:
        connection_.out().AppendPacket("Uptime: 1", connection_.sequence());
        co_return true;
      case CommandType::kChangeUser: {
        if (!(co_await connection_.ChangeUser(command.body)).ok()) co_return false;
        connection_.SendOk(Ok());
        co_return true;
      }
      case CommandType::kStmtPrepare:
        Prepare(command.body);
        co_return true;
      case CommandType::kStmtExecute:
        Execute(command.body);
        co_return true;
      case CommandType::kStmtClose:
        co_return true;
      default:
        connection_.SendError(UnknownCommand());
        co_return true;
    }
  }

  Awaitable<bool> Query(std::string sql) {
    if (sql.starts_with("SET ") || sql.starts_with("set ")) {
      connection_.SendOk(Ok());
      co_return true;
    }
    if (sql == "error" || sql == "select $$") {  // the mysql command line needs that one to fail
      connection_.SendError(Status::Mysql(1064, "42000", "an error, as asked for"));
      co_return true;
    }
    if (sql == "wait") {
      Event gone(connection_.stream().executor());
      connection_.set_on_peer_closed([&gone] { gone.NotifyAll(); });
      co_await gone.Wait();
      std::cout << "gone" << std::endl;
      co_return false;
    }
    ResultWriter writer(connection_.capabilities(), connection_.sequence(), &connection_.out());
    const std::vector<Field> columns{TextColumn("echo")};
    writer.Columns(columns, kStatusAutocommit);
    size_t rows = sql.starts_with("rows ") ? std::stoul(sql.substr(5)) : 1;
    for (size_t i = 0; i < rows; ++i) {
      Row row{
          Value::Text(sql.starts_with("big ") ? std::string(std::stoul(sql.substr(4)), 'x') : sql)};
      writer.TextRow(row);
      if (connection_.WantsFlush() && !(co_await connection_.Flush()).ok()) co_return false;
    }
    writer.End(Ok());
    co_return true;
  }

  void Prepare(std::string_view sql) {
    size_t count = static_cast<size_t>(std::count(sql.begin(), sql.end(), '?'));
    parameters_[++last_statement_] = count;
    std::vector<Field> fields(count, TextColumn("?"));
    AppendPrepareReply(last_statement_, fields, fields, 0, kStatusAutocommit,
                       connection_.capabilities(), connection_.sequence(), &connection_.out());
  }

  void Execute(std::string_view body) {
    Result<uint32_t> id = PeekStatementId(body);
    size_t count = id.ok() ? parameters_[*id] : 0;
    Result<ExecuteRequest> request =
        ParseExecute(body, count, types_[*id], {}, connection_.capabilities());
    if (!request.ok()) return connection_.SendError(request.status());
    types_[*id] = request->types;
    Row row;
    for (const ParameterView& parameter : request->parameters) {
      Result<Value> value = DecodeParameter(parameter, kUtf8mb40900AiCi);
      if (!value.ok()) return connection_.SendError(value.status());
      row.push_back(std::move(*value));
    }
    std::vector<Field> fields(count, TextColumn("?"));
    ResultWriter writer(connection_.capabilities(), connection_.sequence(), &connection_.out());
    writer.Columns(fields, kStatusAutocommit);
    Status status = writer.BinaryRow(row, fields);
    if (!status.ok()) return connection_.SendError(status);
    writer.End(Ok());
  }

  ServerConnection connection_;
  uint32_t last_statement_ = 0;
  std::unordered_map<uint32_t, size_t> parameters_;
  std::unordered_map<uint32_t, std::vector<ParameterType>> types_;
};

Awaitable<void> RunSession(std::shared_ptr<Session> session) { co_await session->Run(); }

Awaitable<void> Accept(Acceptor* acceptor, const ServerOptions* options, PeerWatch* watch) {
  static uint32_t next_id = 0;
  while (true) {
    auto [error, socket] = co_await acceptor->async_accept(kTuple);
    if (error) co_return;
    Executor executor = acceptor->get_executor();
    auto session = std::make_shared<Session>(std::move(socket), options, ++next_id, watch);
    Spawn("echo session", executor, [session] { return RunSession(session); });
  }
}

int Main(int argc, char** argv) {
  boost::asio::io_context context(1);
  ServerOptions options;
  Result<std::shared_ptr<FileCredentials>> users = FileCredentials::Parse(kUsers);
  if (!users.ok()) return 1;
  options.handshake.credentials = *users;
  options.max_packet = 20 << 20;
  options.handshake_timeout = std::chrono::milliseconds(1500);
  if (!PrepareServerOptions(&options).ok()) return 1;
  PeerWatch watch(context.get_executor(), std::chrono::milliseconds(50));
  boost::asio::ip::tcp::endpoint address(boost::asio::ip::make_address("127.0.0.1"), 0);
  Acceptor acceptor(context, stream_protocol::endpoint(address));
  sockaddr_in bound{};
  socklen_t size = sizeof(bound);
  ::getsockname(acceptor.native_handle(), reinterpret_cast<sockaddr*>(&bound), &size);
  Spawn("accept", context.get_executor(), [&] { return Accept(&acceptor, &options, &watch); });
  std::unique_ptr<Acceptor> local;
  if (argc > 1) {
    local = std::make_unique<Acceptor>(
        context, stream_protocol::endpoint(boost::asio::local::stream_protocol::endpoint(argv[1])));
    Spawn("accept", context.get_executor(), [&] { return Accept(local.get(), &options, &watch); });
  }
  std::cout << "port " << ntohs(bound.sin_port) << std::endl;
  context.run();
  return 0;
}

}  // namespace
}  // namespace keyspan::mysql

int main(int argc, char** argv) { return keyspan::mysql::Main(argc, argv); }
