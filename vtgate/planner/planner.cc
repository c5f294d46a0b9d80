#include "vtgate/planner/planner.h"

#include <algorithm>
#include <utility>

#include "mysql/types/collation.h"
#include "parser/printer.h"
#include "parser/walker.h"
#include "vtgate/planner/description.h"
#include "vtgate/planner/dml_planner.h"
#include "vtgate/planner/insert_planner.h"
#include "vtgate/planner/locality.h"
#include "vtgate/planner/merge_planner.h"
#include "vtgate/planner/routing.h"
#include "vtgate/planner/session_holes.h"
#include "vtgate/planner/shard_dependent.h"
#include "vtgate/planner/statement_time.h"
#include "vtgate/planner/value_source.h"
#include "vtgate/semantics/plan_error.h"
#include "vtgate/semantics/semantics.h"

namespace keyspan::vtgate {
namespace {

using namespace parser;  // NOLINT: this file names most statements of the tree

class PlanBuilder {
 public:
  PlanBuilder(std::unique_ptr<ParsedStatement> statement, const PlanContext& context)
      : statement_(std::move(statement)), context_(context) {
    print_.sql_mode = context.sql_mode;
    print_.charset = context.charset;
  }

  std::shared_ptr<const Plan> Build() {
    plan_->parameter_count = statement_->placeholder_count();
    if (!BuildFromTree()) BuildRouted();
    plan_->description = DescribePlan(*plan_);
    return std::move(plan_);
  }

 private:
  // The kinds that the executor runs from the tree. False for the others.
  bool BuildFromTree() {
    const Statement* root = statement_->root();
    if (Is<CreateTable>(root) && Cast<CreateTable>(root)->temporary) {
      FailUnsupported(
          "not supported yet: CREATE TEMPORARY TABLE, which needs a connection of its "
          "own");
    }
    const auto* other = As<OtherStatement>(root);
    if (other != nullptr && other->other == OtherKind::kLockTables) {
      FailUnsupported("not supported yet: LOCK TABLES, which needs a connection of its own");
    }
    auto kind = TreeKind(root);
    if (!kind.has_value()) return false;
    plan_->kind = *kind;
    if (*kind == PlanKind::kDdl) RefuseSessionUse(root, context_);
    if (root != nullptr) plan_->user_variables = UserVariablesOf(root);
    plan_->statement = std::move(statement_);
    return true;
  }

  static std::optional<PlanKind> TreeKind(const Statement* root) {
    if (root == nullptr) return PlanKind::kOther;
    switch (root->kind) {
      case NodeKind::kTransaction:
        return PlanKind::kTransaction;
      case NodeKind::kSet:
        return PlanKind::kSet;
      case NodeKind::kUse:
        return PlanKind::kUse;
      case NodeKind::kShow:
        return PlanKind::kShow;
      case NodeKind::kExplain:
        return PlanKind::kExplain;
      case NodeKind::kCreateTable:
      case NodeKind::kAlterTable:
      case NodeKind::kCreateIndex:
      case NodeKind::kDropIndex:
      case NodeKind::kDropTable:
      case NodeKind::kRenameTable:
      case NodeKind::kTruncateTable:
      case NodeKind::kDatabaseStatement:
      case NodeKind::kCreateView:
        return PlanKind::kDdl;
      case NodeKind::kInsert:
      case NodeKind::kUpdate:
      case NodeKind::kDelete:
      case NodeKind::kLoadData:
      case NodeKind::kCall:
      case NodeKind::kDo:
      case NodeKind::kHandler:
        return std::nullopt;
      default:
        return IsQuery(root) ? std::nullopt : std::optional(PlanKind::kOther);
    }
  }

  void BuildRouted() {
    plan_->kind = PlanKind::kRouted;
    CheckBeforeHoles();
    if (const auto* select = As<Select>(statement_->root()); select != nullptr) {
      if (BuildNextValue(*select)) return;
    }
    if (auto* table = As<TableQuery>(statement_->root())) SelectFromTable(table);
    bool qualified = QualifySystemTables();
    session_ = PunchSessionHoles(statement_.get(), context_);
    plan_->user_variables = session_.user_variables;
    plan_->system_variables = session_.system_variables;
    NoteCollatedParameters();
    Statement* root = statement_->root();
    RoutedPlan& routed = plan_->routed;
    routed.is_query = IsQuery(root);
    routed.is_dml = Is<Insert>(root) || Is<Update>(root) || Is<Delete>(root) || Is<LoadData>(root);
    NoteSelectTraits(root);
    routed.tells_insert_id = session_.last_insert_id_set || MayGenerateId(root);
    routed.changes_session = Is<Call>(root);
    const bool fill_in = context_.parameters_in_text && plan_->parameter_count > 0;
    if (session_.holes || qualified || fill_in) routed.sql = PrintTemplate(root, print_);
    if (context_.by_destination) {
      routed.route.opcode = RouteOpcode::kByDestination;
      routed.route.keyspace = context_.keyspace;
      routed.multi_shard = InternalError("the statement is for one shard");
    } else if (auto* insert = As<Insert>(root)) {
      BuildInsert(insert);
    } else if (Is<LoadData>(root) || Is<Call>(root) || Is<Handler>(root)) {
      BuildUnshardedOnly(root);
    } else {
      BuildByTables(root);
    }
  }

