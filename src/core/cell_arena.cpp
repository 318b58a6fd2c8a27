#include "core/cell_arena.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <new>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

namespace vitals::detail {

namespace {

// CPU numbers lie below the highest "possible" one, which may exceed the count of those configured.
std::size_t possible_cpus() {
  std::size_t cpus = static_cast<std::size_t>(std::max(1L, sysconf(_SC_NPROCESSORS_CONF)));
  std::ifstream file{"/sys/devices/system/cpu/possible"};  // "0-1", "0,2-7"
  std::string list;
  if (std::getline(file, list)) {
    const auto last = list.find_last_of(",-");
    cpus = std::max(cpus, std::strtoul(list.c_str() + (last == std::string::npos ? 0 : last + 1), nullptr, 10) + 1);
  }
  return cpus;
}

std::size_t initial_stripes() {
  const std::size_t cpus = possible_cpus();
#if VITALS_DETAIL_RSEQ
  // Size 0: the C library did not register (an old kernel, a tunable, valgrind).
  if (__rseq_size != 0) rseq_cpus = static_cast<std::uint32_t>(cpus);
#endif
  return 1 + cpus;
}

}  // namespace

// Set while the first arena is made, so before any cell exists that could be written; see docs/concurrency.md.
std::size_t stripes() noexcept {
  static const std::size_t count = initial_stripes();
  return count;
}

CellArena::CellArena() { (void)stripes(); }

CellArena::~CellArena() {
  for (std::byte* block : blocks_) munmap(block, stripes() * kStripeBytes);
}

std::byte* CellArena::allocate(std::size_t n) {
  const std::lock_guard lock{mutex_};
  if (used_ + n > kMaxCells) {
    blocks_.reserve(blocks_.size() + 1);
    void* block = mmap(nullptr, stripes() * kStripeBytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (block == MAP_FAILED) throw std::bad_alloc{};
    // A huge page would hold the stripes of several CPUs, and be paid for by the first that records.
    madvise(block, stripes() * kStripeBytes, MADV_NOHUGEPAGE);
    blocks_.push_back(static_cast<std::byte*>(block));
    used_ = 0;
  }
  std::byte* cells = blocks_.back() + used_ * sizeof(std::uint64_t);
  used_ += n;
  return cells;
}

}  // namespace vitals::detail
