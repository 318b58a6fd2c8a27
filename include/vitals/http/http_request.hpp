#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include <vitals/detail/abi.hpp>
#include <vitals/http/request_headers.hpp>
#include <vitals/http/route_ref.hpp>

namespace vitals {

class Counter;
class Histogram;

namespace detail {
class HttpMetricsImpl;
struct RouteSeries;
}  // namespace detail

/// Why a request ended before its answer did.
enum class HttpAbort : std::uint8_t { ClientGone, Timeout, Shutdown, Error };

namespace detail {
/// Why an answer couldn't be sent on this socket: Error where the client is still there.
[[nodiscard]] HttpAbort abort_of(int socket) noexcept;
}  // namespace detail

/// One HTTP request under way: HttpMetrics::start() makes it, finish() records it, once. However else it ends it is
/// recorded too: destroyed without a status as 499 (the client went away), or as an exception's status, 500, if one
/// ends its scope. Move-only; for one thread at a time, may be finished on another than it was started on. Recording
/// never throws. Cost: 104 bytes. Lifetime: must not outlive its HttpMetrics.
class HttpRequest {
 public:
  using Clock = std::chrono::steady_clock;

  /// No request: every member does nothing.
  HttpRequest() = default;
  HttpRequest(HttpRequest&& other) noexcept { take(other); }
  HttpRequest& operator=(HttpRequest&& other) noexcept;
  ~HttpRequest() {
    if (impl_ != nullptr) end();
  }

  /// Whether it is still to be recorded.
  explicit operator bool() const noexcept { return impl_ != nullptr; }

  /// Sets the route, where it is known only later than the start.
  void route(RouteRef route) noexcept {
    route_ = route.route_;
    series_ = nullptr;
  }
  /// Sets the status that finish() records; the first one wins. Outside 100..599 it counts as `_OTHER`.
  void status(int status) noexcept;
  /// The status that was set, else `fallback`.
  [[nodiscard]] int status_or(int fallback) const noexcept { return status_ == 0 ? fallback : status_; }

  /// The first byte of the answer is about to leave: time to first byte, and the duration of routes that want it so.
  /// The first call counts; stamp() is one.
  void first_byte() noexcept;
  /// Bytes of the request's body, and of the answer's; they add up.
  void bytes_in(std::uint64_t n) noexcept { bytes_in_ += n; }
  void bytes_out(std::uint64_t n) noexcept { bytes_out_ += n; }
  /// The same as an answer's header Content-Length has it; what is no number counts as 0.
  void bytes_out(std::string_view content_length) noexcept;
  /// The request belongs to the trace of this header `traceparent` (https://www.w3.org/TR/trace-context/); if that is
  /// sampled it becomes an exemplar, as HttpOptions::exemplars says. One that is malformed is ignored. start()
  /// with headers does this.
  void traceparent(std::string_view header) noexcept;
  /// Sets the label HttpOptions::labels[i]; a value that is not of its set is `_OTHER`.
  void label(std::size_t i, std::string_view value) noexcept;

  /// Since the start.
  [[nodiscard]] Clock::duration elapsed() const noexcept;
  /// The same as "12.345ms", for the header X-Response-Time.
  [[nodiscard]] std::string elapsed_ms() const;

  /// Calls set(name, value) for each header that HttpOptions asks for in answers, texts that live as long as the call,
  /// and is first_byte(). To be called when the headers are about to be sent.
  template <class Set>
  void stamp(Set&& set) noexcept(noexcept(set(std::string_view{}, std::string_view{}))) {
    first_byte();
    HeaderText text;
    for (int i = 0; i < kStamps; ++i) {
      if (const Header header = stamp_header(i, text); !header.name.empty()) set(header.name, header.value);
    }
  }

  /// Records it with the status given before, else with this one.
  void finish(int status = 200) noexcept {
    if (impl_ != nullptr) record(status);
  }
  /// The same with a duration measured elsewhere, such as a trace's.
  void finish(int status, Clock::duration duration) noexcept;
  /// The handler failed: records the status given before, else what HttpOptions::status_of says of the exception, else
  /// 500. Counts the exception; null: none is known.
  void fail(const std::exception_ptr& error = std::current_exception()) noexcept;
  /// Gives what call() gives, and passes on what it throws, recorded by fail().
  template <class Call>
  decltype(auto) guard(Call&& call) {
#if defined(__cpp_exceptions)
    try {
      return std::forward<Call>(call)();
    } catch (...) {
      fail();
      throw;
    }
#else
    return std::forward<Call>(call)();
#endif
  }
  /// It ended before its answer did: records the status given before, else 499.
  void abandon(HttpAbort reason = HttpAbort::ClientGone) noexcept;
  /// Forgets it: counted nowhere.
  void discard() noexcept;

 private:
  friend class HttpMetrics;
  friend class detail::HttpMetricsImpl;
  using HeaderText = std::array<char, 40>;
  struct Header {
    std::string_view name, value;
  };
  static constexpr int kStamps = 2;
  HttpRequest(detail::HttpMetricsImpl& impl, detail::Route& route, std::uint8_t method) noexcept;

  void take(HttpRequest& other) noexcept;
  void read(const RequestHeaders& headers) noexcept;
  void end() noexcept;
  void record(int status) noexcept;
  void record(detail::HttpMetricsImpl& impl, int status, Clock::duration duration) noexcept;
  [[nodiscard]] Header stamp_header(int i, HeaderText& text) const noexcept;
  void observe_traced(Histogram& histogram, Clock::duration duration) const noexcept;
  void count_traced(Counter& requests) const noexcept;

  detail::HttpMetricsImpl* impl_ = nullptr;  // null: nothing to record (any more)
  detail::Route* route_ = nullptr;
  detail::RouteSeries* series_ = nullptr;  // of route, method and labels, if they were found at the start
  std::int64_t start_ = 0;                 // by the clock of its HttpMetrics
  const void* thread_ = nullptr;           // the thread of the start: only there does counting exceptions mean anything
  std::uint8_t method_ = 0;
  std::uint8_t exceptions_ = 0;  // std::uncaught_exceptions() at the start
  std::int16_t status_ = 0;      // 0: none yet; -1: no HTTP status
  std::uint16_t labels_ = 0;     // which combination of the users' labels
  bool is_sampled_ = false;
  std::uint32_t ticket_ = 0;     // of a path that may be learned; 0: none
  std::int64_t first_byte_ = 0;  // 0: none yet
  std::uint64_t bytes_in_ = 0;
  std::uint64_t bytes_out_ = 0;
  std::array<unsigned char, 24> trace_{};  // trace id and span id
};

static_assert(sizeof(void*) != 8 || sizeof(HttpRequest) == 104);

}  // namespace vitals
