// CREATE TABLE, and the definitions that ALTER TABLE and CREATE INDEX share with it.

#include <fmt/format.h>

#include "parser/integer_text.h"
#include "parser/parse_ddl.h"

namespace keyspan::parser {
namespace {

void AcceptEqual(Parser& p) { p.AcceptSymbol('='); }

std::string_view Word(Parser& p) { return KeywordText(p.Advance().keyword); }

Expr* ParseNowFunction(Parser& p) {
  // NOW, CURRENT_TIMESTAMP, LOCALTIME, LOCALTIMESTAMP with an optional precision.
  auto* call = p.New<FunctionCall>(p.Cur().begin);
  const Token name = p.Advance();
  call->name.text = p.Text(name);
  call->name.begin = name.begin;
  call->form = CallForm::kNoParens;
  if (p.AcceptSymbol('(')) {
    call->form = CallForm::kGeneric;
    if (!p.AtSymbol(')')) {
      Expr* precision[] = {p.ParseNumber()};
      call->args = MakeList<Expr*>(p.arena(), std::basic_string_view<Expr*>(precision, 1));
    }
    p.ExpectSymbol(')');
  }
  return p.Finish(call);
}

bool AtNow(Parser& p) {
  return p.AtAny({Kw::kCurrentTimestamp, Kw::kLocaltime, Kw::kLocaltimestamp}) ||
         (p.AtWord("NOW") && p.Cur().symbol == '(');
}

ReferenceAction ParseReferenceAction(Parser& p) {
  if (p.Accept(Kw::kRestrict)) {
    return ReferenceAction::kRestrict;
  }
  if (p.Accept(Kw::kCascade)) {
    return ReferenceAction::kCascade;
  }
  if (p.Accept(Kw::kNo)) {
    p.Expect(Kw::kAction);
    return ReferenceAction::kNoAction;
  }
  p.Expect(Kw::kSet);
  if (p.Accept(Kw::kNull)) {
    return ReferenceAction::kSetNull;
  }
  p.Expect(Kw::kDefault);
  return ReferenceAction::kSetDefault;
}

Enforcement ParseEnforcement(Parser& p) {
  if (p.Accept(Kw::kEnforced)) {
    return Enforcement::kEnforced;
  }
  if (p.At(Kw::kNot) && p.PeekIs(Kw::kEnforced)) {
    p.Advance();
    p.Advance();
    return Enforcement::kNotEnforced;
  }
  return Enforcement::kNone;
}

// Of an attribute that stands without its CHECK: MySQL points at the space before ENFORCED.
[[noreturn]] void FailEnforcement(Parser& p) {
  p.SyntaxErrorAt(p.At(Kw::kNot) ? p.Cur().begin : p.prev_end(), p.Cur().end);
}

// CHECK (...) [[NOT] ENFORCED], after an optional CONSTRAINT name.
CheckConstraint* ParseCheck(Parser& p, uint32_t begin, bool has_constraint, const Ident& name) {
  auto* check = p.New<CheckConstraint>(begin);
  check->has_constraint = has_constraint;
  check->name = name;
  p.Expect(Kw::kCheck);
  p.ExpectSymbol('(');
  check->condition = p.ParseExpr();
  p.ExpectSymbol(')');
  check->enforcement = ParseEnforcement(p);
  return p.Finish(check);
}

// One attribute of a column; false when there is none.
bool ParseColumnAttribute(Parser& p, ColumnDef* column,
                          Parser::Collector<CheckConstraint*>* checks) {
  switch (p.Cur().keyword) {
    case Kw::kNull:
      p.Advance();
      column->null = Nullability::kNull;
      return true;
    case Kw::kEnforced:
      FailEnforcement(p);
    case Kw::kNot:
      if (p.PeekIs(Kw::kEnforced)) {
        FailEnforcement(p);
      }
      p.Advance();
      if (p.Accept(Kw::kSecondary)) {
        column->not_secondary = true;
      } else {
        p.Expect(Kw::kNull);
        column->null = Nullability::kNotNull;
      }
      return true;
    case Kw::kDefault:
      p.Advance();
      column->default_value = ParseColumnDefault(p, &column->default_expression);
      return true;
    case Kw::kOn:
      p.Advance();
      p.Expect(Kw::kUpdate);
      if (!AtNow(p)) {
        p.SyntaxError();
      }
      column->on_update = ParseNowFunction(p);
      return true;
    case Kw::kAutoIncrement:
      p.Advance();
      column->auto_increment = true;
      return true;
    case Kw::kMasking:
      p.Advance();
      p.Expect(Kw::kPolicy);
      column->masking_policy = p.ParseIdent();
      return true;
    case Kw::kExternalFormat:
      p.Advance();
      column->external_format = p.ParseStringToken();
      return true;
    case Kw::kSerial:
      p.Advance();
      p.Expect(Kw::kDefault);
      p.Expect(Kw::kValue);
      column->serial_default = true;
      return true;
    case Kw::kPrimary:
      p.Advance();
      p.Expect(Kw::kKey);
      column->unique_too = column->unique_too || column->key == ColumnKey::kUnique;
      column->key = ColumnKey::kPrimary;
      return true;
    case Kw::kKey:
      p.Advance();
      if (column->key == ColumnKey::kNone) {
        column->key = ColumnKey::kKey;
      }
      return true;
    case Kw::kUnique:
      p.Advance();
      p.Accept(Kw::kKey);
      if (column->key == ColumnKey::kPrimary || column->key == ColumnKey::kKey) {
        column->unique_too = true;
      } else {
        column->key = ColumnKey::kUnique;
      }
      return true;
    case Kw::kComment:
      p.Advance();
      column->comment = p.ParseTextString();
      return true;
    case Kw::kColumnFormat:
      p.Advance();
      if (!p.AtAny({Kw::kFixed, Kw::kDynamic, Kw::kDefault})) {
        p.SyntaxError();
      }
      column->column_format = Word(p);
      return true;
    case Kw::kStorage:
      p.Advance();
      if (!p.AtAny({Kw::kDisk, Kw::kMemory, Kw::kDefault})) {
        p.SyntaxError();
      }
      column->storage = Word(p);
      return true;
    case Kw::kSrid:
      p.Advance();
      column->srid = p.ParseIntegerText();
      return true;
    case Kw::kVisible:
      p.Advance();
      column->visibility = Visibility::kVisible;
      return true;
    case Kw::kInvisible:
      p.Advance();
      column->visibility = Visibility::kInvisible;
      return true;
    case Kw::kEngineAttribute:
      p.Advance();
      AcceptEqual(p);
      column->engine_attribute = p.ParseTextString();
      return true;
    case Kw::kSecondaryEngineAttribute:
      p.Advance();
      AcceptEqual(p);
      column->secondary_engine_attribute = p.ParseTextString();
      return true;
    case Kw::kCollate:
      p.Advance();
      column->collation = p.ParseCollationName();
      return true;
    case Kw::kConstraint:
    case Kw::kCheck: {
      const uint32_t begin = p.Cur().begin;
      const bool has_constraint = p.Accept(Kw::kConstraint);
      Ident name;
      if (has_constraint && p.AtIdent()) {
        name = p.ParseIdent();
      }
      CheckConstraint* check = ParseCheck(p, begin, has_constraint, name);
      checks->Add(check);
      // Here, unlike after a table's CHECK, it may be said again.
      for (Enforcement again = ParseEnforcement(p); again != Enforcement::kNone;
           again = ParseEnforcement(p)) {
        check->enforcement = again;
        p.Finish(check);
      }
      return true;
    }
    default:
      return false;
  }
}

void CheckGeneratedColumn(Parser& p, const ColumnDef& column) {
  const std::pair<bool, std::string_view> refused[] = {
      {column.auto_increment, "AUTO_INCREMENT"},
      {column.on_update != nullptr, "ON UPDATE"},
      {column.serial_default, "SERIAL DEFAULT VALUE"},
      {column.default_value != nullptr, "DEFAULT"},
      {!column.column_format.empty(), "COLUMN_FORMAT"},
      {!column.storage.empty(), "STORAGE"}};
  for (const auto& [given, name] : refused) {
    if (given) {
      p.Fail(1221, "HY000",
             std::string("Incorrect usage of ").append(name).append(" and generated column"));
    }
  }
}

// Type, generation, attributes, references.
void ParseColumnBody(Parser& p, ColumnDef* column) {
  column->type = p.ParseDataType();
  Parser::Collector<CheckConstraint*> checks(&p);
  if (p.Accept(Kw::kCollate)) {
    column->collation = p.ParseCollationName();
  }
  if (p.At(Kw::kGenerated) || p.At(Kw::kAs)) {
    if (p.Accept(Kw::kGenerated)) {
      p.Expect(Kw::kAlways);
      column->generated_always = true;
    }
    p.Expect(Kw::kAs);
    p.ExpectSymbol('(');
    column->generated = p.ParseExpr();
    p.ExpectSymbol(')');
    if (p.Accept(Kw::kStored)) {
      column->stored = true;
    } else {
      p.Accept(Kw::kVirtual);
    }
  }
  while (ParseColumnAttribute(p, column, &checks)) {
  }
  if (p.At(Kw::kReferences)) {
    column->references = ParseReference(p);
  }
  column->checks = checks.Take();
  if (column->generated != nullptr) {
    CheckGeneratedColumn(p, *column);
  }
  if (!column->srid.empty() && column->type->type < TypeKind::kGeometry) {
    p.Fail(1221, "HY000", "Incorrect usage of SRID and non-geometry column");
  }
}

}  // namespace

Expr* ParseColumnDefault(Parser& p, bool* is_expression) {
  *is_expression = false;
  if (p.AcceptSymbol('(')) {
    *is_expression = true;
    Expr* value = p.ParseExpr();
    p.ExpectSymbol(')');
    return value;
  }
  return AtNow(p) ? ParseNowFunction(p) : p.ParseSignedLiteral();
}

ColumnDef* ParseColumnDef(Parser& p) {
  auto* column = p.New<ColumnDef>(p.Cur().begin);
  column->name = p.ParseIdent();
  ParseColumnBody(p, column);
  if (column->type != nullptr && !column->type->charset.empty() && !column->collation.empty()) {
    if (auto mismatch = CollationMismatch(column->type->charset, column->collation)) {
      p.FailLater(1253, "42000", *mismatch);
    }
  }
  return p.Finish(column);
}

Reference* ParseReference(Parser& p) {
  auto* reference = p.New<Reference>(p.Cur().begin);
  p.Expect(Kw::kReferences);
  reference->table = p.ParseTableName();
  if (p.AtSymbol('(')) {
    reference->columns = p.ParseParenIdentList();
  }
  if (p.Accept(Kw::kMatch)) {
    reference->match = p.Accept(Kw::kFull)      ? ReferenceMatch::kFull
                       : p.Accept(Kw::kPartial) ? ReferenceMatch::kPartial
                                                : ReferenceMatch::kSimple;
    if (reference->match == ReferenceMatch::kSimple) {
      p.Expect(Kw::kSimple);
    }
  }
  while (p.Accept(Kw::kOn)) {
    if (!p.At(Kw::kUpdate) && !p.At(Kw::kDelete)) {
      p.SyntaxError();
    }
    const bool update = p.At(Kw::kUpdate);
    if ((update ? reference->on_update : reference->on_delete) != ReferenceAction::kNone) {
      p.SyntaxError();
    }
    p.Advance();
    (update ? reference->on_update : reference->on_delete) = ParseReferenceAction(p);
  }
  return p.Finish(reference);
}

List<KeyPart*> ParseKeyParts(Parser& p) {
  p.ExpectSymbol('(');
  Parser::Collector<KeyPart*> parts(&p);
  do {
    auto* part = p.New<KeyPart>(p.Cur().begin);
    if (p.AcceptSymbol('(')) {
      part->expr = p.ParseExpr();
      p.ExpectSymbol(')');
    } else {
      part->column = p.ParseIdent();
      if (p.AcceptSymbol('(')) {
        part->length = p.ParseIntegerText();
        p.ExpectSymbol(')');
        if (IntegerOf(part->length) == 0) {
          p.Fail(1391, "HY000", fmt::format("Key part '{}' length cannot be 0", part->column.text));
        }
      }
    }
    if (p.Accept(Kw::kAsc)) {
      part->order = SortOrder::kAsc;
    } else if (p.Accept(Kw::kDesc)) {
      part->order = SortOrder::kDesc;
    }
    parts.Add(p.Finish(part));
  } while (p.AcceptSymbol(','));
  p.ExpectSymbol(')');
  return parts.Take();
}

std::string_view ParseOptionalIndexType(Parser& p, bool type_word) {
  if (!p.Accept(Kw::kUsing) && !(type_word && p.Accept(Kw::kType))) {
    return {};
  }
  if (!p.AtAny({Kw::kBtree, Kw::kHash, Kw::kRtree})) {
    p.SyntaxError();
  }
  return Word(p);
}

List<Option*> ParseIndexOptions(Parser& p, IndexDef* index) {
  Parser::Collector<Option*> options(&p);
  const bool text = index->index == IndexKind::kFulltext;
  const bool spatial = index->index == IndexKind::kSpatial;
  for (;;) {
    auto* option = p.New<Option>(p.Cur().begin);
    if (!text && !spatial && (p.At(Kw::kUsing) || p.At(Kw::kType))) {
      index->using_type = ParseOptionalIndexType(p, true);
      continue;
    }
    if (p.Accept(Kw::kKeyBlockSize)) {
      option->name = "KEY_BLOCK_SIZE";
      AcceptEqual(p);
      option->value = p.ParseNumber();
    } else if (p.Accept(Kw::kComment)) {
      option->name = "COMMENT";
      option->value = p.ParseTextString();
    } else if (p.At(Kw::kVisible) || p.At(Kw::kInvisible)) {
      option->name = Word(p);
    } else if (p.At(Kw::kEngineAttribute) || p.At(Kw::kSecondaryEngineAttribute)) {
      option->name = Word(p);
      AcceptEqual(p);
      option->value = p.ParseTextString();
    } else if (text && p.At(Kw::kWith) && p.PeekIs(Kw::kParser)) {
      p.Advance();
      p.Advance();
      option->name = "WITH PARSER";
      option->word = p.ParseIdent();
    } else {
      return options.Take();
    }
    options.Add(p.Finish(option));
  }
}

bool AtTableConstraint(Parser& p) {
  return p.AtAny({Kw::kConstraint, Kw::kCheck, Kw::kPrimary, Kw::kUnique, Kw::kIndex, Kw::kKey,
                  Kw::kFulltext, Kw::kSpatial, Kw::kForeign});
}

TableConstraint ParseTableConstraint(Parser& p) {
  const uint32_t begin = p.Cur().begin;
  const bool has_constraint = p.Accept(Kw::kConstraint);
  Ident constraint;
  if (has_constraint && p.AtIdent()) {
    constraint = p.ParseIdent();
  }
  if (p.At(Kw::kCheck)) {
    CheckConstraint* check = ParseCheck(p, begin, has_constraint, constraint);
    if (check->enforcement == Enforcement::kNone && p.Accept(Kw::kNot)) {
      p.SyntaxError();  // not before ENFORCED
    }
    return {nullptr, check};
  }
  if (has_constraint && !p.AtAny({Kw::kPrimary, Kw::kUnique, Kw::kForeign})) {
    p.SyntaxError();
  }
  auto* index = p.New<IndexDef>(begin);
  index->has_constraint = has_constraint;
  index->constraint = constraint;
  const auto key_or_index = [&] {
    if (!p.Accept(Kw::kKey)) {
      p.Accept(Kw::kIndex);
    }
  };
  switch (p.Advance().keyword) {
    case Kw::kPrimary:
      p.Expect(Kw::kKey);
      index->index = IndexKind::kPrimary;
      break;
    case Kw::kUnique:
      index->index = IndexKind::kUnique;
      key_or_index();
      break;
    case Kw::kFulltext:
      index->index = IndexKind::kFulltext;
      key_or_index();
      break;
    case Kw::kSpatial:
      index->index = IndexKind::kSpatial;
      key_or_index();
      break;
    case Kw::kForeign:
      p.Expect(Kw::kKey);
      index->index = IndexKind::kForeign;
      break;
    default:
      break;
  }
  if (p.AtIdent()) {
    index->name = p.ParseIdent();
  }
  if (index->index == IndexKind::kForeign) {
    // Its columns are no expressions.
    if (p.AtSymbol('(') && p.PeekIsSymbol('(')) {
      p.Advance();
      p.SyntaxError();
    }
    index->parts = ParseKeyParts(p);
    index->references = ParseReference(p);
    return {p.Finish(index), nullptr};
  }
  if (index->index != IndexKind::kFulltext && index->index != IndexKind::kSpatial) {
    index->using_type = ParseOptionalIndexType(p, true);
  }
  index->parts = ParseKeyParts(p);
  index->options = ParseIndexOptions(p, index);
  return {p.Finish(index), nullptr};
}

TableElements ParseTableElements(Parser& p) {
  TableElements elements;
  std::vector<IndexDef*> indexes;
  std::vector<CheckConstraint*> checks;
  Parser::Collector<ColumnDef*> columns(&p);
  p.ExpectSymbol('(');
  do {
    if (AtTableConstraint(p)) {
      const TableConstraint constraint = ParseTableConstraint(p);
      if (constraint.index != nullptr) {
        indexes.push_back(constraint.index);
      } else {
        checks.push_back(constraint.check);
      }
    } else {
      columns.Add(ParseColumnDef(p));
    }
  } while (p.AcceptSymbol(','));
  p.ExpectSymbol(')');
  elements.columns = columns.Take();
  elements.indexes = MakeList<IndexDef*>(p.arena(), indexes);
  elements.checks = MakeList<CheckConstraint*>(p.arena(), checks);
  return elements;
}

Statement* ParseCreateTable(Parser& p, uint32_t begin) {
  auto* table = p.New<CreateTable>(begin);
  table->temporary = p.Accept(Kw::kTemporary);
  table->external = !table->temporary && p.Accept(Kw::kExternal);
  p.Expect(Kw::kTable);
  table->if_not_exists = p.AcceptIfNotExists();
  table->table = p.ParseTableName();
  if (p.Accept(Kw::kLike)) {
    table->like = p.ParseTableName();
    return p.Finish(table);
  }
  if (p.AtSymbol('(')) {
    if (p.PeekIs(Kw::kLike)) {
      p.Advance();
      p.Advance();
      table->like = p.ParseTableName();
      p.ExpectSymbol(')');
      return p.Finish(table);
    }
    const Token& next = p.Peek();
    const bool query = next.Is(Kw::kSelect) || next.Is(Kw::kWith) || next.Is(Kw::kTable) ||
                       next.Is(Kw::kValues) || next.IsSymbol('(');
    if (!query) {
      const TableElements elements = ParseTableElements(p);
      table->columns = elements.columns;
      table->indexes = elements.indexes;
      table->checks = elements.checks;
    }
  }
  Parser::Collector<Option*> options(&p);
  bool more = false;
  while (Option* option = ParseOptionalTableOption(p)) {
    options.Add(option);
    more = p.AcceptSymbol(',');
  }
  if (more) {
    p.SyntaxError();
  }
  table->options = options.Take();
  if (p.At(Kw::kPartition)) {
    table->partition = ParsePartitionBy(p);
  }
  if (p.Accept(Kw::kIgnore)) {
    table->duplicates = DuplicateHandling::kIgnore;
  } else if (p.Accept(Kw::kReplace)) {
    table->duplicates = DuplicateHandling::kReplace;
  }
  const bool as = p.Accept(Kw::kAs);
  if (as || p.AtQueryStart() || p.AtSymbol('(')) {
    table->query = p.ParseQueryExpression(false);
  } else if (table->duplicates != DuplicateHandling::kNone) {
    p.SyntaxError();
  }
  return p.Finish(table);
}

}  // namespace keyspan::parser
