#include <fmt/format.h>

#include "mysql/protocol/result_rewriter.h"
#include "mysql/protocol/wire.h"
#include "vtgate/engine/rows/combine.h"
#include "vtgate/engine/rows/group_aggregate.h"
#include "vtgate/engine/rows/shard_rows.h"
#include "vtgate/engine/rows/transform.h"
#include "vtgate/executor/scatter.h"
#include "vtgate/executor/values.h"
#include "vtgate/session/variables.h"
#include "vtgate/txn/finish.h"

namespace keyspan::vtgate {
namespace {

constexpr uint64_t kNoLimit = UINT64_MAX;

// Where the plan's columns are, once it is known how many the shards return.
struct Layout {
  int visible = 0;
  std::vector<mysql::Field> fields;

  int At(const ColumnPlace& place) const {
    if (place.index < 0) return -1;
    return place.hidden ? visible + place.index : place.index;
  }
  // The weight to compare by, or -1 when the column's own value will do.
  int WeightOf(const ColumnPlace& column, const ColumnPlace& weight, bool if_text) const {
    const mysql::Field& field = fields[At(column)];
    if (if_text &&
        !(mysql::IsStringType(field.type) && field.collation != mysql::kBinaryCollation)) {
      return -1;
    }
    return At(weight);
  }
  std::vector<SortKey> Keys(std::span<const SortPlan> plans) const {
    std::vector<SortKey> keys;
    for (const SortPlan& plan : plans) {
      keys.push_back({At(plan.column), WeightOf(plan.column, plan.weight, plan.weight_if_text),
                      plan.descending});
    }
    return keys;
  }
};

AggregateKind KindOf(AggregateOp op) {
  switch (op) {
    case AggregateOp::kCount:
      return AggregateKind::kCount;
    case AggregateOp::kSum:
      return AggregateKind::kSum;
    case AggregateOp::kMin:
      return AggregateKind::kMin;
    case AggregateOp::kMax:
      return AggregateKind::kMax;
    case AggregateOp::kAvg:
      return AggregateKind::kAvg;
    case AggregateOp::kBitAnd:
      return AggregateKind::kBitAnd;
    case AggregateOp::kBitOr:
      return AggregateKind::kBitOr;
    case AggregateOp::kBitXor:
      return AggregateKind::kBitXor;
    case AggregateOp::kFirst:
      break;
  }
  return AggregateKind::kAnyValue;
}

// The stages that a MergePlan asks for need the number of columns, which is known when the shards
// have answered. This source opens its input first and then builds the stages above it.
class MergePipeline : public RowSource {
 public:
  MergePipeline(std::vector<std::unique_ptr<RowSource>> shards, const MergePlan& plan,
                uint64_t limit, uint64_t offset, OnFailure on_failure)
      : shards_(std::move(shards)),
        plan_(plan),
        limit_(limit),
        offset_(offset),
        on_failure_(on_failure) {}

  Awaitable<Status> Open() override {
    // One shard tells the number of columns; its Open is idempotent for the stages above because
    // they see it through Opened.
    Status opened = co_await shards_[0]->Open();
    if (!opened.ok()) {
      if (on_failure_ == OnFailure::kDrainOthers) co_await DropOthers();
      co_return opened;
    }
    Layout layout{static_cast<int>(shards_[0]->columns().size()) - plan_.hidden_columns,
                  shards_[0]->columns().fields};
    shards_[0] = std::make_unique<Opened>(std::move(shards_[0]));
    if (layout.visible <= 0) co_return InternalError("fewer columns than the plan hides");
    Build(layout);
    co_return co_await top_->Open();
  }
  Awaitable<Result<bool>> Next(RowBatch& batch) override { return top_->Next(batch); }
  void Cancel() override {
    if (top_ != nullptr) {
      top_->Cancel();
      return;
    }
    for (auto& shard : shards_) shard->Cancel();
  }
  const Columns& columns() const override { return top_->columns(); }
  RowFormat format() const override { return top_->format(); }
  ReplySummary summary() const override { return top_->summary(); }
  // After a failure above the shards' replies, such as a column that cannot be compared here.
  Awaitable<void> GiveUp() {
    if (concat_ != nullptr) co_await concat_->GiveUp();
    if (merge_ != nullptr) co_await merge_->GiveUp();
  }

