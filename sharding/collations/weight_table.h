#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace keyspan::sharding {

// The base collations whose weights weights_data.inc holds, in its order.
enum class WeightTableId : uint8_t {
  kUca900,
  kUca400,
  kUca520,
  kGeneral,
  kLatin1Swedish,
  kLatin1General,
  kLatin1GeneralCs,
  kAscii,
};

// The weights of every character under one base collation, as MySQL's WEIGHT_STRING() gives them
// for single characters (none of these collations looks at two characters together; check_weights
// proves it on strings).
//
// Immutable, made once by GetWeightTable() and never destroyed; any thread may read it.
class WeightTable {
 public:
  static constexpr int kMaxLevels = 3;
  // Two bytes for Unicode collations, one for those of 8-bit character sets.
  int weight_bytes() const { return weight_bytes_; }

  // Appends the weights of one character, most significant byte first, to the key of each level
  // that `levels` has. Returns whether the character set has the character; otherwise nothing is
  // appended.
  bool Append(uint32_t code_point, std::span<std::string> levels) const;

 private:
  friend class WeightReader;
  enum class SegmentKind : uint8_t { kSame = 1, kStep, kList, kAbsent, kHangul };
  // Code points from `first` up to the next segment's.
  struct Segment {
    uint32_t first;
    SegmentKind kind;
    uint32_t sequence;  // kSame, kStep, kList: index of the first sequence
  };

  const Segment& FindSegment(uint32_t code_point) const;
  void AppendSequence(uint32_t sequence, uint32_t step, std::span<std::string> levels) const;
  void AppendHangul(uint32_t code_point, std::span<std::string> levels) const;

  int level_count_ = 1;
  int weight_bytes_ = 2;
  std::vector<Segment> segments_;
  // Where each sequence begins in pool_: for each level a count, then that many weights.
  std::vector<uint32_t> offsets_;
  std::vector<uint16_t> pool_;
};

const WeightTable& GetWeightTable(WeightTableId id);

}  // namespace keyspan::sharding
