#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace keyspan::vtgate {

// An INSERT or REPLACE of one row, which mysqld answers without a text.
struct OneRow {
  bool ignore = false;
  bool upsert = false;      // ON DUPLICATE KEY UPDATE
  bool found_rows = false;  // CLIENT_FOUND_ROWS
};

// The text in the OK packet of a write over several shards, "Rows matched: 3  Changed: 2  Warnings:
// 0" or "Records: 5  Duplicates: 1  Warnings: 0": the texts of the shards with their numbers added
// up, in whatever language they are.
class WriteInfo {
 public:
  // The text of one shard; empty where mysqld gives none.
  void Add(std::string_view info);
  // What a shard answered to one row of an INSERT of several.
  void AddRow(const OneRow& row, uint64_t affected_rows);

  // Empty when no shard gave one, when they do not fit together, and where a row's affected_rows do
  // not tell whether it was a duplicate: one row found as it should be counts as an inserted one.
  // `warnings` is the last number: those of all shards.
  std::string text(uint64_t warnings) const;

 private:
  std::vector<std::string> words_;  // around the numbers
  std::vector<uint64_t> numbers_;
  uint64_t rows_ = 0;
  uint64_t duplicates_ = 0;
  bool known_ = true;
};

}  // namespace keyspan::vtgate
