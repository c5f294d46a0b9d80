#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "mysql/protocol/result_reader.h"
#include "vtgate/executor/describe.h"
#include "vtgate/executor/plan_cache.h"
#include "vtgate/executor/services.h"
#include "vtgate/executor/statement.h"

namespace keyspan::vtgate {

// Values of system variables by lower-case name.
using VariableTexts = std::map<std::string, std::string>;

// Runs the statements of all sessions of one thread: digest, plan, run. Replies go into the
// client's output buffer; the caller flushes. A function that returns a failed Status has sent
// nothing but perhaps rows, which that error then ends: the caller sends it.
class StatementExecutor {
 public:
  StatementExecutor(Services services, size_t plan_cache_entries)
      : services_(services), plans_(plan_cache_entries) {}
  StatementExecutor(const StatementExecutor&) = delete;

  const Services& services() const { return services_; }

  // COM_QUERY: one statement, or several when the client may send several. Answers each; the first
  // failure ends it.
  Awaitable<Status> Query(Session& session, mysql::ServerConnection& client, std::string_view sql);

  // COM_STMT_PREPARE: answers with the statement's id and its parameters and columns.
  Awaitable<Status> Prepare(Session& session, mysql::ServerConnection& client,
                            std::string_view sql);
  // Plans a statement to be kept, fills `prepared` but for its name and text, and tells what it
  // takes and gives. Fails with 1295 for what MySQL does not prepare.
  Awaitable<Result<StatementDescription>> PlanPrepared(Statement& statement,
                                                       PreparedStatement* prepared);
  // Runs it with the parameters that `statement` has, planned anew if need be.
  Awaitable<Status> RunPrepared(Statement& statement, PreparedStatement* prepared);
  // The same, with the rows kept for COM_STMT_FETCH.
  Awaitable<Status> RunIntoCursor(Statement& statement, PreparedStatement* prepared);
  // COM_STMT_EXECUTE.
  Awaitable<Status> ExecutePrepared(Session& session, mysql::ServerConnection& client,
                                    std::string_view body);
  // COM_FIELD_LIST.
  Awaitable<Status> FieldList(Session& session, mysql::ServerConnection& client,
                              std::string_view body);
  // USE, COM_INIT_DB and the database of a login. `target` is keyspace[:shard][@type]. Does not
  // answer.
  Status Use(Session& session, std::string_view target);

  // One statement of a text, already cut out of it.
  Awaitable<Status> QueryOne(Session& session, mysql::ServerConnection& client,
                             std::string_view sql, bool more_follow);

  // Runs a query of the gateway's own on behalf of the session and returns its rows: SELECT of
  // expressions, or anything else that one shard can answer. With `settings` instead of the
  // session's own, when given.
  Awaitable<Result<mysql::QueryResult>> Fetch(Session& session, mysql::ServerConnection& client,
                                              std::string_view sql,
                                              const Settings* settings = nullptr);
  // What SET makes of a user variable: `expression` is assigned on a shard, in the session's
  // transaction, and read back. The result's row has the value, its collation and its bytes.
  Awaitable<Result<mysql::QueryResult>> FetchAssigned(Session& session,
                                                      mysql::ServerConnection& client,
                                                      const std::string& expression);
  // What SHOW VARIABLES says about `names` (lower case) on a connection with these settings; names
  // that MySQL does not have are missing.
  Awaitable<Result<VariableTexts>> FetchVariables(Statement& statement, const Settings& settings,
                                                  std::vector<std::string> names);
  // Gives the session the warnings that SET with these assignments leaves: a shard says which.
  Awaitable<Status> NoteSetWarnings(Statement& statement, std::string assignments);
  // Checks settings that no statement has used yet by having a shard apply them; returns the
  // sql_mode that results.
  Awaitable<Result<std::string>> CheckSettings(Statement& statement, const Settings& settings);

 private:
  // Fills statement.plan and literals.
  Status FindPlan(Statement& statement);
  // After FindPlan() failed: where a table or column seems to be missing, looks again at what the
  // shards have before it says so: another gateway, or somebody on the shards, may just have made
  // it.
  Awaitable<Status> FindPlanAgain(Statement& statement, Status failure);
  bool MayLookAgain(const Status& status);
  Awaitable<Status> QuerySeveral(Session& session, mysql::ServerConnection& client,
                                 std::string_view sql);
  Result<std::shared_ptr<const Plan>> MakePlan(const Statement& statement,
                                               const parser::DigestResult* digest, bool* cacheable);
  Awaitable<Result<StatementDescription>> Describe(Statement& statement);
  Awaitable<Status> Run(Statement& statement);
  Awaitable<Status> RunRouted(Statement& statement);

  Services services_;
  PlanCache plans_;
  uint64_t plan_generation_ = 0;
  std::chrono::steady_clock::time_point looked_again_;
  parser::Digester digester_;
  // sql_mode by Settings::id of settings that shards have accepted. Bounded.
  boost::unordered_flat_map<uint64_t, std::string> accepted_settings_;
  std::map<std::string, std::vector<Warning>> known_set_warnings_;  // by assignments; bounded
  // What FetchVariables has learned, by its query and the settings. Bounded.
  std::map<std::pair<uint64_t, std::string>, VariableTexts> known_variables_;
};

}  // namespace keyspan::vtgate
