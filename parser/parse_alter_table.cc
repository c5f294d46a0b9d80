// ALTER TABLE.

#include "parser/parse_ddl.h"

namespace keyspan::parser {
namespace {

template <typename T>
List<T*> ListOf(Parser& p, T* element) {
  T* elements[] = {element};
  return MakeList<T*>(p.arena(), std::basic_string_view<T*>(elements, 1));
}

void ParsePosition(Parser& p, AlterAction* action) {
  if (p.Accept(Kw::kFirst)) {
    action->first = true;
  } else if (p.Accept(Kw::kAfter)) {
    action->after = p.ParseIdent();
  }
}

bool AcceptNoWriteToBinlog(Parser& p) {
  return p.Accept(Kw::kNoWriteToBinlog) || p.Accept(Kw::kLocal);
}

void ParsePartitionTargets(Parser& p, AlterAction* action) {
  if (p.Accept(Kw::kAll)) {
    action->all_partitions = true;
  } else {
    action->partition_names = p.ParseIdentList();
  }
}

void ParseAdd(Parser& p, AlterAction* action) {
  if (p.At(Kw::kPartition)) {
    p.Advance();
    action->action = AlterKind::kAddPartition;
    action->no_write_to_binlog = AcceptNoWriteToBinlog(p);
    if (p.Accept(Kw::kPartitions)) {
      action->word = p.ParseIntegerText();
    } else if (p.AtSymbol('(')) {
      action->partitions = ParsePartitionDefs(p);
    } else if (!p.AtEnd()) {
      p.SyntaxError();
    }
    return;
  }
  if (AtTableConstraint(p)) {
    const TableConstraint constraint = ParseTableConstraint(p);
    if (constraint.index != nullptr) {
      action->action = AlterKind::kAddIndex;
      action->indexes = ListOf(p, constraint.index);
    } else {
      action->action = AlterKind::kAddCheck;
      action->checks = ListOf(p, constraint.check);
    }
    return;
  }
  action->action = AlterKind::kAddColumn;
  p.Accept(Kw::kColumn);
  if (p.AtSymbol('(')) {
    action->column_list = true;
    const TableElements elements = ParseTableElements(p);
    action->columns = elements.columns;
    action->indexes = elements.indexes;
    action->checks = elements.checks;
    return;
  }
  action->columns = ListOf(p, ParseColumnDef(p));
  ParsePosition(p, action);
}

void ParseDropAction(Parser& p, AlterAction* action) {
  switch (p.Cur().keyword) {
    case Kw::kPrimary:
      p.Advance();
      p.Expect(Kw::kKey);
      action->action = AlterKind::kDropPrimaryKey;
      return;
    case Kw::kForeign:
      p.Advance();
      p.Expect(Kw::kKey);
      action->action = AlterKind::kDropForeignKey;
      break;
    case Kw::kIndex:
    case Kw::kKey:
      p.Advance();
      action->action = AlterKind::kDropIndex;
      break;
    case Kw::kCheck:
      p.Advance();
      action->action = AlterKind::kDropCheck;
      break;
    case Kw::kConstraint:
      p.Advance();
      action->action = AlterKind::kDropConstraint;
      break;
    case Kw::kPartition:
      p.Advance();
      action->action = AlterKind::kDropPartition;
      action->partition_names = p.ParseIdentList();
      return;
    default:
      action->action = AlterKind::kDropColumn;
      p.Accept(Kw::kColumn);
      action->name = p.ParseIdent();
      if (!p.Accept(Kw::kRestrict)) {
        p.Accept(Kw::kCascade);
      }
      return;
  }
  action->name = p.ParseIdent();
}

void ParseAlterAction(Parser& p, AlterAction* action) {
  const auto visibility = [&] {
    if (p.Accept(Kw::kVisible)) {
      action->visibility = Visibility::kVisible;
    } else {
      p.Expect(Kw::kInvisible);
      action->visibility = Visibility::kInvisible;
    }
  };
  if (p.Accept(Kw::kIndex)) {
    action->action = AlterKind::kAlterIndexVisibility;
    action->name = p.ParseIdent();
    visibility();
    return;
  }
  if (p.At(Kw::kCheck) || p.At(Kw::kConstraint)) {
    action->action =
        p.Advance().keyword == Kw::kCheck ? AlterKind::kAlterCheck : AlterKind::kAlterConstraint;
    action->name = p.ParseIdent();
    const bool negated = p.Accept(Kw::kNot);
    p.Expect(Kw::kEnforced);
    action->enforcement = negated ? Enforcement::kNotEnforced : Enforcement::kEnforced;
    return;
  }
  action->action = AlterKind::kAlterColumn;
  p.Accept(Kw::kColumn);
  action->name = p.ParseIdent();
  const auto masking_policy = [&] {
    p.Expect(Kw::kMasking);
    p.Expect(Kw::kPolicy);
    action->masking_policy = true;
  };
  if (p.Accept(Kw::kDrop)) {
    if (p.At(Kw::kMasking)) {
      masking_policy();
      return;
    }
    p.Expect(Kw::kDefault);
    action->drop_default = true;
    return;
  }
  p.Expect(Kw::kSet);
  if (p.At(Kw::kMasking)) {
    masking_policy();
    action->new_name = p.ParseIdent();
    return;
  }
  if (p.Accept(Kw::kDefault)) {
    if (p.AtSymbol('(')) {
      action->default_value = ParseColumnDefault(p, &action->default_expression);
    } else {
      action->default_value = p.ParseSignedLiteral();
    }
    return;
  }
  visibility();
}

void ParseRenameAction(Parser& p, AlterAction* action) {
  if (p.At(Kw::kColumn) || p.At(Kw::kIndex) || p.At(Kw::kKey)) {
    action->action =
        p.Advance().keyword == Kw::kColumn ? AlterKind::kRenameColumn : AlterKind::kRenameIndex;
    action->name = p.ParseIdent();
    p.Expect(Kw::kTo);
    action->new_name = p.ParseIdent();
    return;
  }
  action->action = AlterKind::kRename;
  if (!p.Accept(Kw::kTo) && !p.Accept(Kw::kAs)) {
    p.AcceptSymbol('=');
  }
  action->table = p.ParseTableName();
}

void ParseConvert(Parser& p, AlterAction* action) {
  action->action = AlterKind::kConvertCharset;
  p.Expect(Kw::kTo);
  if (!p.Accept(Kw::kCharset)) {
    if (!p.Accept(Kw::kChar)) {
      p.Expect(Kw::kCharacter);
    }
    p.Expect(Kw::kSet);
  }
  if (!p.Accept(Kw::kDefault)) {
    action->charset = p.ParseCharsetName();
  }
  if (p.Accept(Kw::kCollate)) {
    p.AcceptSymbol('=');
    action->collation = p.ParseCollationName();
  }
}

// Actions on partitions that begin with a verb of their own; false when it is none of them.
bool ParsePartitionAction(Parser& p, AlterAction* action) {
  const auto simple = [&](AlterKind kind) {
    p.Advance();
    p.Expect(Kw::kPartition);
    action->action = kind;
    action->no_write_to_binlog = AcceptNoWriteToBinlog(p);
    ParsePartitionTargets(p, action);
  };
  const auto options = [&] {
    const uint32_t begin = p.Cur().begin;
    while (
        p.AtAny({Kw::kQuick, Kw::kFast, Kw::kMedium, Kw::kExtended, Kw::kChanged, Kw::kUseFrm}) ||
        (p.At(Kw::kFor) && p.PeekIs(Kw::kUpgrade))) {
      if (p.Advance().keyword == Kw::kFor) {
        p.Advance();
      }
    }
    if (p.prev_end() > begin) {
      action->word = p.SourceText(begin, p.prev_end());
    }
  };
  switch (p.Cur().keyword) {
    case Kw::kRebuild:
      simple(AlterKind::kRebuildPartition);
      return true;
    case Kw::kOptimize:
      simple(AlterKind::kOptimizePartition);
      return true;
    case Kw::kAnalyze:
      simple(AlterKind::kAnalyzePartition);
      return true;
    case Kw::kCheck:
      p.Advance();
      p.Expect(Kw::kPartition);
      action->action = AlterKind::kCheckPartition;
      ParsePartitionTargets(p, action);
      options();
      return true;
    case Kw::kRepair:
      simple(AlterKind::kRepairPartition);
      options();
      return true;
    case Kw::kTruncate:
      p.Advance();
      p.Expect(Kw::kPartition);
      action->action = AlterKind::kTruncatePartition;
      ParsePartitionTargets(p, action);
      return true;
    case Kw::kCoalesce:
      p.Advance();
      p.Expect(Kw::kPartition);
      action->action = AlterKind::kCoalescePartition;
      action->no_write_to_binlog = AcceptNoWriteToBinlog(p);
      action->word = p.ParseIntegerText();
      return true;
    case Kw::kReorganize:
      p.Advance();
      p.Expect(Kw::kPartition);
      action->action = AlterKind::kReorganizePartition;
      action->no_write_to_binlog = AcceptNoWriteToBinlog(p);
      if (p.AtIdent()) {
        action->partition_names = p.ParseIdentList();
        p.Expect(Kw::kInto);
        action->partitions = ParsePartitionDefs(p);
      }
      return true;
    case Kw::kExchange:
      p.Advance();
      p.Expect(Kw::kPartition);
      action->action = AlterKind::kExchangePartition;
      action->partition_names = MakeList<Ident>(p.arena(), std::vector<Ident>{p.ParseIdent()});
      p.Expect(Kw::kWith);
      p.Expect(Kw::kTable);
      action->table = p.ParseTableName();
      if (p.At(Kw::kWith) || p.At(Kw::kWithout)) {
        action->validation = p.Advance().keyword == Kw::kWith ? TriState::kYes : TriState::kNo;
        p.Expect(Kw::kValidation);
      }
      return true;
    case Kw::kDiscard:
    case Kw::kImport: {
      const bool discard = p.Advance().keyword == Kw::kDiscard;
      if (p.Accept(Kw::kTablespace)) {
        action->action = discard ? AlterKind::kDiscardTablespace : AlterKind::kImportTablespace;
        return true;
      }
      p.Expect(Kw::kPartition);
      action->action = discard ? AlterKind::kDiscardPartition : AlterKind::kImportPartition;
      ParsePartitionTargets(p, action);
      p.Expect(Kw::kTablespace);
      return true;
    }
    default:
      return false;
  }
}

// An action that stands alone in its statement.
bool StandsAlone(AlterKind kind) {
  return kind >= AlterKind::kAddPartition || kind == AlterKind::kDiscardTablespace ||
         kind == AlterKind::kImportTablespace || kind == AlterKind::kSecondaryLoad ||
         kind == AlterKind::kSecondaryUnload;
}

// Columns with directions, no expressions.
List<OrderItem*> ParseColumnOrder(Parser& p) {
  Parser::Collector<OrderItem*> items(&p);
  do {
    auto* item = p.New<OrderItem>(p.Cur().begin);
    item->expr = p.ParseColumnRef();
    if (p.Accept(Kw::kDesc)) {
      item->order = SortOrder::kDesc;
    } else if (p.Accept(Kw::kAsc)) {
      item->order = SortOrder::kAsc;
    }
    items.Add(p.Finish(item));
  } while (p.AcceptSymbol(','));
  return items.Take();
}

AlterAction* ParseAction(Parser& p) {
  auto* action = p.New<AlterAction>(p.Cur().begin);
  if (AlterAction* modifier = ParseOptionalAlgorithmOrLock(p)) {
    return modifier;
  }
  switch (p.Cur().keyword) {
    case Kw::kAdd:
      p.Advance();
      ParseAdd(p, action);
      break;
    case Kw::kChange:
      p.Advance();
      p.Accept(Kw::kColumn);
      action->action = AlterKind::kChangeColumn;
      action->name = p.ParseIdent();
      action->columns = ListOf(p, ParseColumnDef(p));
      ParsePosition(p, action);
      break;
    case Kw::kModify:
      p.Advance();
      p.Accept(Kw::kColumn);
      action->action = AlterKind::kModifyColumn;
      action->columns = ListOf(p, ParseColumnDef(p));
      ParsePosition(p, action);
      break;
    case Kw::kDrop:
      p.Advance();
      ParseDropAction(p, action);
      break;
    case Kw::kAlter:
      p.Advance();
      ParseAlterAction(p, action);
      break;
    case Kw::kRename:
      p.Advance();
      ParseRenameAction(p, action);
      break;
    case Kw::kOrder:
      p.Advance();
      p.Expect(Kw::kBy);
      action->action = AlterKind::kOrderBy;
      action->order_by = ParseColumnOrder(p);
      break;
    case Kw::kConvert:
      p.Advance();
      ParseConvert(p, action);
      break;
    case Kw::kDisable:
    case Kw::kEnable:
      action->action =
          p.Advance().keyword == Kw::kDisable ? AlterKind::kDisableKeys : AlterKind::kEnableKeys;
      p.Expect(Kw::kKeys);
      break;
    case Kw::kForce:
      p.Advance();
      break;
    case Kw::kWith:
    case Kw::kWithout:
      action->action = p.Advance().keyword == Kw::kWith ? AlterKind::kWithValidation
                                                        : AlterKind::kWithoutValidation;
      p.Expect(Kw::kValidation);
      break;
    case Kw::kSecondaryLoad:
    case Kw::kSecondaryUnload:
      action->action = p.Advance().keyword == Kw::kSecondaryLoad ? AlterKind::kSecondaryLoad
                                                                 : AlterKind::kSecondaryUnload;
      action->partition_names = p.ParseOptionalPartitions();
      if (action->action == AlterKind::kSecondaryLoad && p.Accept(Kw::kGuided)) {
        if (!p.At(Kw::kOn) && !p.At(Kw::kOff)) {
          p.SyntaxError();
        }
        action->word = KeywordText(p.Advance().keyword);
      }
      break;
    case Kw::kPartition:
      action->action = AlterKind::kPartitionBy;
      action->partition = ParsePartitionBy(p);
      break;
    case Kw::kRemove:
      p.Advance();
      p.Expect(Kw::kPartitioning);
      action->action = AlterKind::kRemovePartitioning;
      break;
    default: {
      if (ParsePartitionAction(p, action)) {
        break;
      }
      action->action = AlterKind::kOptions;
      Parser::Collector<Option*> options(&p);
      while (Option* option = ParseOptionalTableOption(p)) {
        options.Add(option);
      }
      if (options.size() == 0) {
        p.SyntaxError();
      }
      action->options = options.Take();
    }
  }
  return p.Finish(action);
}

}  // namespace

AlterAction* ParseOptionalAlgorithmOrLock(Parser& p) {
  if (!p.At(Kw::kAlgorithm) && !p.At(Kw::kLock)) {
    return nullptr;
  }
  auto* action = p.New<AlterAction>(p.Cur().begin);
  const bool algorithm = p.Advance().keyword == Kw::kAlgorithm;
  action->action = algorithm ? AlterKind::kAlgorithm : AlterKind::kLock;
  p.AcceptSymbol('=');
  if (p.Accept(Kw::kDefault)) {
    action->word = "DEFAULT";
    return p.Finish(action);
  }
  const Ident word = p.ParseIdent();
  const auto one_of = [&](std::initializer_list<std::string_view> words) {
    for (const std::string_view candidate : words) {
      if (EqualsIgnoreCase(word.text, candidate)) {
        action->word = candidate;
        return true;
      }
    }
    return false;
  };
  if (algorithm ? !one_of({"INSTANT", "INPLACE", "COPY"})
                : !one_of({"NONE", "SHARED", "EXCLUSIVE"})) {
    p.Fail(algorithm ? 1800 : 1801, "HY000",
           std::string(algorithm ? "Unknown ALGORITHM '" : "Unknown LOCK type '") +
               std::string(word.text) + "'");
  }
  return p.Finish(action);
}

Statement* ParseAlterTable(Parser& p, uint32_t begin) {
  auto* alter = p.New<AlterTable>(begin);
  p.Expect(Kw::kTable);
  alter->table = p.ParseTableName();
  Parser::Collector<AlterAction*> actions(&p);
  if (p.AtEnd()) {
    return p.Finish(alter);
  }
  for (;;) {
    AlterAction* action = ParseAction(p);
    actions.Add(action);
    if (action->action == AlterKind::kPartitionBy ||
        action->action == AlterKind::kRemovePartitioning) {
      break;  // ends the list
    }
    if (p.At(Kw::kPartition) || p.At(Kw::kRemove)) {
      continue;
    }
    if (StandsAlone(action->action) || !p.AcceptSymbol(',')) {
      break;
    }
    if (p.AtAny({Kw::kPartition, Kw::kRemove, Kw::kDiscard, Kw::kImport})) {
      p.SyntaxError();
    }
  }
  alter->actions = actions.Take();
  return p.Finish(alter);
}

}  // namespace keyspan::parser
