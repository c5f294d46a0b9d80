// Golden plans: test/plans/*.test, one test per file. A case is
//
//   SQL, on one or more lines
//   ----
//   the plan's description, or `error NUMBER (SQLSTATE): message`
//
// and ends with an empty line. `# ...` is a comment; `!use keyspace`, `!use keyspace:shard`, `!use`
// set the session; `!prepared` plans as for COM_STMT_PREPARE (no digest), `!text` as for COM_QUERY.
// With KEYSPAN_REWRITE_PLANS=1 the files are rewritten with what the planner says now; without it a
// difference leaves <name>.actual in the working folder.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "parser/digest.h"
#include "parser/parse.h"
#include "test/unit/vtgate/planner/fake_cluster.h"
#include "vtgate/planner/planner.h"

namespace keyspan::vtgate {
namespace {

const std::filesystem::path kPlans = std::filesystem::path(KEYSPAN_SOURCE_DIR) / "test/plans";

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

const Cluster& TestCluster() {
  static const std::shared_ptr<const Cluster> cluster =
      ParseCluster(ReadFile(kPlans / "cluster.txt"));
  return *cluster;
}

bool IsGatewayVariable(std::string_view name) {
  return name == "autocommit" || name == "transaction_mode";
}

struct Session {
  std::string keyspace = "customer";
  bool by_destination = false;
  bool prepared = false;

  void Use(std::string target) {
    size_t colon = target.find(':');
    by_destination = colon != std::string::npos;
    keyspace = target.substr(0, colon);
  }
};

std::string Plan(const std::string& sql, const Session& session) {
  parser::Digester digester;
  parser::DigestResult digest;
  parser::ParseOptions options;
  if (!session.prepared) {
    digest = digester.Compute(sql);
    options.digest = &digest;
  }
  auto describe = [](const Status& status) {
    return fmt::format("error {} ({}): {}\n", status.mysql_errno(), status.sqlstate(),
                       status.message());
  };
  auto parsed = parser::Parse(sql, options);
  if (!parsed.ok()) return describe(parsed.status());
  PlanContext context;
  context.cluster = &TestCluster();
  context.keyspace = session.keyspace;
  context.by_destination = session.by_destination;
  context.is_gateway_variable = IsGatewayVariable;
  auto plan =
      BuildPlan(std::make_unique<parser::ParsedStatement>(std::move(parsed).value()), context);
  return plan.ok() ? (*plan)->description : describe(plan.status());
}

// The file again, with each expectation replaced by the planner's answer.
std::string Replay(const std::string& text) {
  std::string out;
  std::string sql;
  Session session;
  bool in_expectation = false;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (in_expectation) {
      if (!line.empty()) continue;
      in_expectation = false;
    } else if (line == "----") {
      in_expectation = true;
      out += "----\n" + Plan(sql, session);
      sql.clear();
      continue;
    } else if (line.starts_with("!use")) {
      session.Use(line.size() > 5 ? line.substr(5) : "");
    } else if (line == "!prepared" || line == "!text") {
      session.prepared = line == "!prepared";
    } else if (!line.empty() && line[0] != '#') {
      sql += (sql.empty() ? "" : "\n") + line;
    }
    out += line + "\n";
  }
  return out;
}

std::vector<std::string> PlanFiles() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kPlans)) {
    if (entry.path().extension() == ".test") names.push_back(entry.path().stem());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class GoldenPlans : public testing::TestWithParam<std::string> {};

TEST_P(GoldenPlans, AreAsRecorded) {
  std::filesystem::path path = kPlans / (GetParam() + ".test");
  std::string expected = ReadFile(path);
  std::string actual = Replay(expected);
  if (actual == expected) return;
  if (std::getenv("KEYSPAN_REWRITE_PLANS") != nullptr) {
    std::ofstream(path) << actual;
    return;
  }
  std::ofstream(GetParam() + ".actual") << actual;
  EXPECT_EQ(actual, expected) << "set KEYSPAN_REWRITE_PLANS=1 to accept";
}

// Every statement of the files, in every kind of session: no crash, and always a plan or an error.
TEST_P(GoldenPlans, ArePlannedInEverySession) {
  std::string sql;
  std::istringstream in(ReadFile(kPlans / (GetParam() + ".test")));
  bool in_expectation = false;
  for (std::string line; std::getline(in, line);) {
    if (line == "----") {
      for (const char* target : {"customer", "commerce", "tpcc:80-", "information_schema", ""}) {
        for (bool prepared : {false, true}) {
          Session session;
          session.Use(target);
          session.prepared = prepared;
          EXPECT_NE(Plan(sql, session), "") << sql;
        }
      }
      sql.clear();
    }
    if (line == "----" || line.empty()) in_expectation = line == "----";
    if (!in_expectation && !line.empty() && line[0] != '#' && line[0] != '!') {
      sql += (sql.empty() ? "" : "\n") + line;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Plans, GoldenPlans, testing::ValuesIn(PlanFiles()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace keyspan::vtgate
