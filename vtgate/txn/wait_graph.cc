#include "vtgate/txn/wait_graph.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

namespace keyspan::vtgate {
namespace {

using Graph = std::map<LockParty, std::set<LockParty>>;  // waiter to blockers

// The named ones first, of them the youngest.
bool BetterVictim(const LockParty& a, const LockParty& b) {
  if (a.named() != b.named()) return a.named();
  return std::tie(a.begun_ns, a.gateway_id, a.connection_id) >
         std::tie(b.begun_ns, b.gateway_id, b.connection_id);
}

// The parties of a cycle, if there is one. Depth first, without recursion: chains can be long.
std::optional<std::vector<LockParty>> FindCycle(const Graph& graph) {
  struct Step {
    Graph::const_iterator waiter;
    std::set<LockParty>::const_iterator next;
  };
  std::set<LockParty> finished;
  for (auto start = graph.begin(); start != graph.end(); ++start) {
    if (finished.contains(start->first)) continue;
    std::vector<Step> path{{start, start->second.begin()}};
    std::set<LockParty> on_path{start->first};
    while (!path.empty()) {
      Step& step = path.back();
      if (step.next == step.waiter->second.end()) {
        on_path.erase(step.waiter->first);
        finished.insert(step.waiter->first);
        path.pop_back();
        continue;
      }
      const LockParty& blocker = *step.next++;
      if (on_path.contains(blocker)) {
        std::vector<LockParty> cycle;
        for (auto at = path.rbegin(); at->waiter->first != blocker; ++at) {
          cycle.push_back(at->waiter->first);
        }
        cycle.push_back(blocker);
        return cycle;
      }
      auto waits = graph.find(blocker);
      if (waits == graph.end() || finished.contains(blocker)) continue;
      on_path.insert(blocker);
      path.push_back({waits, waits->second.begin()});
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<LockWait> StandingWaits(std::vector<LockWait> first, std::vector<LockWait> second) {
  std::sort(first.begin(), first.end());
  std::sort(second.begin(), second.end());
  std::vector<LockWait> both;
  std::set_intersection(first.begin(), first.end(), second.begin(), second.end(),
                        std::back_inserter(both));
  return both;
}

std::vector<LockParty> ChooseVictims(const std::vector<LockWait>& waits) {
  Graph graph;
  for (const LockWait& wait : waits) {
    if (wait.waiter != wait.blocker) graph[wait.waiter].insert(wait.blocker);
  }
  std::vector<LockParty> victims;
  while (auto cycle = FindCycle(graph)) {
    const LockParty victim = *std::min_element(cycle->begin(), cycle->end(), BetterVictim);
    graph.erase(victim);
    // A cycle of others is one server's, which ends it itself.
    if (victim.named()) victims.push_back(victim);
  }
  return victims;
}

}  // namespace keyspan::vtgate
