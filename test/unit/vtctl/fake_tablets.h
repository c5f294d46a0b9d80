#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "topo/names.h"
#include "vtctl/tablet_control.h"

namespace keyspan::vtctl {

// A tablet whose MySQL is a number: how many transactions of one history it has. `branch` names the
// history; two tablets on different branches have transactions that the other lacks.
struct FakeTablet {
  int transactions = 0;
  std::string branch = "a";
  bool writable = false;
  uint64_t term = 0;
  int mysql_port = 0;
  int source_port = 0;  // 0: no replication
  bool semi_sync_replica = false;
  bool semi_sync_source = false;
  // Its next demotion is forgotten: the tablet restarts, opens its mysqld and takes a transaction.
  bool forgets_demotion = false;
  topo::TabletType type = topo::REPLICA;
  rpc::GetSchemaResponse schema;

  std::string Position() const {
    return transactions == 0 ? "" : branch + ":1-" + std::to_string(transactions);
  }
};

// Tablets that answer from memory. Records the calls that change something, and fails those that a
// test names ("DemotePrimary zone1-0000000001"). Thread-safe.
class FakeDialer : public TabletDialer {
 public:
  using TabletDialer::Dial;
  std::unique_ptr<TabletControl> Dial(const topo::Tablet& tablet,
                                      std::chrono::milliseconds timeout) override;

  FakeTablet& tablet(const std::string& alias) { return tablets_[alias]; }
  void Fail(const std::string& call) { failures_.push_back(call); }
  void Heal() { failures_.clear(); }
  // What happened, without the failures.
  std::vector<std::string> calls() const { return calls_; }
  void ClearCalls() { calls_.clear(); }

 private:
  friend class FakeControl;
  std::mutex mutex_;
  std::map<std::string, FakeTablet> tablets_;
  std::vector<std::string> failures_;
  std::vector<std::string> calls_;
};

}  // namespace keyspan::vtctl
