#include "sharding/collations/collation.h"

#include <fmt/format.h>

#include <array>
#include <span>

#include "sharding/collations/weight_table.h"

namespace keyspan::sharding {
namespace {

// How the key of a string is made. `levels` 0: the key is the UTF-8 text itself, and the table,
// where there is one, only says which characters the character set has.
struct Collation {
  std::string_view name;
  int levels;
  bool pads_space;
  uint32_t last_code_point;
  std::optional<WeightTableId> table;
};

constexpr uint32_t kLastOfUtf8mb3 = 0xffff;
constexpr uint32_t kLastOfUtf8mb4 = 0x10ffff;

constexpr Collation kCollations[] = {
    {"utf8mb4_0900_ai_ci", 1, false, kLastOfUtf8mb4, WeightTableId::kUca900},
    {"utf8mb4_0900_as_ci", 2, false, kLastOfUtf8mb4, WeightTableId::kUca900},
    {"utf8mb4_0900_as_cs", 3, false, kLastOfUtf8mb4, WeightTableId::kUca900},
    {"utf8mb4_0900_bin", 0, false, kLastOfUtf8mb4, std::nullopt},
    {"utf8mb4_bin", 0, true, kLastOfUtf8mb4, std::nullopt},
    {"utf8mb4_general_ci", 1, true, kLastOfUtf8mb4, WeightTableId::kGeneral},
    {"utf8mb4_unicode_ci", 1, true, kLastOfUtf8mb4, WeightTableId::kUca400},
    {"utf8mb4_unicode_520_ci", 1, true, kLastOfUtf8mb4, WeightTableId::kUca520},
    {"utf8mb3_bin", 0, true, kLastOfUtf8mb3, std::nullopt},
    {"utf8mb3_general_ci", 1, true, kLastOfUtf8mb3, WeightTableId::kGeneral},
    {"utf8mb3_unicode_ci", 1, true, kLastOfUtf8mb3, WeightTableId::kUca400},
    {"utf8mb3_unicode_520_ci", 1, true, kLastOfUtf8mb3, WeightTableId::kUca520},
    {"latin1_bin", 0, true, kLastOfUtf8mb3, WeightTableId::kLatin1Swedish},
    {"latin1_swedish_ci", 1, true, kLastOfUtf8mb3, WeightTableId::kLatin1Swedish},
    {"latin1_general_ci", 1, true, kLastOfUtf8mb3, WeightTableId::kLatin1General},
    {"latin1_general_cs", 1, true, kLastOfUtf8mb3, WeightTableId::kLatin1GeneralCs},
    {"ascii_bin", 0, true, 0x7f, std::nullopt},
    {"ascii_general_ci", 1, true, 0x7f, WeightTableId::kAscii},
};

const Collation* Find(std::string_view name) {
  for (const Collation& collation : kCollations) {
    if (collation.name == name) return &collation;
  }
  return nullptr;
}

// Takes one character off `utf8`. False for what is not UTF-8 as RFC 3629 defines it.
bool NextCodePoint(std::string_view* utf8, uint32_t* code_point) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>((*utf8)[i]); };
  const unsigned char lead = byte(0);
  const size_t length = lead < 0x80   ? 1
                        : lead < 0xc2 ? 0
                        : lead < 0xe0 ? 2
                        : lead < 0xf0 ? 3
                        : lead < 0xf5 ? 4
                                      : 0;
  if (length == 0 || utf8->size() < length) return false;
  uint32_t value = length == 1 ? lead : lead & (0x7f >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return false;
    value = value << 6 | (byte(i) & 0x3f);
  }
  const bool too_long = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  const bool surrogate = value >= 0xd800 && value < 0xe000;
  if (too_long || surrogate || value > kLastOfUtf8mb4) return false;
  utf8->remove_prefix(length);
  *code_point = value;
  return true;
}

void StripSuffixes(std::string* key, std::string_view suffix) {
  while (!suffix.empty() && key->size() >= suffix.size() && key->ends_with(suffix)) {
    key->resize(key->size() - suffix.size());
  }
}

}  // namespace

Status CheckShardingCollation(std::string_view collation_name) {
  if (Find(collation_name) != nullptr) return Status();
  std::string accepted;
  for (const Collation& collation : kCollations) {
    if (!accepted.empty()) accepted += ", ";
    accepted += collation.name;
  }
  return Unsupported(
      fmt::format("a sharding column with collation '{}' (without its weights, equal values could "
                  "be on different shards); accepted are {}",
                  collation_name, accepted));
}

bool CollationIsExact(std::string_view collation_name) {
  const Collation* collation = Find(collation_name);
  return collation != nullptr && collation->levels == 0;
}

bool CollationPadsSpace(std::string_view collation_name) {
  const Collation* collation = Find(collation_name);
  return collation != nullptr && collation->pads_space;
}

std::optional<std::string_view> FindShardingCollation(std::string_view collation_name) {
  const Collation* collation = Find(collation_name);
  if (collation == nullptr) return std::nullopt;
  return collation->name;
}

std::optional<std::string> CollationKey(std::string_view collation_name, std::string_view utf8) {
  const Collation* collation = Find(collation_name);
  if (collation == nullptr) return std::nullopt;
  const WeightTable* table = collation->table ? &GetWeightTable(*collation->table) : nullptr;

  std::array<std::string, WeightTable::kMaxLevels> keys;
  const std::span<std::string> levels(keys.data(), collation->levels);
  std::string_view rest = utf8;
  uint32_t code_point = 0;
  while (!rest.empty()) {
    if (!NextCodePoint(&rest, &code_point)) return std::nullopt;
    if (code_point > collation->last_code_point) return std::nullopt;
    if (table != nullptr && !table->Append(code_point, levels)) return std::nullopt;
  }

  if (collation->levels == 0) keys[0] = utf8;
  if (collation->pads_space) {
    // A shorter string compares as if it were padded with spaces, so trailing weights of the space
    // say nothing.
    std::string space = " ";
    if (collation->levels > 0) {
      space.clear();
      table->Append(' ', std::span<std::string>(&space, 1));
    }
    StripSuffixes(&keys[0], space);
  }
  for (int level = 1; level < collation->levels; ++level) {
    keys[0].append(2, '\0');
    keys[0] += keys[level];
  }
  return std::move(keys[0]);
}

}  // namespace keyspan::sharding
