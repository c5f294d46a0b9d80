#include "vtgate/planner/insert_planner.h"

#include <fmt/format.h>

#include <algorithm>

#include "parser/walker.h"
#include "vtgate/planner/statement_time.h"
#include "vtgate/planner/value_source.h"
#include "vtgate/semantics/plan_error.h"

namespace keyspan::vtgate {
namespace {

using parser::As;
using parser::Assignment;
using parser::ColumnRef;
using parser::EqualsIgnoreCase;
using parser::Expr;
using parser::Hole;
using parser::Insert;
using parser::SqlTemplate;

// Marks where the rows stand while the text around them is printed.
constexpr uint32_t kRowsMark = 0xFFFFFFFF;

const TableColumn* FindColumn(const TableUse& target, std::string_view name) {
  if (target.info == nullptr) return nullptr;
  int index = target.info->FindColumn(name);
  return index < 0 ? nullptr : &target.info->columns[index];
}

std::optional<sharding::ColumnType> TypeOf(const TableUse& target, std::string_view name) {
  if (const TableColumn* column = FindColumn(target, name)) {
    if (!column->type.ok()) return std::nullopt;
    return *column->type;
  }
  const sharding::ColumnDef* def = target.table->FindColumn(name);
  if (def == nullptr || def->type.empty()) return std::nullopt;
  auto type = sharding::ParseVSchemaColumnType(def->type, def->collation_name,
                                               static_cast<uint32_t>(def->size),
                                               static_cast<uint8_t>(def->scale));
  if (!type.ok()) return std::nullopt;
  return *type;
}

// The highest number that the AUTO_INCREMENT column can hold, as far as its type is known.
uint64_t HighestId(const TableUse& target) {
  auto type = TypeOf(target, target.table->auto_increment->column);
  if (!type.has_value() || !type->IsInteger()) return UINT64_MAX;
  sharding::ColumnValue highest =
      sharding::NormalizeForStorage(sharding::RoutingValue::Uint(UINT64_MAX), *type);
  if (highest.outcome != sharding::ColumnValue::Outcome::kValue) return UINT64_MAX;
  return type->is_unsigned ? highest.value.uint_value
                           : static_cast<uint64_t>(highest.value.int_value);
}

// The columns that an INSERT without a list writes.
std::vector<std::string> AllColumns(const TableUse& target) {
  std::vector<std::string> names;
  if (target.info != nullptr) {
    for (const TableColumn& column : target.info->columns) {
      if (!column.invisible) names.push_back(column.name);
    }
  } else if (target.table->column_list_authoritative) {
    for (const sharding::ColumnDef& column : target.table->columns) {
      if (!column.invisible) names.push_back(column.name);
    }
  } else {
    FailUnsupported("not supported yet: INSERT without a column list into '" + target.name +
                    "', whose columns are not known");
  }
  return names;
}

void Append(const SqlTemplate& part, SqlTemplate* out) {
  if (out->texts.empty()) out->texts.emplace_back();
  out->texts.back() += part.texts.front();
  for (size_t i = 0; i < part.holes.size(); ++i) {
    out->holes.push_back(part.holes[i]);
    out->texts.push_back(part.texts[i + 1]);
  }
}

bool HasSessionHole(const SqlTemplate& sql) {
  return std::any_of(sql.holes.begin(), sql.holes.end(), [](const SqlTemplate::HoleRef& hole) {
    return hole.kind == SqlTemplate::HoleKind::kCustom && hole.index != kHoleStatementTime;
  });
}

class InsertBuilder {
 public:
  InsertBuilder(Insert* insert, const TableUse& target, const sharding::VSchema& vschema,
                bool strict, const parser::PrintOptions& print, parser::Arena* arena)
      : insert_(insert),
        target_(target),
        vschema_(vschema),
        strict_(strict),
        print_(print),
        arena_(arena) {}

  std::unique_ptr<InsertPlan> Build() {
    if (insert_->rows.empty()) FailUnsupported("not supported yet: this form of INSERT");
    plan_->keyspace = target_.keyspace->name;
    plan_->table = target_.name;
    plan_->ignore = insert_->ignore;
    plan_->upsert = !insert_->on_duplicate.empty();
    const sharding::ColumnVindex& primary = target_.table->primary_vindex();
    plan_->vindex = primary.vindex;
    for (const std::string& column : primary.columns) {
      auto type = TypeOf(target_, column);
      if (!type.has_value()) {
        FailUnsupported("not supported yet: INSERT into '" + target_.name +
                        "' while the type of its sharding column '" + column + "' is not known");
      }
      const TableColumn* tracked = FindColumn(target_, column);
      if (tracked != nullptr && tracked->generated) {
        FailUnsupported("not supported yet: generated sharding column '" + column + "'");
      }
      plan_->types.push_back(*type);
    }
    if (target_.table->auto_increment.has_value()) {
      auto sequence = vschema_.FindSequence(*target_.table);
      if (!sequence.ok()) Fail(sequence.status());
      plan_->sequence = sharding::QualifiedName{(*sequence)->keyspace, (*sequence)->name};
      plan_->highest_id = HighestId(target_);
    }
    uses_time_ = UsesStatementTime(insert_, {&target_, 1});
    CollectColumns();
    LocateColumns();
    for (size_t row = 0; row < insert_->rows.size(); ++row) AddRow(row);
    PrintAround();
    return std::move(plan_);
  }

