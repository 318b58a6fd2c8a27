#pragma once
#include <string>
#include <string_view>

#include "tool/dashboards/page_source.hpp"

namespace vitals::tool {

// What is asked of the metrics themselves.

/// The time that a rate needs, and the time that is shown: Grafana puts them in.
inline constexpr std::string_view kLive = "$__rate_interval";
inline constexpr std::string_view kShown = "$__range";

/// The percentile of a histogram by labels: "job, pool", or none. No number, not NaN, where nothing was observed.
[[nodiscard]] std::string percentile(const Selectors& of, double objective, std::string_view by,
                                     const std::string& metric, std::string_view window = kLive,
                                     Conditions conditions = {});
/// The share of `part` in `whole`: 0 where the former has no series, none where the latter is 0.
[[nodiscard]] std::string share(const std::string& part, const std::string& whole);
/// Bad requests a second by labels.
[[nodiscard]] std::string bad_rate(const PageSource& source, const Selectors& of, std::string_view by,
                                   std::string_view window = kLive);

}  // namespace vitals::tool
