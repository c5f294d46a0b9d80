#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "topo/store.h"

namespace keyspan::topo {

struct ZkOptions {
  std::string servers;  // host:port[,host:port...]
  // What is asked for; the server may decide otherwise (2 to 20 of its ticks).
  std::chrono::milliseconds session_timeout{10000};
  // How long a call tries again over lost connections before it fails with kUnavailable.
  std::chrono::milliseconds operation_timeout{15000};
  // How long OpenZkStore waits for the first connection.
  std::chrono::milliseconds connect_timeout{10000};
};

// A Store on ZooKeeper. It survives lost connections and lost sessions: after an expired session it
// opens a new one, creates its ephemeral nodes again and fires every armed watch. Locks of the old
// session are lost (HeldLock::Check fails).
//
// kUnavailable when no server answers within connect_timeout.
Result<std::unique_ptr<Store>> OpenZkStore(const ZkOptions& options);

// The id of the current session, for tests that expire it; 0 when there is none. Requires a store
// of OpenZkStore.
struct ZkSessionId {
  int64_t id = 0;
  std::string password;
};
ZkSessionId CurrentSession(Store* store);
// Opens the session a second time and closes it, which ends it on the server: the way to force an
// expiry in a test.
Status ExpireSession(const std::string& servers, const ZkSessionId& session);

}  // namespace keyspan::topo
