#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mysql/net/server_connection.h"
#include "mysql/protocol/statement.h"
#include "parser/digest.h"
#include "vtgate/engine/plan.h"
#include "vtgate/gateway/cluster.h"
#include "vtgate/session/session.h"

namespace keyspan::vtgate {

// One statement on its way through the executor: what the client sent, and what it is answered
// with. Lives in the coroutine that runs the statement.
struct Statement {
  Statement(Session& owner, mysql::ServerConnection& connection,
            std::shared_ptr<const Cluster> current, std::string_view text)
      : session(owner), client(connection), cluster(std::move(current)), sql(text) {}

  Session& session;
  mysql::ServerConnection& client;
  // The cluster and the plan as they were when the statement began.
  std::shared_ptr<const Cluster> cluster;
  std::shared_ptr<const Plan> plan;

  // As the client sent it; lives in the connection's read buffer until the statement is done.
  std::string_view sql;
  // The literals that the plan's slots stand for. Empty for a prepared statement.
  std::vector<parser::DigestLiteral> literals;
  // COM_STMT_EXECUTE: the parameters, and their block in the form that a tablet takes.
  bool binary = false;
  std::span<const mysql::ParameterView> parameters;
  std::string parameter_block;
  // EXECUTE name USING: the values of the user variables. The statement is then planned so that
  // they stand in its text.
  bool named = false;
  std::span<const mysql::Value> values;

  // Another statement of the same COM_QUERY follows.
  bool more_follow = false;
  // The value of kHoleGeneratedId while a row is rendered.
  uint64_t generated_id = 0;
  // The value of kHoleStatementTime, the same on every shard; empty until it is first asked for.
  mutable std::string time;
};

}  // namespace keyspan::vtgate
