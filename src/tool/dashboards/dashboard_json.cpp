#include "tool/dashboards/dashboard_json.hpp"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "tool/dashboards/panel_json.hpp"

namespace vitals::tool {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kGridWidth = 24;
constexpr int kSchemaVersion = 38;  // of Grafana 10.0; newer ones bring it up to date themselves
constexpr int kIdsOfRow = 100;      // so that a panel more changes no id of another row

// By which dashboards find each other.
std::string tag_of(const PageSource& source) { return source.job.empty() ? "vitals" : "vitals " + source.job; }

// A row's panels side by side, as many as there is room for; gives the first line below them.
int add_panels(Json& panels, const PanelRow& row, int id, int y) {
  int x = 0;
  int height = 0;
  for (const auto& panel : row.panels) {
    if (x + panel.width > kGridWidth) {
      y += height;
      x = height = 0;
    }
    panels.push_back(panel_json(panel, id++, {x, y, panel.width, height_of(panel)}));
    x += panel.width;
    height = std::max(height, height_of(panel));
  }
  return y + height;
}

Json panels_json(const Dashboard& dashboard) {
  Json panels = Json::array();
  int y = 0;
  int id = 0;
  for (const auto& row : dashboard.rows) {
    id += kIdsOfRow;
    panels.push_back({{"id", id},
                      {"type", "row"},
                      {"title", row.title},
                      {"collapsed", false},
                      {"gridPos", grid_json({0, y, kGridWidth, 1})},
                      {"panels", Json::array()}});
    y = add_panels(panels, row, id + 1, y + 1);
  }
  return panels;
}

Json variable_json(const Variable& variable) {
  constexpr int kOnTimeChange = 2;
  constexpr int kByAlphabet = 1;
  return {{"name", variable.name},
          {"label", variable.label},
          {"type", "query"},
          {"datasource", datasource_json()},
          {"definition", variable.query},
          {"query", variable.query},
          {"regex", ""},
          {"refresh", kOnTimeChange},
          {"sort", kByAlphabet},
          {"multi", true},
          {"includeAll", true},
          {"allValue", ".+"},
          {"hide", 0},
          {"current", {{"selected", true}, {"text", Json::array({"All"})}, {"value", Json::array({"$__all"})}}},
          {"options", Json::array()}};
}

Json templating_json(const Dashboard& dashboard, const PageSource& source) {
  Json list = Json::array({{{"name", "datasource"},
                            {"label", "Data source"},
                            {"type", "datasource"},
                            {"query", "prometheus"},
                            {"regex", ""},
                            {"refresh", 1},
                            {"multi", false},
                            {"includeAll", false},
                            {"hide", 0},
                            {"current", {{"selected", true}, {"text", "default"}, {"value", "default"}}},
                            {"options", Json::array()}}});
  if (source.job.empty())
    list.push_back(variable_json({"job", "Job", fmt::format("label_values({}, job)", source.told_by)}));
  list.push_back(
      variable_json({"instance", "Instance", fmt::format("label_values({}, instance)", source.recorded.series("up"))}));
  for (const auto& variable : dashboard.variables) list.push_back(variable_json(variable));
  return {{"list", std::move(list)}};
}

Json annotations_json(const PageSource& source) {
  return {{"list", Json::array({{{"builtIn", 1},
                                 {"datasource", {{"type", "grafana"}, {"uid", "-- Grafana --"}}},
                                 {"enable", true},
                                 {"hide", true},
                                 {"iconColor", "rgba(0, 211, 255, 1)"},
                                 {"name", "Annotations & Alerts"},
                                 {"type", "dashboard"}},
                                {{"datasource", datasource_json()},
                                 {"enable", true},
                                 {"iconColor", "red"},
                                 {"name", "Alerts"},
                                 {"expr", source.recorded.series("ALERTS", {equals("alertstate", "firing")})},
                                 {"titleFormat", "{{alertname}}"},
                                 {"textFormat", "{{job}} {{instance}} {{slo}}"},
                                 {"tagKeys", "severity"}},
                                {{"datasource", datasource_json()},
                                 {"enable", true},
                                 {"iconColor", "blue"},
                                 {"name", "Starts"},
                                 {"expr", source.live.series("process_start_time_seconds") + " * 1000"},
                                 {"useValueForTime", true},
                                 {"titleFormat", "{{instance}} was started"},
                                 {"textFormat", "{{job}}"}}})}};
}

Json link_json_of(std::string title, const char* type, const std::string& url, Json tags, bool keeps_time) {
  return {{"title", std::move(title)},
          {"type", type},
          {"icon", "dashboard"},
          {"tooltip", ""},
          {"url", url},
          {"tags", std::move(tags)},
          {"asDropdown", false},
          {"targetBlank", false},
          {"includeVars", true},
          {"keepTime", keeps_time}};
}

Json links_json(const Dashboard& dashboard, const PageSource& source) {
  Json links = Json::array({link_json_of("Dashboards", "dashboards", "", Json::array({tag_of(source)}), true)});
  for (const auto& [title, from] : dashboard.times)
    links.push_back(link_json_of(title, "link",
                                 fmt::format("/d/{}?from={}&to=now", uid_of(source, dashboard.name), from),
                                 Json::array(), false));
  return links;
}

}  // namespace

std::string dashboard_json(const Dashboard& dashboard, const PageSource& source, const std::string& origin) {
  const Json json{{"description", fmt::format("Written by vitals dashboards {}. {}", origin, dashboard.description)},
                  {"uid", uid_of(source, dashboard.name)},
                  {"title", source.job.empty() ? dashboard.title : fmt::format("{}: {}", dashboard.title, source.job)},
                  {"tags", Json::array({tag_of(source)})},
                  {"schemaVersion", kSchemaVersion},
                  {"editable", false},
                  {"graphTooltip", 1},
                  {"timezone", "browser"},
                  {"time", {{"from", dashboard.from}, {"to", "now"}}},
                  {"refresh", dashboard.refresh},
                  {"links", links_json(dashboard, source)},
                  {"annotations", annotations_json(source)},
                  {"templating", templating_json(dashboard, source)},
                  {"panels", panels_json(dashboard)}};
  return json.dump(2) + '\n';
}

std::size_t count_panels(const Dashboard& dashboard) {
  std::size_t n = 0;
  for (const auto& row : dashboard.rows) n += row.panels.size();
  return n;
}

}  // namespace vitals::tool
