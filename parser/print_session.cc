#include "parser/printer_core.h"

namespace keyspan::parser {

void Printer::IsolationAndAccess(const SetItem* item) {
  constexpr std::string_view kLevels[] = {"", "READ UNCOMMITTED", "READ COMMITTED",
                                          "REPEATABLE READ", "SERIALIZABLE"};
  if (item->isolation != Isolation::kUnset) {
    Put("ISOLATION LEVEL ");
    Put(kLevels[static_cast<size_t>(item->isolation)]);
    PutIf(item->access != AccessMode::kUnset, ", ");
  }
  PutIf(item->access == AccessMode::kReadOnly, "READ ONLY");
  PutIf(item->access == AccessMode::kReadWrite, "READ WRITE");
}

void Printer::Print(const SetItem* node) {
  switch (node->set) {
    case SetKind::kUserVariable:
      Put("@");
      AtName(node->name);
      Put(" = ");
      Expr_(node->value);
      return;
    case SetKind::kSystemVariable: {
      if (node->at_syntax) {
        constexpr std::string_view kScopes[] = {"@@",       "@@GLOBAL.",  "@@SESSION.",
                                                "@@LOCAL.", "@@PERSIST.", "@@PERSIST_ONLY."};
        Put(kScopes[static_cast<size_t>(node->scope)]);
      } else {
        Scope(node->scope);
      }
      if (node->base.given()) {
        if (EqualsIgnoreCase(node->base.text, "default") && !node->base.quoted) {
          Put("DEFAULT");
        } else {
          VariableName(node->base);
        }
        Put(".");
      }
      VariableName(node->name);
      Put(" = ");
      const auto* word = As<ColumnRef>(static_cast<const Node*>(node->value));
      if (word != nullptr && word->table.empty() && !word->column.quoted) {
        // ON, BINARY and so on stand for themselves here.
        Put(word->column.text);
      } else {
        Expr_(node->value);
      }
      return;
    }
    case SetKind::kNames:
      Put("NAMES ");
      if (node->is_default) {
        Put("DEFAULT");
        return;
      }
      Charset(node->name);
      if (!node->collation.empty()) {
        Put(" COLLATE ");
        Charset(node->collation);
      }
      return;
    case SetKind::kCharacterSet:
      Put("CHARACTER SET ");
      if (node->is_default) {
        Put("DEFAULT");
      } else {
        Charset(node->name);
      }
      return;
    case SetKind::kTransaction:
      Scope(node->scope);
      Put("TRANSACTION ");
      IsolationAndAccess(node);
      return;
    case SetKind::kPassword:
    case SetKind::kRole:
    case SetKind::kResourceGroup:
      Put(node->text);
      return;
    case SetKind::kTriggerField:
      Put("NEW.");
      Name(node->name);
      Put(" = ");
      Expr_(node->value);
      return;
  }
}

void Printer::Print(const Set* node) {
  Put("SET ");
  Comma(node->items);
}

void Printer::Print(const Show* node) {
  Put("SHOW ");
  PutIf(node->extended, "EXTENDED ");
  PutIf(node->full, "FULL ");
  Scope(node->scope);
  const auto name = [&] {
    if (!node->argument.empty()) {
      Put(" ");
      Put(node->argument);
    } else if (node->name != nullptr) {
      Put(" ");
      Print(node->name);
    }
  };
  switch (node->show) {
    case ShowKind::kEngineLogs:
    case ShowKind::kEngineMutex:
    case ShowKind::kEngineStatus:
      Put("ENGINE ");
      if (EqualsIgnoreCase(node->name->name.text, "all") && !node->name->name.quoted) {
        Put("ALL");
      } else {
        Print(node->name);
      }
      Put(ShowKindName(node->show).substr(6));
      return;
    case ShowKind::kCreateDatabase:
      Put("CREATE DATABASE ");
      PutIf(node->if_not_exists, "IF NOT EXISTS ");
      Name(node->schema);
      return;
    case ShowKind::kVschema:
    case ShowKind::kVitess:
      Put(node->verb);
      if (node->name != nullptr) {
        Put(" ON ");
        Print(node->name);
      }
      if (!node->argument.empty()) {
        Put(" ");
        Put(node->argument);
      }
      break;
    case ShowKind::kColumns:
    case ShowKind::kIndex:
      Put(ShowKindName(node->show));
      Put(" FROM ");
      Print(node->name);
      break;
    case ShowKind::kTransactionStatus:
      Put("TRANSACTION STATUS FOR ");
      Put(node->argument);
      return;
    case ShowKind::kUnresolvedTransactions:
      Put("UNRESOLVED TRANSACTIONS");
      if (node->schema.given()) {
        Put(" FOR ");
        Name(node->schema);
      }
      return;
    default:
      Put(ShowKindName(node->show));
      name();
  }
  if (node->schema.given()) {
    Put(" FROM ");
    Name(node->schema);
  }
  if (node->like != nullptr) {
    Put(" LIKE ");
    LiteralText(node->like);
  }
  Where(node->where);
  LimitTail(node->limit);
}

void Printer::Print(const Use* node) {
  Put("USE ");
  Name(node->target);
}

void Printer::Print(const Transaction* node) {
  switch (node->verb) {
    case TransactionVerb::kBegin: {
      if (!node->start_syntax) {
        Put("BEGIN");
        return;
      }
      Put("START TRANSACTION");
      PutIf(node->consistent_snapshot, " WITH CONSISTENT SNAPSHOT");
      PutIf(node->consistent_snapshot && node->access != AccessMode::kUnset, ",");
      PutIf(node->access == AccessMode::kReadOnly, " READ ONLY");
      PutIf(node->access == AccessMode::kReadWrite, " READ WRITE");
      return;
    }
    case TransactionVerb::kSavepoint:
      Put("SAVEPOINT ");
      Name(node->savepoint);
      return;
    case TransactionVerb::kRollbackTo:
      Put("ROLLBACK TO SAVEPOINT ");
      Name(node->savepoint);
      return;
    case TransactionVerb::kRelease:
      Put("RELEASE SAVEPOINT ");
      Name(node->savepoint);
      return;
    case TransactionVerb::kCommit:
      Put("COMMIT");
      break;
    case TransactionVerb::kRollback:
      Put("ROLLBACK");
      break;
  }
  PutIf(node->chain == TriState::kYes, " AND CHAIN");
  PutIf(node->chain == TriState::kNo, " AND NO CHAIN");
  PutIf(node->release == TriState::kYes, " RELEASE");
  PutIf(node->release == TriState::kNo, " NO RELEASE");
}

void Printer::Print(const Explain* node) {
  if (node->vexplain) {
    Put("VEXPLAIN ");
    if (!node->vexplain_kind.empty()) {
      Put(node->vexplain_kind);
      Put(" ");
    }
    Node_(node->statement);
    return;
  }
  Put("EXPLAIN ");
  PutIf(node->analyze, "ANALYZE ");
  if (!node->format.empty()) {
    Put("FORMAT = ");
    Name(node->format);
    Put(" ");
  }
  if (!node->into_variable.empty()) {
    Put("INTO @");
    AtName(node->into_variable);
    Put(" ");
  }
  if (node->schema.given()) {
    Put("FOR SCHEMA ");
    Name(node->schema);
    Put(" ");
  }
  switch (node->explain) {
    case ExplainKind::kStatement:
      Node_(node->statement);
      return;
    case ExplainKind::kConnection:
      Put("FOR CONNECTION ");
      Expr_(node->connection_id);
      return;
    case ExplainKind::kTable:
      Print(node->table);
      if (node->pattern != nullptr) {
        Put(" ");
        LiteralText(node->pattern);
      } else if (!node->column.empty()) {
        Put(" ");
        Name(node->column);
      }
      return;
  }
}

void Printer::Print(const PrepareStatement* node) {
  switch (node->verb) {
    case PrepareVerb::kPrepare:
      Put("PREPARE ");
      Name(node->name);
      Put(" FROM ");
      if (node->variable != nullptr) {
        Print(node->variable);
      } else {
        LiteralText(node->text);
      }
      return;
    case PrepareVerb::kExecute:
      Put("EXECUTE ");
      Name(node->name);
      if (!node->arguments.empty()) {
        Put(" USING ");
        Comma(node->arguments);
      }
      return;
    case PrepareVerb::kDeallocate:
      Put("DEALLOCATE PREPARE ");
      Name(node->name);
      return;
  }
}

void Printer::Print(const OtherStatement* node) { Put(node->text); }

}  // namespace keyspan::parser
