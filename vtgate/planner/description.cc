#include "vtgate/planner/description.h"

#include <fmt/format.h>

namespace keyspan::vtgate {
namespace {

using parser::SqlTemplate;

class PlanDescriber {
 public:
  explicit PlanDescriber(const Plan& plan) : plan_(plan) {}

  std::string Run() {
    switch (plan_.kind) {
      case PlanKind::kRouted:
        Routed(plan_.routed);
        break;
      case PlanKind::kInsert:
        Insert(*plan_.insert);
        break;
      case PlanKind::kNextValue:
        Line(0, fmt::format("NextValue {}.{} count {}", plan_.next_value->sequence.keyspace,
                            plan_.next_value->sequence.table, Value(plan_.next_value->count)));
        break;
      case PlanKind::kTransaction:
        Line(0, "Transaction");
        break;
      case PlanKind::kSet:
        Line(0, "Set");
        break;
      case PlanKind::kUse:
        Line(0, "Use");
        break;
      case PlanKind::kShow:
        Line(0, "Show");
        break;
      case PlanKind::kDdl:
        Line(0, "Ddl");
        break;
      case PlanKind::kExplain:
        Line(0, "Explain");
        break;
      case PlanKind::kOther:
        Line(0, "Other");
        break;
    }
    return std::move(out_);
  }

 private:
  void Line(int depth, const std::string& text) {
    out_.append(static_cast<size_t>(depth) * 2, ' ');
    out_ += text;
    out_ += '\n';
  }

  std::string HoleName(uint32_t id) const {
    if (id >= kHoleSystemVariableBase) {
      return "<@@" + plan_.system_variables[id - kHoleSystemVariableBase] + ">";
    }
    if (id >= kHoleUserVariableBase) {
      return "<@" + plan_.user_variables[id - kHoleUserVariableBase] + ">";
    }
    switch (id) {
      case kHoleLastInsertId:
        return "<last_insert_id>";
      case kHoleDatabase:
        return "<database>";
      case kHoleConnectionId:
        return "<connection_id>";
      case kHoleUser:
        return "<user>";
      case kHoleCurrentUser:
        return "<current_user>";
      case kHoleFoundRows:
        return "<found_rows>";
      case kHoleRowCount:
        return "<row_count>";
      case kHoleVersion:
        return "<version>";
      case kHoleGeneratedId:
        return "<generated id>";
      case kHoleStatementTime:
        return "<now>";
      case kHoleLimitSum:
        return "<offset + count>";
      default:
        return fmt::format("<hole {}>", id);
    }
  }

  std::string Sql(const SqlTemplate& sql) const {
    std::string text = sql.texts.empty() ? "" : sql.texts[0];
    for (size_t i = 0; i < sql.holes.size(); ++i) {
      switch (sql.holes[i].kind) {
        case SqlTemplate::HoleKind::kLiteral:
          text += fmt::format(":{}", sql.holes[i].index);
          break;
        case SqlTemplate::HoleKind::kPlaceholder:
          text += fmt::format("?{}", sql.holes[i].index);
          break;
        case SqlTemplate::HoleKind::kCustom:
          text += HoleName(sql.holes[i].index);
          break;
      }
      text += sql.texts[i + 1];
    }
    return text;
  }

  std::string Value(const ValueSource& value) const {
    std::string sign = value.negated ? "-" : "";
    switch (value.kind) {
      case ValueSource::Kind::kLiteral:
        return sign + fmt::format(":{}", value.index);
      case ValueSource::Kind::kParameter:
        return sign + fmt::format("?{}", value.index);
      case ValueSource::Kind::kHole:
        return sign + HoleName(value.index);
      case ValueSource::Kind::kConstant:
        return sharding::DebugString(value.constant);
    }
    return "";
  }

  std::string Values(const std::vector<ValueSource>& values) const {
    std::string text;
    for (const ValueSource& value : values) text += (text.empty() ? "" : ", ") + Value(value);
    return text;
  }

  static std::string Column(const ColumnPlace& place) {
    return place.hidden ? fmt::format("h{}", place.index) : fmt::format("{}", place.index + 1);
  }

  static std::string Weight(const ColumnPlace& weight, bool if_text) {
    if (weight.index < 0) return "";
    return fmt::format(" (weight {}{})", Column(weight), if_text ? " if text" : "");
  }

  static std::string Sorts(const std::vector<SortPlan>& sorts) {
    std::string text;
    for (const SortPlan& sort : sorts) {
      text += (text.empty() ? "" : ", ") + Column(sort.column) +
              Weight(sort.weight, sort.weight_if_text) + (sort.descending ? " desc" : "");
    }
    return text;
  }

