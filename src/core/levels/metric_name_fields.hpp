#pragma once

#include <vitals/metric_names.hpp>

namespace vitals::detail {

/// Calls on(name that vitals gives it, name) for each member, in their order. `Names` is MetricNames, perhaps const.
template <class On, class Names>
void each_metric_name(On& on, Names& names) {
  on("http_requests_total", names.http_requests_total);
  on("http_request_duration_seconds", names.http_request_duration_seconds);
  on("db_query_duration_seconds", names.db_query_duration_seconds);
  on("db_transaction_duration_seconds", names.db_transaction_duration_seconds);
  on("cache_hits_total", names.cache_hits_total);
  on("process_resident_memory_bytes", names.process_resident_memory_bytes);
  on("process_memory_limit_bytes", names.process_memory_limit_bytes);
  on("db_pool_connections_active", names.db_pool_connections_active);
  on("db_pool_connections_max", names.db_pool_connections_max);
  on("method", names.method);
  on("endpoint", names.endpoint);
  on("status", names.status);
  on("query_type", names.query_type);
  on("table", names.table);
  on("hit", names.hit);
  on("pool", names.pool);
}

}  // namespace vitals::detail
