#pragma once

#include <string_view>

#include "common/status.h"
#include "vtgate/session/session.h"

namespace keyspan::vtgate {

// The books that a session keeps of the statement that it runs: what SHOW PROCESSLIST shows, what
// KILL QUERY ends, and what ROW_COUNT(), SHOW WARNINGS and the session trackers say afterwards. One
// per statement of a client, whichever command brought it; lives while the statement does.
class Running {
 public:
  // `sql` must outlive this.
  Running(Session& session, std::string_view sql);
  ~Running();
  Running(const Running&) = delete;

  // For a command that has to be looked up first.
  void set_statement(std::string_view sql) { session_.current_statement = sql; }

  // How it went; returns what the client is to be told.
  Status Finish(Status status);

 private:
  Session& session_;
};

}  // namespace keyspan::vtgate
