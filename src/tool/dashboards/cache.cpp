#include <utility>

#include <fmt/core.h>

#include "tool/dashboards/live_queries.hpp"
#include "tool/dashboards/pages.hpp"
#include "tool/dashboards/shared_panels.hpp"

namespace vitals::tool {
namespace {

std::vector<Panel> look_ups(const PageSource& source) {
  const auto& live = source.live;
  auto ratio = hit_ratio_panel(source, 8);
  ratio.link.clear();
  auto calls = lines("Calls",
                     "Calls of cached functions a second, by what came of them: cache_requests_total. bypass: "
                     "without the cache, since it is not well.",
                     "ops", live.rate_by("outcome", "cache_requests_total", kLive), "{{outcome}}");
  calls.is_stacked = true;
  calls.colors = {{"hit", "green"}, {"miss", "blue"}, {"bypass", "orange"}, {"error", "red"}};
  return {std::move(ratio),
          std::move(calls),
          lines("Hits by cache", "Of the calls of each cached function, those that found something.", "percentunit",
                share(live.rate_by("cache", "cache_requests_total", kLive, {equals("outcome", "hit")}),
                      live.rate_by("cache", "cache_requests_total", kLive)),
                "{{cache}}"),
          lines("Loads, p95", "Time of the cached function itself: cache_load_duration_seconds.", "s",
                percentile(live, 0.95, "cache", "cache_load_duration_seconds"), "{{cache}}"),
          lines("Loads saved",
                "Calls a second that took the result of another caller's load: "
                "cache_loads_deduplicated_total.",
                "ops", live.rate_by("cache", "cache_loads_deduplicated_total", kLive), "{{cache}}"),
          lines("Puts", "Values a second that were offered to the cache, by what came of it: cache_puts_total.", "ops",
                live.rate_by("result", "cache_puts_total", kLive), "{{result}}")};
}

std::vector<Panel> redis(const PageSource& source) {
  const auto& live = source.live;
  auto connections =
      lines("Connections", "redis_pool_connections by state, and the most that there may be.", "short",
            fmt::format("sum by (pool, state) ({})", live.series("redis_pool_connections")), "{{pool}} {{state}}");
  connections.queries.push_back({.expr = fmt::format("sum by (pool) ({})", live.series("redis_pool_max_connections")),
                                 .legend = "{{pool}} most",
                                 .is_dashed = true});
  return {lines("Commands, p95", "Per command, with the wait for a connection: cache_operation_duration_seconds.", "s",
                percentile(live, 0.95, "command", "cache_operation_duration_seconds"), "{{command}}"),
          if_any(lines("Errors", "Commands a second that failed: cache_errors_total.", "ops",
                       live.rate_by("command, error_type", "cache_errors_total", kLive), "{{command}} {{error_type}}"),
                 "No command failed"),
          lines("Circuit breaker",
                "0 closed: all is well; 1 open: the cache is left out; 2: it is tried again. "
                "cache_breaker_state.",
                "none", fmt::format("max by (instance, pool) ({})", live.series("cache_breaker_state")),
                "{{instance}} {{pool}}"),
          std::move(connections),
          lines("Wait for a connection, p95", "redis_pool_wait_seconds.", "s",
                percentile(live, 0.95, "pool", "redis_pool_wait_seconds"), "{{pool}}"),
          lines("Waiting", "Callers that wait for a connection: redis_pool_pending_requests.", "short",
                fmt::format("sum by (instance, pool) ({})", live.series("redis_pool_pending_requests")),
                "{{instance}} {{pool}}"),
          if_any(lines("Timeouts", "Waits a second that were given up: redis_pool_timeouts_total.", "ops",
                       live.rate_by("pool", "redis_pool_timeouts_total", kLive), "{{pool}}"),
                 "No wait was given up"),
          if_any(lines("Failures to connect",
                       "Connections a second that could not be made: "
                       "redis_pool_create_failures_total.",
                       "ops", live.rate_by("pool, error_type", "redis_pool_create_failures_total", kLive),
                       "{{pool}} {{error_type}}"),
                 "Every connection could be made"),
          if_any(lines("Invalidated keys",
                       "Keys a second that were taken out: "
                       "cache_invalidated_keys_total.",
                       "ops", live.rate_by("cache", "cache_invalidated_keys_total", kLive), "{{cache}}"),
                 "No key was taken out")};
}

}  // namespace

Dashboard cache_page(const PageSource& source) {
  return {.name = "cache",
          .title = "Cache",
          .description = "What the cache saves, and how Redis does.",
          .rows = {{"Look-ups", look_ups(source)}, {"Redis", redis(source)}}};
}

}  // namespace vitals::tool
