#include "core/status/objective_counters.hpp"

#include <span>
#include <string>
#include <utility>

#include <vitals/counter.hpp>
#include <vitals/scope.hpp>

#include "core/instruments/access.hpp"
#include "core/levels/objectives.hpp"

namespace vitals::detail {

namespace {

ScopedName name_in(const Scope& scope, const char* name) {
  const ScopeState& state = Access::scope(scope);
  return {state.prefix + name, state.label_text};
}

struct OneCounter {
  const void* counter;
  std::uint64_t value;
};

// Nobody else's metrics of these names are counters of objectives.
std::optional<OneCounter> counter_of(const FamilyBase* family, std::string_view objective) {
  std::optional<OneCounter> found;
  if (family == nullptr) return found;
  (void)family->look_at(std::span{&objective, 1}, [&found](const void* instrument) {
    found = {instrument, static_cast<std::uint64_t>(static_cast<const Counter*>(instrument)->value())};
  });
  return found;
}

std::uint64_t growth(bool is_same, std::uint64_t before, std::uint64_t now) noexcept {
  return is_same && now >= before ? now - before : now;
}

}  // namespace

ObjectiveCounters::ObjectiveCounters(const Scope& scope)
    : registry_{Access::state(scope)}, events_{name_in(scope, kEventsName)}, bad_{name_in(scope, kBadEventsName)} {}

const FamilyBase* ObjectiveCounters::find(const ScopedName& name) const {
  const FamilyBase* family = registry_.find_family(name);
  if (family == nullptr || family->type() != MetricType::Counter) return nullptr;
  const auto& declared = family->declared();
  return declared.labels.size() == 1 && declared.labels[0] == kObjectiveLabel && !declared.open_labels ? family
                                                                                                       : nullptr;
}

ObjectiveCounters::Look::Look(const ObjectiveCounters& counters)
    : reader_{counters.registry_.epochs()},
      events_{counters.find(counters.events_)},
      bad_{counters.find(counters.bad_)} {}

std::optional<CounterReading> ObjectiveCounters::Look::read(std::string_view objective) const {
  const auto bad = counter_of(bad_, objective);
  const auto events = counter_of(events_, objective);
  if (!bad || !events) return std::nullopt;
  return CounterReading{events->counter, bad->counter, {events->value, bad->value}};
}

void ObjectiveEvents::add(const std::optional<CounterReading>& reading, std::int64_t now) noexcept {
  const auto before = std::exchange(last_, reading);
  if (!reading) {
    begin_ = {now, total_};
    return;
  }
  const EventCounts counted = before ? before->counts : EventCounts{};
  total_.events +=
      growth(before && before->events_counter == reading->events_counter, counted.events, reading->counts.events);
  total_.bad += growth(before && before->bad_counter == reading->bad_counter, counted.bad, reading->counts.bad);
}

}  // namespace vitals::detail
