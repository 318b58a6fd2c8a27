#include "core/status/level_status_json.hpp"

#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "core/formats/json_members.hpp"

namespace vitals::detail {

namespace {

void add_window(JsonMembers& members, const WindowStatus& status) {
  members.add("window_seconds", status.window)
      .add("covered_seconds", std::chrono::duration_cast<std::chrono::milliseconds>(status.covered))
      .add("full", status.is_full)
      .add("events", status.events)
      .add("bad_events", status.bad_events)
      .add("burn_rate", status.burn_rate);
}

void add_budget(std::string& out, const ErrorBudgetStatus& budget) {
  JsonMembers members{out += '{'};
  add_window(members, budget.window);
  members.add("remaining", budget.remaining);
  const auto& exhausted_in = budget.exhausted_in;
  members.add("exhausted_in_seconds",
              exhausted_in ? std::optional{std::chrono::floor<std::chrono::seconds>(*exhausted_in)} : std::nullopt);
  members.add("pace_window_seconds", budget.pace_window);
  out += '}';
}

void add_objective(std::string& out, const ObjectiveStatus& status) {
  constexpr std::string_view kNewLine = ",\n    ";
  JsonMembers members{out};
  members.add("name", std::string_view{status.name})
      .add("objective", status.objective)
      .add("events", status.events)
      .add("bad_events", status.bad_events)
      .add("compliance", status.compliance);
  if (!status.events)
    members.add("note",
                std::string_view{"nothing counts for this objective in the registry, so nothing is known of it; "
                                 "give the levels to an HttpMetrics of the same scope (HttpOptions::levels)"});
  add_budget(members.key("error_budget", kNewLine), status.error_budget);
  append_json_objects(members.key("burn_rates", kNewLine), "\n      ", status.burn_rates,
                      [&out](const WindowStatus& window) {
                        JsonMembers inner{out};
                        add_window(inner, window);
                      });
  append_json_objects(members.key("alerts", kNewLine), "\n      ", status.alerts,
                      [&out](const BurnRateAlertStatus& alert) {
                        const bool is_page = alert.alert.severity == AlertSeverity::Page;
                        JsonMembers{out}
                            .add("severity", std::string_view{is_page ? "page" : "ticket"})
                            .add("burn_rate", alert.alert.burn_rate)
                            .add("long_window_seconds", alert.alert.long_window)
                            .add("short_window_seconds", alert.alert.short_window)
                            .add("can_fire", alert.can_fire)
                            .add("firing", alert.is_firing);
                      });
}

}  // namespace

std::string level_status_json(std::span<const ObjectiveStatus> objectives, std::chrono::seconds window,
                              std::chrono::seconds interval) {
  std::string out = "{";
  JsonMembers members{out};
  members.add("window_seconds", window).add("sample_interval_seconds", interval);
  append_json_objects(members.key("objectives"), "\n  ", objectives,
                      [&out](const ObjectiveStatus& status) { add_objective(out, status); });
  return out += "}\n";
}

}  // namespace vitals::detail
