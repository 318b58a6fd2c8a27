#include "redis/pool/pool_state.hpp"

#include <unistd.h>

#include "redis/pool/fork_local.hpp"

namespace vitals::detail {

RedisPoolState::RedisPoolState(const RedisOptions& options)
    : generation{fork_generation.load(std::memory_order_relaxed)},
      resolver{options.unix_socket.empty() ? options.host : "", options.port},
      sockets_(options.size) {
  idle.reserve(options.size);
  for (auto& socket : sockets_) socket.store(-1, std::memory_order_relaxed);
}

void RedisPoolState::abandon() noexcept {
  for (auto& socket : sockets_) {
    const int fd = socket.exchange(-1, std::memory_order_relaxed);
    if (fd >= 0) ::close(fd);
  }
}

void RedisPoolState::note(int fd) noexcept { replace(-1, fd); }

void RedisPoolState::forget(int fd) noexcept { replace(fd, -1); }

void RedisPoolState::replace(int from, int to) noexcept {
  for (auto& socket : sockets_) {
    int found = from;
    if (socket.compare_exchange_strong(found, to, std::memory_order_relaxed)) return;
  }
}

}  // namespace vitals::detail
