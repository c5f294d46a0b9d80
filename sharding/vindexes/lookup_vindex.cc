#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "sharding/vindexes/vindex_types.h"

namespace keyspan::sharding {
namespace {

// Any of the lookup types: known well enough to be kept in a VSchema, but not to route with.
class LookupVindex : public Vindex {
 public:
  LookupVindex(std::string name, std::string type, LookupTraits traits, int columns)
      : Vindex(std::move(name), std::move(type)), traits_(traits), columns_(columns) {}

  int cost() const override { return traits_.cost; }
  bool is_unique() const override { return traits_.unique; }
  bool is_functional() const override { return false; }
  int column_count() const override { return columns_; }
  VindexInput input(int) const override { return VindexInput::kAny; }
  Result<Destination> Map(std::span<const RoutingValue>) const override {
    return Unsupported(
        fmt::format("routing by the {} vindex '{}' is not supported yet", type(), name()));
  }

 private:
  const LookupTraits traits_;
  const int columns_;
};

bool IsBoolean(std::string_view key) {
  return key != "table" && key != "from" && key != "to" && key != "read_lock" && key != "cost";
}

}  // namespace

Result<VindexPtr> NewLookup(std::string_view type, std::string name, LookupTraits traits,
                            const VindexParams& params) {
  ASSIGN_OR_RETURN(const std::string table, RequiredParam(type, params, "table"));
  ASSIGN_OR_RETURN(const std::string from, RequiredParam(type, params, "from"));
  ASSIGN_OR_RETURN(const std::string to, RequiredParam(type, params, "to"));
  for (const auto& [key, value] : params) {
    if (IsBoolean(key) && value != "true" && value != "false") {
      return InvalidArgument(
          fmt::format("param '{}' of {} is true or false, not '{}'", key, type, value));
    }
    if (key == "read_lock" && value != "exclusive" && value != "shared" && value != "none") {
      return InvalidArgument(fmt::format(
          "param 'read_lock' of {} is exclusive, shared or none, not '{}'", type, value));
    }
  }
  if (params.contains("cost")) {
    ASSIGN_OR_RETURN(traits.cost, IntParam(type, params, "cost", 0, 1000000));
  }
  const auto columns = static_cast<int>(std::count(from.begin(), from.end(), ',')) + 1;
  return VindexPtr(
      std::make_shared<LookupVindex>(std::move(name), std::string(type), traits, columns));
}

}  // namespace keyspan::sharding
