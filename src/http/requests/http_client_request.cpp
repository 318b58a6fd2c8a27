#include <utility>

#include <vitals/http/http_client_request.hpp>

#include "http/requests/http_client_metrics_impl.hpp"
#include "http/requests/http_status.hpp"

namespace vitals {

inline HttpClientRequest::HttpClientRequest(detail::HttpClientMetricsImpl& impl) noexcept
    : impl_{&impl}, route_{&impl.unmatched()}, host_{detail::HostTable::kOther}, method_{detail::kOtherMethod} {
  impl.started();
}

// Of HttpClientMetrics, but here, where a request is made: what starts one is one function then. The clock is read
// last: reading it waits for all that is under way in the CPU.
HttpClientRequest HttpClientMetrics::start(std::string_view method, std::string_view host,
                                           std::string_view path) noexcept {
  HttpClientRequest request{*impl_};
  request.method_ = detail::method_index(method);
  request.host_ = impl_->host(host);
  request.route_ = &impl_->match(path);
  request.start_ = impl_->clock().now();
  return request;
}

HttpClientRequest HttpClientMetrics::start(std::string_view method, std::string_view url) noexcept {
  const detail::UrlParts parts = detail::split_url(url);
  return start(method, parts.authority, parts.path);
}

HttpClientRequest HttpClientMetrics::start() noexcept {
  HttpClientRequest request{*impl_};
  request.start_ = impl_->clock().now();
  return request;
}

void HttpClientRequest::target(std::string_view method, std::string_view url) noexcept {
  if (impl_ == nullptr) return;
  const detail::UrlParts parts = detail::split_url(url);
  method_ = detail::method_index(method);
  host_ = impl_->host(parts.authority);
  route_ = &impl_->match(parts.path);
}

inline void HttpClientRequest::record(int status, Clock::duration duration) noexcept {
  auto& impl = *std::exchange(impl_, nullptr);
  impl.finished();
  impl.record(*this, status, duration);
}

void HttpClientRequest::finish(int status) noexcept {
  if (impl_ != nullptr) record(detail::known_status(status), impl_->clock().since(start_));
}

void HttpClientRequest::finish(int status, Clock::duration duration) noexcept {
  if (impl_ != nullptr) record(detail::known_status(status), duration);
}

void HttpClientRequest::record_failure() noexcept {
  record(detail::HttpClientMetricsImpl::kFailed, impl_->clock().since(start_));
}

void HttpClientRequest::fail(Clock::duration duration) noexcept {
  if (impl_ != nullptr) record(detail::HttpClientMetricsImpl::kFailed, duration);
}

void HttpClientRequest::discard() noexcept {
  if (auto* const impl = std::exchange(impl_, nullptr)) impl->finished();
}

}  // namespace vitals