 private:
  void CollectColumns() {
    if (insert_->has_columns || insert_->set_syntax) {
      for (const ColumnRef* column : insert_->columns) {
        columns_.emplace_back(column->column.text);
      }
      listed_ = true;
    } else if (insert_->rows.empty() || !insert_->rows[0]->values.empty()) {
      columns_ = AllColumns(target_);
    }
  }

  void LocateColumns() {
    for (const std::string& column : target_.table->primary_vindex().columns) {
      vindex_positions_.push_back(Find(column));
    }
    if (plan_->sequence.has_value()) {
      const std::string& column = target_.table->auto_increment->column;
      id_position_ = Find(column);
      if (id_position_ < 0) {
        append_id_ = true;
        id_position_ = static_cast<int>(columns_.size());
      }
      for (size_t i = 0; i < vindex_positions_.size(); ++i) {
        if (EqualsIgnoreCase(target_.table->primary_vindex().columns[i], column)) {
          vindex_positions_[i] = id_position_;
        }
      }
    }
    for (size_t i = 0; i < vindex_positions_.size(); ++i) {
      if (vindex_positions_[i] >= 0) continue;
      FailDefault(target_.table->primary_vindex().columns[i]);
    }
  }

  [[noreturn]] void FailDefault(const std::string& column) const {
    const TableColumn* tracked = FindColumn(target_, column);
    const bool refused = strict_ && !insert_->ignore;  // otherwise MySQL stores 0 or ''
    if (refused && tracked != nullptr && !tracked->has_default && !tracked->nullable) {
      Fail(Status::Mysql(1364, "HY000", "Field '" + column + "' doesn't have a default value"));
    }
    FailUnsupported("not supported yet: the default value of sharding column '" + column + "'");
  }

  int Find(std::string_view name) const {
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (EqualsIgnoreCase(columns_[i], name)) return static_cast<int>(i);
    }
    return -1;
  }

  void AddRow(size_t index) {
    const auto& values = insert_->rows[index]->values;
    // VALUES () leaves every column its default, with or without a column list.
    bool all_default = values.empty() && columns_.empty();
    if (!all_default && values.size() != columns_.size()) {
      Fail(Status::Mysql(
          1136, "21S01",
          fmt::format("Column count doesn't match value count at row {}", index + 1)));
    }
    InsertPlan::Row row;
    row.values.texts.emplace_back("(");
    for (size_t i = 0; i < values.size(); ++i) {
      if (i > 0) row.values.texts.back() += ", ";
      if (static_cast<int>(i) == id_position_ && IsGenerated(values[i], &row)) {
        AddIdHole(&row.values);
        plan_->text_forwardable = false;
        continue;
      }
      if (ContainsSubquery(values[i])) {
        FailUnsupported("not supported yet: a subquery in the VALUES of a sharded table");
      }
      SqlTemplate printed = parser::PrintTemplate(values[i], print_);
      if (HasSessionHole(printed)) plan_->text_forwardable = false;
      if (static_cast<int>(i) == id_position_) {
        row.generated_values = row.values;
        AddIdHole(&*row.generated_values);
      } else if (row.generated_values.has_value()) {
        row.generated_values->texts.back() += ", ";
        Append(printed, &*row.generated_values);
      }
      Append(printed, &row.values);
    }
    if (append_id_) {
      if (!values.empty()) row.values.texts.back() += ", ";
      AddIdHole(&row.values);
      plan_->text_forwardable = false;
    }
    row.values.texts.back() += ")";
    if (row.generated_values.has_value()) row.generated_values->texts.back() += ")";
    AddKey(values, &row);
    plan_->rows.push_back(std::move(row));
  }

  static void AddIdHole(SqlTemplate* values) {
    values->holes.push_back({SqlTemplate::HoleKind::kCustom, kHoleGeneratedId});
    values->texts.emplace_back();
  }

