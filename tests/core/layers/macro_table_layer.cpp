#include "core/layers/macro_table_layer.hpp"

namespace engine {

Metrics& Metrics::instance() {
  static Metrics& metrics = *new Metrics{vitals::default_registry()};
  return metrics;
}

std::shared_ptr<Group> Metrics::group(std::string_view name) {
  const std::lock_guard lock{mutex_};
  const auto found = groups_.find(name);
  if (found != groups_.end()) return found->second;
  auto made = std::make_shared<Group>(scope_, name);
  groups_.emplace(name, made);
  return made;
}

bool Metrics::remove_group(std::string_view name) {
  const std::lock_guard lock{mutex_};
  const auto found = groups_.find(name);
  if (found == groups_.end()) return false;
  groups_.erase(found);
#define ENGINE_COUNTER(member, metric, help) \
  scope_.counter(metric, help, {"resource_group"}, {.exact_name = true}).remove(name);
#define ENGINE_COUNTERS(member, metric, help, Enum)                              \
  scope_.counter(metric, help, {"type", "resource_group"}, {.exact_name = true}) \
      .remove_matching({{"resource_group", name}});
#define ENGINE_HISTOGRAMS(member, metric, help, Enum, buckets) \
  scope_.histogram(metric, help, {"type", "resource_group"}, buckets).remove_matching({{"resource_group", name}});
  ENGINE_GROUP_METRICS(ENGINE_COUNTER, ENGINE_COUNTERS, ENGINE_HISTOGRAMS)
#undef ENGINE_COUNTER
#undef ENGINE_COUNTERS
#undef ENGINE_HISTOGRAMS
  return true;
}

}  // namespace engine