  // Whether mysqld may fill an AUTO_INCREMENT column.
  bool MayGenerateId(const Statement* root) const {
    if (Is<LoadData>(root) || Is<Call>(root)) return true;
    const auto* insert = As<Insert>(root);
    if (insert == nullptr) return false;
    const std::string_view schema = insert->table->schema.text;
    const KeyspaceInfo* keyspace =
        context_.cluster->FindKeyspace(schema.empty() ? context_.keyspace : schema);
    const TableInfo* table =
        keyspace == nullptr ? nullptr : keyspace->FindTableInfo(insert->table->name.text);
    if (table == nullptr || table->view) return true;
    return std::any_of(table->columns.begin(), table->columns.end(),
                       [](const TableColumn& column) { return column.auto_increment; });
  }

  void NoteCollatedParameters() {
    if (plan_->parameter_count == 0) return;
    if (context_.parameters_in_text) return ConvertCollatedParameters();
    Walk(static_cast<const Node*>(statement_->root()), [&](const Node* node) {
      const auto* collate = As<parser::CollateExpr>(node);
      if (collate == nullptr) return Visit::kContinue;
      Walk(static_cast<const Node*>(collate), [&](const Node* below) {
        const auto* mark = As<parser::Placeholder>(below);
        if (mark != nullptr) plan_->collated_parameters.push_back(mark->ordinal);
        return Visit::kContinue;
      });
      return Visit::kSkip;
    });
  }

  // A parameter takes the character set of the collation that it stands under; a literal in its
  // place has one already, and is converted.
  void ConvertCollatedParameters() {
    Walk(static_cast<Node*>(statement_->root()), [&](Node* node) {
      auto* collate = As<parser::CollateExpr>(node);
      const auto* mark = collate == nullptr ? nullptr : As<parser::Placeholder>(collate->operand);
      const mysql::Collation* collation =
          mark == nullptr ? nullptr : mysql::FindCollation(collate->collation.text);
      if (collation == nullptr) return Visit::kContinue;
      auto* convert = statement_->arena().New<parser::ConvertUsing>();
      convert->operand = collate->operand;
      convert->charset.text = collation->charset;
      collate->operand = convert;
      if (!collation->charset.starts_with("utf8")) {
        plan_->collated_parameters.push_back(mark->ordinal);
      }
      return Visit::kSkip;
    });
  }

  void CheckBeforeHoles() {
    const auto* load = As<LoadData>(statement_->root());
    if (load != nullptr && load->local) FailUnsupported("not supported yet: LOAD DATA LOCAL");
    if (!Is<LoadData>(statement_->root()) && !Is<Call>(statement_->root())) return;
    Walk(static_cast<const Node*>(statement_->root()), [](const Node* node) {
      if (Is<UserVariable>(node)) {
        FailUnsupported("not supported yet: user variables in CALL and LOAD DATA");
      }
      return Visit::kContinue;
    });
  }

  // TABLE t is SELECT * FROM t.
  void SelectFromTable(TableQuery* query) {
    Arena& arena = statement_->arena();
    auto* item = arena.New<SelectItem>();
    item->expr = arena.New<Star>();
    auto* factor = arena.New<TableFactor>();
    factor->table = query->table;
    auto* select = arena.New<Select>();
    select->with = query->with;
    select->order_by = query->order_by;
    select->limit = query->limit;
    select->into = query->into;
    select->locking = query->locking;
    select->items = MakeList<SelectItem*>(arena, std::vector<SelectItem*>{item});
    select->from = MakeList<TableRef*>(arena, std::vector<TableRef*>{factor});
    statement_->set_root(select);
  }

