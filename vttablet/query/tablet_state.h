#pragma once

#include <memory>
#include <string>

#include "common/status.h"
#include "rpc/tablet_messages.pb.h"

namespace keyspan::vttablet {

// What a tablet is at one moment. Immutable; the control thread makes a new one for every change
// and posts it to the threads that serve.
struct TabletState {
  std::string alias;
  std::string keyspace;
  std::string shard;
  std::string database;
  rpc::TabletType type = rpc::UNKNOWN;
  uint64_t primary_term = 0;
  bool serving = false;
  // While not serving: transactions that are open may still be finished.
  bool draining = false;
  std::string reason;  // why it does not serve
  // Rises with each change of the tables; 0: not known yet.
  uint64_t schema_version = 0;
};
using TabletStatePtr = std::shared_ptr<const TabletState>;

// OK when the tablet is what the request believes and serves. Otherwise kFailedPrecondition (the
// sender must look for another tablet) or kUnavailable (not serving now); nothing was done in
// either case.
Status CheckTarget(const TabletState& state, const rpc::Target& target, bool in_transaction);

}  // namespace keyspan::vttablet
