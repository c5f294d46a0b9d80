#include "test/unit/vtctl/fake_tablets.h"

#include <algorithm>

namespace keyspan::vtctl {

class FakeControl : public TabletControl {
 public:
  FakeControl(FakeDialer* dialer, std::string alias)
      : dialer_(dialer), alias_(std::move(alias)), me_(dialer->tablets_[alias_]) {}

  Status Ping() override { return Enter("Ping", /*record=*/false); }

  Result<rpc::FullStatus> GetFullStatus() override {
    RETURN_IF_ERROR(Enter("GetFullStatus", /*record=*/false));
    rpc::FullStatus status;
    status.set_mysql_reachable(true);
    status.set_read_only(!me_.writable);
    status.set_super_read_only(!me_.writable);
    status.set_gtid_executed(me_.Position());
    status.set_semi_sync_source_enabled(me_.semi_sync_source);
    status.mutable_health()->set_serving(true);
    status.mutable_health()->set_tablet_alias(alias_);
    status.mutable_health()->mutable_target()->set_primary_term(me_.term);
    auto* replication = status.mutable_replication();
    replication->set_configured(me_.source_port != 0);
    replication->set_io_running(me_.source_port != 0);
    replication->set_sql_running(me_.source_port != 0);
    replication->set_source_port(static_cast<uint32_t>(me_.source_port));
    return status;
  }

  Result<rpc::ExecuteFetchResponse> ExecuteFetch(const rpc::ExecuteFetchRequest& request) override {
    rpc::ExecuteFetchResponse response;
    const std::string& sql = request.sql();
    if (sql.starts_with("SELECT GTID_SUBSET(")) {
      // GTID_SUBSET('a:1-3', 'b:1-4')
      const auto quote = [&](int n) {
        size_t at = 0;
        for (int i = 0; i < n; ++i) at = sql.find('\'', at) + 1;
        return sql.substr(at, sql.find('\'', at) - at);
      };
      const std::string subset = quote(1), set = quote(3);
      const bool same_branch = !set.empty() && subset.substr(0, 1) == set.substr(0, 1);
      const auto count = [](const std::string& s) { return std::stoi(s.substr(s.find('-') + 1)); };
      auto* row = response.add_rows();
      row->add_values(same_branch && count(subset) <= count(set) ? "1" : "0");
      row->add_nulls(false);
      response.add_columns("subset");
      return response;
    }
    RETURN_IF_ERROR(Enter("ExecuteFetch", /*record=*/true, " " + sql));
    ++me_.transactions;
    return response;
  }

  Result<rpc::GetSchemaResponse> GetSchema() override { return me_.schema; }
  Status ReloadSchema(const std::string&) override { return Enter("ReloadSchema", false); }
  Status RefreshState() override { return Enter("RefreshState", false); }
  Status ChangeType(topo::TabletType type) override {
    RETURN_IF_ERROR(Enter("ChangeType"));
    me_.type = type;
    return Status::Ok();
  }
  Status SetReadOnly(bool read_only) override {
    RETURN_IF_ERROR(Enter("SetReadOnly"));
    me_.writable = !read_only;
    return Status::Ok();
  }

  Result<std::string> InitPrimary(const rpc::InitPrimaryRequest& request) override {
    RETURN_IF_ERROR(Enter("InitPrimary"));
    me_.term = request.primary_term();
    me_.writable = true;
    me_.semi_sync_source = request.semi_sync();
    me_.transactions += 2;
    return me_.Position();
  }
  Status InitReplica(const rpc::InitReplicaRequest& request) override {
    RETURN_IF_ERROR(Enter("InitReplica"));
    const std::lock_guard lock(dialer_->mutex_);
    me_.source_port = static_cast<int>(request.source_port());
    me_.term = request.primary_term();
    me_.writable = false;
    me_.semi_sync_replica = request.semi_sync();
    return Status::Ok();
  }
  Status StopReplication() override { return Enter("StopReplication"); }
  Status StartReplication(bool) override { return Enter("StartReplication"); }
  Result<std::string> PromoteReplica(const rpc::PromoteReplicaRequest& request) override {
    RETURN_IF_ERROR(Enter("PromoteReplica"));
    me_.source_port = 0;
    me_.writable = true;
    me_.semi_sync_source = request.semi_sync();
    me_.term = request.primary_term();
    return me_.Position();
  }
  Result<std::string> DemotePrimary(std::chrono::milliseconds) override {
    RETURN_IF_ERROR(Enter("DemotePrimary"));
    me_.writable = std::exchange(me_.forgets_demotion, false);
    const std::string position = me_.Position();
    if (me_.writable) ++me_.transactions;
    return position;
  }
  Result<std::string> Position() override { return me_.Position(); }

  // Catches up at once, if it replicates.
  Status WaitForPosition(const std::string& position, std::chrono::milliseconds) override {
    RETURN_IF_ERROR(Enter("WaitForPosition", /*record=*/false));
    const std::lock_guard lock(dialer_->mutex_);
    for (const auto& [alias, tablet] : dialer_->tablets_) {
      if (tablet.mysql_port == me_.source_port && tablet.Position() == position) {
        me_.transactions = tablet.transactions;
        me_.branch = tablet.branch;
      }
    }
    return me_.Position() == position
               ? Status::Ok()
               : Status(StatusCode::kDeadlineExceeded, alias_ + " did not reach " + position);
  }

 private:
  Status Enter(const std::string& call, bool record = true, const std::string& more = "") {
    const std::lock_guard lock(dialer_->mutex_);
    const std::string text = call + " " + alias_;
    const auto& failures = dialer_->failures_;
    if (std::find(failures.begin(), failures.end(), text) != failures.end()) {
      return Unavailable(text + " failed");
    }
    if (record) dialer_->calls_.push_back(text + more);
    return Status::Ok();
  }

  FakeDialer* const dialer_;
  const std::string alias_;
  FakeTablet& me_;
};

std::unique_ptr<TabletControl> FakeDialer::Dial(const topo::Tablet& tablet,
                                                std::chrono::milliseconds) {
  const std::lock_guard lock(mutex_);
  return std::make_unique<FakeControl>(this, topo::AliasToString(tablet.alias()));
}

}  // namespace keyspan::vtctl
