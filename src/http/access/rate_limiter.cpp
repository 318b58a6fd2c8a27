#include "http/access/rate_limiter.hpp"

#include <algorithm>

namespace vitals::detail {

RateLimiter::RateLimiter(std::optional<RequestRate> limit) : limit_(limit) {}

bool RateLimiter::admit(Clock::time_point now) noexcept {
  const std::lock_guard lock(mutex_);
  if (!limit_) return true;
  const auto full_at = std::max(full_at_, now) + limit_->interval;
  if (full_at - now > limit_->interval * static_cast<std::chrono::nanoseconds::rep>(limit_->burst)) return false;
  full_at_ = full_at;
  return true;
}

bool RateLimiter::replace(std::optional<RequestRate> limit) noexcept {
  const std::lock_guard lock(mutex_);
  if (limit_ == limit) return false;
  limit_ = limit;
  full_at_ = {};
  return true;
}

}  // namespace vitals::detail
