#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/async/awaitable.h"
#include "vttablet/query/channel_session.h"

namespace keyspan::vttablet {

// One Execute or Prepare request from its arrival to its end. Lives in the coroutine of a worker.
//
// The bytes of mysqld's reply go to the gateway as they come; only where they end and the status
// flags of the last packet are looked at.
class StatementRun {
 public:
  StatementRun(TabletThread& thread, ChannelSession& session, rpc::ServerStream& stream,
               RequestScratch& scratch);

  // Always ends the stream.
  Awaitable<void> Run();

 private:
  Status Parse();
  BackendTraits Traits() const;
  // Sets backend_ (and bound_, when the connection belongs to a session).
  Awaitable<Status> TakeBackend();
  // The same without waiting, for a statement on its own and a connection that fits as it is; false
  // where that is not so.
  bool TryTakeBackend();
  // From BEGIN to the end of the statement's reply. kUnavailable means that nothing was sent.
  Awaitable<Status> Execute();
  // SET for the user variables of this statement, and against those of another one before it; empty
  // when there is nothing to set.
  Result<std::string> SetVariables();
  Awaitable<Status> ReadBegin(int replies, bool statement_sent);
  // Reads a reply that is not passed on unless it is an error, which is then in last_.
  Awaitable<Status> ReadWhole(mysql::ReplyKind kind);
  // For a statement that is not prepared on this connection yet; its reply is next.
  Awaitable<Status> FinishPrepare();
  // Passes the reply on; what comes last stays in last_.
  Awaitable<Status> Forward(mysql::ReplyKind kind);
  // After the reply: what has become of the transaction, warnings, schema.
  Awaitable<Status> LookAfter();
  // The reply has said it all.
  bool NothingToAsk() const;
  // Fails when the statement leaves mysqld's session in a state that nobody asked for.
  Status CheckSession(uint16_t flags) const;
  void NoteEnd(uint16_t flags, bool failed);
  using TextRow = std::vector<std::string>;
  // A question of our own on the statement's connection, once its reply has been read. NULL is "".
  Awaitable<Result<std::vector<TextRow>>> Ask(std::string_view sql, size_t columns);
  Awaitable<Status> FetchWarnings();
  Awaitable<Status> FetchInsertId();
  Awaitable<void> WaitForSchema();
  void SendLast();
  // Of what SendLast() would send, all but the OK or ERR packet that ends it: a client that has the
  // beginning of a row must get the rest of it before an error.
  void SendLastRow();
  Status Verdict(Status status);
  void Finish(const Status& status);
  void GiveBack();
  bool in_transaction() const { return bound_ && (began_ || bound_->transaction_id != 0); }

  TabletThread& thread_;
  ChannelSession& session_;
  rpc::ServerStream& stream_;
  rpc::ExecuteRequest& request_;
  rpc::StreamEnd& end_;
  bool end_used_ = false;

  bool prepare_only_ = false;
  std::string_view variables_;  // a UserVariables message
  std::string_view sql_;
  std::string_view block_;
  SettingsPtr settings_;
  std::unique_ptr<Backend> pooled_;  // of the query pool
  BoundBackendPtr bound_;
  bool bound_here_ = false;  // bound_ was made by this request
  Backend* backend_ = nullptr;
  RunningStatement running_;
  bool began_ = false;  // BEGIN succeeded
  bool forwarding_ = true;
  bool anything_sent_ = false;
  bool transaction_over_ = false;
  std::string_view last_;  // the end of the reply, not sent yet
};

}  // namespace keyspan::vttablet
