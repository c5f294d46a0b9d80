#include "mysql/types/collation.h"

#include <algorithm>
#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <string>

#include "mysql/types/collation_data.h"

namespace keyspan::mysql {
namespace {

constexpr uint16_t kMaxCollationId = 512;

// Collation id -> index into kCollations, plus one.
constexpr auto kIndexById = [] {
  std::array<uint16_t, kMaxCollationId> index{};
  for (size_t i = 0; i < std::size(kCollations); ++i) {
    index[kCollations[i].id] = static_cast<uint16_t>(i + 1);
  }
  return index;
}();

// Lower case, and with the old names "utf8" and "utf8_..." replaced by what they mean.
std::string Canonical(std::string_view name) {
  std::string lower(name);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  if (lower == "utf8" || lower.starts_with("utf8_")) lower.insert(4, "mb3");
  return lower;
}

}  // namespace

const Collation* FindCollation(uint16_t id) {
  if (id >= kMaxCollationId || kIndexById[id] == 0) return nullptr;
  return &kCollations[kIndexById[id] - 1];
}

const Collation* FindCollation(std::string_view name) {
  static const auto* by_name = [] {
    auto* map = new boost::unordered_flat_map<std::string_view, const Collation*>;
    for (const Collation& collation : kCollations) map->emplace(collation.name, &collation);
    return map;
  }();
  auto it = by_name->find(Canonical(name));
  return it == by_name->end() ? nullptr : it->second;
}

const Charset* FindCharset(std::string_view name) {
  std::string canonical = Canonical(name);
  const auto* it = std::lower_bound(
      std::begin(kCharsets), std::end(kCharsets), canonical,
      [](const Charset& charset, const std::string& wanted) { return charset.name < wanted; });
  return it != std::end(kCharsets) && it->name == canonical ? it : nullptr;
}

const Charset* CharsetOfCollation(uint16_t id) {
  const Collation* collation = FindCollation(id);
  return collation ? FindCharset(collation->charset) : nullptr;
}

}  // namespace keyspan::mysql
