// Prints random service levels as YAML: random_levels SEED. Alerts fire after minutes and budgets are of 30 days at
// most, as promtool takes long for more; windows are such that Prometheus can tell their rates.
#include "levels/random_levels.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include <vitals/levels.hpp>

int main(int argc, char** argv) {
  using namespace std::chrono_literals;
  if (argc != 2) return 2;
  auto levels = vitals::testing::RandomLevels{std::strtoull(argv[1], nullptr, 10)}.make();
  levels.metrics = {};  // the explicit pack is over no others
  levels.window = std::min<std::chrono::seconds>(levels.window, std::chrono::days{30});
  const auto shorten = [](auto& level) {
    level.alert_after = std::min<std::chrono::seconds>(level.alert_after % 600s, 10min);
  };
  const auto shorten_all = [&shorten](auto& all) { std::ranges::for_each(all, shorten); };
  shorten_all(levels.latency);
  shorten_all(levels.endpoint_classes);
  shorten_all(levels.route_budgets);
  shorten_all(levels.query_budgets);
  for (auto* level :
       {&levels.error_rate, &levels.availability, &levels.cache_hit_ratio, &levels.memory_usage, &levels.pool_usage}) {
    if (*level) shorten(**level);
  }
  if (levels.throughput) shorten(*levels.throughput);
  for (auto& alert : levels.burn_rate_alerts)
    alert.short_window = std::max<std::chrono::seconds>(alert.short_window, 2min);
  levels.check();
  std::fputs(levels.to_yaml().c_str(), stdout);
}
