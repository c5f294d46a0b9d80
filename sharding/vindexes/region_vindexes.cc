#include <fmt/format.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "sharding/vindexes/hashing.h"
#include "sharding/vindexes/vindex_types.h"

namespace keyspan::sharding {
namespace {

std::string RegionPrefix(uint64_t region, int bytes) {
  std::string prefix;
  if (bytes == 2) prefix.push_back(static_cast<char>(region >> 8));
  prefix.push_back(static_cast<char>(region));
  return prefix;
}

bool FitsRegion(uint64_t region, int bytes) { return region < uint64_t{1} << (8 * bytes); }

// region_experimental: columns (region, id). The region's number leads the id, its DES hash
// follows.
class RegionVindex : public Vindex {
 public:
  RegionVindex(std::string name, int region_bytes)
      : Vindex(std::move(name), "region_experimental"), region_bytes_(region_bytes) {}

  int cost() const override { return 1; }
  int column_count() const override { return 2; }
  bool maps_prefix() const override { return true; }
  VindexInput input(int) const override { return VindexInput::kInteger; }
  Result<Destination> Map(std::span<const RoutingValue> values) const override {
    RETURN_IF_ERROR(CheckValueCount(*this, values.size()));
    const std::optional<uint64_t> region = ToUint64(values[0]);
    if (!region || !FitsRegion(*region, region_bytes_)) return Destination(NoDestination());
    std::string id = RegionPrefix(*region, region_bytes_);
    if (values.size() == 1) return Destination(KeyRange::OfPrefix(id));
    const std::optional<uint64_t> number = ToUint64(values[1]);
    if (!number) return Destination(NoDestination());
    return Destination(KeyspaceId(id + DesHash(*number)));
  }

 private:
  const int region_bytes_;
};

using RegionMap = std::map<std::string, uint64_t, std::less<>>;

// region_json: columns (id, country). A file says in which region a country is.
class RegionJsonVindex : public Vindex {
 public:
  RegionJsonVindex(std::string name, int region_bytes, RegionMap regions)
      : Vindex(std::move(name), "region_json"),
        region_bytes_(region_bytes),
        regions_(std::move(regions)) {}

  int cost() const override { return 1; }
  int column_count() const override { return 2; }
  VindexInput input(int position) const override {
    return position == 0 ? VindexInput::kInteger : VindexInput::kBytes;
  }
  Result<Destination> Map(std::span<const RoutingValue> values) const override {
    RETURN_IF_ERROR(CheckValueCount(*this, values.size()));
    const std::optional<uint64_t> number = ToUint64(values[0]);
    if (!number) return Destination(NoDestination());
    ASSIGN_OR_RETURN(const std::string country, ToBytes(values[1]));
    const auto region = regions_.find(country);
    if (region == regions_.end()) return Destination(NoDestination());
    return Destination(KeyspaceId(RegionPrefix(region->second, region_bytes_) + DesHash(*number)));
  }

 private:
  const int region_bytes_;
  const RegionMap regions_;
};

}  // namespace

Result<VindexPtr> NewRegionExperimental(std::string name, const VindexParams& params) {
  ASSIGN_OR_RETURN(const int bytes, IntParam("region_experimental", params, "region_bytes", 1, 2));
  return VindexPtr(std::make_shared<RegionVindex>(std::move(name), bytes));
}

Result<VindexPtr> NewRegionJson(std::string name, const VindexParams& params) {
  ASSIGN_OR_RETURN(const int bytes, IntParam("region_json", params, "region_bytes", 1, 2));
  ASSIGN_OR_RETURN(const std::string path, RequiredParam("region_json", params, "region_map"));
  ASSIGN_OR_RETURN(const std::string text, ReadWholeFile(path));
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) {
    return InvalidArgument(fmt::format("the region map '{}' is not a JSON object", path));
  }
  RegionMap regions;
  for (const auto& [country, region] : json.items()) {
    if (!region.is_number_unsigned() || !FitsRegion(region.get<uint64_t>(), bytes)) {
      return InvalidArgument(
          fmt::format("the region map '{}' gives '{}' the region {}, which is "
                      "not a number of {} bytes",
                      path, country, region.dump(), bytes));
    }
    regions[country] = region.get<uint64_t>();
  }
  return VindexPtr(std::make_shared<RegionJsonVindex>(std::move(name), bytes, std::move(regions)));
}

}  // namespace keyspan::sharding