 private:
  // A source that is open already.
  class Opened : public RowFilter {
   public:
    using RowFilter::RowFilter;
    Awaitable<Status> Open() override { co_return Status::Ok(); }
    Awaitable<Result<bool>> Next(RowBatch& batch) override { return input().Next(batch); }
  };

  Awaitable<void> DropOthers() {
    shards_.erase(shards_.begin());
    if (shards_.empty()) co_return;
    top_ = std::make_unique<Concat>(std::move(shards_), on_failure_);
    Status status = co_await top_->Open();
    RowBatch batch;
    while (status.ok()) {
      auto more = co_await top_->Next(batch);
      if (!more.ok() || !*more) break;
    }
  }

  void Build(const Layout& layout) {
    std::vector<SortKey> merge_keys = layout.Keys(plan_.merge_order);
    if (merge_keys.empty()) {
      auto concat = std::make_unique<Concat>(std::move(shards_), on_failure_);
      concat_ = concat.get();
      top_ = std::move(concat);
    } else {
      auto merge = std::make_unique<MergeSort>(std::move(shards_), merge_keys, on_failure_);
      merge_ = merge.get();
      top_ = std::move(merge);
    }
    if (plan_.aggregate) {
      std::vector<SortKey> group_keys(merge_keys.begin(), merge_keys.begin() + plan_.group_keys);
      std::vector<Aggregate> aggregates;
      for (const AggregatePlan& plan : plan_.aggregates) {
        aggregates.push_back({KindOf(plan.op), layout.At(plan.column),
                              layout.WeightOf(plan.column, plan.weight, plan.weight_if_text),
                              layout.At(plan.avg_sum), layout.At(plan.avg_count)});
      }
      top_ = std::make_unique<GroupAggregate>(std::move(top_), std::move(group_keys),
                                              std::move(aggregates));
    }
    if (plan_.distinct) top_ = std::make_unique<Distinct>(std::move(top_), merge_keys);
    if (!plan_.final_order.empty()) {
      top_ = std::make_unique<InMemorySort>(std::move(top_), layout.Keys(plan_.final_order),
                                            RowLimits());
    }
    if (limit_ != kNoLimit || offset_ > 0)
      top_ = std::make_unique<Limit>(std::move(top_), offset_, limit_);
    if (plan_.hidden_columns > 0) {
      top_ = std::make_unique<Truncate>(std::move(top_), layout.visible);
    }
  }

