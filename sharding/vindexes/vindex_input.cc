#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <iterator>

#include "sharding/vindexes/vindex_types.h"

namespace keyspan::sharding {
namespace {

template <typename T>
std::optional<T> ParseInteger(std::string_view text) {
  T value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<uint64_t> ToUint64(const RoutingValue& value) {
  switch (value.kind) {
    case RoutingValue::Kind::kInt:
      return static_cast<uint64_t>(value.int_value);
    case RoutingValue::Kind::kUint:
      return value.uint_value;
    case RoutingValue::Kind::kText:
    case RoutingValue::Kind::kBytes:
    case RoutingValue::Kind::kDecimal:
      if (value.text.starts_with('-')) {
        const auto number = ParseInteger<int64_t>(value.text);
        if (!number) return std::nullopt;
        return static_cast<uint64_t>(*number);
      }
      return ParseInteger<uint64_t>(value.text);
    case RoutingValue::Kind::kBits: {
      if (value.text.size() > 8) return std::nullopt;
      uint64_t number = 0;
      for (const char byte : value.text) number = number << 8 | static_cast<unsigned char>(byte);
      return number;
    }
    case RoutingValue::Kind::kNull:
    case RoutingValue::Kind::kDouble:
    case RoutingValue::Kind::kTemporal:
      return std::nullopt;
  }
  return std::nullopt;
}

Result<std::string> ToBytes(const RoutingValue& value) {
  switch (value.kind) {
    case RoutingValue::Kind::kNull:
      return std::string();
    case RoutingValue::Kind::kInt:
      return fmt::format_int(value.int_value).str();
    case RoutingValue::Kind::kUint:
      return fmt::format_int(value.uint_value).str();
    case RoutingValue::Kind::kDouble:
      return InvalidArgument("a floating-point value cannot be a sharding key");
    default:
      return value.text;
  }
}

Status CheckValueCount(const Vindex& vindex, size_t values) {
  const auto columns = static_cast<size_t>(vindex.column_count());
  const bool fits = vindex.maps_prefix() ? values >= 1 && values <= columns : values == columns;
  if (fits) return Status();
  return InternalError(fmt::format("vindex '{}' has {} columns and was given {} values",
                                   vindex.name(), columns, values));
}

Result<int> IntParam(std::string_view type, const VindexParams& params, std::string_view key,
                     int low, int high) {
  ASSIGN_OR_RETURN(const std::string text, RequiredParam(type, params, key));
  const auto number = ParseInteger<int>(text);
  if (!number || *number < low || *number > high) {
    return InvalidArgument(fmt::format("param '{}' of {} is a number from {} to {}, not '{}'", key,
                                       type, low, high, text));
  }
  return *number;
}

Result<std::string> RequiredParam(std::string_view type, const VindexParams& params,
                                  std::string_view key) {
  const auto found = params.find(key);
  if (found == params.end() || found->second.empty()) {
    return InvalidArgument(fmt::format("type {} needs the param '{}'", type, key));
  }
  return found->second;
}

Result<std::string> ReadWholeFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file.is_open() || file.bad()) {
    return InvalidArgument(fmt::format("the file '{}' cannot be read", path));
  }
  return text;
}

}  // namespace keyspan::sharding
