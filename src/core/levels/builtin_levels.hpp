#pragma once

#include <chrono>

#include <vitals/service_levels.hpp>

namespace vitals::detail {

/// What a service's requests and caches are judged by where nobody has declared anything: the numbers of the built-in
/// targets of vitals check, as a test holds.
[[nodiscard]] inline ServiceLevels builtin_levels() {
  using namespace std::chrono_literals;
  return {.latency = {{.objective = 0.5, .target = 50ms, .critical = 100ms},
                      {.objective = 0.95, .target = 150ms, .critical = 500ms},
                      {.objective = 0.99, .target = 500ms, .critical = 1s}},
          .error_rate = RatioLevel{.target = 0.01, .critical = 0.05},
          .cache_hit_ratio = RatioLevel{.target = 0.5}};
}

}  // namespace vitals::detail
