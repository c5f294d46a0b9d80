#include <fmt/format.h>
#include <glog/logging.h>

#include <algorithm>

#include "parser/printer.h"
#include "vtgate/ddl/auto_shard.h"
#include "vtgate/executor/handlers.h"
#include "vtgate/executor/multi_shard.h"
#include "vtgate/executor/sequence.h"
#include "vtgate/executor/statement_executor.h"
#include "vtgate/executor/vschema_edit.h"
#include "vtgate/semantics/statement_words.h"
#include "vtgate/txn/finish.h"

namespace keyspan::vtgate {
namespace {

using sharding::KeyspaceVSchema;

Status NoDatabase() { return Status::Mysql(1046, "3D000", "No database selected"); }

// The keyspace that a DDL statement is about; all its tables must be of one.
Result<const KeyspaceInfo*> KeyspaceOf(const std::vector<const parser::TableName*>& tables,
                                       const Statement& statement) {
  const KeyspaceInfo* found = nullptr;
  for (const parser::TableName* table : tables) {
    std::string_view name = !table->schema.empty()
                                ? table->schema.text
                                : std::string_view(statement.session.target.keyspace);
    const KeyspaceInfo* keyspace = nullptr;
    if (!name.empty()) {
      keyspace = statement.cluster->FindKeyspace(name);
      if (keyspace == nullptr) {
        return Status::Mysql(1049, "42000", fmt::format("Unknown database '{}'", name));
      }
    } else {
      auto resolved = statement.cluster->vschema->FindGlobal(table->name.text);
      if (!resolved.ok()) return NoDatabase();
      keyspace = statement.cluster->FindKeyspace(resolved->keyspace->name());
    }
    if (found != nullptr && keyspace != found) {
      return Unsupported(
          fmt::format("one DDL statement over keyspaces {} and {}", found->name, keyspace->name));
    }
    found = keyspace;
  }
  if (found == nullptr) return NoDatabase();
  if (found->shards.empty()) {
    return Unavailable(fmt::format("keyspace {} has no serving shard", found->name));
  }
  return found;
}

// Runs a statement on one shard after the other, so that what fails at once has changed nothing.
// An error on a later shard says where the statement has already taken effect.
Awaitable<ShardOutcome> RunOnShards(const Services& services, Statement& statement,
                                    const KeyspaceInfo& keyspace, const std::string& sql) {
  ShardOutcome total;
  WriteInfo info;
  std::string done;
  const bool by_destination = !statement.session.target.shard.empty();
  for (size_t i = 0; i < keyspace.shards.size(); ++i) {
    if (by_destination && keyspace.shards[i].name != statement.session.target.shard) continue;
    std::vector<ShardWork> work(1, ShardWork{static_cast<int>(i), sql});
    ShardOutcome outcome =
        co_await ScatterWrite(*services.gateway, statement, keyspace, std::move(work), false, true);
    if (!outcome.status.ok()) {
      if (!done.empty()) {
        outcome.status =
            Status(outcome.status.code(), outcome.status.mysql_errno(), outcome.status.sqlstate(),
                   fmt::format("{} (on {}/{}; it has taken effect on {})", outcome.status.message(),
                               keyspace.name, keyspace.shards[i].name, done));
      }
      co_return outcome;
    }
    done +=
        fmt::format("{}{}/{}", done.empty() ? "" : ", ", keyspace.name, keyspace.shards[i].name);
    info.Add(outcome.info);
    const uint64_t affected_rows = total.affected_rows + outcome.affected_rows;
    // Warnings are mostly about the statement, the same on each shard.
    if (total.warnings.count() == 0) total = std::move(outcome);
    total.affected_rows = affected_rows;
  }
  total.info = info.text(total.warnings.count());
  co_return total;
}

Awaitable<Status> CreateSequence(const Services& services, Statement& statement,
                                 const sharding::QualifiedName& sequence, uint64_t start) {
  const KeyspaceInfo* keyspace = statement.cluster->FindKeyspace(sequence.keyspace);
  const std::string name = parser::QuoteIdent(sequence.table, true);
  const std::string create = fmt::format(
      "CREATE TABLE IF NOT EXISTS {} (id bigint unsigned NOT NULL PRIMARY KEY, next_id bigint "
      "unsigned NOT NULL, cache bigint unsigned NOT NULL) COMMENT 'vitess_sequence'",
      name);
  const std::string fill =
      fmt::format("INSERT IGNORE INTO {} (id, next_id, cache) VALUES (0, {}, 1000)", name, start);
  for (const std::string& sql : {create, fill}) {
    std::vector<ShardWork> work(1, ShardWork{0, sql});
    auto outcome = co_await ScatterWrite(*services.gateway, statement, *keyspace, std::move(work),
                                         false, true);
    CO_RETURN_IF_ERROR(outcome.status);
  }
  VSchemaEdit add =
      [table = sequence.table](const KeyspaceVSchema& current) -> Result<KeyspaceVSchema::Ptr> {
    if (current.FindTable(table) != nullptr) return KeyspaceVSchema::Ptr();
    return current.AddSequence(table);
  };
  co_return co_await EditVSchema(services, sequence.keyspace, std::move(add));
}

// Takes what automatic sharding added for a table out of the VSchema again. `sequence` is filled
// when there was one.
Awaitable<Status> ForgetTable(const Services& services, const KeyspaceInfo& keyspace,
                              std::string table, std::optional<sharding::QualifiedName>* sequence) {
  const sharding::Table* definition = keyspace.vschema->FindTable(table);
  if (definition == nullptr) co_return Status::Ok();
  const bool automatic =
      definition->pinned.has_value() ||
      (!definition->column_vindexes.empty() &&
       definition->primary_vindex().vindex->name().starts_with(kAutoVindexPrefix));
  if (!automatic) co_return Status::Ok();
  if (definition->auto_increment) *sequence = definition->auto_increment->sequence;
  VSchemaEdit drop = [table](const KeyspaceVSchema& current) -> Result<KeyspaceVSchema::Ptr> {
    if (current.FindTable(table) == nullptr) return KeyspaceVSchema::Ptr();
    return current.DropTable(table);
  };
  co_return co_await EditVSchema(services, keyspace.name, std::move(drop));
}

Awaitable<Status> DropSequence(const Services& services, Statement& statement,
                               const sharding::QualifiedName& sequence) {
  const KeyspaceInfo* keyspace = statement.cluster->FindKeyspace(sequence.keyspace);
  if (keyspace == nullptr) co_return Status::Ok();
  std::string table = sequence.table;
  VSchemaEdit drop = [table](const KeyspaceVSchema& current) -> Result<KeyspaceVSchema::Ptr> {
    if (current.FindTable(table) == nullptr) return KeyspaceVSchema::Ptr();
    return current.DropSequence(table);
  };
  CO_RETURN_IF_ERROR(co_await EditVSchema(services, sequence.keyspace, std::move(drop)));
  std::vector<ShardWork> work(
      1, ShardWork{0, "DROP TABLE IF EXISTS " + parser::QuoteIdent(table, true)});
  auto outcome =
      co_await ScatterWrite(*services.gateway, statement, *keyspace, std::move(work), false, true);
  co_return outcome.status;
}

Awaitable<Status> Refresh(const Services& services, const std::string& keyspace) {
  Status status = co_await services.tracker->RefreshSchema(keyspace);
  if (!status.ok()) LOG(WARNING) << "schema of " << keyspace << ": " << status.ToString();
  co_return Status::Ok();  // the tablet's health stream will bring it
}

void Reply(Statement& statement, ShardOutcome outcome, const std::string& warning) {
  WarningList& warnings = statement.session.warnings;
  warnings = std::move(outcome.warnings);
  if (!warning.empty()) warnings.Add({"Warning", 1105, warning});
  ReplyOk(statement, outcome.affected_rows, 0, warnings.packet_count(), outcome.info);
}

// Puts the table into the VSchema and makes its sequence, before the shards have the table: until
// they have it, statements on it fail as on a table that does not exist.
Awaitable<Status> AddToVSchema(const Services& services, Statement& statement,
                               const KeyspaceInfo& keyspace, std::string table,
                               const AutoSharding& sharding, uint64_t start) {
  if (sharding.sequence) {
    CO_RETURN_IF_ERROR(co_await CreateSequence(services, statement, *sharding.sequence, start));
    co_await Refresh(services, sharding.sequence->keyspace);
  }
  VSchemaEdit add = [table,
                     sharding](const KeyspaceVSchema& current) -> Result<KeyspaceVSchema::Ptr> {
    if (current.FindTable(table) != nullptr) return KeyspaceVSchema::Ptr();
    if (sharding.vindex && current.FindVindex(sharding.vindex_name) == nullptr) {
      ASSIGN_OR_RETURN(auto with_vindex, current.AddVindex(sharding.vindex_name, *sharding.vindex));
      return with_vindex->AddTable(table, sharding.table);
    }
    return current.AddTable(table, sharding.table);
  };
  co_return co_await EditVSchema(services, keyspace.name, std::move(add));
}

// The definition of `table` for checks before it is in the VSchema.
Result<KeyspaceVSchema::Ptr> Preview(const KeyspaceInfo& keyspace, const std::string& table,
                                     const AutoSharding& sharding) {
  KeyspaceVSchema::Ptr base = keyspace.vschema;
  if (sharding.vindex && base->FindVindex(sharding.vindex_name) == nullptr) {
    ASSIGN_OR_RETURN(base, base->AddVindex(sharding.vindex_name, *sharding.vindex));
  }
  return base->AddTable(table, sharding.table);
}

Awaitable<Status> CreateShardedTable(const Services& services, Statement& statement,
                                     const parser::CreateTable& node,
                                     const KeyspaceInfo& keyspace) {
  const std::string table(node.table->name.text);
  if (node.temporary) co_return Unsupported("CREATE TEMPORARY TABLE in a sharded keyspace");
  if (node.query != nullptr) co_return Unsupported("CREATE TABLE ... SELECT in a sharded keyspace");
  if (node.like != nullptr) co_return Unsupported("CREATE TABLE ... LIKE in a sharded keyspace");
  if (keyspace.FindTableInfo(table) != nullptr && node.if_not_exists) {
    statement.session.warnings.Add({"Note", 1050, fmt::format("Table '{}' already exists", table)});
    ReplyOk(statement, 0, 0, 1);
    co_return Status::Ok();
  }
  const TableShape shape = ShapeOf(node);
  std::optional<AutoSharding> automatic;
  KeyspaceVSchema::Ptr vschema = keyspace.vschema;
  if (vschema->FindTable(table) == nullptr) {
    CO_ASSIGN_OR_RETURN(automatic, ShardAutomatically(table, shape, keyspace, *statement.cluster));
    CO_ASSIGN_OR_RETURN(vschema, Preview(keyspace, table, *automatic));
  }
  CO_RETURN_IF_ERROR(CheckShardable(*vschema->FindTable(table), shape, keyspace));
  if (automatic) {
    CO_RETURN_IF_ERROR(co_await AddToVSchema(services, statement, keyspace, table, *automatic,
                                             shape.auto_increment_start));
  }
  ShardOutcome outcome =
      co_await RunOnShards(services, statement, keyspace, std::string(statement.sql));
  if (!outcome.status.ok()) {
    if (automatic && keyspace.FindTableInfo(table) == nullptr) {
      // It may exist on some shards; the VSchema must then keep it, so that it can be dropped.
      const bool nowhere =
          outcome.status.message().find("it has taken effect on") == std::string_view::npos;
      std::optional<sharding::QualifiedName> sequence;
      const KeyspaceInfo* now = services.gateway->cluster()->FindKeyspace(keyspace.name);
      if (nowhere && now != nullptr) {
        (void)co_await ForgetTable(services, *now, table, &sequence);
        if (sequence) (void)co_await DropSequence(services, statement, *sequence);
      }
    }
    co_return outcome.status;
  }
  co_await Refresh(services, keyspace.name);
  const sharding::Table* definition = vschema->FindTable(table);
  if (!automatic && definition->auto_increment && shape.auto_increment_start > 1) {
    CO_ASSIGN_OR_RETURN(const sharding::Table* sequence,
                        statement.cluster->vschema->FindSequence(*definition));
    const sharding::QualifiedName name{sequence->keyspace, sequence->name};
    CO_RETURN_IF_ERROR(
        co_await BumpSequence(services, statement, name, shape.auto_increment_start));
  }
  Reply(statement, std::move(outcome), automatic ? automatic->warning : "");
  co_return Status::Ok();
}

Awaitable<Status> DropShardedTables(const Services& services, Statement& statement,
                                    const parser::DropTable& node, const KeyspaceInfo& keyspace) {
  ShardOutcome outcome =
      co_await RunOnShards(services, statement, keyspace, std::string(statement.sql));
  if (!outcome.status.ok()) co_return outcome.status;
  for (const parser::TableName* table : node.tables) {
    std::optional<sharding::QualifiedName> sequence;
    const auto cluster = services.gateway->cluster();
    CO_RETURN_IF_ERROR(co_await ForgetTable(services, *cluster->FindKeyspace(keyspace.name),
                                            std::string(table->name.text), &sequence));
    if (sequence) {
      CO_RETURN_IF_ERROR(co_await DropSequence(services, statement, *sequence));
      co_await Refresh(services, sequence->keyspace);
    }
  }
  co_await Refresh(services, keyspace.name);
  Reply(statement, std::move(outcome), "");
  co_return Status::Ok();
}

bool IsShardingColumn(const sharding::Table& table, std::string_view column) {
  for (const auto& use : table.column_vindexes) {
    for (const auto& name : use.columns) {
      if (parser::EqualsIgnoreCase(name, column)) return true;
    }
  }
  return table.auto_increment && parser::EqualsIgnoreCase(table.auto_increment->column, column);
}

// CONVERT TO CHARACTER SET gives text columns another collation, by which other rows are equal.
Status CheckConvert(const sharding::Table& table, const KeyspaceInfo& keyspace) {
  const TableInfo* info = keyspace.FindTableInfo(table.name);
  if (info == nullptr) return Status::Ok();
  for (const TableColumn& column : info->columns) {
    if (column.IsText() && IsShardingColumn(table, column.name)) {
      return Unsupported(
          fmt::format("converting the character set of {}.{}, whose rows are sharded by the text "
                      "of column '{}'",
                      keyspace.name, table.name, column.name));
    }
  }
  return Status::Ok();
}

Status CheckAlter(const sharding::Table& table, const parser::AlterTable& node,
                  const KeyspaceInfo& keyspace) {
  TableShape added;
  for (const parser::AlterAction* action : node.actions) {
    switch (action->action) {
      case parser::AlterKind::kChangeColumn:
      case parser::AlterKind::kModifyColumn:
      case parser::AlterKind::kDropColumn:
      case parser::AlterKind::kRenameColumn: {
        std::string_view name = action->name.text;
        if (name.empty() && !action->columns.empty()) name = action->columns[0]->name.text;
        if (IsShardingColumn(table, name)) {
          return Unsupported(
              fmt::format("changing column '{}' of {}.{}, by which its rows are "
                          "sharded or numbered",
                          name, keyspace.name, table.name));
        }
        break;
      }
      case parser::AlterKind::kConvertCharset:
        RETURN_IF_ERROR(CheckConvert(table, keyspace));
        break;
      case parser::AlterKind::kDropPrimaryKey:
        return Unsupported("dropping the primary key of a sharded table");
      case parser::AlterKind::kRename:
        return Unsupported("renaming a table of a sharded keyspace");
      default:
        break;
    }
    AddColumns(action->columns, "utf8mb4_0900_ai_ci", &added);
    AddIndexes(action->indexes, &added);
  }
  return CheckShardable(table, added, keyspace);
}

// What must be true of a change to a table of a sharded keyspace before the shards see it.
Status CheckShardedDdl(const parser::Statement* root, const KeyspaceInfo& keyspace) {
  auto table_of = [&keyspace](const parser::TableName* name) {
    return keyspace.vschema->FindTable(name->name.text);
  };
  auto missing = [&keyspace](const parser::TableName* name) {
    return Status::Mysql(
        1146, "42S02", fmt::format("Table '{}.{}' doesn't exist", keyspace.name, name->name.text));
  };
  if (const auto* alter = parser::As<parser::AlterTable>(root)) {
    const sharding::Table* table = table_of(alter->table);
    return table == nullptr ? missing(alter->table) : CheckAlter(*table, *alter, keyspace);
  }
  if (const auto* index = parser::As<parser::CreateIndex>(root)) {
    const sharding::Table* table = table_of(index->table);
    if (table == nullptr) return missing(index->table);
    TableShape added;
    parser::IndexDef* definition = index->index;
    AddIndexes(parser::List<parser::IndexDef*>{&definition, 1}, &added);
    return CheckShardable(*table, added, keyspace);
  }
  if (parser::Is<parser::DropIndex>(root) || parser::Is<parser::TruncateTable>(root)) {
    return Status::Ok();
  }
  return Unsupported(fmt::format("{} in a sharded keyspace", StatementWords(*root)));
}

// Where a statement sets the next id of a table with a sequence: that of the table.
std::optional<uint64_t> NextIdOf(const parser::Statement* root) {
  if (parser::Is<parser::TruncateTable>(root)) return 1;
  std::optional<uint64_t> next;
  if (const auto* alter = parser::As<parser::AlterTable>(root)) {
    for (const parser::AlterAction* action : alter->actions) {
      if (auto option = AutoIncrementOf(action->options)) next = option;
    }
  }
  return next;
}

std::vector<const parser::TableName*> TablesOf(const parser::Statement* root) {
  if (const auto* n = parser::As<parser::CreateTable>(root)) return {n->table};
  if (const auto* n = parser::As<parser::AlterTable>(root)) return {n->table};
  if (const auto* n = parser::As<parser::CreateIndex>(root)) return {n->table};
  if (const auto* n = parser::As<parser::DropIndex>(root)) return {n->table};
  if (const auto* n = parser::As<parser::TruncateTable>(root)) return {n->table};
  if (const auto* n = parser::As<parser::CreateView>(root)) return {n->view};
  std::vector<const parser::TableName*> tables;
  if (const auto* n = parser::As<parser::DropTable>(root)) {
    tables.assign(n->tables.begin(), n->tables.end());
  }
  if (const auto* n = parser::As<parser::RenameTable>(root)) {
    for (const parser::RenamePair* pair : n->pairs) {
      tables.push_back(pair->from);
      tables.push_back(pair->to);
    }
  }
  return tables;
}

Status RunDatabaseStatement(Statement& statement, const parser::DatabaseStatement& node) {
  const bool exists = statement.cluster->FindKeyspace(node.name.text) != nullptr;
  if (node.verb == parser::DatabaseVerb::kCreate) {
    if (exists && node.if_exists) {
      statement.session.warnings.Add(
          {"Note", 1007,
           fmt::format("Can't create database '{}'; database exists", node.name.text)});
      ReplyOk(statement, 1, 0, 1);
      return Status::Ok();
    }
    if (exists) {
      return Status::Mysql(
          1007, "HY000",
          fmt::format("Can't create database '{}'; database exists", node.name.text));
    }
    return Unsupported("CREATE DATABASE: a keyspace is made with vtctl CreateKeyspace");
  }
  if (node.verb == parser::DatabaseVerb::kDrop) {
    if (!exists && node.if_exists) {
      ReplyOk(statement);
      return Status::Ok();
    }
    if (!exists) {
      return Status::Mysql(
          1008, "HY000",
          fmt::format("Can't drop database '{}'; database doesn't exist", node.name.text));
    }
    return Unsupported("DROP DATABASE: a keyspace is removed with vtctl DeleteKeyspace");
  }
  return Unsupported("ALTER DATABASE");
}

}  // namespace

Awaitable<Status> RunDdl(StatementExecutor& executor, Statement& statement) {
  const Services& services = executor.services();
  const parser::Statement* root = statement.plan->statement->root();
  // DDL commits, as in MySQL.
  CO_RETURN_IF_ERROR(co_await CommitTransaction(statement.session));
  if (const auto* database = parser::As<parser::DatabaseStatement>(root)) {
    co_return RunDatabaseStatement(statement, *database);
  }
  if (statement.session.target.type != topo::TabletType::PRIMARY) {
    co_return Status::Mysql(1290, "HY000",
                            "DDL goes to primaries: choose the keyspace without @type");
  }
  const auto tables = TablesOf(root);
  CO_ASSIGN_OR_RETURN(const KeyspaceInfo* keyspace, KeyspaceOf(tables, statement));
  const bool whole = keyspace->sharded && statement.session.target.shard.empty();
  if (whole) {
    if (const auto* create = parser::As<parser::CreateTable>(root)) {
      co_return co_await CreateShardedTable(services, statement, *create, *keyspace);
    }
    const auto* drop = parser::As<parser::DropTable>(root);
    if (drop != nullptr && !drop->view) {
      co_return co_await DropShardedTables(services, statement, *drop, *keyspace);
    }
    CO_RETURN_IF_ERROR(CheckShardedDdl(root, *keyspace));
  }
  const auto* create = parser::As<parser::CreateTable>(root);
  const auto* drop = parser::As<parser::DropTable>(root);
  if ((create != nullptr && create->temporary) || (drop != nullptr && drop->temporary)) {
    co_return Unsupported("temporary tables");
  }
  ShardOutcome outcome =
      co_await RunOnShards(services, statement, *keyspace, std::string(statement.sql));
  if (!outcome.status.ok()) co_return outcome.status;
  if (const auto next = NextIdOf(root); whole && next) {
    const sharding::Table* table = keyspace->vschema->FindTable(tables[0]->name.text);
    if (table != nullptr && table->auto_increment) {
      CO_RETURN_IF_ERROR(co_await SetNextId(services, statement, *keyspace, *table, *next));
    }
  }
  co_await Refresh(services, keyspace->name);
  Reply(statement, std::move(outcome), "");
  co_return Status::Ok();
}

}  // namespace keyspan::vtgate
