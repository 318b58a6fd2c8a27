#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <vitals/service_levels.hpp>

#include "http/page/stretch.hpp"

namespace vitals::detail {

/// Requests of all routes, in narrow buckets (HttpOptions::high_resolution).
inline constexpr std::string_view kAllRequests = "http_request_duration_highr_seconds";

/// Under which names a service has what a page shows: as the levels say, else as HttpMetrics names it.
struct ServiceMetrics {
  std::string requests;   // a counter, or the histogram that has statuses
  std::string durations;  // a histogram
  std::string active;
  std::string statements;
  std::string cache;
  std::string memory;
  std::string memory_limit;

  std::string method;  // from here on labels
  std::string endpoint;
  std::string status;
  std::string query_type;
  std::string table;
  std::string hit;
};
[[nodiscard]] ServiceMetrics service_metrics(const History& history, const ServiceLevels* levels);

/// Whether a request of this status failed, as ServiceLevels::bad_statuses says.
[[nodiscard]] bool is_bad_status(std::string_view status, const ServiceLevels& levels);

/// How full a pool of connections is, in each slot.
struct PoolUse {
  std::string_view kind;  // "postgres", "redis"
  std::string name;
  double size;
  std::vector<double> in_use;
};
[[nodiscard]] std::vector<PoolUse> pools(const Stretch& stretch);

}  // namespace vitals::detail
