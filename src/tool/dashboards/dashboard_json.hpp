#pragma once
#include <cstddef>
#include <string>

#include "tool/dashboards/page_source.hpp"
#include "tool/dashboards/panel.hpp"

namespace vitals::tool {

/// How the text of each dashboard begins, by which it is known as written by vitals dashboards: JSON has no comments.
inline constexpr const char* kDashboardMark = "{\n  \"description\": \"Written by vitals dashboards ";

/// The dashboard for Grafana. `origin`: what was read for it, as it ends the sentence that it was "written by vitals
/// dashboards …".
[[nodiscard]] std::string dashboard_json(const Dashboard& dashboard, const PageSource& source,
                                         const std::string& origin);

/// How many panels it has, without rows.
[[nodiscard]] std::size_t count_panels(const Dashboard& dashboard);

}  // namespace vitals::tool
