#include "vtgate/engine/rows/row_batch.h"

#include <algorithm>
#include <cstring>

namespace keyspan::vtgate {
namespace {

constexpr size_t kFirstBlock = 4096;
constexpr size_t kLargestBlock = 256 * 1024;

}  // namespace

char* ByteArena::Allocate(size_t size) {
  if (blocks_.empty() || blocks_.back().capacity - block_used_ < size) {
    const size_t grown = blocks_.empty() ? kFirstBlock : blocks_.back().capacity * 2;
    Block block;
    block.capacity = std::max(size, std::min(grown, kLargestBlock));
    block.bytes = std::make_unique_for_overwrite<char[]>(block.capacity);
    blocks_.push_back(std::move(block));
    block_used_ = 0;
  }
  char* bytes = blocks_.back().bytes.get() + block_used_;
  block_used_ += size;
  used_ += size;
  return bytes;
}

std::string_view ByteArena::Copy(std::string_view bytes) {
  char* copy = Allocate(bytes.size());
  if (!bytes.empty()) std::memcpy(copy, bytes.data(), bytes.size());
  return {copy, bytes.size()};
}

void ByteArena::Clear() {
  if (used_ == 0) return;
  // One huge row must not keep its memory for the rest of the result.
  if (blocks_.back().capacity > kLargestBlock) {
    blocks_.clear();
  } else if (blocks_.size() > 1) {
    blocks_.front() = std::move(blocks_.back());
    blocks_.resize(1);
  }
  block_used_ = 0;
  used_ = 0;
}

void RowBatch::Slice(size_t begin, size_t count) {
  if (begin > 0) std::copy_n(rows_.begin() + begin, count, rows_.begin());
  rows_.resize(count);
}

}  // namespace keyspan::vtgate
