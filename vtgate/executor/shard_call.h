#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/async/event.h"
#include "vtgate/engine/rows/shard_reply.h"
#include "vtgate/executor/statement.h"
#include "vtgate/gateway/gateway.h"
#include "vttablet/client/tablet_client.h"

namespace keyspan::vtgate {

// How a statement runs on a shard.
struct ShardCallOptions {
  // Run inside the session's transaction, opening it on the shard when it is not there yet.
  // Otherwise the statement runs on its own.
  bool in_transaction = false;
  bool binary = false;
  bool schema_change = false;
  // It may change the shard's connection: CALL.
  bool changes_session = false;
  // The statement may change LAST_INSERT_ID(): the shard begins with the session's and tells what
  // it is afterwards.
  bool tells_insert_id = false;
  const Settings* settings = nullptr;  // instead of the session's
  // Names of those that the statement reads.
  const std::vector<std::string>* user_variables = nullptr;
  // It is part of no transaction: what SET TRANSACTION chose is for a later statement.
  bool only_computes = false;
  // The client's SELECT as it is: sql_select_limit counts.
  bool select_limit = false;
};

// The calls of a scatter. Row sources let go of a cancelled call only when what it awaits has
// returned, which may be after the statement gave up; the statement waits here for the last one,
// because calls refer to its session. Keeps the calls' warnings, which outlive them.
class CallGroup {
 public:
  explicit CallGroup(Executor executor) : left_(executor) {}
  // Returns the place of the call among those of the group.
  size_t Enter() {
    ++live_;
    warnings_.emplace_back();
    return warnings_.size() - 1;
  }
  void SetWarnings(size_t place, std::vector<Warning> warnings) {
    warnings_[place] = std::move(warnings);
  }
  // Those of all calls in the order of the shards. `count`: how many the shards have counted.
  WarningList Warnings(uint64_t count) const;
  void Leave(bool lost_transaction) {
    lost_transaction_ |= lost_transaction;
    if (--live_ == 0) left_.NotifyAll();
  }
  Awaitable<void> AwaitEmpty() {
    while (live_ > 0) co_await left_.Wait();
  }
  bool lost_transaction() const { return lost_transaction_; }

 private:
  int live_ = 0;
  bool lost_transaction_ = false;
  std::vector<std::vector<Warning>> warnings_;
  Event left_;
};

// One statement on one shard on behalf of a session: asks the right tablet, joins or opens the
// session's transaction there, and keeps the session's record of it true when the reply ends. Used
// by one coroutine; destroying it before the end cancels the statement on the shard.
class ShardCall : public ShardReply {
 public:
  ShardCall(Gateway& gateway, Session& session, std::shared_ptr<CallGroup> group = nullptr)
      : gateway_(gateway), session_(session), group_(std::move(group)) {
    if (group_ != nullptr) place_ = group_->Enter();
  }
  ~ShardCall() override;
  ShardCall(const ShardCall&) = delete;

  // Sends the statement. `sql` and `params` need to live only until it returns. kUnavailable: the
  // shard has not seen it.
  Awaitable<Status> Start(const KeyspaceInfo& keyspace, const ShardInfo& shard,
                          topo::TabletType type, const ShardCallOptions& options,
                          std::string_view sql, std::string_view params = {});
  // The same without a coroutine: nothing while the tablet is connected to for the first time, and
  // Start() has to wait.
  std::optional<Status> TryStart(const KeyspaceInfo& keyspace, const ShardInfo& shard,
                                 topo::TabletType type, const ShardCallOptions& options,
                                 std::string_view sql, std::string_view params = {});

  // Whole packets.
  Awaitable<Result<std::span<const uint8_t>>> Next() override;
  // Bytes as they come, cut anywhere; the caller may patch them in place.
  Awaitable<Result<std::span<uint8_t>>> NextMutable();
  // The same in steps, see rpc::ClientStream.
  bool Ready() const { return stream_.Ready(); }
  Awaitable<void> Arrival() { return stream_.Arrival(); }
  Result<std::span<uint8_t>> TakeMutable();
  void Cancel() override { stream_.Cancel(); }
  // For Session::cancel_statement.
  void End(Session::Cancel how) {
    how == Session::Cancel::kStop ? stream_.Stop() : stream_.Cancel();
  }
  bool ended() const { return stream_.ended(); }
  // Those of the statement that the tablet sent along, once it has ended.
  std::vector<Warning> Warnings() const;
  // LAST_INSERT_ID() after the statement, where the options asked for it.
  std::optional<uint64_t> InsertId() const;
  // "customer/-80", for messages.
  const std::string& where() const { return where_; }
  // The transaction that the statement was in is gone: the session must give up all of it.
  bool lost_transaction() const { return lost_transaction_; }

 private:
  void OnEnd();

  Gateway& gateway_;
  Session& session_;
  vttablet::ExecuteStream stream_;
  std::shared_ptr<CallGroup> group_;
  size_t place_ = 0;
  ShardTransaction* part_ = nullptr;  // the session's, until the end of the statement
  std::string where_;
  std::string whole_;    // packets put together from several chunks
  std::string partial_;  // the beginning of the next packet
  bool end_seen_ = false;
  bool lost_transaction_ = false;
};

// Replies are chunks of bytes; some statements need only to know how they went.
struct ShardOutcome {
  Status status;  // of the tablet, or what mysqld answered
  uint64_t affected_rows = 0;
  uint64_t last_insert_id = 0;
  WarningList warnings;
  std::string info;
  bool lost_transaction = false;
};

// Runs a statement without rows on a shard to its end.
Awaitable<ShardOutcome> RunToEnd(ShardCall& call);

}  // namespace keyspan::vtgate
