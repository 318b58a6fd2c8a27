#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <vitals/buckets.hpp>
#include <vitals/detail/abi.hpp>
#include <vitals/http/request_headers.hpp>

namespace vitals {

struct ServiceLevels;

/// What the duration of a route's requests is.
enum class HttpDuration : std::uint8_t {
  Full,       ///< from the header to the end of the answer
  FirstByte,  ///< to the first byte of the answer: of streams that never end
  None        ///< counted only
};

/// What is particular to one route.
struct RouteOptions {
  HttpDuration duration = HttpDuration::Full;
  /// Bounds of this route's histograms, instead of HttpOptions::duration_buckets.
  std::optional<Buckets> duration_buckets = {};
};

/// Which names the metrics have.
enum class HttpNaming : std::uint8_t {
  /// http_requests_total, http_request_duration_seconds, http_requests_active.
  Prometheus,
  /// http_server_request_duration_seconds{http_request_method,http_route,http_response_status_code,url_scheme}, whose
  /// count is that of the requests, and http_server_active_requests, as OpenTelemetry's collectors name what its
  /// conventions define (https://opentelemetry.io/docs/specs/semconv/http/http-metrics/). What has no duration,
  /// upgrades and HttpDuration::None, counts with the time to the first byte of its answer, or where nobody called
  /// HttpRequest::first_byte() or stamp() not at all.
  OpenTelemetry
};

enum class HttpClock : std::uint8_t {
  Steady,
  /// The CPU's time stamp counter, which is 14 ns cheaper to read, where the kernel itself trusts it; else Steady.
  Tsc
};

/// A label of the user's own on the series of HttpMetrics that have a method. Its values are a closed set, so clients
/// can't make series.
struct HttpLabel {
  std::string name;
  /// What it may be; all else is `_OTHER`.
  std::vector<std::string> values;
  /// The value of a request, read from its headers when it starts, if the adapter gives them: [](auto& headers) {
  /// return headers("x-tenant"); }. What it throws counts as `_OTHER`. Empty: set by HttpRequest::label().
  std::function<std::string_view(const RequestHeaders& headers)> value = {};
};

struct HttpOptions {
  /// Route templates: "/api/v1/clients/{id}" (its methods: GET), "POST /login", "GET|POST /appointments".
  /// HttpMetrics::route() has the syntax.
  std::vector<std::string> routes = {};
  /// Further routes, with options of their own: {{"/events", {.duration = HttpDuration::FirstByte}}}.
  std::vector<std::pair<std::string, RouteOptions>> routes_with_options = {};
  /// In seconds. Buckets::latency() has every usual response-time target as a bound, so what it says about them is
  /// exact.
  Buckets duration_buckets = Buckets::latency();
  /// Routes that adapters or `learn_paths` add beyond those that are listed; further ones are all counted as
  /// `_overflow` (of paths: `_unmatched`), and in http_metrics_routes_dropped_total. Listed routes always have their
  /// place.
  std::size_t max_routes = 200;
  /// Paths that are not counted: templates as in `routes`, such as "/internal/*". One that is listed as a route is.
  std::vector<std::string> exclude = {"/metrics"};
  /// Whether requests without a route are counted, as `_unmatched`.
  bool count_unmatched = true;
  /// For services without a list of routes: templates are made of paths that were answered with anything but 400, 401,
  /// 404, 405, 429 and 499, "/users/17" being "/users/{id}", up to max_routes of them (docs/http.md). List routes if
  /// you can.
  bool learn_paths = false;

  HttpNaming naming = HttpNaming::Prometheus;
  std::string url_scheme = "http";  ///< the label of HttpNaming::OpenTelemetry
  HttpClock clock = HttpClock::Steady;
  /// The status as "2xx", "4xx", … rather than exactly.
  bool group_status = false;
  std::vector<HttpLabel> labels = {};

  // Metrics beside the three; docs/metrics.md.
  /// http_request_duration_highr_seconds, without labels, with Buckets::fine_latency(): percentiles of all requests
  /// together that are wrong by 12 % at the most (below 0.5 ms and above 5 s 26 %), and the p95 by less than 3 % where
  /// durations are spread as they mostly are.
  bool high_resolution = true;
  bool time_to_first_byte = false;  ///< http_time_to_first_byte_seconds{method,endpoint}
  bool sizes = false;               ///< http_request_size_bytes and http_response_size_bytes{method,endpoint}
  bool exceptions = false;          ///< http_exceptions_total{endpoint,exception}: 20 types, then `_OTHER`
  bool aborts = false;              ///< http_requests_aborted_total{reason}
  /// Sampled traces (the header `traceparent`) are exemplars: of the buckets of their durations, and where the status
  /// is 400 or more of http_requests_total.
  bool exemplars = false;

  /// The status of a request whose handler threw and that has none yet; empty, or if it throws: 500.
  std::function<int(const std::exception_ptr& error)> status_of = {};

  /// HttpRequest::stamp(): the header of answers that has the time until their first byte, as 12.345ms; empty: none.
  std::string response_time_header = "X-Response-Time";
  /// HttpRequest::stamp(): the same in `Server-Timing: app;dur=12.345`, which browsers show.
  bool server_timing = false;

  /// Read by the constructor: each threshold becomes a bound of the durations' histograms, those of RouteOptions too;
  /// and slo_events_total{slo}, slo_bad_events_total{slo}, slo_objective_ratio{slo} of each objective, and
  /// http_endpoint_budget_seconds{method,endpoint,slo_class,operation} are exported. Refused, before anything is
  /// exported, if there are mistakes in them, a threshold is not below the last bound, one of their routes is excluded
  /// or, where routes are listed, is not among these, or another HttpMetrics of the scope has other levels.
  const ServiceLevels* levels = nullptr;
};

}  // namespace vitals