  std::vector<std::unique_ptr<RowSource>> shards_;
  const MergePlan& plan_;
  uint64_t limit_;
  uint64_t offset_;
  OnFailure on_failure_;
  std::unique_ptr<RowSource> top_;
  Concat* concat_ = nullptr;  // what reads the shards: one of these, beneath top_
  MergeSort* merge_ = nullptr;
};

// Sends `source` to the client as a result set.
Awaitable<Status> SendRows(Statement& statement, RowSource& source, const CallGroup& calls) {
  mysql::ServerConnection& client = statement.client;
  Session& session = statement.session;
  RowBatch batch;
  const Columns& columns = source.columns();
  // Nothing is sent before the first batch is there: a shard's error then reaches the client as the
  // only answer.
  CO_ASSIGN_OR_RETURN(bool more, co_await source.Next(batch));
  std::string count;
  mysql::AppendLenenc(&count, columns.size());
  client.out().AppendPacket(count, client.sequence());
  for (const std::string& definition : columns.definitions) {
    client.out().AppendPacket(definition, client.sequence());
  }
  const bool eof_form = (session.capabilities & mysql::kClientDeprecateEof) == 0;
  if (eof_form) mysql::AppendEof({0, session.status()}, client.sequence(), &client.out());
  uint64_t rows = 0;
  while (more) {
    for (std::string_view row : batch) client.out().AppendPacket(row, client.sequence());
    rows += batch.size();
    if (client.WantsFlush()) CO_RETURN_IF_ERROR(co_await client.Flush());
    CO_ASSIGN_OR_RETURN(more, co_await source.Next(batch));
  }
  session.transaction.use().result_sent = true;
  mysql::OkPacket ok = session.MakeOk(/*ends_rows=*/true);
  if (statement.more_follow) ok.status |= mysql::kStatusMoreResults;
  session.warnings = calls.Warnings(source.summary().warnings);
  ok.warnings = session.warnings.packet_count();
  if (eof_form) {
    mysql::AppendEof({ok.warnings, ok.status}, client.sequence(), &client.out());
  } else {
    mysql::EncodeOk(ok, session.capabilities, 0xfe, client.out().BeginPacket());
    client.out().EndPacket(client.sequence());
  }
  session.row_count = -1;
  session.found_rows = rows;
  co_return Status::Ok();
}

}  // namespace

Awaitable<Status> ScatterSelect(Gateway& gateway, Statement& statement,
                                const Destinations& destinations) {
  Session& session = statement.session;
  const MergePlan& plan = statement.plan->routed.merge;
  uint64_t limit = SelectLimit(session);
  uint64_t offset = 0;
  if (plan.limit) {
    CO_ASSIGN_OR_RETURN(limit, EvaluateCount(plan.limit->count, statement));
    if (plan.limit->offset) {
      CO_ASSIGN_OR_RETURN(offset, EvaluateCount(*plan.limit->offset, statement));
    }
  }
  ShardCallOptions options;
  options.in_transaction =
      session.transaction.open() && destinations.type == topo::TabletType::PRIMARY;
  options.binary = statement.binary;
  options.user_variables = &statement.plan->user_variables;
  // Without LIMIT of its own the statement gets sql_select_limit's. So do the shards', unless each
  // of them tells only parts of groups, or the order comes after what they do.
  options.select_limit = !plan.limit && !plan.aggregate && plan.final_order.empty();
  std::string sql;
  std::string params;
  if (statement.binary && PlaceholdersInOrder(plan.sql, statement.plan->parameter_count)) {
    CO_ASSIGN_OR_RETURN(sql, RenderKeepingPlaceholders(plan.sql, statement));
    params = statement.parameter_block;
  } else {
    // Two marks for one parameter are two parameters to MySQL: an expression with one is then no
    // longer what GROUP BY and DISTINCT name.
    const bool compares_text = plan.group_keys > 0 || plan.distinct;
    ShardText text(statement, compares_text ? KeepParameters::kNotLiteral : KeepParameters::kAll);
    CO_RETURN_IF_ERROR(text.Append(plan.sql));
    params = text.Params();
    sql = text.TakeSql();
  }

  auto group = std::make_shared<CallGroup>(gateway.executor());
  Status status;
  {
    std::vector<std::unique_ptr<RowSource>> shards;
    std::vector<ShardCall*> calls;
    for (size_t i = 0; i < destinations.shards.size() && status.ok(); ++i) {
      auto call = std::make_unique<ShardCall>(gateway, session, group);
      status = co_await call->Start(*destinations.keyspace, destinations.shard(i),
                                    destinations.type, options, sql, params);
      calls.push_back(call.get());
      shards.push_back(std::make_unique<ShardRows>(
          std::move(call), statement.binary ? RowFormat::kBinary : RowFormat::kText));
    }
    if (status.ok()) {
      MergePipeline pipeline(
          std::move(shards), plan, limit, offset,
          options.in_transaction ? OnFailure::kDrainOthers : OnFailure::kCancelOthers);
      session.cancel_statement = [&pipeline, &calls](Session::Cancel how) {
        if (how == Session::Cancel::kAbandon) return pipeline.Cancel();
        for (ShardCall* call : calls) call->End(how);
      };
      status = co_await pipeline.Open();
      if (status.ok()) status = co_await SendRows(statement, pipeline, *group);
      // Unless the client has gone: nobody goes on with the transaction then.
      const bool goes_on = status.code() != StatusCode::kUnavailable &&
                           status.code() != StatusCode::kDeadlineExceeded &&
                           status.code() != StatusCode::kCancelled;
      if (!status.ok() && goes_on) co_await pipeline.GiveUp();
      session.cancel_statement = nullptr;
    }
  }
  co_await group->AwaitEmpty();
  if (group->lost_transaction()) co_await RollbackTransaction(session);
  co_return status;
}

}  // namespace keyspan::vtgate
