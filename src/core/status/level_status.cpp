#include <algorithm>
#include <mutex>
#include <set>
#include <span>
#include <utility>

#include <vitals/collector_token.hpp>
#include <vitals/level_status.hpp>
#include <vitals/scope.hpp>

#include "core/instruments/access.hpp"
#include "core/levels/level_rules.hpp"
#include "core/levels/objectives.hpp"
#include "core/registry/registry_state.hpp"
#include "core/status/event_history.hpp"
#include "core/status/level_status_json.hpp"
#include "core/status/objective_counters.hpp"

namespace vitals {

namespace {

using Nanos = std::chrono::nanoseconds;
using Seconds = std::chrono::seconds;

// The coarse clock of the system goes on every 1 to 10 ms: what is an interval apart may look so much less.
constexpr std::int64_t kClockStep = Nanos{std::chrono::milliseconds{20}}.count();

const ServiceLevels& checked(const ServiceLevels& levels) {
  detail::throw_mistakes("vitals::LevelStatus", detail::level_mistakes(levels));
  return levels;
}

template <class Alerts>
Seconds shortest(const Alerts& alerts, Seconds BurnRateAlert::*window) {
  return std::ranges::min(alerts, {}, window).*window;
}

}  // namespace

struct LevelStatus::Impl {
  Impl(const Scope& scope, const ServiceLevels& levels)
      : clock{*detail::Access::state(scope).environment().clock},
        window{levels.window},
        alerts{levels.burn_rate_alerts},
        interval{std::clamp(shortest(alerts, &BurnRateAlert::short_window) / 5, Seconds{1}, Seconds{60})},
        objectives{detail::objectives(levels)},
        counters{scope},
        totals(objectives.size()),
        history{objectives.size(), interval, window} {
    for (const auto& alert : alerts) windows.insert({alert.long_window, alert.short_window});
    const std::int64_t now = clock.steady_nanos();
    const detail::ObjectiveCounters::Look look{counters};
    for (const auto& objective : objectives) events.emplace_back(look.read(objective.name), now);
    history.add(now, totals);
  }

  void sample() noexcept;
  [[nodiscard]] std::vector<ObjectiveStatus> status();

  // The rest under the lock.
  [[nodiscard]] bool is_due(std::int64_t now) const noexcept {
    return now - history.newest() >= Nanos{interval}.count() - kClockStep;
  }
  void take_sample(std::int64_t now);
  [[nodiscard]] WindowStatus over(Seconds window, std::size_t i, double budget) const;
  [[nodiscard]] ErrorBudgetStatus budget_status(std::size_t i, double budget) const;
  [[nodiscard]] ObjectiveStatus status_of(std::size_t i) const;

  const Clock& clock;
  const Seconds window;
  const std::vector<BurnRateAlert> alerts;
  const Seconds interval;
  const std::vector<detail::Objective> objectives;
  const detail::ObjectiveCounters counters;
  std::set<Seconds> windows;

