#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <utility>

#include <fmt/core.h>

#include "core/levels/objectives.hpp"
#include "tool/rules/requests.hpp"
#include "tool/rules/slo.hpp"
#include "tool/rules/timed_objectives.hpp"

namespace vitals::tool {
namespace {

using std::chrono::seconds;

// The requests of one set after the other change their rate from `first` to `second` times their weight: so each set's
// window shows by itself.
struct Changes {
  std::vector<PhasedSeries> series;
  std::vector<double> sums = {};  ///< of those that the objective is of, at the end of each phase
  std::vector<BetweenPhases> between = {};
};

Labels instance_labels(const char* instance, const Endpoint& endpoint) {
  return {{"instance", instance}, {"method", endpoint.method}, {"endpoint", endpoint.route}};
}

Labels with_bound(Labels labels, const std::string& le) {
  labels.emplace_back("le", le);
  return labels;
}

Changes changes_of(const TimedObjective& objective, const char* metric, const std::string& le, double first,
                   double second) {
  Changes result;
  const auto phases = objective.sets.size() + 1;
  std::vector<double> sums(phases, 0);
  for (const auto& [endpoint, weight, set] : objective.requests) {
    auto labels = instance_labels("a", endpoint);
    PhasedSeries series{metric, le.empty() ? std::move(labels) : with_bound(std::move(labels), le), {}};
    for (std::size_t phase = 0; phase < phases; ++phase) {
      const double rate = (phase > set.value_or(phases) ? second : first) * weight;
      series.values.emplace_back(rate);
      if (set) sums[phase] += rate;
    }
    result.series.push_back(std::move(series));
  }
  for (std::size_t phase = 1; phase < phases; ++phase)
    result.between.push_back(halfway(phase, sums[phase - 1], sums[phase]));
  result.sums = std::move(sums);
  return result;
}

// Instances whose requests can't be judged: one that never has the bucket, and one of each set that has it no more when
// the set changes. Till then, and as long as the window reaches back, all its requests are slow.
void add_instances_without_bucket(const TimedObjective& objective, const std::string& le, Changes& to) {
  const auto phases = to.sums.size();
  const double most = 8 * to.sums.back();
  for (std::size_t set = 0; set < objective.sets.size(); ++set) {
    const auto request = std::ranges::find(objective.requests, std::optional{set}, &Weighted::set);
    const double rate = 2 * (to.sums[set + 1] - to.sums[set]);
    std::vector<std::optional<double>> bucket(phases);
    std::fill_n(bucket.begin(), set + 1, 0);
    const auto gone = instance_labels("gone", request->endpoint);
    to.series.push_back({kRequestTimesCount, gone, std::vector<std::optional<double>>(phases, rate)});
    to.series.push_back({kRequestTimesBucket, with_bound(gone, le), std::move(bucket)});
    const auto never = instance_labels("never", request->endpoint);
    to.series.push_back({kRequestTimesCount, never, std::vector<std::optional<double>>(phases, most)});
    to.series.push_back(
        {kRequestTimesBucket, with_bound(never, "+Inf"), std::vector<std::optional<double>>(phases, most)});
    for (std::size_t phase = 0; phase <= set; ++phase) to.sums[phase] += rate;
    for (auto& between : to.between) {
      if (between.phase <= set + 1) between.value += rate;
    }
  }
}

RecordTest test_of(const std::string& record, const char* what, seconds window, const Labels& slo,
                   const Changes& changes) {
  return {.record = record,
          .what = what,
          .window = window,
          .series = changes.series,
          .labels = slo,
          .values = {changes.sums.begin(), changes.sums.end()},
          .between = changes.between};
}

// Bad are those that are not within the target, of each series by itself: what has no bucket with it, as an instance
// of another release, has no say.
void add_timed(Draft& draft, const TimedObjective& objective, seconds window) {
  const auto events = kSloEvents + duration(window);
  const auto bad = kSloBadEvents + duration(window);
  const Labels slo{{"slo", objective.slo}};
  const auto all = union_of(objective.sets, [&](Conditions conditions) {
    return draft.select.rate(kRequestTimesCount, window, std::move(conditions));
  });
  const auto within = draft.select.rate(kRequestTimesBucket, window, {bucket_of(objective.target)});
  draft.record(kSloGroup, events, fmt::format("sum by (job) (\n  {}\n  and ignoring (le) {}\n)", all, within), slo);
  draft.record(kSloGroup, bad, fmt::format("sum by (job) (\n  {}\n  - sum without (le) ({})\n)", all, within), slo);

  for (const auto& le : spellings_of(objective.target)) {
    constexpr const char* kWhat = "requests of its endpoints, of instances with the bucket";
    auto changes = changes_of(objective, kRequestTimesCount, "", 1, 2);
    const auto good = changes_of(objective, kRequestTimesBucket, le, 0.25, 1);
    changes.series.insert(changes.series.end(), good.series.begin(), good.series.end());
    add_instances_without_bucket(objective, le, changes);
    add_test(draft, test_of(events, kWhat, window, slo, changes));
    for (std::size_t i = 0; i < good.sums.size(); ++i) changes.sums[i] -= good.sums[i];
    for (std::size_t i = 0; i < good.between.size(); ++i) changes.between[i].value -= good.between[i].value;
    add_test(draft, test_of(bad, kWhat, window, slo, changes));
  }
}

void add_answered(Draft& draft, const char* name, seconds window) {
  const auto events = kSloEvents + duration(window);
  const auto bad = kSloBadEvents + duration(window);
  const Labels slo{{"slo", name}};
  draft.record(kSloGroup, events, draft.select.rate_by("job", kRequests, window), slo);
  draft.record(kSloGroup, bad, bad_requests(draft, "job", window) + "\n or 0 * " + draft.select.series(kRequestRate),
               slo);
  const auto good = [](const char* instance) { return Labels{{"instance", instance}, {"status", "200"}}; };
  add_test(draft, {.record = events,
                   .what = "all requests",
                   .window = window,
                   .series = {{kRequests, good("a"), {40, 60}}, {kRequests, good("b"), {24, 36}}},
                   .labels = slo,
                   .values = {64, 96},
                   .between = {halfway(1, 64, 96)}});
  RecordTest test{.record = bad,
                  .what = "those that fail",
                  .window = window,
                  .series = bad_requests_to_test(draft.levels),
                  .labels = slo,
                  .values = {0, 0, 8, 32},
                  .between = {halfway(3, 8, 32)}};
  add_test(draft, test);
  // Each that is declared, and one that is good.
  RecordTest each{.record = bad, .what = "each bad status counts", .window = window, .labels = slo, .values = {0}};
  double weight = 1;
  for (const auto& status : draft.levels.bad_statuses) {
    each.series.push_back({kRequests, {{"instance", "a"}, {"status", status}}, {weight}});
    *each.values.front() += weight;
    weight *= 2;
  }
  add_test(draft, each);
}

void add_objective(Draft& draft, const detail::Objective& objective) {
  const Labels slo{{"slo", objective.name}};
  const auto events = kSloEvents + duration(kRateWindow);
  draft.record(kSloGroup, kSloObjective,
               fmt::format("group by (job) ({}) * {}", draft.select.series(events, {equals("slo", objective.name)}),
                           number(objective.ratio)),
               slo);
  TestCase test{draft, kSloObjective, "of " + objective.name, std::chrono::seconds{0}};
  Labels labels{{"job", draft.job()}};
  labels.insert(labels.end(), slo.begin(), slo.end());
  test.give(events, labels, test.line().hold(7, 1));
  test.expect(kSloObjective, labels, 0, objective.ratio);
  test.add();
}

}  // namespace

std::vector<seconds> rate_windows(const ServiceLevels& levels) {
  std::set<seconds> windows{kRateWindow};
  for (const auto& alert : levels.burn_rate_alerts) {
    for (const auto window : {alert.long_window, alert.short_window}) {
      if (window < kSummedWindow) windows.insert(window);
    }
  }
  return {windows.begin(), windows.end()};
}

void add_declared_objectives(Draft& draft) {
  for (const auto window : rate_windows(draft.levels)) {
    for (const auto& objective : timed_objectives(draft.levels)) add_timed(draft, objective, window);
    if (draft.levels.error_rate) add_answered(draft, kErrorRate, window);
    if (draft.levels.availability) add_answered(draft, kAvailability, window);
  }
  for (const auto& objective : detail::objectives(draft.levels)) add_objective(draft, objective);
}

void add_counted_objectives(Draft& draft) {
  const Labels slo{{"slo", "availability"}};
  const auto of = [](const char* instance) { return Labels{{"slo", "availability"}, {"instance", instance}}; };
  for (const auto window : rate_windows(draft.levels)) {
    for (const auto& [prefix, metric] :
         {std::pair{kSloEvents, detail::kEventsName}, std::pair{kSloBadEvents, detail::kBadEventsName}}) {
      const auto record = prefix + duration(window);
      draft.record(kSloGroup, record, draft.select.rate_by("job, slo", metric, window));
      add_test(draft, {.record = record,
                       .what = "instances are summed",
                       .window = window,
                       .series = {{metric, of("a"), {40, 60}}, {metric, of("b"), {24, 36}}},
                       .labels = slo,
                       .values = {64, 96},
                       .between = {halfway(1, 64, 96)}});
    }
  }
  constexpr const char* kRatio = "slo_objective_ratio";
  draft.record(kSloGroup, kSloObjective, fmt::format("max by (job, slo) ({})", draft.select.series(kRatio)));
  add_test(draft, {.record = kSloObjective,
                   .what = "the strictest of the instances",
                   .series = {{kRatio, of("a"), {0.5}, true}, {kRatio, of("b"), {0.75}, true}},
                   .labels = slo,
                   .values = {0.75}});
}

}  // namespace vitals::tool
