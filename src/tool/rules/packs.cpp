#include "tool/rules/packs.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "core/levels/objectives.hpp"
#include "tool/rules/dependencies.hpp"
#include "tool/rules/draft.hpp"
#include "tool/rules/requests.hpp"
#include "tool/rules/service_tests.hpp"
#include "tool/rules/slo.hpp"
#include "tool/rules/targets.hpp"

namespace vitals::tool {
namespace {

// Those that can fire for one of the objectives at least: of a budget of 50 % no more than 2 times its pace is
// possible.
std::vector<BurnRateAlert> possible_alerts(const ServiceLevels& levels) {
  auto alerts = levels.burn_rate_alerts;
  const auto all = detail::objectives(levels);
  std::erase_if(alerts, [&all](const BurnRateAlert& alert) {
    return std::ranges::none_of(all, [&alert](const detail::Objective& objective) {
      return detail::can_fire(alert, detail::error_budget(objective.ratio));
    });
  });
  return alerts;
}

// Groups and tests that nothing is in are left out.
Pack finished(Draft& draft) {
  std::erase_if(draft.pack.groups, [](const RuleGroup& group) { return group.rules.empty(); });
  for (auto& tests : draft.pack.tests) merge(tests);
  std::erase_if(draft.pack.tests, [](const RuleTests& tests) { return tests.tests.empty(); });
  return std::move(draft.pack);
}

}  // namespace

Pack explicit_pack(const ServiceLevels& levels, const PackOptions& options) {
  Draft draft{levels, "sla", options.job, options.runbooks};
  add_request_records(draft);
  add_query_rules(draft);
  add_cache_rules(draft);
  add_memory_rules(draft);
  add_pool_rules(draft);
  add_request_alerts(draft);
  if (!detail::objectives(levels).empty()) {
    add_declared_objectives(draft);
    add_error_budgets(draft);
    add_burn_alerts(draft, possible_alerts(levels));
    add_exhausted_alert(draft);
  }
  add_target_rules(draft);
  add_service_tests(draft);
  return finished(draft);
}

Pack static_pack(const ServiceLevels& levels, const PackOptions& options) {
  Draft draft{levels, "slo", options.job, options.runbooks};
  add_counted_objectives(draft);
  add_error_budgets(draft);
  add_burn_alerts(draft, levels.burn_rate_alerts);
  add_exhausted_alert(draft);
  add_counted_target_rules(draft);
  return finished(draft);
}

std::vector<detail::LevelMistake> pack_mistakes(const ServiceLevels& levels) {
  std::vector<detail::LevelMistake> mistakes;
  for (std::size_t i = 0; i < levels.burn_rate_alerts.size(); ++i) {
    const auto window = levels.burn_rate_alerts[i].short_window;
    if (window < kLeastWindow)
      mistakes.push_back({fmt::format("burn_rate_alerts[{}].short_window", i),
                          fmt::format("'short_window' is {}; Prometheus tells a rate from two scrapes at least, so "
                                      "write at least {}",
                                      duration(window), duration(kLeastWindow))});
  }
  return mistakes;
}

std::vector<detail::LevelMistake> explicit_pack_mistakes(const ServiceLevels& levels) {
  auto mistakes = pack_mistakes(levels);
  if (levels.metrics != MetricNames{})
    mistakes.push_back({"metrics",
                        "the explicit pack is over the metrics as vitals calls them; leave 'metrics' out, or give "
                        "--pack static"});
  return mistakes;
}

}  // namespace vitals::tool