  // After USE information_schema the statement still runs on a connection to a keyspace.
  bool QualifySystemTables() {
    if (!IsSystemSchema(context_.keyspace)) return false;
    std::vector<std::string_view> common_tables;
    Node* root = statement_->root();
    Walk(root, [&](Node* node) {
      if (const auto* table = As<CommonTable>(node)) common_tables.push_back(table->name.text);
      return Visit::kContinue;
    });
    bool changed = false;
    Walk(root, [&](Node* node) {
      auto* factor = As<TableFactor>(node);
      if (factor == nullptr || !factor->table->schema.empty()) return Visit::kContinue;
      if (std::find(common_tables.begin(), common_tables.end(), factor->table->name.text) !=
          common_tables.end()) {
        return Visit::kContinue;
      }
      factor->table->schema.text = statement_->arena().CopyString(context_.keyspace);
      changed = true;
      return Visit::kContinue;
    });
    return changed;
  }

  void NoteSelectTraits(const Statement* root) {
    bool from_tables = false;
    bool for_update = false;
    bool calls = false;
    Walk(static_cast<const Node*>(root), [&](const Node* node) {
      const auto* select = As<Select>(node);
      if (select != nullptr && (select->flags & kSelectCalcFoundRows) != 0) {
        plan_->routed.calc_found_rows = true;
      }
      if (const auto* locking = As<LockingClause>(node); locking != nullptr) {
        plan_->routed.locking_read = true;
        for_update |= locking->strength == LockStrength::kUpdate;
      }
      from_tables |= select != nullptr && !select->from.empty();
      calls |= Is<FunctionCall>(node) && Cast<FunctionCall>(node)->form == CallForm::kGeneric;
      return Visit::kContinue;
    });
    RoutedPlan& routed = plan_->routed;
    routed.reads = from_tables && !for_update;
    routed.writes = routed.is_dml || (from_tables && for_update);
    routed.only_computes = (Is<Select>(root) || Is<parser::Do>(root)) && !from_tables && !calls;
  }

  // SELECT NEXT n VALUES FROM sequence, SELECT NEXT VALUE FROM sequence. To the parser the second
  // is a column `NEXT` with an alias, which a sequence table does not have.
  bool BuildNextValue(const Select& select) {
    const auto* factor = select.from.size() == 1 ? As<TableFactor>(select.from[0]) : nullptr;
    ValueSource one;
    one.constant = sharding::RoutingValue::Int(1);
    std::optional<ValueSource> count = one;
    bool one_value = IsNextValue(select);
    if (select.next_values != nullptr) {
      count = ConstantOf(select.next_values);
    } else if (!one_value) {
      return false;
    }
    if (factor == nullptr || !count.has_value()) {
      if (one_value) return false;
      FailUnsupported("not supported: SELECT NEXT VALUES in this form");
    }
    Semantics semantics(*context_.cluster, context_.keyspace);
    TableUse use = semantics.ResolveTable(*factor->table);
    if (use.table == nullptr || use.table->kind != sharding::Table::Kind::kSequence) {
      if (one_value) return false;
      Fail(Status::Mysql(1347, "HY000", "'" + use.name + "' is not a sequence"));
    }
    plan_->kind = PlanKind::kNextValue;
    plan_->next_value = Plan::NextValue{{use.keyspace->name, use.name}, *count};
    return true;
  }

  static bool IsNextValue(const Select& select) {
    const auto* column = select.items.size() == 1 ? As<ColumnRef>(select.items[0]->expr) : nullptr;
    return column != nullptr && column->table.empty() && !column->column.quoted &&
           EqualsIgnoreCase(column->column.text, "next") &&
           EqualsIgnoreCase(select.items[0]->alias.text, "value");
  }

  void BuildByTables(Statement* root) {
    Semantics semantics(*context_.cluster, context_.keyspace);
    semantics.Analyze(root);
    Locality locality(semantics);
    int block = semantics.BlockOf(root);
    Routing routing = PlanRouting(semantics, locality, block, context_);
    if (const auto* update = As<Update>(root)) CheckUpdate(*update, semantics, locality, &routing);
    if (const auto* del = As<Delete>(root)) CheckDelete(*del, semantics, &routing);
    AdoptRouting(std::move(routing), semantics, locality);
  }

