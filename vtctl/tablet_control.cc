#include "vtctl/tablet_control.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

#include "topo/names.h"
#include "vttablet/client/blocking_tablet_client.h"

namespace keyspan::vtctl {
namespace {

constexpr size_t kMaxParallelCalls = 32;

class RpcTabletControl : public TabletControl {
 public:
  RpcTabletControl(const topo::Tablet& tablet, std::chrono::milliseconds timeout)
      : name_(fmt::format("tablet {} ({}:{})", topo::AliasToString(tablet.alias()),
                          tablet.hostname(), tablet.rpc_port())),
        host_(tablet.hostname()),
        port_(static_cast<uint16_t>(tablet.rpc_port())),
        timeout_(timeout),
        client_(host_, port_, timeout) {}

  Status Ping() override { return Named(client_.Ping()); }
  Result<rpc::FullStatus> GetFullStatus() override { return Named(client_.GetFullStatus()); }
  Result<rpc::ExecuteFetchResponse> ExecuteFetch(const rpc::ExecuteFetchRequest& request) override {
    return Named(client_.ExecuteFetch(request));
  }
  Result<rpc::GetSchemaResponse> GetSchema() override { return Named(client_.GetSchema()); }
  Status ReloadSchema(const std::string& wait_position) override {
    return Named(client_.ReloadSchema(wait_position)).status();
  }
  Status RefreshState() override { return Named(client_.RefreshState()); }
  Status ChangeType(topo::TabletType type) override {
    // The two enumerations have the same names, not the same numbers.
    rpc::TabletType wanted = rpc::UNKNOWN;
    if (!rpc::TabletType_Parse(topo::TabletType_Name(type), &wanted)) {
      return Unsupported(fmt::format("tablet type {}", topo::TabletTypeName(type)));
    }
    return Named(client_.ChangeType(wanted));
  }
  Status SetReadOnly(bool read_only) override { return Named(client_.SetReadOnly(read_only)); }

  Result<std::string> InitPrimary(const rpc::InitPrimaryRequest& request) override {
    auto response = Named(client_.InitPrimary(request));
    if (!response.ok()) return std::move(response).status();
    return std::move(*response->mutable_position());
  }
  Status InitReplica(const rpc::InitReplicaRequest& request) override {
    return Named(client_.InitReplica(request));
  }
  Status StopReplication() override { return Named(client_.StopReplication()); }
  Status StartReplication(bool semi_sync) override {
    return Named(client_.StartReplication(semi_sync));
  }
  Result<std::string> PromoteReplica(const rpc::PromoteReplicaRequest& request) override {
    auto client = Waiting(std::chrono::milliseconds(request.timeout_ms()));
    auto response = Named(client->PromoteReplica(request));
    if (!response.ok()) return std::move(response).status();
    return std::move(*response->mutable_position());
  }
  Result<std::string> DemotePrimary(std::chrono::milliseconds timeout) override {
    auto response = Named(Waiting(timeout)->DemotePrimary(timeout));
    if (!response.ok()) return std::move(response).status();
    return std::move(*response->mutable_position());
  }
  Result<std::string> Position() override { return Named(client_.ReplicationPosition()); }
  Status WaitForPosition(const std::string& position, std::chrono::milliseconds timeout) override {
    return Named(Waiting(timeout)->WaitForPosition(position, timeout));
  }

 private:
  Status Named(Status status) const { return std::move(status).WithPrefix(name_); }
  template <typename T>
  Result<T> Named(Result<T> result) const {
    if (!result.ok()) return std::move(result).status().WithPrefix(name_);
    return result;
  }
  // A client for a call that may last `extra` longer than others.
  std::unique_ptr<vttablet::BlockingTabletClient> Waiting(std::chrono::milliseconds extra) const {
    return std::make_unique<vttablet::BlockingTabletClient>(host_, port_, timeout_ + extra);
  }

  const std::string name_;
  const std::string host_;
  const uint16_t port_;
  const std::chrono::milliseconds timeout_;
  vttablet::BlockingTabletClient client_;
};

class RpcTabletDialer : public TabletDialer {
 public:
  std::unique_ptr<TabletControl> Dial(const topo::Tablet& tablet,
                                      std::chrono::milliseconds timeout) override {
    return std::make_unique<RpcTabletControl>(tablet, timeout);
  }
};

}  // namespace

std::unique_ptr<TabletDialer> NewRpcTabletDialer() { return std::make_unique<RpcTabletDialer>(); }

std::vector<Status> ForEachTablet(
    TabletDialer& dialer, const std::vector<topo::Tablet>& tablets,
    const std::function<Status(size_t, const topo::Tablet&, TabletControl&)>& call) {
  std::vector<Status> statuses(tablets.size());
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i = next++; i < tablets.size(); i = next++) {
      const auto control = dialer.Dial(tablets[i]);
      statuses[i] = call(i, tablets[i], *control);
    }
  };
  std::vector<std::thread> threads;
  for (size_t i = 0; i < std::min(tablets.size(), kMaxParallelCalls); ++i) {
    threads.emplace_back(work);
  }
  for (std::thread& thread : threads) thread.join();
  return statuses;
}

Status Combine(const std::vector<Status>& statuses) {
  const auto failed = [](const Status& status) { return !status.ok(); };
  const auto first = std::find_if(statuses.begin(), statuses.end(), failed);
  if (first == statuses.end()) return Status::Ok();
  const auto count = std::count_if(statuses.begin(), statuses.end(), failed);
  if (count == 1) return *first;
  return Status(*first).WithPrefix(
      fmt::format("{} of {} tablets failed, the first of them", count, statuses.size()));
}

}  // namespace keyspan::vtctl
