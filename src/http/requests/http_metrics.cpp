#include <vitals/http/http_metrics.hpp>

#include "http/requests/http_method.hpp"
#include "http/requests/http_series.hpp"

namespace vitals {

HttpMetrics::HttpMetrics(Registry& registry, HttpOptions options)
    : series_{std::make_unique<detail::HttpSeries>(registry, options)} {}
HttpMetrics::~HttpMetrics() = default;

RouteRef HttpMetrics::route(std::string_view route) { return RouteRef{series_->add(route)}; }

RouteRef HttpMetrics::find(std::string_view pattern) const noexcept {
  detail::Route* const found = series_->find(pattern);
  return found != nullptr ? RouteRef{*found} : unmatched();
}

RouteRef HttpMetrics::match(std::string_view path) const noexcept {
  detail::Route* const found = series_->match(path);
  return found != nullptr ? RouteRef{*found} : unmatched();
}

RouteRef HttpMetrics::unmatched() const noexcept { return RouteRef{series_->unmatched()}; }

RouteRef HttpMetrics::static_files() const noexcept { return RouteRef{series_->static_files()}; }

RouteRef HttpMetrics::learn(std::string_view pattern) noexcept {
  try {
    return RouteRef{series_->learn(pattern)};
  } catch (...) {  // out of memory
    return unmatched();
  }
}

HttpRequest HttpMetrics::start(std::string_view method, std::string_view path) noexcept {
  return start(method, match(path));
}

HttpRequest HttpMetrics::start(std::string_view method, RouteRef route) noexcept {
  return HttpRequest{*series_, *route.route_, detail::method_index(method)};
}

std::string_view RouteRef::pattern() const noexcept { return route_->pattern; }

}  // namespace vitals
