#pragma once

#include <map>
#include <string>
#include <vector>

#include "vtgate/executor/statement.h"

namespace keyspan::vtgate {

class StatementExecutor;

// Checks what SET gives to a session_track_* variable and brings it into the form that SELECT
// answers. Other names pass as they are. Fails with MySQL's 1231 and 1232, and with 1235 for GTIDs,
// which a gateway over many servers does not have.
Status CheckTracking(const std::string& name, std::string* literal);

// Gives the session's tracker the new value of a session_track_* variable. Other names do nothing.
void ApplyTracking(const std::string& name, Session* session);

// Adds a warning for each of `names` that is no variable; takes it out.
Awaitable<Status> DropUnknownNames(StatementExecutor& executor, Statement& statement,
                                   const Settings& settings, TrackedNames* names);

// Tells the session's tracker the values of the variables `names` (lower case) after a SET.
Awaitable<Status> NoteVariables(StatementExecutor& executor, Statement& statement,
                                const std::vector<std::string>& names);

}  // namespace keyspan::vtgate
