#include "http/endpoint/endpoint_metrics.hpp"

#include <string_view>

#include <vitals/registry.hpp>

namespace vitals::detail {
namespace {

Counter& scrapes(Registry& registry, std::string_view result) {
  return registry
      .counter("vitals_scrapes_total",
               "Scrapes of /metrics, by result: ok, failed (out of memory), refused (too many at once), "
               "timed_out (a callback took longer than the scraper waits).",
               {"result"})
      .with(result);
}

Counter& dropped(Registry& registry, std::string_view reason) {
  return registry
      .counter("vitals_connections_dropped_total",
               "Connections that the endpoint closed, by reason: evicted (made room for a newer one), "
               "refused (no room), too_slow (missed a deadline), descriptors (the process has none left).",
               {"reason"})
      .with(reason);
}

}  // namespace

EndpointMetrics::EndpointMetrics(Registry& registry)
    : scrapes_ok{scrapes(registry, "ok")},
      scrapes_failed{scrapes(registry, "failed")},
      scrapes_refused{scrapes(registry, "refused")},
      scrapes_timed_out{scrapes(registry, "timed_out")},
      dropped_evicted{dropped(registry, "evicted")},
      dropped_refused{dropped(registry, "refused")},
      dropped_too_slow{dropped(registry, "too_slow")},
      dropped_descriptors{dropped(registry, "descriptors")},
      gather_seconds{registry.histogram("vitals_scrape_duration_seconds",
                                        "Time to gather, render and compress the metrics, not to send them.",
                                        Buckets{0.001, 0.01, 0.1, 1, 10})} {}

}  // namespace vitals::detail
