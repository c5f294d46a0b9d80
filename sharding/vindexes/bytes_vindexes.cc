#include <fmt/format.h>

#include <memory>

#include "sharding/collations/collation.h"
#include "sharding/vindexes/hashing.h"
#include "sharding/vindexes/vindex_types.h"

namespace keyspan::sharding {
namespace {

constexpr std::string_view kDefaultCollation = "utf8mb4_0900_ai_ci";

std::string Identity(std::string_view bytes) { return std::string(bytes); }

using BytesFunction = std::string (*)(std::string_view);

// binary, binary_md5, xxhash: a function of the value's bytes.
class BytesVindex : public HashingVindex {
 public:
  BytesVindex(std::string name, std::string type, int cost, BytesFunction function)
      : HashingVindex(std::move(name), std::move(type)), cost_(cost), function_(function) {}

  int cost() const override { return cost_; }
  VindexInput input(int) const override { return VindexInput::kBytes; }
  Result<std::optional<std::string>> Hash(const RoutingValue& value) const override {
    ASSIGN_OR_RETURN(const std::string bytes, ToBytes(value));
    return std::optional<std::string>(function_(bytes));
  }

 private:
  const int cost_;
  const BytesFunction function_;
};

// unicode_loose_*: a function of the weights that the column's collation gives to text. A literal
// that has not met its column counts as text of the server's default collation.
class LooseVindex : public HashingVindex {
 public:
  LooseVindex(std::string name, std::string type, BytesFunction function)
      : HashingVindex(std::move(name), std::move(type)), function_(function) {}

  int cost() const override { return 1; }
  VindexInput input(int) const override { return VindexInput::kAny; }
  Result<std::optional<std::string>> Hash(const RoutingValue& value) const override {
    if (value.kind != RoutingValue::Kind::kText) {
      ASSIGN_OR_RETURN(const std::string bytes, ToBytes(value));
      return std::optional<std::string>(function_(bytes));
    }
    const std::string_view collation =
        value.collation.empty() ? kDefaultCollation : value.collation;
    RETURN_IF_ERROR(CheckShardingCollation(collation));
    const std::optional<std::string> key = CollationKey(collation, value.text);
    // No column of this collation can hold the text.
    if (!key) return std::optional<std::string>();
    return std::optional<std::string>(function_(*key));
  }

 private:
  const BytesFunction function_;
};

// null: all rows at one place, the zero byte.
class NullVindex : public Vindex {
 public:
  explicit NullVindex(std::string name) : Vindex(std::move(name), "null") {}

  int cost() const override { return 100; }
  VindexInput input(int) const override { return VindexInput::kAny; }
  Result<Destination> Map(std::span<const RoutingValue> values) const override {
    RETURN_IF_ERROR(CheckValueCount(*this, values.size()));
    return Destination(KeyspaceId(std::string(1, '\0')));
  }
};

}  // namespace

Result<VindexPtr> NewBinary(std::string name, const VindexParams&) {
  return VindexPtr(std::make_shared<BytesVindex>(std::move(name), "binary", 0, Identity));
}

Result<VindexPtr> NewBinaryMd5(std::string name, const VindexParams&) {
  return VindexPtr(std::make_shared<BytesVindex>(std::move(name), "binary_md5", 1, Md5));
}

Result<VindexPtr> NewXxhash(std::string name, const VindexParams&) {
  return VindexPtr(std::make_shared<BytesVindex>(std::move(name), "xxhash", 1, XxHash64));
}

Result<VindexPtr> NewUnicodeLooseMd5(std::string name, const VindexParams&) {
  return VindexPtr(std::make_shared<LooseVindex>(std::move(name), "unicode_loose_md5", Md5));
}

Result<VindexPtr> NewUnicodeLooseXxhash(std::string name, const VindexParams&) {
  return VindexPtr(
      std::make_shared<LooseVindex>(std::move(name), "unicode_loose_xxhash", XxHash64));
}

Result<VindexPtr> NewNull(std::string name, const VindexParams&) {
  return VindexPtr(std::make_shared<NullVindex>(std::move(name)));
}

}  // namespace keyspan::sharding
