#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <utility>

#include <vitals/counter.hpp>
#include <vitals/detail/abi.hpp>
#include <vitals/histogram.hpp>

namespace vitals {

namespace detail {

// What a call of one method writes to; owned by its GrpcMetrics.
struct GrpcSeries {
  static constexpr std::size_t kCodes = 17;

  Counter* started;
  Counter* received;
  Counter* sent;
  Histogram* seconds;
  std::array<Counter*, kCodes> handled;  // by code
};

}  // namespace detail

/// One gRPC call under way: GrpcMetrics::start() makes it, finish() records it, once. Destroyed before that it is
/// recorded as Canceled. Move-only. received() and sent() may be called from any thread, also while and after another
/// one calls finish(). Recording never throws.
/// Cost: 24 bytes.
/// Lifetime: must not outlive its GrpcMetrics.
class GrpcCall {
 public:
  using Clock = std::chrono::steady_clock;

  /// The codes that the library itself gives (https://grpc.io/docs/guides/status-codes/).
  static constexpr int kCanceled = 1;
  static constexpr int kUnknown = 2;
  static constexpr int kDeadlineExceeded = 4;

  /// No call: every member does nothing.
  GrpcCall() = default;
  GrpcCall(GrpcCall&& other) noexcept { take(other); }
  GrpcCall& operator=(GrpcCall&& other) noexcept {
    finish(kCanceled);
    take(other);
    return *this;
  }
  ~GrpcCall() { finish(kCanceled); }

  /// Whether it is still to be recorded.
  explicit operator bool() const noexcept { return is_open_; }

  /// A message came from the client, or went to it. A method that isn't streaming has one of each too.
  void received() noexcept {
    if (series_ != nullptr) series_->received->inc();
  }
  void sent() noexcept {
    if (series_ != nullptr) series_->sent->inc();
  }

  /// The call ended with this code of gRPC, 0 being OK. Others than gRPC's seventeen count as Unknown, which is what
  /// clients take them for.
  void finish(int code) noexcept {
    if (!std::exchange(is_open_, false)) return;
    series_->seconds->observe(Clock::now() - start_);
    const bool is_known = code >= 0 && static_cast<std::size_t>(code) < detail::GrpcSeries::kCodes;
    series_->handled[static_cast<std::size_t>(is_known ? code : kUnknown)]->inc();
  }

 private:
  friend class GrpcMetrics;
  explicit GrpcCall(const detail::GrpcSeries& series) noexcept
      : series_{&series}, start_{Clock::now()}, is_open_{true} {
    series.started->inc();
  }
  void take(GrpcCall& other) noexcept {
    series_ = std::exchange(other.series_, nullptr);
    start_ = other.start_;
    is_open_ = std::exchange(other.is_open_, false);
  }

  const detail::GrpcSeries* series_ = nullptr;  // null: no call
  Clock::time_point start_;
  bool is_open_ = false;
};

}  // namespace vitals
