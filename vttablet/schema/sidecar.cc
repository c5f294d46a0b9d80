#include "vttablet/schema/sidecar.h"

#include <fmt/format.h>
#include <glog/logging.h>

#include <set>
#include <vector>

namespace keyspan::vttablet {
namespace {

struct ColumnSpec {
  const char* name;
  const char* definition;
};

struct TableSpec {
  const char* name;
  std::vector<ColumnSpec> columns;
  const char* primary_key;
};

// The declaration of `_vt`. Add columns with a default; never rename or narrow one.
const std::vector<TableSpec>& Tables() {
  static const std::vector<TableSpec> tables = {
      // Facts about this shard's data, by name: keyspace, shard.
      {"metadata",
       {{"name", "VARCHAR(64) CHARACTER SET ascii NOT NULL"},
        {"value", "VARCHAR(1024) NOT NULL"},
        {"updated", "TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP"}},
       "name"},
      // One row per primary term: who was the primary, and from which position on.
      {"primary_terms",
       {{"term", "BIGINT UNSIGNED NOT NULL"},
        {"tablet_alias", "VARCHAR(128) NOT NULL"},
        {"position", "TEXT NOT NULL"},
        {"began", "TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)"}},
       "term"},
  };
  return tables;
}

Awaitable<Status> EnsureTable(ControlConnection& sql, const TableSpec& table) {
  CO_ASSIGN_OR_RETURN(auto found,
                      co_await sql.Query(fmt::format(
                          "SELECT COLUMN_NAME AS name FROM information_schema.COLUMNS WHERE "
                          "TABLE_SCHEMA = '_vt' AND TABLE_NAME = '{}'",
                          table.name)));
  if (found.rows.empty()) {
    std::string create = fmt::format("CREATE TABLE IF NOT EXISTS _vt.{} (", table.name);
    for (const ColumnSpec& column : table.columns) {
      create += fmt::format("`{}` {}, ", column.name, column.definition);
    }
    create += fmt::format("PRIMARY KEY (`{}`)) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4",
                          table.primary_key);
    co_return co_await sql.Run(std::move(create));
  }
  std::set<std::string> existing;
  for (size_t i = 0; i < found.rows.size(); ++i) existing.insert(Cell(found, i, "name"));
  for (const ColumnSpec& column : table.columns) {
    if (existing.contains(column.name)) continue;
    LOG(INFO) << "adding column " << column.name << " to _vt." << table.name;
    CO_RETURN_IF_ERROR(co_await sql.Run(fmt::format("ALTER TABLE _vt.{} ADD COLUMN `{}` {}",
                                                    table.name, column.name, column.definition)));
  }
  co_return Status();
}

}  // namespace

Awaitable<Status> EnsureSidecar(ControlConnection& sql, const ShardIdentity& identity) {
  // Looks before it writes: with semi-sync a write would wait for a replica.
  CO_ASSIGN_OR_RETURN(
      auto schema,
      co_await sql.Query("SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = '_vt'"));
  if (schema.rows.empty()) {
    CO_RETURN_IF_ERROR(co_await sql.Run("CREATE DATABASE IF NOT EXISTS _vt"));
  }
  for (const TableSpec& table : Tables()) CO_RETURN_IF_ERROR(co_await EnsureTable(sql, table));
  CO_RETURN_IF_ERROR(co_await CheckIdentity(sql, identity));
  CO_ASSIGN_OR_RETURN(
      auto known,
      co_await sql.Query("SELECT 1 FROM _vt.metadata WHERE name IN ('keyspace', 'shard')"));
  if (known.rows.size() < 2) {
    CO_RETURN_IF_ERROR(co_await sql.Run(fmt::format(
        "INSERT IGNORE INTO _vt.metadata (name, value) VALUES ('keyspace', {}), ('shard', {})",
        Quoted(identity.keyspace), Quoted(identity.shard))));
  }
  co_return Status();
}

Awaitable<Status> CheckIdentity(ControlConnection& sql, const ShardIdentity& identity) {
  auto found = co_await sql.Query(
      "SELECT MAX(IF(name = 'keyspace', value, NULL)) AS keyspace, MAX(IF(name = 'shard', value, "
      "NULL)) AS shard FROM _vt.metadata");
  if (!found.ok()) {
    const uint16_t number = found.status().mysql_errno();
    constexpr uint16_t kErNoSuchTable = 1146, kErBadDb = 1049;
    if (number == kErNoSuchTable || number == kErBadDb) co_return Status();
    co_return std::move(found).status();
  }
  const std::string keyspace = Cell(*found, 0, "keyspace");
  const std::string shard = Cell(*found, 0, "shard");
  if (keyspace.empty() || (keyspace == identity.keyspace && shard == identity.shard)) {
    co_return Status();
  }
  co_return Status(StatusCode::kFailedPrecondition,
                   fmt::format("the data of this mysqld belongs to {}/{}, not to {}/{}", keyspace,
                               shard, identity.keyspace, identity.shard));
}

}  // namespace keyspan::vttablet
