#include <algorithm>
#include <utility>

#include "redis/pool/pool_impl.hpp"

namespace vitals::detail {

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

// REQUIRES: leased.connection is set. It is null afterwards if it had to be replaced and could not.
RedisFailure RedisPoolImpl::run(RedisConnection::Command command, Deadline deadline, Leased& leased,
                                Reply& reply) noexcept {
  const auto limit = [&](Clock::time_point start) { return std::min(deadline, start + options_.command_timeout); };
  // What has come meanwhile, a close or a reply too many, must not be taken for the reply to this.
  if (leased.reused && !leased.connection->quiet()) {
    if (const RedisFailure failure = reconnect(leased, deadline); failure != RedisFailure::None) return failure;
    return leased.connection->exchange(command, limit(Clock::now()), reply);
  }
  const Clock::time_point start = leased.reused ? leased.since : Clock::now();
  const RedisFailure failure = leased.connection->exchange(command, limit(start), reply);
  if (failure != RedisFailure::Closed || !leased.reused) return failure;
  if (const RedisFailure again = reconnect(leased, deadline); again != RedisFailure::None) return again;
  return leased.connection->exchange(command, limit(Clock::now()), reply);
}

RedisFailure RedisPoolImpl::ping(Leased& leased, Deadline deadline) noexcept {
  Reply pong;
  const RedisFailure failure = run(kPing, deadline, leased, pong);
  if (!discards_connection(failure)) return RedisFailure::None;  // an error reply is a sign of life
  if (leased.connection != nullptr) release(std::move(leased), false, Clock::now());
  return failure;
}

// A server that has closed one idle connection has, as a rule, closed them all: it was restarted.
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
  if (!connection_failed(failure)) return breaker_.succeeded();
  // When Redis comes back, the first try must not be spent on a connection from before.
  if (breaker_.failed(permit, now) && state != nullptr) drop_idle(*state);
}

}  // namespace vitals::detail
