#include "allocations.hpp"

#include <cstdlib>
#include <new>

namespace {
thread_local std::uint64_t calls = 0;
}

std::uint64_t allocations() noexcept { return calls; }

void* operator new(std::size_t size) {
  ++calls;
  if (void* memory = std::malloc(size > 0 ? size : 1)) return memory;
  throw std::bad_alloc{};
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
