#include "redis/pool/breaker.hpp"

#include <algorithm>

#include <vitals/gauge.hpp>

#include "core/system/random.hpp"
#include "redis/pool/fork_local.hpp"

namespace vitals::detail {

Breaker::Breaker(unsigned threshold, std::chrono::milliseconds retry_max, Gauge& state) noexcept
    : threshold_{threshold}, retry_max_{retry_max}, state_{state} {
  state_.set(0);
}

Breaker::Permit Breaker::try_probe(std::int64_t retry_at, Clock::time_point now) noexcept {
  if (now.time_since_epoch().count() < retry_at) return Permit::Denied;
  const std::int64_t given_up_at = ((now + kProbeTime).time_since_epoch().count() - 1) | 1;
  if (!retry_at_.compare_exchange_strong(retry_at, given_up_at, std::memory_order_relaxed)) return Permit::Denied;
  show();
  return Permit::Probe;
}

bool Breaker::failed(Permit permit, Clock::time_point now) noexcept {
  if (permit == Permit::Probe) {
    return reopen(pauses_.fetch_add(1, std::memory_order_relaxed) + 1, now);
  }
  // Calls that were under way when it opened belong to the same outage and must not lengthen the pause.
  if (retry_at_.load(std::memory_order_relaxed) != kClosed) return false;
  if (failures_.fetch_add(1, std::memory_order_relaxed) + 1 < threshold_) return false;
  pauses_.store(0, std::memory_order_relaxed);
  return reopen(0, now);
}

bool Breaker::reopen(unsigned pauses, Clock::time_point now) noexcept {
  const auto pause = std::min(kRetryMin * (1 << std::min(pauses, 16U)), retry_max_);
  const auto drawn = std::chrono::duration_cast<std::chrono::nanoseconds>(pause * jitter_unit(now));
  const std::int64_t retry_at = (now + drawn).time_since_epoch().count() & ~std::int64_t{1};
  const bool was_closed = retry_at_.exchange(retry_at, std::memory_order_relaxed) == kClosed;
  show();
  return was_closed;
}

bool Breaker::close() noexcept {
  failures_.store(0, std::memory_order_relaxed);
  const bool was_open = retry_at_.exchange(kClosed, std::memory_order_relaxed) != kClosed;
  show();
  return was_open;
}

// One thread at a time, so that the gauge ends as the breaker does.
void Breaker::show() noexcept {
  shows_.run(
      [this] {
        const std::int64_t retry_at = retry_at_.load(std::memory_order_relaxed);
        const int open = (retry_at & 1) != 0 ? 2 : 1;
        state_.set(retry_at == kClosed ? 0 : open);
      },
      fork_generation.load(std::memory_order_relaxed));
}

}  // namespace vitals::detail
