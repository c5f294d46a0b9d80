#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"

namespace keyspan::vtctl {

// One flag of a command. gflags knows only flags of the whole program, so commands have their own.
struct FlagSpec {
  enum class Kind { kBool, kString, kInt, kDuration };
  std::string name;  // snake_case; kebab-case is accepted as well
  Kind kind = Kind::kString;
  std::string help;
  std::string fallback;  // "" for a flag that is not given
};

// A command line taken apart. Which flags exist was decided by the specs that it was parsed with;
// asking for another one is a bug (CHECK).
class Arguments {
 public:
  const std::vector<std::string>& positional() const { return positional_; }

  // Whether the command line names the flag.
  bool Has(std::string_view flag) const;
  bool Bool(std::string_view flag) const;
  // The last one, if the flag was given several times.
  std::string String(std::string_view flag) const;
  // Every one, in order; the fallback is not counted.
  std::vector<std::string> Strings(std::string_view flag) const;
  int64_t Int(std::string_view flag) const;
  std::chrono::milliseconds Duration(std::string_view flag) const;

 private:
  friend Result<Arguments> ParseArguments(const std::vector<FlagSpec>& specs,
                                          const std::vector<std::string>& words);
  const FlagSpec& Spec(std::string_view flag) const;

  std::map<std::string, FlagSpec, std::less<>> specs_;
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
  std::vector<std::string> positional_;
};

// Takes --name=value, --name value, --bool and --bool=false, mixed with positional arguments; "--"
// ends the flags. A word with a single dash is positional, because it may be a shard (-80).
// Errors name the flag.
Result<Arguments> ParseArguments(const std::vector<FlagSpec>& specs,
                                 const std::vector<std::string>& words);

// 1500ms, 15s, 2m, 1h; a number alone is seconds.
Result<std::chrono::milliseconds> ParseDuration(std::string_view text);

}  // namespace keyspan::vtctl
