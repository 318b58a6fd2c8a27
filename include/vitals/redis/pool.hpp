#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <vitals/detail/abi.hpp>

struct redisContext;

namespace vitals {

class Registry;

namespace detail {
class RedisConnection;
class RedisPoolImpl;
struct RedisPoolState;
struct RedisAccess;
}  // namespace detail

/// Redis can't be reached any more, or can be again. The texts are valid during the callback.
struct RedisChange {
  std::string_view pool;  ///< RedisOptions::name
  bool reachable = false;
  std::string_view error_type;  ///< of the failure that was the last straw, as in cache_errors_total; empty: reachable
};

/// Where Redis is, and how long to wait for it.
struct RedisOptions {
  /// A numeric address is used as it is. A name is looked up at each new connection, within that connection's time.
  std::string host = "127.0.0.1";
  int port = 6379;
  /// If set, host and port are not used.
  std::string unix_socket{};  // {} here and below: no warning for those who leave it out
  /// Sent again on every new connection. A password without a user name is that of `requirepass`.
  std::string username{};
  std::string password{};
  int db = 0;

  /// For one command and its whole reply. A cache call has a limit for all that it does, too: CacheOptions::budget.
  std::chrono::milliseconds command_timeout{100};
  /// For one connection, with look-up, AUTH and SELECT.
  std::chrono::milliseconds connect_timeout{100};
  /// For a connection to become free when all `size` are in use.
  std::chrono::milliseconds lease_wait{50};
  /// The most connections; each is made when it is first needed.
  std::size_t size = 16;
  /// After so many connection failures in a row Redis is left alone, but for one try after each pause of at most
  /// retry_max.
  unsigned failures_to_open = 3;
  std::chrono::milliseconds retry_max{1000};
  /// The label `pool` of its metrics. Pools of one registry need different names.
  std::string name = "main";
  /// Called when the circuit breaker opens, that is after failures_to_open failures in a row, and when Redis answers
  /// again; in a thread that uses the pool, with no lock held. What it throws is dropped. One call at a time, and the
  /// last one is how it is: what changes during a call is told after it, unless it has changed back. Without one, a
  /// line is written to stderr for an outage, and one for its end, for at most one outage in 10 s; [](const
  /// vitals::RedisChange&) {} for silence.
  std::function<void(const RedisChange&)> on_change{};
};

/// A connection on loan from a RedisPool, for commands of one's own through hiredis; given back by its end.
/// Move-only; for one thread at a time. Must not outlive the pool. Empty if there was none to be had.
///
/// Leave it as it came: every reply read, no subscription, no open MULTI, the same database. A context with an error is
/// not used again; never call redisReconnect, redisFree or redisSetTimeout on it. The pool's own commands never raise
/// SIGPIPE, but hiredis's do, when the server has gone.
class RedisLease {
 public:
  RedisLease() noexcept;
  RedisLease(RedisLease&& other) noexcept;
  RedisLease& operator=(RedisLease&& other) noexcept;
  ~RedisLease();

  explicit operator bool() const noexcept { return connection_ != nullptr; }
  /// REQUIRES: not empty.
  [[nodiscard]] redisContext* context() const noexcept;

 private:
  friend class RedisPool;

  detail::RedisPoolImpl* impl_ = nullptr;
  detail::RedisPoolState* state_ = nullptr;
  std::chrono::steady_clock::time_point since_{};
  std::unique_ptr<detail::RedisConnection> connection_;
};

/// Connections to one Redis, shared by threads, with a circuit breaker and the metrics redis_pool_….
/// Thread-safe: any member from any thread. A forked child makes connections of its own.
/// Cost: no connection and no thread until the first use; about 20 KB and one socket per connection.
/// Lifetime: must outlive its caches and leases; the registry must outlive it.
class RedisPool {
 public:
  /// Throws std::invalid_argument if an option makes no sense. Does not connect: a Redis that is down is no error.
  explicit RedisPool(Registry& registry, RedisOptions options = {});
  RedisPool(const RedisPool&) = delete;
  RedisPool& operator=(const RedisPool&) = delete;
  ~RedisPool();

  /// True if Redis answers PING now; takes at most lease_wait, connect_timeout and command_timeout. False at once while
  /// the breaker is open.
  [[nodiscard]] bool ping() noexcept;

  /// A connection, or an empty lease if the breaker is open, none gets free within lease_wait or none can be made
  /// within connect_timeout.
  [[nodiscard]] RedisLease acquire();

 private:
  friend detail::RedisAccess;

  std::unique_ptr<detail::RedisPoolImpl> impl_;
};

}  // namespace vitals
