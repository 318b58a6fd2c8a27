#include "redis/pool/pool_impl.hpp"

#include <algorithm>
#include <cstdio>
#include <string_view>
#include <utility>

#include "redis/pool/pool_state.hpp"
#include "redis/pool/resolver.hpp"

namespace vitals::detail {

namespace {

constexpr std::string_view kPingWords[] = {"PING"};
constexpr RedisConnection::Command kPing{kPingWords, kStatusReply};

}  // namespace

RedisPoolImpl::RedisPoolImpl(Registry& registry, RedisOptions options)
    : options_{std::move(options)},
      metrics_{registry, options_.name, static_cast<double>(options_.size)},
      breaker_{options_.failures_to_open, options_.retry_max, metrics_.breaker},
      state_{options_} {}

RedisPoolImpl::~RedisPoolImpl() = default;

RedisResult RedisPoolImpl::execute(RedisConnection::Command command, std::chrono::nanoseconds budget) noexcept {
  RedisResult result;
  const Clock::time_point start = Clock::now();
  const Breaker::Permit permit = breaker_.allow(start);
  if (permit == Breaker::Permit::Denied) {
    result.failure = RedisFailure::BreakerOpen;
    return result;
  }
  const Deadline deadline = start + budget;
  Leased leased;
  try {
    result.failure = acquire(start, deadline, leased);
  } catch (...) {
    result.failure = RedisFailure::Connect;  // no memory
  }
  if (result.failure == RedisFailure::None) result.failure = run(command, deadline, leased, result.reply);
  const Clock::time_point end = Clock::now();
  RedisPoolState* const state = leased.state;
  if (leased.connection != nullptr) release(std::move(leased), !discards_connection(result.failure), end);
  report(result.failure, permit, end, state);
  result.elapsed = end - start;
  return result;
}

bool RedisPoolImpl::ping() noexcept {
  const auto budget = options_.lease_wait + options_.connect_timeout + options_.command_timeout;
  return execute(kPing, budget).failure == RedisFailure::None;
}

RedisPoolImpl::Leased RedisPoolImpl::lend() {
  const Clock::time_point now = Clock::now();
  const Breaker::Permit permit = breaker_.allow(now);
  if (permit == Breaker::Permit::Denied) return {};
  Leased leased;
  const Deadline deadline = now + options_.lease_wait + options_.connect_timeout;
  RedisFailure failure = acquire(now, deadline, leased);
  const bool is_new = !leased.reused;
  const bool asks =
      failure == RedisFailure::None && (is_new || permit == Breaker::Permit::Probe || !leased.connection->quiet());
  if (asks) failure = prove(leased, deadline);
  // A connection that was neither made nor asked tells the breaker nothing.
  if (is_new || asks) report(failure, permit, Clock::now(), leased.state);
  if (failure != RedisFailure::None) return {};
  leased.connection->lend();
  return leased;
}

void RedisPoolImpl::take_back(Leased leased) noexcept {
  const bool usable = leased.connection->take_back();
  release(std::move(leased), usable, Clock::now());
}

// On success leased.connection is set.
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

// REQUIRES: the connection to be made is counted in state.total and state.connecting.
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

// A server that has closed one idle connection has, as a rule, closed all of them: it was restarted.
RedisFailure RedisPoolImpl::reconnect(Leased& leased, Deadline deadline) noexcept {
  RedisPoolState& state = *leased.state;
  drop_idle(state);
  state.forget(leased.connection->fd());
  leased.connection.reset();
  metrics_.closed_broken.inc();
  {
    const std::lock_guard lock{state.mutex};
    ++state.connecting;
    show(state);
  }
  return connect(state, deadline, leased.connection);
}

// REQUIRES: leased.connection is set. It is null afterwards if it had to be replaced and could not.
RedisFailure RedisPoolImpl::run(RedisConnection::Command command, Deadline deadline, Leased& leased,
                                Reply& reply) noexcept {
  const auto limit = [&](Clock::time_point start) { return std::min(deadline, start + options_.command_timeout); };
  // Bytes that have come meanwhile, or the end of the stream, must not be taken for the reply to this command.
  const bool unusable = leased.reused && !leased.connection->quiet();
  if (!unusable) {
    const Clock::time_point start = leased.reused ? leased.since : Clock::now();
    const RedisFailure failure = leased.connection->exchange(command, limit(start), reply);
    if (failure != RedisFailure::Closed || !leased.reused) return failure;
  }
  if (const RedisFailure failure = reconnect(leased, deadline); failure != RedisFailure::None) return failure;
  return leased.connection->exchange(command, limit(Clock::now()), reply);
}

// Whether a connection works, by PING; replaces one that the server has closed. On failure leased.connection is null.
RedisFailure RedisPoolImpl::prove(Leased& leased, Deadline deadline) noexcept {
  Reply pong;
  const RedisFailure failure = run(kPing, deadline, leased, pong);
  if (!discards_connection(failure)) return RedisFailure::None;  // an error reply is a sign of life
  if (leased.connection != nullptr) release(std::move(leased), false, Clock::now());
  return failure;
}

void RedisPoolImpl::release(Leased leased, bool usable, Clock::time_point now) noexcept {
  RedisPoolState& state = *leased.state;
  if (state.generation != fork_generation.load(std::memory_order_relaxed)) {
    // Leased before a fork and given back in the child, where abandon() has closed the socket, whose number may be in
    // use again: the connection is leaked, for its destructor would close that.
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

void RedisPoolImpl::drop_idle(RedisPoolState& state) noexcept {
  for (;;) {
    std::unique_ptr<RedisConnection> dropped;  // closed after the lock is released
    const std::lock_guard lock{state.mutex};
    if (state.idle.empty()) return;
    dropped = std::move(state.idle.back());
    state.idle.pop_back();
    --state.total;
    state.forget(dropped->fd());
    metrics_.closed_broken.inc();
    show(state);
    state.freed.notify_one();
  }
}

void RedisPoolImpl::report(RedisFailure failure, Breaker::Permit permit, Clock::time_point now,
                           RedisPoolState* state) noexcept {
  if (bypassed(failure)) return;
  if (!connection_failed(failure)) {
    if (breaker_.succeeded()) [[unlikely]]
      tell();
    return;
  }
  last_failure_.store(failure, std::memory_order_relaxed);
  if (!breaker_.failed(permit, now)) return;
  // When Redis comes back, the first try must not be spent on a connection from before.
  if (state != nullptr) drop_idle(*state);
  tell();
}

// Who opens or closes the breaker comes here only afterwards, maybe after the next one who does. So what is told is not
// what the caller did but what the breaker is, by one thread at a time.
void RedisPoolImpl::tell() noexcept {
  const auto work = [this] {
    const bool is_open = breaker_.is_open();
    if (is_open == told_.is_open) return;
    told_.is_open = is_open;
    const auto failure = last_failure_.load(std::memory_order_relaxed);
    tell({options_.name, !is_open, is_open ? error_type(failure) : std::string_view{}});
  };
  turns_.run(work, fork_generation.load(std::memory_order_relaxed));
}

void RedisPoolImpl::tell(const RedisChange& change) noexcept {
  try {
    if (options_.on_change) return options_.on_change(change);
  } catch (...) {
    return;  // of the program's callback
  }
  // The end of an outage is told if its begin was.
  const Clock::time_point now = Clock::now();
  if (change.reachable) {
    if (!std::exchange(told_.line, false)) return;
    static_cast<void>(std::fprintf(stderr, "vitals::RedisPool %s: Redis answers again\n", options_.name.c_str()));
  } else if (now >= told_.next_line) {
    told_.line = true;
    told_.next_line = now + kLinePause;
    static_cast<void>(
        std::fprintf(stderr,
                     "vitals::RedisPool %s: Redis can't be reached (%s); calls go without the cache until "
                     "it answers. RedisOptions::on_change takes these lines\n",
                     options_.name.c_str(), change.error_type.data()));
  }
}

// REQUIRES: state.mutex is held.
void RedisPoolImpl::show(const RedisPoolState& state) noexcept {
  metrics_.idle.set(static_cast<double>(state.idle.size()));
  metrics_.connecting.set(static_cast<double>(state.connecting));
  metrics_.used.set(static_cast<double>(state.total - state.idle.size() - state.connecting));
  metrics_.pending_requests.set(static_cast<double>(state.waiting));
}

}  // namespace vitals::detail
