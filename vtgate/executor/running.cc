#include "vtgate/executor/running.h"

namespace keyspan::vtgate {

Running::Running(Session& session, std::string_view sql) : session_(session) {
  session_.query_killed = false;
  session_.deadlock_victim = false;
  session_.next_transaction_used = false;
  session_.current_statement = sql;
  session_.state_since = std::chrono::steady_clock::now();
}

Running::~Running() {
  session_.current_statement = {};
  session_.state_since = std::chrono::steady_clock::now();
}

Status Running::Finish(Status status) {
  if (status.ok() && session_.next_transaction_used) session_.next_transaction = {};
  session_.tracker.NoteTransaction(session_);
  if (status.ok()) return status;
  if (session_.query_killed) {
    status = Status::Mysql(1317, "70100", "Query execution was interrupted");
  } else if (session_.deadlock_victim) {
    status = Status::Mysql(1213, "40001",
                           "Deadlock found when trying to get lock; try restarting transaction");
  }
  session_.warnings.Add({"Error", status.mysql_errno(), std::string(status.message())});
  session_.row_count = -1;
  return status;
}

}  // namespace keyspan::vtgate
