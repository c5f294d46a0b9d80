#pragma once

#include "mysql/net/server_connection.h"
#include "vtgate/session/session.h"

namespace keyspan::vtgate {

// Gives the session's wait_timeout and net_write_timeout to its connection. As in mysqld
// net_read_timeout does not count while a command is read, and nothing else is.
void ApplyTimeouts(const Session& session, mysql::ServerConnection& client);

}  // namespace keyspan::vtgate
