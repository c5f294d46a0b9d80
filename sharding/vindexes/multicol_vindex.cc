#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <vector>

#include "sharding/vindexes/vindex_types.h"

namespace keyspan::sharding {
namespace {

constexpr int kMaxColumns = 8;
constexpr int kIdBytes = 8;

struct Part {
  std::shared_ptr<const HashingVindex> vindex;
  int bytes = 0;
};

// multicol: each column gives some bytes of an id of at most eight, so that the leading columns
// alone already say in which range a row is.
class MulticolVindex : public Vindex {
 public:
  MulticolVindex(std::string name, std::vector<Part> parts)
      : Vindex(std::move(name), "multicol"), parts_(std::move(parts)) {}

  int cost() const override {
    int sum = 0;
    for (const Part& part : parts_) sum += part.vindex->cost();
    return sum;
  }
  int column_count() const override { return static_cast<int>(parts_.size()); }
  bool maps_prefix() const override { return true; }
  VindexInput input(int position) const override { return parts_[position].vindex->input(0); }

  Result<Destination> Map(std::span<const RoutingValue> values) const override {
    RETURN_IF_ERROR(CheckValueCount(*this, values.size()));
    std::string id;
    size_t width = 0;
    for (size_t i = 0; i < values.size(); ++i) {
      ASSIGN_OR_RETURN(std::optional<std::string> bytes, parts_[i].vindex->Hash(values[i]));
      if (!bytes) return Destination(NoDestination());
      // A value shorter than its place, which `binary` can give, is filled up before the next one.
      id.resize(width, '\0');
      id += bytes->substr(0, parts_[i].bytes);
      width += parts_[i].bytes;
    }
    if (values.size() < parts_.size()) {
      // Rows with further columns have the filled-up form: the prefix ends with the place.
      id.resize(width, '\0');
      return Destination(KeyRange::OfPrefix(id));
    }
    return Destination(KeyspaceId(std::move(id)));
  }

 private:
  const std::vector<Part> parts_;
};

std::vector<std::string> SplitCommas(std::string_view text) {
  std::vector<std::string> out;
  if (text.empty()) return out;
  for (;;) {
    const size_t comma = text.find(',');
    std::string_view item = text.substr(0, comma);
    while (item.starts_with(' ')) item.remove_prefix(1);
    while (item.ends_with(' ')) item.remove_suffix(1);
    out.emplace_back(item);
    if (comma == std::string_view::npos) return out;
    text.remove_prefix(comma + 1);
  }
}

// The comma-separated param, one item for each column, empty where none is given.
Result<std::vector<std::string>> ListParam(const VindexParams& params, std::string_view key,
                                           int columns) {
  const auto found = params.find(key);
  std::vector<std::string> items;
  if (found != params.end()) items = SplitCommas(found->second);
  if (items.size() > static_cast<size_t>(columns)) {
    return InvalidArgument(
        fmt::format("param '{}' of multicol has more items than 'column_count'", key));
  }
  items.resize(columns);
  return items;
}

// Columns without a number share what is left, the first ones getting the larger shares.
Status AssignBytes(const std::vector<std::string>& given, std::vector<Part>* parts) {
  int left = kIdBytes, open = 0;
  for (size_t i = 0; i < given.size(); ++i) {
    if (given[i].empty()) {
      ++open;
      continue;
    }
    int bytes = 0;
    const char* end = given[i].data() + given[i].size();
    const auto parsed = std::from_chars(given[i].data(), end, bytes);
    if (parsed.ec != std::errc() || parsed.ptr != end || bytes < 1 || bytes > kIdBytes) {
      return InvalidArgument(fmt::format(
          "param 'column_bytes' of multicol has '{}' where 1 to 8 is allowed", given[i]));
    }
    (*parts)[i].bytes = bytes;
    left -= bytes;
  }
  if (left < open) {
    return InvalidArgument("param 'column_bytes' of multicol needs more than the 8 bytes of an id");
  }
  for (Part& part : *parts) {
    if (part.bytes != 0) continue;
    part.bytes = (left + open - 1) / open;
    left -= part.bytes;
    --open;
  }
  return Status();
}

// The params of the multicol that this part's type knows.
VindexParams PartParams(std::string_view type, const VindexParams& params) {
  VindexParams out;
  for (const auto& [key, value] : params) {
    const auto known = KnownParams(type);
    if (std::find(known.begin(), known.end(), key) != known.end()) out.emplace(key, value);
  }
  return out;
}

}  // namespace

Result<VindexPtr> NewMulticol(std::string name, const VindexParams& params) {
  ASSIGN_OR_RETURN(const int columns, IntParam("multicol", params, "column_count", 1, kMaxColumns));
  ASSIGN_OR_RETURN(const auto bytes, ListParam(params, "column_bytes", columns));
  ASSIGN_OR_RETURN(const auto types, ListParam(params, "column_vindex", columns));

  std::vector<Part> parts(columns);
  size_t used_params = 0;
  for (int i = 0; i < columns; ++i) {
    const std::string type = types[i].empty() ? "hash" : types[i];
    const VindexParams part_params = type == "multicol" ? VindexParams() : PartParams(type, params);
    used_params = std::max(used_params, part_params.size());
    if (type != "multicol") {
      ASSIGN_OR_RETURN(const VindexPtr vindex, CreateVindex(type, type, part_params));
      parts[i].vindex = std::dynamic_pointer_cast<const HashingVindex>(vindex);
    }
    if (parts[i].vindex == nullptr) {
      return InvalidArgument(fmt::format("'{}' cannot be a column_vindex of multicol", type));
    }
  }
  const size_t own_params =
      params.count("column_count") + params.count("column_bytes") + params.count("column_vindex");
  if (own_params + used_params < params.size()) {
    return InvalidArgument("multicol has params that no column_vindex uses");
  }
  RETURN_IF_ERROR(AssignBytes(bytes, &parts));
  return VindexPtr(std::make_shared<MulticolVindex>(std::move(name), std::move(parts)));
}

}  // namespace keyspan::sharding
