#include <array>
#include <cerrno>
#include <charconv>
#include <span>
#include <utility>

#include <sys/socket.h>

#include <vitals/http/http_request.hpp>

#include "http/requests/http_metrics_impl.hpp"
#include "http/requests/http_status.hpp"
#include "http/requests/thread_exceptions.hpp"
#include "http/requests/traceparent.hpp"

namespace vitals {
namespace {

// "12.345", at most 24 characters.
char* write_ms(std::chrono::nanoseconds duration, char* out) noexcept {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
  char* end = std::to_chars(out, out + 20, us / 1000).ptr;
  *end++ = '.';
  for (auto [rest, unit] = std::pair{us % 1000, 100}; unit > 0; rest %= unit, unit /= 10) {
    *end++ = static_cast<char>('0' + rest / unit);
  }
  return end;
}

// Of hexadecimal digits, two for each byte.
void write_bytes(std::string_view digits, unsigned char* out) noexcept {
  const auto value = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); };
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    *out++ = static_cast<unsigned char>(value(digits[i]) << 4U | value(digits[i + 1]));
  }
}

// What an exemplar says of a trace.
class TraceText {
 public:
  // Of the bytes of a trace id and a span id.
  explicit TraceText(const std::array<unsigned char, 24>& trace) noexcept {
    constexpr char kHexDigits[] = "0123456789abcdef";
    for (std::size_t i = 0; i < trace.size(); ++i) {
      digits_[2 * i] = kHexDigits[trace[i] >> 4];
      digits_[2 * i + 1] = kHexDigits[trace[i] & 15];
    }
  }

  [[nodiscard]] ExemplarLabels labels() const noexcept { return std::span<const LabelPair>{labels_}; }

 private:
  std::array<char, 48> digits_;
  const std::array<LabelPair, 2> labels_{{{"trace_id", {digits_.data(), 32}}, {"span_id", {digits_.data() + 32, 16}}}};
};

// 0 where it is no number, or beyond what is believed.
std::uint64_t length_of(std::string_view text) noexcept {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 40;  // beyond it a client lies, and would spoil the sum
  std::uint64_t bytes = 0;
  const auto end = text.data() + text.size();
  return std::from_chars(text.data(), end, bytes).ptr == end && bytes <= kMost ? bytes : 0;
}

}  // namespace

HttpAbort detail::abort_of(int socket) noexcept {
  char byte = 0;
  const auto n = ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return n > 0 || (n < 0 && errno == EAGAIN) ? HttpAbort::Error : HttpAbort::ClientGone;
}

inline HttpRequest::HttpRequest(detail::HttpMetricsImpl& impl, detail::Route& route, std::uint8_t method) noexcept
    : impl_{&impl},
      route_{&route},
      series_{impl.known_series(route, method)},
      thread_{&detail::this_thread},
      method_{method},
      exceptions_{detail::this_thread.uncaught()} {
  impl.started();
  start_ = impl.clock().now();  // last: reading it waits for all that is under way in the CPU
}

// Of HttpMetrics, but here, where a request is made: what starts one is one function then.
HttpRequest HttpMetrics::start(std::string_view method, std::string_view path, const RequestHeaders& headers) noexcept {
  detail::Route* const found = impl_->match(path);
  if (found != nullptr) [[likely]] {
    if (!found->is_counted.load(std::memory_order_relaxed)) return {};
    return start(method, RouteRef{*found}, headers);
  }
  HttpRequest request = start(method, unmatched(), headers);
  if (impl_->learns_paths()) {
    request.ticket_ = impl_->propose(path);
    request.series_ = nullptr;  // they may be those of another route at the end
  }
  return request;
}

HttpRequest HttpMetrics::start(std::string_view method, RouteRef route, const RequestHeaders& headers) noexcept {
  HttpRequest request{*impl_, *route.route_, detail::method_index(method)};
  if (impl_->reads_headers()) request.read(headers);
  return request;
}

void HttpRequest::take(HttpRequest& other) noexcept {
  impl_ = std::exchange(other.impl_, nullptr);
  route_ = other.route_;
  series_ = other.series_;
  start_ = other.start_;
  thread_ = other.thread_;
  status_ = other.status_;
  method_ = other.method_;
  exceptions_ = other.exceptions_;
  labels_ = other.labels_;
  is_sampled_ = other.is_sampled_;
  ticket_ = other.ticket_;
  first_byte_ = other.first_byte_;
  bytes_in_ = other.bytes_in_;
  bytes_out_ = other.bytes_out_;
  trace_ = other.trace_;
}

HttpRequest& HttpRequest::operator=(HttpRequest&& other) noexcept {
  if (this != &other) {
    if (impl_ != nullptr) end();
    take(other);
  }
  return *this;
}

