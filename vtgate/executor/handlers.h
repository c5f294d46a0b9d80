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

Awaitable<Status> RunPrepareStatement(StatementExecutor& executor, Statement& statement);

// What planning for the session at this moment depends on. Points into the statement's cluster.
PlanContext PlanContextOf(const Statement& statement);
// A write to a target whose tablets are replicas: MySQL's 1290.
Status ReadOnlyTarget(const Session& session);

// Whether FOUND_ROWS() stays what it was although the statement gives rows: those that MySQL does
// not make by a SELECT of its own.
bool KeepsFoundRows(const Plan& plan);

// Answers with OK.
void ReplyOk(Statement& statement, uint64_t affected_rows = 0, uint64_t last_insert_id = 0,
             uint16_t warnings = 0, std::string_view info = {});
// A column of a result set that the gateway makes itself.
struct OwnColumn {
  enum class Kind : uint8_t { kText, kInt, kUint, kInt32, kUint32 };
  OwnColumn(std::string_view column, Kind of = Kind::kText) : name(column), kind(of) {}
  OwnColumn(const char* column) : name(column) {}
  // As mysqld announces it: `of_length` characters or digits, and whether it may be NULL.
  OwnColumn(std::string_view column, Kind of, uint32_t of_length, bool may_be_null = false)
      : name(column), kind(of), length(of_length), nullable(may_be_null) {}
  std::string name;
  Kind kind = Kind::kText;
  uint32_t length = 0;  // 0: enough for anything
  bool nullable = true;
};
std::vector<mysql::Field> FieldsOf(std::span<const OwnColumn> columns);
// Answers with such a result set. The values are NULL or of their column's kind.
Status ReplyRows(Statement& statement, const std::vector<OwnColumn>& columns,
                 const std::vector<std::vector<mysql::Value>>& rows);
// The columns of the answer to a planned statement when the gateway makes it; empty when it has
// none or a shard makes it.
std::vector<mysql::Field> OwnColumns(const Statement& statement);
std::vector<OwnColumn> NextValueColumns();
std::vector<OwnColumn> VexplainColumns();
std::vector<OwnColumn> OwnShowColumns(const Statement& statement);

}  // namespace keyspan::vtgate
