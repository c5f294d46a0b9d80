#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace keyspan::parser {

// A bump allocator for trees that live and die as one. Nothing in it is ever destroyed one by one,
// so only trivially destructible types go in; freeing a tree of a million nodes frees a few blocks.
// Pointers into an arena stay valid until the arena is destroyed or Reset(), also when it is moved.
// Not thread-safe.
class Arena {
 public:
  Arena() = default;
  Arena(Arena&& other) noexcept { *this = std::move(other); }
  Arena& operator=(Arena&& other) noexcept {
    blocks_ = std::move(other.blocks_);
    cursor_ = std::exchange(other.cursor_, nullptr);
    end_ = std::exchange(other.end_, nullptr);
    reserved_ = std::exchange(other.reserved_, 0);
    other.blocks_.clear();
    return *this;
  }

  void* Allocate(size_t bytes, size_t alignment = 8) {
    auto at = (reinterpret_cast<uintptr_t>(cursor_) + alignment - 1) & ~(alignment - 1);
    if (cursor_ == nullptr || at + bytes > reinterpret_cast<uintptr_t>(end_)) {
      return AllocateSlow(bytes, alignment);
    }
    cursor_ = reinterpret_cast<char*>(at + bytes);
    return reinterpret_cast<void*>(at);
  }

  template <typename T, typename... Args>
  T* New(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<T>);
    return new (Allocate(sizeof(T), alignof(T))) T{std::forward<Args>(args)...};
  }

  std::string_view CopyString(std::string_view text) {
    if (text.empty()) {
      return {};
    }
    char* to = static_cast<char*>(Allocate(text.size(), 1));
    std::memcpy(to, text.data(), text.size());
    return {to, text.size()};
  }

  // Bytes held, including what is not used yet.
  size_t reserved() const { return reserved_; }

 private:
  void* AllocateSlow(size_t bytes, size_t alignment);

  std::vector<std::unique_ptr<char[]>> blocks_;
  char* cursor_ = nullptr;
  char* end_ = nullptr;
  size_t reserved_ = 0;
};

// A read-only view of an array in an arena; the child lists of tree nodes. Assign a new List to
// change one.
template <typename T>
struct List {
  T* data = nullptr;
  uint32_t count = 0;

  uint32_t size() const { return count; }
  bool empty() const { return count == 0; }
  T& operator[](size_t i) const { return data[i]; }
  T& front() const { return data[0]; }
  T& back() const { return data[count - 1]; }
  T* begin() const { return data; }
  T* end() const { return data + count; }
};

// Copies any contiguous range into `arena`.
template <typename T, typename Range>
List<T> MakeList(Arena& arena, const Range& range) {
  static_assert(std::is_trivially_copyable_v<T>);
  List<T> list;
  list.count = static_cast<uint32_t>(range.size());
  if (list.count != 0) {
    list.data = static_cast<T*>(arena.Allocate(sizeof(T) * list.count, alignof(T)));
    std::uninitialized_copy(range.begin(), range.end(), list.data);
  }
  return list;
}

}  // namespace keyspan::parser
