#include "vtgate/server/client_session.h"

#include <fmt/format.h>
#include <glog/logging.h>

#include "mysql/types/collation.h"
#include "parser/printer.h"
#include "vtgate/executor/cursor.h"
#include "vtgate/executor/timeouts.h"
#include "vtgate/session/variables.h"
#include "vtgate/txn/finish.h"

namespace keyspan::vtgate {
namespace {

using mysql::CommandType;

// Most long data of a session. In MySQL max_allowed_packet bounds each parameter's.
constexpr size_t kMaxLongData = 64u << 20;

// The coroutine of one client: reads commands and answers them in order.
class ClientSession {
 public:
  ClientSession(const ClientContext* context, StreamSocket socket, uint32_t connection_id)
      : context_(context),
        connection_(std::move(socket), context->server, connection_id, context->peer_watch) {
    session_.connection_id = connection_id;
    session_.server_version = context->server->handshake.server_version;
    session_.global_variables = context->global_variables;
  }

  Awaitable<void> Run() {
    if (Status status = co_await connection_.Handshake(); !status.ok()) co_return;
    if (Status status = StartSession(); !status.ok()) {
      connection_.SendError(status);
      (void)co_await connection_.Flush();
      co_return;
    }
    SessionRegistry& registry = *context_->executor->services().sessions;
    connection_.SendOk(session_.MakeOk(/*ends_rows=*/false));
    connection_.set_on_peer_closed([this] {
      if (session_.cancel_statement) session_.cancel_statement(Session::Cancel::kAbandon);
      connection_.Close();
    });
    registry.Add(connection_.stream().executor(), &session_, [this] { connection_.Close(); });
    co_await ServeCommands();
    registry.Remove(session_.connection_id);
    co_await RollbackTransaction(session_);
  }

 private:
  Awaitable<void> ServeCommands() {
    while (!session_.killed) {
      auto command = co_await connection_.ReadCommand();
      if (!command.ok()) co_return;
      if (command->type == CommandType::kQuit) co_return;
      connection_.BeginStatement();
      Status status = co_await Serve(*command);
      connection_.EndStatement();
      if (!status.ok()) {
        NoteError(command->type, status);
        connection_.SendError(status);
      }
    }
    (void)co_await connection_.Flush();
  }

  // What the login says about the session: user, database, character set.
  Status StartSession() {
    const mysql::ClientIdentity& identity = connection_.identity();
    session_.user = identity.user;
    session_.host = identity.host;
    session_.capabilities = identity.capabilities;
    RETURN_IF_ERROR(ApplyCollation(identity.collation));
    StartTimeouts();
    if (identity.database.empty()) return Status::Ok();
    return context_->executor->Use(session_, identity.database);
  }

  // As MySQL: somebody who sits before the client may have more time.
  void StartTimeouts() {
    if ((session_.capabilities & mysql::kClientInteractive) != 0) {
      auto timeout = GatewayVariableLiteral("interactive_timeout", session_);
      if (timeout.ok()) session_.gateway_variables.emplace("wait_timeout", std::move(*timeout));
    }
    ApplyTimeouts(session_, connection_);
  }

  // The collation of the handshake is the session's character set, as with MySQL. 255 is what the
  // shards' connections have anyway.
  Status ApplyCollation(uint16_t id) {
    const mysql::Collation* collation = mysql::FindCollation(id);
    if (collation == nullptr || id == mysql::kUtf8mb40900AiCi) return Status::Ok();
    std::string charset(collation->charset);
    // SQL is not written in them (MySQL manual, "Connection Character Sets and Collations").
    if (charset == "ucs2" || charset.starts_with("utf16") || charset == "utf32") {
      return WrongValue("character_set_client", charset);
    }
    for (const char* name :
         {"character_set_client", "character_set_connection", "character_set_results"}) {
      session_.settings.Set(name, parser::QuoteString(charset));
    }
    session_.settings.Set("collation_connection", parser::QuoteString(collation->name));
    // By number: metadata names this collation, not the character set's default one.
    session_.settings.Set("character_set_results", fmt::format("{}", id));
    session_.charset = parser::TextCharsetOf(charset);
    session_.charset_is_utf8 = charset.starts_with("utf8") || charset == "binary";
    return Status::Ok();
  }

  Status AnswerOk() {
    mysql::OkPacket ok = session_.MakeOk(/*ends_rows=*/false);
    // These commands leave the warnings of the statement before as they are, as in MySQL.
    ok.warnings = session_.warnings.packet_count();
    connection_.SendOk(ok);
    return Status::Ok();
  }

  // Statements do this themselves.
  void NoteError(CommandType type, const Status& status) {
    if (type == CommandType::kQuery || type == CommandType::kStmtPrepare ||
        type == CommandType::kStmtExecute) {
      return;
    }
    session_.warnings.Clear();
    session_.warnings.Add({"Error", status.mysql_errno(), std::string(status.message())});
  }

  Status InitDb(std::string_view target) {
    if (target.empty()) return Status::Mysql(1046, "3D000", "No database selected");
    Status status = context_->executor->Use(session_, target);
    return status.ok() ? AnswerOk() : status;
  }

