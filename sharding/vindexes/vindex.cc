#include "sharding/vindexes/vindex.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "sharding/vindexes/vindex_types.h"

namespace keyspan::sharding {
namespace {

constexpr std::string_view kStaticMapParams[] = {"json", "json_path", "fallback_type"};
// Those of its parts are allowed too; NewMulticol looks at them.
constexpr std::string_view kMulticolParams[] = {"column_count", "column_bytes", "column_vindex",
                                                "json",         "json_path",    "fallback_type"};
constexpr std::string_view kRegionParams[] = {"region_bytes"};
constexpr std::string_view kRegionJsonParams[] = {"region_bytes", "region_map"};
constexpr std::string_view kCfcParams[] = {"hash", "offsets"};
constexpr std::string_view kLookupParams[] = {
    "table",        "from",      "to",         "ignore_nulls",
    "batch_lookup", "read_lock", "autocommit", "multi_shard_autocommit",
    "no_verify",    "write_only"};
constexpr std::string_view kOldLookupParams[] = {
    "table",        "from",      "to",         "ignore_nulls",
    "batch_lookup", "read_lock", "autocommit", "multi_shard_autocommit",
    "write_only"};
constexpr std::string_view kConsistentLookupParams[] = {
    "table", "from", "to", "ignore_nulls", "batch_lookup", "read_lock", "write_only"};
constexpr std::string_view kLookupCostParams[] = {
    "table",     "from",      "to",         "ignore_nulls",           "batch_lookup",
    "cost",      "read_lock", "autocommit", "multi_shard_autocommit", "no_verify",
    "write_only"};

struct VindexType {
  std::string_view type;
  VindexFactory factory;  // null for the lookup types
  LookupTraits lookup;
  std::span<const std::string_view> params;
};

constexpr LookupTraits kUniqueLookup{true, 10};
constexpr LookupTraits kPlainLookup{false, 20};

// Sorted by type.
const VindexType kTypes[] = {
    {"binary", NewBinary, {}, {}},
    {"binary_md5", NewBinaryMd5, {}, {}},
    {"cfc", NewCfc, {}, kCfcParams},
    {"consistent_lookup", nullptr, kPlainLookup, kConsistentLookupParams},
    {"consistent_lookup_unique", nullptr, kUniqueLookup, kConsistentLookupParams},
    {"hash", NewHash, {}, {}},
    {"lookup", nullptr, kPlainLookup, kLookupParams},
    {"lookup_cost", nullptr, kUniqueLookup, kLookupCostParams},
    {"lookup_hash", nullptr, kPlainLookup, kOldLookupParams},
    {"lookup_hash_unique", nullptr, kUniqueLookup, kOldLookupParams},
    {"lookup_unicodeloosemd5_hash", nullptr, kPlainLookup, kOldLookupParams},
    {"lookup_unicodeloosemd5_hash_unique", nullptr, kUniqueLookup, kOldLookupParams},
    {"lookup_unique", nullptr, kUniqueLookup, kLookupParams},
    {"multicol", NewMulticol, {}, kMulticolParams},
    {"null", NewNull, {}, {}},
    {"numeric", NewNumeric, {}, {}},
    {"numeric_static_map", NewNumericStaticMap, {}, kStaticMapParams},
    {"region_experimental", NewRegionExperimental, {}, kRegionParams},
    {"region_json", NewRegionJson, {}, kRegionJsonParams},
    {"reverse_bits", NewReverseBits, {}, {}},
    {"unicode_loose_md5", NewUnicodeLooseMd5, {}, {}},
    {"unicode_loose_xxhash", NewUnicodeLooseXxhash, {}, {}},
    {"xxhash", NewXxhash, {}, {}},
};

const VindexType* FindType(std::string_view type) {
  const auto* found = std::find_if(std::begin(kTypes), std::end(kTypes),
                                   [&](const VindexType& t) { return t.type == type; });
  return found == std::end(kTypes) ? nullptr : found;
}

}  // namespace

std::string DebugString(const Destination& destination) {
  if (const auto* id = std::get_if<KeyspaceId>(&destination)) return "ksid " + id->ToHex();
  if (const auto* range = std::get_if<KeyRange>(&destination)) return "range " + range->ToString();
  return "none";
}

Result<std::vector<Destination>> Vindex::MapEach(std::span<const RoutingValue> values) const {
  std::vector<Destination> out;
  out.reserve(values.size());
  for (const RoutingValue& value : values) {
    ASSIGN_OR_RETURN(Destination destination, Map(std::span(&value, 1)));
    out.push_back(std::move(destination));
  }
  return out;
}

Result<Destination> HashingVindex::Map(std::span<const RoutingValue> values) const {
  RETURN_IF_ERROR(CheckValueCount(*this, values.size()));
  ASSIGN_OR_RETURN(std::optional<std::string> id, Hash(values[0]));
  if (!id.has_value()) return Destination(NoDestination());
  return Destination(KeyspaceId(std::move(*id)));
}

Result<std::shared_ptr<const Vindex>> CreateVindex(std::string_view type, std::string_view name,
                                                   const VindexParams& params) {
  const VindexType* known = FindType(type);
  if (known == nullptr) {
    return InvalidArgument(fmt::format("vindex '{}': unknown type '{}'; types are {}", name, type,
                                       fmt::join(VindexTypes(), ", ")));
  }
  for (const auto& [key, value] : params) {
    if (std::find(known->params.begin(), known->params.end(), key) == known->params.end()) {
      return InvalidArgument(
          fmt::format("vindex '{}': type {} has no param '{}'", name, type, key));
    }
  }
  auto made = known->factory != nullptr
                  ? known->factory(std::string(name), params)
                  : NewLookup(known->type, std::string(name), known->lookup, params);
  if (!made.ok()) return std::move(made).status().WithPrefix(fmt::format("vindex '{}'", name));
  return made;
}

std::vector<std::string_view> VindexTypes() {
  std::vector<std::string_view> types;
  for (const VindexType& type : kTypes) types.push_back(type.type);
  return types;
}

bool IsLookupVindexType(std::string_view type) {
  const VindexType* known = FindType(type);
  return known != nullptr && known->factory == nullptr;
}

std::span<const std::string_view> KnownParams(std::string_view type) {
  const VindexType* known = FindType(type);
  return known == nullptr ? std::span<const std::string_view>() : known->params;
}

}  // namespace keyspan::sharding
