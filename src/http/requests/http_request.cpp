#include <charconv>
#include <exception>
#include <utility>

#include <vitals/http/http_request.hpp>

#include "http/requests/http_metrics_impl.hpp"

namespace vitals {

HttpRequest::HttpRequest(detail::HttpMetricsImpl& impl, detail::Route& route, std::uint8_t method) noexcept
    : impl_{&impl},
      route_{&route},
      start_{Clock::now()},
      thread_{std::this_thread::get_id()},
      method_{method},
      exceptions_{static_cast<std::uint8_t>(std::uncaught_exceptions())} {
  impl.started();
}

void HttpRequest::take(HttpRequest& other) noexcept {
  impl_ = std::exchange(other.impl_, nullptr);
  route_ = other.route_;
  start_ = other.start_;
  thread_ = other.thread_;
  status_ = other.status_;
  method_ = other.method_;
  exceptions_ = other.exceptions_;
}

HttpRequest& HttpRequest::operator=(HttpRequest&& other) noexcept {
  if (this != &other) {
    end();
    take(other);
  }
  return *this;
}

HttpRequest::~HttpRequest() { end(); }

void HttpRequest::end() noexcept {
  if (impl_ == nullptr) return;
  const bool unwinding = thread_ == std::this_thread::get_id() && std::uncaught_exceptions() > exceptions_;
  unwinding ? fail() : abandon();
}

void HttpRequest::status(int status) noexcept {
  const bool known = status >= detail::kMinStatus && status <= detail::kMaxStatus;
  if (status_ == 0) status_ = static_cast<std::int16_t>(known ? status : -1);
}

std::string HttpRequest::elapsed_ms() const {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(elapsed()).count();
  char text[32];
  char* end = std::to_chars(text, text + 20, us / 1000).ptr;
  *end++ = '.';
  for (auto [rest, unit] = std::pair{us % 1000, 100}; unit > 0; rest %= unit, unit /= 10) {
    *end++ = static_cast<char>('0' + rest / unit);
  }
  *end++ = 'm';
  *end++ = 's';
  return {text, end};
}

void HttpRequest::finish(int status) noexcept {
  if (impl_ != nullptr) finish(status, elapsed());
}

void HttpRequest::finish(int status_if_none, Clock::duration duration) noexcept {
  auto* const impl = std::exchange(impl_, nullptr);
  if (impl == nullptr) return;
  status(status_if_none);
  impl->record(*route_, method_, status_, duration);
  impl->finished();
}

void HttpRequest::discard() noexcept {
  if (auto* const impl = std::exchange(impl_, nullptr)) impl->finished();
}

}  // namespace vitals
