#include "http/endpoint/endpoint_metrics.hpp"

namespace vitals::detail {

EndpointMetrics::EndpointMetrics(Registry& registry)
    : scrapes_{registry.counter(
          "vitals_scrapes_total",
          "Scrapes of /metrics, by result: ok, failed (out of memory), refused (too many at once), "
          "timed_out (a callback took longer than the scraper waits).",
          {"result"})},
      dropped_{
          registry.counter("vitals_connections_dropped_total",
                           "Connections that the endpoint closed, by reason: evicted (made room for a newer one), "
                           "refused (no room), too_slow (missed a deadline), descriptors (the process has none left).",
                           {"reason"})},
      scrapes_ok{scrapes_.with("ok")},
      scrapes_failed{scrapes_.with("failed")},
      scrapes_refused{scrapes_.with("refused")},
      scrapes_timed_out{scrapes_.with("timed_out")},
      gather_seconds{registry.histogram(
          "vitals_scrape_duration_seconds", "Time to gather, render and compress the metrics, not to send them.",
          Buckets{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10})},
      dropped_evicted{dropped_.with("evicted")},
      dropped_refused{dropped_.with("refused")},
      dropped_too_slow{dropped_.with("too_slow")},
      dropped_descriptors{dropped_.with("descriptors")} {}

}  // namespace vitals::detail
