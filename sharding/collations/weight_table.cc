#include "sharding/collations/weight_table.h"

#include <glog/logging.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <string>

namespace keyspan::sharding {
namespace {

#include "sharding/collations/weights_data.inc"

constexpr int kTableCount = 8;
constexpr uint32_t kCodePoints = 0x110000;

struct TableShape {
  int levels;
  int weight_bytes;
};
constexpr TableShape kShapes[kTableCount] = {{3, 2}, {1, 2}, {1, 2}, {1, 2},
                                             {1, 1}, {1, 1}, {1, 1}, {1, 1}};

}  // namespace

// Reads the packed form that generate_weights describes. The data is compiled in, so damage is a
// broken build, not an input error: it is CHECKed.
class WeightReader {
 public:
  explicit WeightReader(std::string_view data) : data_(data) {}

  void ReadTable(TableShape shape, WeightTable* table) {
    table->level_count_ = shape.levels;
    table->weight_bytes_ = shape.weight_bytes;
    std::fill(std::begin(last_), std::end(last_), 0);
    uint32_t next = 0;
    while (const uint32_t kind = Number()) {
      CHECK_LE(kind, 5u);
      const auto segment_kind = static_cast<WeightTable::SegmentKind>(kind);
      const uint32_t count = Number();
      table->segments_.push_back(
          {next, segment_kind, static_cast<uint32_t>(table->offsets_.size())});
      const bool has_sequence = kind == 1 || kind == 2;
      const uint32_t sequences = has_sequence ? 1 : kind == 3 ? count : 0;
      for (uint32_t i = 0; i < sequences; ++i) ReadSequence(table);
      next += count;
    }
    CHECK_EQ(next, kCodePoints);
  }

  bool AtEnd() const { return position_ == data_.size(); }

 private:
  uint32_t Number() {
    uint32_t value = 0;
    for (int shift = 0;; shift += 7) {
      CHECK_LT(position_, data_.size());
      const auto byte = static_cast<unsigned char>(data_[position_++]);
      value |= static_cast<uint32_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  void ReadSequence(WeightTable* table) {
    table->offsets_.push_back(static_cast<uint32_t>(table->pool_.size()));
    for (int level = 0; level < table->level_count_; ++level) {
      const uint32_t count = Number();
      table->pool_.push_back(static_cast<uint16_t>(count));
      for (uint32_t i = 0; i < count; ++i) {
        const uint32_t coded = Number();
        const auto magnitude = static_cast<int32_t>((coded + 1) / 2);
        last_[level] += coded % 2 == 0 ? magnitude : -magnitude;
        table->pool_.push_back(static_cast<uint16_t>(last_[level]));
      }
    }
  }

  std::string_view data_;
  size_t position_ = 0;
  int32_t last_[WeightTable::kMaxLevels] = {};
};

const WeightTable::Segment& WeightTable::FindSegment(uint32_t code_point) const {
  const auto after =
      std::upper_bound(segments_.begin(), segments_.end(), code_point,
                       [](uint32_t point, const Segment& s) { return point < s.first; });
  return *std::prev(after);
}

bool WeightTable::Append(uint32_t code_point, std::span<std::string> levels) const {
  const Segment& segment = FindSegment(code_point);
  const uint32_t distance = code_point - segment.first;
  switch (segment.kind) {
    case SegmentKind::kAbsent:
      return false;
    case SegmentKind::kSame:
      AppendSequence(segment.sequence, 0, levels);
      return true;
    case SegmentKind::kStep:
      AppendSequence(segment.sequence, distance, levels);
      return true;
    case SegmentKind::kList:
      AppendSequence(segment.sequence + distance, 0, levels);
      return true;
    case SegmentKind::kHangul:
      AppendHangul(code_point, levels);
      return true;
  }
  return false;
}

void WeightTable::AppendSequence(uint32_t sequence, uint32_t step,
                                 std::span<std::string> levels) const {
  const uint16_t* next = &pool_[offsets_[sequence]];
  for (size_t level = 0; level < levels.size(); ++level) {
    const uint32_t count = *next++;
    for (uint32_t i = 0; i < count; ++i) {
      uint32_t weight = *next++;
      if (level == 0 && i + 1 == count) weight += step;
      if (weight_bytes_ == 2) levels[level].push_back(static_cast<char>(weight >> 8));
      levels[level].push_back(static_cast<char>(weight));
    }
  }
}

// A syllable is its two or three letters (The Unicode Standard, section 3.12).
void WeightTable::AppendHangul(uint32_t code_point, std::span<std::string> levels) const {
  const uint32_t index = code_point - 0xac00;
  Append(0x1100 + index / 588, levels);
  Append(0x1161 + index % 588 / 28, levels);
  if (index % 28 != 0) Append(0x11a7 + index % 28, levels);
}

const WeightTable& GetWeightTable(WeightTableId id) {
  static const auto* const tables = [] {
    std::string data(kUnpackedSize, '\0');
    uLongf size = data.size();
    const int rc = uncompress(reinterpret_cast<Bytef*>(data.data()), &size, kPackedWeights,
                              sizeof(kPackedWeights));
    CHECK_EQ(rc, Z_OK);
    CHECK_EQ(size, data.size());
    auto* all = new std::array<WeightTable, kTableCount>;
    WeightReader reader(data);
    for (int i = 0; i < kTableCount; ++i) reader.ReadTable(kShapes[i], &(*all)[i]);
    CHECK(reader.AtEnd());
    return all;
  }();
  return (*tables)[static_cast<size_t>(id)];
}

}  // namespace keyspan::sharding
