// INSERT, REPLACE, UPDATE, DELETE, CALL, DO, HANDLER.

#include "parser/statements.h"

namespace keyspan::parser {
namespace {

using AssignmentCollector = Parser::Collector<Assignment*>;

void ExpectEqual(Parser& p) {
  if (!p.AtKind(TokenKind::kAssign)) {
    p.ExpectSymbol('=');
    return;
  }
  p.Advance();
}

ValuesRow* ParseValuesRow(Parser& p) {
  auto* row = p.New<ValuesRow>(p.Cur().begin);
  p.ExpectSymbol('(');
  Parser::Collector<Expr*> values(&p);
  if (!p.AtSymbol(')')) {
    do {
      values.Add(p.ParseExprOrDefault());
    } while (p.AcceptSymbol(','));
  }
  p.ExpectSymbol(')');
  row->values = values.Take();
  return p.Finish(row);
}

void ParseInsertSource(Parser& p, Insert* insert) {
  if ((p.At(Kw::kValues) && !p.PeekIs(Kw::kRow)) || p.At(Kw::kValue)) {
    p.Advance();
    Parser::Collector<ValuesRow*> rows(&p);
    do {
      rows.Add(ParseValuesRow(p));
    } while (p.AcceptSymbol(','));
    insert->rows = rows.Take();
    return;
  }
  if (!p.AtQueryStart() && !p.AtSymbol('(')) {
    p.SyntaxError();
  }
  insert->query = p.ParseQueryExpression(false);
}

void ParseInsertSet(Parser& p, Insert* insert) {
  p.Expect(Kw::kSet);
  insert->set_syntax = true;
  insert->has_columns = true;
  Parser::Collector<ColumnRef*> columns(&p);
  std::vector<Expr*> values;
  const uint32_t begin = p.Cur().begin;
  do {
    columns.Add(p.ParseColumnRef());
    ExpectEqual(p);
    values.push_back(p.ParseExprOrDefault());
  } while (p.AcceptSymbol(','));
  insert->columns = columns.Take();
  auto* row = p.New<ValuesRow>(begin);
  row->values = MakeList<Expr*>(p.arena(), values);
  ValuesRow* rows[] = {p.Finish(row)};
  insert->rows = MakeList<ValuesRow*>(p.arena(), std::basic_string_view<ValuesRow*>(rows, 1));
}

// t, t.*, db.t, db.t.*
TableName* ParseDeleteTarget(Parser& p, bool* wild = nullptr) {
  auto* table = p.New<TableName>(p.Cur().begin);
  table->name = p.ParseIdent();
  if (p.AcceptSymbol('.')) {
    if (p.AcceptSymbol('*')) {
      if (wild != nullptr) {
        *wild = true;
      }
      return p.Finish(table);
    }
    table->schema = table->name;
    table->name = p.ParseIdent();
    if (p.AcceptSymbol('.')) {
      p.ExpectSymbol('*');
      if (wild != nullptr) {
        *wild = true;
      }
    }
  }
  return p.Finish(table);
}

List<TableName*> ParseDeleteTargets(Parser& p) {
  Parser::Collector<TableName*> targets(&p);
  do {
    targets.Add(ParseDeleteTarget(p));
  } while (p.AcceptSymbol(','));
  return targets.Take();
}

}  // namespace

List<Assignment*> ParseAssignments(Parser& p) {
  AssignmentCollector assignments(&p);
  do {
    auto* assignment = p.New<Assignment>(p.Cur().begin);
    assignment->column = p.ParseColumnRef();
    ExpectEqual(p);
    assignment->value = p.ParseExprOrDefault();
    assignments.Add(p.Finish(assignment));
  } while (p.AcceptSymbol(','));
  return assignments.Take();
}

Statement* ParseInsert(Parser& p) {
  const Token verb = p.Advance();
  auto* insert = p.New<Insert>(verb.begin);
  insert->replace = verb.keyword == Kw::kReplace;
  insert->hints = p.TakeHints(verb);
  if (p.Accept(Kw::kLowPriority)) {
    insert->priority = Priority::kLow;
  } else if (p.Accept(Kw::kDelayed)) {
    insert->priority = Priority::kDelayed;
  } else if (!insert->replace && p.Accept(Kw::kHighPriority)) {
    insert->priority = Priority::kHigh;
  }
  insert->ignore = !insert->replace && p.Accept(Kw::kIgnore);
  p.Accept(Kw::kInto);
  insert->table = p.ParseTableName();
  insert->partitions = p.ParseOptionalPartitions();
  if (p.At(Kw::kSet)) {
    ParseInsertSet(p, insert);
  } else {
    if (p.AtSymbol('(')) {
      // A column list, or a query in parentheses.
      const Token& next = p.Peek();
      if (!next.IsSymbol('(') && !next.Is(Kw::kSelect) && !next.Is(Kw::kWith) &&
          !next.Is(Kw::kTable) && !next.Is(Kw::kValues)) {
        p.Advance();
        insert->has_columns = true;
        Parser::Collector<ColumnRef*> columns(&p);
        if (!p.AtSymbol(')')) {
          do {
            columns.Add(p.ParseColumnRef());
          } while (p.AcceptSymbol(','));
        }
        p.ExpectSymbol(')');
        insert->columns = columns.Take();
      }
    }
    ParseInsertSource(p, insert);
  }
  if (!insert->replace && insert->query == nullptr && p.Accept(Kw::kAs)) {
    insert->row_alias = p.ParseIdent();
    if (p.AtSymbol('(')) {
      insert->row_alias_columns = p.ParseParenIdentList();
    }
  }
  if (!insert->replace && p.Accept(Kw::kOn)) {
    p.Expect(Kw::kDuplicate);
    p.Expect(Kw::kKey);
    p.Expect(Kw::kUpdate);
    insert->on_duplicate = ParseAssignments(p);
  }
  return p.Finish(insert);
}

Statement* ParseUpdate(Parser& p, WithClause* with, uint32_t begin) {
  auto* update = p.New<Update>(begin);
  update->with = with;
  const Token verb = p.Advance();
  update->hints = p.TakeHints(verb);
  if (p.Accept(Kw::kLowPriority)) {
    update->priority = Priority::kLow;
  }
  update->ignore = p.Accept(Kw::kIgnore);
  update->tables = p.ParseTableRefs();
  p.Expect(Kw::kSet);
  update->set = ParseAssignments(p);
  update->where = p.ParseOptionalWhere();
  update->order_by = p.ParseOptionalOrderBy();
  update->limit = p.ParseOptionalLimit(false);
  const bool single = update->tables.size() == 1 &&
                      (Is<TableFactor>(update->tables[0]) || Is<DerivedTable>(update->tables[0]));
  if (!single && !update->order_by.empty()) {
    p.Fail(1221, "HY000", "Incorrect usage of UPDATE and ORDER BY");
  }
  if (!single && update->limit != nullptr) {
    p.Fail(1221, "HY000", "Incorrect usage of UPDATE and LIMIT");
  }
  return p.Finish(update);
}

Statement* ParseDelete(Parser& p, WithClause* with, uint32_t begin) {
  auto* del = p.New<Delete>(begin);
  del->with = with;
  const Token verb = p.Advance();
  del->hints = p.TakeHints(verb);
  for (;;) {
    if (p.Accept(Kw::kLowPriority)) {
      del->priority = Priority::kLow;
    } else if (p.Accept(Kw::kQuick)) {
      del->quick = true;
    } else if (p.Accept(Kw::kIgnore)) {
      del->ignore = true;
    } else {
      break;
    }
  }
  if (!p.Accept(Kw::kFrom)) {
    del->targets = ParseDeleteTargets(p);
    p.Expect(Kw::kFrom);
    del->from = p.ParseTableRefs();
    del->where = p.ParseOptionalWhere();
    return p.Finish(del);
  }
  const uint32_t table_begin = p.Cur().begin;
  bool wild = false;
  TableName* first = ParseDeleteTarget(p, &wild);
  if (p.AtSymbol(',') || p.At(Kw::kUsing)) {
    Parser::Collector<TableName*> targets(&p);
    targets.Add(first);
    while (p.AcceptSymbol(',')) {
      targets.Add(ParseDeleteTarget(p));
    }
    del->targets = targets.Take();
    p.Expect(Kw::kUsing);
    del->using_syntax = true;
    del->from = p.ParseTableRefs();
    del->where = p.ParseOptionalWhere();
    return p.Finish(del);
  }
  if (wild) {
    p.SyntaxError();
  }
  auto* factor = p.New<TableFactor>(table_begin);
  factor->table = first;
  if (p.Accept(Kw::kAs) || p.AtIdent()) {
    factor->alias = p.ParseIdent();
  }
  factor->partitions = p.ParseOptionalPartitions();
  TableRef* from[] = {p.Finish(factor)};
  del->from = MakeList<TableRef*>(p.arena(), std::basic_string_view<TableRef*>(from, 1));
  del->where = p.ParseOptionalWhere();
  del->order_by = p.ParseOptionalOrderBy();
  del->limit = p.ParseOptionalLimit(false);
  return p.Finish(del);
}

Statement* ParseCall(Parser& p) {
  auto* call = p.New<Call>(p.Advance().begin);
  call->procedure = p.ParseTableName();
  if (p.AcceptSymbol('(')) {
    if (!p.AtSymbol(')')) {
      call->args = p.ParseExprList();
    }
    p.ExpectSymbol(')');
  }
  return p.Finish(call);
}

Statement* ParseDo(Parser& p) {
  auto* statement = p.New<Do>(p.Advance().begin);
  Parser::Collector<SelectItem*> items(&p);
  do {
    if (items.size() == 0 && p.AtSymbol('*')) {
      auto* item = p.New<SelectItem>(p.Advance().begin);
      item->expr = p.Finish(p.New<Star>(item->begin));
      items.Add(p.Finish(item));
    } else {
      items.Add(p.ParseSelectItem());
    }
  } while (p.AcceptSymbol(','));
  statement->items = items.Take();
  return p.Finish(statement);
}

Statement* ParseHandler(Parser& p) {
  auto* handler = p.New<Handler>(p.Advance().begin);
  handler->table = p.ParseTableName();
  if (p.Accept(Kw::kOpen)) {
    if (p.Accept(Kw::kAs) || p.AtIdent()) {
      handler->alias = p.ParseIdent();
    }
    return p.Finish(handler);
  }
  if (!handler->table->schema.empty()) {
    p.SyntaxError();
  }
  if (p.Accept(Kw::kClose)) {
    handler->action = HandlerAction::kClose;
    return p.Finish(handler);
  }
  p.Expect(Kw::kRead);
  handler->action = HandlerAction::kRead;
  const bool scan = p.AtAny({Kw::kFirst, Kw::kNext}) && !p.PeekIsSymbol('=') &&
                    !p.PeekIs(Kw::kFirst) && !p.PeekIs(Kw::kNext) && !p.PeekIs(Kw::kPrev) &&
                    !p.PeekIs(Kw::kLast);
  if (scan) {
    handler->position = KeywordText(p.Advance().keyword);
  } else {
    handler->index = p.ParseIdent();
    if (p.AtAny({Kw::kFirst, Kw::kNext, Kw::kPrev, Kw::kLast})) {
      handler->position = KeywordText(p.Advance().keyword);
    } else {
      switch (p.Cur().kind) {
        case TokenKind::kLessEqual:
        case TokenKind::kGreaterEqual:
          break;
        default:
          if (!p.AtSymbol('=') && !p.AtSymbol('<') && !p.AtSymbol('>')) {
            p.SyntaxError();
          }
      }
      handler->position = p.Text(p.Advance());
      p.ExpectSymbol('(');
      Parser::Collector<Expr*> key(&p);
      do {
        key.Add(p.ParseExprOrDefault());
      } while (p.AcceptSymbol(','));
      p.ExpectSymbol(')');
      handler->key = key.Take();
    }
  }
  handler->where = p.ParseOptionalWhere();
  handler->limit = p.ParseOptionalLimit(true);
  return p.Finish(handler);
}

}  // namespace keyspan::parser
