#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <thread>

#include <vitals/detail/abi.hpp>
#include <vitals/http/route_ref.hpp>

namespace vitals {

namespace detail {
class HttpMetricsImpl;
}

/// One HTTP request under way: HttpMetrics::start() makes it, finish() records it, once. However else it ends it is
/// recorded too: destroyed without a status as 499 (the client went away), or as 500 if an exception ends its scope.
/// Move-only; for one thread at a time, may be finished on another than it was started on. Recording never throws.
/// Cost: 40 bytes.
/// Lifetime: must not outlive its HttpMetrics.
class HttpRequest {
 public:
  using Clock = std::chrono::steady_clock;

  /// No request: every member does nothing.
  HttpRequest() = default;
  HttpRequest(HttpRequest&& other) noexcept { take(other); }
  HttpRequest& operator=(HttpRequest&& other) noexcept;
  ~HttpRequest();

  /// Whether it is still to be recorded.
  explicit operator bool() const noexcept { return impl_ != nullptr; }

  /// Sets the route, where it is known only later than the start.
  void route(RouteRef route) noexcept { route_ = route.route_; }
  /// Sets the status that finish() records; the first one wins. Outside 100..599 it counts as `_OTHER`.
  void status(int status) noexcept;

  /// Since the start.
  [[nodiscard]] Clock::duration elapsed() const noexcept { return Clock::now() - start_; }
  /// The same as "12.345ms", for the header X-Response-Time.
  [[nodiscard]] std::string elapsed_ms() const;

  /// Records it with the status given before, else with this one.
  void finish(int status = 200) noexcept;
  /// The same with a duration measured elsewhere, such as a trace's.
  void finish(int status, Clock::duration duration) noexcept;
  /// The handler failed: records the status given before, else 500.
  void fail() noexcept { finish(500); }
  /// The client went away: records the status given before, else 499.
  void abandon() noexcept { finish(499); }
  /// Forgets it: counted nowhere.
  void discard() noexcept;

 private:
  friend class HttpMetrics;
  HttpRequest(detail::HttpMetricsImpl& impl, detail::Route& route, std::uint8_t method) noexcept;

  void take(HttpRequest& other) noexcept;
  void end() noexcept;

  detail::HttpMetricsImpl* impl_ = nullptr;  // null: nothing to record (any more)
  detail::Route* route_ = nullptr;
  Clock::time_point start_{};
  std::thread::id thread_;   // the thread of the start: only there does counting exceptions mean anything
  std::int16_t status_ = 0;  // 0: none yet; -1: no HTTP status
  std::uint8_t method_ = 0;
  std::uint8_t exceptions_ = 0;  // std::uncaught_exceptions() at the start
};

static_assert(sizeof(void*) != 8 || sizeof(HttpRequest) == 40);

}  // namespace vitals
