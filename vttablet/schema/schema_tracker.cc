#include "vttablet/schema/schema_tracker.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

namespace keyspan::vttablet {
namespace {

using Tables = std::map<std::string, rpc::TableSchema>;

Awaitable<Status> ReadTables(ControlConnection& sql, const std::string& database, Tables& tables) {
  CO_ASSIGN_OR_RETURN(
      auto rows,
      co_await sql.Query(fmt::format(
          "SELECT TABLE_NAME AS name, TABLE_TYPE AS type, TABLE_COMMENT AS comment, ENGINE "
          "AS engine, TABLE_COLLATION AS collation FROM information_schema.TABLES WHERE "
          "TABLE_SCHEMA = {}",
          Quoted(database))));
  for (size_t i = 0; i < rows.rows.size(); ++i) {
    rpc::TableSchema& table = tables[Cell(rows, i, "name")];
    table.set_name(Cell(rows, i, "name"));
    table.set_view(Cell(rows, i, "type") == "VIEW");
    table.set_comment(Cell(rows, i, "comment"));
    table.set_engine(Cell(rows, i, "engine"));
    table.set_collation(Cell(rows, i, "collation"));
  }
  co_return Status();
}

Awaitable<Status> ReadColumns(ControlConnection& sql, const std::string& database, Tables& tables) {
  CO_ASSIGN_OR_RETURN(
      auto rows,
      co_await sql.Query(fmt::format(
          "SELECT TABLE_NAME AS tbl, COLUMN_NAME AS name, DATA_TYPE AS data_type, COLUMN_TYPE AS "
          "column_type, COLLATION_NAME AS collation, CHARACTER_SET_NAME AS charset, IS_NULLABLE AS "
          "nullable, COLUMN_DEFAULT IS NOT NULL AS has_default, COLUMN_DEFAULT AS default_value, "
          "EXTRA AS extra, COLUMN_COMMENT AS comment FROM information_schema.COLUMNS WHERE "
          "TABLE_SCHEMA = {} ORDER BY TABLE_NAME, ORDINAL_POSITION",
          Quoted(database))));
  for (size_t i = 0; i < rows.rows.size(); ++i) {
    auto found = tables.find(Cell(rows, i, "tbl"));
    if (found == tables.end()) continue;  // created between the two queries
    rpc::ColumnSchema* column = found->second.add_columns();
    column->set_name(Cell(rows, i, "name"));
    column->set_data_type(Cell(rows, i, "data_type"));
    column->set_column_type(Cell(rows, i, "column_type"));
    column->set_collation(Cell(rows, i, "collation"));
    column->set_charset(Cell(rows, i, "charset"));
    column->set_nullable(Cell(rows, i, "nullable") == "YES");
    column->set_has_default(Cell(rows, i, "has_default") == "1");
    column->set_default_value(Cell(rows, i, "default_value"));
    column->set_extra(Cell(rows, i, "extra"));
    column->set_auto_increment(column->extra().find("auto_increment") != std::string::npos);
    column->set_invisible(column->extra().find("INVISIBLE") != std::string::npos);
    column->set_comment(Cell(rows, i, "comment"));
  }
  co_return Status();
}

Awaitable<Status> ReadIndexes(ControlConnection& sql, const std::string& database, Tables& tables) {
  CO_ASSIGN_OR_RETURN(auto rows,
                      co_await sql.Query(fmt::format(
                          "SELECT TABLE_NAME AS tbl, INDEX_NAME AS name, NON_UNIQUE AS non_unique, "
                          "COLUMN_NAME AS column_name FROM information_schema.STATISTICS WHERE "
                          "TABLE_SCHEMA = {} ORDER BY TABLE_NAME, INDEX_NAME <> 'PRIMARY', "
                          "INDEX_NAME, SEQ_IN_INDEX",
                          Quoted(database))));
  for (size_t i = 0; i < rows.rows.size(); ++i) {
    auto found = tables.find(Cell(rows, i, "tbl"));
    if (found == tables.end()) continue;
    rpc::TableSchema& table = found->second;
    const std::string name = Cell(rows, i, "name");
    const bool same =
        table.indexes_size() > 0 && table.indexes(table.indexes_size() - 1).name() == name;
    rpc::IndexSchema* index =
        same ? table.mutable_indexes(table.indexes_size() - 1) : table.add_indexes();
    index->set_name(name);
    index->set_unique(Cell(rows, i, "non_unique") == "0");
    index->add_columns(Cell(rows, i, "column_name"));
    if (name == "PRIMARY") table.add_primary_key(Cell(rows, i, "column_name"));
  }
  co_return Status();
}

Awaitable<Status> ReadForeignKeys(ControlConnection& sql, const std::string& database,
                                  Tables& tables) {
  CO_ASSIGN_OR_RETURN(
      auto rows,
      co_await sql.Query(fmt::format(
          "SELECT TABLE_NAME AS tbl, CONSTRAINT_NAME AS name, COLUMN_NAME AS column_name, "
          "REFERENCED_TABLE_SCHEMA AS ref_db, REFERENCED_TABLE_NAME AS ref_table, "
          "REFERENCED_COLUMN_NAME AS ref_column FROM information_schema.KEY_COLUMN_USAGE "
          "WHERE TABLE_SCHEMA = {} AND REFERENCED_TABLE_NAME IS NOT NULL ORDER BY "
          "TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION",
          Quoted(database))));
  for (size_t i = 0; i < rows.rows.size(); ++i) {
    auto found = tables.find(Cell(rows, i, "tbl"));
    if (found == tables.end()) continue;
    rpc::TableSchema& table = found->second;
    const std::string name = Cell(rows, i, "name");
    const int last = table.foreign_keys_size() - 1;
    const bool same = last >= 0 && table.foreign_keys(last).name() == name;
    rpc::ForeignKeySchema* key = same ? table.mutable_foreign_keys(last) : table.add_foreign_keys();
    key->set_name(name);
    key->set_referenced_database(Cell(rows, i, "ref_db"));
    key->set_referenced_table(Cell(rows, i, "ref_table"));
    key->add_columns(Cell(rows, i, "column_name"));
    key->add_referenced_columns(Cell(rows, i, "ref_column"));
  }
  co_return Status();
}

}  // namespace

SchemaTracker::SchemaTracker(std::string database) : database_(std::move(database)) {}

Awaitable<Status> SchemaTracker::Reload(ControlConnection& sql) {
  // Before the details, so that a change in between is seen by the next look.
  CO_ASSIGN_OR_RETURN(std::string fingerprint, co_await ReadFingerprint(sql));
  Tables tables;
  CO_RETURN_IF_ERROR(co_await ReadTables(sql, database_, tables));
  CO_RETURN_IF_ERROR(co_await ReadColumns(sql, database_, tables));
  CO_RETURN_IF_ERROR(co_await ReadIndexes(sql, database_, tables));
  CO_RETURN_IF_ERROR(co_await ReadForeignKeys(sql, database_, tables));
  fingerprint_ = std::move(fingerprint);
  auto schema = std::make_shared<rpc::GetSchemaResponse>();
  for (auto& [name, table] : tables) *schema->add_tables() = std::move(table);
  std::string content = schema->SerializeAsString();
  if (schema_ && content == content_) co_return Status();
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const uint64_t clock = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  schema->set_schema_version(std::max(clock, version() + 1));
  content_ = std::move(content);
  schema_ = std::move(schema);
  co_return Status();
}

Awaitable<Status> SchemaTracker::Poll(ControlConnection& sql) {
  CO_ASSIGN_OR_RETURN(std::string fingerprint, co_await ReadFingerprint(sql));
  if (schema_ && fingerprint == fingerprint_) co_return Status();
  co_return co_await Reload(sql);
}

Awaitable<Result<std::string>> SchemaTracker::ReadFingerprint(ControlConnection& sql) {
  // Creation times alone have seconds, and a busy second can hold several changes.
  struct Source {
    const char* table;
    const char* columns;
  };
  constexpr Source kSources[] = {
      {"TABLES", "TABLE_NAME, TABLE_TYPE, CREATE_TIME, TABLE_COLLATION"},
      {"COLUMNS",
       "TABLE_NAME, ORDINAL_POSITION, COLUMN_NAME, COLUMN_TYPE, COLLATION_NAME, IS_NULLABLE, "
       "COLUMN_DEFAULT, EXTRA"},
      {"STATISTICS", "TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX, COLUMN_NAME, NON_UNIQUE"},
  };
  std::string fingerprint;
  for (const Source& source : kSources) {
    CO_ASSIGN_OR_RETURN(
        auto rows,
        co_await sql.Query(fmt::format(
            "SELECT COUNT(*) AS n, COALESCE(BIT_XOR(CAST(CRC32(CONCAT_WS('/', {})) AS "
            "UNSIGNED)), 0) AS fingerprint FROM information_schema.{} WHERE TABLE_SCHEMA "
            "= {}",
            source.columns, source.table, Quoted(database_))));
    fingerprint += Cell(rows, 0, "n") + "/" + Cell(rows, 0, "fingerprint") + " ";
  }
  co_return fingerprint;
}

}  // namespace keyspan::vttablet
