#include "parser/function_words.h"
#include "parser/printer_core.h"

namespace keyspan::parser {

void Printer::Print(const FunctionCall* node) {
  const List<Expr*>& args = node->args;
  if (node->schema.given()) {
    Qualifier(node->schema);
    Name(node->name);
  } else if (node->name.quoted) {
    // `count`(x) is a stored function, count(x) is not.
    Put(QuoteIdent(node->name.text, true, options_.charset));
  } else {
    Put(node->name.text);
  }
  if (node->form == CallForm::kNoParens) {
    return;
  }
  Put("(");
  PutIf(node->distinct, "DISTINCT ");
  switch (node->form) {
    case CallForm::kPosition:
      Expr_(args[0], Binding::kBitOr);
      Put(" IN ");
      Expr_(args[1]);
      break;
    case CallForm::kTrimBoth:
    case CallForm::kTrimLeading:
    case CallForm::kTrimTrailing:
      Put(node->form == CallForm::kTrimBoth      ? "BOTH "
          : node->form == CallForm::kTrimLeading ? "LEADING "
                                                 : "TRAILING ");
      if (args.size() == 2) {
        Expr_(args[0]);
        Put(" ");
      }
      Put("FROM ");
      Expr_(args.back());
      break;
    case CallForm::kDuality:
      Expr_(args[0]);
      for (uint32_t i = 1; i < args.size(); i += 2) {
        Put(i == 1 ? " " : ", ");
        Expr_(args[i]);
        Put(" : ");
        Expr_(args[i + 1]);
      }
      break;
    case CallForm::kTrimFrom:
    case CallForm::kExtract:
      Expr_(args[0]);
      Put(" FROM ");
      Expr_(args[1]);
      break;
    default:
      for (uint32_t i = 0; i < args.size(); ++i) {
        PutIf(i != 0, ", ");
        Expr_(args[i]);
        if (!node->arg_aliases.empty() && node->arg_aliases[i].given()) {
          Put(" AS ");
          Name(node->arg_aliases[i]);
        }
      }
  }
  OrderBy(node->order_by);
  if (node->separator != nullptr) {
    Put(" SEPARATOR ");
    LiteralText(node->separator);
  }
  if (node->form == CallForm::kCharUsing) {
    Put(" USING ");
    Charset(node->charset);
  }
  if (node->as_type != nullptr) {
    Put(" AS ");
    Print(node->as_type);
  }
  Put(")");
  PutIf(node->from_last, " FROM LAST");
  PutIf(node->nulls == NullTreatment::kRespect, " RESPECT NULLS");
  PutIf(node->nulls == NullTreatment::kIgnore, " IGNORE NULLS");
  if (node->over != nullptr) {
    Put(" OVER ");
    Print(node->over);
  }
}

namespace {

void PutResponse(Printer* printer, JsonResponse response, const Expr* value,
                 std::string_view when) {
  switch (response) {
    case JsonResponse::kNone:
      return;
    case JsonResponse::kError:
      printer->Put(" ERROR");
      break;
    case JsonResponse::kNull:
      printer->Put(" NULL");
      break;
    case JsonResponse::kDefault:
      printer->Put(" DEFAULT ");
      printer->SignedLiteral(value);
      break;
  }
  printer->Put(when);
}

}  // namespace

void Printer::Print(const JsonValueExpr* node) {
  Put("JSON_VALUE(");
  Expr_(node->document, Binding::kConcat);
  Put(", ");
  Expr_(node->path);
  if (node->returning != nullptr) {
    Put(" RETURNING ");
    Print(node->returning);
  }
  PutResponse(this, node->on_empty, node->empty_default, " ON EMPTY");
  PutResponse(this, node->on_error, node->error_default, " ON ERROR");
  Put(")");
}

void Printer::Print(const JsonTableColumn* node) {
  if (node->column == JsonColumnKind::kNested) {
    Put("NESTED PATH ");
    LiteralText(node->path);
    Put(" COLUMNS (");
    Comma(node->nested);
    Put(")");
    return;
  }
  Name(node->name);
  if (node->column == JsonColumnKind::kOrdinality) {
    Put(" FOR ORDINALITY");
    return;
  }
  Put(" ");
  Print(node->type);
  if (!node->collation.empty()) {
    Put(" COLLATE ");
    Charset(node->collation);
  }
  PutIf(node->column == JsonColumnKind::kExistsPath, " EXISTS");
  Put(" PATH ");
  LiteralText(node->path);
  PutResponse(this, node->on_empty, node->empty_default, " ON EMPTY");
  PutResponse(this, node->on_error, node->error_default, " ON ERROR");
}

void Printer::Print(const JsonTable* node) {
  Put("JSON_TABLE(");
  Expr_(node->document);
  Put(", ");
  Expr_(node->path);
  Put(" COLUMNS (");
  Comma(node->columns);
  Put(")) AS ");
  Name(node->alias);
}

void Printer::Print(const FrameBound* node) {
  if (node->offset != nullptr) {
    Expr_(node->offset);
    Put(node->bound == FrameBoundKind::kPreceding ? " PRECEDING" : " FOLLOWING");
    return;
  }
  constexpr std::string_view kBounds[] = {"UNBOUNDED PRECEDING", "", "CURRENT ROW", "",
                                          "UNBOUNDED FOLLOWING"};
  Put(kBounds[static_cast<size_t>(node->bound)]);
}

void Printer::Print(const WindowFrame* node) {
  constexpr std::string_view kUnits[] = {"ROWS ", "RANGE ", "GROUPS "};
  Put(kUnits[static_cast<size_t>(node->unit)]);
  if (node->finish != nullptr) {
    Put("BETWEEN ");
    Print(node->start);
    Put(" AND ");
    Print(node->finish);
  } else {
    Print(node->start);
  }
  constexpr std::string_view kExclusions[] = {"", " EXCLUDE CURRENT ROW", " EXCLUDE GROUP",
                                              " EXCLUDE TIES", " EXCLUDE NO OTHERS"};
  Put(kExclusions[static_cast<size_t>(node->exclusion)]);
}

void Printer::Print(const WindowSpec* node) {
  if (node->bare) {
    Name(node->name);
    return;
  }
  if (!node->name.empty()) {
    Name(node->name);
    Put(" AS ");
  }
  Put("(");
  std::string_view space;
  const auto part = [&](bool present) {
    if (present) {
      Put(space);
      space = " ";
    }
    return present;
  };
  if (part(!node->base.empty())) {
    Name(node->base);
  }
  if (part(!node->partition_by.empty())) {
    Put("PARTITION BY ");
    Comma(node->partition_by);
  }
  if (part(!node->order_by.empty())) {
    Put("ORDER BY ");
    Comma(node->order_by);
  }
  if (part(node->frame != nullptr)) {
    Print(node->frame);
  }
  Put(")");
}

}  // namespace keyspan::parser
