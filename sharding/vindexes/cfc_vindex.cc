#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "sharding/vindexes/hashing.h"
#include "sharding/vindexes/vindex_types.h"

namespace keyspan::sharding {
namespace {

using BytesFunction = std::string (*)(std::string_view);

// cfc: one column that is several fixed-width ones joined. Each component is hashed for itself, so
// that a prefix of the value leads to a prefix of the id. Without a hash the value is the id.
class CfcVindex : public Vindex {
 public:
  CfcVindex(std::string name, BytesFunction hash, std::vector<size_t> offsets)
      : Vindex(std::move(name), "cfc"), hash_(hash), offsets_(std::move(offsets)) {}

  int cost() const override { return 1; }
  VindexInput input(int) const override { return VindexInput::kBytes; }

  Result<Destination> Map(std::span<const RoutingValue> values) const override {
    RETURN_IF_ERROR(CheckValueCount(*this, values.size()));
    ASSIGN_OR_RETURN(const std::string bytes, ToBytes(values[0]));
    if (!offsets_.empty() && bytes.size() < offsets_.back()) {
      return InvalidArgument(fmt::format("vindex '{}' needs at least {} bytes and got {}", name(),
                                         offsets_.back(), bytes.size()));
    }
    return Destination(KeyspaceId(Id(bytes, /*is_prefix=*/false)));
  }

  Destination MapPrefix(std::string_view prefix) const {
    return KeyRange::OfPrefix(Id(prefix, /*is_prefix=*/true));
  }

 private:
  std::string Id(std::string_view bytes, bool is_prefix) const {
    if (hash_ == nullptr) return std::string(bytes);
    std::string id;
    size_t start = 0;
    for (const size_t offset : offsets_) {
      // A component that the prefix has only in part says nothing.
      if (bytes.size() < offset) return id;
      id += HashComponent(bytes.substr(start, offset - start));
      start = offset;
    }
    // The last component has no fixed width, so its hash is known only for a whole value.
    if (!is_prefix && start < bytes.size()) id += HashComponent(bytes.substr(start));
    return id;
  }

  // Not longer than the component itself, to keep ids short.
  std::string HashComponent(std::string_view component) const {
    std::string hash = hash_(component);
    if (hash.size() > component.size()) hash.resize(component.size());
    return hash;
  }

  const BytesFunction hash_;
  const std::vector<size_t> offsets_;
};

// Growing positive numbers in brackets.
Result<std::vector<size_t>> ParseOffsets(const std::string& text) {
  const Status bad = InvalidArgument(
      fmt::format("param 'offsets' of cfc is a growing list as [2,4], not '{}'", text));
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_array() || json.empty()) return bad;
  std::vector<size_t> offsets;
  for (const auto& item : json) {
    if (!item.is_number_unsigned()) return bad;
    const auto offset = item.get<size_t>();
    if (offset <= (offsets.empty() ? 0 : offsets.back())) return bad;
    offsets.push_back(offset);
  }
  return offsets;
}

}  // namespace

Result<VindexPtr> NewCfc(std::string name, const VindexParams& params) {
  const auto hash = params.find("hash");
  if (hash == params.end() || hash->second.empty()) {
    if (params.contains("offsets")) {
      return InvalidArgument("param 'offsets' of cfc has a meaning only with 'hash'");
    }
    return VindexPtr(std::make_shared<CfcVindex>(std::move(name), nullptr, std::vector<size_t>()));
  }
  if (hash->second != "md5" && hash->second != "xxhash64") {
    return InvalidArgument(
        fmt::format("param 'hash' of cfc is md5 or xxhash64, not '{}'", hash->second));
  }
  ASSIGN_OR_RETURN(const std::string text, RequiredParam("cfc", params, "offsets"));
  ASSIGN_OR_RETURN(std::vector<size_t> offsets, ParseOffsets(text));
  return VindexPtr(std::make_shared<CfcVindex>(
      std::move(name), hash->second == "md5" ? Md5 : XxHash64, std::move(offsets)));
}

Destination MapValuePrefix(const Vindex& vindex, std::string_view prefix) {
  const auto* cfc = dynamic_cast<const CfcVindex*>(&vindex);
  return cfc != nullptr ? cfc->MapPrefix(prefix) : Destination(KeyRange());
}

}  // namespace keyspan::sharding