  std::mutex mutex;                             // for what follows
  std::vector<detail::ObjectiveEvents> events;  // of each objective, as at the last look
  std::vector<detail::EventCounts> totals;      // the same, as one span
  detail::EventHistory history;
  std::int64_t last_look = 0;
};

// Reads the counters, and keeps what they are if it is time to.
void LevelStatus::Impl::take_sample(std::int64_t now) {
  const detail::ObjectiveCounters::Look look{counters};
  for (std::size_t i = 0; i < objectives.size(); ++i) {
    events[i].add(look.read(objectives[i].name), now);
    totals[i] = events[i].total();
  }
  if (is_due(now)) history.add(now, totals);
  last_look = now;
}

// Whoever has the lock is at it already; or was, in the parent of a forked child that scrapes.
void LevelStatus::Impl::sample() noexcept try {
  const std::unique_lock lock{mutex, std::try_to_lock};
  if (!lock.owns_lock()) return;
  if (const std::int64_t now = clock.steady_nanos(); is_due(now)) take_sample(now);
} catch (...) {  // nothing that it does needs memory; the next sample has what this one would have had
}

WindowStatus LevelStatus::Impl::over(Seconds length, std::size_t i, double budget) const {
  const std::int64_t wanted = last_look - Nanos{length}.count();
  detail::ObjectiveEvents::Moment start = events[i].begin();
  if (const auto sample = history.at(wanted); sample.time >= start.time) start = {sample.time, sample.counts[i]};
  WindowStatus status{.window = length,
                      .covered = Nanos{last_look - start.time},
                      .is_full = start.time <= wanted,
                      .events = totals[i].events - start.total.events};
  // A request that was being counted when a sample was taken may be bad in one and an event in the other.
  status.bad_events = std::min(totals[i].bad - start.total.bad, status.events);
  if (status.events > 0)
    status.burn_rate = static_cast<double>(status.bad_events) / static_cast<double>(status.events) / budget;
  return status;
}

ErrorBudgetStatus LevelStatus::Impl::budget_status(std::size_t i, double budget) const {
  ErrorBudgetStatus status{.window = over(window, i, budget),
                           .pace_window = shortest(alerts, &BurnRateAlert::long_window)};
  if (!status.window.burn_rate) return status;
  status.remaining = 1 - *status.window.burn_rate;
  if (*status.remaining <= 0) {
    status.exhausted_in = Seconds{0};
  } else if (const auto pace = over(status.pace_window, i, budget).burn_rate; pace && *pace > 0) {
    using Time = std::chrono::duration<double>;
    const Time spent = std::min(Time{status.window.covered}, Time{window}) * *status.window.burn_rate;
    if (const Time left = (window - spent) / *pace; left <= window) status.exhausted_in = left;
  }
  return status;
}

ObjectiveStatus LevelStatus::Impl::status_of(std::size_t i) const {
  const double budget = detail::error_budget(objectives[i].ratio);
  ObjectiveStatus status{.name = objectives[i].name, .objective = objectives[i].ratio};
  if (const auto counted = events[i].counters()) {
    status.events = counted->events;
    status.bad_events = std::min(counted->bad, counted->events);
    if (counted->events > 0)
      status.compliance =
          static_cast<double>(counted->events - *status.bad_events) / static_cast<double>(counted->events);
  }
  status.error_budget = budget_status(i, budget);
  for (const Seconds length : windows) status.burn_rates.push_back(over(length, i, budget));
  const auto burns = [&](Seconds length, double rate) {
    const auto found = std::ranges::find(status.burn_rates, length, &WindowStatus::window);
    return found->burn_rate && *found->burn_rate > rate;
  };
  for (const auto& alert : alerts)
    status.alerts.push_back(
        {.alert = alert,
         .can_fire = detail::can_fire(alert, budget),
         .is_firing = burns(alert.long_window, alert.burn_rate) && burns(alert.short_window, alert.burn_rate)});
  return status;
}

std::vector<ObjectiveStatus> LevelStatus::Impl::status() {
  std::vector<ObjectiveStatus> all;
  all.reserve(objectives.size());
  const std::lock_guard lock{mutex};
  take_sample(clock.steady_nanos());
  for (std::size_t i = 0; i < objectives.size(); ++i) all.push_back(status_of(i));
  return all;
}

LevelStatus::LevelStatus(const Scope& scope, const ServiceLevels& levels)
    : impl_{std::make_unique<Impl>(scope, checked(levels))},
      // It gives nothing: that it is asked is the occasion.
      at_scrapes_{scope.add_collector([impl = impl_.get()](auto&) { impl->sample(); })} {}

LevelStatus::~LevelStatus() = default;

std::vector<ObjectiveStatus> LevelStatus::objectives() { return impl_->status(); }

std::string LevelStatus::to_json() {
  return detail::level_status_json(impl_->status(), impl_->window, impl_->interval);
}

void LevelStatus::sample() noexcept { impl_->sample(); }

Seconds LevelStatus::interval() const noexcept { return impl_->interval; }

}  // namespace vitals
