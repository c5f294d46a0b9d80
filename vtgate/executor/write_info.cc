#include "vtgate/executor/write_info.h"

#include <charconv>

namespace keyspan::vtgate {
namespace {

constexpr std::string_view kDigits = "0123456789";
// In the order of their numbers in mysqld's text of an INSERT.
enum InsertNumber : uint8_t { kRecords, kDuplicates, kInsertNumbers = 3 };

void Split(std::string_view info, std::vector<std::string>* words, std::vector<uint64_t>* numbers) {
  while (true) {
    const size_t digits = info.find_first_of(kDigits);
    words->emplace_back(info.substr(0, digits));
    if (digits == std::string_view::npos) return;
    info.remove_prefix(digits);
    uint64_t number = 0;
    const char* end = std::from_chars(info.data(), info.data() + info.size(), number).ptr;
    numbers->push_back(number);
    info.remove_prefix(end - info.data());
  }
}

}  // namespace

void WriteInfo::Add(std::string_view info) {
  if (info.empty()) return;
  std::vector<std::string> words;
  std::vector<uint64_t> numbers;
  Split(info, &words, &numbers);
  if (words_.empty()) {
    words_ = std::move(words);
    numbers_ = std::move(numbers);
    return;
  }
  if (words != words_) {
    known_ = false;
    return;
  }
  for (size_t i = 0; i < numbers.size(); ++i) numbers_[i] += numbers[i];
}

void WriteInfo::AddRow(const OneRow& row, uint64_t affected_rows) {
  if (row.upsert && row.found_rows && affected_rows == 1) known_ = false;
  ++rows_;
  if (row.ignore) {
    duplicates_ += affected_rows == 0 ? 1 : 0;  // what was not inserted
  } else if (affected_rows > 1) {
    duplicates_ += affected_rows - 1;  // a deleted or updated row counts beside the inserted one
  }
}

std::string WriteInfo::text(uint64_t warnings) const {
  if (!known_ || (words_.empty() && rows_ == 0)) return {};
  std::vector<std::string> words = words_;
  std::vector<uint64_t> numbers = numbers_;
  if (words.empty()) Split("Records: 0  Duplicates: 0  Warnings: 0", &words, &numbers);
  if (rows_ > 0) {
    if (numbers.size() != kInsertNumbers) return {};
    numbers[kRecords] += rows_;
    numbers[kDuplicates] += duplicates_;
  }
  if (!numbers.empty()) numbers.back() = warnings;
  std::string out = words[0];
  for (size_t i = 0; i < numbers.size(); ++i) out += std::to_string(numbers[i]) + words[i + 1];
  return out;
}

}  // namespace keyspan::vtgate
