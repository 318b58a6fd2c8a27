#include "http/endpoint/endpoint_metrics.hpp"

#include <string_view>

#include <vitals/counter.hpp>
#include <vitals/registry.hpp>

namespace vitals::detail {
namespace {

Counter& scrapes(Registry& registry, std::string_view result) {
  return registry
      .counter("vitals_scrapes_total",
               "Scrapes, by result: ok, partial (without callbacks for which the scraper could not wait), "
               "failed (out of memory), refused (too many at once), timed_out (longer than the scraper waits).",
               {"result"})
      .with(result);
}

Counter& dropped(Registry& registry, std::string_view reason) {
  return registry
      .counter("vitals_connections_dropped_total",
               "Connections that the endpoint closed, by reason: evicted (made room for a newer one), "
               "refused (no room), too_slow (missed a deadline), descriptors (the process has none left), "
               "network (not allowed), handshake (of TLS, failed).",
               {"reason"})
      .with(reason);
}

Counter& reloads(Registry& registry, std::string_view result) {
  return registry
      .counter("vitals_endpoint_reloads_total",
               "Files of TLS, passwords and web.yml that changed, by result: ok (taken over), failed (what was before "
               "is kept).",
               {"result"})
      .with(result);
}

template <class Make>
OptionalCounter if_there(bool is_there, Make make) {
  return is_there ? OptionalCounter{make()} : OptionalCounter{};
}

}  // namespace

void OptionalCounter::inc() noexcept {
  if (counter_ != nullptr) counter_->inc();
}

EndpointMetrics::EndpointMetrics(Registry& its_registry, const EndpointParts& parts)
    : registry{its_registry},
      scrapes_ok{scrapes(registry, "ok")},
      scrapes_partial{scrapes(registry, "partial")},
      scrapes_failed{scrapes(registry, "failed")},
      scrapes_refused{scrapes(registry, "refused")},
      scrapes_timed_out{scrapes(registry, "timed_out")},
      scrapes_under_way{registry.gauge("vitals_endpoint_scrapes_active", "Scrapes that wait for their answer.")},
      dropped_evicted{dropped(registry, "evicted")},
      dropped_refused{dropped(registry, "refused")},
      dropped_too_slow{dropped(registry, "too_slow")},
      dropped_descriptors{dropped(registry, "descriptors")},
      dropped_network{if_there(parts.has_networks, [&]() -> Counter& { return dropped(registry, "network"); })},
      dropped_handshake{if_there(parts.has_tls, [&]() -> Counter& { return dropped(registry, "handshake"); })},
      connections{registry.gauge("vitals_endpoint_connections", "Open connections to the endpoint.")},
      logins_failed{if_there(parts.has_logins,
                             [&]() -> Counter& {
                               return registry.counter("vitals_endpoint_logins_failed_total",
                                                       "Wrong names, passwords and tokens.");
                             })},
      reloads_ok{if_there(parts.has_files, [&]() -> Counter& { return reloads(registry, "ok"); })},
      reloads_failed{if_there(parts.has_files, [&]() -> Counter& { return reloads(registry, "failed"); })},
      listener_failures{registry.counter("vitals_endpoint_listener_failures_total",
                                         "Listeners of the endpoint that died and were opened anew.")},
      collector_timeouts{registry.counter("vitals_collector_timeouts_total",
                                          "Callbacks and collectors that a gathering left out since they took too "
                                          "long, or had not returned yet.")},
      gather_seconds{registry.histogram("vitals_scrape_duration_seconds",
                                        "Time to gather, render and compress the metrics, not to send them.",
                                        Buckets{0.001, 0.01, 0.1, 1, 10})} {}

void EndpointMetrics::set_certificate_expiry(double seconds_since_1970) {
  registry
      .gauge("vitals_endpoint_certificate_expiry_timestamp_seconds",
             "When the endpoint's certificate ends, in Unix time.")
      .set(seconds_since_1970);
}

void EndpointMetrics::set_reload_successful(bool is_successful) {
  registry
      .gauge(
          "vitals_endpoint_last_reload_successful",
          "Whether the files of TLS, passwords and web.yml are in use as they are now: 0 if what was before is kept.")
      .set(is_successful ? 1 : 0);
}

}  // namespace vitals::detail
