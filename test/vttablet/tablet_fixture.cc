#include "test/vttablet/tablet_fixture.h"

#include <thread>
#include <utility>

#include "common/async/spawn.h"
#include "mysql/protocol/result_reader.h"
#include "mysql/protocol/row.h"
#include "topo/names.h"

namespace keyspan::testing {
namespace {

using vttablet::ExecuteStream;

// Lets several owners of a store share one.
class SharedStore : public topo::Store {
 public:
  explicit SharedStore(topo::Store* store) : store_(store) {}
  Result<topo::Node> Get(const std::string& path, topo::WatchFn watch) override {
    return store_->Get(path, std::move(watch));
  }
  Result<std::vector<std::string>> List(const std::string& path, topo::WatchFn watch) override {
    return store_->List(path, std::move(watch));
  }
  Status Create(const std::string& path, const std::string& value) override {
    return store_->Create(path, value);
  }
  Result<topo::Version> Set(const std::string& path, const std::string& value,
                            topo::Version expected) override {
    return store_->Set(path, value, expected);
  }
  Status Delete(const std::string& path, topo::Version expected) override {
    return store_->Delete(path, expected);
  }
  Result<std::unique_ptr<topo::Ephemeral>> CreateEphemeral(const std::string& path,
                                                           const std::string& value) override {
    return store_->CreateEphemeral(path, value);
  }
  Result<std::unique_ptr<topo::HeldLock>> AcquireLock(const std::string& path,
                                                      const std::string& info,
                                                      std::chrono::milliseconds wait) override {
    return store_->AcquireLock(path, info, wait);
  }
  bool Connected() const override { return store_->Connected(); }

