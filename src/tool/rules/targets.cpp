#include "tool/rules/targets.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <fmt/core.h>

#include "core/levels/objective_name.hpp"
#include "core/levels/objectives.hpp"
#include "tool/rules/dependencies.hpp"
#include "tool/rules/requests.hpp"
#include "tool/rules/slo.hpp"
#include "tool/rules/threshold_alert.hpp"
#include "tool/rules/timed_objectives.hpp"

namespace vitals::tool {
namespace {

using std::chrono::minutes;

constexpr const char* kPresence = "presence";

// A metric that is gone, of each job by itself while others have it still. `seen`: what is there where the metric is.
void add_absent(Draft& draft, RuleGroup& group, const std::string& metric, const std::string& seen) {
  constexpr std::chrono::days kSeen{1};
  constexpr minutes kWait{10};
  const auto now = draft.select.series(metric);
  const bool is_one_job = !draft.select.job().empty();
  auto expr = fmt::format("absent({})", now);
  if (!is_one_job)
    expr = fmt::format("group by (job) (present_over_time({}[{}])) unless on (job) group by (job) ({})\nor on () {}",
                       seen, duration(kSeen), now, expr);
  const auto rule = draft.alert(group,
                                {.kind = Rule::Kind::Alert,
                                 .name = "SLOMetricAbsent",
                                 .expr = std::move(expr),
                                 .wait = kWait,
                                 .labels = {{"severity", "critical"}, {"metric", metric}}},
                                fmt::format("{{{{ with $labels.job }}}}{{{{ . }}}}: {{{{ end }}}}{} is gone", metric),
                                "Without it service levels can't be judged, and all other alerts on it are silent.");

  const std::vector<Labels> nobody{is_one_job ? Labels{{"job", draft.job()}} : Labels{}};
  TestCase test{draft, rule.name, "there is none, then there is", 3 * kWait, "absent"};
  test.ask_of_all_jobs();
  const auto wait = test.steps(kWait);
  test.give(metric, {{"job", draft.job()}}, test.line().missing(wait + 3).hold(0, 3));
  test.expect_alerts(rule, 0, "pending", nobody);
  test.expect_alerts(rule, wait - 1, "pending", nobody);
  test.expect_alerts(rule, wait, "firing", nobody);
  test.expect_no_alert(rule, wait + 4);
  test.add();
  if (is_one_job) return;

  TestCase gone{draft, rule.name, "one job has it no more", 2 * kSeen, "absent"};
  gone.ask_of_all_jobs();
  const auto day = gone.steps(kSeen);
  constexpr std::size_t kThere = 4;
  for (const auto& name : {metric, seen.substr(0, seen.find('{'))}) {
    gone.give(name, {{"job", draft.job()}, {"le", "+Inf"}}, gone.line().hold(1, kThere));
    gone.give(name, {{"job", "other"}, {"le", "+Inf"}}, gone.line().hold(1, day + 2 * kThere));
    if (name == seen) break;
  }
  gone.expect_no_alert(rule, kThere - 1);
  gone.expect_alerts(rule, kThere, "pending", {{{"job", draft.job()}}});
  gone.expect_alerts(rule, kThere + 1, "firing", {{{"job", draft.job()}}});
  gone.expect_alerts(rule, kThere + day - 2, "firing", {{{"job", draft.job()}}});
  gone.expect_no_alert(rule, kThere + day + 1);
  gone.add();
}

// Others lack the bucket all the time. Of one endpoint after the other a series lacks it, of the last one for long.
void test_unjudged(Draft& draft, const Rule& rule, const TimedObjective& objective, const std::string& le) {
  TestCase test{draft, rule.name, "no bucket has the target as its bound", 2 * rule.wait};
  const auto wait = test.steps(rule.wait);
  const auto own = static_cast<std::size_t>(
      std::ranges::count_if(objective.requests, [](const Weighted& request) { return request.set.has_value(); }));
  const auto last = std::max(own, wait + 1);
  const auto end = last + 2;
  const auto give = [&](const char* instance, const Endpoint& endpoint, const Timeline& bucket) {
    Labels labels{{"job", draft.job()}, {"method", endpoint.method}, {"endpoint", endpoint.route}};
    labels.emplace_back("instance", instance);
    test.give(kRequestTimesCount, labels, test.line().hold(1, end));
    labels.emplace_back("le", le);
    if (bucket.steps() > 0) test.give(kRequestTimesBucket, labels, bucket);
  };
  const auto state_at = [wait](std::size_t step) { return step > wait ? "firing" : "pending"; };
  const std::vector<Labels> alerts{{{"job", draft.job()}}};
  test.expect_no_alert(rule, 0);
  std::size_t step = 0;
  for (const auto& [endpoint, weight, set] : objective.requests) {
    if (!set) {
      give("a", endpoint, test.line());
      continue;
    }
    const bool is_last = ++step == own;
    auto bucket = test.line().hold(1, step).gone(is_last ? last - step + 1 : 1);
    give("a", endpoint, bucket.hold(1, end - bucket.steps()));
    if (is_last) give("b", endpoint, test.line().hold(1, end));  // another instance has it
    test.expect_alerts(rule, step, state_at(step), alerts);
  }
  for (; step < last; step += std::max<std::size_t>(1, last - step - 1))
    test.expect_alerts(rule, step, state_at(step), alerts);
  test.expect_alerts(rule, last, state_at(last), alerts);
  test.expect_no_alert(rule, last + 1);
  test.add();
}

// Series without a bucket that has the objective's target as its bound: of these requests none can be told to be bad.
void add_unjudged(Draft& draft, RuleGroup& group, const TimedObjective& objective) {
  constexpr minutes kWait{10};
  const auto count =
      union_of(objective.sets, [&](Conditions of) { return draft.select.series(kRequestTimesCount, std::move(of)); });
  const auto bucket = draft.select.series(kRequestTimesBucket, {bucket_of(objective.target)});
  const auto rule = draft.alert(
      group,
      {.kind = Rule::Kind::Alert,
       .name = "SLOMetricAbsent",
       .expr = fmt::format("group by (job) (\n  {}\n  unless ignoring (le) {}\n)", count, bucket),
       .wait = kWait,
       .labels = {{"severity", "critical"}, {"metric", kRequestTimesBucket}, {"slo", objective.slo}}},
      fmt::format("{{{{ $labels.job }}}}: requests of {} can't be judged", template_text(objective.slo)),
      "They have no bucket with its target as the bound, so it leaves them out: give the levels to HttpMetrics, in "
      "every instance.");
  for (const auto& le : spellings_of(objective.target)) test_unjudged(draft, rule, objective, le);
}

// The endpoints of a level that nobody serves: of another name, or not listed. Others are there all the time, of its
// own one after the other.
void test_unserved(Draft& draft, const Rule& rule, const EndpointLevel& level, const std::vector<EndpointLevel>& all) {
  TestCase test{draft, rule.name, "its endpoints aren't served", 2 * rule.wait};
  const auto endpoints = endpoints_to_test(level, all);
  const auto wait = test.steps(rule.wait);
  const auto end = wait + endpoints.size() + 2;
  const auto give = [&](const std::string& job, const Endpoint& endpoint, const Timeline& values) {
    test.give(kRequestTimesCount,
              {{"job", job}, {"method", endpoint.method}, {"endpoint", endpoint.route}, {"instance", "a"}}, values);
  };
  const std::vector<Labels> alerts{{{"job", draft.job()}}};
  test.expect_alerts(rule, wait - 1, "pending", alerts);
  test.expect_alerts(rule, wait, "firing", alerts);
  if (draft.select.job().empty()) give("another", endpoint_of(level), test.line().hold(1, end));
  auto step = wait;
  for (const auto& endpoint : endpoints) {
    if (!has_endpoint(level, all, endpoint)) {
      give(draft.job(), endpoint, test.line().hold(1, end));
      continue;
    }
    ++step;
    give(draft.job(), endpoint, test.line().missing(step).hold(1, 1).gone(end - step - 1));
    test.expect_no_alert(rule, step);
  }
  test.expect_alerts(rule, step + 1, "pending", alerts);
  test.add();
}

// Others may well be none.
void add_unserved(Draft& draft, RuleGroup& group, const std::vector<EndpointLevel>& all, bool are_classes) {
  for (const auto& level : all) {
    if (level.others) continue;
    const auto served = union_of(sets_of(level, all), [&](Conditions conditions) {
      return draft.select.series(kRequestTimesCount, std::move(conditions));
    });
    const auto rule = draft.alert(
        group,
        {.kind = Rule::Kind::Alert,
         .name = "SLOMetricAbsent",
         .expr =
             fmt::format("group by (job) ({})\nunless on (job) {}", draft.select.series(kRequestTimesCount), served),
         .wait = minutes{10},
         .labels = {{"severity", "warning"},
                    {"metric", kRequestTimesCount},
                    are_classes ? std::pair<std::string, std::string>{"slo", detail::objective_name(level)}
                                : std::pair<std::string, std::string>{"operation", level.name}}},
        fmt::format("{{{{ $labels.job }}}} serves no route of {}", template_text(level.name)),
        "None of its routes has series: they are misspelt, or not listed and not asked for since the service began.");
    test_unserved(draft, rule, level, all);
  }
}

}  // namespace

void add_target_rules(Draft& draft) {
  const auto& levels = draft.levels;
  add_alert(draft, draft.group("targets"),
            {.name = "TargetDown",
             .labels = {{"severity", "critical"}},
             .wait = minutes{1},
             .summary = "{{ $labels.job }}: {{ $labels.instance }} can't be scraped",
             .description = "It has not answered Prometheus for 1m.",
             .value = draft.select.series("up"),
             .comparison = "==",
             .limit = 0,
             .tested = {"up", {{"instance", "a"}}},
             .good = 1,
             .bad = 0,
             .family = kDependencies});
  auto& group = draft.group(kPresence, kLongInterval);
  if (has_request_levels(levels)) add_absent(draft, group, kRequests, kRequestRate);
  if (has_request_times(levels))
    add_absent(draft, group, kRequestTimesCount, fmt::format("{}{{le=\"+Inf\"}}", kRequestBuckets));
  if (levels.cache_hit_ratio) add_absent(draft, group, "cache_hits_total", "cache_type:cache_lookups:rate5m");
  for (const auto& [level, metric] : {std::pair{levels.memory_usage, "process_resident_memory_bytes"},
                                      std::pair{levels.memory_usage, "process_memory_limit_bytes"},
                                      std::pair{levels.pool_usage, "db_pool_connections_max"}}) {
    if (level) add_absent(draft, group, metric, metric);
  }
  for (const auto& objective : timed_objectives(levels)) add_unjudged(draft, group, objective);
  add_unserved(draft, group, levels.endpoint_classes, true);
  add_unserved(draft, group, levels.route_budgets, false);
}

void add_counted_target_rules(Draft& draft) {
  add_absent(draft, draft.group(kPresence, kLongInterval), detail::kEventsName, kSloEvents + duration(kRateWindow));
}

}  // namespace vitals::tool
