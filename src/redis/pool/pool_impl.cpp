#include "redis/pool/pool_impl.hpp"

#include <algorithm>
#include <utility>

#include <unistd.h>

namespace vitals::detail {

RedisPoolState::RedisPoolState(const RedisOptions& options)
    : generation{fork_generation.load(std::memory_order_relaxed)},
      resolver{options.unix_socket.empty() ? options.host : "", options.port},
      sockets(options.size) {
  idle.reserve(options.size);
  for (auto& socket : sockets) socket.store(-1, std::memory_order_relaxed);
}

void RedisPoolState::abandon() noexcept {
  for (auto& socket : sockets) {
    const int fd = socket.exchange(-1, std::memory_order_relaxed);
    if (fd >= 0) ::close(fd);
  }
}

void RedisPoolState::note(int fd) noexcept {
  for (auto& socket : sockets) {
    int free = -1;
    if (socket.compare_exchange_strong(free, fd, std::memory_order_relaxed)) return;
  }
}

void RedisPoolState::forget(int fd) noexcept {
  for (auto& socket : sockets) {
    int noted = fd;
    if (socket.compare_exchange_strong(noted, -1, std::memory_order_relaxed)) return;
  }
}

RedisPoolImpl::RedisPoolImpl(Registry& registry, RedisOptions options)
    : options_{std::move(options)},
      metrics_{registry, options_.name, static_cast<double>(options_.size)},
      breaker_{options_.failures_to_open, options_.retry_max, metrics_.breaker},
      state_{[this] { return std::make_unique<RedisPoolState>(options_); }} {}

// REQUIRES: state.mutex is held.
void RedisPoolImpl::show(const RedisPoolState& state) noexcept {
  metrics_.idle.set(static_cast<double>(state.idle.size()));
  metrics_.connecting.set(static_cast<double>(state.connecting));
  metrics_.used.set(static_cast<double>(state.total - state.idle.size() - state.connecting));
  metrics_.pending_requests.set(static_cast<double>(state.waiting));
}

RedisFailure RedisPoolImpl::acquire(Clock::time_point now, Deadline deadline, Leased& leased) {
  RedisPoolState& state = state_.get();
  leased.state = &state;
  leased.since = now;
  std::unique_lock lock{state.mutex};
  if (state.idle.empty() && state.total == options_.size) {
    if (!wait_for_free(state, lock, now, std::min(deadline, now + options_.lease_wait))) return RedisFailure::PoolBusy;
    leased.since = Clock::now();
  }
  metrics_.wait.observe(leased.since - now);
  if (!state.idle.empty()) {
    leased.connection = std::move(state.idle.back());
    leased.reused = true;
    state.idle.pop_back();
    show(state);
    return RedisFailure::None;
  }
  ++state.total;
  ++state.connecting;
  show(state);
  lock.unlock();
  return connect(state, deadline, leased.connection);
}

bool RedisPoolImpl::wait_for_free(RedisPoolState& state, std::unique_lock<std::mutex>& lock, Clock::time_point now,
                                  Deadline deadline) {
  metrics_.waited_acquires.inc();
  ++state.waiting;
  show(state);
  const bool free =
      state.freed.wait_until(lock, deadline, [&] { return !state.idle.empty() || state.total < options_.size; });
  --state.waiting;
  show(state);
  if (!free) {
    metrics_.timeouts.inc();
    metrics_.wait.observe(Clock::now() - now);
  }
  return free;
}

RedisFailure RedisPoolImpl::connect(RedisPoolState& state, Deadline deadline,
                                    std::unique_ptr<RedisConnection>& connection) noexcept {
  const Clock::time_point start = Clock::now();
  deadline = std::min(deadline, start + options_.connect_timeout);
  RedisFailure failure = RedisFailure::Connect;
  try {
    if (!options_.unix_socket.empty()) {
      const Address address = unix_address(options_.unix_socket);
      failure = RedisConnection::open(options_, {&address, 1}, deadline, connection);
    } else {
      failure = RedisConnection::open(options_, state.resolver.resolve(deadline), deadline, connection);
    }
  } catch (...) {
    connection.reset();  // no memory, or no thread for the look-up
  }
  if (connection != nullptr) state.note(connection->fd());
  const std::lock_guard lock{state.mutex};
  --state.connecting;
  if (failure == RedisFailure::None) {
    metrics_.created.inc();
    metrics_.create.observe(Clock::now() - start);
  } else {
    --state.total;
    state.freed.notify_one();
    metrics_.create_failed(failure);
  }
  show(state);
  return failure;
}

void RedisPoolImpl::release(Leased leased, bool usable, Clock::time_point now) noexcept {
  RedisPoolState& state = *leased.state;
  if (state.generation != fork_generation.load(std::memory_order_relaxed)) {
    // Leased before a fork, given back in the child: its socket is closed, and its pool state is not to be touched.
    static_cast<void>(leased.connection.release());
    return;
  }
  metrics_.use.observe(now - leased.since);
  if (!usable) state.forget(leased.connection->fd());
  const std::unique_ptr<RedisConnection> broken = usable ? nullptr : std::move(leased.connection);
  const std::lock_guard lock{state.mutex};
  if (usable) {
    state.idle.push_back(std::move(leased.connection));
  } else {
    --state.total;
    metrics_.closed_broken.inc();
  }
  show(state);
  state.freed.notify_one();
}

}  // namespace vitals::detail
