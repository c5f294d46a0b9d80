#pragma once

#include "vtgate/executor/services.h"
#include "vtgate/executor/statement.h"

namespace keyspan::vtgate {

// Takes `count` consecutive values of a sequence; returns the first.
Awaitable<Result<uint64_t>> TakeFromSequence(const Services& services, const Statement& statement,
                                             const sharding::QualifiedName& sequence,
                                             uint64_t count);
// After an explicit id: nothing below `at_least` is given out afterwards.
Awaitable<Status> BumpSequence(const Services& services, const Statement& statement,
                               const sharding::QualifiedName& sequence, uint64_t at_least);

}  // namespace keyspan::vtgate
