// The statements of the gateway itself: taken, and printed to what reads back as the same tree.

#include <gtest/gtest.h>

#include "parser/parse.h"
#include "parser/printer.h"
#include "parser/walker.h"

namespace keyspan::parser {
namespace {

constexpr std::string_view kStatements[] = {
    "USE ks",
    "USE ks:-80",
    "USE ks@replica",
    "USE ks:-80@replica",
    "USE ks:40-c0@rdonly",
    "USE @replica",
    "USE `ks:-80@primary`",
    "USE ks:-80@replica|zone1-101",
    "SELECT /*vt+ SCATTER_ERRORS_AS_WARNINGS=1 */ a FROM t",
    "SELECT /*vt+ QUERY_TIMEOUT_MS=1000 ALLOW_SCATTER PLANNER=Gen4 */ a FROM t",
    "INSERT /*vt+ MULTI_SHARD_AUTOCOMMIT=1 */ INTO t (a) VALUES (1)",
    "UPDATE /*vt+ SKIP_QUERY_PLAN_CACHE=1 */ t SET a = 1",
    "DELETE /*vt+ PRIORITY=50 */ FROM t",
    "SET workload = 'olap'",
    "SET transaction_mode = 'TWOPC', query_timeout = 5",
    "SET SESSION ddl_strategy = 'vitess --singleton'",
    "SELECT @@session_uuid, @@migration_context",
    "SELECT NEXT 5 VALUES FROM seq",
    "SELECT NEXT VALUE FROM seq",
    "VEXPLAIN SELECT 1",
    "VEXPLAIN PLAN SELECT 1",
    "VEXPLAIN QUERIES SELECT 1",
    "VEXPLAIN ALL SELECT 1",
    "VEXPLAIN TRACE SELECT 1",
    "VEXPLAIN KEYS SELECT 1",
    "VEXPLAIN INSERT INTO t VALUES (1)",
    "ALTER VSCHEMA ADD TABLE t",
    "ALTER VSCHEMA ADD TABLE ks.t",
    "ALTER VSCHEMA DROP TABLE t",
    "ALTER VSCHEMA CREATE VINDEX v",
    "ALTER VSCHEMA CREATE VINDEX v USING hash",
    "ALTER VSCHEMA CREATE VINDEX ks.v USING lookup WITH table = 'x', from = 'a', owner = t",
    "ALTER VSCHEMA DROP VINDEX v",
    "ALTER VSCHEMA ON t ADD VINDEX v (a)",
    "ALTER VSCHEMA ON ks.t ADD VINDEX v (a, b) USING multicol WITH column_count = 2",
    "ALTER VSCHEMA ON t DROP VINDEX v",
    "ALTER VSCHEMA ADD SEQUENCE s",
    "ALTER VSCHEMA DROP SEQUENCE s",
    "ALTER VSCHEMA ON t ADD AUTO_INCREMENT id USING s",
    "ALTER VSCHEMA ON t DROP AUTO_INCREMENT",
    "SHOW VSCHEMA TABLES",
    "SHOW VSCHEMA VINDEXES",
    "SHOW KEYSPACES",
    "SHOW VITESS_SHARDS",
    "SHOW VITESS_TABLETS",
    "SHOW VITESS_TARGET",
    "SHOW VITESS_MIGRATIONS",
    "SHOW VITESS_MIGRATIONS LIKE 'running'",
    "SHOW VITESS_MIGRATIONS WHERE a = 1",
    "SHOW VITESS_MIGRATION 'u' LOGS",
    "SHOW TRANSACTION STATUS FOR 'ks:-80:5'",
    "SHOW UNRESOLVED TRANSACTIONS",
    "SHOW UNRESOLVED TRANSACTIONS FOR ks",
    "ALTER VITESS_MIGRATION 'u' RETRY",
    "ALTER VITESS_MIGRATION 'u' CLEANUP",
    "ALTER VITESS_MIGRATION CLEANUP ALL",
    "ALTER VITESS_MIGRATION 'u' LAUNCH",
    "ALTER VITESS_MIGRATION 'u' LAUNCH VITESS_SHARDS '-80,80-'",
    "ALTER VITESS_MIGRATION LAUNCH ALL",
    "ALTER VITESS_MIGRATION 'u' COMPLETE",
    "ALTER VITESS_MIGRATION 'u' COMPLETE VITESS_SHARDS '-80'",
    "ALTER VITESS_MIGRATION COMPLETE ALL",
    "ALTER VITESS_MIGRATION 'u' POSTPONE COMPLETE",
    "ALTER VITESS_MIGRATION POSTPONE COMPLETE ALL",
    "ALTER VITESS_MIGRATION 'u' CANCEL",
    "ALTER VITESS_MIGRATION CANCEL ALL",
    "ALTER VITESS_MIGRATION 'u' THROTTLE",
    "ALTER VITESS_MIGRATION 'u' THROTTLE EXPIRE '1h' RATIO 0.5",
    "ALTER VITESS_MIGRATION THROTTLE ALL EXPIRE '1h'",
    "ALTER VITESS_MIGRATION 'u' UNTHROTTLE",
    "ALTER VITESS_MIGRATION UNTHROTTLE ALL",
    "ALTER VITESS_MIGRATION 'u' FORCE_CUTOVER",
    "ALTER VITESS_MIGRATION FORCE_CUTOVER ALL",
    "ALTER VITESS_MIGRATION 'u' CUTOVER_THRESHOLD '20s'",
    "REVERT VITESS_MIGRATION 'u'",
};

TEST(OwnVerbs, ParseAndPrintAsAFixedPoint) {
  for (const std::string_view sql : kStatements) {
    Result<ParsedStatement> parsed = Parse(sql, {});
    ASSERT_TRUE(parsed.ok()) << sql << ": " << std::move(parsed).status().message();
    const std::string printed = Print(parsed->root());
    Result<ParsedStatement> again = Parse(printed, {});
    ASSERT_TRUE(again.ok()) << printed;
    EXPECT_TRUE(Equal(parsed->root(), again->root())) << sql << " became " << printed;
  }
}

TEST(OwnVerbs, HalfOfThemIsASyntaxError) {
  for (const std::string_view sql :
       {"VEXPLAIN", "VEXPLAIN SHOW TABLES", "ALTER VSCHEMA", "ALTER VSCHEMA ON t",
        "ALTER VSCHEMA ADD VINDEX v", "ALTER VITESS_MIGRATION", "ALTER VITESS_MIGRATION 'u'",
        "REVERT VITESS_MIGRATION", "SHOW TRANSACTION", "SHOW VSCHEMA", "USE ks:-80 @replica",
        "USE ks@'replica'", "USE ks:`-80`", "USE ks@r\xc3\xa9plica", "USE ks:-80/* */-"}) {
    Result<ParsedStatement> parsed = Parse(sql, {});
    ASSERT_FALSE(parsed.ok()) << sql;
    EXPECT_EQ(std::move(parsed).status().mysql_errno(), 1064) << sql;
  }
}

}  // namespace
}  // namespace keyspan::parser
