#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <utility>

#include <fmt/core.h>

#include "core/levels/objectives.hpp"
#include "tool/dashboards/pages.hpp"
#include "tool/dashboards/shared_panels.hpp"
#include "tool/dashboards/thresholds.hpp"
#include "tool/rules/draft.hpp"
#include "tool/rules/slo.hpp"

namespace vitals::tool {
namespace {

using std::chrono::seconds;

constexpr const char* kObjectiveLegend = "{{job}} {{slo}}";

std::set<seconds> long_windows(const ServiceLevels& levels) {
  std::set<seconds> windows;
  for (const auto& alert : levels.burn_rate_alerts) windows.insert(alert.long_window);
  return windows;
}

// How many times as fast as would use the budget up in the window.
std::string burn_rate(const PageSource& source, seconds window) {
  return fmt::format("{} / {}", source.recorded.series(ratio_record(window)), source.recorded.series(kSloBudget));
}

// By which the time to exhaustion is told: long enough that a single request doesn't decide it.
seconds pace_window(const ServiceLevels& levels) {
  const auto windows = long_windows(levels);
  return windows.empty() ? seconds{kRateWindow} : *windows.begin();
}

// At most, of the ratio of bad events.
Thresholds burn_thresholds(const ServiceLevels& levels) {
  double fastest = 1;
  for (const auto& alert : levels.burn_rate_alerts) fastest = std::max(fastest, alert.burn_rate);
  return at_most(1, fastest);
}

Panel objectives_table(const PageSource& source) {
  constexpr double kLittle = 0.25;
  const auto& recorded = source.recorded;
  const auto& levels = source.levels;
  Panel panel{.kind = Panel::Kind::Table,
              .title = "Objectives",
              .description = fmt::format(
                  "What is promised, what was kept over {}, what is left of the error budget (below 0: more "
                  "than all is used), and how many times its pace it burns.",
                  duration(levels.window)),
              .width = 24,
              .queries = {{.expr = recorded.series(kSloObjective), .legend = "Promised", .unit = "percentunit"},
                          {.expr = "1 - " + recorded.series(ratio_record(levels.window)),
                           .legend = "Kept",
                           .unit = "percentunit"},
                          {.expr = recorded.series(kRemaining),
                           .legend = "Budget left",
                           .unit = "percentunit",
                           .thresholds = {"red", {{0, "orange"}, {kLittle, "green"}}}},
                          {.expr = recorded.series(kBurnRate),
                           .legend = fmt::format("Burn rate {}", duration(kRateWindow)),
                           .thresholds = burn_thresholds(levels)}},
              .labels = {{"job", "Job"}, {"slo", "Objective"}},
              .sorted_by = "Budget left",
              .is_ascending = true};
  for (const auto window : long_windows(levels))
    panel.queries.push_back({.expr = burn_rate(source, window),
                             .legend = fmt::format("Burn rate {}", duration(window)),
                             .thresholds = burn_thresholds(levels)});
  return panel;
}

Panel exhaustion(const PageSource& source) {
  const auto& levels = source.levels;
  const auto window = pace_window(levels);
  return {.kind = Panel::Kind::Stat,
          .title = "Time until nothing is left",
          .description =
              fmt::format("At the pace of the last {}, how long the error budget of {} lasts: {} by the burn rate.",
                          duration(window), duration(levels.window), kRemaining),
          .unit = "s",
          .width = 24,
          .queries = {{.expr = fmt::format("clamp_min({}, 0) * {}\n/ ({} > 0)", source.recorded.series(kRemaining),
                                           levels.window.count(), burn_rate(source, window)),
                       .legend = kObjectiveLegend}},
          .thresholds = {"red",
                         {{static_cast<double>(window.count()), "orange"},
                          {static_cast<double>(levels.window.count()), "green"}}},
          .if_empty = "No budget burns"};
}

Panel of_objectives(std::string title, std::string description, std::string unit, std::string expr) {
  auto panel = lines(std::move(title), std::move(description), std::move(unit), std::move(expr), kObjectiveLegend);
  panel.width = 12;
  return panel;
}

std::vector<Panel> burning(const PageSource& source) {
  const auto& recorded = source.recorded;
  const auto& levels = source.levels;
  auto left =
      of_objectives("Budget left",
                    fmt::format("Of {}; below 0 more than all of it is used. {}.", duration(levels.window), kRemaining),
                    "percentunit", recorded.series(kRemaining));
  left.is_zoomed = true;
  left.thresholds = {"red", {{0, "transparent"}}};
  std::vector<Panel> panels{std::move(left)};
  auto windows = long_windows(levels);
  windows.insert(seconds{kRateWindow});
  for (const auto window : windows) {
    auto panel =
        of_objectives(fmt::format("Burn rate {}", duration(window)),
                      fmt::format("Times the pace that would use the budget up in {}, over the last {}: {} / {}.",
                                  duration(levels.window), duration(window), ratio_record(window), kSloBudget),
                      "none", burn_rate(source, window));
    std::map<double, std::string> lines;
    for (const auto& alert : levels.burn_rate_alerts) {
      if (alert.long_window != window && alert.short_window != window) continue;
      const bool is_page = alert.severity == AlertSeverity::Page;
      if (auto& colour = lines[alert.burn_rate]; colour != "red") colour = is_page ? "red" : "orange";
    }
    if (!lines.empty()) {
      panel.thresholds = {"transparent", {lines.begin(), lines.end()}};
      panel.description += lines.size() == 1 ? " The line is the burn rate of the alert."
                                             : " The lines are the burn rates of alerts: red of those that page.";
    }
    panels.push_back(std::move(panel));
  }
  return panels;
}

std::vector<Panel> kept(const PageSource& source) {
  const auto& recorded = source.recorded;
  auto good = of_objectives(
      "Kept",
      fmt::format("Good events of all, over the last {}: 1 - {}.", duration(kRateWindow), ratio_record(kRateWindow)),
      "percentunit", "1 - " + recorded.series(ratio_record(kRateWindow)));
  good.is_zoomed = true;
  return {std::move(good),
          of_objectives("Bad events",
                        fmt::format("A second: those that are slower than the target, or failed. {}{}.", kSloBadEvents,
                                    duration(kRateWindow)),
                        "ops", recorded.series(kSloBadEvents + duration(kRateWindow)))};
}

}  // namespace

Dashboard service_levels_page(const PageSource& source) {
  return {.name = "service-levels",
          .title = "Service levels",
          .description = "Objectives, their error budgets and how fast they burn; by the records of vitals rules.",
          .rows = {{"Objectives", {objectives_table(source), exhaustion(source)}},
                   {"Budgets", burning(source)},
                   {"Events", kept(source)},
                   {"Alerts", {alerts_panel(source, 24)}}},
          .from = "now-24h",
          .refresh = "1m"};
}

}  // namespace vitals::tool