  void AdoptRouting(Routing routing, const Semantics& semantics, const Locality& locality) {
    RoutedPlan& routed = plan_->routed;
    routed.route = std::move(routing.route);
    routed.multi_shard = std::move(routing.multi_shard);
    if (!routed.multi_shard.ok()) return;
    if (session_.last_insert_id_set) {
      routed.multi_shard = MultiShardUnsupported("LAST_INSERT_ID(expression)");
      return;
    }
    Statement* root = statement_->root();
    auto* select = As<Select>(root);
    if (select == nullptr) {
      try {
        RefuseShardDependent(root);
        routed.merge.sql = PrintForShards(root, semantics.tables(), print_);
      } catch (PlanError& error) {
        routed.multi_shard = std::move(error.status);
      }
      return;
    }
    try {
      RefuseShardDependent(root);
      routed.merge = PlanMerge({select, semantics.BlockOf(select), routing.anchor, semantics,
                                locality, &statement_->arena(), print_});
    } catch (PlanError& error) {
      routed.multi_shard = std::move(error.status);
    }
  }

  // What runs where a table or procedure of an unsharded keyspace is.
  void BuildUnshardedOnly(const Statement* root) {
    std::string name;
    std::string_view what = StatementKindName(*root);
    Semantics semantics(*context_.cluster, context_.keyspace);
    const KeyspaceInfo* keyspace = nullptr;
    if (const auto* call = As<Call>(root)) {
      std::string schema(call->procedure->schema.empty() ? std::string_view(context_.keyspace)
                                                         : call->procedure->schema.text);
      if (schema.empty()) Fail(Status::Mysql(1046, "3D000", "No database selected"));
      keyspace = context_.cluster->FindKeyspace(schema);
      if (keyspace == nullptr) {
        Fail(Status::Mysql(1049, "42000", "Unknown database '" + schema + "'"));
      }
    } else if (const auto* load = As<LoadData>(root)) {
      keyspace = semantics.ResolveTable(*load->table).keyspace;
    } else {
      FailUnsupported("not supported yet: HANDLER, which needs a connection of its own");
    }
    if (keyspace == nullptr || keyspace->sharded) {
      FailUnsupported("not supported yet: " + std::string(what) + " in a sharded keyspace");
    }
    plan_->routed.route.opcode = RouteOpcode::kUnsharded;
    plan_->routed.route.keyspace = keyspace->name;
    plan_->routed.multi_shard = InternalError("the statement is for one shard");
  }

  void BuildInsert(Insert* insert) {
    auto* values = As<ValuesQuery>(insert->query);
    if (values != nullptr && values->order_by.empty() && values->limit == nullptr &&
        values->with == nullptr) {
      insert->rows = values->rows;
      insert->query = nullptr;
    }
    Semantics semantics(*context_.cluster, context_.keyspace);
    semantics.Analyze(insert);
    const TableUse& target = semantics.tables()[0];
    CheckWritable(target);
    if (target.kind == TableUse::Kind::kSharded) {
      CheckUpsert(*insert, target);
      if (insert->query != nullptr) {
        BuildInsertSelect(insert, target);
      } else {
        plan_->kind = PlanKind::kInsert;
        // Ids come from the sequence.
        plan_->routed.tells_insert_id = session_.last_insert_id_set;
        plan_->insert = PlanInsertRows(insert, target, *context_.cluster->vschema, context_.strict,
                                       print_, &statement_->arena());
        if (context_.parameters_in_text) plan_->insert->text_forwardable = false;
      }
      return;
    }
    Locality locality(semantics);
    Routing routing = PlanRouting(semantics, locality, -1, context_);
    AdoptRouting(std::move(routing), semantics, locality);
  }

  void BuildInsertSelect(Insert* insert, const TableUse& target) {
    Semantics semantics(*context_.cluster, context_.keyspace);
    semantics.Analyze(insert->query);
    Locality locality(semantics);
    Routing routing = PlanRouting(semantics, locality, semantics.BlockOf(insert->query), context_);
    for (const TableUse& use : semantics.tables()) {
      if (use.keyspace != nullptr && use.keyspace != target.keyspace) {
        FailUnsupported("not supported yet: INSERT ... SELECT from another keyspace");
      }
    }
    CheckInsertSelect(*insert, target, semantics, locality, routing);
    AdoptRouting(std::move(routing), semantics, locality);
  }

  std::unique_ptr<ParsedStatement> statement_;
  const PlanContext& context_;
  PrintOptions print_;
  SessionUse session_;
  std::shared_ptr<Plan> plan_ = std::make_shared<Plan>();
};

}  // namespace

Result<std::shared_ptr<const Plan>> BuildPlan(std::unique_ptr<parser::ParsedStatement> statement,
                                              const PlanContext& context) {
  try {
    return PlanBuilder(std::move(statement), context).Build();
  } catch (PlanError& error) {
    return std::move(error.status);
  }
}

}  // namespace keyspan::vtgate
