#pragma once
#include <string>

#include "tool/dashboards/page_source.hpp"
#include "tool/dashboards/panel.hpp"

namespace vitals::tool {

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

}  // namespace vitals::tool
