#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include <vitals/redis/pool.hpp>

#include "redis/pool/breaker.hpp"
#include "redis/pool/connection.hpp"
#include "redis/pool/fork_local.hpp"
#include "redis/pool/pool_metrics.hpp"
#include "redis/pool/resolver.hpp"

namespace vitals::detail {

// The connections of one process: a forked child has its own.
struct RedisPoolState {
  explicit RedisPoolState(const RedisOptions& options);

  // Of a copy in a forked child: closes its sockets, which leaves the parent's alone. Takes no lock.
  void abandon() noexcept;

  // Where abandon() finds the sockets without the mutex. Relaxed: read only by the one thread of a fresh child.
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

  std::vector<std::atomic<int>> sockets;  // -1: free
};

struct RedisResult {
  RedisFailure failure = RedisFailure::None;
  Reply reply;
  std::chrono::nanoseconds elapsed{};
};

inline constexpr std::string_view kPingWords[] = {"PING"};
inline constexpr RedisConnection::Command kPing{kPingWords, kStatusReply};

// Behind RedisPool: leases, and commands that never throw and never take longer than their deadline.
class RedisPoolImpl {
 public:
  using Clock = std::chrono::steady_clock;
  struct Leased {
    RedisPoolState* state = nullptr;
    std::unique_ptr<RedisConnection> connection;
    bool reused = false;
    Clock::time_point since{};
  };

  RedisPoolImpl(Registry& registry, RedisOptions options);
  RedisPoolImpl(const RedisPoolImpl&) = delete;
  RedisPoolImpl& operator=(const RedisPoolImpl&) = delete;

  // One idempotent command. A connection from the pool that the server has closed meanwhile is replaced, and the
  // command sent again.
  RedisResult execute(RedisConnection::Command command, std::chrono::nanoseconds budget) noexcept;

  RedisFailure acquire(Clock::time_point now, Deadline deadline, Leased& leased);
  // Whether a leased connection works; replaces one that the server has closed. On failure leased.connection is null.
  RedisFailure ping(Leased& leased, Deadline deadline) noexcept;
  void release(Leased leased, bool usable, Clock::time_point now) noexcept;

  // For those who acquire() themselves: run() does both.
  Breaker::Permit permit(Clock::time_point now) noexcept { return breaker_.allow(now); }
  void report(RedisFailure failure, Breaker::Permit permit, Clock::time_point now, RedisPoolState* state) noexcept;

  const RedisOptions& options() const noexcept { return options_; }

  // Set once a server has said that it does not know UNLINK. Relaxed: a hint.
  std::atomic<bool> no_unlink{false};

 private:
  RedisFailure run(RedisConnection::Command command, Deadline deadline, Leased& leased, Reply& reply) noexcept;
  RedisFailure reconnect(Leased& leased, Deadline deadline) noexcept;
  RedisFailure connect(RedisPoolState& state, Deadline deadline, std::unique_ptr<RedisConnection>& connection) noexcept;
  bool wait_for_free(RedisPoolState& state, std::unique_lock<std::mutex>& lock, Clock::time_point now,
                     Deadline deadline);
  void drop_idle(RedisPoolState& state) noexcept;
  void show(const RedisPoolState& state) noexcept;

  const RedisOptions options_;
  RedisPoolMetrics metrics_;
  Breaker breaker_;
  ForkLocal<RedisPoolState> state_;
};

struct RedisAccess {
  static RedisPoolImpl& impl(RedisPool& pool) noexcept { return *pool.impl_; }
};

}  // namespace vitals::detail