 private:
  topo::Store* const store_;
};

std::span<const uint8_t> AsBytes(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

}  // namespace

// --- Gateway ---

Gateway::Gateway(uint16_t port, rpc::Target target) : target_(std::move(target)) {
  vttablet::TabletClientOptions options;
  options.channel.name = "test gateway";
  // The io_context runs only inside calls, so pings are not answered in between.
  options.channel.keep_alive = std::chrono::minutes(10);
  client_ = vttablet::TabletClient::Create(context_.get_executor(), "127.0.0.1", port, options);
}

Gateway::~Gateway() {
  client_->Close();
  context_.restart();
  context_.run();
}

void Gateway::Run(std::function<Awaitable<void>()> body) {
  bool done = false;
  auto wrapped = [&body, &done]() -> Awaitable<void> {
    co_await body();
    done = true;
  };
  Spawn("test", context_.get_executor(), wrapped);
  context_.restart();
  while (!done && context_.run_one() > 0) {
  }
  EXPECT_TRUE(done);
}

void Gateway::RunFor(std::chrono::milliseconds time) {
  context_.restart();
  context_.run_for(time);
}

Awaitable<Reply> Gateway::ReadReply(ExecuteStream& stream) {
  Reply reply;
  mysql::ResultReader reader;
  std::vector<std::optional<std::string_view>> cells;
  while (!stream.ended()) {
    auto chunk = co_await stream.Next();
    if (!chunk.ok()) {
      reply.status = std::move(chunk).status();
      break;
    }
    if (chunk->empty()) continue;
    reader.Append({reinterpret_cast<const char*>(chunk->data()), chunk->size()});
    using Item = mysql::ResultReader::Item;
    for (Item item = reader.Next(); item != Item::kNeedMore && item != Item::kEnd;
         item = reader.Next()) {
      if (item == Item::kRow) {
        mysql::Row row;
        std::vector<std::string> texts;
        Status split = mysql::SplitTextRow(reader.row(), reader.columns().size(), &cells);
        if (split.ok()) {
          for (const auto& cell : cells) texts.emplace_back(cell ? std::string(*cell) : "NULL");
        } else {
          EXPECT_TRUE(mysql::DecodeBinaryRow(reader.row(), reader.columns(), &row).ok());
          for (const auto& value : row) texts.push_back(value.ToText());
        }
        reply.rows.push_back(std::move(texts));
      } else if (item == Item::kResultEnd) {
        reply.ok = reader.ok();
      } else if (item == Item::kError || item == Item::kMalformed) {
        reply.error = reader.error();
        break;
      }
    }
  }
  reply.end = stream.end();
  co_return reply;
}

Reply Gateway::Execute(const std::string& sql, rpc::ExecuteRequest request,
                       const vttablet::SessionSettings* settings, const std::string& params) {
  Reply reply;
  *request.mutable_target() = target_;
  Run([&]() -> Awaitable<void> {
    ExecuteStream stream;
    Status started = co_await stream.Start(*client_, request, settings, sql, AsBytes(params));
    if (!started.ok()) {
      reply.status = std::move(started);
      co_return;
    }
    reply = co_await ReadReply(stream);
  });
  return reply;
}

uint64_t Gateway::Begin() {
  rpc::ExecuteRequest request;
  request.set_begin(true);
  const Reply reply = Execute("", request);
  EXPECT_TRUE(reply.good()) << reply.Describe();
  return reply.end.transaction_id();
}

Reply Gateway::In(uint64_t transaction_id, const std::string& sql) {
  rpc::ExecuteRequest request;
  request.set_transaction_id(transaction_id);
  return Execute(sql, request);
}

Status Gateway::Commit(uint64_t transaction_id) {
  rpc::CommitRequest request;
  *request.mutable_target() = target_;
  request.set_transaction_id(transaction_id);
  Status status;
  Run([&]() -> Awaitable<void> { status = co_await client_->Commit(request); });
  return status;
}

Status Gateway::Rollback(uint64_t transaction_id) {
  rpc::RollbackRequest request;
  *request.mutable_target() = target_;
  request.set_transaction_id(transaction_id);
  Status status;
  Run([&]() -> Awaitable<void> { status = co_await client_->Rollback(request); });
  return status;
}

Status Gateway::Release(uint64_t reserved_id) {
  rpc::ReleaseRequest request;
  request.set_reserved_id(reserved_id);
  Status status;
  Run([&]() -> Awaitable<void> { status = co_await client_->Release(request); });
  return status;
}

// --- Shard ---

Shard::Shard(const std::string& durability) : store_(topo::MemoryStore::New()) {
  server_ = std::make_unique<topo::Server>(store_.get(), "/keyspan");
  EXPECT_TRUE(server_->CreateCell("zone1", {}).ok());
  topo::Keyspace keyspace;
  keyspace.set_durability_policy(durability);
  EXPECT_TRUE(server_->CreateKeyspace("ks", keyspace).ok());
  EXPECT_TRUE(server_->CreateShard("ks", "0").ok());
}

Shard::~Shard() { members_.clear(); }

void Shard::Member::Restart() {
  tablet.reset();
  tablet = std::make_unique<vttablet::Tablet>(options);
  const Status status = tablet->Start();
  EXPECT_TRUE(status.ok()) << status.ToString();
}

Shard::Member& Shard::Add(uint32_t uid, MysqldProcess& mysqld, const Change& change) {
  auto member = std::make_unique<Member>();
  vttablet::TabletOptions& options = member->options;
  topo::Tablet& record = options.record;
  record.mutable_alias()->set_cell("zone1");
  record.mutable_alias()->set_uid(uid);
  record.set_keyspace("ks");
  record.set_shard("0");
  record.set_type(topo::REPLICA);
  record.set_hostname("127.0.0.1");
  record.set_mysql_port(mysqld.port());
  options.open_store = [this]() -> Result<std::unique_ptr<topo::Store>> {
    return std::unique_ptr<topo::Store>(std::make_unique<SharedStore>(store_.get()));
  };
  options.mysql.unix_socket = mysqld.socket();
  options.mysql.login.user = "vt_app";
  options.mysql.login.secure_transport = true;
  options.health_interval = std::chrono::milliseconds(200);
  if (change) change(options);
  member->alias = topo::AliasToString(record.alias());
  member->record = record;
  member->mysqld = &mysqld;
  member->Restart();
  members_.push_back(std::move(member));
  return *members_.back();
}

void Shard::InitPrimary(Member& member, bool semi_sync) {
  auto control = member.Control();
  rpc::InitPrimaryRequest request;
  request.set_primary_term(term_ + 1);
  request.set_semi_sync(semi_sync);
  const auto response = control->InitPrimary(request);
  ASSERT_TRUE(response.ok()) << response.status().ToString();
  const auto record =
      server_->SetShardPrimary("ks", "0", member.record.alias(), static_cast<int64_t>(term_));
  ASSERT_TRUE(record.ok()) << record.status().ToString();
  term_ = static_cast<uint64_t>(record->primary_term());
}

std::unique_ptr<Gateway> Shard::Connect(Member& member, rpc::TabletType type) {
  rpc::Target target;
  target.set_keyspace("ks");
  target.set_shard("0");
  target.set_tablet_type(type);
  if (type == rpc::PRIMARY) target.set_primary_term(term_);
  return std::make_unique<Gateway>(member.tablet->rpc_port(), target);
}

// --- TabletTest ---

MysqldProcess& TabletTest::Mysqld() {
  // One setting is not as it should be, see ControlTest.TellsItsStatus.
  static MysqldProcess mysqld(100, {"--binlog-row-image=MINIMAL"});
  return mysqld;
}

void TabletTest::StartTablet(const Shard::Change& change) {
  gateway_.reset();
  shard_ = std::make_unique<Shard>();
  primary_ = &shard_->Add(100, Mysqld(), change);
  shard_->InitPrimary(*primary_);
  gateway_ = NewGateway();
}

Rows TabletTest::Must(const std::string& sql) {
  const Reply reply = gateway_->Execute(sql);
  EXPECT_TRUE(reply.good()) << sql << ": " << reply.Describe();
  return reply.rows;
}

void TabletTest::Eventually(const std::function<bool()>& condition, const std::string& what) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    ASSERT_LT(std::chrono::steady_clock::now(), until) << what;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace keyspan::testing
