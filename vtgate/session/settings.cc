#include "vtgate/session/settings.h"

#include <fmt/format.h>
#include <xxhash.h>

namespace keyspan::vtgate {

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
  text_.clear();
  for (const auto& [name, value] : values_) {
    if (!text_.empty()) text_ += ",";
    text_ += fmt::format("@@session.{}={}", name, value);
  }
  id_ = text_.empty() ? 0 : XXH3_64bits(text_.data(), text_.size());
  if (id_ == 0 && !text_.empty()) id_ = 1;
}

}  // namespace keyspan::vtgate
