#pragma once

#include <memory>
#include <string>

#include "common/status.h"
#include "parser/parse.h"
#include "vtgate/engine/plan.h"
#include "vtgate/gateway/cluster.h"

namespace keyspan::vtgate {

// What planning depends on besides the statement: together with the digest, the key of a plan.
struct PlanContext {
  const Cluster* cluster = nullptr;
  std::string keyspace;         // of USE; empty: none
  bool by_destination = false;  // USE keyspace:shard: everything goes there
  // The values of `?` are to stand in the text that is sent: no plan may rely on that of the
  // client.
  bool parameters_in_text = false;
  uint32_t sql_mode = 0;  // parser::SqlModeBit of the session: templates are read under it
  // Whether the session's sql_mode is strict. Only errors depend on it, no plan does.
  bool strict = true;
  parser::TextCharset charset = parser::TextCharset::kOther;  // likewise
  // System variables that the gateway holds for the session instead of the shards' connections
  // (lower case): SELECT @@x of these becomes a hole.
  bool (*is_gateway_variable)(std::string_view name) = nullptr;
};

// Plans a parsed statement. Takes the tree: templates refer to nothing of it, and plans that are
// run from the tree keep it. Errors are MySQL's (1146, 1049, 1054, 3065, ...) or Unsupported (1235)
// with the construct's name. Pure: no I/O, any thread.
Result<std::shared_ptr<const Plan>> BuildPlan(std::unique_ptr<parser::ParsedStatement> statement,
                                              const PlanContext& context);

}  // namespace keyspan::vtgate
