#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <vector>

namespace vitals::detail {

// The sockets of one endpoint. A forked child closes them before anything else: otherwise it would hold the port, and
// clients would not see the end of connections that the parent closes.
class ForkGuard {
 public:
  explicit ForkGuard(std::size_t slots);
  ~ForkGuard();
  ForkGuard(const ForkGuard&) = delete;
  ForkGuard& operator=(const ForkGuard&) = delete;

  /// As long as it is held, no process is forked: for what opens a descriptor and holds it, or releases and closes it.
  [[nodiscard]] static std::unique_lock<std::mutex> without_forks();
  /// A descriptor must be held from when it is open until just before it is closed: a child must never close another
  /// file that has taken its number.
  void hold(std::size_t slot, int fd) noexcept { fds_[slot].store(fd, std::memory_order_relaxed); }
  void release(std::size_t slot) noexcept { hold(slot, -1); }

  /// In the child, between fork() and its return.
  void close_in_child() noexcept;

 private:
  // Relaxed: the child has a copy of what the thread that forks could see, which held without_forks().
  std::vector<std::atomic<int>> fds_;
};

}  // namespace vitals::detail
