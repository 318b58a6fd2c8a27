#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <random>
#include <set>
#include <string>

#include <vitals/service_levels.hpp>

namespace vitals::testing {

/// Service levels of all shapes, in which nothing is wrong.
class RandomLevels {
 public:
  explicit RandomLevels(std::uint64_t seed) : random_(seed) {}

  ServiceLevels make() {
    ServiceLevels levels;
    levels.window = std::chrono::seconds{whole(3 * kDay, 366 * kDay)};
    if (coin()) levels.bad_statuses = {"4xx", std::to_string(whole(500, 599)), "3xx"};
    std::set<double> objectives;
    for (auto n = whole(0, 4); n > 0; --n) objectives.insert(objective());
    for (const double objective : objectives) levels.latency.push_back(times(LatencyObjective{.objective = objective}));
    if (coin()) levels.error_rate = ratio(true);
    if (coin()) levels.availability = ratio(false);
    if (coin()) levels.throughput = rate();
    levels.endpoint_classes = endpoints("classes");
    levels.route_budgets = endpoints("budgets");
    for (auto n = whole(0, 3); n > 0; --n) levels.query_budgets.push_back(query(name(n)));
    levels.cache_hit_ratio = ratio(false);
    if (coin()) levels.memory_usage = ratio(true);
    if (coin()) levels.pool_usage = ratio(true);
    for (auto n = whole(0, 3); n > 0; --n)
      levels.burn_rate_alerts.push_back({coin() ? AlertSeverity::Page : AlertSeverity::Ticket, number() + 1,
                                         std::chrono::seconds{whole(1000, 86'400)},
                                         std::chrono::seconds{whole(1, 999)}});
    if (coin()) levels.metrics = MetricNames::opentelemetry();
    if (coin()) levels.metrics.table = "a \"table\": {" + std::to_string(whole(0, 9)) + "}";
    return levels;
  }

 private:
  static constexpr std::int64_t kDay = 86'400;

  std::int64_t whole(std::int64_t from, std::int64_t to) {
    return std::uniform_int_distribution<std::int64_t>(from, to)(random_);
  }
  bool coin() { return whole(0, 1) == 1; }
  double number() {
    return std::ldexp(static_cast<double>(whole(1, std::int64_t{1} << 53)), -static_cast<int>(whole(0, 80)));
  }
  double objective() {
    return coin() ? static_cast<double>(whole(1, 9999)) / 1e4 : std::clamp(1 - number() / 0x1p54, 0.1, 1 - 0x1p-40);
  }

  // Of few and of many digits, none at an edge.
  double share() {
    return std::clamp(coin() ? static_cast<double>(whole(1, 999)) / 1e3 : number() / 0x1p54, 0x1p-20, 0.999);
  }

  std::chrono::nanoseconds time(std::int64_t from = 1) {
    static constexpr std::int64_t kUnits[] = {1, 1000, 1'000'000, 1'000'000'000};
    const auto unit = kUnits[whole(0, 3)];
    return std::chrono::nanoseconds{std::max(from, unit * whole(1, 80))};
  }

  template <class Level>
  Level times(Level level) {
    level.target = time();
    if (coin()) level.critical = time(level.target.count());
    if (coin()) level.alert = time(level.target.count());
    if (coin()) level.alert_after = std::chrono::seconds{whole(0, 86'400)};
    return level;
  }

  RatioLevel ratio(bool lower_is_better) {
    // A budget that burns at more than one time its pace is any below 100 %.
    RatioLevel level{.target = share()};
    const auto beside = [&] {
      return lower_is_better ? std::max(level.target, share()) : std::min(level.target, share());
    };
    if (coin()) level.critical = beside();
    if (coin()) level.alert = beside();
    if (coin()) level.alert_after = std::chrono::seconds{whole(0, 86'400)};
    return level;
  }

  RateLevel rate() {
    RateLevel level{.target = number()};
    if (coin()) level.critical = std::min(level.target, number());
    if (coin()) level.alert = std::min(level.target, number());
    return level;
  }

  // With what YAML could take for something else; `i` makes them differ.
  std::string name(std::int64_t i) {
    static constexpr const char* kNames[] = {"a",    "yes", "null", "~",  "a: b", "a #b", "\"q\" \\ 'q'", "- a", "&a",
                                             "*a",   "%a",  "!a",   "@a", "`a`",  "{a}",  "[a]",          "<<",  "5",
                                             "0x1f", "1:2", "é",    "|",  ">",    "a\\n", "true",         "? a", ",",
                                             ":",    "=",   "Åse"};
    return kNames[whole(0, std::size(kNames) - 1)] + std::string(static_cast<std::size_t>(i), '.');
  }

  std::vector<EndpointLevel> endpoints(const std::string& prefix) {
    std::vector<EndpointLevel> result;
    for (auto n = whole(0, 3); n > 0; --n) {
      auto& level = result.emplace_back(times(EndpointLevel{.name = name(n), .objective = objective()}));
      for (auto k = whole(1, 3); k > 0; --k)
        level.routes.push_back((coin() ? "GET|POST /" : "DELETE /") + prefix + "/" + std::to_string(n) + "/" +
                               std::to_string(k) + (coin() ? "/{id}" : "/a-b_c.d~é,'\"=;&@!%20"));
    }
    if (coin()) result.push_back(times(EndpointLevel{.name = "others", .others = true}));
    return result;
  }

  QueryBudget query(std::string called) {
    QueryBudget budget{.name = std::move(called)};
    if (whole(0, 3) == 0) {
      budget.transactions = true;
    } else {
      if (coin()) budget.query_types = {"SELECT", "INSERT"};
      if (coin()) budget.tables = {name(0), name(1)};
    }
    return times(budget);
  }

  std::mt19937_64 random_;
};

}  // namespace vitals::testing
