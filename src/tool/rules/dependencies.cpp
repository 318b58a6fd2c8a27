#include "tool/rules/dependencies.hpp"

#include <fmt/core.h>

#include "core/text/quantity.hpp"
#include "tool/rules/record_test.hpp"
#include "tool/rules/threshold_alert.hpp"

namespace vitals::tool {
namespace {

using detail::percent_text;
using std::chrono::minutes;
using std::chrono::seconds;

// A gauge's share of another. Without that it is as if there were no limit.
void test_no_whole(Draft& draft, const Rule& rule, const TestSeries& part, const TestSeries& whole) {
  TestCase test{draft, rule.name, "of nothing there is no share", rule.wait, kDependencies};
  const auto end = test.steps(rule.wait) + 2;
  for (const auto& [series, value] : {std::pair{part, 1.0}, std::pair{whole, 0.0}}) {
    Labels labels{{"job", draft.job()}};
    labels.insert(labels.end(), series.labels.begin(), series.labels.end());
    test.give(series.metric, labels, test.line().hold(value, end));
  }
  test.expect_no_alert(rule, end - 1);
  test.add();
}

void add_share(Draft& draft, const char* group, ThresholdAlert alert, const char* part, const char* whole,
               const Labels& labels, double limit) {
  alert.value = fmt::format("{} / ({} > 0)", draft.select.series(part), draft.select.series(whole));
  alert.tested = {part, labels};
  constexpr double kWhole = 0.5;
  alert.given = {{{whole, labels}, kWhole}};
  alert.family = kDependencies;
  set_limit(alert, ">", limit);
  alert.good *= kWhole;
  alert.bad *= kWhole;
  const auto rule = add_alert(draft, draft.group(group), alert);
  test_no_whole(draft, rule, alert.tested, {whole, labels});
}

}  // namespace

void add_cache_rules(Draft& draft) {
  const auto& level = draft.levels.cache_hit_ratio;
  if (!level) return;
  constexpr const char* kGroup = "cache";
  constexpr const char* kBy = "job, cache_type";
  constexpr const char* kLookUps = "cache_type:cache_lookups:rate5m";
  constexpr const char* kHitRate = "cache_type:cache_hits:rate5m";
  constexpr double kFewLookUps = 1;
  constexpr const char* kHits = "cache_hits_total";
  const Labels redis{{"cache_type", "redis"}};
  const auto of = [](const char* hit, const char* instance) {
    return Labels{{"cache_type", "redis"}, {"instance", instance}, {"hit", hit}};
  };
  draft.record(kGroup, kLookUps, draft.select.rate_by(kBy, kHits, kRateWindow));
  add_test(draft, {.record = kLookUps,
                   .what = "hits and misses",
                   .series = {{kHits, of("true", "a"), {40, 60}}, {kHits, of("false", "a"), {24, 36}}},
                   .labels = redis,
                   .values = {64, 96},
                   .between = {halfway(1, 64, 96)}});
  draft.record(kGroup, kHitRate, draft.select.rate_by(kBy, kHits, kRateWindow, {equals("hit", "true")}));
  const std::vector<PhasedSeries> series{
      {kHits, of("true", "a"), {16, 24}}, {kHits, of("true", "b"), {16, 24}}, {kHits, of("false", "a"), {32, 32}}};
  add_test(draft, {.record = kHitRate,
                   .what = "hits alone",
                   .series = series,
                   .labels = redis,
                   .values = {32, 48},
                   .between = {halfway(1, 32, 48)}});
  add_ratio(draft, kGroup, kHitRatio, kHitRate, kLookUps, redis, {});
  const auto limit = level->alert.value_or(level->target);
  ThresholdAlert alert{
      .name = "LowCacheHitRatio",
      .labels = {{"severity", "warning"}},
      .wait = level->alert_after,
      .keep = minutes{2},
      .summary =
          "{{ $labels.job }}: {{ $value | humanizePercentage }} of look-ups in {{ $labels.cache_type }} are hits",
      .description = fmt::format("They are fewer than {}{}.", percent_text(limit), for_time(level->alert_after)),
      .value = draft.select.series(kHitRatio),
      .guard = Guard{kBy, draft.select.series(kLookUps), kFewLookUps, {kLookUps, redis}},
      .tested = {kHitRatio, redis},
      .family = kDependencies};
  set_limit(alert, "<", limit);
  add_alert(draft, draft.group(kGroup), alert);
}

void add_memory_rules(Draft& draft) {
  const auto& level = draft.levels.memory_usage;
  if (!level) return;
  const auto limit = level->alert.value_or(level->target);
  add_share(draft, "memory",
            {.name = "HighMemory",
             .labels = {{"severity", "warning"}},
             .wait = level->alert_after,
             .keep = minutes{2},
             .summary = "{{ $labels.instance }}: {{ $value | humanizePercentage }} of the memory that it may use",
             .description = fmt::format("Resident memory is above {} of the limit{}.", percent_text(limit),
                                        for_time(level->alert_after))},
            "process_resident_memory_bytes", "process_memory_limit_bytes", {{"instance", "a"}}, limit);
}

void add_pool_rules(Draft& draft) {
  const auto& level = draft.levels.pool_usage;
  if (!level) return;
  constexpr const char* kGroup = "pools";
  const Labels pool{{"instance", "a"}, {"pool", "main"}};
  const auto limit = level->alert.value_or(level->target);
  add_share(draft, kGroup,
            {.name = "DBPoolExhausted",
             .labels = {{"severity", "critical"}},
             .wait = level->alert_after,
             .keep = minutes{1},
             .summary = "{{ $labels.instance }}: {{ $value | humanizePercentage }} of the connections of pool "
                        "{{ $labels.pool }} are in use",
             .description = fmt::format("They are above {}{}; who wants another waits.", percent_text(limit),
                                        for_time(level->alert_after))},
            "db_pool_connections_active", "db_pool_connections_max", pool, limit);

  constexpr const char* kTimeouts = "db_pool_acquire_timeouts_total";
  const auto rule =
      draft.alert(draft.group(kGroup),
                  {.kind = Rule::Kind::Alert,
                   .name = "DBPoolTimeouts",
                   .expr = fmt::format("sum by (job, instance, pool) (increase({}[{}])) > 0",
                                       draft.select.series(kTimeouts), duration(kRateWindow)),
                   .labels = {{"severity", "critical"}}},
                  "{{ $labels.instance }}: waits for a connection of pool {{ $labels.pool }} were given up",
                  "It was {{ $value | humanize }} times within 5m.");
  TestCase test{draft, rule.name, "one within five minutes", 30 * kInterval};
  constexpr std::size_t kBefore = 13;
  Labels labels{{"job", draft.job()}};
  labels.insert(labels.end(), pool.begin(), pool.end());
  test.give(kTimeouts, labels, test.line().hold(0, kBefore).hold(1, 17));
  test.expect_no_alert(rule, kBefore - 1);
  test.expect_alerts(rule, kBefore, "firing", {labels});
  test.expect_alerts(rule, kBefore + 8, "firing", {labels});
  test.expect_no_alert(rule, kBefore + 12);
  test.add();
}

}  // namespace vitals::tool
