#include "parser/printer_core.h"

namespace keyspan::parser {
namespace {

void PutPriority(Printer* printer, Priority priority) {
  constexpr std::string_view kWords[] = {"", "LOW_PRIORITY ", "HIGH_PRIORITY ", "DELAYED "};
  printer->Put(kWords[static_cast<size_t>(priority)]);
}

void PutHints(Printer* printer, std::string_view hints) {
  if (!hints.empty()) {
    printer->Put(hints);
    printer->Put(" ");
  }
}

}  // namespace

void Printer::Print(const Assignment* node) {
  Print(node->column);
  Put(" = ");
  Expr_(node->value);
}

void Printer::Print(const Insert* node) {
  Put(node->replace ? "REPLACE " : "INSERT ");
  PutHints(this, node->hints);
  PutPriority(this, node->priority);
  PutIf(node->ignore, "IGNORE ");
  Put("INTO ");
  Print(node->table);
  if (!node->partitions.empty()) {
    Put(" PARTITION ");
    ParenNames(node->partitions);
  }
  if (node->set_syntax) {
    Put(" SET ");
    for (uint32_t i = 0; i < node->columns.size(); ++i) {
      PutIf(i != 0, ", ");
      Print(node->columns[i]);
      Put(" = ");
      Expr_(node->rows[0]->values[i]);
    }
  } else {
    if (node->has_columns) {
      Put(" (");
      Comma(node->columns);
      Put(")");
    }
    if (node->query != nullptr) {
      // INTO is only taken in parentheses; the first after the table's name are a column list's.
      const bool into = node->query->into != nullptr;
      Put(" ");
      PutIf(into, node->has_columns ? "(" : "((");
      Node_(node->query);
      PutIf(into, node->has_columns ? ")" : "))");
    } else {
      Put(" VALUES ");
      Comma(node->rows);
    }
  }
  if (node->row_alias.given()) {
    Put(" AS ");
    Name(node->row_alias);
    if (!node->row_alias_columns.empty()) {
      Put(" ");
      ParenNames(node->row_alias_columns);
    }
  }
  if (!node->on_duplicate.empty()) {
    Put(" ON DUPLICATE KEY UPDATE ");
    Comma(node->on_duplicate);
  }
}

void Printer::Print(const Update* node) {
  if (node->with != nullptr) {
    Print(node->with);
    Put(" ");
  }
  Put("UPDATE ");
  PutHints(this, node->hints);
  PutPriority(this, node->priority);
  PutIf(node->ignore, "IGNORE ");
  Comma(node->tables);
  Put(" SET ");
  Comma(node->set);
  Where(node->where);
  OrderBy(node->order_by);
  LimitTail(node->limit);
}

void Printer::Print(const Delete* node) {
  if (node->with != nullptr) {
    Print(node->with);
    Put(" ");
  }
  Put("DELETE ");
  PutHints(this, node->hints);
  PutPriority(this, node->priority);
  PutIf(node->quick, "QUICK ");
  PutIf(node->ignore, "IGNORE ");
  if (node->using_syntax) {
    Put("FROM ");
    Comma(node->targets);
    Put(" USING ");
    Comma(node->from);
  } else if (!node->targets.empty()) {
    Comma(node->targets);
    Put(" FROM ");
    Comma(node->from);
  } else {
    // Here the alias stands before PARTITION.
    const auto* factor = Cast<TableFactor>(static_cast<const Node*>(node->from[0]));
    Put("FROM ");
    Print(factor->table);
    if (factor->alias.given()) {
      Put(" AS ");
      Name(factor->alias);
    }
    if (!factor->partitions.empty()) {
      Put(" PARTITION ");
      ParenNames(factor->partitions);
    }
  }
  Where(node->where);
  OrderBy(node->order_by);
  LimitTail(node->limit);
}

void Printer::Print(const LoadData* node) {
  Put(node->xml ? "LOAD XML " : "LOAD DATA ");
  PutIf(node->priority == Priority::kLow, "LOW_PRIORITY ");
  PutIf(node->priority == Priority::kHigh, "CONCURRENT ");
  PutIf(node->local, "LOCAL ");
  if (!node->source.empty()) {
    Put(node->source);
    Put(" ");
  }
  LiteralText(node->file);
  if (!node->file_options.empty()) {
    Put(" ");
    Put(node->file_options);
  }
  PutIf(node->replace, " REPLACE");
  PutIf(node->ignore, " IGNORE");
  Put(" INTO TABLE ");
  Print(node->table);
  if (!node->partitions.empty()) {
    Put(" PARTITION ");
    ParenNames(node->partitions);
  }
  if (!node->charset.empty()) {
    Put(" CHARACTER SET ");
    Charset(node->charset);
  }
  if (node->rows_identified_by != nullptr) {
    Put(" ROWS IDENTIFIED BY ");
    LiteralText(node->rows_identified_by);
  }
  if (node->compression != nullptr) {
    Put(" COMPRESSION = ");
    LiteralText(node->compression);
  }
  if (node->format != nullptr) {
    Put(" ");
    Print(node->format);
  }
  if (node->ignore_lines != nullptr) {
    Put(" IGNORE ");
    LiteralText(node->ignore_lines);
    Put(" LINES");
  }
  if (!node->columns.empty()) {
    Put(" (");
    Comma(node->columns);
    Put(")");
  }
  if (!node->set.empty()) {
    Put(" SET ");
    Comma(node->set);
  }
  if (!node->tail.empty()) {
    Put(" ");
    Put(node->tail);
  }
}

void Printer::Print(const Call* node) {
  Put("CALL ");
  Print(node->procedure);
  Put("(");
  Comma(node->args);
  Put(")");
}

void Printer::Print(const Do* node) {
  Put("DO ");
  Comma(node->items);
}

void Printer::Print(const Handler* node) {
  Put("HANDLER ");
  Print(node->table);
  switch (node->action) {
    case HandlerAction::kOpen:
      Put(" OPEN");
      if (node->alias.given()) {
        Put(" AS ");
        Name(node->alias);
      }
      return;
    case HandlerAction::kClose:
      Put(" CLOSE");
      return;
    case HandlerAction::kRead:
      break;
  }
  Put(" READ ");
  if (!node->index.empty()) {
    Name(node->index);
    Put(" ");
  }
  Put(node->position);
  if (!node->key.empty()) {
    Put(" (");
    Comma(node->key);
    Put(")");
  }
  Where(node->where);
  LimitTail(node->limit);
}

}  // namespace keyspan::parser
