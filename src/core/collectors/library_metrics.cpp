#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <vitals/process.hpp>
#include <vitals/registry.hpp>

#include "core/cells/cells.hpp"
#include "core/exemplars/exemplar_text.hpp"
#include "core/instruments/access.hpp"
#include "core/registry/registry_state.hpp"

namespace vitals {

namespace {

constexpr std::pair<detail::ExemplarDrop, const char*> kExemplarDrops[] = {{detail::ExemplarDrop::TooLong, "too_long"},
                                                                           {detail::ExemplarDrop::Invalid, "invalid"},
                                                                           {detail::ExemplarDrop::Busy, "busy"}};

}  // namespace

void register_library_metrics(Registry& registry) {
  auto& state = detail::Access::state(registry);
  const auto collect = [&state](std::vector<FamilySnapshot>& out) {
    const auto counter = [&out](const char* name, const char* help, std::uint64_t value) {
      out.push_back({name, help, MetricType::Counter, {MetricSnapshot{.value = static_cast<double>(value)}}});
    };
    counter("vitals_collector_errors_total",
            "Callbacks and collectors that threw, and what a scrape left out because it broke a rule.",
            state.collector_errors());
    counter("vitals_invalid_updates_total",
            "Updates of the process that were dropped: NaN, an increment that is negative or no 64-bit number, or a "
            "state that there is not.",
            detail::dropped_updates());

    FamilySnapshot exemplars{
        "vitals_exemplars_dropped_total", "Exemplars that were not kept.", MetricType::Counter, {}};
    for (const auto& [why, reason] : kExemplarDrops) {
      const auto& dropped = state.environment().dropped_exemplars[static_cast<std::size_t>(why)];
      exemplars.metrics.push_back(
          {.labels = {{"reason", reason}}, .value = static_cast<double>(dropped.load(std::memory_order_relaxed))});
    }
    out.push_back(std::move(exemplars));

    FamilySnapshot overflow{
        "vitals_series_overflow_total", "Look-ups that met the series limit of their family.", MetricType::Counter, {}};
    FamilySnapshot expired{
        "vitals_series_expired_total", "Series that ended because they were idle.", MetricType::Counter, {}};
    // Families of one name, in several scopes, follow each other.
    const auto add = [](FamilySnapshot& to, const detail::FamilyBase& family, std::uint64_t n) {
      if (n == 0) return;
      const std::string& name = family.declared().name;
      if (to.metrics.empty() || to.metrics.back().labels[0].value != name)
        to.metrics.push_back({.labels = {{"family", name}}});
      to.metrics.back().value += static_cast<double>(n);
    };
    const detail::Epochs::Reader reader{state.epochs()};
    const auto families = state.families();
    for (const auto* family : *families) {
      add(overflow, *family, family->overflowed());
      add(expired, *family, family->expired());
    }
    out.push_back(std::move(overflow));
    out.push_back(std::move(expired));
  };
  std::call_once(state.library_metrics, [&] { registry.keep_collector(collect); });
}

}  // namespace vitals
