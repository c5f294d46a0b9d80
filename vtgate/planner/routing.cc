#include "vtgate/planner/routing.h"

#include <algorithm>

#include "vtgate/planner/value_source.h"
#include "vtgate/semantics/plan_error.h"

namespace keyspan::vtgate {
namespace {

using Kind = TableUse::Kind;

bool SameKey(const RouteKey& a, const RouteKey& b) {
  return a.vindex == b.vindex && a.types == b.types && a.is_list == b.is_list &&
         std::equal(a.values.begin(), a.values.end(), b.values.begin(), b.values.end(), SameSource);
}

std::string Names(const TableUse& a, const TableUse& b) {
  return "'" + a.keyspace->name + "." + a.name + "' and '" + b.keyspace->name + "." + b.name + "'";
}

// What keeps the sharded tables from one another's company, in words.
std::string DescribeObstacle(const Semantics& semantics, int root_block) {
  int in_root = 0;
  bool derived = false;
  bool subquery = false;
  bool outer_join = false;
  for (size_t i = 0; i < semantics.tables().size(); ++i) {
    const TableUse& use = semantics.tables()[i];
    if (use.kind != Kind::kSharded) continue;
    if (use.block == root_block) {
      ++in_root;
      const Block& block = semantics.blocks()[root_block];
      auto at = std::find(block.tables.begin(), block.tables.end(), static_cast<int>(i));
      outer_join = outer_join || block.null_supplied[at - block.tables.begin()];
      continue;
    }
    bool in_from = std::any_of(semantics.tables().begin(), semantics.tables().end(),
                               [&](const TableUse& other) {
                                 return other.kind == Kind::kDerived && other.source == use.block;
                               });
    (in_from ? derived : subquery) = true;
  }
  if (root_block < 0) return "UNION, INTERSECT, EXCEPT and queries in parentheses";
  if (derived) return "a derived table or common table expression on sharded tables";
  if (subquery) return "a subquery on a sharded table that is not tied to the outer row's shard";
  if (in_root > 1) return "a join of sharded tables on other than their sharding columns";
  if (outer_join) return "an outer join whose preserved side is not sharded";
  return "this combination of tables";
}

// Where a statement without tables runs: in the session's keyspace, or, when that is a system
// schema, in the first one that can.
std::string AnyKeyspace(const PlanContext& context) {
  if (!IsSystemSchema(context.keyspace)) return context.keyspace;
  for (const auto& [name, keyspace] : context.cluster->keyspaces) {
    if (!keyspace->shards.empty()) return name;
  }
  return "";
}

}  // namespace

Status MultiShardUnsupported(std::string_view construct) {
  return Unsupported("not supported yet over several shards: " + std::string(construct));
}

Routing PlanRouting(const Semantics& semantics, const Locality& locality, int root_block,
                    const PlanContext& context) {
  Routing routing;
  const TableUse* user_table = nullptr;  // of a keyspace
  const TableUse* system_table = nullptr;
  const TableUse* pinned = nullptr;
  std::vector<int> sharded;
  for (size_t i = 0; i < semantics.tables().size(); ++i) {
    const TableUse& use = semantics.tables()[i];
    if (use.kind == Kind::kDerived || use.kind == Kind::kFunction) continue;
    if (use.kind == Kind::kSystem) {
      system_table = &use;
      continue;
    }
    if (user_table != nullptr && user_table->keyspace != use.keyspace) {
      FailUnsupported("not supported yet: tables of different keyspaces in one statement: " +
                      Names(*user_table, use));
    }
    user_table = &use;
    if (use.kind == Kind::kSharded) sharded.push_back(static_cast<int>(i));
    if (use.kind == Kind::kPinned) {
      if (pinned != nullptr && pinned->table->pinned != use.table->pinned) {
        FailUnsupported("not supported yet: tables pinned to different shards in one statement: " +
                        Names(*pinned, use));
      }
      pinned = &use;
    }
  }
  Route& route = routing.route;
  routing.multi_shard = InternalError("the statement is for one shard");
  if (user_table == nullptr) {
    route.opcode = RouteOpcode::kAnyShard;
    route.keyspace = AnyKeyspace(context);
    return routing;
  }
  route.keyspace = user_table->keyspace->name;
  if (!user_table->keyspace->sharded) {
    route.opcode = RouteOpcode::kUnsharded;
    return routing;
  }
  if (system_table != nullptr && (!sharded.empty() || pinned != nullptr)) {
    FailUnsupported("not supported yet: system tables together with tables of sharded keyspace '" +
                    route.keyspace + "'");
  }
  if (sharded.empty()) {
    route.opcode = pinned != nullptr ? RouteOpcode::kPinned : RouteOpcode::kAnyShard;
    if (pinned != nullptr) route.pinned = *pinned->table->pinned;
    return routing;
  }
  if (pinned != nullptr) {
    FailUnsupported("not supported yet: pinned table '" + pinned->name +
                    "' together with sharded tables");
  }

  if (root_block >= 0) routing.anchor = locality.FindAnchor(root_block);
  if (routing.anchor >= 0) {
    routing.multi_shard = Status::Ok();
  } else {
    routing.multi_shard = MultiShardUnsupported(DescribeObstacle(semantics, root_block));
  }
  bool all_pinned = true;
  for (int table : sharded) {
    auto key = locality.KeyOf(table);
    if (!key.has_value()) {
      all_pinned = false;
      break;
    }
    if (std::none_of(route.keys.begin(), route.keys.end(),
                     [&](const RouteKey& other) { return SameKey(other, *key); })) {
      route.keys.push_back(std::move(*key));
    }
  }
  if (all_pinned) {
    route.opcode = RouteOpcode::kEqualUnique;
    return routing;
  }
  route.keys.clear();
  route.opcode = RouteOpcode::kScatter;
  if (routing.anchor >= 0) {
    // Where the anchor's rows are, all rows are.
    if (auto key = locality.KeyOf(routing.anchor)) {
      route.keys.push_back(std::move(*key));
      route.opcode = RouteOpcode::kEqualUnique;
    } else if (auto list = locality.ListOf(routing.anchor)) {
      route.keys.push_back(std::move(*list));
      route.opcode = RouteOpcode::kIn;
    }
  }
  return routing;
}

}  // namespace keyspan::vtgate
