#include <cstddef>
#include <optional>
#include <set>
#include <utility>

#include <fmt/core.h>
#include <fmt/format.h>

#include "core/levels/objective_name.hpp"
#include "core/levels/objectives.hpp"
#include "tool/rules/endpoint_sets.hpp"
#include "tool/rules/requests.hpp"
#include "tool/rules/slo.hpp"

namespace vitals::tool {
namespace {

using std::chrono::seconds;

// Requests of an endpoint, at a rate that makes each sum tell what it is of. They are of one of the objective's sets,
// or of none.
struct Weighted {
  Endpoint endpoint;
  double weight;
  std::optional<std::size_t> set;
};

// An objective on the times of some endpoints, or of all.
struct TimedObjective {
  std::string slo;
  std::chrono::nanoseconds target;
  std::vector<EndpointSet> sets;
  std::string family;  ///< of its tests: none of these counts what another is tested with
  std::vector<Weighted> requests = {};
};

std::string sum_of(const Draft& draft, const std::vector<EndpointSet>& sets, const char* metric, seconds window,
                   const std::string& bucket = {}) {
  std::vector<std::string> rates;
  for (const auto& set : sets) {
    auto conditions = set.conditions();
    if (!bucket.empty()) conditions.push_back(bucket);
    rates.push_back(draft.select.rate(metric, window, std::move(conditions)));
  }
  return fmt::format("sum by (job) ({})", fmt::join(rates, "\n or "));
}

// The requests of one set after the other change their rate from `first` to `second` times their weight: so each set's
// window shows by itself.
struct Changes {
  std::vector<PhasedSeries> series;
  std::vector<std::optional<double>> sums;
  std::vector<BetweenPhases> between;
};

Changes changes_of(const TimedObjective& objective, const char* metric, const char* le, double first, double second) {
  Changes result;
  const auto phases = objective.sets.size() + 1;
  std::vector<double> sums(phases, 0);
  for (const auto& [endpoint, weight, set] : objective.requests) {
    Labels labels{{"instance", "a"}, {"method", endpoint.method}, {"endpoint", endpoint.route}};
    if (le != nullptr) labels.emplace_back("le", le);
    PhasedSeries series{metric, std::move(labels), {}};
    for (std::size_t phase = 0; phase < phases; ++phase) {
      const double rate = (phase > set.value_or(phases) ? second : first) * weight;
      series.values.emplace_back(rate);
      if (set) sums[phase] += rate;
    }
    result.series.push_back(std::move(series));
  }
  result.sums.assign(sums.begin(), sums.end());
  for (std::size_t phase = 1; phase < phases; ++phase)
    result.between.push_back(halfway(phase, sums[phase - 1], sums[phase]));
  return result;
}

void add_timed(Draft& draft, const TimedObjective& objective, seconds window) {
  const auto events = kSloEvents + duration(window);
  const auto bad = kSloBadEvents + duration(window);
  const Labels slo{{"slo", objective.slo}};
  draft.record(kSloGroup, events, sum_of(draft, objective.sets, kRequestTimesCount, window), slo);
  draft.record(kSloGroup, bad,
               fmt::format("{} - on (job)\n{}", draft.select.series(events, {equals("slo", objective.slo)}),
                           sum_of(draft, objective.sets, kRequestTimesBucket, window, bucket_of(objective.target))),
               slo);

  const auto all = changes_of(objective, kRequestTimesCount, nullptr, 1, 2);
  add_test(draft, {.record = events,
                   .what = "requests of its endpoints",
                   .window = window,
                   .series = all.series,
                   .query = labelled(events, slo),
                   .labels = slo,
                   .values = all.sums,
                   .between = all.between});
  for (const auto& le : spellings_of(objective.target)) {
    auto within = changes_of(objective, kRequestTimesBucket, le.c_str(), 1, 0.5);
    const double total = 2 * *within.sums.front();
    for (auto& sum : within.sums) sum = total - *sum;
    for (auto& between : within.between) between.value = total - between.value;
    RecordTest test{.record = bad,
                    .what = "requests that are not within the target",
                    .window = window,
                    .series = within.series,
                    .query = labelled(bad, slo),
                    .labels = slo,
                    .values = within.sums,
                    .between = within.between,
                    .family = objective.family + (le.ends_with(".0") ? ".0" : "")};
    test.series.push_back({events, slo, std::vector<std::optional<double>>(within.sums.size(), total), true});
    // What another objective has is not to be subtracted from.
    test.series.push_back(
        {events, {{"slo", "another"}}, std::vector<std::optional<double>>(within.sums.size(), 1), true});
    add_test(draft, test);
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
                   .query = labelled(events, slo),
                   .labels = slo,
                   .values = {64, 96},
                   .between = {halfway(1, 64, 96)}});
  RecordTest test{.record = bad,
                  .what = "those that fail",
                  .window = window,
                  .series = bad_requests_to_test(draft.levels),
                  .query = labelled(bad, {{"job", draft.job()}, {"slo", name}}),
                  .labels = slo,
                  .values = {0, 0, 8, 32},
                  .between = {halfway(3, 8, 32)}};
  add_test(draft, test);
  // Each that is declared, and one that is good.
  RecordTest each{.record = bad,
                  .what = "each bad status counts",
                  .window = window,
                  .query = labelled(bad, slo),
                  .labels = slo,
                  .values = {0}};
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
  test.expect(labelled(kSloObjective, slo), 0, labels, objective.ratio);
  test.add();
}

std::vector<TimedObjective> timed_objectives(const ServiceLevels& levels) {
  std::vector<TimedObjective> result;
  for (const auto& level : levels.latency)
    result.push_back({detail::objective_name(level),
                      level.target,
                      {EndpointSet{}},
                      "latency",
                      {{{"GET", "/a"}, 1, 0}, {{"POST", "/b"}, 2, 0}}});
  const auto& classes = levels.endpoint_classes;
  for (const auto& level : classes) {
    TimedObjective made{detail::objective_name(level), level.target, sets_of(level, classes), "classes"};
    double weight = 1;
    for (const auto& endpoint : endpoints_to_test(classes)) {
      Weighted request{endpoint, weight, std::nullopt};
      for (std::size_t i = 0; i < made.sets.size(); ++i) {
        if (made.sets[i].has(endpoint)) request.set = i;
      }
      made.requests.push_back(std::move(request));
      weight = weight < 1e9 ? 2 * weight : 1;
    }
    result.push_back(std::move(made));
  }
  return result;
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
    if (draft.levels.error_rate) add_answered(draft, "error-rate", window);
    if (draft.levels.availability) add_answered(draft, "availability", window);
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
                       .query = record,
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
                   .query = kSloObjective,
                   .labels = slo,
                   .values = {0.75}});
}

}  // namespace vitals::tool
