#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

namespace keyspan::vtgate {

// A transaction that waits for row locks or holds some: a client's, over all shards, or something
// on one shard that no gateway has named.
struct LockParty {
  uint64_t gateway_id = 0;     // 0: not named
  uint32_t connection_id = 0;  // of the client; not named: which tablet
  uint64_t begun_ns = 0;       // not named: the connection to mysqld

  bool named() const { return gateway_id != 0; }
  auto operator<=>(const LockParty&) const = default;
};

// The waiter goes on only when none of its blockers is left.
struct LockWait {
  LockParty waiter;
  LockParty blocker;
  std::string lock_id;  // tells this wait from an earlier one of the same parties

  auto operator<=>(const LockWait&) const = default;
};

// The waits that are in both: they have lasted from the end of the first look to the beginning of
// the second one, all of them at once.
std::vector<LockWait> StandingWaits(std::vector<LockWait> first, std::vector<LockWait> second);

// The transactions that must end so that no cycle of waits is left: of each cycle the youngest that
// is named. The same for the same waits in any order, so that gateways which look at them each for
// itself agree.
std::vector<LockParty> ChooseVictims(const std::vector<LockWait>& waits);

}  // namespace keyspan::vtgate
