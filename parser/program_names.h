#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/ascii.h"

namespace keyspan::parser {

// Whether two spellings of the name that MySQL takes for one differ in the case of A to Z at most.
inline bool IsAsciiName(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) { return (c & 0x80) == 0; });
}

// The names of one kind (variables, say) that the open blocks of a stored program have declared,
// each with a value. What each function costs does not depend on the number of names.
template <typename Value>
class ProgramNames {
 public:
  void OpenBlock() { blocks_.emplace_back(); }

  void CloseBlock() {
    for (const std::string& name : blocks_.back()) {
      const auto found = declared_.find(name);
      found->second.pop_back();
      if (found->second.empty()) declared_.erase(found);
      others_ -= IsAsciiName(name) ? 0 : 1;
    }
    blocks_.pop_back();
  }

  // False when the innermost block has the name already.
  bool Declare(std::string_view name, const Value& value) {
    std::string folded = AsciiLower(name);
    std::vector<Declared>& declared = declared_[folded];
    if (!declared.empty() && declared.back().block == blocks_.size()) return false;
    declared.push_back({blocks_.size(), value});
    others_ += IsAsciiName(name) ? 0 : 1;
    blocks_.back().push_back(std::move(folded));
    return true;
  }

  // The innermost of this name, or null.
  const Value* Find(std::string_view name) const {
    const auto found = declared_.find(AsciiLower(name));
    return found == declared_.end() ? nullptr : &found->second.back().value;
  }

  // False when it is certain that there is none.
  bool MayHave(std::string_view name) const {
    return others_ > 0 || (!declared_.empty() && !IsAsciiName(name)) || Find(name) != nullptr;
  }

  // Whether letters beyond ASCII may hide a name.
  bool is_certain(std::string_view name) const { return others_ == 0 && IsAsciiName(name); }

 private:
  struct Declared {
    size_t block;
    Value value;
  };

  std::unordered_map<std::string, std::vector<Declared>> declared_;
  std::vector<std::vector<std::string>> blocks_;
  size_t others_ = 0;  // names with letters beyond ASCII
};

}  // namespace keyspan::parser
