#pragma once
#include <string>
#include <string_view>

#include <vitals/service_levels.hpp>

#include "tool/rules/promql.hpp"

namespace vitals::tool {

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

/// Where a line of an endpoint, or the row of one in a table, leads to: the dashboard of endpoints, with that alone.
[[nodiscard]] std::string address_of_line(const PageSource& source);
[[nodiscard]] std::string address_of_row(const PageSource& source);

}  // namespace vitals::tool
