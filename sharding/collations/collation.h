#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/status.h"

namespace keyspan::sharding {

// The collations by which text may be a sharding key. Each has a table of weights that comes from
// MySQL itself (collations/generate_weights), so that two strings have the same key exactly when
// MySQL calls them equal.
//
// All functions are thread-safe. A table is unpacked on its first use (a few milliseconds) and then
// kept for the life of the process.

// OK when a column of this collation may be a sharding key; otherwise a refusal that lists what
// may.
Status CheckShardingCollation(std::string_view collation_name);

// Whether strings that differ in bytes are never equal under this collation, but for the trailing
// spaces of one that pads.
bool CollationIsExact(std::string_view collation_name);
// Whether trailing spaces do not count in comparisons (PAD SPACE).
bool CollationPadsSpace(std::string_view collation_name);

// The accepted collation's name as a string that lives forever, or nothing.
std::optional<std::string_view> FindShardingCollation(std::string_view collation_name);

// The bytes that all strings equal to `utf8` under the collation share, and no others. For the UCA
// collations they are what WEIGHT_STRING() prints. Nothing when `utf8` is not valid UTF-8 or has a
// character that the collation's character set cannot hold. Requires CheckShardingCollation() OK.
std::optional<std::string> CollationKey(std::string_view collation_name, std::string_view utf8);

}  // namespace keyspan::sharding