void HttpRequest::end() noexcept {
  const bool unwinding = thread_ == &detail::this_thread && detail::this_thread.uncaught() > exceptions_;
  unwinding ? fail() : abandon();
}

void HttpRequest::status(int status) noexcept {
  if (status_ == 0) status_ = detail::known_status(status);
}

void HttpRequest::first_byte() noexcept {
  if (impl_ != nullptr && first_byte_ == 0) first_byte_ = impl_->clock().now();
}

void HttpRequest::bytes_out(std::string_view content_length) noexcept { bytes_out(length_of(content_length)); }

void HttpRequest::traceparent(std::string_view header) noexcept {
  const auto trace = detail::parse_traceparent(header);
  is_sampled_ = trace.has_value() && trace->sampled;
  if (!is_sampled_) return;
  write_bytes(trace->trace_id, trace_.data());
  write_bytes(trace->span_id, trace_.data() + 16);
}

void HttpRequest::label(std::size_t i, std::string_view value) noexcept {
  if (impl_ == nullptr) return;
  labels_ = impl_->labels().with(labels_, i, value);
  series_ = nullptr;
}

void HttpRequest::read(const RequestHeaders& headers) noexcept {
  try {
    if (impl_->reads_traces()) traceparent(headers("traceparent"));
    if (impl_->reads_sizes()) bytes_in_ = length_of(headers("content-length"));
  } catch (...) {  // whatever the adapter's look-up threw: no trace, no size
  }
  labels_ = impl_->labels().of(headers);
  if (labels_ != 0) series_ = nullptr;
}

HttpRequest::Clock::duration HttpRequest::elapsed() const noexcept {
  if (impl_ == nullptr) return {};
  return impl_->clock().since(start_);
}

std::string HttpRequest::elapsed_ms() const {
  char text[32];
  char* end = write_ms(elapsed(), text);
  *end++ = 'm';
  *end++ = 's';
  return {text, end};
}

HttpRequest::Header HttpRequest::stamp_header(int i, HeaderText& text) const noexcept {
  if (impl_ == nullptr) return {};
  const auto to_first_byte = impl_->clock().between(start_, first_byte_);
  char* end = text.data();
  if (i == 0 && !impl_->response_time_header().empty()) {
    end = write_ms(to_first_byte, end);
    *end++ = 'm';
    *end++ = 's';
    return {impl_->response_time_header(), {text.data(), end}};
  }
  if (i == 1 && impl_->has_server_timing()) {
    constexpr std::string_view kMetric = "app;dur=";
    end = write_ms(to_first_byte, end + kMetric.copy(end, kMetric.size()));
    return {"Server-Timing", {text.data(), end}};
  }
  return {};
}

// Nearly all requests go the short way, which calls nothing and so keeps nothing in memory; the clock is read before.
[[gnu::noinline]] void HttpRequest::record(detail::HttpMetricsImpl& impl, int status_if_none,
                                           Clock::duration duration) noexcept {
  impl_ = nullptr;
  if (status_ == 0) status_ = detail::known_status(status_if_none);
  if (series_ != nullptr) [[likely]] {
    const detail::StatusSeries* const known = series_->of_status(status_);
    if (known != nullptr && known->recording == detail::Recording::Plain) [[likely]]
      return impl.record_plain(*this, *known, duration);
  }
  impl.record(*this, duration);
}

void HttpRequest::record(int status) noexcept {
  auto& impl = *impl_;
  record(impl, status, impl.clock().since(start_));
}

void HttpRequest::finish(int status, Clock::duration duration) noexcept {
  if (impl_ != nullptr) record(*impl_, status, duration);
}

void HttpRequest::fail(const std::exception_ptr& error) noexcept {
  if (impl_ == nullptr) return;
  auto& impl = *impl_;
  finish(status_ != 0 ? status_ : impl.status_of(error));
  impl.count_exception(*route_, error);  // by the route that finish() may have learned
}

void HttpRequest::abandon(HttpAbort reason) noexcept {
  if (impl_ == nullptr) return;
  if (route_->is_counted.load(std::memory_order_relaxed)) impl_->aborted(reason);
  finish(499);
}

void HttpRequest::discard() noexcept {
  if (auto* const impl = std::exchange(impl_, nullptr)) impl->finished();
}

void HttpRequest::observe_traced(Histogram& histogram, Clock::duration duration) const noexcept {
  const TraceText text{trace_};
  histogram.observe(duration, text.labels());
}

void HttpRequest::count_traced(Counter& requests) const noexcept {
  const TraceText text{trace_};
  requests.inc(1, text.labels());
}

}  // namespace vitals
