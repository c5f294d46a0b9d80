#include <fmt/format.h>

#include <boost/unordered/unordered_flat_map.hpp>
#include <charconv>
#include <memory>
#include <nlohmann/json.hpp>

#include "sharding/vindexes/hashing.h"
#include "sharding/vindexes/vindex_types.h"

namespace keyspan::sharding {
namespace {

uint64_t ReverseBits(uint64_t n) {
  uint64_t out = 0;
  for (int bit = 0; bit < 64; ++bit, n >>= 1) out = out << 1 | (n & 1);
  return out;
}

std::string BigEndian(uint64_t number) {
  return std::string(KeyspaceId::FromUint64(number).bytes());
}

std::string ReversedBigEndian(uint64_t number) { return BigEndian(ReverseBits(number)); }

// numeric, hash and reverse_bits: a one-to-one function of a 64-bit number.
class NumberVindex : public HashingVindex {
 public:
  using Function = std::string (*)(uint64_t);

  NumberVindex(std::string name, std::string type, int cost, Function function)
      : HashingVindex(std::move(name), std::move(type)), cost_(cost), function_(function) {}

  int cost() const override { return cost_; }
  VindexInput input(int) const override { return VindexInput::kInteger; }
  Result<std::optional<std::string>> Hash(const RoutingValue& value) const override {
    const std::optional<uint64_t> number = ToUint64(value);
    if (!number) return std::optional<std::string>();
    return std::optional<std::string>(function_(*number));
  }

 private:
  const int cost_;
  const Function function_;
};

using NumberMap = boost::unordered_flat_map<uint64_t, uint64_t>;

// numeric_static_map: listed numbers have ids chosen by hand, the others those of the fallback.
class StaticMapVindex : public HashingVindex {
 public:
  StaticMapVindex(std::string name, NumberMap map, std::shared_ptr<const HashingVindex> fallback)
      : HashingVindex(std::move(name), "numeric_static_map"),
        map_(std::move(map)),
        fallback_(std::move(fallback)) {}

  int cost() const override { return 1; }
  VindexInput input(int) const override { return VindexInput::kInteger; }
  Result<std::optional<std::string>> Hash(const RoutingValue& value) const override {
    const std::optional<uint64_t> number = ToUint64(value);
    if (!number) return std::optional<std::string>();
    if (const auto found = map_.find(*number); found != map_.end()) {
      return std::optional<std::string>(BigEndian(found->second));
    }
    return fallback_->Hash(value);
  }

 private:
  const NumberMap map_;
  const std::shared_ptr<const HashingVindex> fallback_;
};

Result<NumberMap> ParseNumberMap(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return InvalidArgument("the static map is not a JSON object");
  NumberMap map;
  for (const auto& [key, value] : json.items()) {
    uint64_t from = 0;
    const char* end = key.data() + key.size();
    const auto parsed = std::from_chars(key.data(), end, from);
    if (parsed.ec != std::errc() || parsed.ptr != end || !value.is_number_unsigned()) {
      return InvalidArgument(
          fmt::format("the static map has '{}': {}, where a number in quotes leads to a number",
                      key, value.dump()));
    }
    map[from] = value.get<uint64_t>();
  }
  return map;
}

}  // namespace

Result<VindexPtr> NewNumeric(std::string name, const VindexParams&) {
  return VindexPtr(std::make_shared<NumberVindex>(std::move(name), "numeric", 0, BigEndian));
}

Result<VindexPtr> NewHash(std::string name, const VindexParams&) {
  return VindexPtr(std::make_shared<NumberVindex>(std::move(name), "hash", 1, DesHash));
}

Result<VindexPtr> NewReverseBits(std::string name, const VindexParams&) {
  return VindexPtr(
      std::make_shared<NumberVindex>(std::move(name), "reverse_bits", 1, ReversedBigEndian));
}

Result<VindexPtr> NewNumericStaticMap(std::string name, const VindexParams& params) {
  const bool inline_json = params.contains("json");
  if (inline_json == params.contains("json_path")) {
    return InvalidArgument("type numeric_static_map needs either the param 'json' or 'json_path'");
  }
  std::string text;
  if (inline_json) {
    text = params.find("json")->second;
  } else {
    ASSIGN_OR_RETURN(text, ReadWholeFile(params.find("json_path")->second));
  }
  ASSIGN_OR_RETURN(NumberMap map, ParseNumberMap(text));

  const auto fallback_type = params.find("fallback_type");
  const std::string_view type =
      fallback_type == params.end() ? std::string_view("numeric") : fallback_type->second;
  ASSIGN_OR_RETURN(VindexPtr fallback, CreateVindex(type, "fallback", {}));
  auto hashing = std::dynamic_pointer_cast<const HashingVindex>(fallback);
  if (hashing == nullptr) {
    return InvalidArgument(fmt::format("'{}' cannot be a fallback_type", type));
  }
  return VindexPtr(
      std::make_shared<StaticMapVindex>(std::move(name), std::move(map), std::move(hashing)));
}

}  // namespace keyspan::sharding
