#include "core/status/level_status_json.hpp"

#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "core/formats/text_pieces.hpp"
#include "core/text/json_text.hpp"

namespace vitals::detail {

namespace {

// Values of JSON.
void put(std::string& out, bool value) { out += value ? "true" : "false"; }
void put(std::string& out, std::uint64_t value) { append_number(out, value); }
void put(std::string& out, double value) { std::isfinite(value) ? append_number(out, value) : void(out += "null"); }
void put(std::string& out, std::string_view value) { append_json_text(out, value); }
void put(std::string& out, std::chrono::seconds value) {
  append_number(out, static_cast<std::uint64_t>(value.count()));
}
void put(std::string& out, std::chrono::milliseconds value) { append_seconds(out, value.count(), 1000); }
template <class Value>
void put(std::string& out, const std::optional<Value>& value) {
  value ? put(out, *value) : void(out += "null");
}

// The members of an object, one after the other; the braces are its caller's.
class Members {
 public:
  explicit Members(std::string& out) : out_{out} {}

  template <class Value>
  Members& add(std::string_view name, const Value& value) {
    put(key(name), value);
    return *this;
  }
  /// Appends the name; the value is to follow.
  std::string& key(std::string_view name, std::string_view separator = ", ") {
    if (!std::exchange(is_first_, false)) out_ += separator;
    append_json_text(out_, name);
    return out_ += ": ";
  }

 private:
  std::string& out_;
  bool is_first_ = true;
};

void add_window(Members& members, const WindowStatus& status) {
  members.add("window_seconds", status.window)
      .add("covered_seconds", std::chrono::duration_cast<std::chrono::milliseconds>(status.covered))
      .add("full", status.is_full)
      .add("events", status.events)
      .add("bad_events", status.bad_events)
      .add("burn_rate", status.burn_rate);
}

// A line for each element.
template <class List, class Append>
void add_list(std::string& out, const char* indent, const List& list, Append append) {
  out += '[';
  const char* separator = "\n";
  for (const auto& element : list) {
    out.append(separator).append(indent).append(1, '{');
    append(element);
    out += '}';
    separator = ",\n";
  }
  out += ']';
}

void add_budget(std::string& out, const ErrorBudgetStatus& budget) {
  Members members{out += '{'};
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
  Members members{out};
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
  add_list(members.key("burn_rates", kNewLine), "      ", status.burn_rates, [&out](const WindowStatus& window) {
    Members inner{out};
    add_window(inner, window);
  });
  add_list(members.key("alerts", kNewLine), "      ", status.alerts, [&out](const BurnRateAlertStatus& alert) {
    const bool is_page = alert.alert.severity == AlertSeverity::Page;
    Members{out}
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
  Members members{out};
  members.add("window_seconds", window).add("sample_interval_seconds", interval);
  add_list(members.key("objectives"), "  ", objectives,
           [&out](const ObjectiveStatus& status) { add_objective(out, status); });
  return out += "}\n";
}

}  // namespace vitals::detail
