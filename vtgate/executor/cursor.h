#pragma once

#include <string>
#include <string_view>

#include "mysql/net/server_connection.h"
#include "vtgate/session/session.h"

namespace keyspan::vtgate {

// What all open cursors of a session may hold. As mysqld does with a temporary table, the rows are
// kept apart from tables and transactions from the moment of EXECUTE.
inline constexpr size_t kMaxCursorBytes = 64u << 20;

// Answers COM_STMT_EXECUTE that asked for a cursor, from the whole reply (which it would have got
// without one): the columns go to the client, the rows stay in a cursor of `prepared`. A reply
// without rows goes to the client as it is.
Status OpenCursor(mysql::ServerConnection& client, uint32_t capabilities, std::string reply,
                  PreparedStatement* prepared);

// COM_STMT_FETCH: the next rows of a cursor.
Awaitable<Status> FetchFromCursor(Session& session, mysql::ServerConnection& client,
                                  std::string_view body);

}  // namespace keyspan::vtgate
