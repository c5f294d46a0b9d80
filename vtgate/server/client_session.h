#pragma once

#include <memory>
#include <string>

#include "mysql/net/server_connection.h"
#include "vtgate/executor/statement_executor.h"

namespace keyspan::vtgate {

// What every client of one thread shares.
struct ClientContext {
  const mysql::ServerOptions* server = nullptr;
  StatementExecutor* executor = nullptr;
  mysql::PeerWatch* peer_watch = nullptr;
  const VariableLiterals* global_variables = nullptr;
};

// One client from login to the end of its connection. Spawned for each accepted socket on the
// thread that accepted it, where everything it does happens.
Awaitable<void> ServeClient(const ClientContext* context, StreamSocket socket,
                            uint32_t connection_id);

}  // namespace keyspan::vtgate
