#include "parser/printer_core.h"

namespace keyspan::parser {

void Printer::OrderBy(const List<OrderItem*>& items) {
  if (!items.empty()) {
    Put(" ORDER BY ");
    Comma(items);
  }
}

void Printer::Where(const Expr* where) {
  if (where != nullptr) {
    Put(" WHERE ");
    Expr_(where);
  }
}

void Printer::LimitTail(const Limit* limit) {
  if (limit != nullptr) {
    Put(" ");
    Print(limit);
  }
}

void Printer::Print(const Limit* node) {
  Put("LIMIT ");
  if (node->comma_form) {
    Expr_(node->offset);
    Put(", ");
    Expr_(node->count);
    return;
  }
  Expr_(node->count);
  if (node->offset != nullptr) {
    Put(" OFFSET ");
    Expr_(node->offset);
  }
}

void Printer::Subquery(const Query* query) {
  Put("(");
  Node_(query);
  Put(")");
}

// ORDER BY, LIMIT, locking, INTO.
void Printer::QueryTail(const Query* query) {
  OrderBy(query->order_by);
  LimitTail(query->limit);
  for (const LockingClause* locking : query->locking) {
    Put(" ");
    Print(locking);
  }
  if (query->into != nullptr) {
    Put(" ");
    Print(query->into);
  }
}

void Printer::Print(const TableName* node) {
  Qualifier(node->schema);
  Name(node->name);
}

void Printer::Print(const IndexHint* node) {
  constexpr std::string_view kVerbs[] = {"USE INDEX", "IGNORE INDEX", "FORCE INDEX"};
  constexpr std::string_view kFor[] = {"", " FOR JOIN", " FOR ORDER BY", " FOR GROUP BY"};
  Put(kVerbs[static_cast<size_t>(node->hint)]);
  Put(kFor[static_cast<size_t>(node->use_for)]);
  Put(" ");
  ParenNames(node->indexes);
}

void Printer::Print(const TableFactor* node) {
  Print(node->table);
  if (!node->partitions.empty()) {
    Put(" PARTITION ");
    ParenNames(node->partitions);
  }
  if (node->alias.given()) {
    Put(" AS ");
    Name(node->alias);
  }
  for (const IndexHint* hint : node->hints) {
    Put(" ");
    Print(hint);
  }
  if (node->sample_percent != nullptr) {
    Put(" TABLESAMPLE ");
    Put(node->sample_method);
    Put("(");
    Expr_(node->sample_percent);
    Put(")");
  }
}

void Printer::Print(const DerivedTable* node) {
  PutIf(node->lateral, "LATERAL ");
  Subquery(node->query);
  Put(" AS ");
  Name(node->alias);
  if (!node->columns.empty()) {
    Put(" ");
    ParenNames(node->columns);
  }
}

void Printer::Print(const Join* node) {
  // The left side may be a long chain: from its first table to the right, without recursion.
  std::vector<const Join*> chain;
  const TableRef* first = node;
  while (const auto* join = As<Join>(static_cast<const Node*>(first))) {
    chain.push_back(join);
    first = join->left;
  }
  Node_(first);
  for (auto it = chain.rbegin(); it != chain.rend(); ++it) {
    const Join* join = *it;
    PutIf(join->natural, " NATURAL");
    constexpr std::string_view kWords[] = {" JOIN ", " CROSS JOIN ", " STRAIGHT_JOIN ",
                                           " LEFT JOIN ", " RIGHT JOIN "};
    Put(kWords[static_cast<size_t>(join->join)]);
    const bool parens = Is<Join>(static_cast<const Node*>(join->right));
    PutIf(parens, "(");
    Node_(join->right);
    PutIf(parens, ")");
    if (join->on != nullptr) {
      Put(" ON ");
      Expr_(join->on);
    } else if (!join->using_columns.empty()) {
      Put(" USING (");
      bool comma = false;
      for (const CiIdent& column : join->using_columns) {
        PutIf(comma, ", ");
        comma = true;
        Name(column);
      }
      Put(")");
    }
  }
}

void Printer::Print(const TableList* node) {
  Put("(");
  Comma(node->tables);
  Put(")");
}

void Printer::Print(const OrderItem* node) {
  Expr_(node->expr);
  PutIf(node->order == SortOrder::kAsc, " ASC");
  PutIf(node->order == SortOrder::kDesc, " DESC");
}

void Printer::Print(const GroupingSet* node) {
  Put("(");
  Comma(node->exprs);
  Put(")");
}

void Printer::Print(const LockingClause* node) {
  if (node->strength == LockStrength::kShareMode) {
    Put("LOCK IN SHARE MODE");
    return;
  }
  Put(node->strength == LockStrength::kUpdate ? "FOR UPDATE" : "FOR SHARE");
  if (!node->of.empty()) {
    Put(" OF ");
    Comma(node->of);
  }
  PutIf(node->wait == LockWait::kNoWait, " NOWAIT");
  PutIf(node->wait == LockWait::kSkipLocked, " SKIP LOCKED");
}

void Printer::Print(const FieldsClause* node) {
  std::string_view space;
  const auto text = [&](std::string_view words, const Literal* literal) {
    if (literal != nullptr) {
      Put(space);
      space = " ";
      Put(words);
      LiteralText(literal);
    }
  };
  if (node->fields_terminated != nullptr || node->enclosed != nullptr || node->escaped != nullptr) {
    Put("FIELDS");
    space = " ";
    text("TERMINATED BY ", node->fields_terminated);
    text(node->optionally_enclosed ? "OPTIONALLY ENCLOSED BY " : "ENCLOSED BY ", node->enclosed);
    text("ESCAPED BY ", node->escaped);
  }
  if (node->lines_terminated != nullptr || node->lines_starting != nullptr) {
    Put(space);
    Put("LINES");
    space = " ";
    text("STARTING BY ", node->lines_starting);
    text("TERMINATED BY ", node->lines_terminated);
  }
}

void Printer::Print(const IntoClause* node) {
  Put("INTO ");
  if (node->into == IntoKind::kVariables) {
    Comma(node->variables);
    return;
  }
  Put(node->into == IntoKind::kOutfile ? "OUTFILE " : "DUMPFILE ");
  PutIf(node->target == OutfileTarget::kUrl, "URL ");
  PutIf(node->target == OutfileTarget::kUri, "URI ");
  PutIf(node->target == OutfileTarget::kParameters, "WITH PARAMETERS ");
  LiteralText(node->file);
  if (!node->charset.empty()) {
    Put(" CHARACTER SET ");
    Charset(node->charset);
  }
  if (!node->file_format.empty()) {
    Put(" FORMAT ");
    Name(node->file_format);
  }
  if (!node->compression.empty()) {
    Put(" COMPRESSION ");
    Name(node->compression);
  }
  PutIf(node->header == OutfileHeader::kOn, " HEADER ON");
  PutIf(node->header == OutfileHeader::kOff, " HEADER OFF");
  if (node->format != nullptr) {
    Put(" ");
    Print(node->format);
  }
}

void Printer::Print(const CommonTable* node) {
  Name(node->name);
  if (!node->columns.empty()) {
    Put(" ");
    ParenNames(node->columns);
  }
  Put(" AS ");
  Subquery(node->query);
}

void Printer::Print(const WithClause* node) {
  Put(node->recursive ? "WITH RECURSIVE " : "WITH ");
  Comma(node->tables);
}

void Printer::Print(const SelectItem* node) {
  Expr_(node->expr);
  if (node->has_alias) {
    Put(" AS ");
    Name(node->alias);
  }
}

void Printer::Print(const Select* node) {
  if (node->with != nullptr) {
    Print(node->with);
    Put(" ");
  }
  Put("SELECT ");
  if (!node->hints.empty()) {
    Put(node->hints);
    Put(" ");
  }
  constexpr std::pair<uint16_t, std::string_view> kFlags[] = {
      {kSelectAll, "ALL "},
      {kSelectDistinct, "DISTINCT "},
      {kSelectHighPriority, "HIGH_PRIORITY "},
      {kSelectStraightJoin, "STRAIGHT_JOIN "},
      {kSelectSmallResult, "SQL_SMALL_RESULT "},
      {kSelectBigResult, "SQL_BIG_RESULT "},
      {kSelectBufferResult, "SQL_BUFFER_RESULT "},
      {kSelectNoCache, "SQL_NO_CACHE "},
      {kSelectCalcFoundRows, "SQL_CALC_FOUND_ROWS "}};
  for (const auto& [flag, words] : kFlags) {
    PutIf((node->flags & flag) != 0, words);
  }
  if (node->next_values != nullptr) {
    Put("NEXT ");
    Expr_(node->next_values);
    Put(" VALUES");
  }
  Comma(node->items);
  if (node->from_dual) {
    Put(" FROM DUAL");
  } else if (!node->from.empty()) {
    Put(" FROM ");
    Comma(node->from);
  }
  Where(node->where);
  if (!node->group_by.empty()) {
    Put(" GROUP BY ");
    PutIf(node->rollup == RollupKind::kRollupList, "ROLLUP (");
    PutIf(node->rollup == RollupKind::kCubeList, "CUBE (");
    Comma(node->group_by);
    PutIf(node->rollup == RollupKind::kWithRollup, " WITH ROLLUP");
    PutIf(node->rollup > RollupKind::kWithRollup, ")");
  }
  if (!node->grouping_sets.empty()) {
    Put(" GROUP BY GROUPING SETS (");
    Comma(node->grouping_sets);
    Put(")");
  }
  if (node->having != nullptr) {
    Put(" HAVING ");
    Expr_(node->having);
  }
  if (!node->windows.empty()) {
    Put(" WINDOW ");
    Comma(node->windows);
  }
  if (node->qualify != nullptr) {
    Put(" QUALIFY ");
    Expr_(node->qualify);
  }
  QueryTail(node);
}

void Printer::Print(const SetOperation* node) {
  if (node->with != nullptr) {
    Print(node->with);
    Put(" ");
  }
  const bool intersect = node->ops[0] == SetOp::kIntersect;
  for (uint32_t i = 0; i < node->operands.size(); ++i) {
    if (i != 0) {
      constexpr std::string_view kWords[] = {" UNION ", " INTERSECT ", " EXCEPT "};
      Put(kWords[static_cast<size_t>(node->ops[i - 1])]);
      PutIf(node->all[i - 1], "ALL ");
    }
    const Query* operand = node->operands[i];
    const auto* nested = As<SetOperation>(static_cast<const Node*>(operand));
    const bool own = operand->with != nullptr || !operand->order_by.empty() ||
                     operand->limit != nullptr || !operand->locking.empty() ||
                     operand->into != nullptr;
    // An INTERSECT chain needs no parentheses inside UNION and EXCEPT.
    const bool parens = own || Is<ParenQuery>(static_cast<const Node*>(operand)) ||
                        (nested != nullptr && (intersect || nested->ops[0] != SetOp::kIntersect));
    PutIf(parens, "(");
    Node_(operand);
    PutIf(parens, ")");
  }
  QueryTail(node);
}

void Printer::Print(const ParenQuery* node) {
  if (node->with != nullptr) {
    Print(node->with);
    Put(" ");
  }
  Subquery(node->query);
  QueryTail(node);
}

void Printer::Print(const ValuesRow* node) {
  Put("(");
  Comma(node->values);
  Put(")");
}

void Printer::Print(const ValuesQuery* node) {
  if (node->with != nullptr) {
    Print(node->with);
    Put(" ");
  }
  Put("VALUES ");
  bool first = true;
  for (const ValuesRow* row : node->rows) {
    Put(first ? "ROW" : ", ROW");
    first = false;
    Print(row);
  }
  QueryTail(node);
}

void Printer::Print(const TableQuery* node) {
  if (node->with != nullptr) {
    Print(node->with);
    Put(" ");
  }
  Put("TABLE ");
  Print(node->table);
  QueryTail(node);
}

}  // namespace keyspan::parser
