#pragma once

#include <string>
#include <vector>

#include "parser/parse.h"
#include "vtgate/planner/planner.h"

namespace keyspan::vtgate {

// What a statement asks of the session.
struct SessionUse {
  bool holes = false;               // the tree has Hole nodes now: the client's text will not do
  bool last_insert_id_set = false;  // LAST_INSERT_ID(expr)
  std::vector<std::string> user_variables;
  std::vector<std::string> system_variables;
};

// Replaces the functions and variables that only the session knows by Hole nodes; gives select
// items the alias that they need to keep their column names. Throws PlanError for what ties a
// session to one connection (GET_LOCK, @x := 1, SELECT ... INTO @x).
SessionUse PunchSessionHoles(parser::ParsedStatement* statement, const PlanContext& context);

// The user variables of a statement that goes to shards as the client wrote it, in lower case.
std::vector<std::string> UserVariablesOf(const parser::Node* root);
// Throws PlanError for functions and variables that only the session knows. What DDL keeps of them,
// in the rows of CREATE TABLE ... SELECT, in a view or a default, would be those of a shard's
// connection.
void RefuseSessionUse(const parser::Node* root, const PlanContext& context);

}  // namespace keyspan::vtgate