  static std::string Aggregate(const AggregatePlan& aggregate) {
    std::string column = Column(aggregate.column);
    switch (aggregate.op) {
      case AggregateOp::kFirst:
        return column + " first";
      case AggregateOp::kCount:
        return column + " count";
      case AggregateOp::kSum:
        return column + " sum";
      case AggregateOp::kMin:
        return column + " min" + Weight(aggregate.weight, aggregate.weight_if_text);
      case AggregateOp::kMax:
        return column + " max" + Weight(aggregate.weight, aggregate.weight_if_text);
      case AggregateOp::kAvg:
        return fmt::format("{} avg ({} / {})", column, Column(aggregate.avg_sum),
                           Column(aggregate.avg_count));
      case AggregateOp::kBitAnd:
        return column + " bit and";
      case AggregateOp::kBitOr:
        return column + " bit or";
      case AggregateOp::kBitXor:
        return column + " bit xor";
    }
    return column;
  }

  void Routed(const RoutedPlan& plan) {
    std::string head(RouteOpcodeName(plan.route.opcode));
    if (!plan.route.keyspace.empty()) head += " " + plan.route.keyspace;
    if (plan.route.opcode == RouteOpcode::kPinned) head += " " + plan.route.pinned.ToHex();
    if (plan.is_dml) head += " (write)";
    if (plan.locking_read) head += " (locking)";
    Line(0, head);
    for (const RouteKey& key : plan.route.keys) {
      Line(1, fmt::format("{}{} {} {}", key.is_stored ? "stored " : "", key.vindex->name(),
                          key.is_list ? "in" : "=", Values(key.values)));
    }
    bool several = plan.route.opcode == RouteOpcode::kScatter ||
                   plan.route.opcode == RouteOpcode::kIn ||
                   plan.route.opcode == RouteOpcode::kEqualUnique;
    if (plan.sql.has_value()) Line(1, "one shard: " + Sql(*plan.sql));
    if (!several) return;
    if (!plan.multi_shard.ok()) {
      Line(1, fmt::format("several shards: error {}: {}", plan.multi_shard.mysql_errno(),
                          plan.multi_shard.message()));
      return;
    }
    Line(1, "several shards: " + Sql(plan.merge.sql));
    if (plan.is_query) Merge(plan.merge);
  }

  void Merge(const MergePlan& merge) {
    if (!merge.merge_order.empty()) Line(2, "merge by " + Sorts(merge.merge_order));
    if (merge.aggregate) {
      std::string text = merge.group_keys == 0
                             ? std::string("one group")
                             : fmt::format("groups of the first {}", merge.group_keys);
      for (const AggregatePlan& aggregate : merge.aggregates) text += ", " + Aggregate(aggregate);
      Line(2, "fold " + text);
    }
    if (merge.distinct) Line(2, "distinct");
    if (!merge.final_order.empty()) Line(2, "sort by " + Sorts(merge.final_order));
    if (merge.limit.has_value()) {
      Line(2, "limit " + Value(merge.limit->count) +
                  (merge.limit->offset ? " offset " + Value(*merge.limit->offset) : ""));
    }
    if (merge.hidden_columns > 0) Line(2, fmt::format("drop {} hidden", merge.hidden_columns));
  }

  void Insert(const InsertPlan& plan) {
    Line(0, fmt::format("Insert {}.{} by {}", plan.keyspace, plan.table, plan.vindex->name()));
    if (plan.sequence.has_value()) {
      Line(1, fmt::format("ids from {}.{}", plan.sequence->keyspace, plan.sequence->table));
    }
    Line(1, "prefix: " + Sql(plan.prefix));
    for (const InsertPlan::Row& row : plan.rows) {
      Line(1, "row: " + Sql(row.values) + " at " + Values(row.key));
      if (row.explicit_id.has_value()) Line(2, "id: " + Value(*row.explicit_id));
      if (row.generated_values.has_value()) Line(2, "or: " + Sql(*row.generated_values));
    }
    if (!plan.suffix.texts.empty() && !(Sql(plan.suffix).empty())) {
      Line(1, "suffix: " + Sql(plan.suffix));
    }
    if (!plan.text_forwardable) Line(1, "never forwarded as text");
  }

  const Plan& plan_;
  std::string out_;
};

}  // namespace

std::string DescribePlan(const Plan& plan) { return PlanDescriber(plan).Run(); }

}  // namespace keyspan::vtgate
