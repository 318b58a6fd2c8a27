#include "tool/load/verdict.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/core.h>
#include <fmt/format.h>

#include <vitals/levels.hpp>

#include "core/levels/level_routes.hpp"
#include "tool/check/level_targets.hpp"
#include "tool/check/measure.hpp"
#include "tool/check/yaml_reader.hpp"
#include "tool/input/fetch.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

constexpr std::size_t kMostConfig = std::size_t{1} << 20;

// The service may call its metrics otherwise; ours are called as vitals does.
Targets targets_of_file(const std::string& file) {
  const auto text = read_file(file, kMostConfig);
  if (is_map_with(text, "targets")) return parse_targets(text, file);
  auto levels = ServiceLevels::parse(text, file);
  levels.metrics = {};
  return targets_of(levels);
}

// What it says of method and endpoint.
Clause of_route(const Clause& clause) {
  Clause result;
  for (const auto& matcher : clause.matchers)
    if (matcher.label == "method" || matcher.label == "endpoint") result.matchers.push_back(matcher);
  return result;
}

Labels labels_of(const RequestPlan& plan) { return {{"endpoint", plan.route}, {"method", plan.method}}; }

// Whether a request of the scenario could be one of the clause's series, as far as method and endpoint tell.
bool concerns(const Clause& clause, const Scenario& scenario) {
  const auto route = of_route(clause);
  return std::ranges::any_of(scenario.requests,
                             [&](const RequestPlan& plan) { return route.matches(labels_of(plan)); });
}

// The endpoint that a target names as a request's route, but with other names of its holes; empty: there is none, or
// one names the route itself.
std::string namesake(const RequestPlan& plan, const Targets& targets) {
  std::string result;
  for (const auto& target : targets.targets) {
    if (!target.select) continue;
    for (const auto& clause : target.select->clauses) {
      const auto route = of_route(clause);
      const auto endpoints = std::ranges::find(route.matchers, "endpoint", &Matcher::label);
      if (endpoints == route.matchers.end()) continue;
      if (route.matches(labels_of(plan))) return {};
      for (const auto& endpoint : endpoints->globs) {
        if (detail::without_hole_names(endpoint) == detail::without_hole_names(plan.route) &&
            route.matches({{"endpoint", endpoint}, {"method", plan.method}}))
          result = endpoint;
      }
    }
  }
  return result;
}

// Of hundreds of buckets few have requests in them. Those stay, and the empty one before each, where its percentiles
// begin; the same ones of all series, as they are added up, and those whose bounds are targets.
void leave_out_empty_buckets(FamilySnapshot& family, const std::vector<double>& thresholds) {
  if (family.metrics.empty() || family.metrics.front().buckets.empty()) return;
  const auto& first = family.metrics.front().buckets;
  std::vector<bool> stays(first.size());
  stays.back() = true;
  for (std::size_t i = 0; i < first.size(); ++i)
    if (std::ranges::find(thresholds, first[i].upper_bound) != thresholds.end()) stays[i] = true;
  for (const auto& metric : family.metrics) {
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < first.size(); ++i) {
      if (metric.buckets[i].cumulative_count > below) stays[i] = true;
      if (metric.buckets[i].cumulative_count > below && i > 0) stays[i - 1] = true;
      below = metric.buckets[i].cumulative_count;
    }
  }
  for (auto& metric : family.metrics) {
    std::size_t i = 0;
    std::erase_if(metric.buckets, [&](const MetricSnapshot::Bucket& /*bucket*/) { return !stays[i++]; });
  }
}

// As it was before the load.
void set_to_zero(FamilySnapshot& family) {
  for (auto& metric : family.metrics) {
    metric.value = metric.sum = 0;
    metric.count = metric.whole = 0;
    for (auto& bucket : metric.buckets) bucket.cumulative_count = 0;
  }
}

Scrape scrape_of(const std::vector<FamilySnapshot>& families) {
  Registry registry;
  const auto token = registry.add_collector([&](std::vector<FamilySnapshot>& out) {
    for (const auto& family : families)
      if (family.name.starts_with("http_")) out.push_back(family);
  });
  return Scrape::parse(to_text(registry),
                       {"http_requests_total", "http_request_duration_seconds_bucket",
                        "http_request_duration_seconds_count", "http_request_duration_seconds_sum"},
                       LintFormat::Text, std::numeric_limits<std::size_t>::max());  // a scenario has bounds of its own
}

}  // namespace

LoadTargets::LoadTargets(const std::string& file, const Scenario& scenario)
    : file_(file), url_(scenario.url), targets_(targets_of_file(file)) {
  for (const auto& plan : scenario.requests) {
    if (const auto other = namesake(plan, targets_); !other.empty())
      remarks_.push_back(
          fmt::format("{0} is not judged as {1} {2}, as its holes have other names; say 'route: {2}' in "
                      "the scenario",
                      printable(plan.name()), plan.method, printable(other)));
  }
  std::erase_if(targets_.targets, [&](Target& target) {
    target.leave_out_missing = true;  // those of the database, the cache or the process
    if (!target.select) return false;
    std::erase_if(target.select->clauses, [&](const Clause& clause) { return !concerns(clause, scenario); });
    if (!target.select->clauses.empty()) return false;
    not_sent_.push_back(target.name);
    return true;
  });
}

std::vector<double> LoadTargets::thresholds() const {
  std::vector<double> seconds;
  for (const auto& target : targets_.targets) {
    if (target.measure != Measure::Quantile) continue;
    seconds.push_back(target.bound.value);
    if (target.critical) seconds.push_back(target.critical->value);
  }
  return seconds;
}

Checked LoadTargets::judge(const LoadMetrics& metrics, double seconds) const {
  auto families = metrics.registry().snapshot();
  const auto bounds = thresholds();
  for (auto& family : families) leave_out_empty_buckets(family, bounds);
  const auto after = scrape_of(families);
  for (auto& family : families) set_to_zero(family);
  const auto before = scrape_of(families);
  const Continuity process{Continuity::Kind::Same, "vitals load itself"};
  Checked checked;
  checked.targets = targets_;
  checked.judgement = tool::judge(checked.targets, {before, after, seconds, {}, process});
  auto& remarks = checked.judgement.remarks;
  remarks.insert(remarks.end(), remarks_.begin(), remarks_.end());
  if (!not_sent_.empty())
    remarks.push_back(
        fmt::format("the load asks for no route of {}", printable(fmt::format("{}", fmt::join(not_sent_, ", ")), 400)));
  checked.source = {fmt::format("{} as its client saw it", url_), file_, seconds};
  checked.status = status_of(worst(checked.judgement.rows), false);
  return checked;
}

}  // namespace vitals::tool
