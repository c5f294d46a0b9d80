#include "vttablet/query/tablet_state.h"

#include <fmt/format.h>

namespace keyspan::vttablet {

Status CheckTarget(const TabletState& state, const rpc::Target& target, bool in_transaction) {
  if (target.keyspace() != state.keyspace || target.shard() != state.shard ||
      target.tablet_type() != state.type) {
    return Status(
        StatusCode::kFailedPrecondition,
        fmt::format("tablet {} is {} of {}/{}, not {} of {}/{}", state.alias,
                    rpc::TabletType_Name(state.type), state.keyspace, state.shard,
                    rpc::TabletType_Name(target.tablet_type()), target.keyspace(), target.shard()));
  }
  if (state.type == rpc::PRIMARY && target.primary_term() != 0 &&
      target.primary_term() != state.primary_term) {
    return Status(
        StatusCode::kFailedPrecondition,
        fmt::format("tablet {} is the primary of {}/{} in term {}, not {}", state.alias,
                    state.keyspace, state.shard, state.primary_term, target.primary_term()));
  }
  if (!state.serving && !(in_transaction && state.draining)) {
    return Unavailable(fmt::format("tablet {} ({}/{} {}) is not serving: {}", state.alias,
                                   state.keyspace, state.shard, rpc::TabletType_Name(state.type),
                                   state.reason));
  }
  return Status();
}

}  // namespace keyspan::vttablet
