// PARTITION BY and the definitions of partitions.

#include <fmt/format.h>

#include "parser/integer_text.h"
#include "parser/parse_ddl.h"
#include "parser/partition_rules.h"
#include "parser/walker.h"

namespace keyspan::parser {
namespace {

struct Method {
  PartitionKind kind = PartitionKind::kNone;
  bool linear = false;
  bool columns_form = false;
  std::string_view algorithm;
  Expr* expr = nullptr;
  List<Ident> columns;
};

// An expression that is the same for a row at any time.
Expr* ParsePartitionExpr(Parser& p) {
  const uint32_t begin = p.Cur().begin;
  Expr* expr = p.ParseBitExpr();
  const bool constant = Walk(static_cast<const Node*>(expr), [](const Node* node) {
    const auto* call = As<FunctionCall>(node);
    const bool varies = Is<UserVariable>(node) || Is<SystemVariable>(node) ||
                        (call != nullptr && EqualsIgnoreCase(call->name.text, "RAND"));
    return varies ? Visit::kStop : Visit::kContinue;
  });
  if (!constant) {
    p.SyntaxErrorLater(
        "Constant, random or timezone-dependent expressions in (sub)partitioning function are not "
        "allowed",
        begin, p.prev_end());
  }
  return expr;
}

// PARTITIONS n, SUBPARTITIONS n
std::string_view ParseCount(Parser& p, std::string_view what) {
  const std::string_view count = p.ParseRealUlong()->text;
  if (IntegerOf(count) == 0) {
    p.Fail(1504, "HY000", fmt::format("Number of {} = 0 is not an allowed value", what));
  }
  return count;
}

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
  method.expr = ParsePartitionExpr(p);
  p.ExpectSymbol(')');
  return method;
}

// (1, MAXVALUE, 'x')
ValuesRow* ParsePartitionValues(Parser& p) {
  auto* row = p.New<ValuesRow>(p.Cur().begin);
  p.ExpectSymbol('(');
  Parser::Collector<Expr*> values(&p);
  do {
    if (p.At(Kw::kMaxvalue)) {
      auto* word = p.New<KeywordArg>(p.Cur().begin);
      p.Advance();
      word->word = "MAXVALUE";
      values.Add(p.Finish(word));
    } else {
      values.Add(ParsePartitionExpr(p));
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

// After LESS
void ParseLessThan(Parser& p, const Token& values_word, PartitionDef* partition,
                   PartitionRules* rules) {
  p.Expect(Kw::kThan);
  partition->less_than = true;
  rules->Values(PartitionKind::kRange);
  if (p.Accept(Kw::kMaxvalue)) {
    partition->maxvalue = true;
    rules->MaxvalueAlone(values_word);
    return;
  }
  ValuesRow* rows[] = {ParsePartitionValues(p)};
  rules->Row(*rows[0]);
  partition->values = MakeList<ValuesRow*>(p.arena(), std::basic_string_view<ValuesRow*>(rows, 1));
}

// At IN
void ParseIn(Parser& p, PartitionDef* partition, PartitionRules* rules) {
  p.Expect(Kw::kIn);
  partition->in = true;
  rules->Values(PartitionKind::kList);
  Parser::Collector<ValuesRow*> rows(&p);
  const auto add_row = [&] {
    ValuesRow* row = ParsePartitionValues(p);
    rules->Row(*row);
    rows.Add(row);
    return row;
  };
  if (p.AtSymbol('(') && p.PeekIsSymbol('(')) {
    partition->in_rows = true;
    p.Advance();
    do {
      add_row();
    } while (p.AcceptSymbol(','));
    rules->InRows(p.Cur());
    p.ExpectSymbol(')');
  } else {
    rules->InValues(*add_row());
  }
  partition->values = rows.Take();
}

void ParseSubpartitions(Parser& p, PartitionDef* partition, PartitionRules* rules) {
  const Token open = p.Cur();
  p.ExpectSymbol('(');
  Parser::Collector<PartitionDef*> subs(&p);
  do {
    auto* sub = p.New<PartitionDef>(p.Cur().begin);
    rules->StartSubpartition(p.Cur());
    p.Expect(Kw::kSubpartition);
    sub->name = p.ParseIdentOrText();
    sub->options = ParsePartitionOptions(p);
    subs.Add(p.Finish(sub));
  } while (p.AcceptSymbol(','));
  p.ExpectSymbol(')');
  partition->subpartitions = subs.Take();
  rules->Subpartitions(open, partition->subpartitions.count);
}

// `before` is the token before it.
PartitionDef* ParsePartitionDef(Parser& p, const Token& before, PartitionRules* rules) {
  auto* partition = p.New<PartitionDef>(p.Cur().begin);
  rules->StartPartition();
  p.Expect(Kw::kPartition);
  partition->name = p.ParseIdent();
  const Token values_word = p.Cur();
  if (!p.Accept(Kw::kValues)) {
    rules->NoValues(before);
  } else if (p.Accept(Kw::kLess)) {
    ParseLessThan(p, values_word, partition, rules);
  } else {
    ParseIn(p, partition, rules);
  }
  partition->options = ParsePartitionOptions(p);
  if (p.AtSymbol('(')) {
    ParseSubpartitions(p, partition, rules);
  } else {
    rules->NoSubpartitions();
  }
  return p.Finish(partition);
}

List<PartitionDef*> ParseDefinitions(Parser& p, PartitionRules* rules) {
  const Token open = p.Cur();
  Token before = open;
  p.ExpectSymbol('(');
  Parser::Collector<PartitionDef*> partitions(&p);
  for (;;) {
    partitions.Add(ParsePartitionDef(p, before, rules));
    before = p.Cur();
    if (!p.AcceptSymbol(',')) {
      break;
    }
  }
  p.ExpectSymbol(')');
  rules->End(open);
  return partitions.Take();
}

}  // namespace

List<PartitionDef*> ParsePartitionDefs(Parser& p) {
  PartitionRules rules(&p);
  return ParseDefinitions(p, &rules);
}

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
    clause->count = ParseCount(p, "partitions");
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
      clause->sub_count = ParseCount(p, "subpartitions");
    }
  }
  if (p.AtSymbol('(')) {
    PartitionRules rules(&p, *clause);
    clause->partitions = ParseDefinitions(p, &rules);
  } else if (clause->partition == PartitionKind::kRange ||
             clause->partition == PartitionKind::kList) {
    p.FailLater(1492, "HY000",
                fmt::format("For {} partitions each partition must be defined",
                            clause->partition == PartitionKind::kRange ? "RANGE" : "LIST"));
  }
  return p.Finish(clause);
}

}  // namespace keyspan::parser
