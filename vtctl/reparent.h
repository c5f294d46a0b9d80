#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "topo/server.h"
#include "vtctl/tablet_control.h"

namespace keyspan::vtctl {

struct ReparentOptions {
  // Absent: chosen among the healthy replicas.
  std::optional<topo::TabletAlias> new_primary;
  std::optional<topo::TabletAlias> avoid_primary;
  // Fails unless this is the primary now.
  std::optional<topo::TabletAlias> expected_primary;
  // For demotion, and again for replicas to catch up.
  std::chrono::milliseconds wait_replicas_timeout{15000};
};

// Gives one shard a primary. Made for one change; holds the shard's lock during it, and checks that
// it still has it before each step that two must not do.
//
// Every change takes a new term, which is compared and set in the shard record: of two that change
// the same shard, one fails. What a failure leaves behind is finished by running the same again.
class Reparent {
 public:
  Reparent(topo::Server& topo, TabletDialer& tablets, std::ostream& progress,
           topo::KeyspaceShard shard);

  // Makes `primary` the first primary of a fresh shard: creates the keyspace's database there,
  // points all other tablets at it and waits until they have what it has. With `force` also when
  // the shard record names this tablet already, to finish an earlier run. Every tablet of the shard
  // must be reachable, and none may have transactions that the primary lacks.
  Status Init(const topo::TabletAlias& primary, bool force,
              std::chrono::milliseconds wait_replicas_timeout);

  // Makes another tablet the primary while all are healthy: lets it catch up, closes the old one,
  // waits for its last position, switches. If the new one does not catch up, the old one is opened
  // again. On a shard without a primary it does what Init does. When the wanted tablet is the
  // primary already, it opens it, should an earlier run have been cut short.
  Status Planned(const ReparentOptions& options);

  // The primary after a successful call.
  const topo::TabletAlias& primary() const { return primary_; }

 private:
  struct Member {
    topo::Tablet tablet;
    rpc::FullStatus status;
  };

  // Takes the lock and reads the records and every tablet's state.
  Status Begin(const std::string& action);
  Status ReadMembers();
  Result<size_t> Find(const topo::TabletAlias& alias) const;
  Result<size_t> Choose(const ReparentOptions& options) const;
  // That enough other tablets may acknowledge the commits of members_[primary].
  Status CheckAcknowledgers(size_t primary) const;
  // That members_[primary] has every transaction that the others have.
  Status CheckNoErrantTransactions(size_t primary);
  Result<bool> IsSubset(size_t asked, const std::string& subset, const std::string& set);
  Status CheckReplicates(const Member& replica, const topo::Tablet& source) const;

  Status InitLocked(size_t primary, std::chrono::milliseconds timeout);
  Status Switch(size_t from, size_t to, std::chrono::milliseconds timeout);
  Status FinishInterrupted(size_t primary, std::chrono::milliseconds timeout);
  // Opens the demoted primary again, in a new term.
  Status Reopen(size_t primary, Status why);
  // Points every other tablet at it and waits until they have `position`.
  Status FollowPrimary(size_t primary, const std::string& position,
                       std::chrono::milliseconds timeout);

  bool semi_sync() const { return topo::RequiredAcks(policy_) > 0; }
  std::string Name(size_t member) const;
  std::string ShardName() const { return shard_.keyspace + "/" + shard_.shard; }
  TabletDialer& dialer() { return tablets_; }

  topo::Server& topo_;
  TabletDialer& tablets_;
  std::ostream& progress_;
  const topo::KeyspaceShard shard_;

  std::unique_ptr<topo::HeldLock> lock_;
  std::string policy_;
  topo::Shard record_;
  std::vector<Member> members_;
  topo::TabletAlias primary_;
};

}  // namespace keyspan::vtctl
