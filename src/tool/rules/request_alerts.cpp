#include <algorithm>
#include <utility>

#include <fmt/core.h>
#include <fmt/format.h>

#include "core/levels/objective_name.hpp"
#include "core/text/quantity.hpp"
#include "tool/rules/endpoint_sets.hpp"
#include "tool/rules/percentiles.hpp"
#include "tool/rules/requests.hpp"
#include "tool/rules/slo.hpp"
#include "tool/rules/threshold_alert.hpp"

namespace vitals::tool {
namespace {

using detail::percent_text;
using detail::percentile_name;
using detail::time_text;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* kAlertGroup = "request_alerts";
// Requests a second: fewer say little of a percentile or a ratio.
constexpr double kFewRequests = 0.1;
constexpr double kFewRequestsOfEndpoint = 0.05;

Guard enough_requests(const Draft& draft) {
  return {"job", draft.select.series(kRequestRate), kFewRequests, {kRequestRate}};
}

void add_latency(Draft& draft, const LatencyObjective& level) {
  const auto limit = level.alert.value_or(level.target);
  const auto percentile = percentile_name(level.objective);
  const auto record = fmt::format("job:{}:{}", kRequestTimes, percentile_suffix(level.objective));
  ThresholdAlert alert{
      .name = percentile_alert(level.objective),
      .labels = {{"severity", level.objective < 0.9 ? "info" : "warning"}},
      .wait = level.alert_after,
      .keep = minutes{2},
      .summary =
          fmt::format("{{{{ $labels.job }}}}: {} of requests is {{{{ $value | humanizeDuration }}}}", percentile),
      .description = fmt::format("It is above {}{}. {} within {} is promised.", time_text(limit),
                                 for_time(level.alert_after), percent_text(level.objective), time_text(level.target)),
      .value = draft.select.series(record),
      .guard = enough_requests(draft),
      .tested = {record},
      .family = kRequestRate};
  set_limit(alert, ">", in_seconds(limit));
  add_alert(draft, draft.group(kAlertGroup), alert);
}

// `limit`: the most of requests that may be bad.
void add_error_alert(Draft& draft, const char* slo, const RatioLevel& level, double limit) {
  constexpr const char* kRatio = "job:http_errors:ratio_rate2m";
  ThresholdAlert alert{
      .name = "HighErrorRate",
      .labels = {{"severity", "critical"}, {"slo", slo}},
      .wait = level.alert_after,
      .keep = minutes{2},
      .summary = "{{ $labels.job }}: {{ $value | humanizePercentage }} of requests fail",
      .description = fmt::format("More than {} of them have a bad status ({}){}.", percent_text(limit),
                                 fmt::join(draft.levels.bad_statuses, ", "), for_time(level.alert_after)),
      .value = draft.select.series(kRatio),
      .guard = enough_requests(draft),
      .tested = {kRatio}};
  set_limit(alert, ">", limit);
  add_alert(draft, draft.group(kAlertGroup), alert);
}

void add_error_alerts(Draft& draft) {
  const auto& errors = draft.levels.error_rate;
  const auto& availability = draft.levels.availability;
  if (errors) add_error_alert(draft, kErrorRate, *errors, errors->alert.value_or(errors->target));
  // Both are the same ratio: beside an error rate, availability has an alert only if it says at what.
  if (availability && (!errors || availability->alert))
    add_error_alert(draft, kAvailability, *availability,
                    detail::rounded(1 - availability->alert.value_or(availability->target), 15));
}

Labels labels_of(const Endpoint& endpoint) { return {{"method", endpoint.method}, {"endpoint", endpoint.route}}; }

// That it fires for the endpoints of the level, and for no others that are as slow.
void test_endpoints(Draft& draft, const Rule& rule, const EndpointLevel& level, const std::vector<EndpointLevel>& all,
                    const std::string& record, double slow) {
  TestCase test{draft, rule.name, "of its endpoints alone", level.alert_after};
  const auto end = test.steps(level.alert_after) + 2;
  std::vector<Labels> firing;
  for (const auto& endpoint : endpoints_to_test(level, all)) {
    auto labels = labels_of(endpoint);
    labels.insert(labels.begin(), {"job", draft.job()});
    test.give(record, labels, test.line().hold(slow, end));
    test.give(kEndpointRate, labels, test.line().hold(1, end));
    if (has_endpoint(level, all, endpoint)) firing.push_back(labels);
  }
  test.expect_alerts(rule, end - 1, "firing", firing);
  test.add();
}

// Each endpoint by itself. `label` says which list the level is of, and has its name.
void add_endpoints(Draft& draft, const char* label, const std::vector<EndpointLevel>& all) {
  for (const auto& level : all) {
    const auto limit = level.alert.value_or(level.target);
    const auto percentile = percentile_name(level.objective);
    const auto record = fmt::format("method_endpoint:{}:{}", kRequestTimes, percentile_suffix(level.objective));
    std::string value;
    const auto sets = sets_of(level, all);
    for (const auto& set : sets)
      value += (value.empty() ? "" : "\n or ") + draft.select.series(record, set.conditions());
    if (sets.size() > 1) value = fmt::format("({})", value);
    const auto tested = labels_of(endpoint_of(level));
    ThresholdAlert alert{
        .name = "EndpointOverBudget",
        .labels = {{"severity", "warning"}, {label, level.name}},
        .wait = level.alert_after,
        .keep = minutes{2},
        .summary = fmt::format("{{{{ $labels.method }}}} {{{{ $labels.endpoint }}}}: {} is "
                               "{{{{ $value | humanizeDuration }}}}",
                               percentile),
        .description = fmt::format("It is above {}{}. {} within {} is promised.", time_text(limit),
                                   for_time(level.alert_after), percent_text(level.objective), time_text(level.target)),
        .value = value,
        .guard = Guard{"job, method, endpoint",
                       draft.select.series(kEndpointRate),
                       kFewRequestsOfEndpoint,
                       {kEndpointRate, tested}},
        .tested = {record, tested},
        .family = label};
    set_limit(alert, ">", in_seconds(limit));
    const auto plain = add_alert(draft, draft.group(kAlertGroup), alert);
    test_endpoints(draft, plain, level, all, record, alert.bad);
  }
}

// Few are served while many are under way: few at night are no fault.
void add_throughput(Draft& draft) {
  const auto& level = draft.levels.throughput;
  if (!level) return;
  constexpr double kManyActive = 20;
  const auto limit = level->alert.value_or(level->target);
  ThresholdAlert alert{
      .name = "ThroughputBelowTargetUnderLoad",
      .labels = {{"severity", "warning"}},
      .wait = level->alert_after,
      .summary = "{{ $labels.job }}: {{ $value | humanize }} requests a second are served while many wait",
      .description = fmt::format("It is below {}{}, and more than 20 requests are under way.", detail::rate_text(limit),
                                 for_time(level->alert_after)),
      .value = draft.select.series(kRequestRate),
      .guard = Guard{"job",
                     fmt::format("sum by (job) (avg_over_time({}[{}]))", draft.select.series(kActive),
                                 duration(kRateWindow)),
                     kManyActive,
                     {kActive, {{"instance", "a"}}}},
      .tested = {kRequestRate}};
  set_limit(alert, "<", limit);
  const auto plain = add_alert(draft, draft.group(kAlertGroup), alert);

  // The average over five minutes: not of ten, and not of half as many.
  constexpr std::size_t kLoad = 25;
  TestCase test{draft, plain.name, "the load is that of five minutes", 40 * kInterval};
  test.give(kRequestRate, {{"job", draft.job()}}, test.line().hold(alert.bad, 40));
  for (const auto* instance : {"a", "b"})
    test.give(kActive, {{"job", draft.job()}, {"instance", instance}},
              test.line().hold(kManyActive, kLoad).hold(0, 15));
  test.expect_alerts(plain, kLoad + 3, test.steps(plain.wait) > kLoad + 3 ? "pending" : "firing",
                     {{{"job", draft.job()}}});
  test.expect_no_alert(plain, kLoad + 6);
  test.add();
}

// Against the same time a week ago.
void add_traffic_drop(Draft& draft) {
  constexpr double kShare = 0.3;
  constexpr double kFewThen = 1;
  constexpr std::chrono::days kWeek{7};
  const auto now = draft.select.series(kRequestRate);
  const auto then = fmt::format("{} offset {}", now, duration(kWeek));
  const auto plain = draft.alert(
      draft.group(kAlertGroup),
      {.kind = Rule::Kind::Alert,
       .name = "TrafficDrop",
       .expr = fmt::format("{} < {} * ({})\nand {} > {}", now, number(kShare), then, then, number(kFewThen)),
       .wait = minutes{10},
       .labels = {{"severity", "warning"}}},
      "{{ $labels.job }}: {{ $value | humanize }} requests a second, far fewer than a week ago",
      "They are fewer than 30 % of those at the same time a week ago for 10m.");

  // In steps of an hour: longer ones would not tell `for` from ten times that.
  TestCase test{draft, plain.name, "fewer than 30 % of a week ago", std::chrono::days{1}};
  const auto week = test.steps(kWeek);
  const std::vector<Labels> alerts{{{"job", draft.job()}}};
  // A week ago: few, then a little more, then 20 a second. Now: next to none, then 30 % of 20, then fewer.
  test.give(kRequestRate, alerts.front(),
            test.line()
                .hold(kFewThen, 4)
                .hold(1.001 * kFewThen, 4)
                .hold(20, 8)
                .hold(100, week - 16)
                .hold(0.1, 8)
                .hold(6, 4)
                .hold(5.99, 4));
  test.expect_no_alert(plain, week + 3);
  test.expect_alerts(plain, week + 7, "firing", alerts);
  test.expect_no_alert(plain, week + 11);
  test.expect_alerts(plain, week + 12, "pending", alerts);
  test.expect_alerts(plain, week + 13, "firing", alerts);
  test.add();
}

}  // namespace

std::string percentile_alert(double objective) {
  auto percentile = percentile_name(objective);
  if (percentile == "p95") return "HighP95Latency";
  std::ranges::replace(percentile, '.', '_');
  return fmt::format("P{}AboveSLA", percentile.substr(1));
}

void add_request_alerts(Draft& draft) {
  if (!has_request_levels(draft.levels)) return;
  for (const auto& level : draft.levels.latency) add_latency(draft, level);
  add_error_alerts(draft);
  add_endpoints(draft, "slo_class", draft.levels.endpoint_classes);
  add_endpoints(draft, "operation", draft.levels.route_budgets);
  add_throughput(draft);
  add_traffic_drop(draft);
}

}  // namespace vitals::tool
