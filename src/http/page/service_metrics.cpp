#include "http/page/service_metrics.hpp"

#include <algorithm>
#include <cmath>

namespace vitals::detail {
namespace {

// The slots of a gauge's series with these labels, or none.
std::vector<double> gauge_of(const Stretch& stretch, std::string_view metric, const std::vector<Label>& labels) {
  std::vector<double> values;
  stretch.for_each(metric, [&](const auto& own, const Track& track) {
    if (own != labels) return;
    for (const auto& row : stretch.rows(track)) values.push_back(row.last);
  });
  return values;
}

void add_pools(std::vector<PoolUse>& pools, const Stretch& stretch, std::string_view kind, std::string_view max,
               std::string_view in_use, const std::vector<Label>& more) {
  stretch.for_each(max, [&](std::vector<Label> labels, const Track&) {
    const auto sizes = gauge_of(stretch, max, labels);
    const std::string name{label_of(labels, "pool")};
    labels.insert(labels.end(), more.begin(), more.end());
    auto used = gauge_of(stretch, in_use, labels);
    if (!sizes.empty() && sizes.back() > 0 && used.size() == sizes.size())
      pools.push_back({kind, name, sizes.back(), std::move(used)});
  });
}

}  // namespace

ServiceMetrics service_metrics(const History& history, const ServiceLevels* levels) {
  MetricNames names = levels != nullptr ? levels->metrics : MetricNames{};
  const auto opentelemetry = MetricNames::opentelemetry();
  const bool is_there = history.families().contains(names.http_request_duration_seconds);
  const bool is_other = history.families().contains(opentelemetry.http_request_duration_seconds);
  if (!is_there && is_other) names = opentelemetry;
  std::string requests = names.http_requests_total;
  if (requests == names.http_request_duration_seconds + "_count") requests = names.http_request_duration_seconds;
  return {.requests = std::move(requests),
          .durations = names.http_request_duration_seconds,
          .active = is_there || !is_other ? "http_requests_active" : "http_server_active_requests",
          .statements = names.db_query_duration_seconds,
          .cache = names.cache_hits_total,
          .memory = names.process_resident_memory_bytes,
          .memory_limit = names.process_memory_limit_bytes,
          .method = names.method,
          .endpoint = names.endpoint,
          .status = names.status,
          .query_type = names.query_type,
          .table = names.table,
          .hit = names.hit};
}

bool is_bad_status(std::string_view status, const ServiceLevels& levels) {
  return std::ranges::any_of(levels.bad_statuses, [status](const std::string& bad) {
    return status == bad || (bad.ends_with("xx") && status.size() == 3 && status[0] == bad[0]);
  });
}

std::vector<PoolUse> pools(const Stretch& stretch) {
  std::vector<PoolUse> pools;
  add_pools(pools, stretch, "postgres", "db_pool_connections_max", "db_pool_connections_active", {});
  add_pools(pools, stretch, "redis", "redis_pool_max_connections", "redis_pool_connections", {{"state", "used"}});
  return pools;
}

}  // namespace vitals::detail
