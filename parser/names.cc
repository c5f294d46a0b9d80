// The names of enumerators that people get to see.

#include <array>

#include "parser/ast/ast.h"
#include "parser/parse.h"
#include "parser/visit.h"

namespace keyspan::parser {

std::string_view NodeKindName(NodeKind kind) {
  switch (kind) {
#define KEYSPAN_NODE_KIND(name) \
  case NodeKind::k##name:       \
    return #name;
#include "parser/ast/node_kinds.inc"
#undef KEYSPAN_NODE_KIND
  }
  return "";
}

bool IsExprKind(NodeKind kind) {
  switch (kind) {
#define KEYSPAN_NODE_KIND(name) \
  case NodeKind::k##name:       \
    return std::is_base_of_v<Expr, name>;
#include "parser/ast/node_kinds.inc"
#undef KEYSPAN_NODE_KIND
  }
  return false;
}

std::string_view OtherKindName(OtherKind kind) {
  switch (kind) {
#define KEYSPAN_OTHER_KIND(name, words) \
  case OtherKind::name:                 \
    return words;
#include "parser/ast/other_kinds.inc"
#undef KEYSPAN_OTHER_KIND
  }
  return "";
}

std::string_view StatementKindName(const Statement& statement) {
  if (const auto* other = As<OtherStatement>(static_cast<const Node*>(&statement))) {
    return OtherKindName(other->other);
  }
  return NodeKindName(statement.kind);
}

std::string_view TypeKindName(TypeKind kind) {
  constexpr std::array<std::string_view, 43> kNames = {"TINYINT",
                                                       "SMALLINT",
                                                       "MEDIUMINT",
                                                       "INT",
                                                       "BIGINT",
                                                       "DECIMAL",
                                                       "FLOAT",
                                                       "DOUBLE",
                                                       "BIT",
                                                       "BOOL",
                                                       "SERIAL",
                                                       "DATE",
                                                       "TIME",
                                                       "DATETIME",
                                                       "TIMESTAMP",
                                                       "YEAR",
                                                       "CHAR",
                                                       "VARCHAR",
                                                       "BINARY",
                                                       "VARBINARY",
                                                       "TINYTEXT",
                                                       "TEXT",
                                                       "MEDIUMTEXT",
                                                       "LONGTEXT",
                                                       "TINYBLOB",
                                                       "BLOB",
                                                       "MEDIUMBLOB",
                                                       "LONGBLOB",
                                                       "ENUM",
                                                       "SET",
                                                       "JSON",
                                                       "VECTOR",
                                                       "GEOMETRY",
                                                       "POINT",
                                                       "LINESTRING",
                                                       "POLYGON",
                                                       "MULTIPOINT",
                                                       "MULTILINESTRING",
                                                       "MULTIPOLYGON",
                                                       "GEOMETRYCOLLECTION",
                                                       "SIGNED",
                                                       "UNSIGNED",
                                                       ""};
  return kNames[static_cast<size_t>(kind)];
}

// The words after SHOW, without modifiers and names.
std::string_view ShowKindName(ShowKind kind) {
  constexpr std::array<std::string_view, 53> kNames = {"BINARY LOGS",
                                                       "BINARY LOG STATUS",
                                                       "BINLOG EVENTS",
                                                       "CHARACTER SET",
                                                       "COLLATION",
                                                       "COLUMNS",
                                                       "COUNT(*) ERRORS",
                                                       "COUNT(*) WARNINGS",
                                                       "CREATE DATABASE",
                                                       "CREATE EVENT",
                                                       "CREATE FUNCTION",
                                                       "CREATE LIBRARY",
                                                       "CREATE MASKING POLICY",
                                                       "CREATE PROCEDURE",
                                                       "CREATE TABLE",
                                                       "CREATE TRIGGER",
                                                       "CREATE USER",
                                                       "CREATE VIEW",
                                                       "DATABASES",
                                                       "ENGINE LOGS",
                                                       "ENGINE MUTEX",
                                                       "ENGINE STATUS",
                                                       "ENGINES",
                                                       "ERRORS",
                                                       "EVENTS",
                                                       "FUNCTION CODE",
                                                       "FUNCTION STATUS",
                                                       "GRANTS",
                                                       "INDEX",
                                                       "LIBRARY STATUS",
                                                       "OPEN TABLES",
                                                       "PARSE_TREE",
                                                       "PLUGINS",
                                                       "PRIVILEGES",
                                                       "PROCEDURE CODE",
                                                       "PROCEDURE STATUS",
                                                       "PROCESSLIST",
                                                       "PROFILE",
                                                       "PROFILES",
                                                       "RELAYLOG EVENTS",
                                                       "REPLICA STATUS",
                                                       "REPLICAS",
                                                       "STATUS",
                                                       "TABLE STATUS",
                                                       "TABLES",
                                                       "TRIGGERS",
                                                       "VARIABLES",
                                                       "WARNINGS",
                                                       "KEYSPACES",
                                                       "VSCHEMA",
                                                       "VITESS",
                                                       "TRANSACTION STATUS",
                                                       "UNRESOLVED TRANSACTIONS"};
  return kNames[static_cast<size_t>(kind)];
}

}  // namespace keyspan::parser
