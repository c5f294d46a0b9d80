#include "sharding/key_range.h"

#include <fmt/format.h>

#include <algorithm>

namespace keyspan::sharding {
namespace {

// Bounds compare without their trailing zero bytes, so that `80` and `8000` are one bound.
std::string_view Significant(std::string_view bound) {
  while (!bound.empty() && bound.back() == '\0') bound.remove_suffix(1);
  return bound;
}

std::string Hex(const std::string& bytes) { return KeyspaceId(bytes).ToHex(); }

// Whether the end of `a` lies at or before the end of `b`, where empty is the end of everything.
bool EndsBy(const std::string& a, const std::string& b) {
  if (b.empty()) return true;
  return !a.empty() && Significant(a) <= Significant(b);
}

}  // namespace

Result<KeyRange> KeyRange::Parse(std::string_view text) {
  const size_t dash = text.find('-');
  if (dash == std::string_view::npos || text.find('-', dash + 1) != std::string_view::npos) {
    return InvalidArgument(fmt::format("'{}' is not a key range: one dash is needed", text));
  }
  auto start = KeyspaceId::FromHex(text.substr(0, dash));
  auto end = KeyspaceId::FromHex(text.substr(dash + 1));
  if (!start.ok() || !end.ok()) {
    return InvalidArgument(
        fmt::format("'{}' is not a key range: its bounds are pairs of hex digits", text));
  }
  const std::string_view from = start->bytes(), to = end->bytes();
  if (!to.empty() && Significant(from) >= Significant(to)) {
    return InvalidArgument(fmt::format("key range '{}' is empty: start is not before end", text));
  }
  return FromBounds(std::string(from), std::string(to));
}

KeyRange KeyRange::FromBounds(std::string start, std::string end) {
  KeyRange range;
  range.start_ = std::move(start);
  range.end_ = std::move(end);
  return range;
}

KeyRange KeyRange::OfPrefix(std::string_view prefix) {
  std::string end(prefix);
  // A prefix of all ones has no successor: the range is open.
  while (!end.empty() && end.back() == '\xff') end.pop_back();
  if (!end.empty()) ++end.back();
  return FromBounds(std::string(prefix), std::move(end));
}

bool KeyRange::IsFull() const { return Significant(start_).empty() && end_.empty(); }

bool KeyRange::Contains(const KeyspaceId& id) const {
  return Significant(start_) <= id.bytes() && (end_.empty() || id.bytes() < Significant(end_));
}

bool KeyRange::ContainsRange(const KeyRange& other) const {
  return Significant(start_) <= Significant(other.start_) && EndsBy(other.end_, end_);
}

bool KeyRange::Overlaps(const KeyRange& other) const {
  return (end_.empty() || Significant(other.start_) < Significant(end_)) &&
         (other.end_.empty() || Significant(start_) < Significant(other.end_));
}

std::string KeyRange::ToString() const { return fmt::format("{}-{}", Hex(start_), Hex(end_)); }

bool operator==(const KeyRange& a, const KeyRange& b) {
  return Significant(a.start_) == Significant(b.start_) && a.end_.empty() == b.end_.empty() &&
         Significant(a.end_) == Significant(b.end_);
}

Result<KeyRange> KeyRangeOfShard(std::string_view shard_name) {
  if (shard_name.empty()) return InvalidArgument("a shard name cannot be empty");
  if (shard_name.find('-') == std::string_view::npos) return KeyRange();
  return KeyRange::Parse(shard_name);
}

Status CheckTiling(std::span<const KeyRange> ranges) {
  if (ranges.empty()) return InvalidArgument("no key ranges: nothing is covered");
  std::vector<KeyRange> sorted(ranges.begin(), ranges.end());
  std::sort(sorted.begin(), sorted.end(), [](const KeyRange& a, const KeyRange& b) {
    return Significant(a.start()) < Significant(b.start());
  });
  if (!Significant(sorted.front().start()).empty()) {
    return InvalidArgument(fmt::format("key ranges leave a gap: -{}", Hex(sorted.front().start())));
  }
  for (size_t i = 1; i < sorted.size(); ++i) {
    const KeyRange& left = sorted[i - 1];
    const KeyRange& right = sorted[i];
    if (left.Overlaps(right)) {
      return InvalidArgument(
          fmt::format("key ranges {} and {} overlap", left.ToString(), right.ToString()));
    }
    if (Significant(left.end()) != Significant(right.start())) {
      return InvalidArgument(
          fmt::format("key ranges leave a gap: {}-{}", Hex(left.end()), Hex(right.start())));
    }
  }
  if (!sorted.back().end().empty()) {
    return InvalidArgument(fmt::format("key ranges leave a gap: {}-", Hex(sorted.back().end())));
  }
  return Status();
}

Result<std::vector<std::string>> GenerateShardRanges(int count, int hex_digits) {
  if (count < 1 || count > 65536) {
    return InvalidArgument(fmt::format("cannot make {} shards: give 1 to 65536", count));
  }
  if (hex_digits == 0) hex_digits = count <= 256 ? 2 : 4;
  if (hex_digits < 0 || hex_digits % 2 != 0 || hex_digits > 16) {
    return InvalidArgument("the width of a bound is an even number of hex digits up to 16");
  }
  if (hex_digits < 4 && count > 256) {
    return InvalidArgument(
        fmt::format("{} hex digits are too few for {} shards", hex_digits, count));
  }
  // The bounds are exact to 16 bits (8 where that is the width) and padded with zeros.
  const int significant = std::min(hex_digits, 4);
  const uint64_t space = uint64_t{1} << (4 * significant);
  const auto bound = [&](int i) {
    if (i == 0 || i == count) return std::string();
    return fmt::format("{:0{}x}{:0<{}}", space * static_cast<uint64_t>(i) / count, significant, "",
                       hex_digits - significant);
  };
  std::vector<std::string> names;
  names.reserve(count);
  for (int i = 0; i < count; ++i) names.push_back(bound(i) + "-" + bound(i + 1));
  return names;
}

}  // namespace keyspan::sharding
