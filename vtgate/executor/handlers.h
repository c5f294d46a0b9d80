#pragma once

#include <string_view>

#include "vtgate/executor/routing.h"
#include "vtgate/executor/services.h"
#include "vtgate/executor/statement.h"
#include "vtgate/planner/planner.h"
#include "vtgate/semantics/semantics.h"

namespace keyspan::vtgate {

class StatementExecutor;

// One function per kind of plan; each in a file of its name. All answer the client unless they
// fail.
Awaitable<Status> RunInsert(const Services& services, Statement& statement);
Awaitable<Status> RunNextValue(const Services& services, Statement& statement);
Awaitable<Status> RunMultiShardDml(const Services& services, Statement& statement,
                                   const Destinations& destinations);
Awaitable<Status> RunTransaction(const Services& services, Statement& statement);
Awaitable<Status> RunSet(StatementExecutor& executor, Statement& statement);
Awaitable<Status> RunUse(StatementExecutor& executor, Statement& statement);
Awaitable<Status> RunShow(StatementExecutor& executor, Statement& statement);
Awaitable<Status> RunDdl(StatementExecutor& executor, Statement& statement);
Awaitable<Status> RunExplain(StatementExecutor& executor, Statement& statement);
Awaitable<Status> RunOther(StatementExecutor& executor, Statement& statement);

// What planning for the session at this moment depends on. Points into the statement's cluster.
PlanContext PlanContextOf(const Statement& statement);
// A write to a target whose tablets are replicas: MySQL's 1290.
Status ReadOnlyTarget(const Session& session);

// Answers with OK.
void ReplyOk(Statement& statement, uint64_t affected_rows = 0, uint64_t last_insert_id = 0,
             uint16_t warnings = 0, std::string_view info = {});
// Answers with a result set of strings (and numbers as text), of the given column names.
Status ReplyRows(Statement& statement, const std::vector<std::string>& columns,
                 const std::vector<std::vector<mysql::Value>>& rows);

}  // namespace keyspan::vtgate
