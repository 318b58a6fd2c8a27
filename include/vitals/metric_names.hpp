#pragma once

#include <string>

#include <vitals/detail/abi.hpp>

namespace vitals {

/// What the metrics of a service and their labels are called, where others than vitals name them: the members are
/// called as vitals calls them. For who judges a service from outside, such as `vitals check`; HttpMetrics and
/// PgMetrics name what they export by their own options. Plain values, comparable.
struct MetricNames {
  std::string http_requests_total = "http_requests_total";  ///< a counter; also that of a histogram, `…_count`
  std::string http_request_duration_seconds = "http_request_duration_seconds";
  std::string db_query_duration_seconds = "db_query_duration_seconds";
  std::string db_transaction_duration_seconds = "db_transaction_duration_seconds";
  std::string cache_hits_total = "cache_hits_total";
  std::string process_resident_memory_bytes = "process_resident_memory_bytes";
  std::string process_memory_limit_bytes = "process_memory_limit_bytes";
  std::string db_pool_connections_active = "db_pool_connections_active";
  std::string db_pool_connections_max = "db_pool_connections_max";

  std::string method = "method";  ///< from here on labels
  std::string endpoint = "endpoint";
  std::string status = "status";
  std::string query_type = "query_type";
  std::string table = "table";
  std::string hit = "hit";
  std::string pool = "pool";

  bool operator==(const MetricNames&) const = default;

  /// As OpenTelemetry names requests, and with it HttpNaming::OpenTelemetry, in Prometheus's alphabet
  /// (https://opentelemetry.io/docs/specs/semconv/http/http-metrics/).
  [[nodiscard]] static MetricNames opentelemetry();
};

}  // namespace vitals
