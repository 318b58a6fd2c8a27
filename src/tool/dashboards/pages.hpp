#pragma once
#include "tool/dashboards/page_source.hpp"
#include "tool/dashboards/panel.hpp"

namespace vitals::tool {

// The dashboards, each in a source of its own. What is live is asked of the metrics themselves; what is of days, of the
// records of vitals rules.

[[nodiscard]] Dashboard overview_page(const PageSource& source);
[[nodiscard]] Dashboard endpoints_page(const PageSource& source);
[[nodiscard]] Dashboard database_page(const PageSource& source);
[[nodiscard]] Dashboard cache_page(const PageSource& source);
[[nodiscard]] Dashboard process_page(const PageSource& source);
[[nodiscard]] Dashboard service_levels_page(const PageSource& source);
[[nodiscard]] Dashboard history_page(const PageSource& source);

}  // namespace vitals::tool