  // DEFAULT and NULL; any other value is the row's explicit_id.
  bool IsGenerated(const Expr* value, InsertPlan::Row* row) const {
    const auto* given = As<parser::DefaultExpr>(value);
    if (given != nullptr && given->column == nullptr) return true;
    auto constant = ConstantOf(value);
    if (!constant.has_value()) {
      FailUnsupported("not supported yet: an expression as value of AUTO_INCREMENT column '" +
                      columns_[id_position_] + "'");
    }
    if (constant->kind == ValueSource::Kind::kConstant && constant->constant.is_null()) {
      return true;
    }
    row->explicit_id = std::move(*constant);
    return false;
  }

  void AddKey(const parser::List<Expr*>& values, InsertPlan::Row* row) {
    for (size_t i = 0; i < vindex_positions_.size(); ++i) {
      int position = vindex_positions_[i];
      if (position == id_position_) {
        row->key_is_id = true;
        ValueSource generated;
        generated.kind = ValueSource::Kind::kHole;
        generated.index = kHoleGeneratedId;
        row->key.push_back(row->explicit_id.value_or(generated));
        continue;
      }
      const std::string& column = columns_[position];
      const auto* given = As<parser::DefaultExpr>(values[position]);
      if (given != nullptr && given->column == nullptr) FailDefault(column);
      auto constant = ConstantOf(values[position]);
      if (!constant.has_value()) {
        FailUnsupported("not supported yet: an expression as value of sharding column '" + column +
                        "'");
      }
      row->key.push_back(std::move(*constant));
    }
  }

  void PrintAround() {
    auto* mark = arena_->New<Hole>();
    mark->id = kRowsMark;
    auto* row = arena_->New<parser::ValuesRow>();
    row->values = parser::MakeList<Expr*>(*arena_, std::vector<Expr*>{mark});
    insert_->rows =
        parser::MakeList<parser::ValuesRow*>(*arena_, std::vector<parser::ValuesRow*>{row});
    insert_->query = nullptr;
    insert_->set_syntax = false;
    if (append_id_) AppendIdColumn();
    SqlTemplate printed = uses_time_ ? PrintWithStatementTime(insert_, print_)
                                     : parser::PrintTemplate(insert_, print_);
    SqlTemplate* part = &plan_->prefix;
    part->texts.push_back(printed.texts[0]);
    for (size_t i = 0; i < printed.holes.size(); ++i) {
      std::string_view text = printed.texts[i + 1];
      if (printed.holes[i].kind == SqlTemplate::HoleKind::kCustom &&
          printed.holes[i].index == kRowsMark) {
        part->texts.back().resize(part->texts.back().rfind('('));
        text.remove_prefix(text.find(')') + 1);
        part = &plan_->suffix;
      } else {
        part->holes.push_back(printed.holes[i]);
      }
      part->texts.emplace_back(text);
    }
    if (HasSessionHole(plan_->prefix) || HasSessionHole(plan_->suffix)) {
      plan_->text_forwardable = false;
    }
  }

  void AppendIdColumn() {
    const std::string& name = target_.table->auto_increment->column;
    std::vector<ColumnRef*> columns;
    if (listed_) {
      columns.assign(insert_->columns.begin(), insert_->columns.end());
    } else {
      for (const std::string& column : columns_) columns.push_back(MakeColumn(column));
    }
    columns.push_back(MakeColumn(name));
    insert_->columns = parser::MakeList<ColumnRef*>(*arena_, columns);
    insert_->has_columns = true;
    if (!insert_->row_alias_columns.empty()) {
      std::vector<parser::Ident> aliases(insert_->row_alias_columns.begin(),
                                         insert_->row_alias_columns.end());
      aliases.push_back(MakeColumn("_ks_" + name)->column);
      insert_->row_alias_columns = parser::MakeList<parser::Ident>(*arena_, aliases);
    }
  }

  ColumnRef* MakeColumn(std::string_view name) {
    auto* column = arena_->New<ColumnRef>();
    column->column.text = arena_->CopyString(name);
    return column;
  }

  Insert* insert_;
  const TableUse& target_;
  const sharding::VSchema& vschema_;
  const bool strict_;
  const parser::PrintOptions& print_;
  parser::Arena* arena_;
  std::unique_ptr<InsertPlan> plan_ = std::make_unique<InsertPlan>();
  std::vector<std::string> columns_;  // as listed, or all
  bool listed_ = false;
  bool append_id_ = false;
  bool uses_time_ = false;
  std::vector<int> vindex_positions_;
  int id_position_ = -1;
};

// id = id, id = VALUES(id), id = new.id, id = LAST_INSERT_ID(id): a duplicate has the same sharding
// column, because every unique key contains it.
bool KeepsColumn(const Assignment& set) {
  std::string_view column = set.column->column.text;
  const Expr* value = set.value;
  const auto* call = As<parser::FunctionCall>(value);
  if (call != nullptr && EqualsIgnoreCase(call->name.text, "LAST_INSERT_ID") &&
      call->args.size() == 1) {
    value = call->args[0];
  }
  if (const auto* ref = As<ColumnRef>(value)) return EqualsIgnoreCase(ref->column.text, column);
  const auto* inserted = As<parser::InsertedValue>(value);
  return inserted != nullptr && EqualsIgnoreCase(inserted->column->column.text, column);
}

}  // namespace

