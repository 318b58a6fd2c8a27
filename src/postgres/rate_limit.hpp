#pragma once

#include <algorithm>
#include <chrono>
#include <mutex>

namespace vitals::detail {

/// A token bucket, full at first, that holds the tokens of one second, or one token if those are fewer. Thread-safe.
class RateLimit {
 public:
  using Clock = std::chrono::steady_clock;

  explicit RateLimit(double per_second) noexcept
      : per_second_{per_second}, capacity_{per_second > 0 ? std::max(per_second, 1.0) : 0}, tokens_{capacity_} {}

  /// Whether there was a token to take.
  bool take(Clock::time_point now) noexcept {
    const std::lock_guard lock{mutex_};
    if (last_ != Clock::time_point{} && now > last_) {
      tokens_ = std::min(capacity_, tokens_ + per_second_ * std::chrono::duration<double>(now - last_).count());
    }
    last_ = std::max(last_, now);
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }

 private:
  const double per_second_;
  const double capacity_;
  std::mutex mutex_;
  double tokens_;
  Clock::time_point last_{};
};

}  // namespace vitals::detail
