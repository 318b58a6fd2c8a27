#include <vitals/service_levels.hpp>

#include "core/levels/level_bounds.hpp"
#include "core/levels/level_rules.hpp"

namespace vitals {

namespace {

Buckets checked_bounds(const Buckets& base, const detail::LevelBounds& thresholds) {
  detail::throw_mistakes("vitals", detail::bound_mistakes(base, thresholds));
  return detail::with_bounds(base, thresholds);
}

}  // namespace

std::vector<BurnRateAlert> ServiceLevels::default_burn_rate_alerts() {
  using namespace std::chrono_literals;
  return {{AlertSeverity::Page, 14.4, 1h, 5min},
          {AlertSeverity::Page, 6, 6h, 30min},
          {AlertSeverity::Ticket, 3, 24h, 2h},
          {AlertSeverity::Ticket, 1, 72h, 6h}};
}

MetricNames MetricNames::opentelemetry() {
  MetricNames names;
  names.http_requests_total = "http_server_request_duration_seconds_count";
  names.http_request_duration_seconds = "http_server_request_duration_seconds";
  names.method = "http_request_method";
  names.endpoint = "http_route";
  names.status = "http_response_status_code";
  return names;
}

void ServiceLevels::check() const { detail::throw_mistakes("vitals", detail::level_mistakes(*this)); }

Buckets ServiceLevels::request_buckets(const Buckets& base) const {
  return checked_bounds(base, detail::request_bounds(*this));
}

Buckets ServiceLevels::query_buckets(const Buckets& base) const {
  return checked_bounds(base, detail::query_bounds(*this));
}

}  // namespace vitals
