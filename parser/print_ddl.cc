#include "parser/printer_core.h"

namespace keyspan::parser {

void Printer::Print(const DataType* node) {
  PutIf(node->national, "NATIONAL ");
  Put(TypeKindName(node->type));
  if (!node->length.empty()) {
    Put("(");
    Put(node->length);
    if (!node->decimals.empty()) {
      Put(", ");
      Put(node->decimals);
    }
    Put(")");
  }
  if (!node->values.empty()) {
    Put("(");
    bool first = true;
    for (const Literal* value : node->values) {
      PutIf(!first, ", ");
      first = false;
      LiteralText(value);
    }
    Put(")");
  }
  PutIf(node->is_unsigned, " UNSIGNED");
  PutIf(node->zerofill, " ZEROFILL");
  if (!node->charset.empty()) {
    Put(" CHARACTER SET ");
    Charset(node->charset);
  }
  PutIf(node->binary_collation, " BINARY");
  if (!node->collation.empty()) {
    Put(" COLLATE ");
    Charset(node->collation);
  }
}

void Printer::Print(const Reference* node) {
  Put("REFERENCES ");
  Print(node->table);
  if (!node->columns.empty()) {
    Put(" ");
    ParenNames(node->columns);
  }
  constexpr std::string_view kMatches[] = {"", " MATCH FULL", " MATCH PARTIAL", " MATCH SIMPLE"};
  constexpr std::string_view kActions[] = {"",         "RESTRICT",  "CASCADE",
                                           "SET NULL", "NO ACTION", "SET DEFAULT"};
  Put(kMatches[static_cast<size_t>(node->match)]);
  if (node->on_delete != ReferenceAction::kNone) {
    Put(" ON DELETE ");
    Put(kActions[static_cast<size_t>(node->on_delete)]);
  }
  if (node->on_update != ReferenceAction::kNone) {
    Put(" ON UPDATE ");
    Put(kActions[static_cast<size_t>(node->on_update)]);
  }
}

namespace {

void PutConstraint(Printer* printer, bool has_constraint, const Ident& name) {
  if (has_constraint) {
    printer->Put("CONSTRAINT ");
    if (!name.empty()) {
      printer->Name(name);
      printer->Put(" ");
    }
  }
}

void PutEnforcement(Printer* printer, Enforcement enforcement) {
  printer->PutIf(enforcement == Enforcement::kEnforced, " ENFORCED");
  printer->PutIf(enforcement == Enforcement::kNotEnforced, " NOT ENFORCED");
}

void PutVisibility(Printer* printer, Visibility visibility) {
  printer->PutIf(visibility == Visibility::kVisible, " VISIBLE");
  printer->PutIf(visibility == Visibility::kInvisible, " INVISIBLE");
}

void PutOptions(Printer* printer, const List<Option*>& options) {
  for (const Option* option : options) {
    printer->Put(" ");
    printer->Print(option);
  }
}

}  // namespace

void Printer::Print(const CheckConstraint* node) {
  PutConstraint(this, node->has_constraint, node->name);
  Put("CHECK (");
  Expr_(node->condition);
  Put(")");
  PutEnforcement(this, node->enforcement);
}

void Printer::Print(const ColumnDef* node) {
  Name(node->name);
  Put(" ");
  Print(node->type);
  if (!node->collation.empty()) {
    Put(" COLLATE ");
    Charset(node->collation);
  }
  if (node->generated != nullptr) {
    Put(node->generated_always ? " GENERATED ALWAYS AS (" : " AS (");
    Expr_(node->generated);
    Put(node->stored ? ") STORED" : ") VIRTUAL");
  }
  PutIf(node->null == Nullability::kNull, " NULL");
  PutIf(node->null == Nullability::kNotNull, " NOT NULL");
  if (node->default_value != nullptr) {
    Put(node->default_expression ? " DEFAULT (" : " DEFAULT ");
    if (node->default_expression) {
      Expr_(node->default_value);
    } else {
      SignedLiteral(node->default_value);
    }
    PutIf(node->default_expression, ")");
  }
  if (node->on_update != nullptr) {
    Put(" ON UPDATE ");
    Expr_(node->on_update);
  }
  PutIf(node->auto_increment, " AUTO_INCREMENT");
  PutIf(node->serial_default, " SERIAL DEFAULT VALUE");
  PutIf(node->key == ColumnKey::kPrimary, " PRIMARY KEY");
  PutIf(node->key == ColumnKey::kUnique, " UNIQUE KEY");
  PutIf(node->key == ColumnKey::kKey, " KEY");
  PutIf(node->unique_too, " UNIQUE KEY");
  if (node->comment != nullptr) {
    Put(" COMMENT ");
    LiteralText(node->comment);
  }
  if (!node->column_format.empty()) {
    Put(" COLUMN_FORMAT ");
    Put(node->column_format);
  }
  if (!node->storage.empty()) {
    Put(" STORAGE ");
    Put(node->storage);
  }
  if (!node->srid.empty()) {
    Put(" SRID ");
    Put(node->srid);
  }
  PutVisibility(this, node->visibility);
  if (node->engine_attribute != nullptr) {
    Put(" ENGINE_ATTRIBUTE = ");
    LiteralText(node->engine_attribute);
  }
  if (node->secondary_engine_attribute != nullptr) {
    Put(" SECONDARY_ENGINE_ATTRIBUTE = ");
    LiteralText(node->secondary_engine_attribute);
  }
  PutIf(node->not_secondary, " NOT SECONDARY");
  if (node->external_format != nullptr) {
    Put(" EXTERNAL_FORMAT ");
    LiteralText(node->external_format);
  }
  if (!node->masking_policy.empty()) {
    Put(" MASKING POLICY ");
    Name(node->masking_policy);
  }
  for (const CheckConstraint* check : node->checks) {
    Put(" ");
    Print(check);
  }
  if (node->references != nullptr) {
    Put(" ");
    Print(node->references);
  }
}

void Printer::Print(const KeyPart* node) {
  if (node->expr != nullptr) {
    Put("(");
    Expr_(node->expr);
    Put(")");
  } else {
    Name(node->column);
    if (!node->length.empty()) {
      Put("(");
      Put(node->length);
      Put(")");
    }
  }
  PutIf(node->order == SortOrder::kAsc, " ASC");
  PutIf(node->order == SortOrder::kDesc, " DESC");
}

void Printer::Print(const Option* node) {
  if (node->name == "CHARSET" || node->name == "COLLATE") {
    Put(node->name == "CHARSET" ? "CHARACTER SET " : "COLLATE ");
    Charset(node->word);
    return;
  }
  Put(node->name);
  if (node->value != nullptr) {
    Put(node->name == "COMMENT" || node->name == "SRID" ? " " : " = ");
    SignedLiteral(node->value);
  } else if (!node->tables.empty() || node->name == "UNION") {
    Put(" = (");
    Comma(node->tables);
    Put(")");
  } else if (!node->word.empty()) {
    Put(node->name == "WITH PARSER" || node->name == "READ ONLY" ? " " : " = ");
    if (node->word.quoted) {
      Name(node->word);
    } else {
      Put(node->word.text);
    }
  }
}

void Printer::Print(const IndexDef* node) {
  PutConstraint(this, node->has_constraint, node->constraint);
  constexpr std::string_view kWords[] = {"KEY",          "UNIQUE KEY",  "PRIMARY KEY",
                                         "FULLTEXT KEY", "SPATIAL KEY", "FOREIGN KEY"};
  Put(kWords[static_cast<size_t>(node->index)]);
  PutIf(node->if_not_exists, " IF NOT EXISTS");
  if (!node->name.empty()) {
    Put(" ");
    Name(node->name);
  }
  if (!node->using_type.empty()) {
    Put(" USING ");
    Put(node->using_type);
  }
  Put(" (");
  Comma(node->parts);
  Put(")");
  if (node->references != nullptr) {
    Put(" ");
    Print(node->references);
  }
  PutOptions(this, node->options);
}

void Printer::Print(const PartitionDef* node) {
  Name(node->name);
  // A value that begins with a parenthesis would be read as a row of values.
  const bool full_parentheses = std::exchange(options_.full_parentheses, false);
  if (node->less_than) {
    Put(" VALUES LESS THAN ");
    if (node->maxvalue) {
      Put("MAXVALUE");
    } else {
      Print(node->values[0]);
    }
  } else if (node->in) {
    Put(" VALUES IN ");
    if (node->values.size() == 1 && !node->in_rows) {
      Print(node->values[0]);
    } else {
      Put("(");
      Comma(node->values);
      Put(")");
    }
  }
  options_.full_parentheses = full_parentheses;
  PutOptions(this, node->options);
  if (!node->subpartitions.empty()) {
    Put(" (");
    bool first = true;
    for (const PartitionDef* sub : node->subpartitions) {
      Put(first ? "SUBPARTITION " : ", SUBPARTITION ");
      first = false;
      Print(sub);
    }
    Put(")");
  }
}

void Printer::Print(const PartitionBy* node) {
  const auto method = [&](PartitionKind kind, bool linear, bool columns_form,
                          std::string_view algorithm, const Expr* expr,
                          const List<Ident>& columns) {
    PutIf(linear, "LINEAR ");
    constexpr std::string_view kWords[] = {"", "HASH", "KEY", "RANGE", "LIST"};
    Put(kWords[static_cast<size_t>(kind)]);
    PutIf(columns_form, " COLUMNS");
    if (!algorithm.empty()) {
      Put(" ALGORITHM = ");
      Put(algorithm);
    }
    Put(" (");
    if (expr != nullptr) {
      Expr_(expr);
    } else {
      Names(columns);
    }
    Put(")");
  };
  Put("PARTITION BY ");
  method(node->partition, node->linear, node->columns_form, node->algorithm, node->expr,
         node->columns);
  if (!node->count.empty()) {
    Put(" PARTITIONS ");
    Put(node->count);
  }
  if (node->subpartition != PartitionKind::kNone) {
    Put(" SUBPARTITION BY ");
    method(node->subpartition, node->sub_linear, false, node->sub_algorithm, node->sub_expr,
           node->sub_columns);
    if (!node->sub_count.empty()) {
      Put(" SUBPARTITIONS ");
      Put(node->sub_count);
    }
  }
  if (!node->partitions.empty()) {
    Put(" (");
    bool first = true;
    for (const PartitionDef* partition : node->partitions) {
      Put(first ? "PARTITION " : ", PARTITION ");
      first = false;
      Print(partition);
    }
    Put(")");
  }
}

void Printer::Print(const CreateTable* node) {
  Put("CREATE ");
  PutIf(node->temporary, "TEMPORARY ");
  PutIf(node->external, "EXTERNAL ");
  Put("TABLE ");
  PutIf(node->if_not_exists, "IF NOT EXISTS ");
  Print(node->table);
  if (node->like != nullptr) {
    Put(" LIKE ");
    Print(node->like);
    return;
  }
  if (!node->columns.empty() || !node->indexes.empty() || !node->checks.empty()) {
    Put(" (");
    Comma(node->columns);
    PutIf(!node->columns.empty() && !node->indexes.empty(), ", ");
    Comma(node->indexes);
    PutIf((!node->columns.empty() || !node->indexes.empty()) && !node->checks.empty(), ", ");
    Comma(node->checks);
    Put(")");
  }
  PutOptions(this, node->options);
  if (node->partition != nullptr) {
    Put(" ");
    Print(node->partition);
  }
  PutIf(node->duplicates == DuplicateHandling::kIgnore, " IGNORE");
  PutIf(node->duplicates == DuplicateHandling::kReplace, " REPLACE");
  if (node->query != nullptr) {
    Put(" AS ");
    Node_(node->query);
  }
}

void Printer::Print(const CreateIndex* node) {
  const IndexDef* index = node->index;
  constexpr std::string_view kWords[] = {"INDEX",          "UNIQUE INDEX",  "",
                                         "FULLTEXT INDEX", "SPATIAL INDEX", ""};
  Put("CREATE ");
  Put(kWords[static_cast<size_t>(index->index)]);
  PutIf(index->if_not_exists, " IF NOT EXISTS");
  Put(" ");
  Name(index->name);
  if (!index->using_type.empty()) {
    Put(" USING ");
    Put(index->using_type);
  }
  Put(" ON ");
  Print(node->table);
  Put(" (");
  Comma(index->parts);
  Put(")");
  PutOptions(this, index->options);
  for (const AlterAction* action : node->algorithm_and_lock) {
    Put(" ");
    Print(action);
  }
}

void Printer::Print(const DropIndex* node) {
  Put("DROP INDEX ");
  Name(node->name);
  Put(" ON ");
  Print(node->table);
  for (const AlterAction* action : node->algorithm_and_lock) {
    Put(" ");
    Print(action);
  }
}

void Printer::Print(const DropTable* node) {
  Put("DROP ");
  PutIf(node->temporary, "TEMPORARY ");
  Put(node->view ? "VIEW " : "TABLE ");
  PutIf(node->if_exists, "IF EXISTS ");
  Comma(node->tables);
  PutIf(node->behavior == DropBehavior::kRestrict, " RESTRICT");
  PutIf(node->behavior == DropBehavior::kCascade, " CASCADE");
}

void Printer::Print(const RenamePair* node) {
  Print(node->from);
  Put(" TO ");
  Print(node->to);
}

void Printer::Print(const RenameTable* node) {
  Put("RENAME TABLE ");
  Comma(node->pairs);
}

void Printer::Print(const TruncateTable* node) {
  Put("TRUNCATE TABLE ");
  Print(node->table);
}

void Printer::Print(const DatabaseStatement* node) {
  constexpr std::string_view kVerbs[] = {"CREATE", "ALTER", "DROP"};
  Put(kVerbs[static_cast<size_t>(node->verb)]);
  Put(" DATABASE");
  PutIf(node->if_exists && node->verb == DatabaseVerb::kCreate, " IF NOT EXISTS");
  PutIf(node->if_exists && node->verb == DatabaseVerb::kDrop, " IF EXISTS");
  if (!node->name.empty()) {
    Put(" ");
    Name(node->name);
  }
  PutOptions(this, node->options);
}

void Printer::Print(const CreateView* node) {
  Put(node->alter ? "ALTER " : "CREATE ");
  PutIf(node->or_replace, "OR REPLACE ");
  if (!node->algorithm.empty()) {
    Put("ALGORITHM = ");
    Put(node->algorithm);
    Put(" ");
  }
  if (!node->definer.empty()) {
    Put("DEFINER = ");
    Put(node->definer);
    Put(" ");
  }
  if (!node->security.empty()) {
    Put("SQL SECURITY ");
    Put(node->security);
    Put(" ");
  }
  PutIf(node->materialized, "MATERIALIZED ");
  PutIf(node->json_duality, "JSON DUALITY ");
  Put("VIEW ");
  PutIf(node->if_not_exists, "IF NOT EXISTS ");
  Print(node->view);
  if (!node->columns.empty()) {
    Put(" ");
    ParenNames(node->columns);
  }
  Put(" AS ");
  Node_(node->query);
  if (!node->check_option.empty()) {
    Put(" WITH ");
    if (node->check_option != "DEFAULT") {
      Put(node->check_option);
      Put(" ");
    }
    Put("CHECK OPTION");
  }
}

}  // namespace keyspan::parser
