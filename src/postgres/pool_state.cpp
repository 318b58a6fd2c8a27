#include "postgres/pool_state.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <poll.h>

#include <vitals/postgres/detail/call.hpp>

namespace vitals::detail {

namespace {

// libpq's messages have several lines, some of them indented.
std::string one_line(std::string_view message) {
  constexpr std::string_view kBlanks = " \t\r\n";
  std::string line;
  for (;;) {
    message.remove_prefix(std::min(message.find_first_not_of(kBlanks), message.size()));
    if (message.empty()) return line;
    const auto word = message.substr(0, message.find_first_of(kBlanks));
    if (!line.empty()) line += ' ';
    line += word;
    message.remove_prefix(word.size());
  }
}

PgPoolOptions checked_pool_options(std::string_view name, PgPoolOptions options) {
  const auto reject = [name](const char* rule) {
    throw std::invalid_argument{"vitals::PgPool " + std::string{name} + ": " + rule};
  };
  constexpr std::chrono::nanoseconds kZero{0};
  if (options.max_size == 0 || options.max_size > 100'000) reject("max_size must be from 1 to 100000");
  if (options.acquire_timeout < kZero) reject("acquire_timeout must not be negative; 0 never waits");
  if (options.max_lifetime <= kZero) reject("max_lifetime must be more than 0");
  if (options.idle_timeout <= kZero) reject("idle_timeout must be more than 0");
  constexpr std::chrono::nanoseconds kForever = std::chrono::hours{24 * 365};  // added to a time, it must not overflow
  options.acquire_timeout = std::min(options.acquire_timeout, kForever);
  options.max_lifetime = std::min(options.max_lifetime, kForever);
  return options;
}

// Whether the server has sent nothing since its last answer. To an idle connection it sends only that the connection
// ends, so this finds a dead one without a round trip. (A notification for a LISTEN makes us close the connection too.)
bool is_silent(const pqxx::connection& connection) noexcept {
  pollfd socket{connection.sock(), POLLIN | POLLRDHUP, 0};
  return poll(&socket, 1, 0) == 0;
}

}  // namespace

PgPoolState::PgPoolState(PgMetrics& metrics, std::string_view name, PgPoolOptions options, PgPool::Connect connect)
    : metrics_{metrics},
      options_{checked_pool_options(name, std::move(options))},
      connect_{std::move(connect)},
      exported_{metrics.registry(), name} {
  idle_.reserve(options_.max_size);  // so that release() never allocates
  exported_.max.add(static_cast<double>(options_.max_size));
}

PgPoolState::~PgPoolState() {
  for (PooledConnection& pooled : idle_) {
    exported_.idle.dec();
    close(std::move(pooled), "shutdown");
  }
  exported_.max.sub(static_cast<double>(options_.max_size));
}

PooledConnection PgPoolState::acquire() {
  PooledConnection pooled = take_slot(Clock::now());
  while (pooled.connection != nullptr) {
    const auto now = Clock::now();
    const std::string_view reason = fault(pooled, now);
    if (reason.empty()) {
      pooled.since = now;
      return pooled;
    }
    close(std::move(pooled), reason);
    pooled = take_idle();
  }
  try {
    pooled = connect();
  } catch (const std::exception& error) {
    could_not_connect(error.what());
    throw;
  } catch (...) {
    could_not_connect("an exception that is no std::exception");
    throw;
  }
  could_connect();
  return pooled;
}

void PgPoolState::could_not_connect(const char* error) noexcept {
  exported_.create_failed(describe_current_exception().type);
  give_slot({});
  if (is_down_.load(std::memory_order_relaxed)) return;
  {
    const std::lock_guard lock{mutex_};
    is_down_.store(true, std::memory_order_relaxed);
    try {
      error_ = error == nullptr ? "" : error;
    } catch (...) {
      error_.clear();  // no memory
    }
  }
  tell();
}

void PgPoolState::could_connect() noexcept {
  if (!is_down_.load(std::memory_order_relaxed)) return;
  is_down_.store(false, std::memory_order_relaxed);
  tell();
}

// Who changes is_down_ comes here only afterwards, maybe after the next one who does. So what is told is not what the
// caller found out but what is_down_ is, by one thread at a time.
void PgPoolState::tell() noexcept {
  turns_.run([this] {
    const bool is_down = is_down_.load(std::memory_order_relaxed);
    if (is_down == told_.is_down) return;
    told_.is_down = is_down;
    std::string error;
    if (is_down) {
      const std::lock_guard lock{mutex_};
      error.swap(error_);
    }
    tell({exported_.pool, !is_down, error});
  });
}

void PgPoolState::tell(const PgPoolChange& change) noexcept {
  try {
    if (options_.on_change) return options_.on_change(change);
    // The end of an outage is told if its begin was.
    if (change.reachable ? !told_.line : !lines_.take(Clock::now())) return;
    told_.line = !change.reachable;
    const std::string what =
        change.reachable ? "connections can be made again"
                         : "can't connect: " + one_line(change.error) + " (PgPoolOptions::on_change takes these lines)";
    static_cast<void>(std::fprintf(stderr, "vitals::PgPool %s: %s\n", exported_.pool.c_str(), what.c_str()));
  } catch (...) {  // of the program's callback, or for lack of memory
  }
}

void PgPoolState::release(PooledConnection pooled) noexcept {
  const auto now = Clock::now();
  exported_.use.observe(now - pooled.since);
  std::string_view reason = pooled.connection->is_open() ? "" : "broken";
  if (reason.empty() && now >= pooled.expires) reason = "lifetime";
  if (reason.empty() && !options_.reset_sql.empty() && !reset(*pooled.connection)) reason = "reset_failed";
  if (!reason.empty()) close(std::exchange(pooled, {}), reason);
  pooled.since = now;
  give_slot(std::move(pooled));
  close_idle(now);
}

// Gives the connection of the slot, or none: then the slot is free, and the caller connects.
PooledConnection PgPoolState::take_slot(Clock::time_point start) {
  std::unique_lock lock{mutex_};
  PooledConnection pooled;
  if (used_ + idle_.size() < options_.max_size || !idle_.empty()) {
    ++used_;
    exported_.active.inc();
    pooled = pop_idle();
  } else {
    exported_.waited.inc();
    pooled = wait_for_slot(lock, start);
  }
  lock.unlock();
  exported_.wait.observe(Clock::now() - start);
  return pooled;
}

PooledConnection PgPoolState::wait_for_slot(std::unique_lock<std::mutex>& lock, Clock::time_point start) {
  Waiter waiter;
  waiters_.push_back(&waiter);
  const auto waiting = exported_.waiters.track();
  const auto has_slot = [&waiter] { return waiter.has_slot; };
  if (waiter.woken.wait_until(lock, start + options_.acquire_timeout, has_slot)) return std::move(waiter.pooled);

  waiters_.erase(std::find(waiters_.begin(), waiters_.end(), &waiter));
  exported_.timeouts.inc();
  exported_.wait.observe(Clock::now() - start);
  throw PgPoolTimeout{
      "vitals::PgPool " + exported_.pool + ": no connection within " +
      std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(options_.acquire_timeout).count()) +
      " ms; " + std::to_string(used_) + " in use, " + std::to_string(waiters_.size()) + " others waiting"};
}

// The slot goes to the thread that waits longest. If none waits, it is free, or idle if it has a connection.
void PgPoolState::give_slot(PooledConnection pooled) noexcept {
  const std::lock_guard lock{mutex_};
  if (!waiters_.empty()) {
    Waiter& waiter = *waiters_.front();
    waiters_.pop_front();
    waiter.pooled = std::move(pooled);
    waiter.has_slot = true;
    waiter.woken.notify_one();  // with the lock held: the waiter lives on its thread's stack
    return;
  }
  --used_;
  exported_.active.dec();
  if (pooled.connection != nullptr) {
    idle_.push_back(std::move(pooled));
    exported_.idle.inc();
  }
}

PooledConnection PgPoolState::take_idle() noexcept {
  const std::lock_guard lock{mutex_};
  return pop_idle();
}

PooledConnection PgPoolState::pop_idle() noexcept {
  if (idle_.empty()) return {};
  PooledConnection pooled = std::move(idle_.back());
  idle_.pop_back();
  exported_.idle.dec();
  return pooled;
}

PooledConnection PgPoolState::connect() {
  const auto start = Clock::now();
  PooledConnection pooled;
  pooled.connection = connect_();
  if (pooled.connection == nullptr)
    throw std::logic_error{"vitals::PgPool " + exported_.pool + ": connect returned null"};
  pooled.since = Clock::now();
  exported_.create.observe(pooled.since - start);
  const std::lock_guard lock{mutex_};
  const double share = std::uniform_real_distribution{0.9, 1.0}(random_);
  pooled.expires = pooled.since + std::chrono::duration_cast<Clock::duration>(options_.max_lifetime * share);
  return pooled;
}

void PgPoolState::close(PooledConnection pooled, std::string_view reason) noexcept {
  pooled.connection.reset();
  exported_.closed(reason);
}

// Takes them out one at a time, so that nothing is allocated. The one that was idle longest is in front.
void PgPoolState::close_idle(Clock::time_point now) noexcept {
  for (;;) {
    PooledConnection pooled;
    {
      const std::lock_guard lock{mutex_};
      if (idle_.empty() || now - idle_.front().since <= options_.idle_timeout) return;
      pooled = std::move(idle_.front());
      idle_.erase(idle_.begin());
      exported_.idle.dec();
    }
    close(std::move(pooled), "idle");
  }
}

std::string_view PgPoolState::fault(const PooledConnection& pooled, Clock::time_point now) const noexcept {
  if (!pooled.connection->is_open() || !is_silent(*pooled.connection)) return "broken";
  if (now >= pooled.expires) return "lifetime";
  if (now - pooled.since > options_.idle_timeout) return "idle";
  return {};
}

bool PgPoolState::reset(pqxx::connection& connection) noexcept {
  try {
    record(metrics_, nullptr, PgText::Sql, options_.reset_sql, [&] {
      pqxx::nontransaction transaction{connection};
      return transaction.exec(options_.reset_sql);
    });
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace vitals::detail
