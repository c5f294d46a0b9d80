#include "parser/printer_core.h"

namespace keyspan::parser {

void Printer::Print(const AlterTable* node) {
  Put("ALTER TABLE ");
  Print(node->table);
  // Partitioning clauses follow the other actions without a comma.
  for (uint32_t i = 0; i < node->actions.size(); ++i) {
    const AlterKind kind = node->actions[i]->action;
    const bool bare = kind == AlterKind::kPartitionBy || kind == AlterKind::kRemovePartitioning;
    Put(i == 0 || bare ? " " : ", ");
    Print(node->actions[i]);
  }
}

void Printer::Print(const AlterAction* node) {
  const auto position = [&] {
    if (node->first) {
      Put(" FIRST");
    } else if (!node->after.empty()) {
      Put(" AFTER ");
      Name(node->after);
    }
  };
  const auto partitions = [&](std::string_view words) {
    Put(words);
    Put(" PARTITION ");
    PutIf(node->no_write_to_binlog, "NO_WRITE_TO_BINLOG ");
    if (node->all_partitions) {
      Put("ALL");
    } else {
      Names(node->partition_names);
    }
  };
  const auto definitions = [&] {
    Put(" (");
    bool first = true;
    for (const PartitionDef* partition : node->partitions) {
      Put(first ? "PARTITION " : ", PARTITION ");
      first = false;
      Print(partition);
    }
    Put(")");
  };
  switch (node->action) {
    case AlterKind::kAddColumn:
      Put("ADD COLUMN ");
      if (!node->column_list) {
        Print(node->columns[0]);
        position();
        return;
      }
      Put("(");
      Comma(node->columns);
      PutIf(!node->columns.empty() && !node->indexes.empty(), ", ");
      Comma(node->indexes);
      PutIf(!(node->columns.empty() && node->indexes.empty()) && !node->checks.empty(), ", ");
      Comma(node->checks);
      Put(")");
      return;
    case AlterKind::kChangeColumn:
      Put("CHANGE COLUMN ");
      Name(node->name);
      Put(" ");
      Print(node->columns[0]);
      position();
      return;
    case AlterKind::kModifyColumn:
      Put("MODIFY COLUMN ");
      Print(node->columns[0]);
      position();
      return;
    case AlterKind::kDropColumn:
      Put("DROP COLUMN ");
      Name(node->name);
      return;
    case AlterKind::kRenameColumn:
    case AlterKind::kRenameIndex:
      Put(node->action == AlterKind::kRenameColumn ? "RENAME COLUMN " : "RENAME INDEX ");
      Name(node->name);
      Put(" TO ");
      Name(node->new_name);
      return;
    case AlterKind::kAlterColumn:
      Put("ALTER COLUMN ");
      Name(node->name);
      if (node->masking_policy) {
        Put(node->new_name.empty() ? " DROP MASKING POLICY" : " SET MASKING POLICY ");
        if (!node->new_name.empty()) {
          Name(node->new_name);
        }
      } else if (node->drop_default) {
        Put(" DROP DEFAULT");
      } else if (node->visibility != Visibility::kUnset) {
        Put(node->visibility == Visibility::kVisible ? " SET VISIBLE" : " SET INVISIBLE");
      } else {
        Put(" SET DEFAULT ");
        if (node->default_expression) {
          Put("(");
          Expr_(node->default_value);
          Put(")");
        } else {
          SignedLiteral(node->default_value);
        }
      }
      return;
    case AlterKind::kAddIndex:
      Put("ADD ");
      Print(node->indexes[0]);
      return;
    case AlterKind::kAddCheck:
      Put("ADD ");
      Print(node->checks[0]);
      return;
    case AlterKind::kDropPrimaryKey:
      Put("DROP PRIMARY KEY");
      return;
    case AlterKind::kDropIndex:
    case AlterKind::kDropForeignKey:
    case AlterKind::kDropCheck:
    case AlterKind::kDropConstraint:
      Put(node->action == AlterKind::kDropIndex        ? "DROP KEY "
          : node->action == AlterKind::kDropForeignKey ? "DROP FOREIGN KEY "
          : node->action == AlterKind::kDropCheck      ? "DROP CHECK "
                                                       : "DROP CONSTRAINT ");
      Name(node->name);
      return;
    case AlterKind::kAlterIndexVisibility:
      Put("ALTER INDEX ");
      Name(node->name);
      Put(node->visibility == Visibility::kVisible ? " VISIBLE" : " INVISIBLE");
      return;
    case AlterKind::kAlterCheck:
    case AlterKind::kAlterConstraint:
      Put(node->action == AlterKind::kAlterCheck ? "ALTER CHECK " : "ALTER CONSTRAINT ");
      Name(node->name);
      Put(node->enforcement == Enforcement::kEnforced ? " ENFORCED" : " NOT ENFORCED");
      return;
    case AlterKind::kRename:
      Put("RENAME TO ");
      Print(node->table);
      return;
    case AlterKind::kOptions: {
      bool first = true;
      for (const Option* option : node->options) {
        PutIf(!first, " ");
        first = false;
        Print(option);
      }
      return;
    }
    case AlterKind::kOrderBy:
      Put("ORDER BY ");
      Comma(node->order_by);
      return;
    case AlterKind::kConvertCharset:
      Put("CONVERT TO CHARACTER SET ");
      if (node->charset.empty()) {
        Put("DEFAULT");
      } else {
        Charset(node->charset);
      }
      if (!node->collation.empty()) {
        Put(" COLLATE ");
        Charset(node->collation);
      }
      return;
    case AlterKind::kDisableKeys:
      Put("DISABLE KEYS");
      return;
    case AlterKind::kEnableKeys:
      Put("ENABLE KEYS");
      return;
    case AlterKind::kForce:
      Put("FORCE");
      return;
    case AlterKind::kDiscardTablespace:
      Put("DISCARD TABLESPACE");
      return;
    case AlterKind::kImportTablespace:
      Put("IMPORT TABLESPACE");
      return;
    case AlterKind::kAlgorithm:
      Put("ALGORITHM = ");
      Put(node->word);
      return;
    case AlterKind::kLock:
      Put("LOCK = ");
      Put(node->word);
      return;
    case AlterKind::kWithValidation:
      Put("WITH VALIDATION");
      return;
    case AlterKind::kWithoutValidation:
      Put("WITHOUT VALIDATION");
      return;
    case AlterKind::kSecondaryLoad:
    case AlterKind::kSecondaryUnload:
      Put(node->action == AlterKind::kSecondaryLoad ? "SECONDARY_LOAD" : "SECONDARY_UNLOAD");
      if (!node->partition_names.empty()) {
        Put(" PARTITION ");
        ParenNames(node->partition_names);
      }
      if (!node->word.empty()) {
        Put(" GUIDED ");
        Put(node->word);
      }
      return;
    case AlterKind::kPartitionBy:
      Print(node->partition);
      return;
    case AlterKind::kRemovePartitioning:
      Put("REMOVE PARTITIONING");
      return;
    case AlterKind::kAddPartition:
      Put("ADD PARTITION");
      PutIf(node->no_write_to_binlog, " NO_WRITE_TO_BINLOG");
      if (!node->word.empty()) {
        Put(" PARTITIONS ");
        Put(node->word);
      } else if (!node->partitions.empty()) {
        definitions();
      }
      return;
    case AlterKind::kDropPartition:
      partitions("DROP");
      return;
    case AlterKind::kTruncatePartition:
      partitions("TRUNCATE");
      return;
    case AlterKind::kReorganizePartition:
      Put("REORGANIZE PARTITION");
      PutIf(node->no_write_to_binlog, " NO_WRITE_TO_BINLOG");
      if (!node->partition_names.empty()) {
        Put(" ");
        Names(node->partition_names);
        Put(" INTO");
        definitions();
      }
      return;
    case AlterKind::kExchangePartition:
      Put("EXCHANGE PARTITION ");
      Names(node->partition_names);
      Put(" WITH TABLE ");
      Print(node->table);
      PutIf(node->validation == TriState::kYes, " WITH VALIDATION");
      PutIf(node->validation == TriState::kNo, " WITHOUT VALIDATION");
      return;
    case AlterKind::kCoalescePartition:
      Put("COALESCE PARTITION ");
      PutIf(node->no_write_to_binlog, "NO_WRITE_TO_BINLOG ");
      Put(node->word);
      return;
    case AlterKind::kRebuildPartition:
      partitions("REBUILD");
      return;
    case AlterKind::kOptimizePartition:
      partitions("OPTIMIZE");
      return;
    case AlterKind::kAnalyzePartition:
      partitions("ANALYZE");
      return;
    case AlterKind::kCheckPartition:
    case AlterKind::kRepairPartition:
      partitions(node->action == AlterKind::kCheckPartition ? "CHECK" : "REPAIR");
      if (!node->word.empty()) {
        Put(" ");
        Put(node->word);
      }
      return;
    case AlterKind::kDiscardPartition:
    case AlterKind::kImportPartition:
      partitions(node->action == AlterKind::kDiscardPartition ? "DISCARD" : "IMPORT");
      Put(" TABLESPACE");
      return;
  }
}

}  // namespace keyspan::parser
