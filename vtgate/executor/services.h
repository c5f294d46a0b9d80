#pragma once

#include <boost/asio/thread_pool.hpp>

#include "topo/server.h"
#include "vtgate/gateway/cluster_tracker.h"
#include "vtgate/gateway/gateway.h"
#include "vtgate/session/session_registry.h"

namespace keyspan::vtgate {

// What the executor of one thread works with. All outlive it.
struct Services {
  Gateway* gateway = nullptr;
  ClusterTracker* tracker = nullptr;
  topo::Server* topo = nullptr;  // blocking: only through `blocking`
  boost::asio::thread_pool* blocking = nullptr;
  SessionRegistry* sessions = nullptr;
  PreparedCount* prepared_statements = nullptr;
};

}  // namespace keyspan::vtgate
