#pragma once

#include <string_view>

#include "vtgate/executor/routing.h"
#include "vtgate/executor/shard_call.h"

namespace keyspan::vtgate {

// Sends `sql` to the one shard of `destinations` and passes the reply on to the client as the bytes
// that mysqld sent, renumbered and with the session's own status flags. `params` is not empty only
// for a prepared statement.
//
// An error (mysqld's own, a tablet's, or the network's) is returned and not yet sent; when rows
// have been sent already it still ends the reply in the client's eyes.
Awaitable<Status> ForwardToShard(Gateway& gateway, Statement& statement,
                                 const Destinations& destinations, ShardCallOptions options,
                                 std::string_view sql, std::string_view params);

// The same for SELECT SQL_CALC_FOUND_ROWS: learns from the shard what FOUND_ROWS() is to answer.
Awaitable<Status> ForwardCountingRows(Gateway& gateway, Statement& statement,
                                      const Destinations& destinations, ShardCallOptions options,
                                      std::string_view sql, std::string_view params);

}  // namespace keyspan::vtgate
