// The parser's corpus through the planner, with every table that it names sharded by `id`: whatever
// parses gets a plan or an error, as text and as a prepared statement.

#include "test/unit/parser/corpus.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "parser/digest.h"
#include "parser/parse.h"
#include "test/unit/vtgate/planner/fake_cluster.h"
#include "vtgate/planner/planner.h"

namespace keyspan::vtgate {
namespace {

std::shared_ptr<const Cluster> ClusterWith(const std::set<std::string>& tables) {
  std::string vschema;
  std::string schema;
  for (const std::string& table : tables) {
    vschema += (vschema.empty() ? "" : ",\n") + std::string("\"") + table +
               "\": {\"column_vindexes\": [{\"column\": \"id\", \"name\": \"hash\"}]}";
    schema += "table " + table +
              "\n  id bigint not null\n  a int\n  b int\n"
              "  name varchar(20) collate utf8mb4_general_ci\n  primary key (id)\n";
  }
  return ParseCluster(
      "keyspace ks -80 80-\nvschema\n{\"sharded\": true, \"vindexes\": "
      "{\"hash\": {\"type\": \"hash\"}}, \"tables\": {" +
      vschema + "}}\nend\n" + schema);
}

Status PlanStatement(const std::string& sql, bool prepared, const Cluster& cluster) {
  parser::Digester digester;
  parser::ParseOptions options;
  parser::DigestResult digest = digester.Compute(sql);
  if (!prepared) options.digest = &digest;
  auto parsed = parser::Parse(sql, options);
  if (!parsed.ok()) return parsed.status();
  PlanContext context;
  context.cluster = &cluster;
  context.keyspace = "ks";
  auto plan =
      BuildPlan(std::make_unique<parser::ParsedStatement>(std::move(parsed).value()), context);
  if (plan.ok()) {
    EXPECT_NE((*plan)->description, "") << sql;
    return Status::Ok();
  }
  EXPECT_NE(plan.status().code(), StatusCode::kInternal) << sql << plan.status().ToString();
  return plan.status();
}

TEST(Corpus, EveryStatementIsPlannedOrRefused) {
  const std::vector<std::string>& statements = parser::Corpus();
  ASSERT_GT(statements.size(), 100u);
  std::set<std::string> tables{"t"};
  const std::string before = "Table 'ks.";
  for (int round = 0; round < 2; ++round) {
    auto cluster = ClusterWith(tables);
    size_t known = tables.size();
    for (const std::string& sql : statements) {
      Status status = PlanStatement(sql, false, *cluster);
      std::string message(status.message());
      if (status.mysql_errno() != 1146 || !message.starts_with(before)) continue;
      std::string name = message.substr(before.size(), message.find("' doesn't") - before.size());
      if (name.find_first_of(" \"\\\n") == std::string::npos) tables.insert(name);
    }
    if (tables.size() == known) break;
  }
  auto cluster = ClusterWith(tables);
  int planned = 0;
  for (const std::string& sql : statements) {
    planned += PlanStatement(sql, false, *cluster).ok();
    PlanStatement(sql, true, *cluster).ok();
  }
  EXPECT_GT(planned, static_cast<int>(statements.size() / 2));
}

}  // namespace
}  // namespace keyspan::vtgate
