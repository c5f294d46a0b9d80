// PARTITION BY and the definitions of partitions.

#include "parser/parse_ddl.h"

namespace keyspan::parser {
namespace {

constexpr std::string_view kInconsistent =
    "Inconsistency in usage of column lists for partitioning";

struct Method {
  PartitionKind kind = PartitionKind::kNone;
  bool linear = false;
  bool columns_form = false;
  std::string_view algorithm;
  Expr* expr = nullptr;
  List<Ident> columns;
};

Method ParseMethod(Parser& p, bool sub) {
  Method method;
  method.linear = p.Accept(Kw::kLinear);
  if (p.Accept(Kw::kKey)) {
    method.kind = PartitionKind::kKey;
    if (p.Accept(Kw::kAlgorithm)) {
      p.ExpectSymbol('=');
      const Token number = p.Cur();
      method.algorithm = p.ParseRealUlong()->text;
      if (method.algorithm != "1" && method.algorithm != "2") {
        p.SyntaxErrorAt(number.begin, number.end);
      }
    }
    p.ExpectSymbol('(');
    if (!p.AtSymbol(')') || sub) {
      method.columns = p.ParseIdentList();
    }
    p.ExpectSymbol(')');
    return method;
  }
  if (p.Accept(Kw::kHash)) {
    method.kind = PartitionKind::kHash;
  } else if (!sub && !method.linear && p.Accept(Kw::kRange)) {
    method.kind = PartitionKind::kRange;
  } else if (!sub && !method.linear && p.Accept(Kw::kList)) {
    method.kind = PartitionKind::kList;
  } else {
    p.SyntaxError();
  }
  if (method.kind != PartitionKind::kHash && p.Accept(Kw::kColumns)) {
    method.columns_form = true;
    method.columns = p.ParseParenIdentList();
    return method;
  }
  p.ExpectSymbol('(');
  if (p.AtSymbol('@') || (p.AtWord("RAND") && p.PeekIsSymbol('('))) {
    p.SyntaxErrorBecause(
        "Constant, random or timezone-dependent expressions in (sub)partitioning function are not "
        "allowed");
  }
  method.expr = p.ParseBitExpr();
  p.ExpectSymbol(')');
  return method;
}

// (1, MAXVALUE, 'x')
ValuesRow* ParsePartitionValues(Parser& p, bool maxvalue) {
  auto* row = p.New<ValuesRow>(p.Cur().begin);
  p.ExpectSymbol('(');
  Parser::Collector<Expr*> values(&p);
  do {
    if (p.At(Kw::kMaxvalue) && !maxvalue) {
      p.SyntaxErrorBecause("Cannot use MAXVALUE as value in VALUES IN");
    }
    if (p.At(Kw::kMaxvalue)) {
      auto* word = p.New<KeywordArg>(p.Cur().begin);
      p.Advance();
      word->word = "MAXVALUE";
      values.Add(p.Finish(word));
    } else {
      values.Add(p.ParseBitExpr());
    }
  } while (p.AcceptSymbol(','));
  p.ExpectSymbol(')');
  row->values = values.Take();
  return p.Finish(row);
}

List<Option*> ParsePartitionOptions(Parser& p) {
  Parser::Collector<Option*> options(&p);
  for (;;) {
    const uint32_t begin = p.Cur().begin;
    if (p.At(Kw::kStorage) && p.PeekIs(Kw::kEngine)) {
      p.Advance();
    }
    auto* option = p.New<Option>(begin);
    const auto equal = [&](std::string_view name) {
      option->name = name;
      p.AcceptSymbol('=');
    };
    switch (p.Cur().keyword) {
      case Kw::kEngine:
      case Kw::kTablespace:
        equal(KeywordText(p.Advance().keyword));
        option->word = p.ParseIdentOrText();
        option->word.quoted = true;
        break;
      case Kw::kNodegroup:
      case Kw::kMaxRows:
      case Kw::kMinRows:
        equal(KeywordText(p.Advance().keyword));
        option->value = p.ParseNumber();
        break;
      case Kw::kComment:
        equal(KeywordText(p.Advance().keyword));
        option->value = p.ParseTextString();
        break;
      case Kw::kData:
      case Kw::kIndex:
        option->name = p.Advance().keyword == Kw::kData ? "DATA DIRECTORY" : "INDEX DIRECTORY";
        p.Expect(Kw::kDirectory);
        p.AcceptSymbol('=');
        option->value = p.ParseTextString();
        break;
      default:
        return options.Take();
    }
    options.Add(p.Finish(option));
  }
}

PartitionDef* ParsePartitionDef(Parser& p) {
  auto* partition = p.New<PartitionDef>(p.Cur().begin);
  p.Expect(Kw::kPartition);
  partition->name = p.ParseIdent();
  if (p.Accept(Kw::kValues)) {
    if (p.Accept(Kw::kLess)) {
      p.Expect(Kw::kThan);
      partition->less_than = true;
      if (p.Accept(Kw::kMaxvalue)) {
        partition->maxvalue = true;
      } else {
        ValuesRow* rows[] = {ParsePartitionValues(p, true)};
        partition->values =
            MakeList<ValuesRow*>(p.arena(), std::basic_string_view<ValuesRow*>(rows, 1));
      }
    } else {
      p.Expect(Kw::kIn);
      partition->in = true;
      Parser::Collector<ValuesRow*> rows(&p);
      if (p.AtSymbol('(') && p.PeekIsSymbol('(')) {
        partition->in_rows = true;
        p.Advance();
        do {
          rows.Add(ParsePartitionValues(p, false));
        } while (p.AcceptSymbol(','));
        p.ExpectSymbol(')');
      } else {
        rows.Add(ParsePartitionValues(p, false));
      }
      partition->values = rows.Take();
    }
  }
  partition->options = ParsePartitionOptions(p);
  if (p.AcceptSymbol('(')) {
    Parser::Collector<PartitionDef*> subs(&p);
    do {
      auto* sub = p.New<PartitionDef>(p.Cur().begin);
      p.Expect(Kw::kSubpartition);
      sub->name = p.ParseIdentOrText();
      sub->options = ParsePartitionOptions(p);
      subs.Add(p.Finish(sub));
    } while (p.AcceptSymbol(','));
    p.ExpectSymbol(')');
    partition->subpartitions = subs.Take();
  }
  return p.Finish(partition);
}

}  // namespace

List<PartitionDef*> ParsePartitionDefs(Parser& p) {
  p.ExpectSymbol('(');
  Parser::Collector<PartitionDef*> partitions(&p);
  do {
    partitions.Add(ParsePartitionDef(p));
  } while (p.AcceptSymbol(','));
  p.ExpectSymbol(')');
  return partitions.Take();
}

namespace {

// What MySQL's grammar checks of the definitions as a whole.
void CheckPartitions(Parser& p, const PartitionBy& clause, const Token& open) {
  const bool range = clause.partition == PartitionKind::kRange;
  if (range || clause.partition == PartitionKind::kList) {
    for (const PartitionDef* partition : clause.partitions) {
      if (!partition->less_than && !partition->in) {
        p.SyntaxErrorBecause(
            range ? "Syntax error: RANGE PARTITIONING requires definition of VALUES LESS THAN for "
                    "each partition"
                  : "Syntax error: LIST PARTITIONING requires definition of VALUES IN for each "
                    "partition",
            open);
      }
    }
  }
  if (!clause.count.empty() && clause.count != std::to_string(clause.partitions.size())) {
    p.SyntaxErrorBecause("Wrong number of partitions defined, mismatch with previous setting",
                         open);
  }
}

}  // namespace

PartitionBy* ParsePartitionBy(Parser& p) {
  auto* clause = p.New<PartitionBy>(p.Cur().begin);
  p.Expect(Kw::kPartition);
  p.Expect(Kw::kBy);
  const Method method = ParseMethod(p, false);
  clause->partition = method.kind;
  clause->linear = method.linear;
  clause->columns_form = method.columns_form;
  clause->algorithm = method.algorithm;
  clause->expr = method.expr;
  clause->columns = method.columns;
  if (p.Accept(Kw::kPartitions)) {
    clause->count = p.ParseRealUlong()->text;
  }
  if (p.Accept(Kw::kSubpartition)) {
    p.Expect(Kw::kBy);
    const Method sub = ParseMethod(p, true);
    clause->subpartition = sub.kind;
    clause->sub_linear = sub.linear;
    clause->sub_algorithm = sub.algorithm;
    clause->sub_expr = sub.expr;
    clause->sub_columns = sub.columns;
    if (p.Accept(Kw::kSubpartitions)) {
      clause->sub_count = p.ParseRealUlong()->text;
    }
  }
  if (p.AtSymbol('(')) {
    const Token open = p.Cur();
    clause->partitions = ParsePartitionDefs(p);
    CheckPartitions(p, *clause, open);
  }
  return p.Finish(clause);
}

}  // namespace keyspan::parser
