#pragma once

#include <functional>
#include <string>

#include "vtgate/executor/services.h"

namespace keyspan::vtgate {

using VSchemaEdit =
    std::function<Result<sharding::KeyspaceVSchema::Ptr>(const sharding::KeyspaceVSchema& current)>;

// Changes the VSchema of a keyspace in the topology, starting over when another was quicker, and
// returns when every thread of this gateway plans with the new one. `edit` may run several times,
// on a thread of its own. An edit that returns null changes nothing. Pass a named VSchemaEdit: GCC
// 12 destroys a temporary made from a lambda inside co_await twice.
Awaitable<Status> EditVSchema(const Services& services, std::string keyspace, VSchemaEdit edit);

}  // namespace keyspan::vtgate
