#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sharding/vindexes/vindex.h"

namespace keyspan::sharding {

// Inside of the folder: one factory for each type of the registry in vindex.cc. Each gets params
// whose names are already checked.
using VindexPtr = std::shared_ptr<const Vindex>;
using VindexFactory = Result<VindexPtr> (*)(std::string name, const VindexParams& params);

Result<VindexPtr> NewBinary(std::string name, const VindexParams& params);
Result<VindexPtr> NewBinaryMd5(std::string name, const VindexParams& params);
Result<VindexPtr> NewCfc(std::string name, const VindexParams& params);
Result<VindexPtr> NewHash(std::string name, const VindexParams& params);
Result<VindexPtr> NewMulticol(std::string name, const VindexParams& params);
Result<VindexPtr> NewNull(std::string name, const VindexParams& params);
Result<VindexPtr> NewNumeric(std::string name, const VindexParams& params);
Result<VindexPtr> NewNumericStaticMap(std::string name, const VindexParams& params);
Result<VindexPtr> NewRegionExperimental(std::string name, const VindexParams& params);
Result<VindexPtr> NewRegionJson(std::string name, const VindexParams& params);
Result<VindexPtr> NewReverseBits(std::string name, const VindexParams& params);
Result<VindexPtr> NewUnicodeLooseMd5(std::string name, const VindexParams& params);
Result<VindexPtr> NewUnicodeLooseXxhash(std::string name, const VindexParams& params);
Result<VindexPtr> NewXxhash(std::string name, const VindexParams& params);

// What the registry knows of a lookup type.
struct LookupTraits {
  bool unique = false;
  int cost = 20;
};
// `type` with the common checks of lookup params.
Result<VindexPtr> NewLookup(std::string_view type, std::string name, LookupTraits traits,
                            const VindexParams& params);

// A vindex of one column, by the bytes of an id: what can be a part of a multicol.
class HashingVindex : public Vindex {
 public:
  // The keyspace id's bytes, or nothing when no row can have this value.
  virtual Result<std::optional<std::string>> Hash(const RoutingValue& value) const = 0;
  Result<Destination> Map(std::span<const RoutingValue> values) const final;

 protected:
  using Vindex::Vindex;
};

// The value as an unsigned number of 64 bits, negative ones as two's complement. Nothing for NULL
// and for what is not an integer.
std::optional<uint64_t> ToUint64(const RoutingValue& value);
// The bytes that a vindex hashes: decimal digits for numbers, no bytes for NULL. Fails on a double,
// which has no one text form.
Result<std::string> ToBytes(const RoutingValue& value);

// Fails unless 1 <= values <= columns (all of them, where a prefix cannot be mapped).
Status CheckValueCount(const Vindex& vindex, size_t values);

// An integer param in [low, high].
Result<int> IntParam(std::string_view type, const VindexParams& params, std::string_view key,
                     int low, int high);
// The text of a param; fails when it is missing or empty.
Result<std::string> RequiredParam(std::string_view type, const VindexParams& params,
                                  std::string_view key);
// The whole file. Fails with its path and the reason.
Result<std::string> ReadWholeFile(const std::string& path);

// The params that a registered type knows; empty for an unknown type.
std::span<const std::string_view> KnownParams(std::string_view type);

}  // namespace keyspan::sharding
