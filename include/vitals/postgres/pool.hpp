#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <pqxx/pqxx>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <vitals/postgres/metrics.hpp>

namespace vitals {

namespace detail {
class PgPoolState;

/// A connection of a pool, or none, and its times.
struct PooledConnection {
  std::unique_ptr<pqxx::connection> connection;
  std::chrono::steady_clock::time_point expires;  ///< the end of its life
  std::chrono::steady_clock::time_point since;    ///< when it became idle, or was lent
};
}  // namespace detail

/// Connections can't be made any more, or can be again. The texts are valid during the callback.
struct PgPoolChange {
  std::string_view pool;  ///< the name of the pool
  bool reachable = false;
  std::string_view error;  ///< what `connect` threw; empty: reachable
};

struct PgPoolOptions {
  /// Connections in use, being made and idle, together.
  std::size_t max_size = 10;
  /// How long acquire() waits when all are in use. The time to connect comes on top: it is limited by connect_timeout
  /// in the connection string.
  std::chrono::nanoseconds acquire_timeout = std::chrono::seconds{5};
  /// A connection is closed at this age, up to a tenth of it earlier, so that those made together don't end together.
  std::chrono::nanoseconds max_lifetime = std::chrono::minutes{30};
  /// A connection that was idle for longer is closed, when the pool is used the next time.
  std::chrono::nanoseconds idle_timeout = std::chrono::minutes{10};
  /// Executed when a connection returns, for instance "RESET ALL". If it fails, the connection is closed. "DISCARD ALL"
  /// fails inside a transaction: so no user gets a connection with a transaction that another began by hand, of which
  /// libpqxx knows nothing.
  std::string reset_sql = {};
  /// Called when a connection can't be made, the first time in a row, and when one can be made again; in a thread that
  /// uses the pool, with no lock held. What it throws is dropped. One call at a time, and the last one is how it is:
  /// what changes during a call is told after it, unless it has changed back. Without one, a line is written to stderr
  /// for an outage, and one for its end, for at most one outage in 10 s;
  /// [](const vitals::PgPoolChange&) {} for silence.
  std::function<void(const PgPoolChange&)> on_change = {};
};

/// acquire() found no connection in time.
class PgPoolTimeout : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A bounded set of PostgreSQL connections that threads borrow. The connection used last is lent first; threads that
/// wait are served in their order. A connection that broke, as when the server was restarted, is replaced at the next
/// acquire(), without a query to probe it.
/// Thread-safe: any member from any thread.
/// Cost: acquire() and release() take a lock; connecting holds up no other thread.
/// Lifetime: must outlive its leases and the threads that wait; must not outlive the metrics.
///
/// Exports, with the label pool: db_pool_connections_active, db_pool_connections_idle, db_pool_connections_max,
/// db_pool_waiters, db_pool_acquire_timeouts_total, db_pool_waited_acquires_total, db_pool_wait_seconds,
/// db_pool_use_seconds, db_pool_create_seconds, db_pool_create_failures_total{pool,error_type} and
/// db_pool_closed_total{pool,reason="idle|lifetime|broken|reset_failed|shutdown"}.
class PgPool {
 public:
  using Connect = std::function<std::unique_ptr<pqxx::connection>()>;

  /// A borrowed connection, given back when the lease dies. Move-only, for one thread at a time.
  /// End your transactions before that. Those of libpqxx end by themselves; one that was begun by exec("BEGIN") goes on
  /// for the next user. After an exception there is nothing to do: the pool notices a broken connection by itself.
  class Lease {
   public:
    Lease(Lease&& other) noexcept;
    Lease& operator=(Lease&& other) noexcept;
    ~Lease() { release(); }

    /// Gives the connection back now; the lease is then empty.
    void release() noexcept;

    /// REQUIRES, as all that follow: not empty.
    [[nodiscard]] pqxx::connection& operator*() const noexcept { return *pooled_.connection; }
    [[nodiscard]] pqxx::connection* operator->() const noexcept { return pooled_.connection.get(); }
    operator pqxx::connection&() const noexcept { return *pooled_.connection; }  // NOLINT(google-explicit-constructor)

   private:
    friend PgPool;
    Lease(detail::PgPoolState& pool, detail::PooledConnection pooled) noexcept
        : pool_{&pool}, pooled_{std::move(pooled)} {}

    detail::PgPoolState* pool_;
    detail::PooledConnection pooled_;
  };

  /// Connects nothing yet. `connect` makes a connection; it is called from any thread, by several at once.
  /// Throws std::invalid_argument if an option makes no sense.
  PgPool(PgMetrics& metrics, std::string_view name, PgPoolOptions options, Connect connect);
  PgPool(const PgPool&) = delete;
  PgPool& operator=(const PgPool&) = delete;
  ~PgPool();

  /// Throws PgPoolTimeout, or what `connect` throws.
  [[nodiscard]] Lease acquire();

 private:
  std::unique_ptr<detail::PgPoolState> state_;
};

}  // namespace vitals
