#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "mysql/protocol/ok_packet.h"
#include "test/vttablet/mysqld_process.h"
#include "topo/memory/memory_store.h"
#include "topo/server.h"
#include "vttablet/client/blocking_tablet_client.h"
#include "vttablet/client/tablet_client.h"
#include "vttablet/server/tablet.h"

namespace keyspan::testing {

using Rows = std::vector<std::vector<std::string>>;

// What came back for one statement.
struct Reply {
  Status status;  // of the tablet
  Status error;   // mysqld's ERR
  Rows rows;      // text cells; NULL is "NULL"
  mysql::OkPacket ok;
  rpc::StreamEnd end;

  bool good() const { return status.ok() && error.ok(); }
  std::string Describe() const { return status.ToString() + " / " + error.ToString(); }
};

// One thread of a gateway: a channel to one tablet, driven by the test's thread.
class Gateway {
 public:
  Gateway(uint16_t port, rpc::Target target);
  ~Gateway();

  Reply Execute(const std::string& sql, rpc::ExecuteRequest request = {},
                const vttablet::SessionSettings* settings = nullptr,
                const std::string& params = {});
  uint64_t Begin();
  Reply In(uint64_t transaction_id, const std::string& sql);
  Status Commit(uint64_t transaction_id);
  Status Rollback(uint64_t transaction_id);
  Status Release(uint64_t reserved_id);

  // Runs the coroutine on this gateway's io_context until it ends.
  void Run(std::function<Awaitable<void>()> body);
  void RunFor(std::chrono::milliseconds time);
  vttablet::TabletClient& client() { return *client_; }
  Executor executor() { return context_.get_executor(); }
  const rpc::Target& target() const { return target_; }
  // For changes of the target that the test makes on purpose.
  rpc::Target& mutable_target() { return target_; }
  Awaitable<Reply> ReadReply(vttablet::ExecuteStream& stream);

 private:
  boost::asio::io_context context_{1};
  std::shared_ptr<vttablet::TabletClient> client_;
  rpc::Target target_;
};

// A topology with cell zone1, keyspace ks and shard 0, and tablets on real mysqlds.
class Shard {
 public:
  explicit Shard(const std::string& durability = "none");
  ~Shard();

  struct Member {
    std::string alias;
    topo::Tablet record;
    MysqldProcess* mysqld = nullptr;
    std::unique_ptr<vttablet::Tablet> tablet;
    vttablet::TabletOptions options;

    std::unique_ptr<vttablet::BlockingTabletClient> Control() {
      return std::make_unique<vttablet::BlockingTabletClient>("127.0.0.1", tablet->rpc_port());
    }
    // A new process, as far as the tablet is concerned.
    void Restart();
  };
  using Change = std::function<void(vttablet::TabletOptions&)>;
  Member& Add(uint32_t uid, MysqldProcess& mysqld, const Change& change = {});
  // As vtctl InitShardPrimary does it.
  void InitPrimary(Member& member, bool semi_sync = false);
  std::unique_ptr<Gateway> Connect(Member& member, rpc::TabletType type = rpc::PRIMARY);
  topo::Server& topo() { return *server_; }
  uint64_t term() const { return term_; }

 private:
  std::unique_ptr<topo::MemoryStore> store_;
  std::unique_ptr<topo::Server> server_;
  std::vector<std::unique_ptr<Member>> members_;
  uint64_t term_ = 0;
};

// One primary on one mysqld, which all tests of the process share.
class TabletTest : public ::testing::Test {
 protected:
  // `change` alters the tablet's options.
  void StartTablet(const Shard::Change& change = {});
  Gateway& gateway() { return *gateway_; }
  std::unique_ptr<Gateway> NewGateway() { return shard_->Connect(*primary_); }
  // Runs it and expects success.
  Rows Must(const std::string& sql);
  static MysqldProcess& Mysqld();
  // Polls until it holds, for at most 20 s.
  static void Eventually(const std::function<bool()>& condition, const std::string& what);

  std::unique_ptr<Shard> shard_;
  Shard::Member* primary_ = nullptr;
  std::unique_ptr<Gateway> gateway_;
};

}  // namespace keyspan::testing
