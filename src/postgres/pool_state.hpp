#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/postgres/pool.hpp>

#include "core/system/turns.hpp"
#include "postgres/pool_metrics.hpp"
#include "postgres/rate_limit.hpp"

namespace vitals::detail {

/// The state of a PgPool, which its leases share. Thread-safe.
// There are max_size slots. A thread that borrows a connection or makes one holds a slot, and each idle connection has
// one. A slot that is given up goes to the thread that waits longest, together with its connection if it has one. So
// while a thread waits, no connection is idle and no slot is free.
class PgPoolState {
 public:
  PgPoolState(PgMetrics& metrics, std::string_view name, PgPoolOptions options, PgPool::Connect connect);
  PgPoolState(const PgPoolState&) = delete;
  PgPoolState& operator=(const PgPoolState&) = delete;
  ~PgPoolState();

  /// A connection that was idle or is new. Throws PgPoolTimeout, or what `connect` throws.
  PooledConnection acquire();
  /// Takes back what acquire() gave.
  void release(PooledConnection pooled) noexcept;

 private:
  using Clock = std::chrono::steady_clock;

  struct Waiter {
    std::condition_variable woken;
    bool has_slot = false;
    PooledConnection pooled;
  };

  PooledConnection take_slot(Clock::time_point start);
  PooledConnection wait_for_slot(std::unique_lock<std::mutex>& lock, Clock::time_point start);
  void give_slot(PooledConnection pooled) noexcept;
  /// For a thread that has a slot and found its connection unusable; empty if no connection is idle.
  PooledConnection take_idle() noexcept;
  /// The same. REQUIRES: the mutex is held.
  PooledConnection pop_idle() noexcept;
  PooledConnection connect();
  /// After connect() threw, while its exception is handled, and after it gave a connection.
  void could_not_connect(const char* error) noexcept;
  void could_connect() noexcept;
  void tell(const PgPoolChange& change) noexcept;
  /// After is_down_ has changed. REQUIRES: no lock is held, since this calls the program.
  void tell() noexcept;
  void close(PooledConnection pooled, std::string_view reason) noexcept;
  void close_idle(Clock::time_point now) noexcept;
  /// Why the connection must be closed; empty if it may be used.
  std::string_view fault(const PooledConnection& pooled, Clock::time_point now) const noexcept;
  bool reset(pqxx::connection& connection) noexcept;

  PgMetrics& metrics_;
  const PgPoolOptions options_;
  const PgPool::Connect connect_;
  PgPoolMetrics exported_;

  std::atomic<bool> is_down_{false};  // relaxed: turns_ publishes it
  struct Told {
    bool is_down = false;
    bool line = false;  // there is a line for the outage
  };
  Turns turns_;
  Told told_;  // of the thread whose turn it is
  RateLimit lines_{0.1};

  std::mutex mutex_;   // guards what follows; not held while a connection is made, closed, or used
  std::string error_;  // of the newest outage, until it is told
  std::size_t used_ = 0;
  std::vector<PooledConnection> idle_;  // the one used last at the back
  std::deque<Waiter*> waiters_;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace vitals::detail
