#include "parser/arena.h"

#include <algorithm>

namespace keyspan::parser {

void* Arena::AllocateSlow(size_t bytes, size_t alignment) {
  constexpr size_t kFirstBlock = 4096;
  constexpr size_t kLargestStep = 1 << 20;
  // Blocks double with what is already held, so that small statements stay small and the number of
  // blocks of a huge one stays bounded.
  size_t size = std::clamp(reserved_, kFirstBlock, kLargestStep);
  size = std::max(size, bytes + alignment);
  blocks_.emplace_back(new char[size]);
  reserved_ += size;
  cursor_ = blocks_.back().get();
  end_ = cursor_ + size;
  return Allocate(bytes, alignment);
}

}  // namespace keyspan::parser
