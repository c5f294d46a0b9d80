#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"
#include "sharding/keyspace_id.h"

namespace keyspan::sharding {

// A half-open interval of keyspace ids: start included, end excluded, either open. Its text form is
// the name of a shard: `-80`, `80-`, `40-80`, `-`. Trailing zero bytes of a bound do not count:
// `8000-` is the same interval as `80-`, though it prints as it was written.
//
// A value; any thread may read one.
class KeyRange {
 public:
  // All ids: `-`.
  KeyRange() = default;
  // From two hex bounds with one dash between them. Fails when a bound is not hex or the interval
  // would be empty.
  static Result<KeyRange> Parse(std::string_view text);
  // From raw bounds; an empty bound is open. Requires start < end where both are given.
  static KeyRange FromBounds(std::string start, std::string end);
  // All ids that start with `prefix`.
  static KeyRange OfPrefix(std::string_view prefix);

  // Raw bytes; empty means open.
  const std::string& start() const { return start_; }
  const std::string& end() const { return end_; }

  bool IsFull() const;
  bool Contains(const KeyspaceId& id) const;
  // Whether every id of `other` is in this range.
  bool ContainsRange(const KeyRange& other) const;
  bool Overlaps(const KeyRange& other) const;
  std::string ToString() const;

  // The same set of ids.
  friend bool operator==(const KeyRange& a, const KeyRange& b);

 private:
  std::string start_;
  std::string end_;
};

// The ids that a shard of this name serves. A name without a dash (`0`) is an unsharded shard and
// serves all; a name with a dash must be a key range.
Result<KeyRange> KeyRangeOfShard(std::string_view shard_name);

// Whether the ranges, in any order, cover every id exactly once. The error names the gap or the two
// ranges that overlap.
Status CheckTiling(std::span<const KeyRange> ranges);

// The names of `count` shards of equal width, in order. `hex_digits` is the width of each bound: an
// even number, or 0 for the smallest that is enough (2 up to 256 shards, 4 up to 65536).
Result<std::vector<std::string>> GenerateShardRanges(int count, int hex_digits = 0);

}  // namespace keyspan::sharding
