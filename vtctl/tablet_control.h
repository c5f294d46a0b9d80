#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/status.h"
#include "rpc/tablet_messages.pb.h"
#include "topo/records.pb.h"

namespace keyspan::vtctl {

// The control calls to one tablet. A failure names the tablet. Used by one thread at a time.
class TabletControl {
 public:
  virtual ~TabletControl() = default;

  virtual Status Ping() = 0;
  virtual Result<rpc::FullStatus> GetFullStatus() = 0;
  virtual Result<rpc::ExecuteFetchResponse> ExecuteFetch(
      const rpc::ExecuteFetchRequest& request) = 0;
  virtual Result<rpc::GetSchemaResponse> GetSchema() = 0;
  virtual Status ReloadSchema(const std::string& wait_position) = 0;
  virtual Status RefreshState() = 0;
  virtual Status ChangeType(topo::TabletType type) = 0;
  virtual Status SetReadOnly(bool read_only) = 0;

  // The steps of a reparent; rpc/tablet_messages.proto says what each does.
  virtual Result<std::string> InitPrimary(const rpc::InitPrimaryRequest& request) = 0;
  virtual Status InitReplica(const rpc::InitReplicaRequest& request) = 0;
  virtual Status StopReplication() = 0;
  virtual Status StartReplication(bool semi_sync) = 0;
  virtual Result<std::string> PromoteReplica(const rpc::PromoteReplicaRequest& request) = 0;
  virtual Result<std::string> DemotePrimary(std::chrono::milliseconds timeout) = 0;
  virtual Result<std::string> Position() = 0;
  virtual Status WaitForPosition(const std::string& position,
                                 std::chrono::milliseconds timeout) = 0;
};

// Makes TabletControls. Thread-safe. Tests give one that answers from a script.
class TabletDialer {
 public:
  virtual ~TabletDialer() = default;
  // Does not connect yet: the first call does. Calls that wait (a position, a demotion) get their
  // own timeout on top of `timeout`.
  virtual std::unique_ptr<TabletControl> Dial(const topo::Tablet& tablet,
                                              std::chrono::milliseconds timeout) = 0;
  std::unique_ptr<TabletControl> Dial(const topo::Tablet& tablet) {
    return Dial(tablet, default_timeout);
  }

  std::chrono::milliseconds default_timeout{15000};
};

std::unique_ptr<TabletDialer> NewRpcTabletDialer();

// Runs `call` for every tablet, many at a time, and returns what each said, in order.
std::vector<Status> ForEachTablet(
    TabletDialer& dialer, const std::vector<topo::Tablet>& tablets,
    const std::function<Status(size_t index, const topo::Tablet&, TabletControl&)>& call);

// OK, or the first failure with the number of the others.
Status Combine(const std::vector<Status>& statuses);

}  // namespace keyspan::vtctl
