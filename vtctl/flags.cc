#include "vtctl/flags.h"

#include <fmt/format.h>
#include <glog/logging.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace keyspan::vtctl {
namespace {

constexpr std::string_view kTrueWords[] = {"true", "1", "yes", "on"};
constexpr std::string_view kFalseWords[] = {"false", "0", "no", "off"};

bool IsOneOf(std::string_view text, const std::string_view (&words)[4]) {
  return std::find(std::begin(words), std::end(words), text) != std::end(words);
}

Result<int64_t> ParseInt(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return InvalidArgument(fmt::format("'{}' is not a number", text));
  }
  return value;
}

Status CheckValue(const FlagSpec& spec, const std::string& value) {
  switch (spec.kind) {
    case FlagSpec::Kind::kBool:
      if (IsOneOf(value, kTrueWords) || IsOneOf(value, kFalseWords)) return Status::Ok();
      return InvalidArgument(fmt::format("'{}' is neither true nor false", value));
    case FlagSpec::Kind::kInt:
      return ParseInt(value).status();
    case FlagSpec::Kind::kDuration:
      return ParseDuration(value).status();
    case FlagSpec::Kind::kString:
      return Status::Ok();
  }
  return Status::Ok();
}

}  // namespace

Result<std::chrono::milliseconds> ParseDuration(std::string_view text) {
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = ParseInt(text.substr(0, digits));
  const std::string_view unit = text.substr(digits);
  const std::map<std::string_view, int64_t> units = {
      {"", 1000}, {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}};
  const auto factor = units.find(unit);
  if (!number.ok() || factor == units.end() || *number > 1'000'000'000) {
    return InvalidArgument(
        fmt::format("'{}' is not a duration, such as 1500ms, 15s, 2m or 1h", text));
  }
  return std::chrono::milliseconds(*number * factor->second);
}

Result<Arguments> ParseArguments(const std::vector<FlagSpec>& specs,
                                 const std::vector<std::string>& words) {
  Arguments arguments;
  for (const FlagSpec& spec : specs) arguments.specs_.emplace(spec.name, spec);
  bool flags_ended = false;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (flags_ended || !word.starts_with("--")) {
      arguments.positional_.push_back(word);
      continue;
    }
    if (word == "--") {
      flags_ended = true;
      continue;
    }
    const size_t equals = word.find('=');
    const std::string written = word.substr(0, equals);
    std::string name = written.substr(2);
    std::replace(name.begin(), name.end(), '-', '_');
    const auto spec = arguments.specs_.find(name);
    if (spec == arguments.specs_.end()) {
      return InvalidArgument(fmt::format("unknown flag {}", written));
    }
    std::string value;
    if (equals != std::string::npos) {
      value = word.substr(equals + 1);
    } else if (spec->second.kind == FlagSpec::Kind::kBool) {
      value = "true";
    } else if (i + 1 < words.size()) {
      value = words[++i];
    } else {
      return InvalidArgument(fmt::format("flag {} needs a value", written));
    }
    RETURN_IF_ERROR(CheckValue(spec->second, value).WithPrefix("flag " + written));
    arguments.values_[name].push_back(std::move(value));
  }
  return arguments;
}

const FlagSpec& Arguments::Spec(std::string_view flag) const {
  const auto spec = specs_.find(flag);
  CHECK(spec != specs_.end()) << "no flag --" << flag;
  return spec->second;
}

bool Arguments::Has(std::string_view flag) const {
  Spec(flag);
  return values_.find(flag) != values_.end();
}

std::string Arguments::String(std::string_view flag) const {
  const FlagSpec& spec = Spec(flag);
  const auto values = values_.find(flag);
  return values == values_.end() ? spec.fallback : values->second.back();
}

std::vector<std::string> Arguments::Strings(std::string_view flag) const {
  Spec(flag);
  const auto values = values_.find(flag);
  return values == values_.end() ? std::vector<std::string>() : values->second;
}

bool Arguments::Bool(std::string_view flag) const { return IsOneOf(String(flag), kTrueWords); }

int64_t Arguments::Int(std::string_view flag) const {
  const auto value = ParseInt(String(flag));
  return value.ok() ? *value : 0;
}

std::chrono::milliseconds Arguments::Duration(std::string_view flag) const {
  const auto value = ParseDuration(String(flag));
  return value.ok() ? *value : std::chrono::milliseconds(0);
}

}  // namespace keyspan::vtctl
