#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <vitals/collector_token.hpp>
#include <vitals/detail/abi.hpp>
#include <vitals/service_levels.hpp>

namespace vitals {

class Scope;

/// What was counted over a time that ends now.
struct WindowStatus {
  std::chrono::seconds window = {};  ///< that is asked for
  /// The time that the numbers are of, to within the clock's 10 ms: from the last sample that is as old as the window.
  /// If there is none, from the first one, and the window is not full.
  std::chrono::nanoseconds covered = {};
  bool is_full = false;
  std::uint64_t events = 0;
  std::uint64_t bad_events = 0;
  /// bad_events / events, by the error budget, 1 - objective: https://sre.google/workbook/alerting-on-slos/. Empty:
  /// there were no events.
  std::optional<double> burn_rate = {};
};

struct ErrorBudgetStatus {
  WindowStatus window = {};  ///< over ServiceLevels::window
  /// Of the budget of the events so far in the window: 1 - burn rate. Below 0: overspent. Empty: no events.
  std::optional<double> remaining = {};
  /// When the budget of the whole window is used up, if requests come as they did in the part of it that is covered,
  /// burn as over `pace_window`, and nothing leaves the window: 0 if it is used up now. Empty: later than a window from
  /// now, or nothing burns.
  std::optional<std::chrono::duration<double>> exhausted_in = {};
  std::chrono::seconds pace_window = {};  ///< the shortest of the alerts' long windows
};

struct BurnRateAlertStatus {
  BurnRateAlert alert = {};
  bool can_fire = false;   ///< else even if all events were bad the budget would burn slower
  bool is_firing = false;  ///< both windows, or what of them is covered, burn faster than alert.burn_rate
};

struct ObjectiveStatus {
  std::string name = {};  ///< its label `slo`: "latency-p95"
  double objective = 0;   ///< the share of events that it wants to be good
  /// Since the counters began, as they are exported. Empty: nothing counts for it in the registry, and so nothing is
  /// known of it.
  std::optional<std::uint64_t> events = {};
  std::optional<std::uint64_t> bad_events = {};
  std::optional<double> compliance = {};  ///< good events of these; empty: no events
  ErrorBudgetStatus error_budget = {};
  std::vector<WindowStatus> burn_rates = {};  ///< over each window of the burn rate alerts, the shortest first
  std::vector<BurnRateAlertStatus> alerts = {};
};

/// Burn rates and error budgets of the objectives of service levels (`latency`, `error_rate`, `availability`,
/// `endpoint_classes`) in this process, without a Prometheus: from slo_events_total and slo_bad_events_total, which
/// HttpMetrics counts (HttpOptions::levels). docs/slo.md has what is known after a restart, a pause or a gap.
/// Thread-safe; in a forked child as a scrape.
/// Cost: nothing for a request. A sample some 0.3 µs for each objective, a status as JSON some 6 µs. At most 32 KiB for
/// each objective, whatever the windows, all of it from the start.
/// Lifetime: the registry must outlive it; the levels need not.
///
/// It goes by samples of the counters that are an interval() apart, which it takes by itself whenever the registry is
/// scraped or a status is asked for. Where neither happens every so often, call sample(); an Endpoint does, which has
/// such an object of its own (EndpointOptions::levels).
class LevelStatus {
 public:
  /// Of the counters in the scope, which may be made later. They should be counted by the same levels. Throws
  /// std::invalid_argument naming each mistake in the levels, as ServiceLevels::check() does.
  LevelStatus(const Scope& scope, const ServiceLevels& levels);
  ~LevelStatus();
  LevelStatus(const LevelStatus&) = delete;
  LevelStatus& operator=(const LevelStatus&) = delete;

  /// How they are now, in the order of the members of ServiceLevels.
  [[nodiscard]] std::vector<ObjectiveStatus> objectives();
  /// The same as a JSON object, which docs/slo.md explains: the body of an answer of type application/json.
  [[nodiscard]] std::string to_json();

  /// Takes a sample if the last one is an interval() old.
  void sample() noexcept;
  /// A fifth of the shortest window of the alerts, from 1 s to 1 min.
  [[nodiscard]] std::chrono::seconds interval() const noexcept;

 private:
  struct Impl;
  const std::unique_ptr<Impl> impl_;
  const CollectorToken at_scrapes_;
};

}  // namespace vitals
