#pragma once

#include <cstdint>
#include <cstdlib>
#include <new>

// Counts operator new of the whole program. Replaces it, so exactly one source file of a binary
// may include this: parser_bench and the test of allocations do.

namespace keyspan::parser {

inline uint64_t allocations = 0;

}  // namespace keyspan::parser

void* operator new(size_t size) {
  ++keyspan::parser::allocations;
  void* memory = std::malloc(size);
  if (memory == nullptr) {
    throw std::bad_alloc();
  }
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
