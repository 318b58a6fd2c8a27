#pragma once

#include <atomic>
#include <cstddef>
#include <vector>

namespace vitals::detail {

// The sockets of one endpoint, which a forked child closes before anything else: else it would hold the port, and
// connections would not end for their clients when the parent closes them.
class ForkGuard {
 public:
  explicit ForkGuard(std::size_t slots);
  ~ForkGuard();
  ForkGuard(const ForkGuard&) = delete;
  ForkGuard& operator=(const ForkGuard&) = delete;

  /// From the time it is open until just before it is closed, so that a child never closes what took its number.
  void hold(std::size_t slot, int fd) noexcept { fds_[slot].store(fd, std::memory_order_relaxed); }
  void release(std::size_t slot) noexcept { hold(slot, -1); }

  /// In the child, between fork() and its return.
  void close_in_child() noexcept;

 private:
  // Relaxed: fork() copies what its thread could see, and at worst a descriptor is closed or left that is about to be.
  std::vector<std::atomic<int>> fds_;
};

}  // namespace vitals::detail
