#include "tool/dashboards/live_queries.hpp"

#include <utility>

#include <fmt/core.h>

#include "tool/rules/percentiles.hpp"
#include "tool/rules/requests.hpp"

namespace vitals::tool {

std::string percentile(const Selectors& of, double objective, std::string_view by, const std::string& metric,
                       std::string_view window, Conditions conditions) {
  const auto buckets =
      of.rate_by(by.empty() ? "le" : fmt::format("{}, le", by), metric + "_bucket", window, conditions);
  return percentile_of(objective, buckets, by, of.rate_by(by, metric + "_count", window, std::move(conditions)));
}

std::string share(const std::string& part, const std::string& whole) {
  return fmt::format("({}\n or 0 * {})\n/ ({} > 0)", part, whole, whole);
}

std::string bad_rate(const PageSource& source, const Selectors& of, std::string_view by, std::string_view window) {
  return of.rate_by(by, kRequests, window, {matches("status", bad_status_pattern(source.levels))});
}

}  // namespace vitals::tool
