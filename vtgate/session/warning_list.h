#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace keyspan::vtgate {

struct Warning {
  std::string level;  // Note, Warning, Error
  uint32_t code = 0;
  std::string message;

  bool operator==(const Warning&) const = default;
};

// What a statement has left for SHOW WARNINGS: its first conditions, and how many there were. A
// session holds one between its statements, so it is short.
class WarningList {
 public:
  static constexpr size_t kMaxKept = 64;

  void Clear() { *this = WarningList(); }
  void Add(Warning warning);
  // What the next shard of a statement has left; `count` of them, of which `list` is the beginning.
  // Warnings about the statement's text, which every shard gives, count once.
  void AddShard(std::vector<Warning> list, uint64_t count);

  const std::vector<Warning>& kept() const { return kept_; }
  uint64_t count() const { return count_; }
  uint64_t error_count() const { return error_count_; }
  // As OK and EOF packets have it.
  uint16_t packet_count() const;

 private:
  std::vector<Warning> kept_;
  uint64_t count_ = 0;
  uint64_t error_count_ = 0;
};

}  // namespace keyspan::vtgate