std::unique_ptr<InsertPlan> PlanInsertRows(Insert* insert, const TableUse& target,
                                           const sharding::VSchema& vschema, bool strict,
                                           const parser::PrintOptions& print,
                                           parser::Arena* arena) {
  return InsertBuilder(insert, target, vschema, strict, print, arena).Build();
}

void CheckUpsert(const Insert& insert, const TableUse& target) {
  if (!insert.replace && insert.on_duplicate.empty()) return;
  const std::vector<std::string>& sharding = target.table->primary_vindex().columns;
  if (target.info != nullptr) {
    for (const TableInfo::Index& index : target.info->indexes) {
      if (!index.unique) continue;
      for (const std::string& column : sharding) {
        bool has =
            std::any_of(index.columns.begin(), index.columns.end(),
                        [&](const std::string& name) { return EqualsIgnoreCase(name, column); });
        if (!has) {
          FailUnsupported(fmt::format(
              "not supported yet: {} on table '{}', whose unique key '{}' does not contain the "
              "sharding column '{}'",
              insert.replace ? "REPLACE" : "ON DUPLICATE KEY UPDATE", target.name, index.name,
              column));
        }
      }
    }
  }
  for (const Assignment* set : insert.on_duplicate) {
    if (ContainsSubquery(set->value)) {
      FailUnsupported("not supported yet: a subquery in ON DUPLICATE KEY UPDATE");
    }
    for (const std::string& column : sharding) {
      if (EqualsIgnoreCase(set->column->column.text, column) && !KeepsColumn(*set)) {
        FailUnsupported("not supported yet: changing the sharding column '" + column +
                        "' in ON DUPLICATE KEY UPDATE");
      }
    }
  }
}

void CheckInsertSelect(const Insert& insert, const TableUse& target, const Semantics& semantics,
                       const Locality& locality, const Routing& routing) {
  std::string what =
      "not supported yet: INSERT ... SELECT into sharded table '" + target.name + "'";
  const auto* select = As<parser::Select>(insert.query);
  int block = select != nullptr ? semantics.BlockOf(select) : -1;
  if (block < 0 || routing.anchor < 0) FailUnsupported(what);
  if (!semantics.blocks()[block].transparent) {
    FailUnsupported(what + " with groups, DISTINCT, LIMIT or window functions");
  }
  std::vector<std::string> columns;
  if (insert.has_columns) {
    for (const ColumnRef* column : insert.columns) columns.emplace_back(column->column.text);
  } else {
    columns = AllColumns(target);
  }
  std::vector<const Expr*> values;
  for (const parser::SelectItem* item : select->items) {
    if (parser::Is<parser::Star>(item->expr)) FailUnsupported(what + " with SELECT *");
    values.push_back(item->expr);
  }
  if (values.size() != columns.size()) {
    Fail(Status::Mysql(1136, "21S01", "Column count doesn't match value count at row 1"));
  }
  auto value_of = [&](std::string_view column) -> const Expr* {
    for (size_t i = 0; i < columns.size(); ++i) {
      if (EqualsIgnoreCase(columns[i], column)) return values[i];
    }
    return nullptr;
  };
  const sharding::ColumnVindex& wanted = target.table->primary_vindex();
  const TableUse& anchor = semantics.tables()[routing.anchor];
  std::vector<ColumnId> sources = locality.VindexColumns(routing.anchor);
  bool same = anchor.table->primary_vindex().vindex == wanted.vindex;
  for (size_t i = 0; same && i < wanted.columns.size(); ++i) {
    const auto* ref = As<ColumnRef>(value_of(wanted.columns[i]));
    auto id = ref != nullptr ? semantics.Resolve(block, *ref) : std::nullopt;
    auto from = id.has_value() ? semantics.TypeOf(*id) : std::nullopt;
    auto to = TypeOf(target, wanted.columns[i]);
    same = id.has_value() && *id == sources[i] && from.has_value() && to.has_value() &&
           (*from == *to || (from->IsInteger() && to->IsInteger()));
  }
  if (!same) {
    FailUnsupported(what + " whose sharding column is not that of the rows it selects");
  }
  if (target.table->auto_increment.has_value() &&
      value_of(target.table->auto_increment->column) == nullptr) {
    FailUnsupported(what + " with generated ids");
  }
}

}  // namespace keyspan::vtgate
