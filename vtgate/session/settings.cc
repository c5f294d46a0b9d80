#include "vtgate/session/settings.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <atomic>
#include <random>

namespace keyspan::vtgate {

Settings Settings::Once(std::string assignments) {
  // Other gateways count, too.
  static const uint64_t seed = uint64_t{std::random_device()()} << 32 | std::random_device()();
  static std::atomic<uint64_t> count{0};
  const uint64_t number = count.fetch_add(1, std::memory_order_relaxed);
  Settings settings;
  settings.rpc_.id = std::max<uint64_t>(1, XXH3_64bits_withSeed(&number, sizeof(number), seed));
  settings.rpc_.text = std::move(assignments);
  return settings;
}

void Settings::Set(std::string_view name, std::string sql_value) {
  values_.insert_or_assign(std::string(name), std::move(sql_value));
  Rebuild();
}

void Settings::Unset(std::string_view name) {
  auto it = values_.find(name);
  if (it == values_.end()) return;
  values_.erase(it);
  Rebuild();
}

const std::string* Settings::Find(std::string_view name) const {
  auto it = values_.find(name);
  return it == values_.end() ? nullptr : &it->second;
}

void Settings::Clear() {
  values_.clear();
  Rebuild();
}

void Settings::Rebuild() {
  std::string& text = rpc_.text;
  text.clear();
  for (const auto& [name, value] : values_) {
    if (!text.empty()) text += ",";
    text += fmt::format("@@session.{}={}", name, value);
  }
  rpc_.id = text.empty() ? 0 : std::max<uint64_t>(1, XXH3_64bits(text.data(), text.size()));
}

}  // namespace keyspan::vtgate
