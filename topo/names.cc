#include "topo/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <utility>

namespace keyspan::topo {
namespace {

constexpr int kMaxHexChars = 16;  // 8 bytes, the keyspace id of the hash vindexes
constexpr std::string_view kHexDigits = "0123456789abcdef";

std::string ToHex(std::string_view bytes) {
  std::string hex;
  for (unsigned char c : bytes) {
    hex += kHexDigits[c >> 4];
    hex += kHexDigits[c & 15];
  }
  return hex;
}

// Lower case only, so that one range has one name.
std::optional<std::string> FromHex(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (size_t i = 0; i < hex.size(); i += 2) {
    const size_t high = kHexDigits.find(hex[i]);
    const size_t low = kHexDigits.find(hex[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

// A missing trailing byte counts as zero: "80" and "8000" are the same bound.
std::string_view TrimZeros(std::string_view bound) {
  while (!bound.empty() && bound.back() == '\0') bound.remove_suffix(1);
  return bound;
}

int CompareBounds(std::string_view a, std::string_view b) {
  return TrimZeros(a).compare(TrimZeros(b));
}

}  // namespace

std::string AliasToString(const TabletAlias& alias) {
  return fmt::format("{}-{:010}", alias.cell(), alias.uid());
}

Result<TabletAlias> ParseAlias(std::string_view text) {
  const size_t dash = text.rfind('-');
  if (dash == std::string_view::npos || dash == 0) {
    return InvalidArgument(fmt::format(
        "'{}' is not a tablet alias: expected cell-uid, for example zone1-0000000100", text));
  }
  const std::string_view digits = text.substr(dash + 1);
  uint32_t uid = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), uid);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    return InvalidArgument(
        fmt::format("'{}' is not a tablet alias: '{}' is not a 32-bit number", text, digits));
  }
  RETURN_IF_ERROR(CheckName("cell", text.substr(0, dash)));
  TabletAlias alias;
  alias.set_cell(std::string(text.substr(0, dash)));
  alias.set_uid(uid);
  return alias;
}

bool SameAlias(const TabletAlias& a, const TabletAlias& b) {
  return a.uid() == b.uid() && a.cell() == b.cell();
}

Result<KeyRange> ParseShardName(std::string_view name) {
  RETURN_IF_ERROR(CheckName("shard", name));
  KeyRange range;
  const size_t dash = name.find('-');
  if (dash == std::string_view::npos) return range;
  const auto start = FromHex(name.substr(0, dash));
  const auto end = FromHex(name.substr(dash + 1));
  if (!start || !end) {
    return InvalidArgument(fmt::format(
        "'{}' is not a shard name: its bounds are whole bytes in lower-case hex, as in -80", name));
  }
  if (!end->empty() && CompareBounds(*start, *end) >= 0) {
    return InvalidArgument(fmt::format("'{}' is not a shard name: the range is empty", name));
  }
  range.set_start(*start);
  range.set_end(*end);
  return range;
}

std::string KeyRangeToString(const KeyRange& range) {
  return ToHex(range.start()) + "-" + ToHex(range.end());
}

bool KeyRangesOverlap(const KeyRange& a, const KeyRange& b) {
  return (b.end().empty() || CompareBounds(a.start(), b.end()) < 0) &&
         (a.end().empty() || CompareBounds(b.start(), a.end()) < 0);
}

bool KeyRangeIsWhole(const KeyRange& range) {
  return TrimZeros(range.start()).empty() && range.end().empty();
}

Result<KeyspaceShard> ParseKeyspaceShard(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos || text.find('/', slash + 1) != std::string_view::npos) {
    return InvalidArgument(fmt::format(
        "'{}' is not a shard: expected keyspace/shard, for example customer/-80", text));
  }
  KeyspaceShard parts{std::string(text.substr(0, slash)), std::string(text.substr(slash + 1))};
  RETURN_IF_ERROR(CheckName("keyspace", parts.keyspace));
  RETURN_IF_ERROR(ParseShardName(parts.shard).status());
  return parts;
}

Result<std::vector<std::string>> GenerateShardRanges(int count, int hex_chars) {
  if (count < 1) return InvalidArgument("the number of shards must be at least 1");
  if (hex_chars < 0 || hex_chars > kMaxHexChars) {
    return InvalidArgument(fmt::format("the number of hex digits must be 0 to {}", kMaxHexChars));
  }
  int width = std::max(2, (hex_chars + 1) / 2 * 2);
  const auto space = [](int digits) { return static_cast<unsigned __int128>(1) << (4 * digits); };
  while (space(width) < static_cast<unsigned>(count)) width += 2;
  const auto bound = [&](int i) -> std::string {
    if (i == 0 || i == count) return "";
    const auto value = static_cast<uint64_t>(space(width) * static_cast<unsigned>(i) /
                                             static_cast<unsigned>(count));
    return fmt::format("{:0{}x}", value, width);
  };
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.push_back(bound(i) + "-" + bound(i + 1));
  return names;
}

Status CheckTiling(std::vector<KeyRange> ranges) {
  if (ranges.empty()) return NotFound("there are no serving shards");
  std::sort(ranges.begin(), ranges.end(), [](const KeyRange& a, const KeyRange& b) {
    return CompareBounds(a.start(), b.start()) < 0;
  });
  if (!TrimZeros(ranges.front().start()).empty()) {
    return InvalidArgument(
        fmt::format("no shard serves the range -{}", ToHex(ranges.front().start())));
  }
  for (size_t i = 0; i + 1 < ranges.size(); ++i) {
    const KeyRange& left = ranges[i];
    const KeyRange& right = ranges[i + 1];
    const int order = left.end().empty() ? 1 : CompareBounds(left.end(), right.start());
    if (order > 0) {
      return InvalidArgument(fmt::format("the shards {} and {} overlap", KeyRangeToString(left),
                                         KeyRangeToString(right)));
    }
    if (order < 0) {
      return InvalidArgument(
          fmt::format("no shard serves the range {}-{}", ToHex(left.end()), ToHex(right.start())));
    }
  }
  if (!ranges.back().end().empty()) {
    return InvalidArgument(
        fmt::format("no shard serves the range {}-", ToHex(ranges.back().end())));
  }
  return Status::Ok();
}

Result<TabletType> ParseTabletType(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  TabletType type = UNKNOWN;
  if (!TabletType_Parse(upper, &type) || type == UNKNOWN) {
    return InvalidArgument(fmt::format("'{}' is not a tablet type", text));
  }
  return type;
}

std::string TabletTypeName(TabletType type) { return Lower(TabletType_Name(type)); }

Status CheckName(std::string_view what, std::string_view name) {
  const auto legal = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.';
  };
  if (name.empty() || name.size() > 64 || name == "." || name == ".." ||
      !std::all_of(name.begin(), name.end(), legal)) {
    return InvalidArgument(fmt::format(
        "'{}' is not a {} name: 1 to 64 of letters, digits, '_', '-' and '.'", name, what));
  }
  return Status::Ok();
}

Status CheckDurabilityPolicy(std::string_view policy) {
  for (std::string_view known : {"", "none", "semi_sync", "semi_sync_with_rdonly_ack", "cross_cell",
                                 "cross_cell_with_rdonly_ack"}) {
    if (policy == known) return Status::Ok();
  }
  return InvalidArgument(fmt::format(
      "'{}' is not a durability policy: none, semi_sync, semi_sync_with_rdonly_ack, cross_cell or "
      "cross_cell_with_rdonly_ack",
      policy));
}

int RequiredAcks(std::string_view policy) { return policy.empty() || policy == "none" ? 0 : 1; }

bool CanAcknowledge(std::string_view policy, const Tablet& primary, const Tablet& replica) {
  if (RequiredAcks(policy) == 0 || SameAlias(primary.alias(), replica.alias())) return false;
  if (policy.starts_with("cross_cell") && primary.alias().cell() == replica.alias().cell()) {
    return false;
  }
  if (replica.type() == RDONLY) return policy.ends_with("_with_rdonly_ack");
  return replica.type() == REPLICA || replica.type() == PRIMARY;
}

}  // namespace keyspan::topo
