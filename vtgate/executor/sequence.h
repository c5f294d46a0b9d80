#pragma once

#include "vtgate/executor/services.h"
#include "vtgate/executor/statement.h"

namespace keyspan::vtgate {

// Takes `count` consecutive values of a sequence; returns the first.
Awaitable<Result<uint64_t>> TakeFromSequence(const Services& services, const Statement& statement,
                                             const sharding::QualifiedName& sequence,
                                             uint64_t count);
// After an explicit id: nothing below `at_least` is given out afterwards. With `may_go_back` it is
// the next value, even where higher ones have been given out.
Awaitable<Status> BumpSequence(const Services& services, const Statement& statement,
                               const sharding::QualifiedName& sequence, uint64_t at_least,
                               bool may_go_back = false);
// ALTER TABLE ... AUTO_INCREMENT = `next` of a table with a sequence: the next id is `next`, or the
// one after the highest in the table when that is higher, as in MySQL. A sequence that several
// tables use never goes back.
Awaitable<Status> SetNextId(const Services& services, Statement& statement,
                            const KeyspaceInfo& keyspace, const sharding::Table& table,
                            uint64_t next);

}  // namespace keyspan::vtgate
