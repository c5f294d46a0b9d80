#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>

#include "common/async/spawn.h"
#include "vtgate/executor/scatter.h"
#include "vtgate/txn/finish.h"

namespace keyspan::vtgate {
namespace {

struct Lane {
  Lane(Gateway& gateway, Session& session) : call(gateway, session) {}
  ShardCall call;
  ShardOutcome outcome;
};

// Shared with the coroutines of the lanes, so that it lives until the last one has ended.
struct Progress {
  explicit Progress(Executor executor) : changed(executor) {}
  std::vector<std::unique_ptr<Lane>> lanes;
  size_t running = 0;
  Event changed;
};

Awaitable<void> RunLane(std::shared_ptr<Progress> progress, Lane* lane) {
  lane->outcome = co_await RunToEnd(lane->call);
  --progress->running;
  progress->changed.NotifyAll();
}

}  // namespace

Awaitable<ShardOutcome> ScatterWrite(Gateway& gateway, Statement& statement,
                                     const KeyspaceInfo& keyspace, std::vector<ShardWork> work,
                                     bool in_transaction, bool schema_change) {
  Session& session = statement.session;
  ShardCallOptions options;
  options.in_transaction = in_transaction;
  options.schema_change = schema_change;
  options.user_variables = &statement.plan->user_variables;
  auto progress = std::make_shared<Progress>(gateway.executor());
  for (const ShardWork& item : work) {
    progress->lanes.push_back(std::make_unique<Lane>(gateway, session));
    Lane* lane = progress->lanes.back().get();
    options.binary = item.binary;
    Status started =
        co_await lane->call.Start(keyspace, keyspace.shards[item.shard], topo::TabletType::PRIMARY,
                                  options, item.sql, item.params);
    if (!started.ok()) {
      lane->outcome.status = std::move(started);
      lane->outcome.lost_transaction = lane->call.lost_transaction();
      continue;
    }
    ++progress->running;
    Spawn("scatter write", gateway.executor(),
          [progress, lane] { return RunLane(progress, lane); });
  }
  session.cancel_statement = [progress = progress.get()](Session::Cancel how) {
    for (auto& lane : progress->lanes) lane->call.End(how);
  };
  while (progress->running > 0) co_await progress->changed.Wait();
  session.cancel_statement = nullptr;

  ShardOutcome total;
  WriteInfo info;
  for (size_t i = 0; i < work.size(); ++i) {
    ShardOutcome& outcome = progress->lanes[i]->outcome;
    if (total.status.ok()) total.status = outcome.status;
    total.affected_rows += outcome.affected_rows;
    if (total.last_insert_id == 0) total.last_insert_id = outcome.last_insert_id;
    total.warnings.AddShard(outcome.warnings.kept(), outcome.warnings.count());
    if (work[i].row && work.size() > 1) {
      info.AddRow(*work[i].row, outcome.affected_rows);
    } else {
      info.Add(outcome.info);
    }
    total.lost_transaction |= outcome.lost_transaction;
  }
  total.info = info.text(total.warnings.count());
  co_return total;
}

}  // namespace keyspan::vtgate
