#include "vtgate/session/warning_list.h"

#include <algorithm>

namespace keyspan::vtgate {
namespace {

// Deprecated syntax, with a replacement and without, and aliases of character sets: what mysqld
// warns of when it reads a statement, before it looks at rows.
bool IsAboutText(const Warning& warning) {
  constexpr uint32_t kCodes[] = {1287, 1681, 3719, 3778};
  return std::find(std::begin(kCodes), std::end(kCodes), warning.code) != std::end(kCodes);
}

}  // namespace

void WarningList::Add(Warning warning) {
  ++count_;
  if (warning.level == "Error") ++error_count_;
  if (kept_.size() < kMaxKept) kept_.push_back(std::move(warning));
}

void WarningList::AddShard(std::vector<Warning> list, uint64_t count) {
  const size_t of_others = kept_.size();
  count_ += count - std::min<uint64_t>(count, list.size());  // those that the shard did not send
  for (Warning& warning : list) {
    const auto others_end = kept_.begin() + static_cast<ptrdiff_t>(of_others);
    if (IsAboutText(warning) && std::find(kept_.begin(), others_end, warning) != others_end) {
      continue;
    }
    Add(std::move(warning));
  }
}

uint16_t WarningList::packet_count() const {
  return static_cast<uint16_t>(std::min<uint64_t>(count_, UINT16_MAX));
}

}  // namespace keyspan::vtgate
