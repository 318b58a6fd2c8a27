#include "tool/top/subjects.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <set>
#include <string_view>
#include <utility>

#include "core/levels/objective_name.hpp"
#include "core/levels/objectives.hpp"
#include "tool/check/level_targets.hpp"
#include "tool/check/measure.hpp"

namespace vitals::tool {
namespace {

constexpr const char* kAllRequests = "http_request_duration_highr_seconds";

ServiceLevels levels_of(const Promises& promises) { return promises.levels.value_or(ServiceLevels{}); }

bool is_quantile_of_all(const Target& target, const std::string& metric) {
  return target.measure == Measure::Quantile && target.metric == metric && !target.select && target.each.empty();
}

Target subject(Measure measure, std::string metric, Unit unit, std::vector<std::string> each = {}) {
  Target target;
  target.measure = measure;
  target.metric = std::move(metric);
  target.bound_unit = unit;
  target.each = std::move(each);
  return target;
}

class Choice {
 public:
  Choice(const Promises& promises, MetricNames names, std::string active, bool has_narrow_buckets)
      : promises_(promises),
        levels_(levels_of(promises)),
        names_(std::move(names)),
        active_(std::move(active)),
        has_narrow_buckets_(has_narrow_buckets) {
    levels_.metrics = names_;  // for its label of the status
  }

  Subjects all() {
    percentiles();
    add("requests", subject(Measure::Rate, names_.http_requests_total, Unit::PerSecond));
    add("active", subject(Measure::Gauge, active_, Unit::Number));
    failures();
    cache();
    pools();
    process();
    tables();
    objectives();
    return std::move(subjects_);
  }

 private:
  // The promise of all series of a metric that is measured like this.
  template <class More>
  const Target* judged(const Target& measured, More more) const {
    const auto found = std::ranges::find_if(promises_.targets.targets, [&](const Target& target) {
      return target.measure == measured.measure && target.metric == measured.metric && target.each.empty() &&
             !target.select && more(target);
    });
    return found == promises_.targets.targets.end() ? nullptr : &*found;
  }
  const Target* judged(const Target& measured) const {
    return judged(measured, [](const Target&) { return true; });
  }

  TileSubject& add(std::string label, Target measured, const Target* promise) {
    if (promise) measured = *promise;
    return subjects_.tiles.emplace_back(TileSubject{std::move(label), std::move(measured), promise});
  }
  TileSubject& add(std::string label, Target measured) {
    const auto* promise = judged(measured);
    return add(std::move(label), std::move(measured), promise);
  }

  void percentiles() {
    std::set<double> quantiles{0.5, 0.95, 0.99};
    for (const auto& target : promises_.targets.targets) {
      if (is_quantile_of_all(target, names_.http_request_duration_seconds)) quantiles.insert(target.quantile);
    }
    for (const double q : quantiles) {
      auto measured = subject(Measure::Quantile, names_.http_request_duration_seconds, Unit::Seconds);
      measured.quantile = q;
      const auto* promise = judged(measured, [q](const Target& target) { return target.quantile == q; });
      auto& tile = add(detail::percentile_name(q), measured, promise);
      if (!has_narrow_buckets_) continue;
      measured.metric = kAllRequests;
      tile.measured = std::move(measured);
    }
  }

  void failures() {
    auto errors = subject(Measure::Ratio, names_.http_requests_total, Unit::Ratio);
    errors.part = bad_requests(levels_);
    const auto counts = [this](const Target& target, const char* status) {
      return target.part.matches({{names_.status, status}}) != target.is_of_the_rest;
    };
    add("errors", errors, judged(errors, [&](const Target& target) {
          return target.below && counts(target, "500") && !counts(target, "200") && !counts(target, "404");
        }));
    const auto* available = judged(
        errors, [&](const Target& target) { return !target.below && counts(target, "200") && !counts(target, "500"); });
    if (available) add("availability", errors, available);
  }

  void cache() {
    subjects_.caches = subject(Measure::Ratio, names_.cache_hits_total, Unit::Ratio);
    subjects_.caches.part.clauses = {{{{names_.hit, {"true"}}}}};
    add("cache hits", subjects_.caches);
    subjects_.caches.each = {"cache_type"};
  }

