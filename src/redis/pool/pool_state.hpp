#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include <vitals/redis/pool.hpp>

#include "redis/pool/connection.hpp"
#include "redis/pool/resolver.hpp"

namespace vitals::detail {

/// The connections that one process has: a forked child has its own.
struct RedisPoolState {
  explicit RedisPoolState(const RedisOptions& options);

  /// For the copy in a forked child: closes its sockets, which leaves the parent's open. Takes no lock.
  void abandon() noexcept;

  /// Tells abandon() of a socket, and that a socket is closed.
  void note(int fd) noexcept;
  void forget(int fd) noexcept;

  const std::uint64_t generation;
  Resolver resolver;
  std::mutex mutex;
  std::condition_variable freed;
  // Guarded by mutex:
  std::vector<std::unique_ptr<RedisConnection>> idle;  // last in, first out: the warmest first
  std::size_t total = 0;                               // idle, in use and being made
  std::size_t connecting = 0;
  std::size_t waiting = 0;

 private:
  void replace(int from, int to) noexcept;

  // Not guarded, since abandon() may find the mutex held for ever. -1 is a free place. Relaxed: abandon() runs in the
  // only thread of a new child.
  std::vector<std::atomic<int>> sockets_;
};

}  // namespace vitals::detail
