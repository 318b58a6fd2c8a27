#pragma once

#include <chrono>
#include <mutex>
#include <optional>

#include "http/access/web_config.hpp"

namespace vitals::detail {

/// A bucket of tokens: `burst` of them, and one more each `interval`.
/// Thread-safe. Cost: a mutex that nobody holds for long.
class RateLimiter {
 public:
  using Clock = std::chrono::steady_clock;

  /// Full. Nothing: everything is admitted.
  explicit RateLimiter(std::optional<RequestRate> limit = {});

  /// Takes a token; false if there is none.
  [[nodiscard]] bool admit(Clock::time_point now) noexcept;
  /// False: the limit is the same. Otherwise the bucket is full again.
  bool replace(std::optional<RequestRate> limit) noexcept;

 private:
  std::mutex mutex_;
  std::optional<RequestRate> limit_;
  Clock::time_point full_at_{};  // each token taken is one interval that it is later
};

}  // namespace vitals::detail
