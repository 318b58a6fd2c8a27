#include "tool/dashboards/panel_json.hpp"

#include <algorithm>
#include <cstddef>

#include <fmt/core.h>

namespace vitals::tool {
namespace {

using Json = nlohmann::ordered_json;

bool is_table(const Panel& panel) { return panel.kind == Panel::Kind::Table || panel.kind == Panel::Kind::Ranking; }

// A, B, … Z, AA, …
std::string ref_id(std::size_t i) {
  constexpr std::size_t kLetters = 26;
  const std::string last{static_cast<char>('A' + i % kLetters)};
  return i < kLetters ? last : ref_id(i / kLetters - 1) + last;
}

// How Grafana calls the values of a query in a table.
std::string value_field(const Panel& panel, std::size_t i) {
  return panel.queries.size() == 1 ? "Value" : fmt::format("Value #{}", ref_id(i));
}

const char* type_of(Panel::Kind kind) {
  switch (kind) {
    case Panel::Kind::Stat:
      return "stat";
    case Panel::Kind::Heatmap:
      return "heatmap";
    case Panel::Kind::Table:
    case Panel::Kind::Ranking:
      return "table";
    case Panel::Kind::Lines:
    case Panel::Kind::Bars:
      break;
  }
  return "timeseries";
}

Json target_json(const Panel& panel, std::size_t i) {
  const auto& query = panel.queries[i];
  const bool is_instant = panel.kind == Panel::Kind::Table;
  Json json{{"refId", ref_id(i)}, {"datasource", datasource_json()}, {"expr", query.expr}};
  if (!is_table(panel)) json["legendFormat"] = query.legend;
  json["format"] = is_table(panel) ? "table" : panel.kind == Panel::Kind::Heatmap ? "heatmap" : "time_series";
  json["instant"] = is_instant;
  json["range"] = !is_instant;
  if (query.has_exemplars) json["exemplar"] = true;
  json["editorMode"] = "code";
  return json;
}

Json thresholds_json(const Thresholds& thresholds) {
  Json steps = Json::array({{{"color", thresholds.base}, {"value", nullptr}}});
  for (const auto& [from, color] : thresholds.steps) steps.push_back({{"color", color}, {"value", from}});
  return {{"mode", "absolute"}, {"steps", std::move(steps)}};
}

Json link_json(const Panel& panel) {
  return Json::array({{{"title", "Show more of it"}, {"url", panel.link}, {"targetBlank", false}}});
}

Json matched(const char* matcher, const std::string& what, Json properties) {
  return {{"matcher", {{"id", matcher}, {"options", what}}}, {"properties", std::move(properties)}};
}

Json lines_custom(const Panel& panel) {
  const bool has_bars = panel.kind == Panel::Kind::Bars;
  return {{"drawStyle", has_bars ? "bars" : "line"},
          {"lineWidth", 1},
          {"fillOpacity", has_bars           ? 60
                          : panel.is_stacked ? 40
                                             : 5},
          {"showPoints", "never"},
          {"spanNulls", false},
          {"stacking", {{"mode", panel.is_stacked ? "normal" : "none"}, {"group", "A"}}},
          {"thresholdsStyle", {{"mode", panel.thresholds.steps.empty() ? "off" : "dashed"}}}};
}

Json lines_overrides(const Panel& panel) {
  Json overrides = Json::array();
  for (const auto& [name, color] : panel.colors)
    overrides.push_back(matched(
        "byName", name, Json::array({{{"id", "color"}, {"value", {{"mode", "fixed"}, {"fixedColor", color}}}}})));
  for (std::size_t i = 0; i < panel.queries.size(); ++i) {
    if (!panel.queries[i].is_dashed) continue;
    overrides.push_back(
        matched("byFrameRefID", ref_id(i),
                Json::array({{{"id", "custom.lineStyle"}, {"value", {{"fill", "dash"}, {"dash", {6, 6}}}}},
                             {{"id", "custom.fillOpacity"}, {"value", 0}}})));
  }
  return overrides;
}

Json table_overrides(const Panel& panel) {
  Json overrides = Json::array();
  for (std::size_t i = 0; i < panel.queries.size(); ++i) {
    const auto& query = panel.queries[i];
    Json properties = Json::array();
    if (!query.unit.empty()) properties.push_back({{"id", "unit"}, {"value", query.unit}});
    if (!query.thresholds.steps.empty()) {
      properties.push_back({{"id", "thresholds"}, {"value", thresholds_json(query.thresholds)}});
      properties.push_back({{"id", "color"}, {"value", {{"mode", "thresholds"}}}});
      properties.push_back({{"id", "custom.cellOptions"}, {"value", {{"type", "color-text"}}}});
    }
    if (!properties.empty()) overrides.push_back(matched("byName", query.legend, std::move(properties)));
  }
  return overrides;
}

Json field_config(const Panel& panel) {
  Json defaults{{"unit", panel.unit}, {"thresholds", thresholds_json(panel.thresholds)}};
  const bool has_lines = panel.kind == Panel::Kind::Lines || panel.kind == Panel::Kind::Bars;
  if (panel.kind != Panel::Kind::Heatmap) defaults["color"] = {{"mode", has_lines ? "palette-classic" : "thresholds"}};
  if (has_lines && !panel.is_zoomed) defaults["min"] = 0;
  if (!panel.if_empty.empty()) defaults["noValue"] = panel.if_empty;
  if (!panel.link.empty()) defaults["links"] = link_json(panel);
  if (has_lines) defaults["custom"] = lines_custom(panel);
  return {{"defaults", std::move(defaults)},
          {"overrides", has_lines         ? lines_overrides(panel)
                        : is_table(panel) ? table_overrides(panel)
                                          : Json::array()}};
}

// One row for all values of the same labels, the first ones, without the time, and with titles.
Json transformations(const Panel& panel) {
  Json names = Json::object();
  Json order = Json::object();
  const bool has_time = panel.kind == Panel::Kind::Ranking;
  std::string sorted = panel.sorted_by;
  int column = 0;
  if (has_time) order["Time"] = column++;
  for (const auto& [label, title] : panel.labels) {
    names[label] = title;
    order[label] = column++;
  }
  for (std::size_t i = 0; i < panel.queries.size(); ++i) {
    const auto field = value_field(panel, i);
    names[field] = panel.queries[i].legend;
    order[field] = column++;
    if (panel.queries[i].legend == panel.sorted_by) sorted = field;
  }
  Json result = Json::array();
  if (panel.queries.size() > 1) result.push_back({{"id", "merge"}, {"options", Json::object()}});
  if (!sorted.empty())
    result.push_back(
        {{"id", "sortBy"},
         {"options",
          {{"fields", Json::object()}, {"sort", Json::array({{{"field", sorted}, {"desc", !panel.is_ascending}}})}}}});
  if (panel.most > 0) result.push_back({{"id", "limit"}, {"options", {{"limitField", panel.most}}}});
  Json hidden = Json::object();
  if (!has_time) hidden["Time"] = true;
  result.push_back({{"id", "organize"},
                    {"options",
                     {{"excludeByName", std::move(hidden)},
                      {"indexByName", std::move(order)},
                      {"renameByName", std::move(names)}}}});
  return result;
}

Json heatmap_options(const Panel& panel) {
  return {{"calculate", false},
          {"cellGap", 1},
          {"color",
           {{"mode", "scheme"},
            {"scheme", "Oranges"},
            {"fill", "dark-orange"},
            {"scale", "exponential"},
            {"exponent", 0.5},
            {"steps", 64},
            {"reverse", false}}},
          {"exemplars", {{"color", "rgba(255,0,255,0.7)"}}},
          {"filterValues", {{"le", 1e-9}}},
          {"legend", {{"show", true}}},
          {"rowsFrame", {{"layout", "auto"}}},
          {"showValue", "never"},
          {"tooltip", {{"mode", "single"}, {"yHistogram", true}}},
          {"yAxis", {{"axisPlacement", "left"}, {"unit", panel.unit}, {"reverse", false}}}};
}

Json options(const Panel& panel) {
  switch (panel.kind) {
    case Panel::Kind::Stat:
      return {{"reduceOptions", {{"values", false}, {"calcs", {"lastNotNull"}}, {"fields", ""}}},
              {"orientation", "auto"},
              {"textMode", "auto"},
              {"wideLayout", true},
              {"colorMode", "value"},
              {"graphMode", "area"},
              {"justifyMode", "auto"},
              {"showPercentChange", false},
              {"percentChangeColorMode", "standard"}};
    case Panel::Kind::Heatmap:
      return heatmap_options(panel);
    case Panel::Kind::Table:
    case Panel::Kind::Ranking:
      return {{"frameIndex", 0},
              {"showHeader", true},
              {"cellHeight", "sm"},
              {"footer", {{"show", false}, {"reducer", {"sum"}}}}};
    case Panel::Kind::Lines:
    case Panel::Kind::Bars:
      break;
  }
  return {
      {"legend", {{"showLegend", true}, {"displayMode", "list"}, {"placement", "bottom"}, {"calcs", Json::array()}}},
      {"tooltip", {{"mode", "multi"}, {"sort", "desc"}}}};
}

}  // namespace

Json grid_json(const GridPlace& place) {
  return {{"x", place.x}, {"y", place.y}, {"w", place.width}, {"h", place.height}};
}

Json datasource_json() { return {{"type", "prometheus"}, {"uid", "${datasource}"}}; }

int height_of(const Panel& panel) {
  constexpr int kStat = 4;
  constexpr int kOther = 8;
  return panel.kind == Panel::Kind::Stat ? kStat : kOther;
}

Json panel_json(const Panel& panel, int id, const GridPlace& place) {
  Json targets = Json::array();
  for (std::size_t i = 0; i < panel.queries.size(); ++i) targets.push_back(target_json(panel, i));
  Json json{{"id", id},
            {"type", type_of(panel.kind)},
            {"title", panel.title},
            {"description", panel.description},
            {"datasource", datasource_json()},
            {"gridPos", grid_json(place)}};
  if (!panel.step.empty()) json["interval"] = panel.step;
  json["targets"] = std::move(targets);
  if (is_table(panel)) json["transformations"] = transformations(panel);
  json["fieldConfig"] = field_config(panel);
  json["options"] = options(panel);
  return json;
}

}  // namespace vitals::tool
