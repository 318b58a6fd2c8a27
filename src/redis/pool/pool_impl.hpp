#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>

#include <vitals/redis/pool.hpp>

#include "core/system/turns.hpp"
#include "redis/pool/breaker.hpp"
#include "redis/pool/connection.hpp"
#include "redis/pool/failure.hpp"
#include "redis/pool/fork_local.hpp"
#include "redis/pool/pool_metrics.hpp"
#include "redis/pool/reply.hpp"
#include "redis/pool/socket.hpp"

namespace vitals::detail {

/// What became of a command.
struct RedisResult {
  RedisFailure failure = RedisFailure::None;
  Reply reply;  ///< null if there was none
  std::chrono::nanoseconds elapsed{};
};

/// Behind RedisPool: leases, and commands that never throw and never take longer than their deadline. Thread-safe.
class RedisPoolImpl {
 public:
  using Clock = std::chrono::steady_clock;

  struct Leased {
    RedisPoolState* state = nullptr;
    std::unique_ptr<RedisConnection> connection;  ///< null if there is none to be had
    bool reused = false;                          ///< it was made for an earlier lease
    Clock::time_point since{};
  };

  RedisPoolImpl(Registry& registry, RedisOptions options);
  RedisPoolImpl(const RedisPoolImpl&) = delete;
  RedisPoolImpl& operator=(const RedisPoolImpl&) = delete;
  ~RedisPoolImpl();

  /// Runs one command, which must be idempotent: if the server has closed a connection of the pool meanwhile, the
  /// command is sent again on a new one.
  RedisResult execute(RedisConnection::Command command, std::chrono::nanoseconds budget) noexcept;
  /// Whether Redis answers within lease_wait, connect_timeout and command_timeout together.
  bool ping() noexcept;

  /// A connection for commands that the caller sends itself, and its return.
  Leased lend();
  void take_back(Leased leased) noexcept;

  const RedisOptions& options() const noexcept { return options_; }

  /// Set when the server has said that it does not know UNLINK. Relaxed: a hint.
  std::atomic<bool> no_unlink{false};

 private:
  RedisFailure acquire(Clock::time_point now, Deadline deadline, Leased& leased);
  bool wait_for_free(RedisPoolState& state, std::unique_lock<std::mutex>& lock, Clock::time_point now,
                     Deadline deadline);
  RedisFailure connect(RedisPoolState& state, Deadline deadline, std::unique_ptr<RedisConnection>& connection) noexcept;
  RedisFailure reconnect(Leased& leased, Deadline deadline) noexcept;
  RedisFailure run(RedisConnection::Command command, Deadline deadline, Leased& leased, Reply& reply) noexcept;
  RedisFailure prove(Leased& leased, Deadline deadline) noexcept;
  void release(Leased leased, bool usable, Clock::time_point now) noexcept;
  void drop_idle(RedisPoolState& state) noexcept;
  void report(RedisFailure failure, Breaker::Permit permit, Clock::time_point now, RedisPoolState* state) noexcept;
  /// REQUIRES: no lock is held, since this calls the program. The error type ends with NUL.
  void tell(const RedisChange& change) noexcept;
  /// After the breaker has opened or closed. REQUIRES: the same.
  void tell() noexcept;
  void show(const RedisPoolState& state) noexcept;

  const RedisOptions options_;
  RedisPoolMetrics metrics_;
  Breaker breaker_;
  static constexpr std::chrono::seconds kLinePause{10};
  struct Told {
    bool is_open = false;
    bool line = false;  // there is a line for the outage
    Clock::time_point next_line = Clock::time_point::min();
  };
  Turns turns_;
  Told told_;  // of the thread whose turn it is
  // Relaxed: a kind of failure, and nothing else.
  std::atomic<RedisFailure> last_failure_{RedisFailure::None};
  ForkLocal<RedisPoolState, RedisOptions> state_;
};

/// Lets the cache use a RedisPool's hidden half.
struct RedisAccess {
  static RedisPoolImpl& impl(RedisPool& pool) noexcept { return *pool.impl_; }
};

}  // namespace vitals::detail
