#include "tool/rules/service_tests.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "core/levels/level_bounds.hpp"
#include "core/levels/objectives.hpp"
#include "tool/rules/endpoint_sets.hpp"
#include "tool/rules/requests.hpp"
#include "tool/rules/slo.hpp"

namespace vitals::tool {
namespace {

using std::chrono::minutes;

class Service {
 public:
  Service(Draft& draft, std::string what) : draft_{draft}, test_{draft, "service", std::move(what), kTime} {}

  // `share`: of the requests that are good, and within every threshold.
  void requests(double share) {
    const double rate = 1000 + (draft_.levels.throughput ? std::ceil(draft_.levels.throughput->target) : 0);
    for (const auto& endpoint : endpoints_of_levels()) {
      const auto with = [&](const char* label, std::string value) {
        return Labels{
            {"instance", "a"}, {"method", endpoint.method}, {"endpoint", endpoint.route}, {label, std::move(value)}};
      };
      count(kRequests, with("status", bad_status(draft_.levels)), rate * (1 - share));
      count(kRequests, with("status", "_OTHER"), rate * share);
      count(kRequestTimesCount, {{"instance", "a"}, {"method", endpoint.method}, {"endpoint", endpoint.route}}, rate);
      for (const auto& bound : bounds_of(endpoint))
        count(kRequestTimesBucket, with("le", bound), bound == "1e+06" || bound == "+Inf" ? rate : rate * share);
    }
    hold("http_requests_active", {{"instance", "a"}}, 1);
  }

  void dependencies() {
    for (const auto* hit : {"true", "false"})
      count("cache_hits_total", {{"instance", "a"}, {"cache_type", "redis"}, {"hit", hit}}, hit[0] == 't' ? 100 : 0);
    hold("process_resident_memory_bytes", {{"instance", "a"}}, 0);
    hold("process_memory_limit_bytes", {{"instance", "a"}}, 1);
    hold("db_pool_connections_active", {{"instance", "a"}, {"pool", "main"}}, 0);
    hold("db_pool_connections_max", {{"instance", "a"}, {"pool", "main"}}, 8);
    count("db_pool_acquire_timeouts_total", {{"instance", "a"}, {"pool", "main"}}, 0);
    hold("up", {{"instance", "a"}}, 1);
  }

  TestCase& test() { return test_; }
  [[nodiscard]] std::size_t end() const { return test_.steps(kTime); }

 private:
  static constexpr minutes kTime{20};

  // One of each level, and one that none names.
  [[nodiscard]] std::set<Endpoint> endpoints_of_levels() const {
    std::set<Endpoint> result{{"GET", "_unmatched"}};
    for (const auto* list : {&draft_.levels.endpoint_classes, &draft_.levels.route_budgets}) {
      for (const auto& level : *list) result.insert(endpoint_of(level));
    }
    return result;
  }

  // Those of its levels, and two beyond.
  [[nodiscard]] std::set<std::string> bounds_of(const Endpoint& endpoint) const {
    const auto own = [&endpoint](const std::vector<EndpointLevel>& list) {
      const auto has = [&](const EndpointLevel& level) { return has_endpoint(level, list, endpoint); };
      const auto found = std::ranges::find_if(list, has);
      return found == list.end() ? std::vector<EndpointLevel>{} : std::vector<EndpointLevel>{*found};
    };
    ServiceLevels levels;
    levels.latency = draft_.levels.latency;
    levels.endpoint_classes = own(draft_.levels.endpoint_classes);
    levels.route_budgets = own(draft_.levels.route_budgets);
    std::set<std::string> bounds{"1e+06", "+Inf"};
    for (const auto& bound : detail::request_bounds(levels)) bounds.insert(number(in_seconds(bound.time)));
    return bounds;
  }

  void count(const char* metric, Labels labels, double rate) {
    give(metric, std::move(labels), test_.line().count(rate, end() + 1));
  }
  void hold(const char* metric, Labels labels, double value) {
    give(metric, std::move(labels), test_.line().hold(value, end() + 1));
  }
  void give(const char* metric, Labels labels, const Timeline& values) {
    labels.insert(labels.begin(), {"job", draft_.job()});
    test_.give(metric, labels, values);
  }

  Draft& draft_;
  TestCase test_;
};

// Where every request is bad, alerts fire for the objectives for which they can, and for no others.
void expect_burning(Draft& draft, Service& service, const Rule& rule, AlertSeverity severity) {
  std::vector<Labels> firing;
  for (const auto& [slo, ratio] : detail::objectives(draft.levels)) {
    if (slo == kAvailability && is_availability_the_error_rate(draft.levels)) continue;
    const double budget = detail::error_budget(ratio);
    const auto fires = [&](const BurnRateAlert& alert) {
      return alert.severity == severity && detail::can_fire(alert, budget);
    };
    const auto is_at_the_edge = [&](const BurnRateAlert& alert) {
      return std::abs(alert.burn_rate * budget - 1) < 1e-6;
    };
    if (std::ranges::any_of(draft.levels.burn_rate_alerts, is_at_the_edge)) return;  // rounding decides
    if (std::ranges::any_of(draft.levels.burn_rate_alerts, fires))
      firing.push_back({{"job", draft.job()}, {"slo", slo}});
  }
  service.test().expect_alerts(rule, service.end(), "firing", firing);
}

}  // namespace

void add_service_tests(Draft& draft) {
  const bool has_requests = has_request_levels(draft.levels);
  Service well{draft, "all is well"};
  if (has_requests) well.requests(1);
  well.dependencies();
  well.test().ask_of_all_jobs();
  well.test().expect_none("ALERTS", {}, well.end());
  well.test().add();

  if (detail::objectives(draft.levels).empty()) return;
  Service bad{draft, "every request is slow and fails"};
  bad.requests(0);
  bad.dependencies();
  for (const auto& group : draft.pack.groups) {
    for (const auto& rule : group.rules) {
      if (rule.name == "SLOErrorBudgetBurnPage") expect_burning(draft, bad, rule, AlertSeverity::Page);
      if (rule.name == "SLOErrorBudgetBurnTicket") expect_burning(draft, bad, rule, AlertSeverity::Ticket);
    }
  }
  bad.test().add();
}

}  // namespace vitals::tool
