#pragma once

#include "vtgate/executor/statement.h"
#include "vtgate/gateway/gateway.h"

namespace keyspan::vtgate {

// The error that the client is to get for a query, INSERT, UPDATE or DELETE that has failed.
//
// MySQL resolves names, counts columns and checks groups first of all, and its texts name clauses
// and expressions of the client's statement, not of what the planner makes of it. So a shard is
// asked to prepare the client's own text before something is refused as not supported, before the
// planner says what is wrong with a statement, and when the rewritten form of a query has failed.
// Returns mysqld's error, or `failure` where mysqld finds none or cannot be asked.
Awaitable<Status> Diagnose(Gateway& gateway, const Statement& statement, Status failure);

}  // namespace keyspan::vtgate
