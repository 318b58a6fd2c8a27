#include "http/requests/http_client_metrics_impl.hpp"

#include <string>

#include "http/requests/http_status.hpp"
#include "http/requests/route_pattern.hpp"

namespace vitals::detail {
namespace {

// More than routes, methods, hosts and statuses can make: all of these are bounded.
constexpr FamilyOptions kCalls{.max_series = 100'000'000, .unit = "seconds"};

constexpr std::string_view kClientOwner = "HttpClientMetrics";

std::string text_of_call(int status) {
  if (status == HttpClientMetricsImpl::kFailed) return "_failed";
  return status == kOtherStatus ? "_OTHER" : std::to_string(status);
}

}  // namespace

HttpClientMetricsImpl::HttpClientMetricsImpl(const Scope& scope, const HttpClientOptions& options)
    : durations_{scope.histogram("http_client_request_duration_seconds",
                                 "Time from the start of an HTTP call to the end of its answer.",
                                 {"method", "host", "endpoint", "status"}, options.duration_buckets, kCalls)},
      index_{options.duration_buckets.bounds()},
      active_{ActiveCount::of(scope, "http_client_requests_active", "HTTP calls under way.")},
      clock_{options.clock},
      hosts_{options.hosts, options.max_hosts},
      unmatched_{"_unmatched", kMethods.size() * hosts_.capacity(), {}} {
  for (const auto& route : options.routes) add(route);
}

void HttpClientMetricsImpl::add(std::string_view route) {
  if (!route.starts_with('/'))
    refuse_route({kClientOwner, route},
                 "the template of a path starts with '/', and is of any method and host; write \"/v1/users/{id}\"");
  const std::string pattern = canonical_pattern(parse_route({kClientOwner, route}).pattern);
  const Route* const there = listed_.find(pattern);
  if (there != nullptr && there->pattern != pattern)
    refuse_route({kClientOwner, route},
                 "it matches the same paths as \"" + there->pattern + "\", which is listed too; list one of them");
  if (there == nullptr)
    listed_.add(pattern, routes_.emplace_back(pattern, kMethods.size() * hosts_.capacity(), RouteOptions{}));
}

void HttpClientMetricsImpl::make(RouteSeries&, const SeriesKey&) const {}  // each status has its own

void HttpClientMetricsImpl::make(StatusSeries& series, int status, const RouteSeries&, const SeriesKey& key) const {
  Histogram& durations =
      durations_.with(kMethods[key.method], hosts_.name(key.labels), key.route.pattern, text_of_call(status));
  series.duration = &durations;
  series.is_indexed = index_.fits(durations);
}

}  // namespace vitals::detail
