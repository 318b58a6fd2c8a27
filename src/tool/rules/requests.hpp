#pragma once
#include <chrono>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tool/rules/draft.hpp"
#include "tool/rules/record_test.hpp"

namespace vitals::tool {

// Of requests: what is recorded for alerts and dashboards, and the alerts on thresholds. All of it rests on the metrics
// that HttpMetrics exports under their default names.

inline constexpr const char* kRecordGroup = "requests";
inline constexpr const char* kRequests = "http_requests_total";
inline constexpr const char* kRequestTimes = "http_request_duration_seconds";
inline constexpr const char* kRequestTimesCount = "http_request_duration_seconds_count";
inline constexpr const char* kRequestTimesBucket = "http_request_duration_seconds_bucket";
inline constexpr const char* kRequestRate = "job:http_requests:rate5m";
inline constexpr const char* kRequestBuckets = "job_le:http_request_duration_seconds_bucket:rate5m";
inline constexpr const char* kEndpointRate = "method_endpoint:http_requests:rate5m";
inline constexpr const char* kBadRequestRate = "job:http_errors:rate5m";
inline constexpr const char* kErrorRatio = "job:http_errors:ratio_rate5m";
inline constexpr const char* kActive = "http_requests_active";

/// Whether a level is on requests.
[[nodiscard]] bool has_request_levels(const ServiceLevels& levels);
/// Whether one is on their times.
[[nodiscard]] bool has_request_times(const ServiceLevels& levels);

/// Of all requests: 0.5, 0.95, 0.99 and what `latency` has besides.
[[nodiscard]] std::set<double> request_percentiles(const ServiceLevels& levels);

/// As the label `status` is matched.
[[nodiscard]] std::string bad_status_pattern(const ServiceLevels& levels);
/// The rate of bad requests by labels; nothing where there is no series of a bad status.
[[nodiscard]] std::string bad_requests(const Draft& draft, std::string_view by, std::chrono::seconds window);
/// A status that is bad, for tests.
[[nodiscard]] std::string bad_status(const ServiceLevels& levels);
/// Good requests alone, then none, then 8 bad ones a second of 64, then 32.
[[nodiscard]] std::vector<PhasedSeries> bad_requests_to_test(const ServiceLevels& levels);
/// "P95AboveSLA", but for that of p95, which is HighP95Latency.
[[nodiscard]] std::string percentile_alert(double objective);

/// Records Apdex, where the objective of 95% says up to what requests are tolerated: satisfied within its target,
/// tolerated up to its critical threshold. The histogram doesn't know which requests failed, so of each endpoint in
/// each instance all that did are taken away from those within the bound: too many where some failed slowly.
void add_apdex(Draft& draft);
void add_request_records(Draft& draft);
void add_request_alerts(Draft& draft);

}  // namespace vitals::tool
