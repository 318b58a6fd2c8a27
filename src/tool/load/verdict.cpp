#include "tool/load/verdict.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/core.h>
#include <fmt/format.h>

#include <vitals/levels.hpp>

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

// Whether a request of the scenario could be one of the clause's series, as far as method and endpoint tell.
bool concerns(const Clause& clause, const Scenario& scenario) {
  Clause of_route;
  for (const auto& matcher : clause.matchers)
    if (matcher.label == "method" || matcher.label == "endpoint") of_route.matchers.push_back(matcher);
  return std::ranges::any_of(scenario.requests, [&](const RequestPlan& plan) {
    return of_route.matches({{"endpoint", plan.route}, {"method", plan.method}});
  });
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
  if (!not_sent_.empty())
    checked.judgement.remarks.push_back(
        fmt::format("the load asks for no route of {}", printable(fmt::format("{}", fmt::join(not_sent_, ", ")), 400)));
  checked.source = {fmt::format("{} as its client saw it", url_), file_, seconds};
  checked.status = status_of(worst(checked.judgement.rows), false);
  return checked;
}

}  // namespace vitals::tool
