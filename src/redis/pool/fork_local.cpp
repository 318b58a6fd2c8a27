#include "redis/pool/fork_local.hpp"

#include <pthread.h>

namespace vitals::detail {

std::atomic<std::uint64_t> fork_generation{0};

void watch_forks() noexcept {
  // pthread_atfork fails only if there is no memory; forks then stay unnoticed.
  static const int registered = ::pthread_atfork(nullptr, nullptr, [] { fork_generation.fetch_add(1); });
  static_cast<void>(registered);
}

void bury(Buried* object) noexcept {
  // A list that only grows and that nobody reads.
  static std::atomic<Buried*> graves{nullptr};
  object->next = graves.load(std::memory_order_relaxed);
  while (!graves.compare_exchange_weak(object->next, object, std::memory_order_relaxed)) {
  }
}

}  // namespace vitals::detail
