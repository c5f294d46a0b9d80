#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"
#include "topo/records.pb.h"

namespace keyspan::topo {

// Names as people write them, and the records they stand for. Pure functions.

// cell-uid: zone1-0000000100. Parsing also takes a uid with fewer digits.
std::string AliasToString(const TabletAlias& alias);
Result<TabletAlias> ParseAlias(std::string_view text);
bool SameAlias(const TabletAlias& a, const TabletAlias& b);

// A shard's name is its key range in hex ("-80", "40-80", "-"); any other legal name, by custom
// "0", stands for the whole range.
Result<KeyRange> ParseShardName(std::string_view name);
std::string KeyRangeToString(const KeyRange& range);  // "-" for the whole
bool KeyRangesOverlap(const KeyRange& a, const KeyRange& b);
bool KeyRangeIsWhole(const KeyRange& range);

// "keyspace/shard" in its two parts.
struct KeyspaceShard {
  std::string keyspace;
  std::string shard;
};
Result<KeyspaceShard> ParseKeyspaceShard(std::string_view text);

// `count` ranges of equal size that tile the space, with at least `hex_chars` hex digits per bound
// (0: as few as fit).
Result<std::vector<std::string>> GenerateShardRanges(int count, int hex_chars);

// OK when the ranges, sorted, tile the whole space; otherwise an error that names the gap or the
// overlap.
Status CheckTiling(std::vector<KeyRange> ranges);

// replica, REPLICA, ...: as in Vitess, case does not matter, and `master` is not a name.
Result<TabletType> ParseTabletType(std::string_view text);
std::string TabletTypeName(TabletType type);  // lower case

// Cells, keyspaces and shards become path elements and database names: letters, digits, "_", "-"
// and ".", 1 to 64 characters.
Status CheckName(std::string_view what, std::string_view name);

// none, semi_sync, semi_sync_with_rdonly_ack, cross_cell, cross_cell_with_rdonly_ack; "" is none.
Status CheckDurabilityPolicy(std::string_view policy);
// How many replicas must acknowledge a commit: 0 or 1.
int RequiredAcks(std::string_view policy);
// Whether `replica` may acknowledge commits of `primary` under the policy.
bool CanAcknowledge(std::string_view policy, const Tablet& primary, const Tablet& replica);

}  // namespace keyspan::topo
