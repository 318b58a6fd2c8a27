#include "core/cells/cell_arena.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <mutex>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "core/cells/cells.hpp"
#include "core/system/pages.hpp"

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

// Whether this is a file of the kernel's sysfs, over which nothing is mounted: containers may show lists of their own.
bool is_kernels(int fd) noexcept {
  struct statfs system {};
  struct statx file {};
  return fstatfs(fd, &system) == 0 && system.f_type == SYSFS_MAGIC && statx(fd, "", AT_EMPTY_PATH, 0, &file) == 0 &&
         (file.stx_attributes & STATX_ATTR_MOUNT_ROOT) == 0;
}

// The text of such a file; empty if there is none.
std::string read_sysfs(const char* path) {
  const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  std::array<char, 4096> text{};
  const ssize_t bytes = is_kernels(fd) ? ::read(fd, text.data(), text.size()) : 0;
  ::close(fd);
  return {text.data(), static_cast<std::size_t>(std::max<ssize_t>(bytes, 0))};
}

// One more than the greatest number that a CPU of this machine may ever have. The sums go over these.
std::size_t possible_cpus() {
  const std::size_t listed = cpus_of_list(read_sysfs("/sys/devices/system/cpu/possible"));
  return listed == 0 ? most_cpus() : std::min(listed, most_cpus());
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
    lock_used();
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
    const auto [chunk, locks] = map_unlocked(size);
    if (chunk == nullptr) return false;
    // A huge page would hold the stripes of several CPUs, and be paid for by the first that records.
    madvise(chunk, size, MADV_NOHUGEPAGE);
    chunk_ = reinterpret_cast<std::uint64_t>(chunk);
    used_ = 0;
    locks_ = locks;
    locked_ = 0;
    return true;
  }

  // In a program that locks its memory, the pages that are in use, so that the rest doesn't count in RLIMIT_MEMLOCK.
  // Where that limit forbids it they stay unlocked.
  void lock_used() noexcept {
    if (!locks_ || used_ <= locked_) return;
    const std::size_t end = (used_ + kPage - 1) / kPage * kPage;
    for (std::size_t cpu = 0; cpu < stripes(); ++cpu)
      detail::lock_used(reinterpret_cast<void*>(chunk_ + cpu * kStripeBytes + locked_), end - locked_);
    locked_ = end;
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
  bool locks_ = false;                          // whether the program locks its memory
  std::size_t locked_ = 0;                      // bytes of each stripe, if it does
  std::array<std::uint64_t, kClasses> free_{};  // each links to the next by its first word
  std::array<Returned, 256> returned_{};
  std::size_t returned_count_ = 0;
  std::array<std::size_t, kClasses> returned_of_{};
};

constinit Arena arena;

}  // namespace

std::size_t cpus_of_list(std::string_view list) noexcept {
  if (list.ends_with('\n')) list.remove_suffix(1);
  std::size_t cpus = 0;
  const char* at = list.data();
  const char* const end = at + list.size();
  // A number that is none, or does not ascend, makes all of it void.
  const auto next = [&] {
    std::uint32_t number = 0;
    const auto [rest, error] = std::from_chars(at, end, number);
    at = rest;
    const bool good = error == std::errc{} && number >= cpus;
    if (good) cpus = std::size_t{number} + 1;
    return good;
  };
  for (;;) {
    if (!next()) return 0;
    if (at != end && *at == '-' && (++at, !next())) return 0;
    if (at == end) return cpus;
    if (*at++ != ',') return 0;
  }
}

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
  // Release: a scrape that sees it sees that the series was removed before (Series::is_removed()).
  const std::uint64_t address = head.stripes.exchange(0, std::memory_order_release);
  if (address == 0) return;
  --arena.spread_count;
  arena.release(address, bytes);
}

ArenaCounts arena_counts() noexcept {
  const std::lock_guard lock{arena.mutex};
  return {arena.spread_count, arena.lost_count};
}

}  // namespace vitals::detail
