#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace keyspan::vtgate {

// Memory for bytes that are appended and thrown away together. Addresses stay fixed until Clear(),
// which keeps one block for the next use, so a steady loop does not allocate.
class ByteArena {
 public:
  ByteArena() = default;
  ByteArena(ByteArena&&) noexcept = default;
  ByteArena& operator=(ByteArena&&) noexcept = default;

  // `size` uninitialised bytes.
  char* Allocate(size_t size);
  std::string_view Copy(std::string_view bytes);
  void Clear();
  // Bytes handed out since Clear().
  size_t used() const { return used_; }

 private:
  struct Block {
    std::unique_ptr<char[]> bytes;
    size_t capacity = 0;
  };
  std::vector<Block> blocks_;
  size_t block_used_ = 0;  // of the last block
  size_t used_ = 0;
};

// Some rows of a result as raw payloads (text or binary rows of the MySQL protocol, without packet
// headers). A caller makes one and passes it to every Next() of one source. The views point either
// into the arena here or into memory of the source; both live until the next Next() of that source,
// until the source is destroyed, or until this is cleared, whatever comes first.
class RowBatch {
 public:
  size_t size() const { return rows_.size(); }
  bool empty() const { return rows_.empty(); }
  std::string_view operator[](size_t index) const { return rows_[index]; }
  std::string_view& operator[](size_t index) { return rows_[index]; }
  auto begin() const { return rows_.begin(); }
  auto end() const { return rows_.end(); }

  void Clear() {
    rows_.clear();
    arena_.Clear();
  }
  // Bytes that outlive the batch, see above.
  void AddView(std::string_view row) { rows_.push_back(row); }
  void AddCopy(std::string_view row) { rows_.push_back(arena_.Copy(row)); }
  // Keeps rows [begin, begin + count) only. Requires: they exist.
  void Slice(size_t begin, size_t count);
  // Keeps the first `count` rows. Requires: count <= size().
  void Resize(size_t count) { rows_.resize(count); }
  ByteArena& arena() { return arena_; }

 private:
  std::vector<std::string_view> rows_;
  ByteArena arena_;
};

}  // namespace keyspan::vtgate