  Awaitable<Status> Serve(const mysql::Command& command) {
    switch (command.type) {
      case CommandType::kQuery: {
        CO_ASSIGN_OR_RETURN(mysql::QueryRequest query,
                            mysql::ParseQuery(command.body, session_.capabilities));
        co_return co_await context_->executor->Query(session_, connection_, query.sql);
      }
      case CommandType::kStmtExecute:
        co_return co_await context_->executor->ExecutePrepared(session_, connection_, command.body);
      case CommandType::kStmtPrepare:
        co_return co_await context_->executor->Prepare(session_, connection_, command.body);
      case CommandType::kStmtClose:
        co_return CloseStatement(command.body);
      case CommandType::kStmtReset:
        co_return ResetStatement(command.body);
      case CommandType::kStmtFetch:
        co_return co_await FetchFromCursor(session_, connection_, command.body);
      case CommandType::kStmtSendLongData:
        AddLongData(command.body);
        co_return Status::Ok();
      case CommandType::kInitDb:
        co_return InitDb(command.body);
      case CommandType::kPing:
        co_return AnswerOk();
      case CommandType::kFieldList:
        co_return co_await context_->executor->FieldList(session_, connection_, command.body);
      case CommandType::kSetOption:
        co_return SetOption(command.body);
      case CommandType::kResetConnection:
        co_await RollbackTransaction(session_);
        session_.Reset();  // also to MySQL's default character sets, not to those of the handshake
        StartTimeouts();
        co_return AnswerOk();
      case CommandType::kChangeUser:
        co_return co_await ChangeUser(command.body);
      case CommandType::kStatistics:
        SendStatistics();
        co_return Status::Ok();
      case CommandType::kDebug:
        co_return AnswerEof();
      default:
        co_return Status::Mysql(1047, "08S01", "Unknown command");
    }
  }

  // COM_STMT_CLOSE has no answer, whatever it says.
  Status CloseStatement(std::string_view body) {
    auto id = mysql::PeekStatementId(body);
    if (id.ok()) session_.prepared.erase(*id);
    return Status::Ok();
  }

  Status ResetStatement(std::string_view body) {
    ASSIGN_OR_RETURN(uint32_t id, mysql::PeekStatementId(body));
    auto found = session_.prepared.find(id);
    if (found == session_.prepared.end()) {
      return Status::Mysql(
          1243, "HY000",
          fmt::format("Unknown prepared statement handler ({}) given to mysql_stmt_precheck", id));
    }
    found->second->long_data.clear();
    found->second->long_data_too_long = false;
    found->second->cursor = nullptr;
    return AnswerOk();
  }

  // No answer either; what is wrong shows at EXECUTE.
  void AddLongData(std::string_view body) {
    auto data = mysql::ParseLongData(body);
    if (!data.ok()) return;
    auto found = session_.prepared.find(data->statement_id);
    if (found == session_.prepared.end()) return;
    PreparedStatement& prepared = *found->second;
    if (data->parameter >= prepared.parameter_count) return;
    prepared.long_data.resize(prepared.parameter_count);
    auto& kept = prepared.long_data[data->parameter];
    if (kept == nullptr) kept = std::make_unique<std::string>();
    if (session_.LongDataBytes() + data->bytes.size() <= kMaxLongData) {
      kept->append(data->bytes);
    } else {
      prepared.long_data_too_long = true;
      kept = nullptr;
    }
  }

  Status AnswerEof() {
    if ((session_.capabilities & mysql::kClientDeprecateEof) != 0) {
      mysql::OkPacket ok = session_.MakeOk(/*ends_rows=*/true);
      ok.warnings = session_.warnings.packet_count();
      mysql::EncodeOk(ok, session_.capabilities, 0xfe, connection_.out().BeginPacket());
      connection_.out().EndPacket(connection_.sequence());
      return Status::Ok();
    }
    mysql::AppendEof({0, session_.status()}, connection_.sequence(), &connection_.out());
    return Status::Ok();
  }

  Status SetOption(std::string_view body) {
    if (body.size() != 2 || body[1] != 0 || body[0] > 1) {
      return Status::Mysql(1047, "08S01", "Unknown command");
    }
    if (body[0] == 0) {
      session_.capabilities |= mysql::kClientMultiStatements;
    } else {
      session_.capabilities &= ~mysql::kClientMultiStatements;
    }
    return AnswerEof();
  }

  Awaitable<Status> ChangeUser(std::string_view body) {
    co_await RollbackTransaction(session_);
    if (Status status = co_await connection_.ChangeUser(body); !status.ok()) {
      // The client has been told.
      session_.killed = true;
      co_return Status::Ok();
    }
    session_.Reset();
    session_.target = Target();
    Status started = StartSession();
    if (!started.ok()) {
      session_.killed = true;
      co_return started;
    }
    connection_.SendOk(session_.MakeOk(/*ends_rows=*/false));
    co_return Status::Ok();
  }

  void SendStatistics() {
    std::string text = fmt::format("Threads: {}", context_->executor->services().sessions->size());
    connection_.out().AppendPacket(text, connection_.sequence());
  }

  const ClientContext* context_;
  mysql::ServerConnection connection_;
  Session session_;
};

}  // namespace

Awaitable<void> ServeClient(const ClientContext* context, StreamSocket socket,
                            uint32_t connection_id) {
  // On the heap: a coroutine frame of this size would not be recycled.
  auto session = std::make_unique<ClientSession>(context, std::move(socket), connection_id);
  co_await session->Run();
}

}  // namespace keyspan::vtgate
