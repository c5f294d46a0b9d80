#include "vtgate/semantics/semantics.h"

#include <algorithm>
#include <cctype>

#include "parser/column_name.h"
#include "parser/walker.h"
#include "vtgate/semantics/plan_error.h"

namespace keyspan::vtgate {

using namespace parser;  // NOLINT: the tree's names are this file's vocabulary

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

bool IsSystemSchema(std::string_view name) {
  return EqualsIgnoreCase(name, "information_schema") || EqualsIgnoreCase(name, "mysql") ||
         EqualsIgnoreCase(name, "performance_schema") || EqualsIgnoreCase(name, "sys");
}

bool IsQuery(const Node* node) {
  return Is<Select>(node) || Is<SetOperation>(node) || Is<ParenQuery>(node) ||
         Is<ValuesQuery>(node) || Is<TableQuery>(node);
}

bool ContainsAggregate(const Node* expr) {
  if (expr == nullptr) return false;
  return !Walk(expr, [](const Node* node) {
    if (IsQuery(node)) return Visit::kSkip;
    const auto* call = As<FunctionCall>(node);
    return call != nullptr && call->is_aggregate && call->over == nullptr ? Visit::kStop
                                                                          : Visit::kContinue;
  });
}

bool ContainsWindow(const Node* expr) {
  if (expr == nullptr) return false;
  return !Walk(expr, [](const Node* node) {
    if (IsQuery(node)) return Visit::kSkip;
    const auto* call = As<FunctionCall>(node);
    return call != nullptr && call->over != nullptr ? Visit::kStop : Visit::kContinue;
  });
}

bool ContainsSubquery(const Node* expr) {
  if (expr == nullptr) return false;
  return !Walk(expr,
               [](const Node* node) { return IsQuery(node) ? Visit::kStop : Visit::kContinue; });
}

int Semantics::BlockOf(const Node* node) const {
  auto it = block_of_.find(node);
  return it == block_of_.end() ? -1 : it->second;
}

int Semantics::NewBlock(const Node* node, int parent) {
  Block block;
  block.node = node;
  block.parent = parent;
  blocks_.push_back(std::move(block));
  int index = static_cast<int>(blocks_.size()) - 1;
  block_of_[node] = index;
  return index;
}

void Semantics::Analyze(const Statement* statement) {
  if (IsQuery(statement)) {
    AnalyzeQuery(static_cast<const Query*>(statement), -1);
  } else if (const auto* update = As<Update>(statement)) {
    int block = NewBlock(update, -1);
    if (update->with != nullptr) AnalyzeCommonTables(update->with, -1);
    AddFrom(update->tables, block);
    AddConjuncts(update->where, block, 0, static_cast<int>(blocks_[block].tables.size()));
    for (const Assignment* set : update->set) AnalyzeSubqueries(set, block);
    if (update->where != nullptr) AnalyzeSubqueries(update->where, block);
    for (const OrderItem* item : update->order_by) AnalyzeSubqueries(item, block);
  } else if (const auto* del = As<Delete>(statement)) {
    int block = NewBlock(del, -1);
    if (del->with != nullptr) AnalyzeCommonTables(del->with, -1);
    AddFrom(del->from, block);
    AddConjuncts(del->where, block, 0, static_cast<int>(blocks_[block].tables.size()));
    if (del->where != nullptr) AnalyzeSubqueries(del->where, block);
    for (const OrderItem* item : del->order_by) AnalyzeSubqueries(item, block);
  } else if (const auto* insert = As<Insert>(statement)) {
    int block = NewBlock(insert, -1);
    TableUse target = ResolveTable(*insert->table);
    target.alias = std::string(insert->table->name.text);
    AddTable(std::move(target), block);
    if (insert->query != nullptr) AnalyzeQuery(insert->query, -1);
    for (const ValuesRow* row : insert->rows) AnalyzeSubqueries(row, -1);
    for (const Assignment* set : insert->on_duplicate) AnalyzeSubqueries(set, block);
  } else {
    AnalyzeSubqueries(statement, -1);
  }
}

int Semantics::AnalyzeQuery(const Query* query, int parent) {
  size_t scope = common_tables_.size();
  if (query->with != nullptr) AnalyzeCommonTables(query->with, parent);
  int block = -1;
  if (const auto* select = As<Select>(query)) {
    block = AnalyzeSelect(select, parent);
  } else if (const auto* paren = As<ParenQuery>(query)) {
    int inner = AnalyzeQuery(paren->query, parent);
    if (inner >= 0 && paren->limit == nullptr) block = inner;
  } else if (const auto* set = As<SetOperation>(query)) {
    for (const Query* operand : set->operands) AnalyzeQuery(operand, parent);
    for (const OrderItem* item : set->order_by) AnalyzeSubqueries(item, parent);
  } else if (const auto* values = As<ValuesQuery>(query)) {
    for (const ValuesRow* row : values->rows) AnalyzeSubqueries(row, parent);
  } else if (const auto* table = As<TableQuery>(query)) {
    block = NewBlock(table, parent);
    TableFactor factor;
    factor.table = table->table;
    AddTableFactor(&factor, block);
    block = -1;  // no select list to look through
  }
  common_tables_.resize(scope);
  return block;
}

void Semantics::AnalyzeCommonTables(const WithClause* with, int parent) {
  for (const CommonTable* table : with->tables) {
    CommonTableScope scope;
    scope.name = std::string(table->name.text);
    for (const Ident& column : table->columns) scope.columns.push_back(LowerCase(column.text));
    if (with->recursive) {
      scope.opaque = true;
      common_tables_.push_back(scope);
      AnalyzeQuery(table->query, parent);
      continue;
    }
    scope.source = AnalyzeQuery(table->query, parent);
    common_tables_.push_back(std::move(scope));
  }
}

int Semantics::AnalyzeSelect(const Select* select, int parent) {
  int block = NewBlock(select, parent);
  AddFrom(select->from, block);
  AddConjuncts(select->where, block, 0, static_cast<int>(blocks_[block].tables.size()));
  bool transparent = select->group_by.empty() && select->grouping_sets.empty() &&
                     select->having == nullptr && select->limit == nullptr && !select->distinct() &&
                     select->windows.empty() && select->qualify == nullptr;
  for (const SelectItem* item : select->items) {
    if (ContainsAggregate(item->expr) || ContainsWindow(item->expr)) transparent = false;
  }
  blocks_[block].transparent = transparent;
  Walk(select, [&](const Node* node) {
    if (node == select) return Visit::kContinue;
    // FROM and WITH are done by now.
    if (Is<TableFactor>(node) || Is<DerivedTable>(node) || Is<JsonTable>(node) || Is<Join>(node) ||
        Is<TableList>(node) || Is<WithClause>(node)) {
      return Visit::kSkip;
    }
    if (IsQuery(node)) {
      AnalyzeQuery(static_cast<const Query*>(node), block);
      return Visit::kSkip;
    }
    return Visit::kContinue;
  });
  return block;
}

void Semantics::AnalyzeSubqueries(const Node* root, int block) {
  Walk(root, [&](const Node* node) {
    if (!IsQuery(node)) return Visit::kContinue;
    AnalyzeQuery(static_cast<const Query*>(node), block);
    return Visit::kSkip;
  });
}

void Semantics::AddFrom(const List<TableRef*>& from, int block) {
  for (const TableRef* ref : from) AddTableRef(ref, block);
}

void Semantics::AddTableRef(const TableRef* ref, int block) {
  if (const auto* factor = As<TableFactor>(ref)) {
    AddTableFactor(factor, block);
  } else if (Is<Join>(ref)) {
    AddJoin(Cast<Join>(ref), block);
  } else if (const auto* list = As<TableList>(ref)) {
    AddFrom(list->tables, block);
  } else if (const auto* derived = As<DerivedTable>(ref)) {
    TableUse use;
    use.kind = TableUse::Kind::kDerived;
    use.alias = std::string(derived->alias.text);
    for (const Ident& column : derived->columns) use.column_names.push_back(LowerCase(column.text));
    use.source = AnalyzeQuery(derived->query, derived->lateral ? block : blocks_[block].parent);
    AddTable(std::move(use), block);
  } else if (const auto* json = As<JsonTable>(ref)) {
    TableUse use;
    use.kind = TableUse::Kind::kFunction;
    use.alias = std::string(json->alias.text);
    AddTable(std::move(use), block);
    AnalyzeSubqueries(json->document, block);
  } else {
    FailUnsupported("this kind of table reference");
  }
}

void Semantics::AddJoin(const Join* root, int block) {
  // Left-deep chains may be long.
  std::vector<const Join*> chain;
  const TableRef* leftmost = root;
  while (const auto* join = As<Join>(leftmost)) {
    chain.push_back(join);
    leftmost = join->left;
  }
  int begin = static_cast<int>(blocks_[block].tables.size());
  AddTableRef(leftmost, block);
  for (auto it = chain.rbegin(); it != chain.rend(); ++it) {
    const Join* join = *it;
    int middle = static_cast<int>(blocks_[block].tables.size());
    AddTableRef(join->right, block);
    int end = static_cast<int>(blocks_[block].tables.size());
    int first = begin;
    int last = end;
    if (join->join == JoinKind::kLeft) first = middle;
    if (join->join == JoinKind::kRight) last = middle;
    if (first != begin || last != end) {
      for (int i = first; i < last; ++i) blocks_[block].null_supplied[i] = true;
    }
    if (join->join == JoinKind::kRight) blocks_[block].has_right_join = true;
    if (join->natural || !join->using_columns.empty()) {
      blocks_[block].has_natural_join = true;
      AddUsing(*join, block, begin, middle, {{}, {}, first, last});
    }
    if (join->on != nullptr) {
      AddConjuncts(join->on, block, first, last);
      AnalyzeSubqueries(join->on, block);
    }
  }
}

void Semantics::AddUsing(const Join& join, int block, int begin, int middle, ColumnPair range) {
  Block& scope = blocks_[block];
  int end = static_cast<int>(scope.tables.size());
  for (int i = begin; i < end; ++i) {
    if (!ColumnNames(scope.tables[i]).has_value()) return;
  }
  // The one table of [from, to) with the column; the first, if the others were joined by it too.
  auto owner = [&](int from, int to, const std::string& column) {
    int found = -1;
    bool merged = std::find(scope.using_columns.begin(), scope.using_columns.end(), column) !=
                  scope.using_columns.end();
    for (int i = from; i < to; ++i) {
      if (!HasColumn(scope.tables[i], column).value_or(false)) continue;
      if (found >= 0 && !merged) return -1;
      if (found < 0) found = scope.tables[i];
    }
    return found;
  };
  std::vector<std::string> columns;
  for (const CiIdent& column : join.using_columns) columns.push_back(LowerCase(column.text));
  for (int i = middle; join.natural && i < end; ++i) {
    auto names = ColumnNames(scope.tables[i]);
    for (const std::string& name : *names) columns.push_back(LowerCase(name));
  }
  for (const std::string& column : columns) {
    range.left = {owner(begin, middle, column), column};
    range.right = {owner(middle, end, column), column};
    if (range.left.table < 0 || range.right.table < 0) continue;
    scope.pairs.push_back(range);
    scope.using_columns.push_back(column);
  }
}

void Semantics::AddTableFactor(const TableFactor* factor, int block) {
  const TableName& name = *factor->table;
  if (name.schema.empty()) {
    for (size_t i = common_tables_.size(); i-- > 0;) {
      const CommonTableScope& scope = common_tables_[i];
      if (scope.name != name.name.text) continue;
      TableUse use;
      use.kind = TableUse::Kind::kDerived;
      use.common_table = true;
      use.source = scope.opaque ? -1 : scope.source;
      use.column_names = scope.columns;
      use.alias = std::string(factor->alias.empty() ? name.name.text : factor->alias.text);
      AddTable(std::move(use), block);
      return;
    }
    if (EqualsIgnoreCase(name.name.text, "dual") && !name.name.quoted) return;
  }
  TableUse use = ResolveTable(name);
  if (factor->alias.empty()) {
    use.alias = use.name;
    use.schema = !name.schema.empty()      ? std::string(name.schema.text)
                 : use.keyspace != nullptr ? use.keyspace->name
                                           : current_keyspace_;
  } else {
    use.alias = std::string(factor->alias.text);
  }
  AddTable(std::move(use), block);
}

int Semantics::AddTable(TableUse use, int block) {
  use.block = block;
  tables_.push_back(std::move(use));
  int index = static_cast<int>(tables_.size()) - 1;
  blocks_[block].tables.push_back(index);
  blocks_[block].null_supplied.push_back(false);
  return index;
}

void Semantics::AddConjuncts(const Expr* condition, int block, int first, int last) {
  if (condition == nullptr) return;
  std::vector<const Expr*> open{condition};
  while (!open.empty()) {
    const Expr* expr = open.back();
    open.pop_back();
    const auto* logical = As<Logical>(expr);
    if (logical != nullptr && !logical->is_or) {
      for (const Expr* operand : logical->operands) open.push_back(operand);
    } else {
      blocks_[block].conjuncts.push_back({expr, first, last});
    }
  }
}

TableUse Semantics::ResolveTable(const TableName& name) const {
  TableUse use;
  use.name = std::string(name.name.text);
  std::string schema(name.schema.empty() ? std::string_view(current_keyspace_) : name.schema.text);
  if (schema.empty()) {
    auto found = cluster_.vschema->FindGlobal(use.name);
    if (!found.ok()) {
      if (found.status().mysql_errno() == 1146) {
        Fail(Status::Mysql(1046, "3D000", "No database selected"));
      }
      Fail(std::move(found).status());
    }
    schema = found->keyspace->name();
  }
  use.keyspace = cluster_.FindKeyspace(schema);
  if (use.keyspace == nullptr) {
    if (IsSystemSchema(schema)) {
      use.kind = TableUse::Kind::kSystem;
      return use;
    }
    Fail(Status::Mysql(1049, "42000", "Unknown database '" + schema + "'"));
  }
  use.info = use.keyspace->FindTableInfo(use.name);
  if (use.keyspace->vschema != nullptr) use.table = use.keyspace->vschema->FindTable(use.name);
  if (!use.keyspace->sharded) return use;
  if (use.info != nullptr && use.info->view) {
    FailUnsupported("not supported yet: view '" + schema + "." + use.name +
                    "' in a sharded keyspace");
  }
  if (use.table == nullptr) {
    Fail(Status::Mysql(1146, "42S02", "Table '" + schema + "." + use.name + "' doesn't exist"));
  }
  if (use.table->kind == sharding::Table::Kind::kReference) {
    use.kind = TableUse::Kind::kReference;
  } else if (use.table->pinned.has_value()) {
    use.kind = TableUse::Kind::kPinned;
  } else {
    use.kind = TableUse::Kind::kSharded;
    if (use.table->column_vindexes.empty() ||
        !use.table->primary_vindex().vindex->is_functional()) {
      FailUnsupported("not supported yet: table '" + use.name + "' without a functional vindex");
    }
  }
  return use;
}

std::optional<std::vector<std::string>> Semantics::ColumnNames(int table) const {
  const TableUse& use = tables_[table];
  std::vector<std::string> names;
  if (use.kind == TableUse::Kind::kDerived) {
    if (!use.column_names.empty()) return use.column_names;
    if (use.source < 0) return std::nullopt;
    const auto* select = As<Select>(blocks_[use.source].node);
    if (select == nullptr) return std::nullopt;
    for (const SelectItem* item : select->items) {
      if (const auto* star = As<Star>(item->expr)) {
        if (!star->table.empty() || blocks_[use.source].has_natural_join) return std::nullopt;
        for (int inner : blocks_[use.source].tables) {
          auto columns = ColumnNames(inner);
          if (!columns.has_value()) return std::nullopt;
          names.insert(names.end(), columns->begin(), columns->end());
        }
      } else if (item->has_alias) {
        names.emplace_back(item->alias.text);
      } else if (const auto* ref = As<ColumnRef>(item->expr)) {
        names.emplace_back(ref->column.text);
      } else {
        names.emplace_back();  // some expression's text; nobody refers to it by a plain name
      }
    }
    return names;
  }
  if (use.info != nullptr) {
    for (const TableColumn& column : use.info->columns) {
      if (!column.invisible) names.push_back(column.name);
    }
    return names;
  }
  if (use.table != nullptr && use.table->column_list_authoritative) {
    for (const sharding::ColumnDef& column : use.table->columns) {
      if (!column.invisible) names.push_back(column.name);
    }
    return names;
  }
  return std::nullopt;
}

std::optional<bool> Semantics::HasColumn(int table, std::string_view column) const {
  const TableUse& use = tables_[table];
  if (use.info != nullptr) return use.info->FindColumn(column) >= 0;
  if (use.table != nullptr && use.table->FindColumn(column) != nullptr) return true;
  auto names = ColumnNames(table);
  if (!names.has_value()) return std::nullopt;
  return std::any_of(names->begin(), names->end(),
                     [&](const std::string& name) { return EqualsIgnoreCase(name, column); });
}

std::optional<ColumnId> Semantics::Resolve(int block, const ColumnRef& ref) const {
  for (int at = block; at >= 0; at = blocks_[at].parent) {
    const Block& scope = blocks_[at];
    if (!ref.table.empty()) {
      for (int table : scope.tables) {
        const TableUse& use = tables_[table];
        if (use.alias != ref.table.text) continue;
        if (!ref.schema.empty() && use.schema != ref.schema.text) continue;
        return ColumnId{table, LowerCase(ref.column.text)};
      }
      continue;
    }
    int found = -1;
    int unknown = -1;
    int matches = 0;
    int unknowns = 0;
    for (int table : scope.tables) {
      auto has = HasColumn(table, ref.column.text);
      if (!has.has_value()) {
        unknown = table;
        ++unknowns;
      } else if (*has) {
        if (found < 0) found = table;
        ++matches;
      }
    }
    // A column of USING is the left one's, unless a RIGHT JOIN makes it the right one's.
    if (matches > 1 && !scope.has_right_join &&
        std::find(scope.using_columns.begin(), scope.using_columns.end(),
                  LowerCase(ref.column.text)) != scope.using_columns.end()) {
      matches = 1;
    }
    if (matches == 1 && unknowns == 0) return ColumnId{found, LowerCase(ref.column.text)};
    if (matches == 0 && unknowns == 0) continue;
    // A table whose columns are not known has it, if nothing else can.
    if (matches == 0 && unknowns == 1 && scope.parent < 0) {
      return ColumnId{unknown, LowerCase(ref.column.text)};
    }
    return std::nullopt;
  }
  return std::nullopt;
}

std::optional<ColumnId> Semantics::SourceColumn(const ColumnId& id) const {
  const TableUse& use = tables_[id.table];
  if (use.kind != TableUse::Kind::kDerived || use.source < 0) return std::nullopt;
  const Block& source = blocks_[use.source];
  const auto* select = As<Select>(source.node);
  if (select == nullptr) return std::nullopt;
  auto names = ColumnNames(id.table);
  if (!names.has_value()) return std::nullopt;
  size_t position = names->size();
  for (size_t i = 0; i < names->size(); ++i) {
    if (!EqualsIgnoreCase((*names)[i], id.column)) continue;
    if (position != names->size()) return std::nullopt;
    position = i;
  }
  for (const SelectItem* item : select->items) {
    if (Is<Star>(item->expr)) {
      for (int inner : source.tables) {
        auto columns = ColumnNames(inner);
        if (!columns.has_value()) return std::nullopt;
        if (position < columns->size()) return ColumnId{inner, LowerCase((*columns)[position])};
        position -= columns->size();
      }
    } else if (position-- == 0) {
      const auto* ref = As<ColumnRef>(item->expr);
      return ref != nullptr ? Resolve(use.source, *ref) : std::nullopt;
    }
  }
  return std::nullopt;
}

const TableColumn* Semantics::Describe(const ColumnId& id) const {
  ColumnId at = id;
  while (tables_[at.table].kind == TableUse::Kind::kDerived) {
    auto inner = SourceColumn(at);
    if (!inner.has_value()) return nullptr;
    at = *inner;
  }
  const TableInfo* info = tables_[at.table].info;
  if (info == nullptr) return nullptr;
  int index = info->FindColumn(at.column);
  return index < 0 ? nullptr : &info->columns[index];
}

std::optional<sharding::ColumnType> Semantics::TypeOf(const ColumnId& id) const {
  ColumnId at = id;
  while (tables_[at.table].kind == TableUse::Kind::kDerived) {
    auto inner = SourceColumn(at);
    if (!inner.has_value()) return std::nullopt;
    at = *inner;
  }
  if (const TableColumn* column = Describe(at)) {
    if (!column->type.ok()) return std::nullopt;
    return *column->type;
  }
  const sharding::Table* table = tables_[at.table].table;
  if (table == nullptr) return std::nullopt;
  const sharding::ColumnDef* def = table->FindColumn(at.column);
  if (def == nullptr || def->type.empty()) return std::nullopt;
  auto type = sharding::ParseVSchemaColumnType(def->type, def->collation_name,
                                               static_cast<uint32_t>(def->size),
                                               static_cast<uint8_t>(def->scale));
  if (!type.ok()) return std::nullopt;
  return *type;
}

}  // namespace keyspan::vtgate
