#include <vitals/http/http_metrics.hpp>

#include "http/requests/http_method.hpp"
#include "http/requests/http_metrics_impl.hpp"

namespace vitals {

HttpMetrics::HttpMetrics(const Scope& scope, const HttpOptions& options)
    : impl_{std::make_unique<detail::HttpMetricsImpl>(scope, options)} {}
HttpMetrics::~HttpMetrics() = default;

RouteRef HttpMetrics::route(std::string_view route, const RouteOptions& options) {
  return RouteRef{impl_->add(route, options)};
}

RouteRef HttpMetrics::find(std::string_view pattern) const noexcept {
  detail::Route* const found = impl_->find(pattern);
  return found != nullptr ? RouteRef{*found} : unmatched();
}

RouteRef HttpMetrics::match(std::string_view path) const noexcept {
  detail::Route* const found = impl_->match(path);
  return found != nullptr ? RouteRef{*found} : unmatched();
}

RouteRef HttpMetrics::unmatched() const noexcept { return RouteRef{impl_->unmatched()}; }

RouteRef HttpMetrics::static_files() const noexcept { return RouteRef{impl_->static_files()}; }

RouteRef HttpMetrics::learn(std::string_view pattern) noexcept {
  try {
    return RouteRef{impl_->learn(pattern)};
  } catch (...) {  // out of memory
    return unmatched();
  }
}

HttpRequest HttpMetrics::start(std::string_view method, std::string_view path, const RequestHeaders& headers) noexcept {
  const RouteRef route = match(path);
  if (!route.route_->is_counted.load(std::memory_order_relaxed) && route != unmatched()) return {};
  return start(method, route, headers);
}

HttpRequest HttpMetrics::start(std::string_view method, RouteRef route, const RequestHeaders& headers) noexcept {
  HttpRequest request{*impl_, *route.route_, detail::method_index(method)};
  if (impl_->reads_headers()) request.read(headers);
  return request;
}

}  // namespace vitals