  // As the live page has them.
  void pools() {
    const std::vector<std::string> each{names_.pool};
    const auto size = [&](const std::string& metric) { return subject(Measure::Gauge, metric, Unit::Number, each); };
    subjects_.pools = {{"postgres", size(names_.db_pool_connections_active), size(names_.db_pool_connections_max)},
                       {"redis", size("redis_pool_connections"), size("redis_pool_max_connections")}};
    subjects_.pools.back().in_use.select = Selector{{{{{"state", {"used"}}}}}};
    const auto found = std::ranges::find_if(promises_.targets.targets, [this](const Target& target) {
      return target.measure == Measure::Gauge && target.metric == names_.db_pool_connections_active &&
             target.whole == names_.db_pool_connections_max;
    });
    if (found != promises_.targets.targets.end()) subjects_.judged_pools = &*found;
  }

  void process() {
    subjects_.memory = subject(Measure::Gauge, names_.process_resident_memory_bytes, Unit::Bytes);
    subjects_.memory_limit = subject(Measure::Gauge, names_.process_memory_limit_bytes, Unit::Bytes);
    subjects_.judged_memory = judged(subjects_.memory);
    subjects_.cpu = subject(Measure::Rate, "process_cpu_seconds_total", Unit::Number);
  }

  void tables() {
    const std::vector<std::string> route{names_.method, names_.endpoint};
    subjects_.route_times = subject(Measure::Quantile, names_.http_request_duration_seconds, Unit::Seconds, route);
    subjects_.route_errors = subject(Measure::Ratio, names_.http_requests_total, Unit::Ratio, route);
    subjects_.route_errors.part = bad_requests(levels_);
    subjects_.route_budgets = subject(Measure::Gauge, "http_endpoint_budget_seconds", Unit::Seconds, route);
    const std::vector<std::string> statement{names_.query_type, names_.table};
    subjects_.statement_times = subject(Measure::Quantile, names_.db_query_duration_seconds, Unit::Seconds, statement);
    subjects_.statement_budgets = subject(Measure::Gauge, "db_query_budget_seconds", Unit::Seconds, statement);
  }

  void objectives() {
    const std::vector<std::string> each{detail::kObjectiveLabel};
    subjects_.events = subject(Measure::Rate, detail::kEventsName, Unit::PerSecond, each);
    subjects_.bad_events = subject(Measure::Rate, detail::kBadEventsName, Unit::PerSecond, each);
    subjects_.objectives = subject(Measure::Gauge, "slo_objective_ratio", Unit::Ratio, each);
  }

  const Promises& promises_;
  ServiceLevels levels_;
  MetricNames names_;
  std::string active_;
  bool has_narrow_buckets_;
  Subjects subjects_;
};

}  // namespace

std::vector<const Target*> Subjects::all() const {
  std::vector<const Target*> result;
  for (const auto& tile : tiles) result.push_back(&tile.measured);
  for (const auto& pool : pools) result.insert(result.end(), {&pool.in_use, &pool.size});
  for (const auto* one : {&memory, &memory_limit, &cpu, &route_times, &route_errors, &route_budgets, &statement_times,
                          &statement_budgets, &caches, &events, &bad_events, &objectives})
    result.push_back(one);
  return result;
}

Subjects subjects(const Promises& promises, const Names& exposed) {
  auto names = levels_of(promises).metrics;
  auto other = MetricNames::opentelemetry();
  const bool is_other =
      !exposed.contains(names.http_request_duration_seconds) && exposed.contains(other.http_request_duration_seconds);
  return Choice(promises, is_other ? std::move(other) : std::move(names),
                is_other ? "http_server_active_requests" : "http_requests_active", exposed.contains(kAllRequests))
      .all();
}

Names wanted_samples(const Promises& promises) {
  Names wanted = wanted_samples(promises.targets);
  const auto other = MetricNames::opentelemetry().http_request_duration_seconds;
  for (const auto& exposed : {Names{}, Names{kAllRequests}, Names{other}}) {
    const auto chosen = subjects(promises, exposed);
    for (const auto* target : chosen.all()) {
      for (auto& name : target->sample_names()) wanted.insert(std::move(name));
    }
  }
  return wanted;
}

}  // namespace vitals::tool
