#include "parser/function_words.h"

#include <algorithm>
#include <utility>

#include "parser/ast/node.h"

namespace keyspan::parser {
namespace {

struct Entry {
  std::string_view name;
  FunctionWord word;
};

// Sorted by length, so that a lookup compares with the few words of its length only.
constexpr Entry kEntries[] = {
    {"MAX", FunctionWord::kMax},
    {"MID", FunctionWord::kMid},
    {"MIN", FunctionWord::kMin},
    {"NOW", FunctionWord::kNow},
    {"STD", FunctionWord::kStd},
    {"SUM", FunctionWord::kSum},
    {"CAST", FunctionWord::kCast},
    {"TRIM", FunctionWord::kTrim},
    {"COUNT", FunctionWord::kCount},
    {"BIT_OR", FunctionWord::kBitOr},
    {"STDDEV", FunctionWord::kStddev},
    {"SUBSTR", FunctionWord::kSubstr},
    {"ADDDATE", FunctionWord::kAdddate},
    {"BIT_AND", FunctionWord::kBitAnd},
    {"BIT_XOR", FunctionWord::kBitXor},
    {"CURDATE", FunctionWord::kCurdate},
    {"CURTIME", FunctionWord::kCurtime},
    {"EXTRACT", FunctionWord::kExtract},
    {"SUBDATE", FunctionWord::kSubdate},
    {"SYSDATE", FunctionWord::kSysdate},
    {"VAR_POP", FunctionWord::kVarPop},
    {"DATE_ADD", FunctionWord::kDateAdd},
    {"DATE_SUB", FunctionWord::kDateSub},
    {"POSITION", FunctionWord::kPosition},
    {"VARIANCE", FunctionWord::kVariance},
    {"VAR_SAMP", FunctionWord::kVarSamp},
    {"SUBSTRING", FunctionWord::kSubstring},
    {"ST_COLLECT", FunctionWord::kStCollect},
    {"STDDEV_POP", FunctionWord::kStddevPop},
    {"STDDEV_SAMP", FunctionWord::kStddevSamp},
    {"SYSTEM_USER", FunctionWord::kSystemUser},
    {"GROUP_CONCAT", FunctionWord::kGroupConcat},
    {"SESSION_USER", FunctionWord::kSessionUser},
    {"JSON_ARRAYAGG", FunctionWord::kJsonArrayagg},
    {"JSON_OBJECTAGG", FunctionWord::kJsonObjectagg},
    {"JSON_DUALITY_OBJECT", FunctionWord::kJsonDualityObject},
};

}  // namespace

FunctionWord FindFunctionWord(std::string_view name) {
  const auto from =
      std::partition_point(std::begin(kEntries), std::end(kEntries),
                           [&](const Entry& entry) { return entry.name.size() < name.size(); });
  for (const auto* entry = from; entry != std::end(kEntries) && entry->name.size() == name.size();
       ++entry) {
    if (EqualsIgnoreCase(entry->name, name)) {
      return entry->word;
    }
  }
  return FunctionWord::kNone;
}

}  // namespace keyspan::parser
