#include <algorithm>
#include <set>

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

// A request that counts for an objective on times: its endpoint, and a weight that makes each sum tell what it is of.
struct Weighted {
  Endpoint endpoint;
  double weight;
  bool counts = true;
};

// An objective on the times of some endpoints, or of all.
struct TimedObjective {
  std::string slo;
  std::chrono::nanoseconds target;
  std::vector<Conditions> conditions;
  std::string family;  ///< of its tests: none of these counts what another is tested with
  std::vector<Weighted> events = {};
};

std::string sum_of(const Draft& draft, const std::vector<Conditions>& all, const char* metric, seconds window,
                   const std::string& bucket = {}) {
  std::vector<std::string> rates;
  for (auto conditions : all) {
    if (!bucket.empty()) conditions.push_back(bucket);
    rates.push_back(draft.select.rate(metric, window, std::move(conditions)));
  }
  return fmt::format("sum by (job) ({})", fmt::join(rates, "\n or "));
}

std::vector<PhasedSeries> weighted_series(const TimedObjective& objective, const char* metric, const char* le,
                                          double first, double second) {
  std::vector<PhasedSeries> series;
  for (const auto& [endpoint, weight, counts] : objective.events) {
    Labels labels{{"instance", "a"}, {"method", endpoint.method}, {"endpoint", endpoint.route}};
    if (le != nullptr) labels.emplace_back("le", le);
    series.push_back({metric, std::move(labels), {first * weight, second * weight}});
  }
  return series;
}

double sum_of(const std::vector<Weighted>& all) {
  double sum = 0;
  for (const auto& one : all) sum += one.counts ? one.weight : 0;
  return sum;
}

// How the bound is written in scrapes: a whole number in two ways.
std::vector<std::string> spellings_of(std::chrono::nanoseconds bound) {
  auto text = number(static_cast<double>(bound.count()) / 1e9);
  if (text.find_first_not_of("0123456789") != std::string::npos) return {text};
  return {text, text + ".0"};
}

void add_timed(Draft& draft, const TimedObjective& objective, seconds window) {
  const auto events = kSloEvents + duration(window);
  const auto bad = kSloBadEvents + duration(window);
  const Labels slo{{"slo", objective.slo}};
  draft.record(kSloGroup, events, sum_of(draft, objective.conditions, kRequestTimesCount, window), slo);
  draft.record(
      kSloGroup, bad,
      fmt::format("{} - on (job)\n{}", draft.select.series(events, {equals("slo", objective.slo)}),
                  sum_of(draft, objective.conditions, kRequestTimesBucket, window, bucket_of(objective.target))),
      slo);

  const double all = sum_of(objective.events);
  const auto of = [&slo](const std::string& record) { return labelled(record, slo); };
  add_test(draft, {.record = events,
                   .what = "requests of its endpoints",
                   .window = window,
                   .series = weighted_series(objective, kRequestTimesCount, nullptr, 1, 2),
                   .query = of(events),
                   .labels = slo,
                   .values = {all, 2 * all},
                   .between = {halfway(1, all, 2 * all)}});
  for (const auto& le : spellings_of(objective.target)) {
    RecordTest test{.record = bad,
                    .what = "requests that are not within the target",
                    .window = window,
                    .series = weighted_series(objective, kRequestTimesBucket, le.c_str(), 1, 0.5),
                    .query = of(bad),
                    .labels = slo,
                    .values = {all, 1.5 * all},
                    .between = {halfway(1, all, 1.5 * all)},
                    .family = objective.family + (le.ends_with(".0") ? ".0" : "")};
    test.series.push_back({events, slo, {2 * all, 2 * all}, true});
    add_test(draft, test);
  }
}

void add_answered(Draft& draft, const char* name, seconds window) {
  const auto events = kSloEvents + duration(window);
  const auto bad = kSloBadEvents + duration(window);
  const Labels slo{{"slo", name}};
  draft.record(kSloGroup, events, draft.select.rate_by("job", kRequests, window), slo);
  draft.record(kSloGroup, bad, bad_requests(draft, "job", window), slo);
  const auto good = [](const char* instance) { return Labels{{"instance", instance}, {"status", "200"}}; };
  add_test(draft, {.record = events,
                   .what = "all requests",
                   .window = window,
                   .series = {{kRequests, good("a"), {40, 60}}, {kRequests, good("b"), {24, 36}}},
                   .query = labelled(events, slo),
                   .labels = slo,
                   .values = {64, 96},
                   .between = {halfway(1, 64, 96)}});
  add_test(draft, {.record = bad,
                   .what = "those that fail",
                   .window = window,
                   .series = good_and_bad_requests(draft.levels),
                   .query = labelled(bad, slo),
                   .labels = slo,
                   .values = {0, 8, 32, 0},
                   .between = {halfway(2, 8, 32)}});
}

void add_objective(Draft& draft, const detail::Objective& objective) {
  const Labels slo{{"slo", objective.name}};
  const auto events = kSloEvents + duration(kRateWindow);
  draft.record(kSloGroup, kSloObjective,
               fmt::format("{} * group by (job) ({})", number(objective.ratio),
                           draft.select.series(events, {equals("slo", objective.name)})),
               slo);
  add_test(draft, {.record = kSloObjective,
                   .what = "of each",
                   .series = {{events, slo, {7}, true}},
                   .query = labelled(kSloObjective, slo),
                   .labels = slo,
                   .values = {objective.ratio},
                   .family = "objectives"});
}

std::vector<TimedObjective> timed_objectives(const ServiceLevels& levels) {
  std::vector<TimedObjective> result;
  for (const auto& level : levels.latency) {
    auto& made =
        result.emplace_back(detail::objective_name(level), level.target, std::vector<Conditions>{{}}, "latency");
    made.events = {{{"GET", "/a"}, 1}, {{"POST", "/b"}, 2}};
  }
  const auto& classes = levels.endpoint_classes;
  for (const auto& level : classes) {
    auto& made =
        result.emplace_back(detail::objective_name(level), level.target, conditions_of(level, classes), "classes");
    double weight = 1;
    for (const auto& endpoint : endpoints_to_test(classes)) {
      made.events.push_back({endpoint, weight, has(level, classes, endpoint)});
      weight = weight < 1e9 ? 2 * weight : 1;
    }
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
