#pragma once
#include <nlohmann/json.hpp>

#include "tool/dashboards/panel.hpp"

namespace vitals::tool {

/// Where a panel is: the grid is 24 wide.
struct GridPlace {
  int x;
  int y;
  int width;
  int height;
};

[[nodiscard]] nlohmann::ordered_json grid_json(const GridPlace& place);

/// The datasource that is chosen in the dashboard.
[[nodiscard]] nlohmann::ordered_json datasource_json();

/// How high it is.
[[nodiscard]] int height_of(const Panel& panel);

/// The panel as Grafana 10 and newer have it.
[[nodiscard]] nlohmann::ordered_json panel_json(const Panel& panel, int id, const GridPlace& place);

}  // namespace vitals::tool
