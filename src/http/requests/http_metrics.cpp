#include <vitals/http/http_metrics.hpp>

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

}  // namespace vitals
