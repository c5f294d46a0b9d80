#pragma once

#include "common/async/awaitable.h"
#include "common/status.h"
#include "vtgate/session/session.h"

namespace keyspan::vtgate {

// Commits the session's transaction on every shard that it touched, one after the other in the
// order of touching, and closes it in the session whatever happens. Does nothing when none is open.
//
// Best effort over several shards: nothing is committed when the connection to one of their tablets
// has been lost; when the first shard fails, the others are rolled back and the error is that
// shard's; when a later one fails, the error says which shards have committed.
Awaitable<Status> CommitTransaction(Session& session);

// Rolls back on every shard and closes the transaction. A shard that cannot be reached rolls back
// by itself, because the transaction belongs to the channel.
Awaitable<void> RollbackTransaction(Session& session);

// Rolls back, and takes out of the transaction, the parts of shards that joined it after savepoint
// `number` was set. The transaction stays open.
Awaitable<void> RollbackParts(Session& session, uint64_t number);

}  // namespace keyspan::vtgate
