// SELECT, VALUES, TABLE, WITH and the set operations.

#include "parser/parser_core.h"

namespace keyspan::parser {
namespace {

bool HasOwnClauses(const Query* query) {
  return query->with != nullptr || !query->order_by.empty() || query->limit != nullptr ||
         query->into != nullptr || !query->locking.empty();
}

}  // namespace

bool Parser::AtQueryStart() {
  return At(Kw::kSelect) || At(Kw::kWith) || At(Kw::kTable) ||
         (At(Kw::kValues) && PeekIs(Kw::kRow));
}

bool Parser::AtQueryContinuation() const {
  return AtAny({Kw::kUnion, Kw::kExcept, Kw::kIntersect, Kw::kOrder, Kw::kLimit, Kw::kFor,
                Kw::kLock, Kw::kInto});
}

Query* Parser::ParseSubquery() {
  const Nesting nesting(this);
  if (!AtSymbol('(')) {
    SyntaxError();
  }
  Advance();
  if (!AtSymbol('(') && !AtQueryStart()) {
    SyntaxError();
  }
  Query* query = ParseQueryExpression(false);
  ExpectSymbol(')');
  return query;
}

Query* Parser::ParseQueryExpression(bool top_level) {
  const Nesting nesting(this);
  const uint32_t begin = cur_.begin;
  return ParseQueryRest(At(Kw::kWith) ? ParseWith() : nullptr, begin, top_level);
}

Query* Parser::ParseQueryAfterWith(WithClause* with, uint32_t begin) {
  const Nesting nesting(this);
  return ParseQueryRest(with, begin, true);
}

Query* Parser::ParseQueryRest(WithClause* with, uint32_t begin, bool top_level) {
  bool in_parens = false;
  Query* first = ParseQueryPrimary(&in_parens);
  Query* body = ParseQueryBody(first, in_parens, 0);
  return FinishQuery(with, body, in_parens && body == first, begin, top_level);
}

// Goes on after a query in parentheses.
Query* Parser::ContinueQuery(Query* first, uint32_t begin, bool top_level) {
  Query* body = ParseQueryBody(first, true, 0);
  return FinishQuery(nullptr, body, body == first, begin, top_level);
}

Query* Parser::ParseQueryPrimary(bool* in_parens) {
  *in_parens = AtSymbol('(');
  if (*in_parens) {
    Advance();
    Query* query = ParseQueryExpression(true);
    ExpectSymbol(')');
    return query;
  }
  switch (cur_.keyword) {
    case Kw::kSelect:
      return ParseSelect();
    case Kw::kTable:
    case Kw::kValues:
      return ParseValuesOrTable();
    default:
      SyntaxError();
  }
}

// Set operations from `first` on. Level 0: UNION and EXCEPT; level 1: INTERSECT, which binds
// tighter.
Query* Parser::ParseQueryBody(Query* first, bool first_in_parens, int level) {
  const auto op_here = [&]() -> int {
    switch (cur_.keyword) {
      case Kw::kUnion:
        return level == 0 ? 1 + static_cast<int>(SetOp::kUnion) : 0;
      case Kw::kExcept:
        return level == 0 ? 1 + static_cast<int>(SetOp::kExcept) : 0;
      case Kw::kIntersect:
        return level == 1 ? 1 + static_cast<int>(SetOp::kIntersect) : 0;
      default:
        return 0;
    }
  };
  if (level == 0) {
    first = ParseQueryBody(first, first_in_parens, 1);
  }
  if (op_here() == 0) {
    return first;
  }
  auto* set = New<SetOperation>(first->begin);
  Collector<Query*> operands(this);
  std::vector<SetOp> ops;
  std::vector<char> all;
  operands.Add(first);
  while (const int op = op_here()) {
    Advance();
    ops.push_back(static_cast<SetOp>(op - 1));
    all.push_back(Accept(Kw::kAll) ? 1 : 0);
    if (all.back() == 0) {
      Accept(Kw::kDistinct);
    }
    bool in_parens = false;
    Query* operand = ParseQueryPrimary(&in_parens);
    if (level == 0) {
      operand = ParseQueryBody(operand, in_parens, 1);
    }
    operands.Add(operand);
  }
  set->operands = operands.Take();
  set->ops = MakeList<SetOp>(arena_, ops);
  set->all = MakeList<bool>(arena_, all);
  return Finish(set);
}

// ORDER BY, LIMIT, locking and INTO after a body. Parentheses around a body that has none of these
// itself mean nothing.
Query* Parser::FinishQuery(WithClause* with, Query* body, bool in_parens, uint32_t begin,
                           bool top_level) {
  const bool more = with != nullptr || AtAny({Kw::kOrder, Kw::kLimit, Kw::kFor, Kw::kLock}) ||
                    (top_level && At(Kw::kInto));
  if (!more) {
    return body;
  }
  if (in_parens && HasOwnClauses(body)) {
    auto* wrapper = New<ParenQuery>(begin);
    wrapper->query = body;
    body = wrapper;
  }
  if (with != nullptr) {
    body->with = with;
  }
  body->begin = begin;
  if (At(Kw::kOrder)) {
    body->order_by = ParseOptionalOrderBy();
  }
  if (At(Kw::kLimit)) {
    body->limit = ParseOptionalLimit(true);
  }
  const auto parse_into = [&] {
    if (top_level && At(Kw::kInto)) {
      if (body->into != nullptr) {
        Fail(3953, "42000", "Multiple INTO clauses in one query block.");
      }
      body->into = ParseInto();
    }
  };
  parse_into();
  if (AtAny({Kw::kFor, Kw::kLock})) {
    Collector<LockingClause*> locking(this);
    while (AtAny({Kw::kFor, Kw::kLock})) {
      locking.Add(ParseLocking());
    }
    body->locking = locking.Take();
    parse_into();
  }
  return Finish(body);
}

WithClause* Parser::ParseWith() {
  auto* with = New<WithClause>(cur_.begin);
  if (PeekIs(Kw::kRollup)) {
    SyntaxError();  // WITH ROLLUP is one token to MySQL
  }
  Expect(Kw::kWith);
  with->recursive = Accept(Kw::kRecursive);
  Collector<CommonTable*> tables(this);
  do {
    auto* table = New<CommonTable>(cur_.begin);
    table->name = ParseIdent();
    if (AtSymbol('(')) {
      table->columns = ParseParenIdentList();
    }
    Expect(Kw::kAs);
    table->query = ParseSubquery();
    tables.Add(Finish(table));
  } while (AcceptSymbol(','));
  with->tables = tables.Take();
  return Finish(with);
}

Query* Parser::ParseValuesOrTable() {
  if (At(Kw::kTable)) {
    auto* query = New<TableQuery>(cur_.begin);
    Advance();
    query->table = ParseTableName();
    return Finish(query);
  }
  auto* query = New<ValuesQuery>(cur_.begin);
  Advance();
  Collector<ValuesRow*> rows(this);
  do {
    auto* row = New<ValuesRow>(cur_.begin);
    Expect(Kw::kRow);
    ExpectSymbol('(');
    Collector<Expr*> values(this);
    if (!AtSymbol(')')) {
      do {
        values.Add(ParseExprOrDefault());
      } while (AcceptSymbol(','));
    }
    ExpectSymbol(')');
    row->values = values.Take();
    rows.Add(Finish(row));
  } while (AcceptSymbol(','));
  query->rows = rows.Take();
  return Finish(query);
}

// The optimizer hints right after SELECT, INSERT, REPLACE, UPDATE or DELETE.
std::string_view Parser::TakeHints(const Token& verb) {
  for (auto it = comments_.rbegin(); it != comments_.rend() && it->begin >= verb.end; ++it) {
    if (it->is_directive || it->end > cur_.begin) {
      continue;
    }
    const std::string_view between = text_.substr(verb.end, it->begin - verb.end);
    if (between.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos) {
      return text_.substr(it->begin, it->end - it->begin);
    }
  }
  return {};
}

void Parser::ParseSelectOptions(Select* select) {
  for (;;) {
    uint16_t flag = 0;
    switch (cur_.keyword) {
      case Kw::kAll:
        flag = kSelectAll;
        break;
      case Kw::kDistinct:
      case Kw::kDistinctrow:
        flag = kSelectDistinct;
        break;
      case Kw::kHighPriority:
        flag = kSelectHighPriority;
        break;
      case Kw::kStraightJoin:
        flag = kSelectStraightJoin;
        break;
      case Kw::kSqlSmallResult:
        flag = kSelectSmallResult;
        break;
      case Kw::kSqlBigResult:
        flag = kSelectBigResult;
        break;
      case Kw::kSqlBufferResult:
        flag = kSelectBufferResult;
        break;
      case Kw::kSqlNoCache:
        flag = kSelectNoCache;
        break;
      case Kw::kSqlCalcFoundRows:
        flag = kSelectCalcFoundRows;
        break;
      default:
        return;
    }
    Advance();
    select->flags |= flag;
    if ((select->flags & kSelectAll) != 0 && (select->flags & kSelectDistinct) != 0) {
      Fail(1221, "HY000", "Incorrect usage of ALL and DISTINCT");
    }
  }
}

Select* Parser::ParseSelect() {
  const Token verb = Advance();
  auto* select = New<Select>(verb.begin);
  select->hints = TakeHints(verb);
  ParseSelectOptions(select);
  if (At(Kw::kNext) &&
      (Peek().kind == TokenKind::kInteger || Peek().kind == TokenKind::kPlaceholder) &&
      PeekIs(Kw::kValues, 2)) {
    Advance();
    select->next_values = ParsePrimary();
    Advance();
  } else {
    Collector<SelectItem*> items(this);
    if (AtSymbol('*')) {
      auto* item = New<SelectItem>(cur_.begin);
      auto* star = New<Star>(cur_.begin);
      Advance();
      item->expr = Finish(star);
      items.Add(Finish(item));
    } else {
      items.Add(ParseSelectItem());
    }
    while (AcceptSymbol(',')) {
      items.Add(ParseSelectItem());
    }
    select->items = items.Take();
  }
  if (At(Kw::kInto)) {
    select->into = ParseInto();
  }
  if (Accept(Kw::kFrom)) {
    if (Accept(Kw::kDual)) {
      select->from_dual = true;
    } else {
      select->from = ParseTableRefs();
    }
  }
  select->where = ParseOptionalWhere();
  if (Accept(Kw::kGroup)) {
    Expect(Kw::kBy);
    if (At(Kw::kGrouping) && EqualsIgnoreCase(Text(Peek()), "SETS")) {
      select->rollup = RollupKind::kGroupingSets;
      select->grouping_sets = ParseGroupingSets();
    } else {
      ParseGroupBy(select);
    }
  }
  if (Accept(Kw::kHaving)) {
    select->having = ParseExpr();
  }
  if (Accept(Kw::kWindow)) {
    Collector<WindowSpec*> windows(this);
    do {
      const uint32_t begin = cur_.begin;
      const Ident name = ParseIdent();
      Expect(Kw::kAs);
      WindowSpec* window = ParseWindowSpecBody();
      window->begin = begin;
      window->name = name;
      windows.Add(window);
    } while (AcceptSymbol(','));
    select->windows = windows.Take();
  }
  if (Accept(Kw::kQualify)) {
    select->qualify = ParseExpr();
  }
  return Finish(select);
}

SelectItem* Parser::ParseSelectItem() {
  auto* item = New<SelectItem>(cur_.begin);
  item->name_begin = cur_.begin;
  if (AtIdent() && PeekIsSymbol('.')) {
    const bool one = PeekIsSymbol('*', 2);
    if (one || (PeekIsSymbol('.', 3) && PeekIsSymbol('*', 4))) {
      auto* star = New<Star>(cur_.begin);
      star->table = ParseIdent();
      Advance();
      if (!one) {
        star->schema = star->table;
        star->table = ParseIdent();
        Advance();
      }
      Advance();
      item->expr = Finish(star);
      item->name_end = prev_end_;
      return Finish(item);
    }
  }
  item->expr = ParseExpr();
  item->name_end = prev_end_;
  if (Accept(Kw::kAs) || AtIdent() || AtKind(TokenKind::kString)) {
    item->has_alias = true;
    item->alias = ParseAlias();
  }
  return Finish(item);
}

Expr* Parser::ParseOptionalWhere() { return Accept(Kw::kWhere) ? ParseExpr() : nullptr; }

List<OrderItem*> Parser::ParseOptionalOrderBy() {
  if (!Accept(Kw::kOrder)) {
    return {};
  }
  Expect(Kw::kBy);
  return ParseOrderList();
}

List<OrderItem*> Parser::ParseOrderList() {
  Collector<OrderItem*> items(this);
  do {
    auto* item = New<OrderItem>(cur_.begin);
    item->expr = ParseExpr();
    if (Accept(Kw::kAsc)) {
      item->order = SortOrder::kAsc;
    } else if (Accept(Kw::kDesc)) {
      item->order = SortOrder::kDesc;
    }
    items.Add(Finish(item));
  } while (AcceptSymbol(','));
  return items.Take();
}

Limit* Parser::ParseOptionalLimit(bool with_offset) {
  if (!At(Kw::kLimit)) {
    return nullptr;
  }
  auto* limit = New<Limit>(cur_.begin);
  Advance();
  const auto number = [&]() -> Expr* {
    if (AtKind(TokenKind::kInteger) || AtKind(TokenKind::kPlaceholder)) {
      return ParsePrimary();
    }
    // A variable of a stored program.
    auto* column = New<ColumnRef>(cur_.begin);
    column->column = ParseIdent();
    RequireVariableLater(column->column);
    return Finish(column);
  };
  limit->count = number();
  if (with_offset) {
    if (AcceptSymbol(',')) {
      limit->comma_form = true;
      limit->offset = limit->count;
      limit->count = number();
    } else if (Accept(Kw::kOffset)) {
      limit->offset = number();
    }
  }
  return Finish(limit);
}

LockingClause* Parser::ParseLocking() {
  auto* locking = New<LockingClause>(cur_.begin);
  if (Accept(Kw::kLock)) {
    Expect(Kw::kIn);
    Expect(Kw::kShare);
    Expect(Kw::kMode);
    locking->strength = LockStrength::kShareMode;
    return Finish(locking);
  }
  Expect(Kw::kFor);
  if (Accept(Kw::kShare)) {
    locking->strength = LockStrength::kShare;
  } else {
    Expect(Kw::kUpdate);
  }
  if (Accept(Kw::kOf)) {
    locking->of = ParseTableNames();
  }
  if (Accept(Kw::kNowait)) {
    locking->wait = LockWait::kNoWait;
  } else if (Accept(Kw::kSkip)) {
    Expect(Kw::kLocked);
    locking->wait = LockWait::kSkipLocked;
  }
  return Finish(locking);
}

void Parser::ParseGroupBy(Select* select) {
  if (AtAny({Kw::kCube}) || (At(Kw::kRollup) && PeekIsSymbol('('))) {
    select->rollup =
        Advance().keyword == Kw::kCube ? RollupKind::kCubeList : RollupKind::kRollupList;
    ExpectSymbol('(');
  }
  Collector<OrderItem*> items(this);
  do {
    auto* item = New<OrderItem>(cur_.begin);
    item->expr = ParseExpr();
    items.Add(Finish(item));
  } while (AcceptSymbol(','));
  select->group_by = items.Take();
  if (select->rollup != RollupKind::kNone) {
    ExpectSymbol(')');
  } else if (At(Kw::kWith) && PeekIs(Kw::kRollup)) {
    Advance();
    Advance();
    select->rollup = RollupKind::kWithRollup;
  }
}

// GROUPING SETS ((a, b), (a), ())
List<GroupingSet*> Parser::ParseGroupingSets() {
  Advance();
  Advance();
  ExpectSymbol('(');
  Collector<GroupingSet*> sets(this);
  do {
    auto* set = New<GroupingSet>(cur_.begin);
    ExpectSymbol('(');
    Collector<Expr*> exprs(this);
    if (!AtSymbol(')')) {
      do {
        exprs.Add(ParseExpr());
      } while (AcceptSymbol(','));
    }
    ExpectSymbol(')');
    set->exprs = exprs.Take();
    sets.Add(Finish(set));
  } while (AcceptSymbol(','));
  ExpectSymbol(')');
  return sets.Take();
}

// [URL | URI] 'name' options, or WITH PARAMETERS 'json' options. Of an option given twice the last
// one counts.
void Parser::ParseOutfile(IntoClause* into) {
  into->into = IntoKind::kOutfile;
  if (Accept(Kw::kUrl)) {
    into->target = OutfileTarget::kUrl;
  } else if (Accept(Kw::kUri)) {
    into->target = OutfileTarget::kUri;
  } else if (Accept(Kw::kWith)) {
    Expect(Kw::kParameters);
    into->target = OutfileTarget::kParameters;
  }
  into->file = ParseTextString();
  for (;;) {
    if (Accept(Kw::kFormat)) {
      into->file_format = ParseIdentOrText();
    } else if (Accept(Kw::kCompression)) {
      into->compression = ParseIdentOrText();
    } else if (Accept(Kw::kHeader)) {
      into->header = At(Kw::kOn) ? OutfileHeader::kOn : OutfileHeader::kOff;
      if (!Accept(Kw::kOn)) {
        Expect(Kw::kOff);
      }
    } else if (At(Kw::kCharset) || (AtAny({Kw::kCharacter, Kw::kChar}) && PeekIs(Kw::kSet))) {
      if (Advance().keyword != Kw::kCharset) {
        Advance();
      }
      into->charset = ParseCharsetName();
    } else {
      break;
    }
  }
  into->format = ParseOptionalFields();
}

IntoClause* Parser::ParseInto() {
  auto* into = New<IntoClause>(cur_.begin);
  Expect(Kw::kInto);
  if (Accept(Kw::kOutfile)) {
    ParseOutfile(into);
    return Finish(into);
  }
  if (At(Kw::kDumpfile) && Peek().kind == TokenKind::kString) {
    Advance();
    into->into = IntoKind::kDumpfile;
    into->file = ParseTextString();
    return Finish(into);
  }
  Collector<Expr*> variables(this);
  do {
    if (const uint32_t at = cur_.begin; AcceptAtSign()) {
      auto* variable = New<UserVariable>(at);
      variable->name = ParseIdentOrText();
      variables.Add(Finish(variable));
    } else {
      if (AtKind(TokenKind::kString)) {
        // Of no stored program: there a variable has a name without quotes.
        const Literal* name = ParseTextString();
        Fail(1327, "42000", "Undeclared variable: " + std::string(name->value));
      }
      auto* column = New<ColumnRef>(cur_.begin);
      column->column = ParseIdentOrText();
      RequireVariableLater(column->column);
      variables.Add(Finish(column));
    }
  } while (AcceptSymbol(','));
  into->variables = variables.Take();
  return Finish(into);
}

FieldsClause* Parser::ParseOptionalFields() {
  if (!AtAny({Kw::kFields, Kw::kColumns, Kw::kLines})) {
    return nullptr;
  }
  auto* clause = New<FieldsClause>(cur_.begin);
  if (Accept(Kw::kFields) || Accept(Kw::kColumns)) {
    bool any = false;
    for (;; any = true) {
      if (Accept(Kw::kTerminated)) {
        Expect(Kw::kBy);
        clause->fields_terminated = ParseTextString();
      } else if (At(Kw::kOptionally) || At(Kw::kEnclosed)) {
        clause->optionally_enclosed = Accept(Kw::kOptionally);
        Expect(Kw::kEnclosed);
        Expect(Kw::kBy);
        clause->enclosed = ParseTextString();
      } else if (Accept(Kw::kEscaped)) {
        Expect(Kw::kBy);
        clause->escaped = ParseTextString();
      } else if (any) {
        break;
      } else {
        SyntaxError();
      }
    }
  }
  if (Accept(Kw::kLines)) {
    bool any = false;
    for (;; any = true) {
      if (Accept(Kw::kTerminated)) {
        Expect(Kw::kBy);
        clause->lines_terminated = ParseTextString();
      } else if (Accept(Kw::kStarting)) {
        Expect(Kw::kBy);
        clause->lines_starting = ParseTextString();
      } else if (any) {
        break;
      } else {
        SyntaxError();
      }
    }
  }
  return Finish(clause);
}

}  // namespace keyspan::parser
