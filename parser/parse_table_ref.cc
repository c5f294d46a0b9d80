// FROM: tables, derived tables, JSON_TABLE, joins.

#include "parser/parser_core.h"

namespace keyspan::parser {

List<TableRef*> Parser::ParseTableRefs() {
  Collector<TableRef*> tables(this);
  do {
    tables.Add(ParseTableRef());
  } while (AcceptSymbol(','));
  return tables.Take();
}

TableRef* Parser::ParseTableRef() {
  const uint32_t begin = cur_.begin;
  return ParseJoinTail(ParseTableFactor(), begin);
}

// Joins after `left`. `a JOIN b LEFT JOIN c ON x` reads as `(a JOIN b) LEFT JOIN c ON x`, but with
// one more ON at the end as `a JOIN (b LEFT JOIN c ON x) ON y`: so what follows b is parsed first,
// and without a condition of its own the first join moves to its leftmost table.
TableRef* Parser::ParseJoinTail(TableRef* left, uint32_t begin) {
  for (uint32_t links = 1;; ++links) {
    JoinKind kind = JoinKind::kInner;
    bool natural = false;
    switch (cur_.keyword) {
      case Kw::kJoin:
        Advance();
        break;
      case Kw::kInner:
        Advance();
        Expect(Kw::kJoin);
        break;
      case Kw::kCross:
        Advance();
        Expect(Kw::kJoin);
        kind = JoinKind::kCross;
        break;
      case Kw::kStraightJoin:
        Advance();
        kind = JoinKind::kStraight;
        break;
      case Kw::kNatural:
        Advance();
        natural = true;
        if (Accept(Kw::kLeft)) {
          kind = JoinKind::kLeft;
          Accept(Kw::kOuter);
        } else if (Accept(Kw::kRight)) {
          kind = JoinKind::kRight;
          Accept(Kw::kOuter);
        } else {
          Accept(Kw::kInner);
        }
        Expect(Kw::kJoin);
        break;
      case Kw::kLeft:
      case Kw::kRight:
        kind = Advance().keyword == Kw::kLeft ? JoinKind::kLeft : JoinKind::kRight;
        Accept(Kw::kOuter);
        Expect(Kw::kJoin);
        break;
      default:
        return left;
    }
    LimitLinks(links);
    auto* join = New<Join>(begin);
    join->join = kind;
    join->natural = natural;
    join->left = left;
    const uint32_t right_begin = cur_.begin;
    TableRef* factor = ParseTableFactor();
    join->right = factor;
    if (!natural && !AtAny({Kw::kOn, Kw::kUsing})) {
      const Nesting nesting(this);
      join->right = ParseJoinTail(factor, right_begin);
    }
    if (!natural && Accept(Kw::kOn)) {
      join->on = ParseExpr();
    } else if (!natural && Accept(Kw::kUsing)) {
      ExpectSymbol('(');
      Collector<CiIdent> columns(this);
      do {
        columns.Add(ParseIdent());
      } while (AcceptSymbol(','));
      ExpectSymbol(')');
      join->using_columns = columns.Take();
    } else if (!natural && (kind == JoinKind::kLeft || kind == JoinKind::kRight)) {
      SyntaxError();
    } else if (join->right != factor) {
      auto* lowest = Cast<Join>(join->right);
      while (lowest->left != factor) {
        lowest->begin = begin;
        lowest = Cast<Join>(lowest->left);
      }
      lowest->begin = begin;
      TableRef* whole = join->right;
      join->right = factor;
      join->end = factor->end;
      lowest->left = join;
      left = whole;
      continue;
    }
    left = Finish(join);
  }
}

List<Ident> Parser::ParseOptionalPartitions() {
  if (!Accept(Kw::kPartition)) {
    return {};
  }
  return ParseParenIdentList();
}

Ident Parser::ParseOptionalTableAlias() {
  if (Accept(Kw::kAs)) {
    return ParseIdent();
  }
  return AtIdent() ? ParseIdent() : Ident();
}

TableRef* Parser::ParseTableFactor() {
  const uint32_t begin = cur_.begin;
  if (At(Kw::kLateral)) {
    Advance();
    Query* query = ParseSubquery();
    return ParseDerivedTail(query, begin, true);
  }
  if (At(Kw::kJsonTable)) {
    return ParseJsonTable();
  }
  if (AtSymbol('{')) {
    const Nesting nesting(this);
    Advance();
    Expect(Kw::kOj);
    const bool escape = AtSymbol('{');
    const uint32_t inner_begin = cur_.begin;
    TableRef* factor = ParseTableFactor();
    TableRef* table = ParseJoinTail(factor, inner_begin);
    if (escape && table == factor) {
      SyntaxError();
    }
    ExpectSymbol('}');
    return table;
  }
  if (AtSymbol('(')) {
    Advance();
    const QueryOrTable inner = ParseTableAfterParen();
    ExpectSymbol(')');
    if (inner.query != nullptr) {
      return ParseDerivedTail(inner.query, begin, false);
    }
    return inner.table;
  }
  auto* factor = New<TableFactor>(begin);
  factor->table = ParseTableName();
  factor->partitions = ParseOptionalPartitions();
  factor->alias = ParseOptionalTableAlias();
  factor->hints = ParseIndexHints();
  if (Accept(Kw::kTablesample)) {
    if (!At(Kw::kSystem) && !At(Kw::kBernoulli)) {
      SyntaxError();
    }
    factor->sample_method = KeywordText(Advance().keyword);
    ExpectSymbol('(');
    if (AtKind(TokenKind::kString) || At(Kw::kNull)) {
      SyntaxError();
    }
    factor->sample_percent = ParsePrimary();
    ExpectSymbol(')');
  }
  return Finish(factor);
}

// After `(` in FROM, up to but not including `)`: a query or table references.
Parser::QueryOrTable Parser::ParseTableAfterParen() {
  const Nesting nesting(this);
  const uint32_t begin = cur_.begin;
  if (AtQueryStart()) {
    return {ParseQueryExpression(false), nullptr};
  }
  if (At(Kw::kValues)) {
    Advance();
    SyntaxError();
  }
  TableRef* first = nullptr;
  if (AtSymbol('(')) {
    Advance();
    const QueryOrTable inner = ParseTableAfterParen();
    ExpectSymbol(')');
    if (inner.query != nullptr) {
      if (AtQueryContinuation()) {
        return {ContinueQuery(inner.query, begin, false), nullptr};
      }
      if (AtSymbol(')')) {
        return inner;
      }
      first = ParseDerivedTail(inner.query, begin, false);
      if (AtSymbol(')')) {
        SyntaxError();  // only a join or a list of tables stands in parentheses
      }
    } else {
      first = inner.table;
    }
    first = ParseJoinTail(first, begin);
  } else {
    // These stand in parentheses only as parts of a join or a list.
    const bool needs_company = AtSymbol('{') || AtAny({Kw::kLateral, Kw::kJsonTable});
    TableRef* factor = ParseTableFactor();
    first = ParseJoinTail(factor, begin);
    if (needs_company && first == factor && !AtSymbol(',')) {
      SyntaxError();
    }
  }
  if (!AtSymbol(',')) {
    return {nullptr, first};
  }
  auto* list = New<TableList>(begin);
  Collector<TableRef*> tables(this);
  tables.Add(first);
  while (AcceptSymbol(',')) {
    tables.Add(ParseTableRef());
  }
  list->tables = tables.Take();
  return {nullptr, Finish(list)};
}

TableRef* Parser::ParseDerivedTail(Query* query, uint32_t begin, bool lateral) {
  auto* table = New<DerivedTable>(begin);
  table->lateral = lateral;
  table->query = query;
  if (!At(Kw::kAs) && !AtIdent()) {
    Fail(1248, "42000", "Every derived table must have its own alias");
  }
  table->alias = ParseOptionalTableAlias();
  if (AtSymbol('(')) {
    table->columns = ParseParenIdentList();
  }
  return Finish(table);
}

List<IndexHint*> Parser::ParseIndexHints() {
  if (!AtAny({Kw::kUse, Kw::kForce, Kw::kIgnore})) {
    return {};
  }
  Collector<IndexHint*> hints(this);
  while (AtAny({Kw::kUse, Kw::kForce, Kw::kIgnore})) {
    auto* hint = New<IndexHint>(cur_.begin);
    const Kw verb = Advance().keyword;
    hint->hint = verb == Kw::kUse     ? IndexHintKind::kUse
                 : verb == Kw::kForce ? IndexHintKind::kForce
                                      : IndexHintKind::kIgnore;
    if (!Accept(Kw::kIndex)) {
      Expect(Kw::kKey);
    }
    if (Accept(Kw::kFor)) {
      if (Accept(Kw::kJoin)) {
        hint->use_for = IndexHintFor::kJoin;
      } else if (Accept(Kw::kOrder)) {
        Expect(Kw::kBy);
        hint->use_for = IndexHintFor::kOrderBy;
      } else {
        Expect(Kw::kGroup);
        Expect(Kw::kBy);
        hint->use_for = IndexHintFor::kGroupBy;
      }
    }
    ExpectSymbol('(');
    Collector<Ident> indexes(this);
    if (!AtSymbol(')') || verb != Kw::kUse) {
      do {
        if (At(Kw::kPrimary)) {
          Ident primary;
          primary.begin = cur_.begin;
          primary.text = KeywordText(Advance().keyword);
          indexes.Add(primary);
        } else {
          indexes.Add(ParseIdent());
        }
      } while (AcceptSymbol(','));
    }
    ExpectSymbol(')');
    hint->indexes = indexes.Take();
    hints.Add(Finish(hint));
  }
  return hints.Take();
}

TableRef* Parser::ParseJsonTable() {
  auto* table = New<JsonTable>(cur_.begin);
  Advance();
  ExpectSymbol('(');
  table->document = ParseExpr();
  ExpectSymbol(',');
  if (!AtKind(TokenKind::kString) && !AtKind(TokenKind::kIntroducer)) {
    SyntaxError();
  }
  table->path = ParsePrimary();
  table->columns = ParseJsonColumns();
  ExpectSymbol(')');
  if (!At(Kw::kAs) && !AtIdent()) {
    Fail(3667, "HY000", "Every table function must have an alias");
  }
  table->alias = ParseOptionalTableAlias();
  return Finish(table);
}

// [... ON EMPTY] [... ON ERROR] in either order.
void Parser::ParseJsonColumnResponses(JsonTableColumn* column) {
  ParseJsonResponses(column);
  const bool only_error =
      column->on_error != JsonResponse::kNone && column->on_empty == JsonResponse::kNone;
  if (!only_error || !AtAny({Kw::kError, Kw::kNull, Kw::kDefault})) {
    return;
  }
  if (At(Kw::kDefault)) {
    Advance();
    column->on_empty = JsonResponse::kDefault;
    column->empty_default = ParseSignedLiteral();
  } else {
    column->on_empty = At(Kw::kError) ? JsonResponse::kError : JsonResponse::kNull;
    Advance();
  }
  Expect(Kw::kOn);
  Expect(Kw::kEmpty);
}

// COLUMNS ( ... )
List<JsonTableColumn*> Parser::ParseJsonColumns() {
  const Nesting nesting(this);
  Expect(Kw::kColumns);
  ExpectSymbol('(');
  Collector<JsonTableColumn*> columns(this);
  do {
    auto* column = New<JsonTableColumn>(cur_.begin);
    if (At(Kw::kNested) && PeekIs(Kw::kPath)) {
      Advance();
      Advance();
      column->column = JsonColumnKind::kNested;
      if (!AtKind(TokenKind::kString)) {
        SyntaxError();
      }
      column->path = ParseTextString();
      column->nested = ParseJsonColumns();
      columns.Add(Finish(column));
      continue;
    }
    column->name = ParseIdent();
    if (Accept(Kw::kFor)) {
      Expect(Kw::kOrdinality);
      column->column = JsonColumnKind::kOrdinality;
      columns.Add(Finish(column));
      continue;
    }
    column->type = ParseDataType();
    if (Accept(Kw::kCollate)) {
      column->collation = ParseCollationName();
    }
    if (Accept(Kw::kExists)) {
      column->column = JsonColumnKind::kExistsPath;
    }
    Expect(Kw::kPath);
    if (!AtKind(TokenKind::kString)) {
      SyntaxError();
    }
    column->path = ParseTextString();
    ParseJsonColumnResponses(column);
    columns.Add(Finish(column));
  } while (AcceptSymbol(','));
  ExpectSymbol(')');
  return columns.Take();
}

}  // namespace keyspan::parser
