#include "core/cells/cell_arena.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <mutex>
#include <string>

#include <linux/membarrier.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/cells/cells.hpp"

namespace vitals::detail {

namespace {

// More than any CPU's number: the size of the kernel's own sets of CPUs (sched_getaffinity(2)), else the most that an
// x86-64 kernel can be built for. Stripes are written unchecked, so it must not be too small; it costs only addresses.
std::size_t most_cpus() noexcept {
  constexpr std::size_t kMost = 8192;
  std::array<unsigned long, kMost / 8 / sizeof(unsigned long)> set{};
  const long bytes = syscall(SYS_sched_getaffinity, 0, sizeof set, set.data());
  return bytes > 0 ? static_cast<std::size_t>(bytes) * 8 : kMost;
}

// The CPUs that the machine may ever have, from a list such as "0-1" or "0,2-7". The sums go over these.
std::size_t possible_cpus() {
  std::ifstream file{"/sys/devices/system/cpu/possible"};
  std::string list;
  if (!std::getline(file, list) || list.empty()) return most_cpus();
  const auto last = list.find_last_of(",-");
  const auto number = std::strtoul(list.c_str() + (last == std::string::npos ? 0 : last + 1), nullptr, 10);
  return std::min<std::size_t>(number + 1, most_cpus());
}

long membarrier(int command) noexcept { return syscall(SYS_membarrier, command, 0, 0); }

// Multiples of 16 bytes up to 512, then powers of two.
constexpr std::size_t kFineClasses = 32;
constexpr std::size_t kClasses = kFineClasses + kStripeShift - 9;

constexpr std::size_t class_of(std::size_t bytes) noexcept {
  return bytes <= 512 ? (std::max<std::size_t>(bytes, 1) - 1) / 16
                      : kFineClasses - 1 + static_cast<std::size_t>(std::bit_width(bytes - 1)) - 9;
}
constexpr std::size_t bytes_of(std::size_t size_class) noexcept {
  return size_class < kFineClasses ? 16 * (size_class + 1) : std::size_t{512} << (size_class - kFineClasses + 1);
}
static_assert(class_of(512) == 31 && class_of(513) == 32 && bytes_of(32) == 1024 &&
              class_of(kMaxCellBytes) == kClasses - 1 && bytes_of(kClasses - 1) == kMaxCellBytes);

class Arena {
 public:
  [[nodiscard]] std::uint64_t allocate(std::size_t bytes) noexcept {
    const std::size_t size_class = class_of(bytes);
    if (free_[size_class] == 0 && returned_of_[size_class] > 0) reclaim();
    if (const std::uint64_t address = free_[size_class]) {
      auto* link = reinterpret_cast<std::uint64_t*>(address);
      free_[size_class] = *link;
      *link = 0;
      return address;
    }
    const std::size_t size = bytes_of(size_class);
    if (used_ + size > kStripeBytes && !add_chunk()) return 0;
    const std::uint64_t address = chunk_ + used_;
    used_ += size;
    return address;
  }

  // A recorder may be about to write there, so the stripes wait, and share one barrier with others that come back.
  void release(std::uint64_t address, std::size_t bytes) noexcept {
    if (!can_reclaim()) {
      ++lost_count;
      return;
    }
    if (returned_count_ == returned_.size()) reclaim();
    if (returned_count_ == returned_.size()) {  // the barrier is forbidden meanwhile
      ++lost_count;
      return;
    }
    const std::size_t size_class = class_of(bytes);
    returned_[returned_count_++] = {address, size_class};
    ++returned_of_[size_class];
  }

  std::mutex mutex;
  std::size_t spread_count = 0;
  std::size_t lost_count = 0;

 private:
  struct Returned {
    std::uint64_t address;
    std::size_t size_class;
  };

