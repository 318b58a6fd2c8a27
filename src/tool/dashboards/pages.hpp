#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/service_levels.hpp>

#include "tool/dashboards/panel.hpp"
#include "tool/rules/promql.hpp"

namespace vitals::tool {

// The dashboards, each a function in a source of its own. What is live is asked of the metrics themselves over
// kLive; what is of days, of the records of vitals rules.

/// The time that a rate needs, and the time that is shown: Grafana puts them in.
inline constexpr std::string_view kLive = "$__rate_interval";
inline constexpr std::string_view kShown = "$__range";

/// What dashboards are made from.
struct PageSource {
  /// `job`: the one that they are of; empty: chosen in Grafana. `all`: as if there were levels on all components.
  PageSource(const ServiceLevels& of, std::string job, bool all);

  const ServiceLevels& levels;
  const std::string job;
  const bool has_requests;
  const bool has_database;
  const bool has_cache;
  const char* const told_by;  ///< a metric that every service of these levels has
  const Selectors live;       ///< of the jobs and instances that are chosen
  const Selectors endpoint;   ///< of the methods and endpoints, too
  const Selectors recorded;   ///< records and alerts, which are by job
};

/// Where a dashboard is: "/d/vitals-endpoints?…", with what is chosen in this one, and with `more`.
[[nodiscard]] std::string address_of(const PageSource& source, std::string_view dashboard,
                                     const std::string& more = {});
/// The same as a part of an address.
[[nodiscard]] std::string uid_of(const PageSource& source, std::string_view dashboard);

/// The percentile of a histogram by labels: "job, pool", or none. No number, not NaN, where nothing was observed.
[[nodiscard]] std::string percentile(const Selectors& of, double objective, std::string_view by,
                                     const std::string& metric, std::string_view window = kLive,
                                     Conditions conditions = {});
/// The share of `part` in `whole`: 0 where the former has no series, none where the latter is 0.
[[nodiscard]] std::string share(const std::string& part, const std::string& whole);
/// Bad requests a second by labels.
[[nodiscard]] std::string bad_rate(const PageSource& source, const Selectors& of, std::string_view by,
                                   std::string_view window = kLive);
/// 0.5, 0.95, 0.99 and what `latency` has besides.
[[nodiscard]] std::vector<double> percentiles(const ServiceLevels& levels);

/// Thresholds of what should be at most, or at least, `target`; from `beyond` on it is worse.
[[nodiscard]] Thresholds at_most(double target, std::optional<double> beyond = {});
[[nodiscard]] Thresholds at_least(double target, std::optional<double> beyond = {});
[[nodiscard]] Thresholds thresholds_of(const LatencyObjective& level);
/// Of a level on how much of something may be, or must be.
[[nodiscard]] Thresholds most_of(const std::optional<RatioLevel>& level);
[[nodiscard]] Thresholds least_of(const std::optional<RatioLevel>& level);
/// Of the share of bad requests, by the error rate or else the availability.
[[nodiscard]] Thresholds error_thresholds(const ServiceLevels& levels);

/// Where a line of an endpoint, or the row of one in a table, leads to: the dashboard of endpoints, with that alone.
[[nodiscard]] std::string address_of_line(const PageSource& source);
[[nodiscard]] std::string address_of_row(const PageSource& source);

/// A panel of lines of one query.
[[nodiscard]] Panel lines(std::string title, std::string description, std::string unit, std::string expr,
                          std::string legend);
/// The panel, of what is above 0; `none`: what it says where nothing is.
[[nodiscard]] Panel if_any(Panel panel, std::string none);

// Panels that several dashboards have.
[[nodiscard]] Panel latency_heatmap(const Selectors& of, int width);
[[nodiscard]] Panel pool_panel(const PageSource& source, int width);
[[nodiscard]] Panel hit_ratio_panel(const PageSource& source, int width);
[[nodiscard]] Panel statements_panel(const PageSource& source, int width);
[[nodiscard]] Panel memory_panel(const PageSource& source, int width);
[[nodiscard]] Panel alerts_panel(const PageSource& source, int width);

[[nodiscard]] Dashboard overview_page(const PageSource& source);
[[nodiscard]] Dashboard endpoints_page(const PageSource& source);
[[nodiscard]] Dashboard database_page(const PageSource& source);
[[nodiscard]] Dashboard cache_page(const PageSource& source);
[[nodiscard]] Dashboard process_page(const PageSource& source);
[[nodiscard]] Dashboard service_levels_page(const PageSource& source);
[[nodiscard]] Dashboard history_page(const PageSource& source);

}  // namespace vitals::tool
