#include "redis/pool/breaker.hpp"

#include <algorithm>

#include <vitals/gauge.hpp>

#include "redis/pool/random.hpp"

namespace vitals::detail {

Breaker::Breaker(unsigned threshold, std::chrono::milliseconds retry_max, Gauge& state) noexcept
    : threshold_{threshold}, retry_max_{retry_max}, state_{state} {
  state_.set(0);
}

Breaker::Permit Breaker::try_probe(std::int64_t retry_at, Clock::time_point now) noexcept {
  if (now.time_since_epoch().count() < retry_at) return Permit::Denied;
  const std::int64_t given_up_at = (now + kProbeTime).time_since_epoch().count();
  if (!retry_at_.compare_exchange_strong(retry_at, given_up_at, std::memory_order_relaxed)) return Permit::Denied;
  state_.set(2);
  return Permit::Probe;
}

bool Breaker::failed(Permit permit, Clock::time_point now) noexcept {
  if (permit == Permit::Probe) {
    reopen(pauses_.fetch_add(1, std::memory_order_relaxed) + 1, now);
    return false;
  }
  // Calls that were under way when it opened belong to the same outage and must not lengthen the pause.
  if (retry_at_.load(std::memory_order_relaxed) != kClosed) return false;
  if (failures_.fetch_add(1, std::memory_order_relaxed) + 1 < threshold_) return false;
  pauses_.store(0, std::memory_order_relaxed);
  reopen(0, now);
  return true;
}

void Breaker::reopen(unsigned pauses, Clock::time_point now) noexcept {
  const auto pause = std::min(kRetryMin * (1 << std::min(pauses, 16U)), retry_max_);
  const auto drawn = std::chrono::duration_cast<std::chrono::nanoseconds>(pause * jitter_unit(now));
  retry_at_.store((now + drawn).time_since_epoch().count(), std::memory_order_relaxed);
  state_.set(1);
}

bool Breaker::close() noexcept {
  failures_.store(0, std::memory_order_relaxed);
  const bool was_open = retry_at_.exchange(kClosed, std::memory_order_relaxed) != kClosed;
  state_.set(0);
  return was_open;
}

}  // namespace vitals::detail
