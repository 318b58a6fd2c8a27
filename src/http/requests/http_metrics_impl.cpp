#include "http/requests/http_metrics_impl.hpp"

#include <stdexcept>
#include <string>

#include "http/requests/route_pattern.hpp"

namespace vitals::detail {
namespace {

// A connection that is upgraded, to a WebSocket for example, lasts as long as its user likes: that is no duration of
// HTTP.
bool measures_duration(std::uint8_t method, int status) noexcept {
  return status != 101 && method != method_index("CONNECT");
}

}  // namespace

HttpMetricsImpl::HttpMetricsImpl(Registry& registry, const HttpOptions& options)
    : requests_total_{registry.counter("http_requests_total", "HTTP requests answered.",
                                       {"method", "endpoint", "status"})},
      duration_seconds_{registry.histogram("http_request_duration_seconds",
                                           "Time from an HTTP request's header to the end of its answer.",
                                           {"method", "endpoint"}, options.duration_buckets)},
      active_{ActiveRequests::of(registry)},
      max_routes_{options.max_routes} {
  for (const auto& route : options.routes) add(route);
}

Route& HttpMetricsImpl::add(std::string_view route) {
  const RouteSpec spec = parse_route(route);
  const std::string pattern = canonical_pattern(spec.pattern);
  Route* found = nullptr;
  {
    const std::lock_guard lock{mutex_};
    found = listed_.find(pattern);
    if (found == nullptr) found = &emplace(pattern, listed_);
  }
  if (found->pattern != pattern) {
    throw std::invalid_argument("vitals::HttpMetrics: route \"" + std::string{route} +
                                "\": it matches the same paths as \"" + found->pattern +
                                "\", which is there already; use one name for each hole");
  }
  for (const auto name : spec.methods) {
    const std::uint8_t method = method_index(name);
    RouteSeries& made = series(*found, method);
    for (const int status : {200, 500}) requests(*found, made, method, status);
  }
  return *found;
}

Route& HttpMetricsImpl::learn(std::string_view pattern) {
  if (!pattern.starts_with('/')) return unmatched_;
  if (Route* known = find(pattern)) return *known;
  if (!label_fault(pattern).empty()) return overflow_;
  const std::lock_guard lock{mutex_};
  if (Route* known = find(pattern)) return *known;
  return routes_.size() < max_routes_ ? emplace(canonical_pattern(pattern), learned_) : overflow_;
}

Route* HttpMetricsImpl::find(std::string_view pattern) const noexcept {
  Route* const listed = listed_.find(pattern);
  return listed != nullptr ? listed : learned_.find(pattern);
}

Route& HttpMetricsImpl::emplace(std::string_view pattern, RouteTrie& trie) {
  Route& route = routes_.emplace_back(std::string{pattern});
  trie.add(pattern, route);
  return route;
}

void HttpMetricsImpl::record(Route& route, std::uint8_t method, int status,
                             std::chrono::steady_clock::duration duration) noexcept {
  try {
    RouteSeries& to = series(route, method);
    if (measures_duration(method, status)) to.duration_seconds.observe(duration);
    requests(route, to, method, status).inc();
  } catch (...) {  // out of memory for a series that is new; the request goes uncounted
  }
}

RouteSeries& HttpMetricsImpl::series(Route& route, std::uint8_t method) {
  auto& slot = route.series[method];
  if (RouteSeries* known = slot.load(std::memory_order_acquire)) [[likely]]
    return *known;
  const std::lock_guard lock{mutex_};
  if (RouteSeries* known = slot.load(std::memory_order_relaxed)) return *known;
  RouteSeries& made = all_series_.emplace_back(duration_seconds_.with(kMethods[method], route.pattern));
  slot.store(&made, std::memory_order_release);
  return made;
}

Counter& HttpMetricsImpl::requests(const Route& route, RouteSeries& series, std::uint8_t method, int status) {
  if (status < kMinStatus || status > kMaxStatus)
    return requests_total_.with(kMethods[method], route.pattern, "_OTHER");
  const auto i = kStatusSlot[static_cast<std::size_t>(status - kMinStatus)];
  if (i == kStatusSlots) return requests_total_.with(kMethods[method], route.pattern, status);
  auto& slot = series.requests[i];
  if (Counter* known = slot.load(std::memory_order_acquire)) [[likely]]
    return *known;
  Counter& made = requests_total_.with(kMethods[method], route.pattern, status);
  slot.store(&made, std::memory_order_release);
  return made;
}

}  // namespace vitals::detail
