#pragma once

#include <cstdint>
#include <string_view>

namespace keyspan::parser {

// Function names that are keywords only when `(` follows at once (with IGNORE_SPACE: also after
// spaces). There they cannot be used as a name; elsewhere they are ordinary identifiers.
enum class FunctionWord : uint8_t {
  kNone,
  kAdddate,
  kBitAnd,
  kBitOr,
  kBitXor,
  kCast,
  kCount,
  kCurdate,
  kCurtime,
  kDateAdd,
  kDateSub,
  kExtract,
  kGroupConcat,
  kJsonArrayagg,
  kJsonDualityObject,
  kJsonObjectagg,
  kMax,
  kMid,
  kMin,
  kNow,
  kPosition,
  kSessionUser,
  kStCollect,
  kStd,
  kStddev,
  kStddevPop,
  kStddevSamp,
  kSubdate,
  kSubstr,
  kSubstring,
  kSum,
  kSysdate,
  kSystemUser,
  kTrim,
  kVarPop,
  kVarSamp,
  kVariance,
};

FunctionWord FindFunctionWord(std::string_view name);

}  // namespace keyspan::parser
