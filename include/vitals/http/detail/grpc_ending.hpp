#pragma once

#include <atomic>
#include <chrono>

#include <vitals/detail/abi.hpp>
#include <vitals/http/grpc_call.hpp>

namespace vitals::detail {

/// Which code a call ends with for its client, which may have left, or whose deadline may have passed, before the
/// server ended it. Thread-safe, but for deadline().
class GrpcEnding {
 public:
  using Clock = std::chrono::system_clock;

  /// REQUIRES: called before the others.
  void deadline(Clock::time_point deadline) noexcept { deadline_ = deadline; }
  void client_has_gone() noexcept { client_has_gone_.store(true, std::memory_order_relaxed); }

  /// Where the server told this code.
  [[nodiscard]] int code(int told) const noexcept {
    if (Clock::now() >= deadline_) return GrpcCall::kDeadlineExceeded;
    return client_has_gone_.load(std::memory_order_relaxed) ? GrpcCall::kCanceled : told;
  }

 private:
  Clock::time_point deadline_ = Clock::time_point::max();
  std::atomic<bool> client_has_gone_{false};  // relaxed: publishes nothing
};

}  // namespace vitals::detail
