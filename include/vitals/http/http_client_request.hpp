#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>
#include <utility>

#include <vitals/detail/abi.hpp>

namespace vitals {

class HttpClientMetrics;

namespace detail {
class HttpClientMetricsImpl;
struct Route;
}  // namespace detail

/// One HTTP call under way: HttpClientMetrics::start() makes it, finish() or fail() records it, once. Destroyed without
/// either it failed. Move-only; for one thread at a time, may be finished on another than it was started on. Nothing of
/// it throws.
/// Cost: 32 bytes.
/// Lifetime: must not outlive its HttpClientMetrics.
class HttpClientRequest {
 public:
  using Clock = std::chrono::steady_clock;

  /// No call: every member does nothing.
  HttpClientRequest() = default;
  HttpClientRequest(HttpClientRequest&& other) noexcept { take(other); }
  HttpClientRequest& operator=(HttpClientRequest&& other) noexcept {
    if (this != &other) {
      fail();
      take(other);
    }
    return *this;
  }
  ~HttpClientRequest() { fail(); }

  /// Whether it is still to be recorded.
  explicit operator bool() const noexcept { return impl_ != nullptr; }

  /// Sets what is called, as start() does, where it is known only later, or has changed by a redirect.
  void target(std::string_view method, std::string_view url) noexcept;

  /// The answer came, with this status. Outside 100..599 it counts as `_OTHER`. Likewise fail(): with a duration that
  /// was measured elsewhere, or the time since the start.
  void finish(int status) noexcept;
  void finish(int status, Clock::duration duration) noexcept;
  /// No answer came, or not all of it: status `_failed`.
  void fail() noexcept {
    if (impl_ != nullptr) record_failure();
  }
  void fail(Clock::duration duration) noexcept;
  /// Forgets it: counted nowhere.
  void discard() noexcept;

 private:
  friend class HttpClientMetrics;
  friend class detail::HttpClientMetricsImpl;
  explicit HttpClientRequest(detail::HttpClientMetricsImpl& impl) noexcept;

  void take(HttpClientRequest& other) noexcept {
    impl_ = std::exchange(other.impl_, nullptr);
    route_ = other.route_;
    start_ = other.start_;
    host_ = other.host_;
    method_ = other.method_;
  }
  void record(int status, Clock::duration duration) noexcept;
  void record_failure() noexcept;

  detail::HttpClientMetricsImpl* impl_ = nullptr;  // null: nothing to record (any more)
  detail::Route* route_ = nullptr;
  std::int64_t start_ = 0;  // by the clock of its HttpClientMetrics
  std::uint16_t host_ = 0;  // of HostTable
  std::uint8_t method_ = 0;
};

static_assert(sizeof(void*) != 8 || sizeof(HttpClientRequest) == 32);

}  // namespace vitals