  bool add_chunk() noexcept {
    const std::size_t size = most_cpus() * kStripeBytes;
    void* chunk = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (chunk == MAP_FAILED) return false;
    // A huge page would hold the stripes of several CPUs, and be paid for by the first that records.
    madvise(chunk, size, MADV_NOHUGEPAGE);
    chunk_ = reinterpret_cast<std::uint64_t>(chunk);
    used_ = 0;
    return true;
  }

  // After the barrier no sequence that loaded one of these addresses is under way, and none can load it any more.
  void reclaim() noexcept {
    if (barrier_fails_) return;
    if (membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ) != 0) {
      barrier_fails_ = true;
      return;
    }
    for (std::size_t i = 0; i < returned_count_; ++i) {
      const auto [address, size_class] = returned_[i];
      for (std::size_t cpu = 0; cpu < stripes(); ++cpu) clear(address + cpu * kStripeBytes, bytes_of(size_class));
      *reinterpret_cast<std::uint64_t*>(address) = free_[size_class];
      free_[size_class] = address;
    }
    returned_count_ = 0;
    returned_of_ = {};
  }

  // Pages of CPUs that never recorded are read, but not made.
  static void clear(std::uint64_t address, std::size_t bytes) noexcept {
    auto* words = reinterpret_cast<std::uint64_t*>(address);
    for (std::size_t i = 0; i < bytes / sizeof *words; ++i) {
      if (words[i] != 0) words[i] = 0;
    }
  }

  bool barrier_fails_ = false;
  std::uint64_t chunk_ = 0;  // the chunk that is being filled
  std::size_t used_ = kStripeBytes;
  std::array<std::uint64_t, kClasses> free_{};  // each links to the next by its first word
  std::array<Returned, 256> returned_{};
  std::size_t returned_count_ = 0;
  std::array<std::size_t, kClasses> returned_of_{};
};

constinit Arena arena;

}  // namespace

// Set before the first instrument exists; see docs/concurrency.md.
std::size_t stripes() noexcept {
  static const std::size_t count = possible_cpus();
  return count;
}

// Size 0: the C library did not register (an old kernel, a tunable, valgrind).
bool has_sequences() noexcept {
#if VITALS_DETAIL_RSEQ
  return __rseq_size != 0;
#else
  return false;
#endif
}

bool can_reclaim() noexcept {
  static const bool possible =
      stripes() != 0 && has_sequences() && membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ) == 0;
  return possible;
}

// A child must not inherit a lock that some thread of its parent held.
void prepare_cells() noexcept {
  static const bool prepared = [] {
    pthread_atfork([] { arena.mutex.lock(); }, [] { arena.mutex.unlock(); }, [] { arena.mutex.unlock(); });
    prepare_pairs();
    return can_reclaim();
  }();
  (void)prepared;
}

void spread(CellHead& head, std::size_t bytes, Spread when) noexcept {
  std::unique_lock lock{arena.mutex, std::defer_lock};
  if (when == Spread::Now) {
    lock.lock();
  } else if (!lock.try_lock()) {
    return;
  }
  head.heat.store(0, std::memory_order_relaxed);  // whatever comes of it: not again at the next update
  if (head.state.load(std::memory_order_relaxed) != kLive || head.stripes.load(std::memory_order_relaxed) != 0) return;
  if (arena.lost_count >= kMaxLost) return;
  const std::uint64_t address = arena.allocate(bytes);
  if (address == 0) return;
  ++arena.spread_count;
  head.stripes.store(address, std::memory_order_release);
}

void retire(CellHead& head, std::size_t bytes) noexcept {
  const std::lock_guard lock{arena.mutex};
  head.state.store(kResting, std::memory_order_relaxed);
  const std::uint64_t address = head.stripes.exchange(0, std::memory_order_relaxed);
  if (address == 0) return;
  --arena.spread_count;
  arena.release(address, bytes);
}

ArenaCounts arena_counts() noexcept {
  const std::lock_guard lock{arena.mutex};
  return {arena.spread_count, arena.lost_count};
}

}  // namespace vitals::detail
