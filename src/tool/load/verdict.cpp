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

Checked LoadTargets::judge(const Scrape& before, const LoadMetrics& metrics, double seconds) const {
  const auto after = scrape_of(metrics);
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

Scrape scrape_of(const LoadMetrics& metrics) {
  return Scrape::parse(to_text(metrics.registry()),
                       {"http_requests_total", "http_request_duration_seconds_bucket",
                        "http_request_duration_seconds_count", "http_request_duration_seconds_sum"},
                       LintFormat::Text,
                       std::numeric_limits<std::size_t>::max());  // the scenario has bounds of its own
}

}  // namespace vitals::tool
